/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A conversion for some of the sinks is nothing to the others: they get every frame as the source
 * wrote it, whether the branch is slow, broken, or of no use to anybody. */
#include "tests/contract/pipeline_fixture.h"

#include "core/sink.h"
#include "pipeline/pipeline.h"

#define FRAMES 40
#define BYTES  (64 * 48 * 3 / 2) /* of an NV12 picture */
#define LIVE   "pattern:bars?size=64x48&fps=500&format=YUYV"
#define FREE   "pattern:bars?size=64x48&fps=0&format=YUYV"

static const char *const verify[] = { "verify", NULL };

/* ---- sinks that take NV12 alone ---- */

struct picky {
	struct weir_sink base;
	bool unwatched;
	unsigned taken;
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
	(void)sink;
	if (!strcmp(offer->video.format->name, "NV12"))
		return 0;
	snprintf(why, size, "picky takes NV12");
	return -ENOTSUP;
}

static bool wants(const struct weir_sink *sink)
{
	return !((const struct picky *)sink)->unwatched;
}

static int take(struct weir_sink *sink, struct weir_frame *frame)
{
	assert_string_equal(frame->info.format->name, "NV12");
	((struct picky *)sink)->taken++;
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

static void add_picky(struct weir_pipeline *pipeline, struct picky *picky)
{
	struct weir_sink *sink = &picky->base;

	sink->impl = &impl;
	sink->log = &silent;
	sink->uri = strdup("picky");
	sink->budget = WEIR_DEFAULT_BUDGET;
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
}

/* ---- the planner's conversion, made worse ---- */

typedef int conversion(
	void *state, struct weir_frame *in, struct weir_frame *out, uint32_t *bytes_used);

struct scene {
	struct weir_pipeline *pipeline;
	struct weir_stage_impl worse;
	conversion *convert; /* NULL: as it is */
	unsigned plans;
	struct weir_plan_hop branch; /* of the last plan */
	struct weir_ledger ledger;
};

static int convert_slowly(
	void *state, struct weir_frame *in, struct weir_frame *out, uint32_t *bytes_used)
{
	(void)state;
	(void)in;
	(void)out;
	(void)bytes_used;
	usleep(30000);
	return 0;
}

static int break_down(
	void *state, struct weir_frame *in, struct weir_frame *out, uint32_t *bytes_used)
{
	(void)state;
	(void)in;
	(void)out;
	(void)bytes_used;
	return -EIO;
}

static void planned(void *data, const struct weir_event *event)
{
	struct scene *scene = data;
	struct weir_pipeline *pipeline = scene->pipeline;

	if (event->type != WEIR_EVENT_PLANNED || event->error)
		return;
	scene->plans++;
	assert_int_equal(pipeline->n_own_stages, 1);
	assert_int_equal(pipeline->plan.n_legs, 2);
	scene->branch = event->plan->hops[1];
	scene->worse = *pipeline->stages[0]->impl;
	if (scene->convert)
		scene->worse.convert = scene->convert;
	pipeline->stages[0]->impl = &scene->worse;
}

static int run(struct scene *scene, const char *source, struct picky *pickies, size_t n)
{
	struct weir_pipeline_settings settings = {
		.max_frames = FRAMES,
		.buffers = 4,
		.on_event = planned,
		.event_data = scene,
	};
	int err;

#ifndef WEIR_HAVE_LIBYUV
	print_message("skipped: this weir was built without libyuv\n");
	skip();
#endif
	scene->pipeline = build(&settings, source, NULL, verify);
	for (size_t i = 0; i < n; i++)
		add_picky(scene->pipeline, &pickies[i]);
	err = weir_pipeline_run(scene->pipeline);
	weir_pipeline_ledger(scene->pipeline, &scene->ledger);
	assert_reconciled(&scene->ledger);
	assert_int_equal(scene->plans, 1);
	assert_int_equal(scene->ledger.user_copied_bytes, 0);
	return err;
}

static void finish(struct scene *scene)
{
	weir_pipeline_destroy(&scene->pipeline);
}

/* ---- scenes ---- */

static void both_get_what_they_take(void **state)
{
	struct scene scene = { NULL };
	struct picky picky = { .taken = 0 };

	(void)state;
	assert_int_equal(run(&scene, LIVE, &picky, 1), 0);
	assert_int_equal(scene.ledger.sinks[0].delivered, FRAMES);
	assert_true(picky.taken > 0);
	assert_int_equal(scene.ledger.n_conversions, 1);
	assert_string_equal(scene.ledger.conversions[0].name, "convert=NV12");
	assert_int_equal(scene.ledger.conversions[0].frames, picky.taken);
	assert_int_equal(scene.branch.bytes_converted, BYTES);
	assert_int_equal(scene.ledger.converted_bytes, picky.taken * scene.branch.bytes_converted);
	finish(&scene);
}

static void a_free_source_waits_for_both(void **state)
{
	struct scene scene = { NULL };
	struct picky picky = { .taken = 0 };

	(void)state;
	assert_int_equal(run(&scene, FREE, &picky, 1), 0);
	assert_int_equal(scene.ledger.sinks[0].delivered, FRAMES);
	assert_int_equal(scene.ledger.sinks[1].delivered, FRAMES);
	assert_int_equal(scene.ledger.converted_bytes, FRAMES * BYTES);
	finish(&scene);
}

static void nothing_is_converted_for_nobody(void **state)
{
	struct scene scene = { NULL };
	struct picky picky = { .unwatched = true };

	(void)state;
	assert_int_equal(run(&scene, FREE, &picky, 1), 0);
	assert_int_equal(scene.ledger.sinks[0].delivered, FRAMES);
	assert_int_equal(scene.ledger.sinks[1].drops[WEIR_DROP_UNWANTED], FRAMES);
	assert_int_equal(scene.ledger.conversions[0].frames, 0);
	finish(&scene);
}

static void two_share_one_conversion(void **state)
{
	struct scene scene = { NULL };
	struct picky pickies[2] = { { .taken = 0 }, { .taken = 0 } };

	(void)state;
	assert_int_equal(run(&scene, FREE, pickies, 2), 0);
	assert_int_equal(pickies[0].taken, FRAMES);
	assert_int_equal(pickies[1].taken, FRAMES);
	assert_int_equal(scene.ledger.converted_bytes, FRAMES * BYTES);
	finish(&scene);
}

/* It holds what it converts, and at most one more: the camera does not go without. */
static void a_slow_branch_loses_frames_alone(void **state)
{
	struct scene scene = { .convert = convert_slowly };
	struct picky picky = { .taken = 0 };

	(void)state;
	assert_int_equal(run(&scene, LIVE, &picky, 1), 0);
	assert_int_equal(scene.ledger.captured, FRAMES);
	assert_true(scene.ledger.lost_by_device < FRAMES / 4); /* a busy machine's */
	assert_int_equal(scene.ledger.sinks[0].delivered, FRAMES);
	assert_true(scene.ledger.sinks[1].drops[WEIR_DROP_BUSY] > FRAMES / 2);
	assert_true(picky.taken > 0);
	finish(&scene);
}

static void a_broken_branch_loses_its_sinks(void **state)
{
	struct scene scene = { .convert = break_down };
	struct picky pickies[2] = { { .taken = 0 }, { .taken = 0 } };

	(void)state;
	assert_int_equal(run(&scene, LIVE, pickies, 2), 0);
	assert_int_equal(scene.ledger.sinks[0].delivered, FRAMES);
	assert_int_equal(scene.ledger.sinks[0].error, 0);
	assert_int_equal(scene.ledger.sinks[1].error, -EIO);
	assert_int_equal(scene.ledger.sinks[2].error, -EIO);
	assert_int_equal(pickies[0].taken + pickies[1].taken, 0);
	finish(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_get_what_they_take),
		cmocka_unit_test(a_free_source_waits_for_both),
		cmocka_unit_test(nothing_is_converted_for_nobody),
		cmocka_unit_test(two_share_one_conversion),
		cmocka_unit_test(a_slow_branch_loses_frames_alone),
		cmocka_unit_test(a_broken_branch_loses_its_sinks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
