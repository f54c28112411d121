/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A frame's copy in another slot: the same picture, the same description, and nothing else moved.
 */

#include "frames.h"

#include "core/copy.h"

static void fill(struct weir_slab *slab, uint8_t seed)
{
	for (unsigned i = 0; i < slab->n_slots; i++)
		for (unsigned p = 0; p < slab->slots[i].n_parts; p++)
			for (size_t at = 0; at < slab->slots[i].parts[p].length; at++)
				slab->slots[i].parts[p].memory[at] =
					(uint8_t)(at * 7 + at / 251 + seed);
}

/* Pixels as in `from`; what lies between them as it was. */
static void check_plane(
	const struct weir_frame *from, const struct weir_frame *to, unsigned plane, uint8_t seed)
{
	const struct weir_frame_info *info = weir_frame_info(from);
	const uint8_t *was = weir_slot_part(from->slot, plane)->memory + info->plane[plane].offset;
	const uint8_t *is = weir_slot_part(to->slot, plane)->memory + info->plane[plane].offset;
	size_t line = weir_frame_line_bytes(info, plane), stride = info->plane[plane].stride;

	for (uint32_t y = 0; y < weir_frame_lines(info, plane); y++) {
		size_t at = info->plane[plane].offset + y * stride + line;

		assert_memory_equal(is + y * stride, was + y * stride, line);
		if (stride > line)
			assert_int_equal(
				is[y * stride + line], (uint8_t)(at * 7 + at / 251 + seed));
	}
}

static void copies(const char *format, uint32_t stride, uint64_t expected)
{
	struct weir_video video = video_of(format, 64, 48);
	struct weir_slab *from, *to;
	struct weir_frame *frame, *copy = NULL;
	uint64_t bytes = 0;

	video.stride = stride;
	from = make_slab(&video, 1, 0);
	to = make_slab(&video, 2, 0);
	weir_slab_place(to, 30);
	fill(from, 0);
	fill(to, 99);
	frame = make_frame(from, 77);
	frame->info.timestamp_ns = 123456789;
	frame->info.flags = WEIR_FRAME_DISCONT;
	assert_int_equal(weir_frame_copy(frame, weir_slab_take(to), &copy, &bytes), 0);
	assert_int_equal(bytes, expected);
	assert_int_equal(copy->info.slot, 30);
	assert_int_equal(copy->slot->index, 0);
	assert_int_equal(copy->info.sequence, 77);
	assert_int_equal(copy->info.timestamp_ns, 123456789);
	assert_int_equal(copy->info.flags, WEIR_FRAME_DISCONT);
	for (unsigned i = 0; i < frame->info.n_planes; i++)
		check_plane(frame, copy, i, 99);
	assert_true(weir_frame_is_sole(frame) && weir_frame_is_sole(copy));
	weir_frame_unref(&frame);
	weir_frame_unref(&copy);
	assert_int_equal(weir_slab_out(from) + weir_slab_out(to), 0);
	weir_slab_unref(&from);
	weir_slab_unref(&to);
}

static void test_every_visible_byte(void **state)
{
	(void)state;
	copies("YUYV", 0, 64 * 48 * 2);
	copies("YUYV", 160, 64 * 48 * 2);
	copies("NV12", 0, 64 * 48 * 3 / 2);
	copies("NV12", 80, 64 * 48 * 3 / 2);
	copies("YUV420", 96, 64 * 48 * 3 / 2);
	copies("GREY", 65, 64 * 48);
}

static void test_a_part_of_a_compressed_frames_memory(void **state)
{
	const struct weir_video video = video_of("MJPEG", 64, 48);
	struct weir_slab *from = make_slab(&video, 1, 5000), *to = make_slab(&video, 1, 5000);
	struct weir_frame *frame = make_frame(from, 1), *copy = NULL;
	uint64_t bytes = 5;

	(void)state;
	fill(from, 0);
	fill(to, 99);
	frame->info.bytes_used = 1234;
	assert_int_equal(weir_frame_copy(frame, weir_slab_take(to), &copy, &bytes), 0);
	assert_int_equal(bytes, 5 + 1234);
	assert_int_equal(copy->info.bytes_used, 1234);
	assert_memory_equal(to->slots[0].parts[0].memory, from->slots[0].parts[0].memory, 1234);
	assert_int_equal(to->slots[0].parts[0].memory[1234], (uint8_t)(1234 * 7 + 1234 / 251 + 99));
	weir_frame_unref(&frame);
	weir_frame_unref(&copy);
	weir_slab_unref(&from);
	weir_slab_unref(&to);
}

