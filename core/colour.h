/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_COLOUR_H
#define WEIR_CORE_COLOUR_H

#include <weir/format.h>

/* Gives what nobody told of a picture's colours the usual value for one of its format and size. */
void weir_colour_complete(struct weir_video *video);

#endif
