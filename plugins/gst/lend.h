/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_LEND_H
#define WEIR_PLUGINS_GST_LEND_H

#include "plugins/gst/memory.h"

/* lend.c: frames in dma-bufs, as buffers and memories that come back and go out again. */

/* A buffer of the frame's dma-bufs, each of which holds a reference to the frame. *starts is set to
 * where each plane's dma-buf begins among the buffer's bytes. NULL: a dma-buf is of no use. */
GstBuffer *weir_gst_memory_lend(
	struct weir_gst_memory *memory, struct weir_frame *frame, unsigned epoch, gsize *starts);

/* The frame that such a memory holds, borrowed; NULL: it is none of ours. */
struct weir_frame *weir_gst_memory_lent(GstMemory *memory);

/* memory.c: the bytes from a frame's first dma-buf's beginning to its picture's end. */
gsize weir_gst_memory_end(const struct weir_frame_info *info);

#endif
