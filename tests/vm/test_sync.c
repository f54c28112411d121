/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Proves that no cache sync is missing, in the rig with the module weir_twoface, whose dma-bufs
 * show the CPU other pages than devices; only DMA_BUF_IOCTL_SYNC brings one up to the other. First
 * the memory itself: that a forgotten sync shows there. Then everything of weir that reads or
 * writes pixels, as a pipeline in such memory: it must work, and it must fail when its syncs are
 * taken away.
 *
 * Exit 77 where the module is not loaded. */

#include "tests/vm/sync.h"

#define PART  8192
#define PARTS 2

static struct weir_slab *make_slab(unsigned n_parts)
{
	const struct weir_slab_settings settings = {
		.slots = 1,
		.frame_bytes = (size_t)n_parts * PART,
		.n_parts = n_parts,
		.part_bytes = { PART, PART },
	};
	struct weir_slab *slab = NULL;

	assert_int_equal(weir_slab_create(&weir_memory_twoface, &settings, &slab), 0);
	slab->slots[0].frame.info.n_planes = n_parts;
	return slab;
}

static bool is_all(const uint8_t *bytes, size_t length, uint8_t value)
{
	return bytes[0] == value && !memcmp(bytes, bytes + 1, length - 1);
}

static void device_fills(const struct weir_slot_part *part, uint8_t value)
{
	uint8_t bytes[PART];

	memset(bytes, value, sizeof(bytes));
	twoface_device_write(part->dmabuf, 0, bytes, sizeof(bytes));
}

static bool device_sees(const struct weir_slot_part *part, uint8_t value)
{
	uint8_t bytes[PART];

	twoface_device_read(part->dmabuf, 0, bytes, sizeof(bytes));
	return is_all(bytes, sizeof(bytes), value);
}

static void what_a_device_wrote_shows_inside_a_bracket_only(void **state)
{
	struct weir_slab *slab = make_slab(PARTS);
	struct weir_slot_part *parts = slab->slots[0].parts;
	struct weir_frame *frame = weir_slot_issue(weir_slab_take(slab));
	struct weir_pixels pixels;

	(void)state;
	for (uint8_t turn = 1; turn < 4; turn++) {
		for (unsigned i = 0; i < PARTS; i++) {
			device_fills(&parts[i], 16 * i + turn);
			/* The turn before, each time: not a matter of luck. */
			assert_true(
				is_all(parts[i].memory, PART, turn > 1 ? 16 * i + turn - 1 : 0));
		}
		assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
		for (unsigned i = 0; i < PARTS; i++)
			assert_true(is_all(pixels.data[i], PART, 16 * i + turn));
		assert_int_equal(weir_frame_end_cpu(frame), 0);
	}
	assert_int_equal(twoface_counts().begins, 3 * PARTS);
	weir_frame_unref(&frame);
	weir_slab_unref(&slab);
}

static void what_we_write_shows_to_devices_after_the_bracket_only(void **state)
{
	struct weir_slab *slab = make_slab(PARTS);
	struct weir_slot_part *parts = slab->slots[0].parts;
	struct weir_frame *frame = weir_slot_issue(weir_slab_take(slab));
	struct weir_pixels pixels;

	(void)state;
	memset(parts[0].memory, 0xee, PART); /* by somebody who forgot the bracket */
	assert_true(device_sees(&parts[0], 0));

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels), 0);
	for (unsigned i = 0; i < PARTS; i++)
		memset(pixels.data[i], 0x11 + i, PART);
	for (unsigned i = 0; i < PARTS; i++)
		assert_true(device_sees(&parts[i], 0));
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	for (unsigned i = 0; i < PARTS; i++)
		assert_true(device_sees(&parts[i], 0x11 + i));
	weir_frame_unref(&frame);
	weir_slab_unref(&slab);
}

/* Writing into a part of what a device wrote needs both: WRITE alone sends the rest as it was here.
 */
static void a_bracket_does_what_its_access_says(void **state)
{
	static const struct {
		enum weir_cpu_access access;
		uint8_t read, first, rest; /* before our write; of the device's side, after it */
	} cases[] = {
		{ WEIR_CPU_READ, 0xdd, 0xdd, 0xdd },
		{ WEIR_CPU_WRITE, 0x00, 0x55, 0x00 },
		{ WEIR_CPU_RW, 0xdd, 0x55, 0xdd },
	};

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(cases); i++) {
		struct weir_slab *slab = make_slab(1);
		int dmabuf = slab->slots[0].parts[0].dmabuf;
		struct weir_frame *frame = weir_slot_issue(weir_slab_take(slab));
		struct weir_pixels pixels;
		uint8_t after[PART];

		device_fills(&slab->slots[0].parts[0], 0xdd);
		assert_int_equal(weir_frame_begin_cpu(frame, cases[i].access, &pixels), 0);
		assert_int_equal(pixels.data[0][0], cases[i].read);
		pixels.data[0][0] = 0x55;
		assert_int_equal(weir_frame_end_cpu(frame), 0);
		twoface_device_read(dmabuf, 0, after, sizeof(after));
		assert_int_equal(after[0], cases[i].first);
		assert_true(is_all(after + 1, sizeof(after) - 1, cases[i].rest));
		weir_frame_unref(&frame);
		weir_slab_unref(&slab);
	}
}

static void a_veil_lies_over_what_we_left_there(void **state)
{
	struct weir_slab *slab = make_slab(1);
	struct weir_slot_part *part = &slab->slots[0].parts[0];
	struct weir_frame *frame = weir_slot_issue(weir_slab_take(slab));
	struct weir_pixels outer, inner;

	(void)state;
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_RW, &outer), 0);
	memset(outer.data[0], 0x11, PART);
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &inner), 0);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	assert_true(is_all(part->memory, PART, 0x11)); /* the outer bracket is open still */
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	assert_true(is_all(part->memory, PART, 0xee));
	assert_true(device_sees(part, 0x11));
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &outer), 0);
	assert_true(is_all(part->memory, PART, 0x11));
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	assert_int_equal(twoface_counts().begins, 2);
	weir_frame_unref(&frame);
	weir_slab_unref(&slab);
}

static int test_memory(void)
{
	const struct CMUnitTest tests[] = {
		SYNC_TEST(what_a_device_wrote_shows_inside_a_bracket_only, NULL),
		SYNC_TEST(what_we_write_shows_to_devices_after_the_bracket_only, NULL),
		SYNC_TEST(a_bracket_does_what_its_access_says, NULL),
		SYNC_VEILED_TEST(a_veil_lies_over_what_we_left_there, NULL),
	};

	return cmocka_run_group_tests_name("the memory", tests, NULL, NULL);
}

int main(void)
{
	if (!twoface_open(false)) {
		print_message(
			"skipped: no /dev/weir_twoface; tests/vm/run --module weir_twoface\n");
		return 77;
	}
	twoface_close();
	return test_memory() + sync_test_software() + sync_test_cameras();
}
