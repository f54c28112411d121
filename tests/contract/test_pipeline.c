/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Proves what <weir/pipeline.h> promises, through the public API alone: every frame accounted for, sinks that
 * lag, fail or keep frames, stopping from anywhere, several pipelines at once. WEIR_TEST_LOOP names
 * the loop to run on. */

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <weir/weir.h>

static const struct weir_log silent = { .level = WEIR_LOG_SILENT };

/* A pipeline of these parts; stages and sinks end with NULL. */
static struct weir_pipeline *build(const struct weir_pipeline_settings *settings,
	const char *source_uri, const char *const *stages, const char *const *sinks)
{
	struct weir_pipeline_settings copy = settings ? *settings
						      : (struct weir_pipeline_settings){ 0 };
	struct weir_source_settings source_settings = { .log = &silent };
	struct weir_sink_settings sink_settings = { .log = &silent };
	struct weir_pipeline *pipeline = NULL;
	struct weir_source *source = NULL;

	copy.log = &silent;
	if (!copy.loop)
		copy.loop = getenv("WEIR_TEST_LOOP");
	assert_int_equal(weir_pipeline_create(&copy, &pipeline), 0);
	assert_int_equal(weir_source_open(source_uri, &source_settings, &source), 0);
	assert_int_equal(weir_pipeline_set_source(pipeline, &source), 0);
	assert_null(source);
	for (; stages && *stages; stages++) {
		struct weir_stage *stage = NULL;

		assert_int_equal(weir_stage_open(*stages, &silent, &stage), 0);
		assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
	}
	for (; sinks && *sinks; sinks++) {
		struct weir_sink *sink = NULL;

		assert_int_equal(weir_sink_open(*sinks, &sink_settings, &sink), 0);
		assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	}
	return pipeline;
}

static void add_callback(struct weir_pipeline *pipeline, weir_sink_callback *on_frame, void *data,
	unsigned budget, enum weir_policy policy)
{
	struct weir_sink_settings settings = {
		.log = &silent, .budget = budget, .policy = policy
	};
	struct weir_sink *sink = NULL;

	assert_int_equal(weir_sink_open_callback(on_frame, data, &settings, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
}

static void assert_reconciled(const struct weir_ledger *ledger)
{
	char why[256] = "";

	if (weir_ledger_reconcile(ledger, why, sizeof(why)))
		fail_msg("%s", why);
}

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

/* With two buffers and a sink that never lets go of one, the other still goes round. */
static void test_holder_cannot_stop_capture(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 20, .buffers = 2 };
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
		slow->backwards += slow->done && weir_frame_info(frame)->sequence <= slow->last_sequence;
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

/* ---- stages ---- */

static int drop_odd(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	(void)state;
	(void)stage;
	if (weir_frame_info(*frame)->sequence % 2)
		weir_frame_unref(frame);
	return 0;
}

static int fail_at_five(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	(void)state;
	(void)stage;
	return weir_frame_info(*frame)->sequence == 5 ? -EREMOTEIO : 0;
}

static void add_own_stage(struct weir_pipeline *pipeline, const struct weir_stage_impl *impl)
{
	struct weir_stage *stage = NULL;

	assert_int_equal(weir_stage_create(impl, NULL, &stage), 0);
	assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
}

static void test_stage_drops_are_the_stages(void **state)
{
	static const struct weir_stage_impl impl = {
		.name = "even", .access = WEIR_STAGE_PASS, .process = drop_odd
	};
	struct weir_pipeline_settings settings = { .max_frames = 10 };
	const char *sinks[] = { "null", "verify", NULL };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:bars?size=64x48&fps=0", NULL, sinks);
	struct weir_ledger ledger;

	(void)state;
	add_own_stage(pipeline, &impl);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(ledger.sinks[i].delivered, 5);
		assert_int_equal(ledger.sinks[i].drops[WEIR_DROP_STAGE], 5);
	}
	weir_pipeline_destroy(&pipeline);
}

static void test_failing_stage_ends_the_run(void **state)
{
	static const struct weir_stage_impl impl = {
		.name = "fragile", .access = WEIR_STAGE_PASS, .process = fail_at_five
	};
	const char *sinks[] = { "null", NULL };
	struct weir_pipeline *pipeline =
		build(NULL, "pattern:bars?size=64x48&fps=0", NULL, sinks);
	struct weir_ledger ledger;

	(void)state;
	add_own_stage(pipeline, &impl);
	assert_int_equal(weir_pipeline_run(pipeline), -EREMOTEIO);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.captured, 6);
	weir_pipeline_destroy(&pipeline);
}

