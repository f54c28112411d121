/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Frames without dma-bufs as buffers: one memory for each mapping. The library is not here; the
 * frame is the test's own. */

#include "tests/gst/element.h"

#include "plugins/gst/memory.c"

static struct weir_format nv12 = { .gst = "NV12", .n_planes = 2 };
static uint8_t apart[2][4096];
static struct weir_frame_info the_info;
static uint8_t *the_data[2];
static int refs, brackets;

const struct weir_frame_info *weir_frame_info(const struct weir_frame *frame)
{
	(void)frame;
	return &the_info;
}

struct weir_frame *weir_frame_ref(struct weir_frame *frame)
{
	refs++;
	return frame;
}

void weir_frame_unref(struct weir_frame **frame)
{
	refs--;
	*frame = NULL;
}

int weir_frame_begin_cpu_at(struct weir_frame *frame, enum weir_cpu_access access,
	struct weir_pixels *out, const char *where)
{
	(void)frame;
	(void)where;
	assert_int_equal(access, WEIR_CPU_READ);
	brackets++;
	*out = (struct weir_pixels){ .data = { the_data[0], the_data[1] }, .n_planes = 2 };
	return 0;
}

int weir_frame_end_cpu_at(struct weir_frame *frame, const char *where)
{
	(void)frame;
	(void)where;
	brackets--;
	return 0;
}

/* What has dma-bufs is not here, nor what is copied. */
GstBuffer *weir_gst_memory_lend(
	struct weir_gst_memory *memory, struct weir_frame *frame, unsigned epoch, gsize *starts)
{
	(void)memory;
	(void)frame;
	(void)epoch;
	(void)starts;
	return NULL;
}

struct weir_frame *weir_gst_memory_lent(GstMemory *memory)
{
	(void)memory;
	return NULL;
}

gsize weir_gst_pixels_get(
	const struct weir_pixels *from, const struct weir_format *format, GstVideoFrame *to)
{
	(void)from;
	(void)format;
	(void)to;
	return 0;
}

/* Each plane's first byte, through the meta, is what the camera wrote there. */
static void assert_shows(guint memories)
{
	struct weir_frame *frame = (struct weir_frame *)&the_info;
	GstVideoFrame shown;
	GstVideoInfo info;
	GstBuffer *buffer;

	refs = 1;
	assert_true(gst_video_info_set_format(&info, GST_VIDEO_FORMAT_NV12, 32, 32));
	buffer = weir_gst_memory_wrap(NULL, frame, 1, &info);
	assert_non_null(buffer);
	assert_int_equal(gst_buffer_n_memory(buffer), memories);
	assert_int_equal(!weir_gst_memory_frame(gst_buffer_peek_memory(buffer, 0)), memories > 1);
	assert_true(gst_video_frame_map(&shown, &info, buffer, GST_MAP_READ));
	for (int i = 0; i < 2; i++) {
		const uint8_t *plane = GST_VIDEO_FRAME_PLANE_DATA(&shown, i);

		assert_int_equal(plane[0], 'a' + i);
		assert_int_equal(plane[32 * (i ? 15 : 31)], 'A' + i);
	}
	gst_video_frame_unmap(&shown);
	gst_buffer_unref(buffer);
	assert_int_equal(refs, 0);
	assert_int_equal(brackets, 0);
}

static void lay_out(uint8_t *first, uint32_t offset, uint8_t *second, uint32_t next)
{
	the_info = (struct weir_frame_info){ .format = &nv12,
		.width = 32,
		.height = 32,
		.n_planes = 2,
		.plane = { { .fd = -1, .offset = offset, .stride = 32, .length = 1024 },
			{ .fd = -1, .offset = next, .stride = 32, .length = 512 } } };
	the_data[0] = first + offset;
	the_data[1] = second + next;
	for (int i = 0; i < 2; i++) {
		the_data[i][0] = (uint8_t)('a' + i);
		the_data[i][32 * (i ? 15 : 31)] = (uint8_t)('A' + i);
	}
}

static void test_one_mapping(void **state)
{
	(void)state;
	lay_out(apart[0], 0, apart[0], 1024);
	assert_shows(1);
	lay_out(apart[0], 64, apart[0], 2048);
	assert_shows(1);
}

static void test_a_mapping_each(void **state)
{
	(void)state;
	lay_out(apart[0], 0, apart[1], 0);
	assert_shows(2);
	lay_out(apart[1], 0, apart[0], 0);
	assert_shows(2);
	lay_out(apart[0], 128, apart[1], 64);
	assert_shows(2);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_mapping),
		cmocka_unit_test(test_a_mapping_each),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
