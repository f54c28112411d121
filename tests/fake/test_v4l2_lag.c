/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A sink that lags behind a camera that has fewer buffers than were planned. */

#include <unistd.h>

#include <weir/weir.h>

#include "tests/fake/v4l2_scene.h"

static struct weir_frame *first;

static void hold_the_first(struct scene *scene, struct weir_frame *frame)
{
	if (scene->seen > 1)
		return;
	first = weir_frame_ref(frame);
	usleep(2000);
}

/* What the plan had no need for is made when the driver has its say. */
static void test_copies_where_fewer_buffers_are_granted(void **state)
{
	static const char *const kinds[] = { "slab", "mmap" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene;

		scene_prepare(&scene, "YUYV", 64, 48);
		fake.grants = 3;
		scene_begin(&scene);
		scene.settings.memory = kinds[i];
		scene.deadline_ms = 1;
		scene.on_frame = hold_the_first;
		assert_int_equal(scene_run(&scene, 50), 0);
		assert_int_equal(scene.memory.slots, 3);
		assert_int_equal(scene.memory.private_slots, 2);
		assert_int_equal(scene.seen, 50);
		assert_int_equal(scene.wrong_pixels, 0);
		assert_int_equal(scene.out_of_order, 0);
		assert_int_equal(scene.ledger.sinks[0].user_copied_bytes, 49 * 64 * 48 * 2);
		weir_frame_unref(&first);
		scene_close(&scene);
	}
}

static unsigned hints_with(const char *sink_uri, unsigned buffers, unsigned grants)
{
	struct scene scene;
	unsigned hinted;

	scene_prepare(&scene, "YUYV", 64, 48);
	fake.hints = true;
	fake.grants = grants;
	scene.sink_uri = sink_uri;
	scene_begin(&scene);
	scene.settings.memory = "mmap";
	scene.settings.buffers = buffers;
	assert_int_equal(scene_run(&scene, 20), 0);
	hinted = fake.hinted;
	scene_close(&scene);
	return hinted;
}

/* Whoever may have to copy looks at pixels: the driver is not told that nobody does. */
static void test_no_cache_hints_where_frames_may_be_copied(void **state)
{
	(void)state;
	assert_true(hints_with("null", 5, 5) >= 20);
	assert_int_equal(hints_with("null", 4, 5), 0);
	assert_int_equal(hints_with("null", 5, 4), 0);
	assert_int_equal(hints_with("null?mask=8x8+0+0", 5, 5), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_copies_where_fewer_buffers_are_granted),
		cmocka_unit_test(test_no_cache_hints_where_frames_may_be_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
