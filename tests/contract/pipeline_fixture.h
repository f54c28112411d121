/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_PIPELINE_FIXTURE_H
#define WEIR_TESTS_PIPELINE_FIXTURE_H

/* What the tests of <weir/pipeline.h> share: the public API alone. WEIR_TEST_LOOP names the loop to
 * run on. */

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
static inline struct weir_pipeline *build(const struct weir_pipeline_settings *settings,
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

static inline void add_callback(struct weir_pipeline *pipeline, weir_sink_callback *on_frame,
	void *data, unsigned budget, enum weir_policy policy)
{
	struct weir_sink_settings settings = {
		.log = &silent, .budget = budget, .policy = policy
	};
	struct weir_sink *sink = NULL;

	assert_int_equal(weir_sink_open_callback(on_frame, data, &settings, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
}

static inline void assert_reconciled(const struct weir_ledger *ledger)
{
	char why[256] = "";

	if (weir_ledger_reconcile(ledger, why, sizeof(why)))
		fail_msg("%s", why);
}

#endif
