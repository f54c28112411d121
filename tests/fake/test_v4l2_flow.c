/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What drivers say about frames, and what becomes of it at a sink. */

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include <weir/weir.h>

#include "core/clock.h"
#include "pipeline/pipeline.h"
#include "tests/fake/v4l2_scene.h"

static void test_frames_lie_where_the_device_wrote(void **state)
{
	static const char *const kinds[] = { "slab", "mmap" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene;

		scene_open(&scene, "YUYV", 64, 48);
		scene.settings.memory = kinds[i];
		assert_int_equal(scene_run(&scene, 100), 0);
		assert_string_equal(scene.memory.kind, kinds[i]);
		assert_int_equal(scene.ledger.captured, 100);
		assert_int_equal(scene.ledger.lost_by_device, 0);
		assert_int_equal(scene.seen, 100);
		assert_int_equal(scene.wrong_pixels, 0);
		assert_int_equal(scene.without_dmabuf, 0);
		scene_close(&scene);
	}
}

static void test_planes_apart(void **state)
{
	static const char *const kinds[] = { "slab", "mmap" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene;

		scene_prepare(&scene, "NV12", 64, 48);
		fake.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
		fake.pieces = 2;
		fake.piece_bytes[0] = 64 * 48;
		fake.piece_bytes[1] = 64 * 24;
		scene_begin(&scene);
		scene.settings.memory = kinds[i];
		assert_int_equal(scene_run(&scene, 20), 0);
		assert_int_equal(scene.seen, 20);
		assert_int_equal(scene.wrong_pixels, 0);
		assert_int_equal(scene.last.n_planes, 2);
		assert_int_equal(scene.last.plane[1].offset, 0);
		assert_int_not_equal(scene.last.plane[0].fd, scene.last.plane[1].fd);
		scene_close(&scene);
	}
}

/* Each with a stride of its own, as devices have it that begin lines at multiples of 64 bytes. */
static void test_planes_apart_have_their_strides(void **state)
{
	static const char *const stages[] = { NULL, "crop=32x24+16+24" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene;

		scene_prepare(&scene, "YU12", 64, 48);
		fake.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
		fake.pieces = 3;
		fake.stride = 64;
		fake.piece_bytes[0] = 64 * 48;
		fake.piece_bytes[1] = fake.piece_bytes[2] = 64 * 24;
		scene.stage = stages[i];
		scene_begin(&scene);
		assert_int_equal(scene_run(&scene, 5), 0);
		assert_int_equal(scene.seen, 5);
		assert_int_equal(scene.last.plane[1].stride, 64);
		if (!i) {
			assert_int_equal(scene.last.bytes_used, 64 * (48 + 24 + 24));
		} else {
			assert_int_equal(scene.last.plane[0].offset, 24 * 64 + 16);
			assert_int_equal(scene.last.plane[1].offset, 12 * 64 + 8);
			assert_int_equal(scene.last.plane[2].offset, 12 * 64 + 8);
		}
		scene_close(&scene);
	}
}

static void test_data_offset(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "GREY", 64, 48);
	fake.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	fake.piece_bytes[0] = 64 * 48 + 256;
	fake.n_shots = 3;
	fake.script[1] =
		(struct fake_shot){ .has_bytes = true, .bytes = 64 * 48 + 256, .data_offset = 256 };
	fake.script[2] = (struct fake_shot){
		.has_bytes = true, .bytes = 64 * 48 + 256, .data_offset = 257 /* a byte short */
	};
	scene_begin(&scene);
	scene.keeps_offsets = true;
	assert_int_equal(scene_run(&scene, 3), 0);
	assert_int_equal(scene.offsets[0], 0);
	assert_int_equal(scene.offsets[1], 256);
	assert_int_equal(scene.seen, 2);
	assert_int_equal(scene.ledger.corrupt, 1);
	scene_close(&scene);
}

