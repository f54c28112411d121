/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What receiving from the network is made of: which bytes are there, how the sender cuts, and when
 * frames were. Each against a simple model. */

#include "capture/rtp/address.h"
#include "capture/rtp/coverage.h"
#include "capture/rtp/cut.h"
#include "capture/rtp/sender.h"
#include "capture/rtp/timeline.h"
#include "core/checked.h"
#include "core/clock.h"
#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* ---- coverage ---- */

#define TOTAL 3000

static void coverage_is_that_of_single_bytes(void **state)
{
	static struct weir_coverage coverage;
	uint32_t seed = 11;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		bool there[TOTAL] = { false };

		weir_coverage_clear(&coverage);
		for (unsigned step = 0; step < 300; step++) {
			uint32_t begin = next_random(&seed) % TOTAL, missing = 0;
			uint32_t end = begin + 1 + next_random(&seed) % 40;
			bool news = false;

			end = end < TOTAL ? end : TOTAL;
			for (uint32_t i = begin; i < end; i++) {
				news |= !there[i];
				there[i] = true;
			}
			for (uint32_t i = 0; i < TOTAL; i++)
				missing += !there[i];
			assert_int_equal(weir_coverage_add(&coverage, begin, end), news);
			assert_int_equal(weir_coverage_missing(&coverage, TOTAL), missing);
			assert_int_equal(weir_coverage_whole(&coverage, TOTAL), missing == 0);
		}
	}
}

/* More holes than are counted: bytes that are there may be taken for missing, never the other way
 * round. */
static void coverage_has_a_limit(void **state)
{
	static struct weir_coverage coverage;
	uint32_t taken = 0;

	(void)state;
	weir_coverage_clear(&coverage);
	for (uint32_t i = 0; i < 2 * WEIR_COVERAGE_HOLES; i++)
		taken += weir_coverage_add(&coverage, 2 * i + 1, 2 * i + 2);
	assert_int_equal(taken, WEIR_COVERAGE_HOLES);
	assert_int_equal(coverage.n, WEIR_COVERAGE_HOLES);
	assert_int_equal(
		weir_coverage_missing(&coverage, 4 * WEIR_COVERAGE_HOLES), 3 * WEIR_COVERAGE_HOLES);
	assert_true(weir_coverage_add(&coverage, 0, 4 * WEIR_COVERAGE_HOLES));
	assert_true(weir_coverage_whole(&coverage, 4 * WEIR_COVERAGE_HOLES));
}

/* ---- the cut ---- */

static void the_cut_is_what_came_last(void **state)
{
	struct weir_cut cut;
	uint16_t length_at[TOTAL] = { 0 }; /* of the piece that starts there; 0: none */
	uint32_t seed = 5;
	unsigned hint = 0;

	(void)state;
	assert_int_equal(weir_cut_init(&cut, 256 * TOTAL, 10), 0);
	for (unsigned step = 0; step < 5000; step++) {
		struct weir_cut_piece piece = { .start = next_random(&seed) % (TOTAL - 60) };
		uint32_t end;

		piece.length = (uint16_t)(1 + next_random(&seed) % 60);
		end = piece.start + piece.length;
		for (uint32_t i = 0; i < end; i++)
			if (length_at[i] && i + length_at[i] > piece.start)
				length_at[i] = 0;
		length_at[piece.start] = piece.length;
		weir_cut_learn(&cut, &piece);
		for (uint32_t i = step % 7; i < TOTAL; i += 7) {
			const struct weir_cut_piece *found = weir_cut_find(&cut, i, &hint);

			assert_int_equal(found ? found->length : 0, length_at[i]);
		}
	}
	weir_cut_finish(&cut);
}

