/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/contract/suites.h"

#include <errno.h>

#include "core/sink.h"
#include "core/stamp.h"

#define SLOTS 4

struct scene {
	const char *uri; /* NULL: the callback sink */
	const struct suite_sink *row;
};

/* A sink, and everything that a pipeline would be to it. */
struct stand {
	const struct scene *scene;
	struct stand_log heard;
	struct weir_sink *sink;
	struct weir_video video;
	struct weir_loop *loop;
	struct weir_slab *slab;
	struct weir_sink_host host;
	struct weir_frame views[SLOTS];
	uint64_t sequence;
	unsigned taken, released, lost; /* lost: released with a verdict */
	unsigned failures;
	int error;
	bool started;
};

/* ---- the fake pipeline ---- */

static void view_released(struct weir_frame *view, void *data)
{
	struct stand *stand = data;

	stand->released++;
	stand->lost += view->verdict != WEIR_DROP_NONE;
}

static void copied(void *data, struct weir_sink *sink, uint64_t bytes, const char *why)
{
	assert_true(data && why && *why);
	weir_counter_add(&sink->copied_bytes, bytes);
}

static void failed(void *data, struct weir_sink *sink, int error)
{
	struct stand *stand = data;

	assert_ptr_equal(sink, stand->sink);
	assert_true(error < 0);
	stand->failures++;
	stand->error = error;
	if (sink->impl->stop)
		sink->impl->stop(sink);
	weir_loop_stop(stand->loop);
}

static void start(struct stand *stand)
{
	const struct weir_sink_impl *impl = stand->sink->impl;

	stand->taken = stand->released = stand->lost = 0;
	stand->sequence = 0;
	stand->started = true;
	if (impl->start)
		assert_int_equal(impl->start(stand->sink, &stand->host, &stand->video), 0);
}

static void stop(struct stand *stand)
{
	if (stand->started && stand->sink->impl->stop)
		stand->sink->impl->stop(stand->sink);
	stand->started = false;
}

static void draw(struct stand *stand, struct weir_frame *frame)
{
	struct weir_pixels pixels;

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels), 0);
	memset(pixels.data[0], 0x40, frame->info.bytes_used);
	weir_stamp_write(&stand->video, &pixels, frame->info.sequence);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
}

/* Shows one frame. 0 or the sink's error. */
static int show(struct stand *stand)
{
	struct weir_slot *slot = weir_slab_take(stand->slab);
	struct weir_frame *frame, *view;
	int err;

	assert_non_null(slot);
	frame = weir_slot_issue(slot);
	frame->info.sequence = stand->sequence++;
	frame->info.timestamp_ns = weir_now_ns();
	draw(stand, frame);
	view = &stand->views[slot->index];
	weir_frame_init_view(view, frame, view_released, stand);
	stand->taken++;
	err = stand->sink->impl->take(stand->sink, view);
	weir_frame_unref(&view);
	return err;
}

/* Waits until no more than `out` frames are held. */
static void wait_for_release(struct stand *stand, unsigned out)
{
	uint64_t give_up = weir_now_ns() + STAND_GIVE_UP;

	while (weir_slab_out(stand->slab) > out && weir_now_ns() < give_up)
		stand_run(stand->loop, STAND_MS);
	assert_in_range(weir_slab_out(stand->slab), 0, out);
}

static void show_many(struct stand *stand, unsigned frames)
{
	for (unsigned i = 0; i < frames; i++) {
		wait_for_release(stand, SLOTS - 1);
		assert_int_equal(show(stand), 0);
	}
}

static void finish(struct stand *stand)
{
	if (stand->sink->impl->drain)
		stand->sink->impl->drain(stand->sink);
	wait_for_release(stand, 0);
	stop(stand);
}

static void check_result(struct stand *stand)
{
	char text[256] = "";

	if (!stand->sink->impl->result)
		return;
	assert_int_equal(stand->sink->impl->result(stand->sink, text, sizeof(text)), 0);
	assert_true(text[0] != '\0');
}

/* ---- opening ---- */

static int let_pass(void *data, struct weir_frame *frame)
{
	(void)data;
	(void)frame;
	return 0;
}