/* All pixels are there, and the last line's padding would be behind the buffer's end. */
static void test_data_offset_without_room(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "GREY", 64, 48);
	fake.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	fake.stride = 80;
	fake.piece_bytes[0] = 80 * 48;
	fake.n_shots = 2;
	fake.script[1] =
		(struct fake_shot){ .has_bytes = true, .bytes = 80 * 48, .data_offset = 16 };
	scene_begin(&scene);
	scene.source->delivers_corrupt = true;
	scene.keeps_offsets = true;
	assert_int_equal(scene_run(&scene, 2), 0);
	assert_int_equal(scene.seen, 2);
	assert_int_equal(scene.offsets[1], 0);
	assert_int_equal(scene.ledger.corrupt, 1);
	scene_close(&scene);
}

static void test_buffers_smaller_than_pictures(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.lacks_bytes = 1;
	scene_begin(&scene);
	scene.settings.memory = "mmap";
	assert_int_equal(scene_run(&scene, 10), -EIO);
	assert_int_equal(
		scene_lines_with(&scene, "makes buffers of 6143 bytes for pictures of 6144"), 1);
	assert_int_equal(scene.n_errors, 1);
	scene_close(&scene);

	/* What the format has beyond the picture may be missing. */
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.piece_bytes[0] += 64;
	fake.lacks_bytes = 64;
	fake.n_shots = FAKE_SHOTS;
	for (unsigned i = 0; i < FAKE_SHOTS; i++)
		fake.script[i] = (struct fake_shot){ .has_bytes = true, .bytes = 64 * 48 * 2 };
	scene_begin(&scene);
	scene.settings.memory = "mmap";
	assert_int_equal(scene_run(&scene, 10), 0);
	assert_int_equal(scene.seen, 10);
	scene_close(&scene);
}

static void test_export_refused(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.exports = fake.imports = false;
	scene_begin(&scene);
	assert_int_equal(scene_run(&scene, 30), 0);
	assert_string_equal(scene.memory.kind, "mmap");
	assert_int_equal(scene.wrong_pixels, 0);
	assert_int_equal(scene.without_dmabuf, 30);
	assert_int_equal(scene_lines_with(&scene, "does not export"), 1);
	scene_close(&scene);
}

static void test_fewer_buffers(void **state)
{
	static const char *const kinds[] = { "slab", "mmap" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene;

		scene_prepare(&scene, "YUYV", 64, 48);
		fake.grants = 3;
		scene_begin(&scene);
		scene.settings.memory = kinds[i];
		assert_int_equal(scene_run(&scene, 50), 0);
		assert_int_equal(scene.memory.slots, 3);
		assert_int_equal(scene.wrong_pixels, 0);
		assert_int_equal(scene_lines_with(&scene, "has 3 buffers, not 5"), 1);
		scene_close(&scene);
	}
}

static void test_too_few_buffers(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.grants = 1;
	scene_begin(&scene);
	assert_int_equal(scene_run(&scene, 50), -ENOMEM);
	assert_int_equal(scene_lines_with(&scene, "grants 1 buffers"), 1);
	scene_close(&scene);
}

static void test_more_buffers(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.least = 9;
	scene_begin(&scene);
	scene.settings.memory = "mmap";
	assert_int_equal(scene_run(&scene, 50), 0);
	assert_int_equal(scene.memory.slots, 9);
	assert_int_equal(scene.wrong_pixels, 0);
	scene_close(&scene);
}

static void script_damage(void)
{
	fake.n_shots = 6;
	fake.script[1] = (struct fake_shot){ .has_bytes = true, .bytes = 0 };
	fake.script[2] =
		(struct fake_shot){ .has_bytes = true, .bytes = 100, .flags = V4L2_BUF_FLAG_ERROR };
	fake.script[3] = (struct fake_shot){ .has_bytes = true, .bytes = 1000000 };
	fake.script[5] = (struct fake_shot){ .has_bytes = true, .bytes = 1234 };
}

