/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_FORMAT_TABLE_H
#define WEIR_CORE_FORMAT_TABLE_H

#include <weir/format.h>

extern const struct weir_format weir_formats[];
extern const size_t weir_n_formats;

#endif
