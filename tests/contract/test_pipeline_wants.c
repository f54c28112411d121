/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A sink that wants nothing gets nothing, is no reason to convert, and every frame is accounted
 * for. */
#include "tests/contract/pipeline_fixture.h"

#include <limits.h>

#include "core/sink.h"
#include "pipeline/pipeline.h"

#define FRAMES 40

struct picky {
	struct weir_sink base;
	const char *format; /* that it takes */
	unsigned asked, taken;
	unsigned wants_from; /* it has a use from that question on */
	bool asks_for_sessions;
	struct weir_pipeline *pipeline;
};

static int refuse_open(const struct weir_uri *uri, const struct weir_sink_settings *settings,
	struct weir_sink **out)
{
	(void)uri;
	(void)settings;
	(void)out;
	return -ENOTSUP;
}

static void close_nothing(struct weir_sink *sink)
{
	(void)sink;
}

static int accepts(struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	const struct picky *picky = (const struct picky *)sink;

	if (!strcmp(offer->video.format->name, picky->format))
		return 0;
	snprintf(why, size, "picky takes %s", picky->format);
	return -ENOTSUP;
}

static bool wants(const struct weir_sink *sink)
{
	struct picky *picky = (struct picky *)(uintptr_t)sink;

	return ++picky->asked > picky->wants_from;
}

/* What a sink may show of the others. */
static void ask_for_sessions(struct weir_pipeline *pipeline)
{
	int (*describe)(void *data, size_t index, char *text, size_t size) =
		weir_pipeline_run_calls.describe_session;
	char text[2048];

	assert_true(describe(pipeline, 0, text, sizeof(text)) > 0);
	assert_non_null(strstr(text, "m=video 5004 RTP/AVP 96"));
	assert_int_equal(describe(pipeline, 0, text, 10), -ENOSPC);
	assert_int_equal(describe(pipeline, 1, text, sizeof(text)), -ENOTSUP);
	assert_int_equal(describe(pipeline, 2, text, sizeof(text)), -ENOTSUP);
}

static int take(struct weir_sink *sink, struct weir_frame *frame)
{
	struct picky *picky = (struct picky *)sink;

	if (picky->asks_for_sessions)
		ask_for_sessions(picky->pipeline);
	assert_string_equal(frame->info.format->name, picky->format);
	picky->taken++;
	return 0;
}

static const struct weir_sink_impl impl = {
	.scheme = "picky",
	.open = refuse_open,
	.close = close_nothing,
	.accepts = accepts,
	.wants = wants,
	.take = take,
};

static void run(struct picky *picky, const char *format, const char *const *others,
	struct weir_ledger *ledger)
{
	const struct weir_pipeline_settings settings = { .max_frames = FRAMES };
	const char *uri = others && strcmp(others[0], "null")
				  ? "pattern:bars?size=64x48&fps=500&format=UYVY"
				  : "pattern:bars?size=64x48&fps=500&format=YUYV";
	struct weir_pipeline *pipeline = build(&settings, uri, NULL, others);
	struct weir_sink *sink = &picky->base;

	picky->format = format;
	picky->pipeline = pipeline;
	sink->impl = &impl;
	sink->log = &silent;
	sink->uri = strdup("picky");
	sink->budget = WEIR_DEFAULT_BUDGET;
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_ledger(pipeline, ledger);
	assert_reconciled(ledger);
	weir_pipeline_destroy(&pipeline);
}

static void nothing_is_wanted(void **state)
{
	struct picky picky = { .wants_from = UINT_MAX };
	struct weir_ledger ledger;

	(void)state;
	run(&picky, "YUYV", NULL, &ledger);
	assert_int_equal(picky.taken, 0);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_UNWANTED], FRAMES);
}

static void nothing_is_converted(void **state)
{
	struct picky picky = { .wants_from = UINT_MAX };
	struct weir_ledger ledger;

	(void)state;
#ifndef WEIR_HAVE_LIBYUV
	print_message("skipped: this weir was built without libyuv\n");
	skip();
#endif
	run(&picky, "NV12", NULL, &ledger);
	assert_int_equal(picky.taken, 0);
	assert_int_equal(ledger.user_copied_bytes, 0);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_UNWANTED], FRAMES);
}

static void it_begins_when_something_is(void **state)
{
	struct picky picky = { .wants_from = FRAMES / 2 };
	struct weir_ledger ledger;

	(void)state;
#ifndef WEIR_HAVE_LIBYUV
	print_message("skipped: this weir was built without libyuv\n");
	skip();
#endif
	run(&picky, "NV12", NULL, &ledger);
	assert_int_equal(ledger.sinks[0].drops[WEIR_DROP_UNWANTED], FRAMES / 2);
	assert_true(picky.taken > 0);
	assert_int_equal(ledger.converted_bytes, picky.taken * 64 * 48 * 3 / 2);
}

static void others_get_theirs(void **state)
{
	static const char *const null[] = { "null", NULL };
	struct picky picky = { .wants_from = UINT_MAX };
	struct weir_ledger ledger;

	(void)state;
	run(&picky, "YUYV", null, &ledger);
	assert_int_equal(ledger.sinks[0].delivered, FRAMES);
	assert_int_equal(ledger.sinks[1].drops[WEIR_DROP_UNWANTED], FRAMES);
}

static void sessions_are_told(void **state)
{
	static const char *const rtp[] = { "rtp://127.0.0.1:5004", NULL };
	struct picky picky = { .asks_for_sessions = true };
	struct weir_ledger ledger;

	(void)state;
	run(&picky, "UYVY", rtp, &ledger);
	assert_int_equal(ledger.sinks[1].delivered, FRAMES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_wanted),
		cmocka_unit_test(nothing_is_converted),
		cmocka_unit_test(it_begins_when_something_is),
		cmocka_unit_test(others_get_theirs),
		cmocka_unit_test(sessions_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
