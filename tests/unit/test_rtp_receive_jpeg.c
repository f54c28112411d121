/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* JPEG images as the RTP source delivers them: packets come as they should, late, or never. */
#include "capture/rtp/source.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/rtp/jpeg.h"
#include "tests/contract/stand.h"
#include "tests/unit/rtp_feed.h"
#include "tests/unit/rtp_image.h"

#define SLOTS   6
#define ROOM    548
#define SSRC    0xdecade
#define PACKETS 10 /* of an image of the usual length, about */

struct stand {
	struct stand_log heard;
	struct weir_source *source;
	struct weir_loop *loop;
	struct weir_slab *slab;
	int fd;
	uint16_t sequence;
	uint32_t number; /* of the frame */
	struct rtp_image image;
	unsigned n; /* packets of it */
	size_t length[512];
	uint8_t packet[512][ROOM];
	unsigned frames, incomplete;
	bool corrupt;         /* the last one was */
	uint8_t got[1 << 20]; /* its bytes */
	size_t got_size;
};

static void deliver(void *data, struct weir_frame *frame)
{
	struct stand *stand = data;
	struct weir_pixels pixels;

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	stand->got_size = frame->info.bytes_used;
	assert_in_range(stand->got_size, WEIR_RTP_JPEG_IMAGE_HEADER + 2, sizeof(stand->got));
	memcpy(stand->got, pixels.data[0], stand->got_size);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	stand->corrupt = frame->info.flags & WEIR_FRAME_CORRUPT;
	stand->incomplete += stand->corrupt;
	stand->frames++;
	weir_frame_unref(&frame);
	weir_loop_stop(stand->loop);
}

static void ended(void *data, int error)
{
	(void)data;
	fail_msg("the source ended by itself: %d", error);
}

static struct stand *open_stand(void)
{
	struct stand *stand = calloc(1, sizeof(*stand));
	const struct weir_source_settings settings = { .log = &stand->heard.log };
	struct weir_slab_settings memory = { .slots = SLOTS, .no_lock = true };
	uint16_t port = feed_free_port();
	struct weir_source_host host = { .deliver = deliver, .ended = ended, .data = stand };
	char uri[160];

	assert_non_null(stand);
	stand_listen(&stand->heard);
	stand->heard.log.level = WEIR_LOG_WARN;
	snprintf(uri, sizeof(uri), "rtp://127.0.0.1:%u?size=640x480&format=MJPEG&jitter=20", port);
	assert_int_equal(weir_source_open(uri, &settings, &stand->source), 0);
	host.loop = stand->loop = stand_open_loop();
	assert_int_equal(stand->source->impl->frame_bytes(stand->source, &memory.frame_bytes), 0);
	assert_int_equal(weir_slab_create(&weir_memory_host, &memory, &stand->slab), 0);
	stand_describe_slots(stand->slab, weir_source_video(stand->source));
	host.slab = stand->slab;
	stand->fd = feed_connect(port);
	assert_true(stand->fd >= 0);
	assert_int_equal(stand->source->impl->start(stand->source, &host), 0);
	return stand;
}

static void close_stand(struct stand *stand)
{
	stand->source->impl->stop(stand->source);
	assert_int_equal(weir_slab_out(stand->slab), 0);
	close(stand->fd);
	weir_loop_close(&stand->loop);
	weir_source_close(&stand->source);
	weir_slab_unref(&stand->slab);
	free(stand);
}

static void add_packet(struct stand *stand, const struct weir_rtp_jpeg *jpeg, uint32_t at)
{
	uint8_t *to = stand->packet[stand->n];
	size_t head = WEIR_RTP_HEADER + weir_rtp_jpeg_write(to + WEIR_RTP_HEADER, jpeg, at);
	size_t left = stand->image.length - at, bytes = ROOM - head < left ? ROOM - head : left;
	const struct weir_rtp_header header = {
		.marker = bytes == left,
		.payload_type = 26,
		.sequence = stand->sequence++,
		.timestamp = stand->number * 3000,
		.ssrc = SSRC,
	};

	weir_rtp_write(to, &header);
	memcpy(to + head, stand->image.bytes + stand->image.scan + at, bytes);
	stand->length[stand->n++] = head + bytes;
	if (bytes < left)
		add_packet(stand, jpeg, at + (uint32_t)bytes);
}

static void cut(struct stand *stand, const struct rtp_image_settings *settings)
{
	struct weir_rtp_jpeg jpeg;
	size_t scan, length;
	char why[200];

	rtp_image_make(&stand->image, settings, ++stand->number);
	assert_int_equal(weir_rtp_jpeg_parse(stand->image.bytes, stand->image.size, &jpeg, &scan,
				 &length, why, sizeof(why)),
		0);
	stand->n = 0;
	add_packet(stand, &jpeg, 0);
}

static void send_packet(struct stand *stand, unsigned i)
{
	assert_int_equal(send(stand->fd, stand->packet[i], stand->length[i], 0), stand->length[i]);
}

