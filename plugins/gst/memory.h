/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_MEMORY_H
#define WEIR_PLUGINS_GST_MEMORY_H

#include <gst/gst.h>
#include <gst/video/video.h>
#include <weir/weir.h>

/* A frame as a buffer: the same memory, as dma-bufs where it has them. The frame goes back to its
 * source with the last GstMemory, wherever that has gone to. */

struct weir_gst_memory;

/* `read_only`: who writes into such a buffer gets a copy to write to. */
struct weir_gst_memory *weir_gst_memory_new(gboolean read_only);

/* Lets go of the dma-bufs of an earlier plan that nobody has, so that the driver can have them. */
void weir_gst_memory_forget(struct weir_gst_memory *memory);

/* Buffers that are out stay valid. */
void weir_gst_memory_free(struct weir_gst_memory *memory);

/* Takes the reference to the frame, whatever it returns. NULL: its pixels cannot be had. `epoch`
 * is another one after each plan of the run, `info` says what the caps say, of a raw frame; else
 * NULL. */
GstBuffer *weir_gst_memory_wrap(struct weir_gst_memory *memory, struct weir_frame *frame,
	unsigned epoch, const GstVideoInfo *info);

/* A buffer of its own with the same picture as `info` lays it out, for elements that know nothing
 * of strides: one copy. Borrows the frame. NULL: its pixels cannot be had. */
GstBuffer *weir_gst_memory_copy(struct weir_frame *frame, const GstVideoInfo *info);

/* The frame of weir's under a memory of such a buffer, borrowed; NULL: it is none, or a part. */
struct weir_frame *weir_gst_memory_frame(GstMemory *memory);

/* Whether the frame lies as `info` says without further words. */
gboolean weir_gst_memory_is_plain(const struct weir_frame_info *frame, const GstVideoInfo *info);

#endif