static void a_full_cut_learns_no_more(void **state)
{
	struct weir_cut cut;
	unsigned hint = 0;

	(void)state;
	assert_int_equal(weir_cut_init(&cut, 256, 1), 0);
	assert_int_equal(cut.capacity, 3);
	for (uint32_t i = 0; i < 10; i++)
		weir_cut_learn(&cut, &(struct weir_cut_piece){ .start = i, .length = 1 });
	assert_int_equal(cut.n, 3);
	assert_non_null(weir_cut_find(&cut, 2, &hint));
	assert_null(weir_cut_find(&cut, 3, &hint));
	weir_cut_finish(&cut);
}

/* ---- time ---- */

static struct weir_rtp_timeline started(uint32_t num, uint32_t den)
{
	return (struct weir_rtp_timeline){ .rate = { num, den }, .sequence = UINT64_MAX };
}

/* A sender whose clock is 100 ppm fast, a network that delays by up to 5 ms: an hour later the
 * times are still those of sending, and no frame is from the future. */
static void time_follows_the_sender(void **state)
{
	struct weir_rtp_timeline timeline = started(30, 1);
	uint64_t sent = 1000 * WEIR_NS_PER_S, interval = WEIR_NS_PER_S / 30, before = 0;
	uint32_t seed = 9;

	(void)state;
	for (uint64_t i = 0; i < 30 * 3600; i++, sent += interval) {
		uint64_t arrived = sent + 200000 + next_random(&seed) % 5000000;
		uint32_t stamp = (uint32_t)(4000000000u + i * 30003 / 10);
		struct weir_rtp_timeline_frame frame =
			weir_rtp_timeline_next(&timeline, stamp, arrived, false);

		assert_int_equal(frame.sequence, i);
		assert_int_equal(frame.discont, i == 0);
		assert_in_range(frame.timestamp_ns, before, arrived);
		if (i > 300)
			assert_in_range(frame.timestamp_ns, sent - 1000000, sent + 1500000);
		before = frame.timestamp_ns;
	}
}

static void lost_frames_leave_gaps(void **state)
{
	struct weir_rtp_timeline timeline = started(60000, 1001);
	uint64_t now = WEIR_NS_PER_S;

	(void)state;
	assert_int_equal(weir_rtp_timeline_next(&timeline, 0, now, false).sequence, 0);
	assert_int_equal(weir_rtp_timeline_next(&timeline, 1501, now, false).sequence, 1);
	assert_int_equal(weir_rtp_timeline_next(&timeline, 3003, now, true).sequence, 2);
	assert_int_equal(weir_rtp_timeline_next(&timeline, 9009, now, true).sequence, 6);
	assert_int_equal(weir_rtp_timeline_next(&timeline, 9109, now, true).sequence, 7);
	assert_int_equal(weir_rtp_timeline_next(&timeline, 11700, now, false).sequence, 8);
}

/* A sender that leaves a frame out has no gap in its packets, and stamps are rounded. */
static void frames_left_out_are_counted(void **state)
{
	struct weir_rtp_timeline timeline = started(100, 1);

	(void)state;
	assert_int_equal(weir_rtp_timeline_next(&timeline, 0, WEIR_NS_PER_S, false).sequence, 0);
	assert_int_equal(weir_rtp_timeline_next(&timeline, 1799, WEIR_NS_PER_S, false).sequence, 2);
	assert_int_equal(weir_rtp_timeline_next(&timeline, 2900, WEIR_NS_PER_S, false).sequence, 3);
}

/* Pictures in a decoder's order. */
static void stamps_that_go_back_leave_no_gaps(void **state)
{
	static const uint32_t stamps[] = { 3000, 12000, 6000, 9000, 21000, 15000, 18000 };
	struct weir_rtp_timeline timeline = started(30, 1);
	uint64_t now = WEIR_NS_PER_S, times[WEIR_COUNT(stamps)];

	(void)state;
	timeline.unordered = true;
	for (size_t i = 0; i < WEIR_COUNT(stamps); i++, now += WEIR_NS_PER_S / 30) {
		struct weir_rtp_timeline_frame frame =
			weir_rtp_timeline_next(&timeline, stamps[i], now, false);

		assert_int_equal(frame.sequence, i);
		assert_int_equal(frame.discont, i == 0);
		times[i] = frame.timestamp_ns;
	}
	assert_true(times[2] < times[3] && times[3] < times[1] && times[1] < times[5]);
	assert_true(times[5] < times[6] && times[6] < times[4]);
	assert_int_equal(weir_rtp_timeline_next(&timeline, 33000, now, true).sequence, 10);
}

