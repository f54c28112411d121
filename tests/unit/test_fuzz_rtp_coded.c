/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fuzz target without a fuzzer: images, byte streams and packets as they should be, and random
 * changes of them from a fixed seed. */
#include "tests/fuzz/fuzz_rtp_coded.c"

#include "tests/unit/cmocka_all.h"
#include "tests/unit/rtp_image.h"

static struct rtp_image made;

static void make_stream(void)
{
	static const uint8_t stream[] = { 0, 0, 0, 1, 0x67, 0x42, 0, 0x29, 0xe2, 0, 0, 1, 0x68,
		0xce, 0x31, 0, 0, 0, 1, 0x65 };

	made.size = 0;
	rtp_image_put(&made, stream, sizeof(stream));
	rtp_image_scan(&made, 1500, 1);
}

static void make_packet(unsigned kind)
{
	const struct weir_rtp_jpeg jpeg = {
		.width = 640,
		.height = 480,
		.restart = (uint16_t)(kind & 4),
		.tables = { weir_jpeg_huffman, weir_jpeg_huffman },
	};

	made.size = weir_rtp_jpeg_write(made.bytes, &jpeg, kind & 8 ? 1400 : 0);
	rtp_image_scan(&made, 40, kind);
}

static void make(unsigned kind)
{
	const struct rtp_image_settings settings = {
		.restart = (uint16_t)(kind & 4),
		.luma = kind & 8 ? 0x22 : 0x21,
		.length = 900,
		.no_huffman = kind & 16,
	};

	if (kind % 4 == 0)
		make_stream();
	else if (kind % 4 == 1)
		make_packet(kind);
	else
		rtp_image_make(&made, &settings, kind);
}

static void all_lengths(void **state)
{
	(void)state;
	for (unsigned kind = 0; kind < 32; kind++) {
		make(kind);
		for (size_t cut = 0; cut <= made.size; cut++)
			LLVMFuzzerTestOneInput(made.bytes, cut);
	}
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void changed_at_random(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 30000; round++) {
		make(next_random(&seed));
		/* Most of what is read stands at the beginning. */
		for (unsigned edits = next_random(&seed) % 4 + 1; edits; edits--)
			made.bytes[next_random(&seed) % (made.size < 800 ? made.size : 800)] =
				(uint8_t)next_random(&seed);
		LLVMFuzzerTestOneInput(made.bytes, made.size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_lengths),
		cmocka_unit_test(changed_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
