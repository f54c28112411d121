/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The sink of docs/adding-a-sink.md, word for word (tests/checks/pages.sh compares), runs in a
 * pipeline and passes the suite that every sink passes. */

/* ---- the page ---- */

#include <errno.h>
#include <stdlib.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/sink.h"

/* Holds each frame for a time, as a slow consumer would. */
struct delay {
	struct weir_sink base; /* first: a pointer to one is a pointer to the other */
	struct weir_sink_host host;
	struct weir_timer timer;
	uint64_t hold_ns;
	struct {
		struct weir_frame *frame;
		uint64_t until_ns;
	} ring[WEIR_SLAB_MAX_SLOTS];
	unsigned first, n;
};

extern const struct weir_sink_impl weir_sink_delay;

static int open_delay(const struct weir_uri *uri, const struct weir_sink_settings *settings,
	struct weir_sink **out)
{
	const char *text = weir_uri_get(uri, "ms");
	struct delay *delay;
	uint32_t ms = 10;

	if (text && weir_parse_u32("ms", text, 0, 1000, settings->log, &ms))
		return -EINVAL;
	delay = calloc(1, sizeof(*delay));
	if (!delay)
		return -ENOMEM;
	delay->base.impl = &weir_sink_delay;
	delay->hold_ns = ms * (WEIR_NS_PER_S / 1000);
	*out = &delay->base;
	return 0;
}

static void close_delay(struct weir_sink *sink)
{
	free(sink);
}

static void let_first_go(struct delay *delay)
{
	struct weir_frame *frame = delay->ring[delay->first].frame;

	delay->first = (delay->first + 1) % WEIR_SLAB_MAX_SLOTS;
	delay->n--;
	weir_frame_unref(&frame);
}

static int arm(struct delay *delay)
{
	uint64_t until_ns = delay->ring[delay->first].until_ns;
	int err = weir_loop_arm(delay->host.loop, &delay->timer, until_ns);
	char text[WEIR_ERRNO_TEXT];

	if (err)
		weir_error(delay->base.log, "delay: no timer: %s", weir_errno_text(err, text));
	return err;
}

static void fired(struct weir_timer *timer)
{
	struct delay *delay = timer->data;
	uint64_t now = weir_now_ns();
	int err;

	while (delay->n && delay->ring[delay->first].until_ns <= now)
		let_first_go(delay);
	err = delay->n ? arm(delay) : 0;
	if (err)
		delay->host.failed(delay->host.data, &delay->base, err);
}

static int start(
	struct weir_sink *sink, const struct weir_sink_host *host, const struct weir_video *video)
{
	struct delay *delay = (struct delay *)sink;

	(void)video;
	delay->host = *host;
	delay->timer = (struct weir_timer){ .fired = fired, .data = delay };
	return 0;
}

static int take(struct weir_sink *sink, struct weir_frame *frame)
{
	struct delay *delay = (struct delay *)sink;
	unsigned last = (delay->first + delay->n) % WEIR_SLAB_MAX_SLOTS;

	delay->ring[last].frame = weir_frame_ref(frame);
	delay->ring[last].until_ns = weir_now_ns() + delay->hold_ns;
	delay->n++;
	return delay->n > 1 ? 0 : arm(delay); /* on failure, stop() lets the frame go */
}

static void let_all_go(struct weir_sink *sink)
{
	struct delay *delay = (struct delay *)sink;

	weir_loop_disarm(delay->host.loop, &delay->timer);
	while (delay->n)
		let_first_go(delay);
}

static const char *const options[] = { "ms", NULL };

const struct weir_sink_impl weir_sink_delay = {
	.scheme = "delay",
	.summary = "delay[?ms=10], holds each frame for a time",
	.options = options,
	.open = open_delay,
	.close = close_delay,
	.start = start,
	.take = take,
	.drain = let_all_go,
	.stop = let_all_go,
};

/* ---- the proof ---- */

#include <weir/weir.h>

#include "tests/contract/suites.h"

/* In the place of sinks/sinks.c's. */
const struct weir_sink_impl *const weir_sink_impls[] = {
	&weir_sink_delay,
	NULL,
};

static void run(const char *source_uri, const char *sink_uri, struct weir_ledger *ledger)
{
	const struct weir_log silent = { .level = WEIR_LOG_SILENT };
	const struct weir_pipeline_settings settings = {
		.log = &silent, .max_frames = 60, .loop = getenv("WEIR_TEST_LOOP")
	};
	struct weir_pipeline *pipeline = NULL;
	struct weir_source *source = NULL;
	struct weir_sink *sink = NULL;

	assert_int_equal(weir_source_open(source_uri, NULL, &source), 0);
	assert_int_equal(weir_sink_open(sink_uri, NULL, &sink), 0);
	assert_int_equal(weir_pipeline_create(&settings, &pipeline), 0);
	assert_int_equal(weir_pipeline_set_source(pipeline, &source), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, ledger);
	assert_int_equal(weir_ledger_reconcile(ledger, NULL, 0), 0);
	assert_int_equal(ledger->captured, 60);
	ledger->sinks[0].uri = NULL; /* goes with the pipeline */
	weir_pipeline_destroy(&pipeline);
}

/* A source without a clock waits for it: nothing is dropped, and everything is held for a time. */
static void holds_frames_in_a_pipeline(void **state)
{
	struct weir_ledger ledger;

	(void)state;
	run("pattern:bars?size=64x48&fps=0", "delay?ms=2", &ledger);
	assert_int_equal(ledger.sinks[0].delivered, 60);
	assert_int_equal(ledger.sinks[0].held_max, WEIR_DEFAULT_BUDGET);
	assert_in_range(ledger.sinks[0].latency.p50, 2000000, UINT64_MAX);
}

/* One with a clock does not: the newest frame waits, and those before it give way. */
static void lags_in_a_pipeline(void **state)
{
	struct weir_ledger ledger;

	(void)state;
	run("pattern:bars?size=64x48&fps=1000", "delay?ms=20&budget=1", &ledger);
	assert_in_range(ledger.sinks[0].drops[WEIR_DROP_REPLACED], 1, 60);
	assert_int_equal(ledger.sinks[0].held_max, 1);
}

int main(void)
{
	static const char *const uris[] = { "delay?ms=2", "delay?ms=0", "delay", NULL };
	static const struct suite_sink named[] = {
		{ "delay", uris, NULL, NULL },
		{ NULL, NULL, NULL, NULL },
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_frames_in_a_pipeline),
		cmocka_unit_test(lags_in_a_pipeline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) + weir_suite_sinks(named);
}
