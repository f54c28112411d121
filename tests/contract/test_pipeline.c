/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Proves what <weir/pipeline.h> promises of frames and sinks: every frame accounted for, sinks that
 * lag, fail or keep frames. */

#include "pipeline_fixture.h"

/* ---- frames arrive ---- */

struct seen {
	uint64_t frames, next_sequence, last_timestamp;
	unsigned gaps;
};

static int look(void *data, struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct seen *seen = data;

	seen->gaps += info->sequence != seen->next_sequence;
	assert_true(info->timestamp_ns >= seen->last_timestamp);
	assert_int_equal(info->width, 64);
	assert_int_equal(info->height, 48);
	assert_string_equal(info->format->name, "YUYV");
	assert_int_equal(info->bytes_used, 64 * 48 * 2);
	seen->next_sequence = info->sequence + 1;
	seen->last_timestamp = info->timestamp_ns;
	seen->frames++;
	return 0;
}

struct events {
	unsigned counts[WEIR_EVENT_STOPPED + 1];
	int stop_error, sink_error;
	enum weir_event_type first, last;
	unsigned total;
};

static void note_event(void *data, const struct weir_event *event)
{
	struct events *events = data;

	if (!events->total++)
		events->first = event->type;
	events->last = event->type;
	events->counts[event->type]++;
	if (event->type == WEIR_EVENT_STOPPED)
		events->stop_error = event->error;
	if (event->type == WEIR_EVENT_SINK_FAILED)
		events->sink_error = event->error;
}

static void test_every_frame_reaches_every_sink(void **state)
{
	struct events events = { 0 };
	struct weir_pipeline_settings settings = {
		.max_frames = 100, .frame_events = true, .on_event = note_event,
		.event_data = &events
	};
	const char *sinks[] = { "null", "verify", NULL };
	struct seen seen = { 0 };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:bars?size=64x48&fps=0", NULL, sinks);
	struct weir_memory_report memory;
	struct weir_ledger ledger;

	(void)state;
	add_callback(pipeline, look, &seen, 0, WEIR_POLICY_NEWEST);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	assert_int_equal(seen.frames, 100);
	assert_int_equal(seen.gaps, 0);

	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.captured, 100);
	assert_int_equal(ledger.lost_by_device, 0);
	assert_int_equal(ledger.n_sinks, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(ledger.sinks[i].delivered, 100);
		assert_int_equal(ledger.sinks[i].dropped, 0);
		assert_int_equal(ledger.sinks[i].bytes, 100 * 64 * 48 * 2);
		assert_int_equal(ledger.sinks[i].latency.count, 100);
		assert_int_equal(ledger.sinks[i].added.count, 100);
	}
	assert_non_null(ledger.sinks[1].verdict);
	assert_int_equal(ledger.user_copied_bytes + ledger.kernel_copied_bytes, 0);

	weir_pipeline_memory(pipeline, &memory);
	assert_true(memory.slots >= WEIR_DEFAULT_BUFFERS);
	assert_int_equal(events.first, WEIR_EVENT_PLANNED);
	assert_int_equal(events.last, WEIR_EVENT_STOPPED);
	assert_int_equal(events.counts[WEIR_EVENT_FRAME], 100);
	assert_int_equal(events.counts[WEIR_EVENT_STARTED], 1);
	weir_pipeline_destroy(&pipeline);
	assert_null(pipeline);
}

static void test_each_run_has_its_own_books(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 10 };
	const char *sinks[] = { "verify", NULL };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:noise?size=64x48&fps=0", NULL, sinks);
	struct weir_ledger ledger;

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(weir_pipeline_run(pipeline), 0);
		weir_pipeline_ledger(pipeline, &ledger);
		assert_reconciled(&ledger);
		assert_int_equal(ledger.captured, 10);
	}
	weir_pipeline_destroy(&pipeline);
}

static void test_time_limit(void **state)
{
	struct weir_pipeline_settings settings = { .max_ns = 50000000 };
	const char *sinks[] = { "null", NULL };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:black?size=64x48&fps=100", NULL, sinks);
	struct weir_ledger ledger;

	(void)state;
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_in_range(ledger.captured, 1, 7);
	weir_pipeline_destroy(&pipeline);
}

/* ---- sinks that keep frames ---- */