static int open_as(
	const char *uri, const struct weir_sink_settings *settings, struct weir_sink **out)
{
	if (!uri)
		return weir_sink_open_callback(let_pass, NULL, settings, out);
	return weir_sink_open(uri, settings, out);
}

static int open_with(struct stand *stand, const char *uri, unsigned budget, struct weir_sink **out)
{
	const struct weir_sink_settings settings = { .log = &stand->heard.log, .budget = budget };

	return open_as(uri, &settings, out);
}

static void opens_and_closes_without_a_run(void **state)
{
	struct stand *stand = *state;

	for (int i = 0; i < 2; i++) {
		weir_sink_close(&stand->sink);
		assert_null(stand->sink);
		assert_int_equal(open_with(stand, stand->scene->uri, 0, &stand->sink), 0);
	}
	assert_int_equal(stand->heard.lines, 0);
}

static void keeps_its_uri(void **state)
{
	struct stand *stand = *state;
	const char *uri = stand->scene->uri;

	assert_string_equal(weir_sink_uri(stand->sink), uri ? uri : "callback");
	start(stand);
	show_many(stand, 1);
	finish(stand);
	assert_string_equal(weir_sink_uri(stand->sink), uri ? uri : "callback");
}

/* The URI with one option more. */
static const char *with_option(const struct stand *stand, const char *option, char text[512])
{
	const char *uri = stand->scene->uri;

	snprintf(text, 512, "%s%c%s", uri, strchr(uri, '?') ? '&' : '?', option);
	return text;
}

static void reads_budget_and_policy(void **state)
{
	struct stand *stand = *state;
	char text[512];

	assert_int_equal(stand->sink->budget, WEIR_DEFAULT_BUDGET);
	assert_int_equal(stand->sink->policy, WEIR_POLICY_NEWEST);
	weir_sink_close(&stand->sink);
	assert_int_equal(open_with(stand, stand->scene->uri, 5, &stand->sink), 0);
	assert_int_equal(stand->sink->budget, 5);
	weir_sink_close(&stand->sink);
	if (stand->scene->uri) {
		with_option(stand, "budget=3&policy=oldest&deadline=40", text);
		assert_int_equal(open_with(stand, text, 0, &stand->sink), 0);
		assert_string_equal(weir_sink_uri(stand->sink), text);
		assert_int_equal(stand->sink->budget, 3);
		assert_int_equal(stand->sink->policy, WEIR_POLICY_OLDEST);
		assert_int_equal(stand->sink->deadline_ns, 40000000);
		weir_sink_close(&stand->sink);
		assert_int_equal(open_with(stand, text, 7, &stand->sink), 0);
		assert_int_equal(stand->sink->budget, 7); /* settings win */
	}
}

static void expect_refusal(
	struct stand *stand, const char *uri, struct weir_sink_settings settings, const char *word)
{
	struct weir_sink *sink = NULL;

	stand_listen(&stand->heard);
	settings.log = &stand->heard.log;
	assert_int_equal(open_as(uri, &settings, &sink), -EINVAL);
	assert_null(sink);
	assert_int_equal(stand->heard.lines, 1);
	if (!strstr(stand->heard.last, word))
		fail_msg("\"%s\" does not name \"%s\"", stand->heard.last, word);
}

static void refuses_what_makes_no_sense(void **state)
{
	static const char *const options[][2] = { { "nonsense=1", "nonsense" },
		{ "budgets=3", "budgets" }, { "budget=0", "budget" }, { "budget=33", "33" },
		{ "budget=-1", "-1" }, { "budget=many", "many" }, { "budget=", "budget" },
		{ "budget=4294967297", "4294967297" }, { "deadline=0", "deadline" },
		{ "mask=8x8", "8x8" }, { "policy=worst", "worst" } };
	const struct weir_sink_settings none = { 0 }, large = { .budget = WEIR_SLAB_MAX_SLOTS + 1 },
					huge = { .budget = UINT32_MAX },
					late = { .deadline_ms = 60001 }, bare = { .masks = "x" },
					odd = { .policy = (enum weir_policy)7 };
	struct stand *stand = *state;
	const char *uri = stand->scene->uri;
	char text[512];

	for (size_t i = 0; uri && i < WEIR_COUNT(options); i++)
		expect_refusal(stand, with_option(stand, options[i][0], text), none, options[i][1]);
	expect_refusal(stand, uri, large, "33");
	expect_refusal(stand, uri, huge, "4294967295");
	expect_refusal(stand, uri, odd, "policy 7");
	expect_refusal(stand, uri, late, "60001");
	expect_refusal(stand, uri, bare, "mask");
}