static void without_a_rate_numbers_follow_each_other(void **state)
{
	struct weir_rtp_timeline timeline = started(0, 0);

	(void)state;
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(
			weir_rtp_timeline_next(&timeline, i * i * 1000, WEIR_NS_PER_S, true)
				.sequence,
			i);
}

static void stamps_of_another_clock_begin_anew(void **state)
{
	struct weir_rtp_timeline timeline = started(30, 1);
	struct weir_rtp_timeline_frame frame;

	(void)state;
	weir_rtp_timeline_next(&timeline, 0, WEIR_NS_PER_S, false);
	frame = weir_rtp_timeline_next(&timeline, 90000 * 100, 2 * WEIR_NS_PER_S, false);
	assert_true(frame.discont);
	assert_int_equal(frame.sequence, 1);
	assert_int_equal(frame.timestamp_ns, 2 * WEIR_NS_PER_S);
}

/* ---- senders and addresses ---- */

static void sequence_numbers_turn_over(void **state)
{
	struct weir_rtp_sender sender = { .next = 65534 };
	bool late;

	(void)state;
	assert_int_equal(weir_rtp_sender_count(&sender, 65534, &late), 0);
	assert_int_equal(weir_rtp_sender_count(&sender, 2, &late), 3);
	assert_false(late);
	assert_int_equal(weir_rtp_sender_count(&sender, 65535, &late), 0);
	assert_true(late);
	assert_int_equal(sender.next, 65539);
}

static void addresses_are_read_and_written(void **state)
{
	static const char *const good[] = { "192.0.2.7:5004", "0.0.0.0:1", "[::]:65535",
		"[ff15::1]:5004", "239.1.2.3:5004", NULL };
	static const char *const bad[] = { "", ":", "192.0.2.7", "192.0.2.7:0", "192.0.2.7:65536",
		"host:5004", "[::1]", "[::1]5004", "192.0.2.7:5004x", NULL };
	union weir_rtp_address address;
	char text[WEIR_RTP_ADDRESS_TEXT], why[160];

	(void)state;
	for (size_t i = 0; good[i]; i++) {
		assert_int_equal(weir_rtp_address_read(good[i], &address, why, sizeof(why)), 0);
		assert_string_equal(weir_rtp_address_text(&address, true, text), good[i]);
		assert_int_equal(weir_rtp_address_is_group(&address), i > 2);
		assert_int_equal(weir_rtp_address_is_any(&address), i == 1 || i == 2);
	}
	for (size_t i = 0; bad[i]; i++) {
		why[0] = '\0';
		assert_int_equal(
			weir_rtp_address_read(bad[i], &address, why, sizeof(why)), -EINVAL);
		assert_true(why[0] != '\0');
	}
	assert_int_equal(weir_rtp_address_read(":5004", &address, why, sizeof(why)), 0);
	assert_string_equal(weir_rtp_address_text(&address, true, text), "0.0.0.0:5004");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(coverage_is_that_of_single_bytes),
		cmocka_unit_test(coverage_has_a_limit),
		cmocka_unit_test(the_cut_is_what_came_last),
		cmocka_unit_test(a_full_cut_learns_no_more),
		cmocka_unit_test(time_follows_the_sender),
		cmocka_unit_test(lost_frames_leave_gaps),
		cmocka_unit_test(frames_left_out_are_counted),
		cmocka_unit_test(stamps_that_go_back_leave_no_gaps),
		cmocka_unit_test(without_a_rate_numbers_follow_each_other),
		cmocka_unit_test(stamps_of_another_clock_begin_anew),
		cmocka_unit_test(sequence_numbers_turn_over),
		cmocka_unit_test(addresses_are_read_and_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
