/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Proves that order and time only go forward, whatever a driver says about them. */

#include "capture/v4l2/timeline.h"
#include "tests/unit/captured.h"

#define MS 1000000ull
#define T0 (100000 * MS)

struct scene {
	struct captured captured;
	struct weir_timeline timeline;
	struct weir_timeline_frame frame;
};

static void begin(struct scene *scene)
{
	captured_init(&scene->captured);
	weir_timeline_init(&scene->timeline, &scene->captured.log);
}

/* A frame that arrives 5 ms after it was taken. */
static void frame(struct scene *scene, uint32_t sequence, uint64_t at_ns)
{
	weir_timeline_next(&scene->timeline, sequence, at_ns, true, at_ns + 5 * MS, &scene->frame);
}

static void test_a_good_driver_is_believed(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	for (uint32_t i = 0; i < 50; i++) {
		frame(&s, i, T0 + i * 33 * MS);
		assert_int_equal(s.frame.sequence, i);
		assert_int_equal(s.frame.lost, 0);
		assert_int_equal(s.frame.timestamp_ns, T0 + i * 33 * MS);
		assert_false(s.frame.guessed);
	}
	assert_int_equal(s.captured.lines, 0);
}

static void test_gaps_are_counted(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	frame(&s, 7, T0); /* what was lost before the first frame nobody knows */
	assert_int_equal(s.frame.sequence, 0);
	assert_int_equal(s.frame.lost, 0);
	frame(&s, 8, T0 + 33 * MS);
	frame(&s, 12, T0 + 165 * MS);
	assert_int_equal(s.frame.sequence, 5);
	assert_int_equal(s.frame.lost, 3);
}

static void test_a_wrap_is_no_gap(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	frame(&s, UINT32_MAX - 1, T0);
	frame(&s, UINT32_MAX, T0 + 33 * MS);
	frame(&s, 0, T0 + 66 * MS);
	assert_int_equal(s.frame.sequence, 2);
	assert_int_equal(s.frame.lost, 0);
	frame(&s, 3, T0 + 165 * MS);
	assert_int_equal(s.frame.sequence, 5);
	assert_int_equal(s.frame.lost, 2);
	assert_int_equal(s.captured.lines, 0);
}

static void test_a_driver_that_does_not_count(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	for (uint32_t i = 0; i < 10; i++) {
		frame(&s, 4, T0 + i * 33 * MS);
		assert_int_equal(s.frame.sequence, i);
		assert_int_equal(s.frame.lost, 0);
	}
	assert_one_line(&s.captured,
		"the driver's frame numbers stand still: weir counts by itself there");
	frame(&s, 90, T0 + 330 * MS);
	assert_int_equal(s.frame.sequence, 10);
	frame(&s, 92, T0 + 363 * MS);
	assert_int_equal(s.frame.lost, 1);
}

static void test_a_driver_that_counts_back(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	frame(&s, 40, T0);
	frame(&s, 20, T0 + 33 * MS);
	assert_int_equal(s.frame.sequence, 1);
	assert_int_equal(s.frame.lost, 0);
	frame(&s, 22, T0 + 66 * MS);
	assert_int_equal(s.frame.sequence, 3);
	assert_int_equal(s.frame.lost, 1);
	assert_one_line(&s.captured,
		"the driver's frame numbers go back: weir counts by itself there");
}

static void test_zero_timestamps(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	for (uint32_t i = 0; i < 6; i++) {
		uint64_t now = T0 + i * 33 * MS;

		weir_timeline_next(&s.timeline, i, 0, true, now, &s.frame);
		assert_int_equal(s.frame.timestamp_ns, now);
		assert_true(s.frame.guessed);
	}
	assert_one_line(&s.captured,
		"the driver's timestamps are zero: the time of arrival stands in "
		"for them");
}

