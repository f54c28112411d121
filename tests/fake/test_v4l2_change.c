/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The picture becomes another in the middle of a run: the run is planned again and goes on, with
 * the same books. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "core/sink.h"
#include "tests/fake/v4l2_scene.h"

#define FRAMES 40

/* What the camera sees from here on. */
static void send_event(struct scene *scene, uint32_t width, uint32_t height)
{
	struct weir_watch *watch = &((struct weir_v4l2 *)scene->source)->watch;

	fake.width = width;
	fake.height = height;
	fake.stride = weir_format_line_bytes(fake.format, 0, width);
	fake.piece_bytes[0] = fake.stride * height;
	fake.changed = true;
	watch->ready(watch, POLLPRI);
}

static void change_once(struct scene *scene, struct weir_frame *frame)
{
	(void)frame;
	if (scene->seen == 10)
		send_event(scene, 128, 96);
}

static void test_another_size(void **state)
{
	const struct weir_source_info *info;
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", 64, 48);
	assert_int_equal(weir_source_describe(scene.source, &info), 0);
	scene.on_frame = change_once;
	assert_int_equal(scene_run(&scene, FRAMES), 0);
	assert_int_equal(scene.seen, FRAMES);
	assert_int_equal(scene.ledger.captured, FRAMES);
	assert_int_equal(scene.ledger.sinks[0].delivered, FRAMES);
	assert_int_equal(scene.ledger.sinks[0].latency.count, FRAMES);
	assert_int_equal(scene.ledger.sinks[0].bytes, 10 * 64 * 48 * 2 + 30 * 128 * 96 * 2);
	assert_int_equal(scene.discontinuities, 1);
	assert_int_equal(scene.out_of_order, 0);
	assert_int_equal(scene.wrong_pixels, 0);
	assert_int_equal(scene.last.width, 128);
	assert_int_equal(fake.composed.width, 128);
	assert_int_equal(fake.composed.height, 96);
	assert_int_equal(scene.last.sequence, FRAMES - 1);
	assert_int_equal(scene.n_errors, 0);
	assert_int_equal(scene_lines_with(&scene, "delivers 128x96 YUYV now, after 64x48 YUYV"), 1);
	assert_non_null(strstr(weir_source_uri(scene.source), "size=128x96"));
	assert_string_equal(info->uri, weir_source_uri(scene.source));
	scene_close(&scene);
}

static void change_often(struct scene *scene, struct weir_frame *frame)
{
	(void)frame;
	if (scene->seen % 3 == 0)
		send_event(scene, 64 + scene->seen % 7 * 16, 48 + scene->seen % 5 * 8);
}

static void test_many_sizes(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", 64, 48);
	scene.on_frame = change_often;
	assert_int_equal(scene_run(&scene, 300), 0);
	assert_int_equal(scene.seen, 300);
	assert_int_equal(scene.out_of_order, 0);
	assert_int_equal(scene.wrong_pixels, 0);
	assert_int_equal(scene.ledger.captured, 300);
	scene_close(&scene);
}

/* ---- frames that are held over it ---- */

static struct weir_frame *kept;
static uint8_t kept_value;

static void keep_and_change(struct scene *scene, struct weir_frame *frame)
{
	if (scene->seen == 8) {
		kept = weir_frame_ref(frame);
		kept_value = fake_paint((uint32_t)weir_frame_info(frame)->sequence);
	}
	change_once(scene, frame);
}

static void test_a_frame_held_over_it(void **state)
{
	const struct weir_frame_info *info;
	struct weir_pixels pixels;
	struct weir_ledger ledger;
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", 64, 48);
	scene.on_frame = keep_and_change;
	assert_int_equal(scene_run(&scene, FRAMES), 0);
	assert_int_equal(scene.ledger.sinks[0].delivered, FRAMES - 1);
	assert_int_equal(scene.ledger.sinks[0].pending, 1);
	info = weir_frame_info(kept);
	assert_int_equal(info->width, 64);
	assert_int_equal(info->sequence, 7);
	assert_int_equal(weir_frame_begin_cpu(kept, WEIR_CPU_READ, &pixels), 0);
	assert_int_equal(pixels.data[0][0], kept_value);
	assert_int_equal(pixels.data[0][64 * 48 * 2 - 1], kept_value);
	assert_int_equal(weir_frame_end_cpu(kept), 0);
	weir_frame_unref(&kept);
	weir_pipeline_ledger(scene.pipeline, &ledger);
	assert_int_equal(ledger.sinks[0].delivered, FRAMES);
	assert_int_equal(ledger.sinks[0].pending, 0);
	scene_close(&scene);
}

