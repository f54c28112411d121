/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_DRAWING_H
#define WEIR_PLUGINS_GST_DRAWING_H

#include <gst/gst.h>
#include <weir/weir.h>

#include "plugins/gst/loans.h"

/* A slot under a buffer that upstream draws into. */

/* `size` bytes at `pixels`, in a buffer without metas. Takes the frame, whose CPU access was begun,
 * and what the loans let go. */
GstBuffer *weir_drawing_wrap(
	struct weir_loans *loans, struct weir_frame *frame, guint8 *pixels, gsize size);

/* The frame under a buffer of these loans, drawn and no longer written; the caller's. NULL: another
 * memory, or it was taken already. */
struct weir_frame *weir_drawing_take(GstBuffer *buffer, const struct weir_loans *loans);

/* What such another memory is, in words for the warning of its copy; NULL: none of weir's. */
const char *weir_drawing_describe(GstBuffer *buffer, const struct weir_loans *loans);

#endif