static void test_both_halves_are_verified(void **state)
{
	const char *formats[] = { "YUYV", "UYVY", "NV12", "XR24", "RGB565", "GREY" };
	const char *halves[][3] = {
		{ "crop=64x24+0+0", NULL },
		{ "crop=64x24+0+24", NULL },
		{ "crop=64x48+0+0", "pass", NULL },
	};
	struct weir_pipeline_settings settings = { .max_frames = 5 };
	const char *sinks[] = { "verify", NULL };

	(void)state;
	for (size_t f = 0; f < sizeof(formats) / sizeof(formats[0]); f++) {
		for (size_t h = 0; h < 3; h++) {
			struct weir_pipeline *pipeline;
			char uri[80];

			snprintf(uri, sizeof(uri), "pattern:noise?size=64x48&fps=0&format=%s",
				formats[f]);
			pipeline = build(&settings, uri, halves[h], sinks);
			assert_int_equal(weir_pipeline_run(pipeline), 0);
			weir_pipeline_destroy(&pipeline);
		}
	}
}

static void test_bad_crops_are_refused(void **state)
{
	const char *bad[] = { "crop=65x48+0+0", "crop=64x48+1+0", "crop=64x48+0+1", "crop=62x24+4+0",
		"crop=33x24+0+0", "crop=8x8+0+0", "crop=64x24+65534+0" };
	const char *unreadable[] = { "crop", "crop=64x24", "crop=64x24+0", "crop=64x24+-2+0",
		"crop=64x24++2+0", "crop=64x 24+0+0", "crop= 64x24+0+0", "crop=64x24+0+0 ",
		"crop=64x24+4294967290+0", "crop=64x24+0+99999999999999999999" };
	const char *sinks[] = { "null", NULL };
	struct weir_stage *stage = NULL;
	const struct weir_plan *plan;

	(void)state;
	for (size_t i = 0; i < sizeof(unreadable) / sizeof(unreadable[0]); i++)
		assert_int_equal(weir_stage_open(unreadable[i], &silent, &stage), -EINVAL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *stages[] = { bad[i], NULL };
		struct weir_pipeline *pipeline =
			build(NULL, "pattern:bars?size=64x48&format=NV12", stages, sinks);

		assert_int_equal(weir_pipeline_plan(pipeline, &plan), -ENOTSUP);
		assert_int_equal(weir_pipeline_run(pipeline), -ENOTSUP);
		weir_pipeline_destroy(&pipeline);
	}
}

/* ---- stopping ---- */

static void *stop_soon(void *data)
{
	usleep(20000);
	weir_pipeline_stop(data);
	return NULL;
}

static struct weir_pipeline *signalled;

static void on_alarm(int number)
{
	(void)number;
	weir_pipeline_stop(signalled);
}

static void assert_stopped_well(struct weir_pipeline *pipeline)
{
	struct weir_ledger ledger;

	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_reconciled(&ledger);
}

static void test_stop_from_anywhere(void **state)
{
	const char *sinks[] = { "verify", NULL };
	const char *uris[] = { "pattern:bars?size=64x48&fps=0", "pattern:bars?size=64x48&fps=25" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct weir_pipeline *pipeline = build(NULL, uris[i], NULL, sinks);
		pthread_t thread;

		weir_pipeline_stop(pipeline); /* before: the next run ends at once */
		assert_stopped_well(pipeline);

		pthread_create(&thread, NULL, stop_soon, pipeline);
		assert_stopped_well(pipeline);
		pthread_join(thread, NULL);

		signalled = pipeline;
		signal(SIGALRM, on_alarm);
		ualarm(20000, 0);
		assert_stopped_well(pipeline);
		weir_pipeline_destroy(&pipeline);
	}
}

/* ---- many at once ---- */

struct worker {
	pthread_t thread;
	struct weir_pipeline *pipeline;
	int result;
};

static void *run_worker(void *data)
{
	struct worker *worker = data;

	worker->result = weir_pipeline_run(worker->pipeline);
	return NULL;
}

static void test_pipelines_side_by_side(void **state)
{
	struct weir_pipeline_settings settings = { .max_frames = 2000 };
	const char *sinks[] = { "verify", "null", NULL };
	struct worker workers[3];
	struct weir_ledger ledger;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		workers[i].pipeline =
			build(&settings, "pattern:noise?size=64x48&fps=0", NULL, sinks);
		pthread_create(&workers[i].thread, NULL, run_worker, &workers[i]);
	}
	for (size_t i = 0; i < 3; i++)
		weir_pipeline_ledger(workers[i].pipeline, &ledger); /* while it runs */
	for (size_t i = 0; i < 3; i++) {
		pthread_join(workers[i].thread, NULL);
		assert_int_equal(workers[i].result, 0);
		weir_pipeline_ledger(workers[i].pipeline, &ledger);
		assert_reconciled(&ledger);
		assert_int_equal(ledger.captured, 2000);
		weir_pipeline_destroy(&workers[i].pipeline);
	}
}

