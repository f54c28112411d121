/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Frames from the network are what was sent, bit for bit, whatever the network does to packets; and
 * what cannot be made up for is told. */

#include "tests/unit/rtp_stand.h"

#define PACKETS 64 /* of a frame, as the stand cuts it */

static void frames_are_what_was_sent(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("");

	(void)state;
	rtp_stand_send(stand, 0, 20);
	assert_int_equal(stand->exact, 20);
	assert_int_equal(stand->rtp->counts.moved, PACKETS); /* the first frame alone */
	assert_int_equal(stand->rtp->counts.packets, 20 * PACKETS);
	assert_int_equal(stand->rtp->counts.lost, 0);
	assert_int_equal(stand->heard.lines, 0);
	for (unsigned i = 1; i < 20; i++)
		assert_true(stand->info[i].timestamp_ns >= stand->info[i - 1].timestamp_ns);
	rtp_stand_close(stand);
}

static void lines_may_be_apart(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("&stride=1344");

	(void)state;
	stand->feed.payload = 1280; /* a whole line */
	rtp_stand_send(stand, 0, 5);
	assert_int_equal(stand->exact, 5);
	assert_int_equal(stand->rtp->counts.moved, 16);
	rtp_stand_close(stand);
}

static void padding_is_passed_over(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("");

	(void)state;
	stand->feed.padding = 44;
	rtp_stand_send(stand, 0, 5);
	assert_int_equal(stand->exact, 5);
	assert_int_equal(stand->rtp->counts.moved, PACKETS);
	rtp_stand_close(stand);
}

static void trains_are_taken_whole(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("");

	(void)state;
	for (unsigned f = 0; f < 20; f++) {
		feed_cut(&stand->feed, f);
		for (unsigned first = 0; first < PACKETS; first += 24)
			assert_true(feed_send_train(
				&stand->feed, first, PACKETS - first < 24 ? PACKETS - first : 24));
		rtp_stand_expect(stand, f + 1);
	}
	assert_int_equal(stand->exact, 20);
	assert_int_equal(stand->rtp->counts.moved, PACKETS);
	rtp_stand_close(stand);
}

/* Where a frame begins in the middle of what is received at once, it has its memory already. */
static void several_frames_at_once(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("");

	(void)state;
	rtp_stand_send(stand, 0, 2);
	for (unsigned f = 2; f < 12; f += 2) {
		for (unsigned two = 0; two < 2; two++) {
			feed_cut(&stand->feed, f + two);
			for (unsigned p = 0; p < PACKETS; p++)
				assert_true(feed_send(&stand->feed, p));
		}
		rtp_stand_expect(stand, f + 2);
	}
	assert_int_equal(stand->exact, 12);
	assert_int_equal(stand->rtp->counts.moved, PACKETS);
	rtp_stand_close(stand);
}

static void a_packet_of(struct rtp_stand *stand, uint64_t number, unsigned but)
{
	feed_cut(&stand->feed, number);
	for (unsigned p = 0; p < stand->feed.n; p++)
		if (p != but)
			assert_true(feed_send(&stand->feed, p));
	rtp_stand_expect(stand, stand->frames + 1);
}

static void what_is_missing_is_told(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("&lost=black&jitter=1");
	unsigned exact = 0;

	(void)state;
	rtp_stand_send(stand, 0, 3);
	for (unsigned f = 3; f < 6; f++) {
		static const unsigned lost[] = { 0, 17, PACKETS - 1 };
		const uint8_t *piece = stand->last + (size_t)lost[f - 3] * 320;

		a_packet_of(stand, f, lost[f - 3]);
		if (f == 5) /* the marker was in it: the next frame tells that this one is over */
			assert_int_equal(stand->info[5].flags & WEIR_FRAME_DISCONT, 0);
		assert_true(stand->info[f].flags & WEIR_FRAME_CORRUPT);
		for (unsigned i = 0; i < 320; i++)
			assert_int_equal(piece[i], i % 2 ? 16 : 128);
		exact = stand->exact;
		rtp_stand_send(stand, f + 1, 0);
	}
	assert_int_equal(exact, 4); /* the stamp begins with zeroes, which are black */
	assert_int_equal(stand->rtp->counts.corrupt, 3);
	rtp_stand_close(stand);
}

