/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_FEED_H
#define WEIR_FEED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/export.h>
#include <weir/format.h>
#include <weir/frame.h>
#include <weir/log.h>
#include <weir/source.h>

WEIR_BEGIN_DECLS

/* The other end of a source whose frames the program makes: a decoder, a renderer, another
 * framework. Open one, give the source to a pipeline, run that on a thread of its own, and push
 * frames from any other.
 *
 * Frames come in one of two ways, for good:
 *
 * - in memory of the pipeline's: weir_feed_take() lends a frame of it, the program draws between
 *   weir_frame_begin_cpu() and weir_frame_end_cpu(), and weir_feed_push() passes it on. What is
 *   drawn there reaches networks, displays and disks without a copy;
 * - in dma-bufs of the program's (settings.dmabufs): weir_feed_push_dmabufs() shows them, and tells
 *   when the last reader is done.
 *
 * Every function may be called from any thread. */
struct weir_feed;

struct weir_feed_dmabufs;

struct weir_feed_settings {
	const struct weir_log *log; /* borrowed; NULL: stderr */
	struct weir_video video;    /* what comes: format and size at least. Lines in the pipeline's
				     * memory are as far apart as sinks want them, unless
				     * video.stride is set: weir_frame_begin_cpu() tells */
	bool dmabufs;
	unsigned n_parts;   /* dma-bufs of one frame; 0: one */
	const struct weir_feed_dmabufs *like; /* one of those frames, borrowed for the call: where
					       * its pages allow that, networks take them all
					       * without a copy; NULL: they copy */
	size_t frame_bytes; /* most that a compressed frame takes; 0: two bytes a pixel */
	bool live; /* frames come at times of their own, and sinks that are not ready miss them;
		    * otherwise they wait until every sink can take one */
};

/* What there is to say of a frame. All zero is fine. */
struct weir_feed_stamp {
	uint64_t timestamp_ns; /* CLOCK_MONOTONIC, of the first pixel; 0: now */
	uint64_t skipped;      /* frames that are missing before this one */
	uint64_t copied_bytes; /* that the program had to copy to bring it here: they go into the
				* books, and end a run that was to go without copies */
	uint32_t bytes_used;   /* of a compressed frame */
	uint32_t flags;        /* enum weir_frame_flags */
};

/* On success *feed and *source are the caller's; they need each other no longer than they live.
 * 0, -EINVAL (no format or size, or one that no frame has), -ENOMEM, -EMFILE. */
WEIR_API int weir_feed_open(const struct weir_feed_settings *settings, struct weir_feed **feed,
	struct weir_source **source);

/* Takes back what was pushed and not yet delivered, and sets *feed to NULL. The source, if it runs,
 * comes to its end. Frames that were taken stay valid until they are released. */
WEIR_API void weir_feed_close(struct weir_feed **feed);

/* Lends a frame to draw into; waits for it, and for the run to begin, for at most `timeout_ns`. It
 * is the caller's, to push or to weir_frame_unref(). 0; -EAGAIN: there was none in time;
 * -ECANCELED: interrupted; -ESHUTDOWN: the feed has ended, or the source was closed. Not with
 * settings.dmabufs. */
WEIR_API int weir_feed_take(struct weir_feed *feed, uint64_t timeout_ns, struct weir_frame **out);

/* Passes a taken frame on and sets *frame to NULL, whatever it returns. 0; -ESTALE: it was taken of
 * memory that the pipeline has replaced since: who has what was drawn elsewhere too draws it anew,
 * others count it among the next one's `skipped`; -ESHUTDOWN. */
WEIR_API int weir_feed_push(
	struct weir_feed *feed, struct weir_frame **frame, const struct weir_feed_stamp *stamp);

/* A frame in the program's memory. Descriptors are borrowed for the call. */
struct weir_feed_dmabufs {
	int fd[WEIR_MAX_PLANES];          /* settings.n_parts of them */
	uint32_t offset[WEIR_MAX_PLANES]; /* of each plane, in its dma-buf … */
	uint32_t stride[WEIR_MAX_PLANES]; /* … and from line to line; plane 0's is video.stride */

	/* The frame of another pipeline that lies there: what that one can do with its memory can
	 * be done here too, and descriptors are not looked at. It stays the caller's, who holds it
	 * until released(). NULL: memory of whoever's. */
	const struct weir_frame *frame;

	/* Nobody reads it any more. Called once for each push that succeeded, on any thread, and
	 * from inside weir_feed_close() or the push itself too. */
	void (*released)(void *data);
	void *data;
};

/* As weir_feed_push(), of a frame that lies there; waits for room as weir_feed_take() does. 0;
 * -EINVAL: no dma-buf, or lines other than the video's; -EXDEV: less can be done with its memory
 * than with that of settings.like; -EAGAIN, -ECANCELED, -ESHUTDOWN, -EMFILE. */
WEIR_API int weir_feed_push_dmabufs(struct weir_feed *feed, const struct weir_feed_dmabufs *frame,
	const struct weir_feed_stamp *stamp, uint64_t timeout_ns);

/* Whoever waits in a call comes back with -ECANCELED, and so do later calls, until it is undone. */
WEIR_API void weir_feed_interrupt(struct weir_feed *feed, bool interrupted);

/* Takes back what was pushed and not yet delivered, as if it had never come. */
WEIR_API void weir_feed_flush(struct weir_feed *feed);

/* No frame follows: the run delivers what was pushed, and ends. */
WEIR_API void weir_feed_end(struct weir_feed *feed);

WEIR_END_DECLS

#endif
