/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Frames in dma-bufs that the program gives. */

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <weir/weir.h>

#include "tests/fake/v4l2_scene.h"

#define BUFFERS     4
#define FRAME_BYTES (64 * 48 * 2)

struct gift {
	int fds[2 * BUFFERS];
	ino_t inodes[2 * BUFFERS];
	unsigned n;
	unsigned strangers; /* frames that lie elsewhere */
};

static void wrap(struct gift *gift, unsigned n, size_t length)
{
	struct stat status;

	for (gift->n = 0; gift->n < n; gift->n++) {
		int fd = memfd_create("gift", MFD_CLOEXEC);

		assert_true(fd >= 0);
		assert_int_equal(ftruncate(fd, (off_t)length), 0);
		assert_int_equal(fstat(fd, &status), 0);
		gift->fds[gift->n] = fd;
		gift->inodes[gift->n] = status.st_ino;
	}
	gift->strangers = 0;
}

static void unwrap(struct gift *gift)
{
	while (gift->n)
		close(gift->fds[--gift->n]);
}

static struct gift gift;

static void look_where_it_lies(struct scene *scene, struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	bool ours = false;
	struct stat status;

	(void)scene;
	assert_int_equal(fstat(info->plane[0].fd, &status), 0);
	for (unsigned i = 0; i < 2 * BUFFERS; i++)
		ours |= gift.inodes[i] == status.st_ino;
	gift.strangers += !ours;
}

static void give(struct scene *scene, unsigned n_buffers, unsigned n_parts, size_t length)
{
	memset(&gift, 0, sizeof(gift));
	wrap(&gift, n_buffers * n_parts, length);
	scene->given = gift.fds;
	scene->n_given = n_buffers;
	scene->n_given_parts = n_parts;
	scene->on_frame = look_where_it_lies;
}

static void test_frames_lie_in_what_was_given(void **state)
{
	struct scene scene;

	(void)state;
	scene_open(&scene, "YUYV", 64, 48);
	give(&scene, BUFFERS, 1, FRAME_BYTES);
	assert_int_equal(scene_run(&scene, 50), 0);
	assert_string_equal(scene.memory.kind, "given");
	assert_int_equal(scene.memory.slots, BUFFERS);
	assert_int_equal(scene.seen, 50);
	assert_int_equal(scene.wrong_pixels, 0);
	assert_int_equal(gift.strangers, 0);
	assert_true(scene.ledger.cache_syncs >= 100);

	/* Ours may go; the pipeline has its own. */
	unwrap(&gift);
	assert_int_equal(weir_pipeline_run(scene.pipeline), 0);
	assert_int_equal(scene.seen, 100);
	assert_int_equal(gift.strangers, 0);
	scene_close(&scene);
}

static void test_planes_apart(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "NV12", 64, 48);
	fake.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	fake.pieces = 2;
	fake.piece_bytes[0] = 64 * 48;
	fake.piece_bytes[1] = 64 * 24;
	scene_begin(&scene);
	give(&scene, BUFFERS, 2, 64 * 48);
	assert_int_equal(scene_run(&scene, 20), 0);
	assert_int_equal(scene.seen, 20);
	assert_int_equal(scene.wrong_pixels, 0);
	assert_int_equal(gift.strangers, 0);
	unwrap(&gift);
	scene_close(&scene);
}

static void test_what_does_not_fit_is_refused(void **state)
{
	static const struct {
		unsigned n_buffers, n_parts;
		size_t length;
		const char *memory, *words;
	} cases[] = {
		{ BUFFERS, 1, FRAME_BYTES - 1, NULL, "a frame takes 6144 there" },
		{ BUFFERS, 2, FRAME_BYTES, NULL, "lie in 1 dma-bufs each, and buffers of 2" },
		{ 1, 1, FRAME_BYTES, NULL, "1 buffers were given, and the source needs 2" },
		{ BUFFERS, 1, FRAME_BYTES, "mmap", "mmap was asked for: one or the other" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct scene scene;

		scene_open(&scene, "YUYV", 64, 48);
		give(&scene, cases[i].n_buffers, cases[i].n_parts, cases[i].length);
		scene.settings.memory = cases[i].memory;
		assert_int_equal(scene_run(&scene, 20), -EINVAL);
		assert_int_equal(scene_lines_with(&scene, cases[i].words), 1);
		assert_int_equal(scene.n_errors, 1);
		assert_int_equal(scene.seen, 0);
		unwrap(&gift);
		scene_close(&scene);
	}
}

/* No other memory takes its place. */
static void test_a_device_that_writes_elsewhere(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	for (unsigned i = 0; i < 8; i++)
		fake.script[i].unwritten = true;
	fake.n_shots = 8;
	scene_begin(&scene);
	give(&scene, BUFFERS, 1, FRAME_BYTES);
	assert_int_equal(scene_run(&scene, 20), -ENOTSUP);
	assert_int_equal(scene_lines_with(&scene, "given cannot serve"), 1);
	assert_int_equal(scene.seen, 0);

	/* Those stay as long as others are refused. */
	assert_int_equal(weir_pipeline_use_dmabufs(scene.pipeline, gift.fds, BUFFERS, 9), -EINVAL);
	fake.n_shots = 0;
	assert_int_equal(weir_pipeline_run(scene.pipeline), -ENOTSUP);
	assert_int_equal(scene.seen, 0);

	/* Others are tried anew, and none at all is as before. */
	assert_int_equal(weir_pipeline_use_dmabufs(scene.pipeline, gift.fds, BUFFERS, 1), 0);
	assert_int_equal(weir_pipeline_run(scene.pipeline), 0);
	assert_int_equal(scene.seen, 20);
	assert_int_equal(gift.strangers, 0);
	assert_int_equal(weir_pipeline_use_dmabufs(scene.pipeline, NULL, 0, 0), 0);
	assert_int_equal(weir_pipeline_run(scene.pipeline), 0);
	weir_pipeline_memory(scene.pipeline, &scene.memory);
	assert_string_not_equal(scene.memory.kind, "given");
	unwrap(&gift);
	scene_close(&scene);
}

static void test_a_device_that_does_not_import(void **state)
{
	struct scene scene;

	(void)state;
	scene_prepare(&scene, "YUYV", 64, 48);
	fake.imports = false;
	scene_begin(&scene);
	give(&scene, BUFFERS, 1, FRAME_BYTES);
	assert_true(scene_run(&scene, 20) < 0);
	assert_true(scene.n_errors > 0);
	assert_int_equal(scene.seen, 0);
	unwrap(&gift);
	scene_close(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames_lie_in_what_was_given),
		cmocka_unit_test(test_planes_apart),
		cmocka_unit_test(test_what_does_not_fit_is_refused),
		cmocka_unit_test(test_a_device_that_writes_elsewhere),
		cmocka_unit_test(test_a_device_that_does_not_import),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
