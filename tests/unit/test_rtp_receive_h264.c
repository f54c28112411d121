/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* H.264 as the RTP source delivers it: packets come as they should, late, or never. */
#include <unistd.h>

#include "tests/unit/h264_stand.h"

static void frames_are_what_was_sent(void **state)
{
	struct h264_stand *stand = h264_open(H264_KEYS);

	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		h264_send_frame(stand);
		h264_expect_same(stand);
		assert_int_equal(stand->info.sequence, i);
	}
	assert_int_equal(stand->rtp->counts.lost + stand->rtp->counts.late, 0);
	assert_int_equal(stand->incomplete, 0);
	h264_close(stand);
}

/* Fragments land in their place, but for the first and last of each unit. */
static void fragments_are_foreseen(void **state)
{
	struct h264_stand *stand = h264_open(H264_KEYS);
	uint64_t moved;

	(void)state;
	h264_send_frame(stand);
	moved = stand->rtp->counts.moved;
	h264_begin(stand);
	h264_put_unit(&stand->frame, 0x41, 40000, 7);
	h264_cut(stand);
	for (unsigned i = 0; i < stand->n; i++) {
		h264_send(stand, i);
		stand_run(stand->loop, STAND_MS);
	}
	h264_expect(stand, 2);
	h264_expect_same(stand);
	assert_true(stand->n > 70);
	assert_int_equal(stand->rtp->counts.moved, moved + 2);
	h264_close(stand);
}

/* Where the kernel keeps packets together, too. */
static void trains_are_taken_apart(void **state)
{
	static struct feed feed;
	struct h264_stand *stand = h264_open(H264_KEYS);

	(void)state;
	feed.fd = stand->fd;
	for (unsigned round = 0; round < 20; round++) {
		h264_make(stand);
		for (unsigned i = 0, n; i < stand->n; i += n) {
			n = 1;
			while (i + n < stand->n && stand->length[i] == H264_ROOM &&
				stand->length[i + n - 1] == H264_ROOM)
				n++;
			for (unsigned p = i; p < i + n; p++) {
				feed.length[p] = stand->length[p];
				memcpy(feed.packet[p], stand->packet[p], stand->length[p]);
			}
			assert_true(n == 1 ? feed_send(&feed, i) : feed_send_train(&feed, i, n));
			stand_run(stand->loop, STAND_MS);
		}
		h264_expect(stand, round + 1);
		h264_expect_same(stand);
	}
	h264_close(stand);
}

/* ---- order ---- */

static void order_does_not_matter(void **state)
{
	struct h264_stand *stand = h264_open(H264_KEYS);
	unsigned order[512];
	uint32_t seed = 3;

	(void)state;
	h264_send_frame(stand);
	for (unsigned round = 0; round < 100; round++) {
		unsigned n;

		h264_make(stand);
		n = feed_shuffle(order, stand->n, 2 + round % 7, &seed);
		for (unsigned i = 0; i < n; i++) {
			h264_send(stand, order[i]);
			if (round % 3 == 0)
				stand_run(stand->loop, STAND_MS / 10);
		}
		h264_expect(stand, round + 2);
		h264_expect_same(stand);
	}
	h264_close(stand);
}

static void backwards(void **state)
{
	struct h264_stand *stand = h264_open(H264_KEYS);

	(void)state;
	h264_send_frame(stand);
	for (unsigned round = 0; round < 10; round++) {
		h264_make(stand);
		for (unsigned i = stand->n; i-- > 0;)
			h264_send(stand, i);
		h264_expect(stand, round + 2);
		h264_expect_same(stand);
	}
	h264_close(stand);
}

/* Pictures that are shown before others that come earlier. */
static void stamps_may_go_back(void **state)
{
	struct h264_stand *stand = h264_open(H264_KEYS);
	uint64_t times[12] = { 0 };

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		stand->back = i % 3 == 1 ? -6000 : i ? 3000 : 0;
		h264_send_frame(stand);
		h264_expect_same(stand);
		assert_int_equal(stand->info.sequence, i);
		assert_false(stand->info.flags & WEIR_FRAME_DISCONT);
		times[i] = stand->info.timestamp_ns;
	}
	for (unsigned i = 1; i + 2 < 12; i += 3) {
		assert_true(times[i] > times[i + 1] && times[i] > times[i + 2]);
		assert_in_range(times[i + 2] - times[i + 1], 33333333, 33333334);
	}
	assert_int_equal(weir_counter_get(&stand->source->lost), 0);
	h264_close(stand);
}

/* ---- losses ---- */

/* Every unit of the frame before the last is one that was sent, or its beginning. */
static unsigned count_units(const struct h264_stand *stand, const struct h264_stream *sent)
{
	size_t at = 0, unit, length, sent_at = 0, sent_unit, sent_length;
	unsigned n = 0;

	while (weir_h264_next(
		stand->got_before, stand->info_before.bytes_used, &at, &unit, &length)) {
		do
			assert_true(weir_h264_next(
				sent->bytes, sent->size, &sent_at, &sent_unit, &sent_length));
		while (sent_length < length ||
			memcmp(sent->bytes + sent_unit, stand->got_before + unit, length) != 0);
		n++;
	}
	return n;
}

