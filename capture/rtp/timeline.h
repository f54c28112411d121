/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_TIMELINE_H
#define WEIR_CAPTURE_RTP_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include <weir/format.h>

/* From the sender's clock to ours, and from its stamps to frame numbers.
 *
 * The time of a frame is its stamp plus the least transit, arrival minus stamp, of the last
 * seconds: packets are late at times but never early, so the least transit is the one without
 * waiting. It is taken over this window and the one before, and follows the drift of two clocks
 * from window to window. A frame is never later than its own arrival, nor earlier than the frame
 * before.
 *
 * Frames are numbered by their stamps where the rate is known: what is missing between two was
 * lost. Else, and where packets follow each other without a gap, one number comes after the other.
 * Where stamps may go back they tell of losses only when packets are missing, too. */

struct weir_rtp_timeline {
	struct weir_rate rate; /* { 0, x }: not known */
	bool unordered;        /* stamps may go back, as those of pictures in a decoder's order */
	bool any;
	uint64_t ticks;        /* stamp of the last frame, extended */
	int64_t least, before; /* transit in ns: in this window, and in the one before */
	uint64_t window_end_ns;
	uint64_t sequence, timestamp_ns; /* of the last frame */
};

struct weir_rtp_timeline_frame {
	uint64_t sequence;
	uint64_t timestamp_ns;
	bool discont; /* the stamp says nothing about the frame before */
};

/* The next frame is the first one of a stream; numbers and times go on. */
void weir_rtp_timeline_restart(struct weir_rtp_timeline *timeline);

/* `gap`: packets are missing between this frame and the last one. */
struct weir_rtp_timeline_frame weir_rtp_timeline_next(
	struct weir_rtp_timeline *timeline, uint32_t stamp, uint64_t arrived_ns, bool gap);

#endif
