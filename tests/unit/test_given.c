/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is refused when a program gives dma-bufs, before there is a plan. */

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <weir/weir.h>

#include "tests/unit/captured.h"

struct stage_set {
	struct captured heard;
	struct weir_pipeline *pipeline;
	int memfd;
};

static void set_up(struct stage_set *set)
{
	struct weir_pipeline_settings settings = { 0 };

	captured_init(&set->heard);
	settings.log = &set->heard.log;
	set->pipeline = NULL;
	assert_int_equal(weir_pipeline_create(&settings, &set->pipeline), 0);
	set->memfd = memfd_create("no dma-buf", MFD_CLOEXEC);
	assert_true(set->memfd >= 0);
}

static void tear_down(struct stage_set *set)
{
	weir_pipeline_destroy(&set->pipeline);
	close(set->memfd);
}

static void refused(struct stage_set *set, int fd, unsigned n_buffers, unsigned n_parts, int err,
	const char *words)
{
	int fds[WEIR_MAX_PLANES * (WEIR_MAX_BUFFERS + 1)];

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		fds[i] = fd;
	assert_int_equal(weir_pipeline_use_dmabufs(set->pipeline, fds, n_buffers, n_parts), err);
	assert_non_null(strstr(set->heard.line, words));
}

static void test_what_is_no_dmabuf(void **state)
{
	struct stage_set set;
	int ends[2];

	(void)state;
	set_up(&set);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	refused(&set, set.memfd, 1, 1, -EINVAL, "is none");
	refused(&set, ends[0], 2, 1, -EINVAL, "is none");
	refused(&set, -1, 2, 2, -EBADF, "descriptor -1");
	close(ends[0]);
	close(ends[1]);
	tear_down(&set);
}

static void test_numbers_out_of_range(void **state)
{
	struct stage_set set;

	(void)state;
	set_up(&set);
	refused(&set, set.memfd, WEIR_MAX_BUFFERS + 1, 1, -EINVAL, "at most 32 buffers");
	refused(&set, set.memfd, 4, 0, -EINVAL, "of 1 to 4 parts");
	refused(&set, set.memfd, 4, WEIR_MAX_PLANES + 1, -EINVAL, "of 1 to 4 parts");
	assert_int_equal(weir_pipeline_use_dmabufs(set.pipeline, NULL, 0, 0), 0);
	tear_down(&set);
}

/* What a program has to allocate. */
static void test_the_plan_tells_the_parts(void **state)
{
	struct weir_source *source = NULL;
	const struct weir_plan *plan = NULL;
	struct weir_sink *sink = NULL;
	struct stage_set set;

	(void)state;
	set_up(&set);
	assert_int_equal(weir_source_open("pattern:bars?size=64x48&format=NV12", NULL, &source), 0);
	assert_int_equal(weir_sink_open("null", NULL, &sink), 0);
	assert_int_equal(weir_pipeline_set_source(set.pipeline, &source), 0);
	assert_int_equal(weir_pipeline_add_sink(set.pipeline, &sink), 0);
	assert_int_equal(weir_pipeline_plan(set.pipeline, &plan), 0);
	assert_int_equal(plan->n_parts, 1);
	assert_int_equal(plan->part_bytes[0], plan->slot_bytes);
	assert_int_equal(plan->slot_bytes, 64 * 48 * 3 / 2);
	tear_down(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_dmabuf),
		cmocka_unit_test(test_numbers_out_of_range),
		cmocka_unit_test(test_the_plan_tells_the_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