struct keeper {
	struct weir_frame *kept[WEIR_MAX_BUFFERS];
	unsigned n, limit;
	uint64_t shown;
};

static int keep(void *data, struct weir_frame *frame)
{
	struct keeper *keeper = data;

	keeper->shown++;
	if (keeper->n < keeper->limit)
		keeper->kept[keeper->n++] = weir_frame_ref(frame);
	return 0;
}

static void release_kept(struct keeper *keeper)
{
	while (keeper->n)
		weir_frame_unref(&keeper->kept[--keeper->n]);
}

/* With two buffers and a sink that never lets go of one, the other still goes round, without a
 * single copy. */
static void test_holder_cannot_stop_capture(void **state)
{
	struct weir_pipeline_settings settings = {
		.max_frames = 20, .buffers = 2, .require_zero_copy = true
	};
	const char *sinks[] = { "null", NULL };
	struct keeper keeper = { .limit = 1 };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:bars?size=64x48&fps=500", NULL, sinks);
	struct weir_ledger ledger;

	(void)state;
	add_callback(pipeline, keep, &keeper, 2, WEIR_POLICY_NEWEST);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.captured, 20);
	assert_int_equal(ledger.sinks[0].delivered, 20);
	assert_int_equal(ledger.sinks[1].delivered, 0);
	assert_int_equal(ledger.sinks[1].pending, 1);
	assert_int_equal(ledger.sinks[1].drops[WEIR_DROP_BUDGET], 19);
	assert_int_equal(keeper.shown, 1);
	release_kept(&keeper);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_int_equal(ledger.sinks[1].delivered, 1);
	assert_int_equal(ledger.sinks[1].pending, 0);
	assert_reconciled(&ledger);
	weir_pipeline_destroy(&pipeline);
}

struct slow {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct weir_frame *frame;
	bool over;
	uint64_t done, last_sequence;
	unsigned backwards;
};

static int give_to_slow(void *data, struct weir_frame *frame)
{
	struct slow *slow = data;

	pthread_mutex_lock(&slow->lock);
	assert_null(slow->frame);
	slow->frame = weir_frame_ref(frame);
	pthread_cond_signal(&slow->changed);
	pthread_mutex_unlock(&slow->lock);
	return 0;
}

/* Looks at each frame for 5 ms, on a thread of the program's. */
static void *be_slow(void *data)
{
	struct slow *slow = data;

	pthread_mutex_lock(&slow->lock);
	while (!slow->over || slow->frame) {
		struct weir_frame *frame = slow->frame;

		if (!frame) {
			pthread_cond_wait(&slow->changed, &slow->lock);
			continue;
		}
		pthread_mutex_unlock(&slow->lock);
		usleep(5000);
		pthread_mutex_lock(&slow->lock);
		slow->backwards +=
			slow->done && weir_frame_info(frame)->sequence <= slow->last_sequence;
		slow->last_sequence = weir_frame_info(frame)->sequence;
		slow->done++;
		slow->frame = NULL;
		weir_frame_unref(&frame);
	}
	pthread_mutex_unlock(&slow->lock);
	return NULL;
}

static void run_slow(const char *uri, uint64_t frames, struct weir_ledger *ledger)
{
	struct weir_pipeline_settings settings = { .max_frames = frames };
	const char *sinks[] = { "verify", NULL };
	struct slow slow = {
		.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER
	};
	struct weir_pipeline *pipeline = build(&settings, uri, NULL, sinks);
	pthread_t thread;

	add_callback(pipeline, give_to_slow, &slow, 1, WEIR_POLICY_NEWEST);
	pthread_create(&thread, NULL, be_slow, &slow);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	pthread_mutex_lock(&slow.lock);
	slow.over = true;
	pthread_cond_signal(&slow.changed);
	pthread_mutex_unlock(&slow.lock);
	pthread_join(thread, NULL);

	weir_pipeline_ledger(pipeline, ledger);
	assert_reconciled(ledger);
	assert_int_equal(slow.backwards, 0);
	assert_int_equal(ledger->captured, frames);
	assert_int_equal(ledger->sinks[0].delivered, frames);
	assert_int_equal(ledger->sinks[1].delivered, slow.done);
	assert_int_equal(ledger->sinks[1].pending, 0);
	/* The newest wins: the last frame of all got there. */
	assert_int_equal(slow.last_sequence, frames - 1 + ledger->lost_by_device);
	weir_pipeline_destroy(&pipeline);
}