/* ---- what does not fit any more ---- */

static void test_a_size_that_was_asked_for(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	scene.uri = "v4l2:" FAKE_PATH "?size=64x48";
	scene_begin(&scene);
	scene.on_frame = change_once;
	assert_int_equal(scene_run(&scene, FRAMES), -ENOTSUP);
	assert_int_equal(scene.seen, 10);
	assert_int_equal(scene.n_errors, 1);
	assert_int_equal(scene_lines_with(&scene,
				 "64x48 YUYV is not offered by /dev/video0; nearest is 128x96"),
		1);
	scene_close(&scene);
}

/* A sink that takes one width only. */
struct narrow {
	struct weir_sink base;
	unsigned starts, stops, frames;
};

static int accept_narrow(
	struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	(void)sink;
	snprintf(why, size, "takes 64 columns only");
	return offer->video.width == 64 ? 0 : -ENOTSUP;
}

static int start_narrow(
	struct weir_sink *sink, const struct weir_sink_host *host, const struct weir_video *video)
{
	(void)host;
	(void)video;
	((struct narrow *)sink)->starts++;
	return 0;
}

static int take_narrow(struct weir_sink *sink, struct weir_frame *frame)
{
	(void)frame;
	((struct narrow *)sink)->frames++;
	return 0;
}

static void stop_narrow(struct weir_sink *sink)
{
	((struct narrow *)sink)->stops++;
}

static void close_narrow(struct weir_sink *sink)
{
	free(sink);
}

static const struct weir_sink_impl narrow_impl = {
	.scheme = "narrow",
	.accepts = accept_narrow,
	.start = start_narrow,
	.take = take_narrow,
	.stop = stop_narrow,
	.close = close_narrow,
};

/* Makes and runs what scene_run() would, with the narrow sink after the other or alone. */
static int run_with_narrow(struct scene *scene, bool alone, struct narrow **out)
{
	struct weir_source *source = scene->source;
	struct weir_sink *looking = NULL, *sink;
	struct narrow *narrow = calloc(1, sizeof(*narrow));

	assert_non_null(narrow);
	narrow->base = (struct weir_sink){
		.impl = &narrow_impl, .log = &scene->log, .uri = strdup("narrow"), .budget = 1
	};
	sink = &narrow->base;
	*out = narrow;
	scene->settings.max_frames = FRAMES;
	assert_int_equal(weir_sink_open_callback(scene_look, scene, NULL, &looking), 0);
	assert_int_equal(weir_pipeline_create(&scene->settings, &scene->pipeline), 0);
	assert_int_equal(weir_pipeline_set_source(scene->pipeline, &source), 0);
	if (!alone)
		assert_int_equal(weir_pipeline_add_sink(scene->pipeline, &looking), 0);
	assert_int_equal(weir_pipeline_add_sink(scene->pipeline, &sink), 0);
	weir_sink_close(&looking);
	return weir_pipeline_run(scene->pipeline);
}

static void test_a_sink_that_cannot_take_it_is_lost_alone(void **state)
{
	struct weir_ledger ledger;
	struct narrow *narrow;
	struct scene scene;
	char why[160] = "";

	(void)state;
	scene_open(&scene, "YUYV", 64, 48);
	scene.on_frame = change_once;
	assert_int_equal(run_with_narrow(&scene, false, &narrow), 0);
	assert_int_equal(scene.seen, FRAMES);
	assert_int_equal(narrow->frames, 10);
	assert_int_equal(narrow->starts, 1);
	assert_int_equal(narrow->stops, 1);
	assert_int_equal(scene_lines_with(&scene, "narrow: takes 64 columns only"), 1);
	weir_pipeline_ledger(scene.pipeline, &ledger);
	assert_int_equal(ledger.sinks[0].delivered, FRAMES);
	assert_int_equal(ledger.sinks[1].error, -ENOTSUP);
	assert_int_equal(ledger.sinks[1].delivered, 10);
	assert_int_equal(ledger.sinks[1].drops[WEIR_DROP_FAILED], FRAMES - 10);
	if (weir_ledger_reconcile(&ledger, why, sizeof(why)))
		fail_msg("%s", why);
	scene_close(&scene);
}

static void change_to_wide(struct weir_timer *timer)
{
	send_event(timer->data, 128, 96);
}