/* ---- planning ---- */

/* Whatever comes: it takes it, or says in words why not. */
static void accepts_or_says_why(void **state)
{
	struct stand *stand = *state;
	const struct weir_sink_impl *impl = stand->sink->impl;

	for (size_t i = 0; i < weir_format_count(); i++) {
		const struct weir_format *format = weir_format_at(i);
		struct weir_offer offer = { { .format = format, .width = 64, .height = 48 },
			weir_memory_host.name, weir_memory_host.traits };
		char why[256] = "";
		int err = impl->accepts ? impl->accepts(stand->sink, &offer, why, sizeof(why)) : 0;

		assert_true(err == 0 || (err == -ENOTSUP && why[0]));
		why[0] = '\0';
		if (!err && impl->copies && impl->copies(stand->sink, &offer, why, sizeof(why)))
			assert_true(why[0] != '\0');
	}
	assert_int_equal(stand->heard.lines, 0); /* asking is not failing */
}

/* ---- a run ---- */

static void takes_frames_and_lets_go(void **state)
{
	struct stand *stand = *state;

	start(stand);
	show_many(stand, 50);
	finish(stand);
	assert_int_equal(stand->released, 50);
	assert_int_equal(stand->lost, 0);
	assert_int_equal(stand->failures, 0);
	check_result(stand);
}

static void runs_again(void **state)
{
	struct stand *stand = *state;

	for (int run = 0; run < 3; run++) {
		start(stand);
		show_many(stand, 5);
		finish(stand);
		assert_int_equal(stand->released, 5);
		check_result(stand);
	}
}

static void stops_without_a_frame(void **state)
{
	struct stand *stand = *state;

	start(stand);
	finish(stand);
	check_result(stand);
	start(stand);
	stop(stand);
}

/* Stopped in the middle, it lets go: at the latest when the loop has ended what it transfers. */
static void lets_go_when_stopped(void **state)
{
	struct stand *stand = *state;

	start(stand);
	for (unsigned i = 0; i < SLOTS; i++)
		assert_int_equal(show(stand), 0);
	stop(stand);
	weir_loop_close(&stand->loop);
	assert_int_equal(weir_slab_out(stand->slab), 0);
	assert_int_equal(stand->released, SLOTS);
}

/* Returns once the sink said that it failed. */
static int show_until_it_fails(struct stand *stand)
{
	int err = 0;

	for (unsigned i = 0; i < 100 && !err && !stand->failures; i++) {
		err = show(stand);
		wait_for_release(stand, SLOTS - 1); /* who breaks may take its time */
		stand_run(stand->loop, STAND_MS);
	}
	return err ? err : stand->error;
}

/* It says so once and in words, lets go of everything, and can be stopped and closed as ever. */
static void fails_in_order(void **state)
{
	struct stand *stand = *state;

	start(stand);
	assert_true(show_until_it_fails(stand) < 0);
	stop(stand);
	assert_in_range(stand->failures, 0, 1);
	wait_for_release(stand, 0);
	assert_int_equal(stand->released, stand->taken);
	assert_true(stand->lost > 0);
}

/* ---- on every sink ---- */

