/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_CAPS_H
#define WEIR_PLUGINS_GST_CAPS_H

#include <gst/gst.h>
#include <gst/video/video.h>
#include <weir/weir.h>

/* The same pictures in both worlds' words. */

/* Everything that any source or sink may come to say. */
GstCaps *weir_gst_caps_any(void);

/* Fixed caps, or NULL where GStreamer has no name for the format. `dmabufs`: with memory:DMABuf. */
GstCaps *weir_gst_caps_of_video(const struct weir_video *video, gboolean dmabufs);

/* Takes the caps. Of the formats the first one, of its sizes that which is nearest to the video's;
 * writable. */
GstCaps *weir_gst_caps_nearest(GstCaps *caps, const struct weir_video *video);

/* Takes caps of one picture, and adds what they do not tell and the video does: colours, that it is
 * not interlaced. */
GstCaps *weir_gst_caps_complete(GstCaps *caps, const struct weir_video *video);

/* What a source that is set to `own` comes in, in its order: plainly first, then with
 * memory:DMABuf, for who insists. Both mean the same memory; plain caps are those that every
 * version of GStreamer understands. */
GstCaps *weir_gst_caps_of_source(const struct weir_source_info *info, const struct weir_video *own);

/* Of fixed caps: format, size, rate, and colours if they tell. The stride is left out. */
gboolean weir_gst_caps_have_dmabufs(const GstCaps *caps);
gboolean weir_gst_video_of_caps(const GstCaps *caps, struct weir_video *out);

/* Of raw fixed caps, whichever way they name their format. FALSE: it is none. */
gboolean weir_gst_info_of_caps(
	const GstCaps *caps, const struct weir_video *video, GstVideoInfo *out);

#endif