static void test_slow_sink_loses_alone(void **state)
{
	struct weir_ledger ledger;

	(void)state;
	run_slow("pattern:counter?size=64x48&fps=1000", 100, &ledger);
	assert_true(ledger.sinks[1].drops[WEIR_DROP_REPLACED] > 0);
	assert_int_equal(ledger.sinks[1].dropped, ledger.sinks[1].drops[WEIR_DROP_REPLACED]);
}

/* A source without a clock waits for the sinks instead: nothing is dropped. */
static void test_unpaced_source_waits_for_slow_sink(void **state)
{
	struct weir_ledger ledger;

	(void)state;
	run_slow("pattern:counter?size=64x48&fps=0", 20, &ledger);
	assert_int_equal(ledger.sinks[1].dropped, 0);
	assert_int_equal(ledger.sinks[1].delivered, 20);
	assert_int_equal(ledger.lost_by_device, 0);
}

static void test_frames_outlive_the_pipeline(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 2 };
	const char *stages[] = { "crop=32x24+2+2", NULL };
	struct keeper keeper = { .limit = 2 };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:bars?size=64x48&fps=0", stages, NULL);
	struct weir_pixels pixels;

	(void)state;
	add_callback(pipeline, keep, &keeper, 2, WEIR_POLICY_OLDEST);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	assert_int_equal(keeper.n, 2);
	weir_pipeline_destroy(&pipeline);
	assert_int_equal(weir_frame_info(keeper.kept[0])->width, 32);
	assert_int_equal(weir_frame_begin_cpu(keeper.kept[0], WEIR_CPU_READ, &pixels), 0);
	assert_true(pixels.data[0][0] > 0);
	assert_int_equal(weir_frame_end_cpu(keeper.kept[0]), 0);
	release_kept(&keeper);
}

/* ---- sinks that fail ---- */

static int fail_at_third(void *data, struct weir_frame *frame)
{
	unsigned *count = data;

	(void)frame;
	return ++*count == 3 ? -EIO : 0;
}

static void test_failed_sink_ends_alone(void **state)
{
	struct events events = { 0 };
	struct weir_pipeline_settings settings = {
		.max_frames = 10, .on_event = note_event, .event_data = &events
	};
	const char *sinks[] = { "null", NULL };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:bars?size=64x48&fps=0", NULL, sinks);
	struct weir_ledger ledger;
	unsigned count = 0;

	(void)state;
	add_callback(pipeline, fail_at_third, &count, 0, WEIR_POLICY_NEWEST);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.sinks[0].delivered, 10);
	assert_int_equal(ledger.sinks[1].delivered, 2);
	assert_int_equal(ledger.sinks[1].drops[WEIR_DROP_FAILED], 8);
	assert_int_equal(ledger.sinks[1].error, -EIO);
	assert_int_equal(events.counts[WEIR_EVENT_SINK_FAILED], 1);
	assert_int_equal(events.sink_error, -EIO);
	weir_pipeline_destroy(&pipeline);
}

static void test_last_failed_sink_ends_the_run(void **state)
{
	struct weir_pipeline *pipeline = build(NULL, "pattern:bars?size=64x48&fps=0", NULL, NULL);
	struct weir_ledger ledger;
	unsigned count = 0;

	(void)state;
	add_callback(pipeline, fail_at_third, &count, 0, WEIR_POLICY_NEWEST);
	assert_int_equal(weir_pipeline_run(pipeline), -EIO);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.captured, 3);
	weir_pipeline_destroy(&pipeline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_frame_reaches_every_sink),
		cmocka_unit_test(test_each_run_has_its_own_books),
		cmocka_unit_test(test_time_limit),
		cmocka_unit_test(test_holder_cannot_stop_capture),
		cmocka_unit_test(test_slow_sink_loses_alone),
		cmocka_unit_test(test_unpaced_source_waits_for_slow_sink),
		cmocka_unit_test(test_frames_outlive_the_pipeline),
		cmocka_unit_test(test_failed_sink_ends_alone),
		cmocka_unit_test(test_last_failed_sink_ends_the_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
