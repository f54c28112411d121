/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/vm/sync.h"

#include <errno.h>
#include <linux/dma-buf.h>

#include "core/stamp.h"

/* Frames that the CPU makes: the pattern writes, verify and standard output read. */

#define PATTERN "pattern:bars?size=320x180&fps=0&format="

static void pattern_and_verify_bracket(void **state)
{
	struct sync_run run;

	sync_begin(&run, *state);
	run.sinks[0] = sync_sink(&run, "verify");
	sync_go(&run);
	sync_assert_books(&run);
	assert_int_equal(run.ledger.sinks[0].delivered, SYNC_FRAMES);
	/* Every slot once to draw, every frame once to stamp and once to verify. */
	assert_int_equal(twoface_counts().begins, run.report.slots + 2 * SYNC_FRAMES);
}

static void verify_tells_when_one_side_forgets(void **state)
{
	const uint64_t sides[] = { DMA_BUF_SYNC_READ, DMA_BUF_SYNC_WRITE };

	for (size_t i = 0; i < WEIR_COUNT(sides); i++) {
		struct sync_run run;

		sync_begin(&run, *state);
		run.sinks[0] = sync_sink(&run, "verify");
		sync_forgotten = sides[i];
		sync_go(&run);
		assert_int_equal(run.result, -EBADMSG);
		assert_non_null(strstr(run.verdict, "40 unreadable"));
	}
}

/* ---- standard output ---- */

static uint8_t *output(const char *pattern, const char *memory, size_t *length)
{
	struct sync_run run;
	uint8_t *bytes;

	sync_begin(&run, pattern);
	run.memory = memory;
	bytes = sync_go_output(&run, length);
	assert_int_equal(run.result, 0);
	assert_string_equal(run.report.kind, memory);
	assert_int_equal(run.ledger.sinks[0].delivered, SYNC_FRAMES);
	return bytes;
}

/* The pattern is the same in any memory. */
static void standard_output_brackets(void **state)
{
	size_t right_length, length;
	uint8_t *right = output(*state, "host", &right_length);
	uint8_t *bytes = output(*state, "twoface", &length);

	assert_int_equal(length, right_length);
	assert_memory_equal(bytes, right, length);
	free(bytes);
	free(right);
}

static void standard_output_is_stale_when_it_forgets(void **state)
{
	size_t right_length, length, frame;
	uint8_t *right = output(*state, "host", &right_length), *bytes;

	sync_forgotten = DMA_BUF_SYNC_READ;
	bytes = output(*state, "twoface", &length);
	assert_int_equal(length, right_length);
	frame = length / SYNC_FRAMES;
	for (size_t at = 0; at < length; at += frame)
		assert_memory_not_equal(bytes + at, right + at, frame);
	free(bytes);
	free(right);
}

/* ---- two readers: the second one's bracket lies inside the first one's ---- */

static int read_stamp(void *data, struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	const struct weir_video video = {
		.format = info->format, .width = info->width, .height = info->height
	};
	unsigned *right = data;
	struct weir_pixels pixels;
	uint64_t number = 0;

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	if (weir_stamp_read(&video, &pixels, &number) == WEIR_STAMP_WHOLE)
		*right += number == info->sequence;
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	return 0;
}

static void two_readers_see_the_same(void **state)
{
	size_t right_length, length;
	uint8_t *right = output(*state, "host", &right_length), *bytes;
	struct sync_run run;
	unsigned read = 0;

	sync_begin(&run, *state);
	run.sinks[1] = sync_callback(&run, read_stamp, &read);
	bytes = sync_go_output(&run, &length);
	sync_assert_books(&run);
	assert_int_equal(read, SYNC_FRAMES);
	assert_int_equal(length, right_length);
	assert_memory_equal(bytes, right, length);
	free(bytes);
	free(right);
}

/* ---- masks for one sink ---- */

#define MASKED "verify?mask=40x40+100+60"

/* A copy is read from the frame and lies in other memory. */
static void masked_copies_bracket(void **state)
{
	struct sync_run run;

	sync_begin(&run, *state);
	run.sinks[0] = sync_sink(&run, MASKED);
	run.sinks[1] = sync_sink(&run, "null");
	sync_go(&run);
	sync_assert_books(&run);
	assert_int_equal(run.ledger.sinks[0].delivered, SYNC_FRAMES);
	assert_true(run.ledger.sinks[0].user_copied_bytes > 0);
	assert_int_equal(twoface_counts().begins, run.report.slots + 2 * SYNC_FRAMES);
}

static void masked_copies_are_stale_when_reading_forgets(void **state)
{
	struct sync_run run;

	sync_begin(&run, *state);
	run.sinks[0] = sync_sink(&run, MASKED);
	run.sinks[1] = sync_sink(&run, "null");
	sync_forgotten = DMA_BUF_SYNC_READ;
	sync_go(&run);
	assert_int_equal(run.result, -EBADMSG);
	assert_non_null(strstr(run.verdict, "40 unreadable"));
}

static void masking_in_place_brackets(void **state)
{
	struct sync_run run;

	sync_begin(&run, *state);
	run.sinks[0] = sync_sink(&run, MASKED);
	sync_go(&run);
	sync_assert_books(&run);
	assert_int_equal(run.ledger.sinks[0].delivered, SYNC_FRAMES);
	assert_int_equal(run.ledger.user_copied_bytes, 0);
	assert_int_equal(twoface_counts().begins, run.report.slots + 3 * SYNC_FRAMES);
}

int sync_test_software(void)
{
	const struct CMUnitTest tests[] = {
		SYNC_VEILED_TEST(pattern_and_verify_bracket, PATTERN "YUYV"),
		SYNC_VEILED_TEST(pattern_and_verify_bracket, PATTERN "NV12"),
		SYNC_VEILED_TEST(pattern_and_verify_bracket, PATTERN "XR24"),
		SYNC_VEILED_TEST(pattern_and_verify_bracket, PATTERN "RGB565"),
		SYNC_VEILED_TEST(pattern_and_verify_bracket, PATTERN "MJPEG"),
		SYNC_VEILED_TEST(verify_tells_when_one_side_forgets, PATTERN "NV12"),
		SYNC_VEILED_TEST(verify_tells_when_one_side_forgets, PATTERN "MJPEG"),
		SYNC_VEILED_TEST(standard_output_brackets, PATTERN "NV12"),
		SYNC_VEILED_TEST(standard_output_is_stale_when_it_forgets, PATTERN "NV12"),
		SYNC_VEILED_TEST(two_readers_see_the_same, PATTERN "NV12"),
		SYNC_VEILED_TEST(masked_copies_bracket, PATTERN "NV12"),
		SYNC_VEILED_TEST(masked_copies_are_stale_when_reading_forgets, PATTERN "NV12"),
		SYNC_VEILED_TEST(masking_in_place_brackets, PATTERN "NV12"),
	};

	return cmocka_run_group_tests_name("frames that the CPU makes", tests, NULL, NULL);
}
