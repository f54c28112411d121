/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A source whose frames the program draws, into memory of the pipeline's. */

#include "tests/contract/feed_stand.h"

#define WIDTH  64
#define HEIGHT 32

static struct weir_feed_settings grey(void)
{
	return (struct weir_feed_settings){
		.log = &silent,
		.video = { .format = weir_format_by_name("GREY"),
			.width = WIDTH,
			.height = HEIGHT },
	};
}

/* Draws one byte value all over. */
static int push(struct feed_stand *stand, uint8_t value, const struct weir_feed_stamp *stamp)
{
	struct weir_frame *frame = NULL;
	struct weir_pixels pixels;
	int err = weir_feed_take(stand->feed, FEED_PATIENT, &frame);

	if (err)
		return err;
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels), 0);
	memset(pixels.data[0], value, (size_t)pixels.stride[0] * HEIGHT);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	return weir_feed_push(stand->feed, &frame, stamp);
}

static void test_frames_arrive_in_order(void **state)
{
	const struct weir_pipeline_settings nothing = { 0 };
	const struct weir_feed_settings settings = grey();
	struct weir_feed_stamp stamp = { 0 };
	struct weir_ledger ledger;
	struct feed_stand stand;

	(void)state;
	feed_build(&stand, &settings, &nothing);
	feed_start(&stand);
	for (unsigned i = 0; i < 100; i++) {
		stamp.timestamp_ns = 1000 + i;
		assert_int_equal(push(&stand, (uint8_t)i, &stamp), 0);
	}
	feed_finish(&stand);
	assert_int_equal(stand.result, 0);
	assert_int_equal(stand.came, 100);
	assert_int_equal(stand.sum, 99 * 100 / 2);
	assert_int_equal(stand.last.sequence, 99);
	assert_int_equal(stand.last.timestamp_ns, 1099);
	assert_int_equal(stand.last.plane[0].stride, WIDTH);
	weir_pipeline_ledger(stand.pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.captured, 100);
	assert_int_equal(ledger.lost_by_device, 0);
	assert_int_equal(ledger.user_copied_bytes, 0);
	feed_tear_down(&stand);
}

static void test_what_is_told_of_a_frame(void **state)
{
	const struct weir_feed_stamp stamp = {
		.skipped = 3, .copied_bytes = 2048, .flags = WEIR_FRAME_TIME_GUESSED
	};
	const struct weir_pipeline_settings nothing = { 0 };
	const struct weir_feed_settings settings = grey();
	struct weir_ledger ledger;
	struct feed_stand stand;

	(void)state;
	feed_build(&stand, &settings, &nothing);
	feed_start(&stand);
	assert_int_equal(push(&stand, 1, NULL), 0);
	assert_int_equal(push(&stand, 1, &stamp), 0);
	feed_finish(&stand);
	assert_int_equal(stand.last.sequence, 4);
	assert_int_equal(stand.last.flags, WEIR_FRAME_TIME_GUESSED);
	assert_true(stand.last.timestamp_ns > 0);
	weir_pipeline_ledger(stand.pipeline, &ledger);
	assert_int_equal(ledger.lost_by_device, 3);
	assert_int_equal(ledger.user_copied_bytes, 2048);
	feed_tear_down(&stand);
}

/* The copy itself was the program's: the run tells that it was not to be. */
static void test_a_copy_where_none_may_be(void **state)
{
	const struct weir_pipeline_settings strict = { .require_zero_copy = true };
	const struct weir_feed_stamp stamp = { .copied_bytes = 1 };
	const struct weir_feed_settings settings = grey();
	struct feed_stand stand;

	(void)state;
	feed_build(&stand, &settings, &strict);
	feed_start(&stand);
	assert_int_equal(push(&stand, 1, &stamp), 0);
	pthread_join(stand.thread, NULL);
	assert_int_equal(stand.result, -EPERM);
	feed_tear_down(&stand);
}

/* Every slot is held: taking waits, and goes on with the first that comes back. */
static void test_taking_waits_for_a_slot(void **state)
{
	const struct weir_pipeline_settings few = { .buffers = 2 };
	const struct weir_feed_settings settings = grey();
	struct weir_frame *frame = NULL;
	struct feed_stand stand;

	(void)state;
	feed_build(&stand, &settings, &few);
	stand.keeps = true;
	feed_start(&stand);
	assert_int_equal(push(&stand, 1, NULL), 0);
	feed_wait_for(&stand, 1);
	assert_int_equal(weir_feed_take(stand.feed, FEED_PATIENT, &frame), 0);
	assert_int_equal(weir_feed_take(stand.feed, 20 * FEED_MS, &frame), -EAGAIN);
	weir_frame_unref(&frame);
	assert_int_equal(weir_feed_take(stand.feed, 0, &frame), 0);
	weir_frame_unref(&frame);
	feed_let_go(&stand);
	assert_int_equal(push(&stand, 1, NULL), 0);
	feed_finish(&stand);
	assert_int_equal(stand.came, 2);
	feed_tear_down(&stand);
}