static void open_stand(struct stand *stand)
{
	const struct weir_slab_settings settings = {
		.slots = SLOTS, .frame_bytes = 320 * 240 * 2, .no_lock = true
	};
	struct weir_offer offer;
	char why[256];

	stand_listen(&stand->heard);
	/* Larger than what fits a pipe, so that one that nobody reads holds frames. */
	stand->video = (struct weir_video){ .format = weir_format_by_name("UYVY"),
		.width = 320,
		.height = 240,
		.stride = 640,
		.rate = { 30, 1 } };
	assert_int_equal(open_with(stand, stand->scene->uri, 0, &stand->sink), 0);
	offer = (struct weir_offer){
		.video = stand->video, .memory = "host", .traits = weir_memory_host.traits
	};
	if (stand->sink->impl->accepts)
		assert_int_equal(
			stand->sink->impl->accepts(stand->sink, &offer, why, sizeof(why)), 0);
	stand->loop = stand_open_loop();
	assert_int_equal(weir_slab_create(&weir_memory_host, &settings, &stand->slab), 0);
	stand_describe_slots(stand->slab, &stand->video);
	stand->host = (struct weir_sink_host){ .loop = stand->loop,
		.slab = stand->slab,
		.failed = failed,
		.copied = copied,
		.data = stand };
}

static int set_up(void **state, enum suite_mode mode)
{
	struct stand *stand = calloc(1, sizeof(*stand));

	assert_non_null(stand);
	stand->scene = *state;
	*state = stand;
	if (stand->scene->row->enter)
		stand->scene->row->enter(mode);
	open_stand(stand);
	return 0;
}

static int set_up_flowing(void **state)
{
	return set_up(state, SUITE_FLOWS);
}

static int set_up_stuck(void **state)
{
	return set_up(state, SUITE_STUCK);
}

static int set_up_broken(void **state)
{
	return set_up(state, SUITE_BROKEN);
}

/* As a pipeline ends: sinks, loop, books. */
static int tear_down(void **state)
{
	struct stand *stand = *state;
	unsigned out;

	stop(stand);
	if (stand->loop)
		weir_loop_close(&stand->loop);
	weir_sink_close(&stand->sink);
	out = weir_slab_out(stand->slab);
	weir_slab_unref(&stand->slab);
	if (stand->scene->row->leave)
		stand->scene->row->leave();
	free(stand);
	return out ? -1 : 0;
}

static int run_scene(const struct scene *scene)
{
	struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_and_closes_without_a_run),
		cmocka_unit_test(keeps_its_uri),
		cmocka_unit_test(reads_budget_and_policy),
		cmocka_unit_test(refuses_what_makes_no_sense),
		cmocka_unit_test(accepts_or_says_why),
		cmocka_unit_test(takes_frames_and_lets_go),
		cmocka_unit_test(runs_again),
		cmocka_unit_test(stops_without_a_frame),
		cmocka_unit_test(lets_go_when_stopped),
		cmocka_unit_test_setup(lets_go_when_stopped, set_up_stuck),
		cmocka_unit_test_setup(fails_in_order, set_up_broken),
	};
	/* The last one is for sinks that can break. */
	size_t count = WEIR_COUNT(tests) - (scene->row->enter ? 0 : 1);

	for (size_t i = 0; i < count; i++) {
		if (!tests[i].setup_func)
			tests[i].setup_func = set_up_flowing;
		tests[i].teardown_func = tear_down;
		tests[i].initial_state = (void *)(uintptr_t)scene;
	}
	return _cmocka_run_group_tests(
		scene->uri ? scene->uri : "callback", tests, count, NULL, NULL);
}

int weir_suite_sinks(const struct suite_sink *named)
{
	static const struct suite_sink callback = { .scheme = "callback" };
	const struct scene no_uri = { NULL, &callback };
	int failed_tests = run_scene(&no_uri);

	for (size_t i = 0; weir_sink_impls[i]; i++) {
		const struct suite_sink *row = named;

		while (row->scheme && strcmp(row->scheme, weir_sink_impls[i]->scheme))
			row++;
		if (!row->scheme) {
			print_error("no URI is named for the sink \"%s\"\n",
				weir_sink_impls[i]->scheme);
			failed_tests++;
		}
		for (size_t u = 0; row->scheme && row->uris[u]; u++) {
			const struct scene scene = { row->uris[u], row };

			failed_tests += run_scene(&scene);
		}
	}
	return failed_tests;
}
