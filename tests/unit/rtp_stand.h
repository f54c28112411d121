/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_RTP_STAND_H
#define WEIR_TESTS_RTP_STAND_H

#include "capture/rtp/source.h"
#include "tests/contract/stand.h"
#include "tests/unit/rtp_feed.h"

/* The source that receives, everything that a pipeline would be to it, and a sender, all on one
 * thread: what a test sends is there before the loop looks. */

#define RTP_STAND_SLOTS  6
#define RTP_STAND_FRAMES 256
#define RTP_STAND_KEYS   "size=640x16&format=UYVY&fps=30"

struct rtp_stand {
	struct stand_log heard;
	struct weir_source *source;
	struct weir_rtp_source *rtp;
	struct weir_loop *loop;
	struct weir_slab *slab;
	struct feed feed;
	uint16_t port;
	unsigned frames, enough;
	unsigned exact;                                /* frames with every byte as it was sent */
	struct weir_frame_info info[RTP_STAND_FRAMES]; /* of the first ones */
	uint8_t last[640 * 16 * 2];                    /* pixels of the last one */
	unsigned keep, n_held;
	struct weir_frame *held[RTP_STAND_SLOTS];
	uint64_t offset; /* the sender's number of the frame that is number 0 here */
};

static inline void rtp_stand_look(struct rtp_stand *stand, struct weir_frame *frame)
{
	static uint8_t expected[sizeof(stand->last)];
	size_t line = weir_format_line_bytes(weir_source_video(stand->source)->format, 0, 640);
	struct weir_pixels pixels;

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	for (unsigned y = 0; y < 16; y++)
		memcpy(stand->last + y * line, pixels.data[0] + (size_t)y * pixels.stride[0], line);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	feed_draw(weir_source_video(stand->source), frame->info.sequence + stand->offset, expected);
	stand->exact += !memcmp(expected, stand->last, 16 * line);
}

static inline void rtp_stand_deliver(void *data, struct weir_frame *frame)
{
	struct rtp_stand *stand = data;

	if (stand->frames < RTP_STAND_FRAMES)
		stand->info[stand->frames] = frame->info;
	rtp_stand_look(stand, frame);
	if (stand->n_held < stand->keep)
		stand->held[stand->n_held++] = frame;
	else
		weir_frame_unref(&frame);
	if (++stand->frames == stand->enough)
		weir_loop_stop(stand->loop);
}

static inline void rtp_stand_ended(void *data, int error)
{
	(void)data;
	fail_msg("the source ended by itself: %d", error);
}

/* Runs until that many frames have come in all. */
static inline void rtp_stand_expect(struct rtp_stand *stand, unsigned frames)
{
	if (stand->frames >= frames)
		return;
	stand->enough = frames;
	stand_run(stand->loop, STAND_GIVE_UP);
	assert_int_equal(stand->frames, frames);
	stand->enough = 0;
}

static inline void rtp_stand_start(struct rtp_stand *stand)
{
	const struct weir_source_host host = {
		.loop = stand->loop,
		.slab = stand->slab,
		.deliver = rtp_stand_deliver,
		.ended = rtp_stand_ended,
		.data = stand,
	};

	assert_int_equal(stand->source->impl->start(stand->source, &host), 0);
}

/* Sends frames whole and in order. */
static inline void rtp_stand_send(struct rtp_stand *stand, uint64_t first, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		feed_cut(&stand->feed, first + i);
		for (unsigned p = 0; p < stand->feed.n; p++)
			assert_true(feed_send(&stand->feed, p));
		rtp_stand_expect(stand, stand->frames + 1);
	}
}

static inline struct rtp_stand *rtp_stand_open(const char *keys)
{
	struct rtp_stand *stand = calloc(1, sizeof(*stand));
	const struct weir_source_settings settings = { .log = &stand->heard.log };
	struct weir_slab_settings memory = { .slots = RTP_STAND_SLOTS, .no_lock = true };
	char uri[160];

	stand_listen(&stand->heard);
	stand->heard.log.level = WEIR_LOG_WARN;
	stand->port = feed_free_port();
	snprintf(uri, sizeof(uri), "rtp://127.0.0.1:%u?" RTP_STAND_KEYS "%s", stand->port, keys);
	assert_int_equal(weir_source_open(uri, &settings, &stand->source), 0);
	stand->rtp = (struct weir_rtp_source *)stand->source;
	stand->loop = stand_open_loop();
	assert_int_equal(stand->source->impl->frame_bytes(stand->source, &memory.frame_bytes), 0);
	assert_int_equal(weir_slab_create(&weir_memory_host, &memory, &stand->slab), 0);
	stand_describe_slots(stand->slab, weir_source_video(stand->source));
	stand->feed = (struct feed){
		.fd = feed_connect(stand->port),
		.video = *weir_source_video(stand->source),
		.payload = 400,
		.sequence = 65500, /* soon to turn over */
		.ssrc = 0xdecade,
		.first_stamp = (uint32_t)-9000,
		.ticks = 3000,
	};
	assert_true(stand->feed.fd >= 0);
	rtp_stand_start(stand);
	return stand;
}

static inline void rtp_stand_close(struct rtp_stand *stand)
{
	stand->source->impl->stop(stand->source);
	while (stand->n_held)
		weir_frame_unref(&stand->held[--stand->n_held]);
	assert_int_equal(weir_slab_out(stand->slab), 0);
	close(stand->feed.fd);
	weir_loop_close(&stand->loop);
	weir_source_close(&stand->source);
	weir_slab_unref(&stand->slab);
	free(stand);
}

#endif