static void arm_change(void *data, const struct weir_event *event)
{
	static struct weir_timer timer = { .fired = change_to_wide };
	struct scene *scene = data;

	timer.data = scene;
	if (event->type == WEIR_EVENT_FRAME && event->info->sequence == 5)
		weir_loop_arm(((struct weir_v4l2 *)scene->source)->host.loop, &timer, 1);
}

static void test_the_only_sink_cannot_take_it(void **state)
{
	struct weir_ledger ledger;
	struct narrow *narrow;
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", 64, 48);
	scene.settings.frame_events = true;
	scene.settings.on_event = arm_change;
	scene.settings.event_data = &scene;
	assert_int_equal(run_with_narrow(&scene, true, &narrow), -ENOTSUP);
	assert_int_equal(scene.n_errors, 1);
	assert_int_equal(scene_lines_with(&scene, "narrow: takes 64 columns only"), 1);
	weir_pipeline_ledger(scene.pipeline, &ledger);
	assert_true(ledger.captured >= 6);
	assert_int_equal(ledger.sinks[0].error, -ENOTSUP);
	assert_int_equal(ledger.sinks[0].delivered, ledger.captured);
	scene_close(&scene);
}

/* ---- and memory that is not what it seems, after it ---- */

static void change_to_bad_memory(struct scene *scene, struct weir_frame *frame)
{
	(void)frame;
	if (scene->seen != 10)
		return;
	fake.script[fake.shot].unwritten = true;
	fake.n_shots = fake.shot + 1;
	send_event(scene, 128, 96);
}

static void test_memory_refuted_after_it(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", 64, 48);
	scene.on_frame = change_to_bad_memory;
	assert_int_equal(scene_run(&scene, FRAMES), 0);
	assert_string_equal(scene.memory.kind, "mmap");
	assert_int_equal(scene.seen, FRAMES);
	assert_int_equal(scene.wrong_pixels, 0);
	assert_int_equal(scene.ledger.lost_by_device, 1);
	scene_close(&scene);
}

static void stop_and_change(struct scene *scene, struct weir_frame *frame)
{
	(void)frame;
	if (scene->seen != 10)
		return;
	weir_pipeline_stop(scene->pipeline);
	send_event(scene, 128, 96);
}

static void test_a_stop_in_the_middle_of_it(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", 64, 48);
	scene.on_frame = stop_and_change;
	assert_int_equal(scene_run(&scene, FRAMES), 0);
	assert_int_equal(scene.seen, 10);
	assert_int_equal(scene.ledger.captured, 10);
	scene_close(&scene);
}

/* ---- the end ---- */

static struct weir_timer last_moment;

static void fire_event(struct weir_timer *timer)
{
	struct weir_watch *watch = timer->data;

	watch->ready(watch, POLLPRI);
}

/* From outside of the frame's call, as poll() does it. */
static void end_soon(struct scene *scene, struct weir_frame *frame)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)scene->source;

	(void)frame;
	if (scene->seen != 2)
		return;
	fake.ended = true;
	last_moment = (struct weir_timer){ .fired = fire_event, .data = &v4l2->watch };
	weir_loop_arm(v4l2->host.loop, &last_moment, 0);
}

/* What the driver had finished by then is delivered. */
static void test_frames_before_the_end(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.n_shots = 6;
	fake.script[5].nothing = true;
	scene_begin(&scene);
	scene.on_frame = end_soon;
	assert_int_equal(scene_run(&scene, 0), 0);
	assert_int_equal(scene.seen, 5);
	assert_int_equal(scene.wrong_pixels, 0);
	assert_int_equal(scene.ledger.captured, 5);
	assert_int_equal(scene.ledger.sinks[0].delivered, 5);
	assert_int_equal(scene.n_errors, 0);
	scene_close(&scene);
}

/* Its last frame is the last of the run as well. */
static void test_the_end_of_both(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	scene_begin(&scene);
	scene.on_frame = end_soon;
	assert_int_equal(scene_run(&scene, 4), 0);
	assert_int_equal(scene.seen, 4);
	assert_int_equal(scene.n_errors, 0);
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_another_size),
		cmocka_unit_test(test_many_sizes),
		cmocka_unit_test(test_a_frame_held_over_it),
		cmocka_unit_test(test_a_size_that_was_asked_for),
		cmocka_unit_test(test_a_sink_that_cannot_take_it_is_lost_alone),
		cmocka_unit_test(test_the_only_sink_cannot_take_it),
		cmocka_unit_test(test_memory_refuted_after_it),
		cmocka_unit_test(test_a_stop_in_the_middle_of_it),
		cmocka_unit_test(test_frames_before_the_end),
		cmocka_unit_test(test_the_end_of_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
