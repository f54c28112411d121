/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/feed/feed.h"

/* Protocols write around the lines of frames. Those of another pipeline may go to several feeds at
 * once, and to sinks of their own: the first that asks has what lies around them. */

/* What a view leaves out is somebody's pixels. */
static bool has_gaps(const struct weir_feed *feed, const struct weir_frame *frame)
{
	const struct weir_frame_info *whole = weir_frame_info(&frame->slot->frame);
	const struct weir_video *video = &feed->video;

	return frame->slot->headroom && whole->n_planes == 1 && whole->plane[0].offset == 0 &&
	       whole->format == video->format && whole->width == video->width &&
	       whole->height == video->height && whole->plane[0].stride == video->stride;
}

bool weir_feed_claim_gaps(struct weir_feed *feed, const struct weir_frame *frame)
{
	struct weir_slab *slab = frame->slot->slab;
	unsigned n = 0;

	if (!has_gaps(feed, frame))
		return false;
	while (n < WEIR_FEED_MAX_CLAIMS && feed->claimed[n] && feed->claimed[n] != slab)
		n++;
	if (n == WEIR_FEED_MAX_CLAIMS)
		return false;
	if (!feed->claimed[n] && weir_slab_claim(slab, feed, feed))
		feed->claimed[n] = weir_slab_ref(slab);
	return feed->claimed[n];
}

void weir_feed_disclaim_gaps(struct weir_feed *feed)
{
	for (unsigned i = 0; i < WEIR_FEED_MAX_CLAIMS && feed->claimed[i]; i++) {
		weir_slab_disclaim(feed->claimed[i], feed);
		weir_slab_unref(&feed->claimed[i]);
	}
}