static void kept_pixels_are_of_a_frame_before(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("&jitter=1");

	(void)state;
	rtp_stand_send(stand, 0, RTP_STAND_SLOTS);
	a_packet_of(stand, RTP_STAND_SLOTS, 30);
	assert_true(stand->info[RTP_STAND_SLOTS].flags & WEIR_FRAME_CORRUPT);
	rtp_stand_send(stand, RTP_STAND_SLOTS + 1, 3);
	assert_int_equal(stand->exact, RTP_STAND_SLOTS + 3);
	assert_int_equal(stand->rtp->counts.lost, 1);
	rtp_stand_close(stand);
}

static void order_does_not_matter(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("&jitter=200");
	unsigned order[2 * PACKETS], n;
	uint32_t seed = 7;

	(void)state;
	for (unsigned f = 0; f < 300; f++) {
		feed_cut(&stand->feed, f);
		n = feed_shuffle(order, PACKETS, 20, &seed);
		for (unsigned i = 0; i < n; i++)
			assert_true(feed_send(&stand->feed, order[i]));
		rtp_stand_expect(stand, f + 1);
	}
	assert_int_equal(stand->exact, 300);
	assert_int_equal(stand->rtp->counts.corrupt, 0);
	assert_int_equal(stand->rtp->counts.lost, 0);
	assert_true(stand->rtp->counts.repeated + stand->rtp->counts.late > 0);
	rtp_stand_close(stand);
}

/* The last packets of a frame come after the first ones of the next. */
static void frames_may_overlap(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("&jitter=500");
	static uint8_t late[3][FEED_MAX_PACKET];
	size_t length = 0;

	(void)state;
	rtp_stand_send(stand, 0, 2);
	for (unsigned f = 2; f < 40; f++) {
		feed_cut(&stand->feed, f);
		for (unsigned p = 0; p < PACKETS - 3; p++) {
			assert_true(feed_send(&stand->feed, p));
			for (unsigned i = 0; p == 5 && f > 2 && i < 3; i++)
				assert_int_equal(send(stand->feed.fd, late[i], length, 0), length);
		}
		length = stand->feed.length[PACKETS - 1];
		for (unsigned i = 0; i < 3; i++)
			memcpy(late[i], stand->feed.packet[PACKETS - 3 + i], length);
		rtp_stand_expect(stand, f);
	}
	assert_int_equal(stand->exact, 39);
	assert_int_equal(stand->rtp->counts.corrupt, 0);
	rtp_stand_close(stand);
}

static void lost_frames_are_numbered(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("");

	(void)state;
	rtp_stand_send(stand, 0, 3);
	feed_cut(&stand->feed, 3); /* nobody sends these two */
	feed_cut(&stand->feed, 4);
	rtp_stand_send(stand, 5, 3);
	assert_int_equal(stand->info[3].sequence, 5);
	assert_int_equal(weir_counter_get(&stand->source->lost), 2);
	assert_int_equal(stand->exact, 6);
	rtp_stand_close(stand);
}

static void another_cut_is_learned(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("");
	uint64_t moved;

	(void)state;
	rtp_stand_send(stand, 0, 5);
	stand->feed.payload = 700;
	rtp_stand_send(stand, 5, 2);
	moved = stand->rtp->counts.moved;
	rtp_stand_send(stand, 7, 5);
	assert_int_equal(stand->exact, 12);
	assert_int_equal(stand->rtp->counts.moved, moved);
	rtp_stand_close(stand);
}

/* What comes in the middle of a frame is not shown as one. */
static void begins_with_a_whole_frame(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("");

	(void)state;
	feed_cut(&stand->feed, 0);
	for (unsigned p = 10; p < PACKETS; p++)
		assert_true(feed_send(&stand->feed, p));
	stand->offset = 1;
	rtp_stand_send(stand, 1, 3);
	assert_int_equal(stand->exact, 3);
	assert_int_equal(stand->rtp->counts.corrupt, 0);
	rtp_stand_close(stand);
}

