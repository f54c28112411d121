/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Proves law 8: once a run is warm, nothing is allocated and no page faults, on every loop, with
 * stages, with sinks that keep frames or get copies, and with the sinks' own work. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <weir/weir.h>

#include "tests/fault/injector.h"

#define WARM 1000

struct watcher {
	uint64_t frames, at_warm, at_end;
	struct weir_frame *kept;
};

static int watch(void *data, struct weir_frame *frame)
{
	struct watcher *watcher = data;

	if (++watcher->frames == WARM)
		watcher->at_warm = injector_allocations();
	watcher->at_end = injector_allocations();
	weir_frame_unref(&watcher->kept);
	watcher->kept = weir_frame_ref(frame);
	return 0;
}

static void on_event(void *data, const struct weir_event *event)
{
	uint64_t *measured = data;

	*measured += event->type == WEIR_EVENT_MEASURED;
}

/* Stages end with NULL. */
static uint64_t run(const char *loop, const char *uri, const char *const *stages, uint64_t frames)
{
	static const struct weir_log silent = { .level = WEIR_LOG_SILENT };
	static const char *const sinks[] = { "null", "verify", "null?mask=8x8+8+8" };
	uint64_t measured = 0;
	struct weir_pipeline_settings settings = {
		.log = &silent,
		.max_frames = frames,
		.loop = loop,
		.on_event = on_event,
		.event_data = &measured,
	};
	struct weir_source_settings source_settings = { .log = &silent };
	struct weir_sink_settings sink_settings = { .log = &silent };
	struct weir_pipeline *pipeline = NULL;
	struct weir_source *source = NULL;
	struct weir_sink *sink = NULL;
	struct watcher watcher = { 0 };
	struct weir_ledger ledger;

	assert_int_equal(weir_pipeline_create(&settings, &pipeline), 0);
	assert_int_equal(weir_source_open(uri, &source_settings, &source), 0);
	assert_int_equal(weir_pipeline_set_source(pipeline, &source), 0);
	for (; *stages; stages++) {
		struct weir_stage *stage = NULL;

		assert_int_equal(weir_stage_open(*stages, &silent, &stage), 0);
		assert_int_equal(weir_pipeline_add_stage(pipeline, &stage), 0);
	}
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(weir_sink_open(sinks[i], &sink_settings, &sink), 0);
		assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	}
	assert_int_equal(weir_sink_open_callback(watch, &watcher, &sink_settings, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);

	if (weir_pipeline_run(pipeline) != 0) {
		weir_pipeline_destroy(&pipeline);
		print_message("the %s loop does not run here\n", loop);
		skip();
	}
	weir_frame_unref(&watcher.kept);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_int_equal(weir_ledger_reconcile(&ledger, NULL, 0), 0);
	assert_int_equal(watcher.frames, frames);
	assert_int_equal(watcher.at_end - watcher.at_warm, 0);
	assert_true(ledger.steady_frames > frames / 2);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_int_equal(ledger.minor_faults, 0);
	assert_int_equal(ledger.major_faults, 0);
#endif
	weir_pipeline_destroy(&pipeline);
	return measured;
}

static const char *const views[] = { "pass", "crop=64x24+0+0", "pass", NULL };

static void test_unpaced(void **state)
{
	run(*state, "pattern:noise?size=64x48&fps=0", views, 20000);
}

static void test_drawing_and_measuring(void **state)
{
	static const char *const stages[] = { "mask=33x17+31+31", "stamp=top", "stamp=bottom",
		"motion", "rate=1000000", NULL };

	assert_int_equal(run(*state, "pattern:bars?size=320x240&fps=0", stages, 20000), 20000 - 1);
}

static void test_paced(void **state)
{
	run(*state, "pattern:bars?size=64x48&fps=2000", views, 2 * WARM);
}

/* libjpeg takes working memory for each image, and gets what it gave back. */
#if defined(WEIR_HAVE_LIBJPEG) && defined(WEIR_HAVE_LIBYUV)
static void test_converting(void **state)
{
	static const char *const stages[] = { "convert=NV12", "jpeg", "jpeg", "convert=YUYV",
		NULL };

	run(*state, "pattern:bars?size=192x48&fps=0", stages, 2 * WARM);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
#if defined(WEIR_HAVE_LIBJPEG) && defined(WEIR_HAVE_LIBYUV)
		{ "converting on uring", test_converting, NULL, NULL, (void *)"uring" },
		{ "converting on epoll", test_converting, NULL, NULL, (void *)"epoll" },
#endif
		{ "unpaced on uring", test_unpaced, NULL, NULL, (void *)"uring" },
		{ "unpaced on sqpoll", test_unpaced, NULL, NULL, (void *)"sqpoll" },
		{ "unpaced on epoll", test_unpaced, NULL, NULL, (void *)"epoll" },
		{ "drawing and measuring", test_drawing_and_measuring, NULL, NULL,
			(void *)"epoll" },
		{ "paced on uring", test_paced, NULL, NULL, (void *)"uring" },
		{ "paced on epoll", test_paced, NULL, NULL, (void *)"epoll" },
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