static void test_one_odd_timestamp_is_repaired(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	frame(&s, 0, T0);
	weir_timeline_next(&s.timeline, 1, 0, true, T0 + 40 * MS, &s.frame);
	assert_true(s.frame.guessed);
	frame(&s, 2, T0 + 66 * MS);
	assert_false(s.frame.guessed);
	assert_int_equal(s.frame.timestamp_ns, T0 + 66 * MS);
}

static void test_another_clock_is_distrusted_for_good(void **state)
{
	const uint64_t wall = 1700000000ull * 1000 * MS;
	struct scene s;

	(void)state;
	begin(&s);
	for (uint32_t i = 0; i < 3; i++) {
		weir_timeline_next(
			&s.timeline, i, wall + i * 33 * MS, false, T0 + i * 33 * MS, &s.frame);
		assert_int_equal(s.frame.timestamp_ns, T0 + i * 33 * MS);
	}
	frame(&s, 3, T0 + 99 * MS);
	assert_true(s.frame.guessed);
	assert_int_equal(s.frame.timestamp_ns, T0 + 104 * MS);
	assert_int_equal(s.captured.lines, 1);
}

static void test_an_unnamed_clock_is_believed_when_near(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	weir_timeline_next(&s.timeline, 0, T0, false, T0 + 20 * MS, &s.frame);
	assert_int_equal(s.frame.timestamp_ns, T0);
	weir_timeline_next(&s.timeline, 1, T0 + MS, false, T0 + 3000 * MS, &s.frame);
	assert_int_equal(s.frame.timestamp_ns, T0 + 3000 * MS);
}

static void test_time_never_goes_back(void **state)
{
	struct scene s;
	uint64_t last = 0;

	(void)state;
	begin(&s);
	for (uint32_t i = 0; i < 40; i++) {
		frame(&s, i, T0 + (i % 3 ? i * 33 : 0) * MS);
		assert_true(s.frame.timestamp_ns > last);
		last = s.frame.timestamp_ns;
	}
	weir_timeline_next(&s.timeline, 40, T0, true, T0, &s.frame);
	assert_true(s.frame.timestamp_ns > last);
}

static void test_no_frame_is_younger_than_its_arrival(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	for (uint32_t i = 0; i < 5; i++) {
		uint64_t now = T0 + i * 33 * MS;

		weir_timeline_next(&s.timeline, i, now + 30 * MS, true, now, &s.frame);
		assert_int_equal(s.frame.timestamp_ns, now);
		assert_true(s.frame.guessed);
	}
	frame(&s, 5, T0 + 165 * MS);
	assert_int_equal(s.frame.timestamp_ns, T0 + 165 * MS);
	assert_int_equal(s.captured.lines, 0);
}

static void test_a_restart_goes_on(void **state)
{
	struct scene s;

	(void)state;
	begin(&s);
	frame(&s, 10, T0);
	frame(&s, 11, T0 + 33 * MS);
	weir_timeline_restart(&s.timeline);
	frame(&s, 0, T0 + 2000 * MS);
	assert_int_equal(s.frame.sequence, 2);
	assert_int_equal(s.frame.lost, 0);
	assert_false(s.frame.guessed);
	frame(&s, 1, T0 + 2033 * MS);
	assert_int_equal(s.frame.sequence, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_driver_is_believed),
		cmocka_unit_test(test_gaps_are_counted),
		cmocka_unit_test(test_a_wrap_is_no_gap),
		cmocka_unit_test(test_a_driver_that_does_not_count),
		cmocka_unit_test(test_a_driver_that_counts_back),
		cmocka_unit_test(test_zero_timestamps),
		cmocka_unit_test(test_one_odd_timestamp_is_repaired),
		cmocka_unit_test(test_another_clock_is_distrusted_for_good),
		cmocka_unit_test(test_an_unnamed_clock_is_believed_when_near),
		cmocka_unit_test(test_time_never_goes_back),
		cmocka_unit_test(test_no_frame_is_younger_than_its_arrival),
		cmocka_unit_test(test_a_restart_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