static void others_are_not_listened_to(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("");
	struct feed *other = malloc(sizeof(*other));

	(void)state;
	assert_non_null(other);
	*other = stand->feed;
	other->ssrc = 0xbad;
	rtp_stand_send(stand, 0, 2);
	for (unsigned f = 2; f < 10; f++) {
		feed_cut(&stand->feed, f);
		feed_cut(other, f + 1000);
		for (unsigned p = 0; p < PACKETS; p++) {
			assert_true(feed_send(&stand->feed, p));
			assert_true(feed_send(other, p));
		}
		rtp_stand_expect(stand, f + 1);
	}
	assert_int_equal(stand->exact, 10);
	assert_int_equal(stand->rtp->counts.foreign, 8 * PACKETS);
	free(other);
	rtp_stand_close(stand);
}

static void other_addresses_do_not_come_through(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("");
	struct feed *other = malloc(sizeof(*other));

	(void)state;
	assert_non_null(other);
	*other = stand->feed;
	other->fd = feed_connect(stand->port);
	rtp_stand_send(stand, 0, 2);
	feed_cut(other, 1000); /* the very same source, but from another port */
	for (unsigned p = 0; p < PACKETS; p++)
		feed_send(other, p);
	rtp_stand_send(stand, 2, 5);
	assert_int_equal(stand->exact, 7);
	close(other->fd);
	free(other);
	rtp_stand_close(stand);
}

static void only_the_one_that_was_named(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("&from=127.0.0.2");

	(void)state;
	feed_cut(&stand->feed, 0);
	for (unsigned p = 0; p < PACKETS; p++)
		assert_true(feed_send(&stand->feed, p));
	stand_run(stand->loop, STAND_A_WHILE);
	assert_int_equal(stand->frames, 0);
	assert_int_equal(stand->rtp->counts.foreign, PACKETS);
	rtp_stand_close(stand);
}

static void a_sender_that_starts_anew(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("");

	(void)state;
	rtp_stand_send(stand, 0, 3);
	stand_run(stand->loop, 2 * WEIR_RTP_SILENCE_NS);
	close(stand->feed.fd);
	stand->feed.fd = feed_connect(stand->port);
	stand->feed.ssrc++;
	stand->feed.first_stamp -= 12345678;
	stand->feed.sequence = 17;
	rtp_stand_send(stand, 3, 3);
	assert_int_equal(stand->exact, 6);
	assert_int_equal(stand->info[3].flags, WEIR_FRAME_DISCONT);
	assert_int_equal(stand->info[4].flags, 0);
	assert_int_equal(weir_counter_get(&stand->source->lost), 0);
	rtp_stand_close(stand);
}

/* A frame whose rest never comes is not kept back for ever. */
static void silence_ends_a_frame(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("");

	(void)state;
	rtp_stand_send(stand, 0, 2);
	feed_cut(&stand->feed, 2);
	for (unsigned p = 0; p < 20; p++)
		assert_true(feed_send(&stand->feed, p));
	rtp_stand_expect(stand, 3);
	assert_true(stand->info[2].flags & WEIR_FRAME_CORRUPT);
	rtp_stand_close(stand);
}

static void a_picture_that_does_not_fit(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("");

	(void)state;
	stand->feed.video.height = 32;
	for (unsigned f = 0; f < 3; f++) {
		feed_cut(&stand->feed, f);
		for (unsigned p = 0; p < stand->feed.n; p++)
			feed_send(&stand->feed, p);
		stand_run(stand->loop, 10 * STAND_MS);
	}
	assert_int_equal(stand->heard.lines, 1);
	assert_non_null(strstr(stand->heard.last, "line 16"));
	rtp_stand_close(stand);
}

