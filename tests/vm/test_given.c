/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* In the rig: frames in dma-bufs that this program makes and gives, of a heap and of udmabufs, from
 * vivid's cameras and from the pattern. Exit 77 where either kind of dma-buf is missing. */

#include <errno.h>
#include <fcntl.h>
#include <linux/dma-heap.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <weir/weir.h>

#include "tests/unit/captured.h"

#define BUFFERS 4
#define FRAMES  30

/* ---- dma-bufs ---- */

static int from_heap(size_t length)
{
	struct dma_heap_allocation_data data = { .len = length, .fd_flags = O_RDWR | O_CLOEXEC };
	int heap = open("/dev/dma_heap/system", O_RDONLY | O_CLOEXEC);
	int r = heap < 0 ? -1 : ioctl(heap, DMA_HEAP_IOCTL_ALLOC, &data);

	if (heap >= 0)
		close(heap);
	return r < 0 ? -1 : (int)data.fd;
}

/* Odd pages after even ones: not contiguous by luck. */
static void scatter(int memfd, size_t length)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char byte = 0;

	for (size_t first = 0; first < 2; first++)
		for (size_t at = first * page; at < length; at += 2 * page)
			assert_int_equal(pwrite(memfd, &byte, 1, (off_t)at), 1);
}

static int from_udmabuf(size_t length)
{
	struct udmabuf_create create = { .flags = UDMABUF_FLAGS_CLOEXEC, .size = length };
	int device = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);
	int memfd = memfd_create("given", MFD_CLOEXEC | MFD_ALLOW_SEALING), fd = -1;

	if (device >= 0 && memfd >= 0 && ftruncate(memfd, (off_t)length) == 0 &&
		fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK) == 0) {
		scatter(memfd, length);
		create.memfd = (uint32_t)memfd;
		fd = ioctl(device, UDMABUF_CREATE, &create);
	}
	if (device >= 0)
		close(device);
	if (memfd >= 0)
		close(memfd);
	return fd;
}

/* ---- a pipeline in them ---- */

typedef int maker(size_t length);

struct show {
	struct captured heard;
	struct weir_pipeline *pipeline;
	ino_t inodes[WEIR_MAX_PLANES * BUFFERS];
	unsigned n, frames, strangers, blank;
};

static bool is_blank(struct weir_frame *frame)
{
	struct weir_pixels pixels;
	bool blank;

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	blank = pixels.data[0][0] == 0 &&
		!memcmp(pixels.data[0], pixels.data[0] + 1, pixels.stride[0] - 1);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	return blank;
}

static int look(void *data, struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct show *show = data;

	for (uint32_t p = 0; p < info->n_planes; p++) {
		struct stat status;
		bool ours = false;

		assert_int_equal(fstat(info->plane[p].fd, &status), 0);
		for (unsigned i = 0; i < show->n; i++)
			ours |= show->inodes[i] == status.st_ino;
		show->strangers += !ours;
	}
	show->blank += is_blank(frame);
	show->frames++;
	return 0;
}

static void open_show(struct show *show, const char *uri, bool verify)
{
	struct weir_pipeline_settings settings = { .max_frames = FRAMES };
	struct weir_source_settings source_settings = { 0 };
	struct weir_source *source = NULL;
	struct weir_sink *sink = NULL;

	memset(show, 0, sizeof(*show));
	captured_init(&show->heard);
	settings.log = source_settings.log = &show->heard.log;
	assert_int_equal(weir_source_open(uri, &source_settings, &source), 0);
	assert_int_equal(weir_pipeline_create(&settings, &show->pipeline), 0);
	assert_int_equal(weir_pipeline_set_source(show->pipeline, &source), 0);
	assert_int_equal(weir_sink_open_callback(look, show, NULL, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(show->pipeline, &sink), 0);
	if (!verify)
		return;
	assert_int_equal(weir_sink_open("verify", NULL, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(show->pipeline, &sink), 0);
}

/* As the plan says; ours are closed again at once. */
static void give(struct show *show, maker *make)
{
	const struct weir_plan *plan = NULL;
	int fds[WEIR_MAX_PLANES * BUFFERS];
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	assert_int_equal(weir_pipeline_plan(show->pipeline, &plan), 0);
	for (show->n = 0; show->n < BUFFERS * plan->n_parts; show->n++) {
		size_t length = plan->part_bytes[show->n % plan->n_parts];
		struct stat status;
		int fd = make((length + page - 1) / page * page);

		assert_true(fd >= 0);
		assert_int_equal(fstat(fd, &status), 0);
		show->inodes[show->n] = status.st_ino;
		fds[show->n] = fd;
	}
	assert_int_equal(
		weir_pipeline_use_dmabufs(show->pipeline, fds, BUFFERS, plan->n_parts), 0);
	for (unsigned i = 0; i < show->n; i++)
		close(fds[i]);
}

static void run_twice(struct show *show)
{
	for (unsigned i = 1; i <= 2; i++) {
		struct weir_memory_report report;
		struct weir_ledger ledger;

		assert_int_equal(weir_pipeline_run(show->pipeline), 0);
		weir_pipeline_memory(show->pipeline, &report);
		weir_pipeline_ledger(show->pipeline, &ledger);
		assert_string_equal(report.kind, "given");
		assert_int_equal(report.slots, BUFFERS);
		assert_int_equal(ledger.captured, FRAMES);
		assert_true(show->frames > 0);
		assert_int_equal(show->strangers, 0);
		assert_int_equal(show->blank, 0);
	}
	weir_pipeline_destroy(&show->pipeline);
}

struct act {
	const char *uri;
	maker *make;
	bool verify;
};

static void frames_lie_in_what_was_given(void **state)
{
	const struct act *act = *state;
	struct show show;

	open_show(&show, act->uri, act->verify);
	give(&show, act->make);
	run_twice(&show);
}

static void contiguous_memory_is_not_replaced_by_scattered(void **state)
{
	const struct act *act = *state;
	struct show show;

	open_show(&show, act->uri, false);
	give(&show, act->make);
	assert_int_equal(weir_pipeline_run(show.pipeline), -ENOTSUP);
	assert_non_null(strstr(show.heard.line, "given cannot serve"));
	assert_non_null(strstr(show.heard.line, "VIDIOC_QBUF"));
	assert_int_equal(show.frames, 0);
	weir_pipeline_destroy(&show.pipeline);
}

int main(void)
{
	static const struct act
		camera = { "/dev/video0?size=320x180&fps=60&format=YUYV", from_heap, 0 },
		planes = { "/dev/video1?size=320x180&fps=60&format=NV12&planes=apart", from_udmabuf,
			0 },
		pattern = { "pattern:bars?size=320x180&fps=250&format=UYVY", from_heap, 1 },
		contiguous = { "/dev/video2?size=320x180&fps=60&format=YUYV", from_udmabuf, 0 };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(frames_lie_in_what_was_given, (void *)&camera),
		cmocka_unit_test_prestate(frames_lie_in_what_was_given, (void *)&planes),
		cmocka_unit_test_prestate(frames_lie_in_what_was_given, (void *)&pattern),
		cmocka_unit_test_prestate(
			contiguous_memory_is_not_replaced_by_scattered, (void *)&contiguous),
	};

	if (access("/dev/udmabuf", R_OK | W_OK) || access("/dev/dma_heap/system", R_OK)) {
		print_message("skipped: no /dev/udmabuf or no /dev/dma_heap/system\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