static void *interrupt_soon(void *data)
{
	usleep(20000);
	weir_feed_interrupt(data, true);
	return NULL;
}

static void test_interrupting(void **state)
{
	const struct weir_pipeline_settings nothing = { 0 };
	const struct weir_feed_settings settings = grey();
	struct weir_frame *frame = NULL;
	struct feed_stand stand;
	pthread_t other;

	(void)state;
	feed_build(&stand, &settings, &nothing);
	assert_int_equal(weir_feed_take(stand.feed, 20 * FEED_MS, &frame), -EAGAIN);
	pthread_create(&other, NULL, interrupt_soon, stand.feed);
	assert_int_equal(weir_feed_take(stand.feed, UINT64_MAX, &frame), -ECANCELED);
	pthread_join(other, NULL);
	feed_start(&stand);
	assert_int_equal(weir_feed_take(stand.feed, FEED_PATIENT, &frame), -ECANCELED);
	weir_feed_interrupt(stand.feed, false);
	assert_int_equal(push(&stand, 1, NULL), 0);
	feed_finish(&stand);
	assert_int_equal(stand.came, 1);
	assert_int_equal(weir_feed_take(stand.feed, FEED_PATIENT, &frame), -ESHUTDOWN);
	feed_tear_down(&stand);
}

/* Each end may go first, and frames outlive both. */
static void test_who_goes_first(void **state)
{
	const struct weir_pipeline_settings nothing = { 0 };
	const struct weir_feed_settings settings = grey();
	struct weir_frame *frame = NULL, *taken = NULL;
	struct weir_source *source = NULL;
	struct weir_feed *feed = NULL;
	struct weir_pixels pixels;
	struct feed_stand stand;

	(void)state;
	assert_int_equal(weir_feed_open(&settings, &feed, &source), 0);
	weir_source_close(&source);
	assert_int_equal(weir_feed_take(feed, FEED_PATIENT, &frame), -ESHUTDOWN);
	weir_feed_close(&feed);

	feed_build(&stand, &settings, &nothing);
	feed_start(&stand);
	assert_int_equal(weir_feed_take(stand.feed, FEED_PATIENT, &taken), 0);
	weir_feed_close(&stand.feed);
	pthread_join(stand.thread, NULL);
	assert_int_equal(stand.result, 0);
	feed_tear_down(&stand);
	assert_int_equal(weir_frame_begin_cpu(taken, WEIR_CPU_WRITE, &pixels), 0);
	memset(pixels.data[0], 1, WIDTH);
	weir_frame_end_cpu(taken);
	weir_frame_unref(&taken);
}

/* More than the sink may hold: frames wait for it, or, live, it misses some. */
static unsigned overfeed(bool live)
{
	const struct weir_pipeline_settings many = { .buffers = 12 };
	struct weir_feed_settings settings = grey();
	struct weir_ledger ledger;
	struct feed_stand stand;
	unsigned came;

	settings.live = live;
	feed_build(&stand, &settings, &many);
	stand.keeps = true;
	feed_start(&stand);
	for (unsigned i = 0; i < FEED_KEPT + 3; i++)
		assert_int_equal(push(&stand, 1, NULL), 0);
	feed_wait_for(&stand, FEED_KEPT);
	usleep(20000);
	feed_let_go(&stand);
	feed_finish(&stand);
	weir_pipeline_ledger(stand.pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.captured, FEED_KEPT + 3);
	came = stand.came;
	feed_tear_down(&stand);
	return came;
}

static void test_waiting_and_live(void **state)
{
	(void)state;
	assert_int_equal(overfeed(false), FEED_KEPT + 3);
	assert_in_range(overfeed(true), FEED_KEPT, FEED_KEPT + 1);
}

static void refused(struct weir_feed_settings settings)
{
	struct weir_source *source = NULL;
	struct weir_feed *feed = NULL;

	assert_int_equal(weir_feed_open(&settings, &feed, &source), -EINVAL);
	assert_null(feed);
	assert_null(source);
}