static void another_payload_type(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("&payload=100");

	(void)state;
	feed_cut(&stand->feed, 0);
	for (unsigned p = 0; p < PACKETS; p++)
		assert_true(feed_send(&stand->feed, p));
	stand_run(stand->loop, 10 * STAND_MS);
	assert_int_equal(stand->frames, 0);
	assert_int_equal(stand->heard.lines, 1);
	assert_non_null(strstr(stand->heard.last, "payload=96"));
	rtp_stand_close(stand);
}

static void without_memory_frames_are_lost(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("");

	(void)state;
	stand->keep = RTP_STAND_SLOTS;
	rtp_stand_send(stand, 0, RTP_STAND_SLOTS);
	for (unsigned f = RTP_STAND_SLOTS; f < RTP_STAND_SLOTS + 3; f++) {
		feed_cut(&stand->feed, f);
		for (unsigned p = 0; p < PACKETS; p++)
			assert_true(feed_send(&stand->feed, p));
		stand_run(stand->loop, 10 * STAND_MS);
	}
	assert_int_equal(stand->frames, RTP_STAND_SLOTS);
	stand->keep = 0;
	while (stand->n_held)
		weir_frame_unref(&stand->held[--stand->n_held]);
	rtp_stand_send(stand, RTP_STAND_SLOTS + 3, 3);
	assert_int_equal(stand->exact, RTP_STAND_SLOTS + 3);
	assert_int_equal(weir_counter_get(&stand->source->lost), 3);
	rtp_stand_close(stand);
}

/* Any byte of any packet may be wrong: nothing is touched that is not the frame's, and good frames
 * follow. */
static void damaged_packets_do_no_harm(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("&jitter=0");
	uint32_t seed = 3;

	(void)state;
	rtp_stand_send(stand, 0, 1);
	for (unsigned f = 1; f < 200; f++) {
		feed_cut(&stand->feed, f);
		for (unsigned p = 0; p < PACKETS; p++) {
			if (feed_random(&seed) % 4 == 0)
				stand->feed.packet[p][feed_random(&seed) % 24] ^=
					(uint8_t)(1u << feed_random(&seed) % 8);
			if (feed_random(&seed) % 16 == 0)
				stand->feed.length[p] = feed_random(&seed) % 64;
			feed_send(&stand->feed, p);
		}
		stand_run(stand->loop, STAND_MS);
	}
	stand_run(stand->loop, 2 * WEIR_RTP_SILENCE_NS);
	stand->feed.ssrc++;
	stand->frames = 0;
	stand->exact = 0;
	stand->feed.first_stamp += 5000000;
	rtp_stand_send(stand, 1000, 1); /* as this number, whatever ours is */
	stand->offset = 1000 - stand->info[0].sequence;
	rtp_stand_send(stand, 1001, 4);
	assert_int_equal(stand->exact, 4);
	rtp_stand_close(stand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_what_was_sent),
		cmocka_unit_test(lines_may_be_apart),
		cmocka_unit_test(padding_is_passed_over),
		cmocka_unit_test(trains_are_taken_whole),
		cmocka_unit_test(several_frames_at_once),
		cmocka_unit_test(what_is_missing_is_told),
		cmocka_unit_test(kept_pixels_are_of_a_frame_before),
		cmocka_unit_test(order_does_not_matter),
		cmocka_unit_test(frames_may_overlap),
		cmocka_unit_test(lost_frames_are_numbered),
		cmocka_unit_test(another_cut_is_learned),
		cmocka_unit_test(begins_with_a_whole_frame),
		cmocka_unit_test(others_are_not_listened_to),
		cmocka_unit_test(other_addresses_do_not_come_through),
		cmocka_unit_test(only_the_one_that_was_named),
		cmocka_unit_test(a_sender_that_starts_anew),
		cmocka_unit_test(silence_ends_a_frame),
		cmocka_unit_test(a_picture_that_does_not_fit),
		cmocka_unit_test(another_payload_type),
		cmocka_unit_test(without_memory_frames_are_lost),
		cmocka_unit_test(damaged_packets_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