/* Planes in memory of their own, each with its descriptor. */
static void test_parts(void **state)
{
	const struct weir_video video = video_of("NV12", 64, 48);
	const struct weir_slab_settings settings = { .slots = 1,
		.frame_bytes = 8192,
		.n_parts = 2,
		.part_bytes = { 64 * 48, 64 * 24 },
		.no_lock = true };
	struct weir_slab *slab[2];
	struct weir_frame *frame, *copy = NULL;
	uint64_t bytes = 0;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(weir_slab_create(&weir_memory_host, &settings, &slab[i]), 0);
		describe_slots(slab[i], &video);
		slab[i]->slots[0].frame.info.plane[1].offset = 0;
		slab[i]->slots[0].frame.info.plane[1].fd = 1000 + (int)i;
		fill(slab[i], (uint8_t)(i * 99));
	}
	frame = make_frame(slab[0], 1);
	assert_int_equal(weir_frame_copy(frame, weir_slab_take(slab[1]), &copy, &bytes), 0);
	assert_int_equal(bytes, 64 * 48 * 3 / 2);
	assert_int_equal(copy->info.plane[1].fd, -1); /* its own part's, which has none */
	check_plane(frame, copy, 0, 99);
	check_plane(frame, copy, 1, 99);
	weir_frame_unref(&frame);
	weir_frame_unref(&copy);
	for (unsigned i = 0; i < 2; i++)
		weir_slab_unref(&slab[i]);
}

static void test_a_slot_that_is_too_small(void **state)
{
	const struct weir_video video = video_of("YUYV", 64, 48), small = video_of("YUYV", 64, 46);
	struct weir_slab *from = make_slab(&video, 1, 0), *to = make_slab(&small, 1, 0);
	struct weir_frame *frame = make_frame(from, 1), *copy = NULL;
	uint64_t bytes = 0;

	(void)state;
	assert_int_equal(weir_frame_copy(frame, weir_slab_take(to), &copy, &bytes), -ENOBUFS);
	assert_null(copy);
	assert_int_equal(bytes, 0);
	assert_int_equal(weir_slab_out(to), 0);
	weir_frame_unref(&frame);
	weir_slab_unref(&from);
	weir_slab_unref(&to);
}

/* Nothing is left open, and nothing held, when the memory cannot be read. */
static void test_memory_that_the_cpu_cannot_see(void **state)
{
	const struct weir_video video = video_of("YUYV", 64, 48);
	struct weir_slab *from = make_slab(&video, 1, 0), *to = make_slab(&video, 1, 0);
	struct weir_frame *frame = make_frame(from, 1), *copy = NULL;
	uint8_t *memory = from->slots[0].parts[0].memory;
	uint64_t bytes = 0;

	(void)state;
	from->slots[0].parts[0].memory = NULL;
	assert_int_equal(weir_frame_copy(frame, weir_slab_take(to), &copy, &bytes), -EACCES);
	assert_null(copy);
	assert_int_equal(weir_slab_out(to), 0);
	from->slots[0].parts[0].memory = memory;
	to->slots[0].parts[0].memory = NULL;
	assert_int_equal(weir_frame_copy(frame, weir_slab_take(to), &copy, &bytes), -EACCES);
	assert_int_equal(frame->slot->brackets.open, 0);
	weir_frame_unref(&frame);
	weir_slab_unref(&from);
	weir_slab_unref(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_visible_byte),
		cmocka_unit_test(test_a_part_of_a_compressed_frames_memory),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_a_slot_that_is_too_small),
		cmocka_unit_test(test_memory_that_the_cpu_cannot_see),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