static void test_what_no_frame_is(void **state)
{
	struct weir_feed_settings settings = grey();

	(void)state;
	settings.video.format = NULL;
	refused(settings);
	settings = grey();
	settings.video.width = 0;
	refused(settings);
	settings = grey();
	settings.video.stride = WIDTH - 1;
	refused(settings);
	settings = grey();
	settings.n_parts = WEIR_MAX_PLANES + 1;
	refused(settings);
	settings = grey();
	settings.video.format = weir_format_by_name("MJPEG");
	settings.video.height = 1;
	refused(settings);
}

static void test_compressed(void **state)
{
	const struct weir_pipeline_settings nothing = { 0 };
	const struct weir_feed_stamp stamp = { .bytes_used = 1234 };
	struct weir_feed_settings settings = grey();
	struct weir_frame *frame = NULL;
	struct feed_stand stand;

	(void)state;
	settings.video.format = weir_format_by_name("MJPEG");
	settings.frame_bytes = 5000;
	feed_build(&stand, &settings, &nothing);
	feed_start(&stand);
	assert_int_equal(weir_feed_take(stand.feed, FEED_PATIENT, &frame), 0);
	assert_int_equal(weir_feed_push(stand.feed, &frame, &stamp), 0);
	feed_finish(&stand);
	assert_int_equal(stand.last.bytes_used, 1234);
	assert_true(stand.last.plane[0].length >= 5000);
	feed_tear_down(&stand);
}

/* What was drawn last is still in the cache: a run that lets go at once lives on one slot. */
static void test_the_same_slots(void **state)
{
	const struct weir_pipeline_settings nothing = { .buffers = 8 };
	const struct weir_feed_settings settings = grey();
	struct feed_stand stand;

	(void)state;
	feed_build(&stand, &settings, &nothing);
	feed_start(&stand);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(push(&stand, 1, NULL), 0);
		feed_wait_for(&stand, i + 1);
		usleep(1000); /* until it is back */
	}
	feed_finish(&stand);
	assert_true(stand.last.slot < 2);
	feed_tear_down(&stand);
}

static void put_back(void *data)
{
	++*(_Atomic unsigned *)data;
}

static struct weir_feed_dmabufs shown(const struct weir_frame *frame, _Atomic unsigned *released)
{
	const struct weir_frame_info *info = weir_frame_info(frame);

	return (struct weir_feed_dmabufs){
		.offset = { info->plane[0].offset },
		.stride = { info->plane[0].stride },
		.frame = frame,
		.released = put_back,
		.data = released,
	};
}

/* Frames of one pipeline go through another from where they lie, dma-bufs or not. */
static void test_frames_of_another_pipeline(void **state)
{
	const struct weir_pipeline_settings nothing = { .buffers = 8 };
	struct weir_feed_settings settings = grey();
	struct weir_feed_dmabufs like;
	_Atomic unsigned released = 0;
	struct feed_stand theirs, ours;
	struct weir_ledger ledger;

	(void)state;
	feed_build(&theirs, &settings, &nothing);
	theirs.keeps = true;
	feed_start(&theirs);
	for (uint8_t i = 1; i <= 3; i++)
		assert_int_equal(push(&theirs, i, NULL), 0);
	feed_wait_for(&theirs, 3);
	like = shown(theirs.kept[0], &released);
	settings.dmabufs = true;
	settings.like = &like;
	feed_build(&ours, &settings, &nothing);
	feed_start(&ours);
	for (unsigned i = 0; i < 6; i++) {
		struct weir_feed_dmabufs frame = shown(theirs.kept[i % 3], &released);

		assert_int_equal(weir_feed_push_dmabufs(ours.feed, &frame, NULL, FEED_PATIENT), 0);
	}
	feed_finish(&theirs);
	feed_finish(&ours);
	assert_int_equal(ours.result, 0);
	assert_int_equal(ours.sum, 2 * (1 + 2 + 3));
	assert_int_equal(released, 6);
	weir_pipeline_ledger(ours.pipeline, &ledger);
	assert_int_equal(ledger.user_copied_bytes, 0);
	feed_tear_down(&theirs); /* the memory is ours, too */
	feed_tear_down(&ours);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_arrive_in_order),
		cmocka_unit_test(test_what_is_told_of_a_frame),
		cmocka_unit_test(test_a_copy_where_none_may_be),
		cmocka_unit_test(test_taking_waits_for_a_slot),
		cmocka_unit_test(test_interrupting),
		cmocka_unit_test(test_who_goes_first),
		cmocka_unit_test(test_waiting_and_live),
		cmocka_unit_test(test_what_no_frame_is),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_the_same_slots),
		cmocka_unit_test(test_frames_of_another_pipeline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