static void test_short_jpegs(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "MJPEG", 64, 48);
	script_damage();
	scene_begin(&scene);
	assert_int_equal(scene_run(&scene, 10), 0);
	assert_int_equal(scene.ledger.captured, 10);
	assert_int_equal(scene.ledger.corrupt, 3);
	assert_int_equal(scene.ledger.sinks[0].drops[WEIR_DROP_CORRUPT], 3);
	assert_int_equal(scene.seen, 7);
	assert_int_equal(scene.least_bytes, 1234);
	scene_close(&scene);
}

static void test_corrupt_frames_are_delivered_when_asked_for(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "MJPEG", 64, 48);
	script_damage();
	scene_begin(&scene);
	scene.source->delivers_corrupt = true;
	assert_int_equal(scene_run(&scene, 10), 0);
	assert_int_equal(scene.ledger.corrupt, 3);
	assert_int_equal(scene.seen, 10);
	assert_int_equal(scene.seen_corrupt, 3);
	assert_int_equal(scene.least_bytes, 0);
	scene_close(&scene);
}

static void test_short_pictures(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.n_shots = 2;
	fake.script[0] = (struct fake_shot){ .has_bytes = true, .bytes = 64 * 48 * 2 - 1 };
	scene_begin(&scene);
	assert_int_equal(scene_run(&scene, 10), 0);
	assert_int_equal(scene.ledger.corrupt, 1);
	assert_int_equal(scene.seen, 9);
	scene_close(&scene);
}

/* The padding after the last line is nobody's. */
static void test_the_last_lines_padding_may_be_missing(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.stride = 160;
	fake.piece_bytes[0] = 160 * 48;
	fake.n_shots = 1;
	fake.script[0] = (struct fake_shot){ .has_bytes = true, .bytes = 160 * 47 + 128 };
	scene_begin(&scene);
	assert_int_equal(scene_run(&scene, 2), 0);
	assert_int_equal(scene.ledger.corrupt, 0);
	assert_int_equal(scene.last.plane[0].stride, 160);
	scene_close(&scene);
}

static void test_gaps_in_the_devices_count(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.n_shots = 5;
	fake.script[0] = (struct fake_shot){ .has_sequence = true, .sequence = UINT32_MAX - 1 };
	fake.script[2] = (struct fake_shot){ .has_sequence = true, .sequence = 2 };
	fake.script[4] = (struct fake_shot){ .has_sequence = true, .sequence = 3 }; /* again */
	scene_begin(&scene);
	assert_int_equal(scene_run(&scene, 20), 0);
	assert_int_equal(scene.ledger.lost_by_device, 2);
	assert_int_equal(scene.out_of_order, 0);
	assert_int_equal(scene.last.sequence, 21);
	scene_close(&scene);
}

static void end_before_the_frame(struct weir_timer *timer)
{
	struct scene *scene = timer->data;
	struct weir_watch *watch = &((struct weir_v4l2 *)scene->source)->watch;

	weir_stretch_end(scene->pipeline, 0);
	fake_go_on();
	watch->ready(watch, POLLIN);
}

static struct weir_timer ender = { .fired = end_before_the_frame };

static void arm_the_end(struct scene *scene, struct weir_frame *frame)
{
	(void)frame;
	ender.data = scene;
	if (scene->seen == 5)
		weir_loop_arm(
			((struct weir_v4l2 *)scene->source)->host.loop, &ender, weir_now_ns());
}

/* A frame that is there when the run has just ended is not this run's, and neither is the gap
 * before it. */
static void test_a_gap_after_the_last_frame(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.n_shots = 7;
	fake.script[5].nothing = true;
	fake.script[6] = (struct fake_shot){ .has_sequence = true, .sequence = 9 };
	scene_begin(&scene);
	scene.on_frame = arm_the_end;
	assert_int_equal(scene_run(&scene, 0), 0);
	assert_int_equal(fake.shot, 7);
	assert_int_equal(scene.ledger.captured, 5);
	assert_int_equal(scene.ledger.lost_by_device, 0);
	scene_close(&scene);
}

