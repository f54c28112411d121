/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_H264_STAND_H
#define WEIR_TESTS_H264_STAND_H

#include <stdio.h>
#include <stdlib.h>

#include "capture/rtp/source.h"
#include "core/rtp/wire.h"
#include "tests/contract/stand.h"
#include "tests/unit/h264_stream.h"
#include "tests/unit/rtp_feed.h"

/* The source that receives H.264, and a sender, on one thread. */

#define H264_ROOM  548
#define H264_SLOTS 6
#define H264_KEYS  "size=640x360&format=H264&fps=30&jitter=20"

struct h264_stand {
	struct stand_log heard;
	struct weir_source *source;
	struct weir_rtp_source *rtp;
	struct weir_loop *loop;
	struct weir_slab *slab;
	int fd;
	uint16_t sequence;
	uint32_t number;    /* of the frame that was cut last */
	int32_t back;       /* ticks that its stamp is behind its number */
	bool markerless;
	struct h264_stream frame; /* that frame */
	unsigned n;               /* packets of it */
	size_t length[256];
	uint8_t packet[256][H264_ROOM];
	unsigned frames, incomplete;
	struct weir_frame_info info; /* of the last one that came */
	uint8_t got[1 << 16];        /* its bytes */
	struct weir_frame_info info_before; /* of the one before */
	uint8_t got_before[1 << 16];
};

static inline void h264_deliver(void *data, struct weir_frame *frame)
{
	struct h264_stand *stand = data;
	struct weir_pixels pixels;

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	stand->info_before = stand->info;
	memcpy(stand->got_before, stand->got, stand->info.bytes_used);
	stand->info = frame->info;
	assert_in_range(stand->info.bytes_used, 1, sizeof(stand->got));
	memcpy(stand->got, pixels.data[0], stand->info.bytes_used);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	stand->incomplete += stand->info.flags & WEIR_FRAME_CORRUPT ? 1 : 0;
	stand->frames++;
	weir_frame_unref(&frame);
	weir_loop_stop(stand->loop);
}

static inline void h264_ended(void *data, int error)
{
	(void)data;
	fail_msg("the source ended by itself: %d", error);
}

static inline struct h264_stand *h264_open(const char *keys)
{
	struct h264_stand *stand = calloc(1, sizeof(*stand));
	const struct weir_source_settings settings = { .log = &stand->heard.log };
	struct weir_slab_settings memory = { .slots = H264_SLOTS, .no_lock = true };
	struct weir_source_host host = { .deliver = h264_deliver, .ended = h264_ended };
	uint16_t port = feed_free_port();
	char uri[240];

	assert_non_null(stand);
	stand_listen(&stand->heard);
	stand->heard.log.level = WEIR_LOG_WARN;
	snprintf(uri, sizeof(uri), "rtp://127.0.0.1:%u?%s", port, keys);
	assert_int_equal(weir_source_open(uri, &settings, &stand->source), 0);
	stand->rtp = (struct weir_rtp_source *)stand->source;
	host.data = stand;
	host.loop = stand->loop = stand_open_loop();
	assert_int_equal(stand->source->impl->frame_bytes(stand->source, &memory.frame_bytes), 0);
	assert_int_equal(weir_slab_create(&weir_memory_host, &memory, &stand->slab), 0);
	stand_describe_slots(stand->slab, weir_source_video(stand->source));
	host.slab = stand->slab;
	stand->fd = feed_connect(port);
	assert_true(stand->fd >= 0);
	stand->sequence = 65500; /* soon to turn over */
	assert_int_equal(stand->source->impl->start(stand->source, &host), 0);
	return stand;
}

static inline void h264_close(struct h264_stand *stand)
{
	stand->source->impl->stop(stand->source);
	assert_int_equal(weir_slab_out(stand->slab), 0);
	close(stand->fd);
	weir_loop_close(&stand->loop);
	weir_source_close(&stand->source);
	weir_slab_unref(&stand->slab);
	free(stand);
}

/* ---- frames ---- */

/* The next frame: what h264_put…() adds to it. */
static inline void h264_begin(struct h264_stand *stand)
{
	stand->number++;
	stand->frame.size = 0;
	stand->n = 0;
}

