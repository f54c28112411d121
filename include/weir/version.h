/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_VERSION_H
#define WEIR_VERSION_H

#include <weir/export.h>

#define WEIR_VERSION_MAJOR 0
#define WEIR_VERSION_MINOR 1
#define WEIR_VERSION_PATCH 0

WEIR_BEGIN_DECLS

/* The version of the library that runs, "0.1.0"; the macros tell the one compiled against. */
WEIR_API const char *weir_version(void);

/* What this build was made with, as one line: "io_uring, no libjpeg-turbo". */
WEIR_API const char *weir_build_features(void);

WEIR_END_DECLS

#endif