static void expect(struct stand *stand, unsigned frames)
{
	while (stand->frames < frames) {
		unsigned before = stand->frames;

		stand_run(stand->loop, STAND_GIVE_UP);
		assert_true(stand->frames > before);
	}
	assert_int_equal(stand->frames, frames);
}

static void send_image(struct stand *stand, const struct rtp_image_settings *settings)
{
	cut(stand, settings);
	for (unsigned i = 0; i < stand->n; i++)
		send_packet(stand, i);
	expect(stand, stand->frames + 1);
}

/* The last frame is the image that was sent last. */
static void expect_same(const struct stand *stand)
{
	struct weir_rtp_jpeg sent, got;
	size_t scan, length, at, n;
	char why[200];

	assert_false(stand->corrupt);
	assert_int_equal(weir_rtp_jpeg_parse(stand->image.bytes, stand->image.size, &sent, &at, &n,
				 why, sizeof(why)),
		0);
	assert_int_equal(weir_rtp_jpeg_parse(stand->got, stand->got_size, &got, &scan, &length, why,
				 sizeof(why)),
		0);
	assert_int_equal(scan + length, stand->got_size);
	assert_memory_equal(stand->got + stand->got_size - 2, "\xff\xd9", 2);
	assert_memory_equal(stand->got + scan, stand->image.bytes + at, n);
	assert_int_equal(got.restart, sent.restart);
	assert_int_equal(got.tall, sent.tall);
	for (unsigned i = 0; i < 2; i++)
		assert_memory_equal(got.tables[i], sent.tables[i], WEIR_RTP_JPEG_TABLE);
}

static const struct rtp_image_settings usual;

static void images_are_what_was_sent(void **state)
{
	struct stand *stand = open_stand();
	struct weir_rtp_source *rtp = (struct weir_rtp_source *)stand->source;
	uint64_t moved;

	(void)state;
	send_image(stand, &usual);
	expect_same(stand);
	send_image(stand, &usual);
	moved = rtp->counts.moved;
	for (unsigned i = 0; i < 20; i++) {
		send_image(stand, &usual);
		expect_same(stand);
	}
	/* Of one length, all land in their place, the first packet with its tables, too. */
	assert_int_equal(rtp->counts.moved, moved);
	close_stand(stand);
}

static void no_two_are_alike(void **state)
{
	struct stand *stand = open_stand();

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		const struct rtp_image_settings settings = {
			.length = 1000 + i * 7919 % 6000,
			.luma = i % 3 ? 0x21 : 0x22,
			.restart = (uint16_t)(i % 4 ? 0 : 40),
			.no_end = i % 5 == 0,
		};

		send_image(stand, &settings);
		expect_same(stand);
	}
	close_stand(stand);
}

static void expect_loss_of(unsigned packet)
{
	struct stand *stand = open_stand();

	send_image(stand, &usual);
	send_image(stand, &usual);
	cut(stand, &usual);
	assert_true(stand->n >= PACKETS);
	packet = packet < stand->n ? packet : stand->n - 1;
	for (unsigned i = 0; i < stand->n; i++)
		if (i != packet)
			send_packet(stand, i);
	cut(stand, &usual); /* what comes next tells that it is over */
	for (unsigned i = 0; i < stand->n; i++)
		send_packet(stand, i);
	expect(stand, 4);
	assert_int_equal(stand->incomplete, 1);
	expect_same(stand);
	close_stand(stand);
}

static void what_is_missing_is_told(void **state)
{
	(void)state;
	expect_loss_of(0);
	expect_loss_of(4);
	expect_loss_of(UINT32_MAX); /* the last one */
}

static void order_does_not_matter(void **state)
{
	struct stand *stand = open_stand();

	(void)state;
	send_image(stand, &usual);
	for (unsigned round = 0; round < PACKETS - 1; round++) {
		cut(stand, &usual);
		for (unsigned i = 0; i < stand->n; i++)
			send_packet(stand, i == round ? i + 1 : i == round + 1 ? round : i);
		expect(stand, stand->frames + 1);
		expect_same(stand);
	}
	close_stand(stand);
}

/* Nothing outside the slots is written (the sanitizer sees it), and whole images still come. */
static void damaged_packets_do_no_harm(void **state)
{
	struct stand *stand = open_stand();
	uint32_t seed = 5;
	unsigned before;

	(void)state;
	send_image(stand, &usual);
	for (unsigned round = 0; round < 200; round++) {
		cut(stand, &usual);
		for (unsigned i = 0; i < stand->n; i++) {
			seed = seed * 1664525 + 1013904223;
			if (seed >> 30 == 0)
				stand->packet[i][12 + (seed >> 8) % 12] ^=
					(uint8_t)(1u << (seed >> 16) % 8);
			send_packet(stand, i);
		}
		stand_run(stand->loop, STAND_MS);
	}
	do {
		before = stand->frames;
		stand_run(stand->loop, STAND_A_WHILE);
	} while (stand->frames > before);
	for (unsigned i = 0; i < 10; i++)
		send_image(stand, &usual);
	expect_same(stand);
	close_stand(stand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images_are_what_was_sent),
		cmocka_unit_test(no_two_are_alike),
		cmocka_unit_test(what_is_missing_is_told),
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(damaged_packets_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