static inline struct weir_rtp_header h264_header(struct h264_stand *stand, bool last)
{
	return (struct weir_rtp_header){
		.marker = last && !stand->markerless,
		.payload_type = 96,
		.sequence = stand->sequence++,
		.timestamp = (uint32_t)-9000 + stand->number * 3000 - (uint32_t)stand->back,
		.ssrc = 0xdecade,
	};
}

/* One packet more, by hand. */
static inline void h264_add(
	struct h264_stand *stand, const void *payload, size_t length, bool last)
{
	const struct weir_rtp_header header = h264_header(stand, last);
	uint8_t *to = stand->packet[stand->n];

	weir_rtp_write(to, &header);
	memcpy(to + WEIR_RTP_HEADER, payload, length);
	stand->length[stand->n++] = WEIR_RTP_HEADER + length;
}

static inline void h264_add_fragments(
	struct h264_stand *stand, const uint8_t *unit, size_t length, bool last)
{
	size_t room = H264_ROOM - WEIR_RTP_HEADER - WEIR_H264_FU_HEADER, n;
	uint8_t payload[H264_ROOM];

	for (size_t at = WEIR_H264_HEADER; at < length; at += n) {
		n = length - at < room ? length - at : room;
		weir_h264_write_fragment(
			payload, unit[0], at == WEIR_H264_HEADER, at + n == length);
		memcpy(payload + WEIR_H264_FU_HEADER, unit + at, n);
		h264_add(stand, payload, WEIR_H264_FU_HEADER + n, last && at + n == length);
	}
}

/* The frame into packets. */
static inline void h264_cut(struct h264_stand *stand)
{
	const uint8_t *bytes = stand->frame.bytes;
	size_t size = stand->frame.size, at = 0, unit, length;

	while (weir_h264_next(bytes, size, &at, &unit, &length)) {
		bool last = unit + length == size;

		if (length <= H264_ROOM - WEIR_RTP_HEADER)
			h264_add(stand, bytes + unit, length, last);
		else
			h264_add_fragments(stand, bytes + unit, length, last);
	}
}

/* A usual frame: every eighth one can be begun with. */
static inline void h264_make(struct h264_stand *stand)
{
	bool key = stand->number % 8 == 0;

	h264_begin(stand);
	h264_put(&stand->frame, "\x09\x10", 2);
	if (key)
		h264_put_sets(&stand->frame);
	for (unsigned i = 0; i < 3; i++)
		h264_put_unit(&stand->frame, key ? 0x65 : 0x41,
			200 + (stand->number * 7919 + i * 911) % 3000, stand->number * 3 + i);
	h264_cut(stand);
}

static inline void h264_send(struct h264_stand *stand, unsigned i)
{
	assert_int_equal(send(stand->fd, stand->packet[i], stand->length[i], 0), stand->length[i]);
}

static inline void h264_send_all(struct h264_stand *stand)
{
	for (unsigned i = 0; i < stand->n; i++)
		h264_send(stand, i);
}

/* So many in all: the last two of them may come at once. */
static inline void h264_expect(struct h264_stand *stand, unsigned frames)
{
	while (stand->frames < frames) {
		unsigned before = stand->frames;

		stand_run(stand->loop, STAND_GIVE_UP);
		assert_true(stand->frames > before);
	}
	assert_int_equal(stand->frames, frames);
}

static inline void h264_send_frame(struct h264_stand *stand)
{
	h264_make(stand);
	h264_send_all(stand);
	h264_expect(stand, stand->frames + 1);
}

/* The last frame that came has those bytes. */
static inline void h264_expect_bytes(const struct h264_stand *stand, const void *bytes, size_t size)
{
	assert_int_equal(stand->info.bytes_used, size);
	assert_memory_equal(stand->got, bytes, size);
}

static inline void h264_expect_same(const struct h264_stand *stand)
{
	assert_false(stand->info.flags & WEIR_FRAME_CORRUPT);
	h264_expect_bytes(stand, stand->frame.bytes, stand->frame.size);
}

#endif