static void test_timestamps_are_repaired(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.n_shots = 3;
	fake.script[1] = (struct fake_shot){ .has_stamp = true, .stamp_ns = 0 };
	fake.script[2] = (struct fake_shot){ .has_stamp = true, .stamp_ns = 1700000000ll << 30 };
	scene_begin(&scene);
	assert_int_equal(scene_run(&scene, 20), 0);
	assert_int_equal(scene.out_of_order, 0);
	assert_int_equal(scene.time_guessed, 2);
	scene_close(&scene);
}

static void test_cache_hints_where_nobody_looks(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.hints = true;
	scene_begin(&scene);
	scene.settings.memory = "mmap";
	assert_int_equal(scene_run(&scene, 20), 0);
	assert_int_equal(fake.hinted, 0); /* the scene's own sink looks at pixels */
	scene_close(&scene);

	scene_prepare(&scene, "YUYV", 64, 48);
	fake.hints = true;
	scene.sink_uri = "null";
	scene_begin(&scene);
	scene.settings.memory = "mmap";
	assert_int_equal(scene_run(&scene, 20), 0);
	assert_true(fake.hinted >= 20);
	scene_close(&scene);
}

/* ---- memory that is not what it seems ---- */

static void test_pages_that_the_device_does_not_write(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.n_shots = 1;
	fake.script[0].unwritten = true;
	scene_begin(&scene);
	assert_int_equal(scene_run(&scene, 30), 0);
	assert_string_equal(scene.memory.kind, "mmap");
	assert_int_equal(scene.seen, 30);
	assert_int_equal(scene.wrong_pixels, 0);
	assert_int_equal(scene_lines_with(&scene, "wrote elsewhere"), 1);
	scene_close(&scene);
}

/* The run goes on in other memory, with the same books. */
static void test_a_later_slot_that_is_elsewhere(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.n_shots = 3;
	fake.script[2].unwritten = true;
	scene_begin(&scene);
	assert_int_equal(scene_run(&scene, 30), 0);
	assert_string_equal(scene.memory.kind, "mmap");
	assert_int_equal(scene.seen, 30);
	assert_int_equal(scene.wrong_pixels, 0);
	assert_int_equal(scene.out_of_order, 0);
	assert_int_equal(scene.discontinuities, 1);
	assert_int_equal(scene.ledger.captured, 30);
	assert_int_equal(scene.ledger.lost_by_device, 1);
	assert_int_equal(scene.last.sequence, 30);
	scene_close(&scene);
}

static void test_import_refused_after_the_probe(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.refuses_second_import = true;
	scene_begin(&scene);
	assert_int_equal(scene_run(&scene, 30), 0);
	assert_string_equal(scene.memory.kind, "mmap");
	assert_int_equal(scene.wrong_pixels, 0);
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_lie_where_the_device_wrote),
		cmocka_unit_test(test_planes_apart),
		cmocka_unit_test(test_planes_apart_have_their_strides),
		cmocka_unit_test(test_data_offset),
		cmocka_unit_test(test_data_offset_without_room),
		cmocka_unit_test(test_buffers_smaller_than_pictures),
		cmocka_unit_test(test_export_refused),
		cmocka_unit_test(test_fewer_buffers),
		cmocka_unit_test(test_too_few_buffers),
		cmocka_unit_test(test_more_buffers),
		cmocka_unit_test(test_short_jpegs),
		cmocka_unit_test(test_corrupt_frames_are_delivered_when_asked_for),
		cmocka_unit_test(test_short_pictures),
		cmocka_unit_test(test_the_last_lines_padding_may_be_missing),
		cmocka_unit_test(test_gaps_in_the_devices_count),
		cmocka_unit_test(test_a_gap_after_the_last_frame),
		cmocka_unit_test(test_timestamps_are_repaired),
		cmocka_unit_test(test_cache_hints_where_nobody_looks),
		cmocka_unit_test(test_pages_that_the_device_does_not_write),
		cmocka_unit_test(test_a_later_slot_that_is_elsewhere),
		cmocka_unit_test(test_import_refused_after_the_probe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