/* ---- plans ---- */

static void test_plan_is_a_value_with_reasons(void **state)
{
	const char *stages[] = { "crop=64x24+0+0", "pass", NULL };
	const char *sinks[] = { "null?budget=3", "verify", NULL };
	struct weir_pipeline_settings settings = { .memory = "host", .buffers = 3 };
	struct weir_pipeline *pipeline =
		build(&settings, "pattern:bars?size=64x48&fps=0", stages, sinks);
	const struct weir_plan *plan = NULL;
	unsigned chosen = 0;

	(void)state;
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), 0);
	assert_string_equal(plan->memory, "host");
	assert_int_equal(plan->slots, 3);
	assert_int_equal(plan->slot_bytes, 64 * 48 * 2);
	assert_int_equal(plan->bytes_copied, 0);
	assert_int_equal(plan->n_hops, 5);
	assert_int_equal(plan->hops[0].kind, WEIR_HOP_SOURCE);
	assert_int_equal(plan->hops[1].memory, WEIR_MEMORY_VIEW);
	assert_int_equal(plan->hops[1].video.height, 24);
	assert_int_equal(plan->hops[2].memory, WEIR_MEMORY_SAME);
	assert_int_equal(plan->hops[3].kind, WEIR_HOP_SINK);
	assert_int_equal(plan->hops[3].video.height, 24);
	/* Three buffers, one of them the source's: one frame for each sink. */
	assert_int_equal(plan->hops[3].budget, 1);
	assert_int_equal(plan->hops[4].budget, 1);
	for (size_t i = 0; i < plan->n_choices; i++) {
		assert_true(strlen(plan->choices[i].reason) > 5);
		chosen += plan->choices[i].chosen != 0;
	}
	assert_int_equal(chosen, 2); /* one kind of memory, one loop */
	for (size_t i = 0; i < plan->n_hops; i++)
		assert_true(strlen(plan->hops[i].reason) > 5);
	weir_pipeline_destroy(&pipeline);
}

static void test_wrong_names_are_refused(void **state)
{
	const char *sinks[] = { "null", NULL };
	const struct weir_plan *plan = NULL;
	struct weir_pipeline_settings wrong_memory = { .memory = "hsot" };
	struct weir_pipeline_settings wrong_loop = { .loop = "urnig" };
	struct weir_pipeline_settings too_many = { .buffers = WEIR_MAX_BUFFERS + 1 };
	struct weir_pipeline *pipeline;

	(void)state;
	pipeline = build(&wrong_memory, "pattern:bars", NULL, sinks);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -EINVAL);
	assert_int_equal(weir_pipeline_run(pipeline), -EINVAL);
	weir_pipeline_destroy(&pipeline);
	pipeline = build(&wrong_loop, "pattern:bars", NULL, sinks);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -EINVAL);
	weir_pipeline_destroy(&pipeline);
	too_many.log = &silent;
	assert_int_equal(weir_pipeline_create(&too_many, &pipeline), -EINVAL);
	assert_null(pipeline);
	assert_int_equal(weir_pipeline_create(NULL, &pipeline), 0);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -EINVAL); /* no source */
	assert_null(plan);
	weir_pipeline_destroy(&pipeline);
}

static void test_copy_policy(void **state)
{
	struct weir_pipeline_settings settings = { .require_zero_copy = true, .max_frames = 3 };
	const char *clean[] = { "null", "verify", NULL }, *copying[] = { "-", NULL };
	const struct weir_plan *plan = NULL;
	struct weir_pipeline *pipeline;

	(void)state;
	pipeline = build(&settings, "pattern:bars?size=64x48&fps=0", NULL, clean);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_destroy(&pipeline);

	pipeline = build(&settings, "pattern:bars?size=64x48&fps=0", NULL, copying);
	assert_int_equal(weir_pipeline_plan(pipeline, &plan), -EPERM);
	assert_int_equal(plan->bytes_copied, 64 * 48 * 2);
	assert_int_equal(weir_pipeline_run(pipeline), -EPERM);
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
		cmocka_unit_test(test_stage_drops_are_the_stages),
		cmocka_unit_test(test_failing_stage_ends_the_run),
		cmocka_unit_test(test_both_halves_are_verified),
		cmocka_unit_test(test_bad_crops_are_refused),
		cmocka_unit_test(test_stop_from_anywhere),
		cmocka_unit_test(test_pipelines_side_by_side),
		cmocka_unit_test(test_plan_is_a_value_with_reasons),
		cmocka_unit_test(test_wrong_names_are_refused),
		cmocka_unit_test(test_copy_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