/* One packet of a frame is missing; how many were of it. */
static unsigned expect_loss_of(unsigned packet)
{
	struct h264_stand *stand = h264_open(H264_KEYS);
	struct h264_stream sent;
	unsigned n;

	h264_send_frame(stand);
	h264_send_frame(stand);
	h264_make(stand);
	n = stand->n;
	sent = stand->frame;
	for (unsigned i = 0; i < n; i++)
		if (i != packet)
			h264_send(stand, i);
	h264_make(stand); /* what comes next tells that it is over */
	h264_send_all(stand);
	h264_expect(stand, 4);
	assert_true(stand->info_before.flags & WEIR_FRAME_CORRUPT);
	assert_true(count_units(stand, &sent) >= 2);
	h264_expect_same(stand);
	assert_int_equal(stand->rtp->counts.lost, 1);
	assert_int_equal(stand->rtp->counts.corrupt, 1);
	h264_close(stand);
	return n;
}

static void what_is_missing_is_told(void **state)
{
	unsigned n = expect_loss_of(0);

	(void)state;
	assert_true(n > 6);
	for (unsigned i = 1; i < n; i++)
		expect_loss_of(i);
}

/* Without delimiters nobody knows whose the missing packets are, but that one ended the frame
 * before. */
static void the_next_frame_is_whole(void **state)
{
	struct h264_stand *stand = h264_open(H264_KEYS);

	(void)state;
	h264_send_frame(stand);
	for (unsigned missing = 1; missing <= 2; missing++) {
		for (unsigned i = 0; i < 2; i++) {
			h264_begin(stand);
			h264_put_unit(&stand->frame, 0x41, 3000, missing);
			h264_cut(stand);
			for (unsigned p = 0; p < stand->n - (i ? 0 : missing); p++)
				h264_send(stand, p);
		}
		h264_expect(stand, 1 + 2 * missing);
		h264_expect_bytes(stand, stand->frame.bytes, stand->frame.size);
		assert_int_equal(stand->incomplete, missing == 1 ? 1 : 3);
	}
	h264_close(stand);
}

static void lost_frames_are_counted(void **state)
{
	struct h264_stand *stand = h264_open(H264_KEYS);

	(void)state;
	h264_send_frame(stand);
	h264_send_frame(stand);
	h264_make(stand); /* and not sent */
	h264_send_frame(stand);
	h264_expect_same(stand);
	assert_int_equal(stand->info.sequence, 3);
	assert_int_equal(weir_counter_get(&stand->source->lost), 1);
	h264_close(stand);
}

/* Frames of senders without markers end where the next one begins. */
static void markers_may_be_missing(void **state)
{
	struct h264_stand *stand = h264_open(H264_KEYS);
	struct h264_stream before;

	(void)state;
	stand->markerless = true;
	h264_make(stand);
	h264_send_all(stand);
	for (unsigned i = 0; i < 10; i++) {
		before = stand->frame;
		h264_make(stand);
		h264_send_all(stand);
		h264_expect(stand, i + 1);
		assert_false(stand->info.flags & WEIR_FRAME_CORRUPT);
		h264_expect_bytes(stand, before.bytes, before.size);
	}
	h264_close(stand);
}

static void frames_that_are_too_large_do_no_harm(void **state)
{
	struct h264_stand *stand = h264_open("size=16x16&format=H264&fps=30");

	(void)state;
	h264_send_frame(stand);
	h264_begin(stand);
	h264_put_unit(&stand->frame, 0x41, 8000, 1);
	h264_cut(stand);
	h264_send_all(stand);
	h264_expect(stand, 2);
	assert_true(stand->info.flags & WEIR_FRAME_CORRUPT);
	assert_true(stand->info.bytes_used <= weir_rtp_coded_bytes(&stand->rtp->base.video));
	h264_begin(stand);
	h264_put_unit(&stand->frame, 0x41, 1000, 1);
	h264_cut(stand);
	h264_send_all(stand);
	h264_expect(stand, 3);
	h264_expect_same(stand);
	h264_close(stand);
}

/* Nothing outside the slots is written (the sanitizer sees it), and whole frames still come. */
static void damaged_packets_do_no_harm(void **state)
{
	struct h264_stand *stand = h264_open(H264_KEYS);
	uint32_t seed = 5;
	unsigned before;

	(void)state;
	h264_send_frame(stand);
	for (unsigned round = 0; round < 300; round++) {
		h264_make(stand);
		for (unsigned i = 0; i < stand->n; i++) {
			if (feed_random(&seed) % 4 == 0)
				stand->packet[i][1 + feed_random(&seed) % 14] ^=
					(uint8_t)(1u << feed_random(&seed) % 8);
			stand->packet[i][8] = 0; /* still of that sender */
			if (feed_random(&seed) % 8)
				h264_send(stand, i);
		}
		stand_run(stand->loop, STAND_MS);
	}
	do {
		before = stand->frames;
		stand_run(stand->loop, STAND_A_WHILE);
	} while (stand->frames > before);
	assert_true(stand->frames > 10);
	h264_close(stand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_what_was_sent),
		cmocka_unit_test(fragments_are_foreseen),
		cmocka_unit_test(trains_are_taken_apart),
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(backwards),
		cmocka_unit_test(stamps_may_go_back),
		cmocka_unit_test(what_is_missing_is_told),
		cmocka_unit_test(the_next_frame_is_whole),
		cmocka_unit_test(lost_frames_are_counted),
		cmocka_unit_test(markers_may_be_missing),
		cmocka_unit_test(frames_that_are_too_large_do_no_harm),
		cmocka_unit_test(damaged_packets_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
