/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/vm/sync.h"

#include <errno.h>
#include <linux/dma-buf.h>

#include "core/frame.h"

/* Frames that a device makes: vivid's, which differ from one to the next by the time drawn into
 * them. */

#define WIDTH       320
#define HEIGHT      180
#define FRAME_BYTES (2 * WIDTH * HEIGHT)

/* What the device has in its memory of each frame, beside what the CPU sees. */
struct witness {
	bool careless; /* looks without a bracket */
	unsigned frames, stale, unchanged;
	uint64_t hashes[SYNC_FRAMES];
	uint8_t device[FRAME_BYTES];
};

/* FNV-1a */
static uint64_t hash(const uint8_t *bytes, size_t length)
{
	uint64_t value = 0xcbf29ce484222325u;

	for (size_t i = 0; i < length; i++)
		value = (value ^ bytes[i]) * 0x100000001b3u;
	return value;
}

static void note(struct witness *witness, const struct weir_slot_part *part)
{
	unsigned n = witness->frames;

	assert_true(n < SYNC_FRAMES && part->length >= FRAME_BYTES);
	twoface_device_read(part->dmabuf, 0, witness->device, FRAME_BYTES);
	witness->hashes[n] = hash(witness->device, FRAME_BYTES);
	witness->unchanged += n > 0 && witness->hashes[n] == witness->hashes[n - 1];
	witness->stale += memcmp(part->memory, witness->device, FRAME_BYTES) != 0;
	witness->frames++;
}

static int watch(void *data, struct weir_frame *frame)
{
	struct witness *witness = data;
	struct weir_pixels pixels;

	if (!witness->careless)
		assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	note(witness, &frame->slot->parts[0]);
	if (!witness->careless)
		assert_int_equal(weir_frame_end_cpu(frame), 0);
	return 0;
}

static void begin(struct sync_run *run, const char *camera)
{
	sync_begin(run, camera);
	run->wanted = (struct weir_video){
		.format = weir_format_by_name("YUYV"),
		.width = WIDTH,
		.height = HEIGHT,
		.rate = { 60, 1 },
	};
}

static void assert_witnessed(const struct witness *witness, const struct sync_run *run)
{
	sync_assert_books(run);
	assert_int_equal(witness->frames, SYNC_FRAMES);
	/* vivid shows a picture twice now and then, on a machine that is busy. */
	assert_true(witness->unchanged <= SYNC_FRAMES / 4);
	assert_true(twoface_counts().shown > 0);
}

static void every_frame_is_fresh(void **state)
{
	struct witness witness = { 0 };
	struct sync_run run;

	begin(&run, *state);
	run.sinks[0] = sync_callback(&run, watch, &witness);
	sync_go(&run);
	assert_witnessed(&witness, &run);
	assert_int_equal(witness.stale, 0);
	/* Every slot twice, to put the canary there and to see that it has gone. */
	assert_int_equal(twoface_counts().begins, 2 * run.report.slots + SYNC_FRAMES);
}

static void every_frame_is_stale_without_a_bracket(void **state)
{
	struct witness witness = { .careless = true };
	struct sync_run run;

	begin(&run, *state);
	run.sinks[0] = sync_callback(&run, watch, &witness);
	sync_go(&run);
	assert_witnessed(&witness, &run);
	assert_int_equal(witness.stale, SYNC_FRAMES);
}

/* Where no sync is done the canary is still to be seen, and the camera is said to write elsewhere.
 */
static void memory_that_is_never_synced_is_refuted(void **state)
{
	struct witness witness = { 0 };
	struct sync_run run;

	begin(&run, *state);
	run.sinks[0] = sync_callback(&run, watch, &witness);
	sync_forgotten = DMA_BUF_SYNC_READ;
	sync_go(&run);
	assert_int_equal(run.result, -ENOTSUP);
	assert_int_equal(run.ledger.captured, 0);
	assert_non_null(strstr(run.heard.last, "wrote elsewhere"));
}

/* Frames may be dropped on a machine that is busy: those that were written are some of those seen.
 */
static void standard_output_brackets(void **state)
{
	struct witness witness = { 0 };
	struct sync_run run;
	size_t length, n = 0;
	uint8_t *bytes;

	begin(&run, *state);
	run.sinks[1] = sync_callback(&run, watch, &witness);
	bytes = sync_go_output(&run, &length);
	assert_witnessed(&witness, &run);
	assert_int_equal(length, FRAME_BYTES * run.ledger.sinks[0].delivered);
	for (size_t at = 0; at < length; at += FRAME_BYTES) {
		uint64_t written = hash(bytes + at, FRAME_BYTES);

		while (n < SYNC_FRAMES && witness.hashes[n] != written)
			n++;
		assert_true(n++ < SYNC_FRAMES);
	}
	free(bytes);
}

/* ---- a stage that draws into the camera's frames ---- */

#define MARK 0xa5

/* Draws a line, and keeps what the frame was to be then. */
struct painter {
	struct witness witness;
	uint8_t expected[FRAME_BYTES];
	unsigned different;
};

static int paint(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	struct painter *painter = state;
	struct weir_pixels pixels;
	int err = weir_frame_begin_cpu(*frame, WEIR_CPU_RW, &pixels);

	(void)stage;
	if (err)
		return err;
	memset(pixels.data[0], MARK, pixels.stride[0]);
	memcpy(painter->expected, pixels.data[0], FRAME_BYTES);
	return weir_frame_end_cpu(*frame);
}

static int look(void *data, struct weir_frame *frame)
{
	struct painter *painter = data;

	watch(&painter->witness, frame);
	painter->different += memcmp(painter->expected, painter->witness.device, FRAME_BYTES) != 0;
	return 0;
}

static void what_a_stage_draws_reaches_the_device(void **state)
{
	static const struct weir_stage_impl impl = {
		.name = "paint", .access = WEIR_STAGE_WRITE, .process = paint
	};
	struct painter painter = { 0 };
	struct sync_run run;

	begin(&run, *state);
	assert_int_equal(weir_stage_create(&impl, &painter, &run.stage), 0);
	run.sinks[0] = sync_callback(&run, look, &painter);
	sync_go(&run);
	assert_witnessed(&painter.witness, &run);
	assert_int_equal(painter.witness.stale, 0);
	assert_int_equal(painter.different, 0);
}

int sync_test_cameras(void)
{
	const struct CMUnitTest tests[] = {
		SYNC_VEILED_TEST(every_frame_is_fresh, "/dev/video0"),
		SYNC_VEILED_TEST(every_frame_is_fresh, "/dev/video1"),
		SYNC_VEILED_TEST(every_frame_is_stale_without_a_bracket, "/dev/video0"),
		SYNC_TEST(memory_that_is_never_synced_is_refuted, "/dev/video0"),
		SYNC_VEILED_TEST(standard_output_brackets, "/dev/video0"),
		SYNC_VEILED_TEST(what_a_stage_draws_reaches_the_device, "/dev/video0"),
	};

	return cmocka_run_group_tests_name("frames that a device makes", tests, NULL, NULL);
}
