/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fuzz target without a fuzzer: packets as they should be, and random changes of them from a
 * fixed seed. */
#include "tests/fuzz/fuzz_rtp_h264.c"

#include "tests/unit/cmocka_all.h"
#include "tests/unit/fuzz_corpus.h"

/* Packets of one frame: for each, how its number follows, whether it is the last one, its length,
 * and its bytes. */
static const char *const frames[] = {
	"\x02\x02\x09\x10\x02\x04\x67\x42\x01\x29\x02\x04\x68\xce\x31\x52\x01\x06\x65\x88\x84\x01"
	"\x02\x03",
	"\x02\x0c\x78\x01\x01\x67\x02\x02\x02\x68\x01\x02\x02\x01\x02\x05\x7c\x85\x01\x02\x03\x02"
	"\x05\x7c\x05\x04\x05\x06\x02\x05\x7c\x05\x07\x08\x09\x01\x04\x7c\x45\x0a\x0b",
	"\x12\x05\x7c\x05\x04\x05\x06\xe2\x05\x7c\x85\x01\x02\x03\x12\x04\x41\x9a\x01\x02\x01\x04"
	"\x41\x9a\x03\x04",
};

static size_t make(unsigned kind, uint8_t to[FUZZ_TEXT])
{
	size_t size = strlen(frames[kind % 3]);

	memcpy(to, frames[kind % 3], size);
	if (kind % 3 == 1) /* lengths within have two bytes */
		for (size_t i = 3; i < 14; i++)
			to[i] = (uint8_t)(i == 3 || i == 7 || i == 11 ? 0 : to[i]);
	return size;
}

static void all_lengths(void **state)
{
	uint8_t data[FUZZ_TEXT];

	(void)state;
	for (unsigned kind = 0; kind < 3; kind++) {
		size_t size = make(kind, data);

		for (size_t cut = 0; cut <= size; cut++)
			LLVMFuzzerTestOneInput(data, cut);
	}
}

static void changed_at_random(void **state)
{
	uint8_t data[2 * FUZZ_TEXT];
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 10000; round++) {
		size_t size = make(next_random(&seed), data);

		while (next_random(&seed) % 4 && size < FUZZ_TEXT)
			size += make(next_random(&seed), data + size);
		for (unsigned edits = next_random(&seed) % 8; edits; edits--)
			data[next_random(&seed) % size] = (uint8_t)next_random(&seed);
		LLVMFuzzerTestOneInput(data, size);
	}
}

/* Nothing but numbers in a mess: as many runs as there can be. */
static void out_of_order(void **state)
{
	static uint8_t data[3 * 4000];
	uint32_t seed = 9;

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		for (size_t i = 0; i + 3 <= sizeof(data); i += 3) {
			data[i] = (uint8_t)next_random(&seed);
			data[i + 1] = 1;
			data[i + 2] = 0x41;
		}
		LLVMFuzzerTestOneInput(data, sizeof(data));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_lengths),
		cmocka_unit_test(changed_at_random),
		cmocka_unit_test(out_of_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
