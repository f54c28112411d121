/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fuzz target without a fuzzer: good images, random changes of them from a fixed seed, and
 * random bytes. */
#ifdef WEIR_HAVE_LIBJPEG

#include "tests/fuzz/fuzz_jpeg.c"

#include "core/checked.h"
#include "tests/unit/fuzz_corpus.h"
#include "tests/unit/jpeg_images.h"

static const struct image_kind kinds[] = { { 2, 1 }, { 2, 2 }, { 1, 1 }, { 1, 2 }, { 4, 1 }, { 0 },
	{ .across = 2, .down = 1, .restart = 1 }, { .across = 2, .down = 2, .progressive = true },
	{ .across = 2, .down = 2, .optimised = true }, { .across = 1, .down = 1, .rgb = true } };

static void good_images(void **state)
{
	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(kinds); i++) {
		struct image image = image_make(&kinds[i], WIDTH, HEIGHT);

		LLVMFuzzerTestOneInput(image.bytes, image.size);
		image_strip_tables(&image);
		LLVMFuzzerTestOneInput(image.bytes, image.size);
		free(image.bytes);
	}
}

/* Half of the changes fall into the headers, where they do most. */
static void change(struct image *image, uint32_t *seed)
{
	size_t range = next_random(seed) % 2 ? image->size : 700 % image->size;

	for (unsigned edits = next_random(seed) % 4 + 1; edits; edits--)
		image->bytes[next_random(seed) % range] =
			next_random(seed) % 4 ? (uint8_t)next_random(seed) : 0xff;
	if (next_random(seed) % 4 == 0)
		image->size = next_random(seed) % image->size + 1;
}

static void images_changed_at_random(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 1500; round++) {
		struct image image = image_make(&kinds[round % WEIR_COUNT(kinds)], WIDTH, HEIGHT);

		change(&image, &seed);
		LLVMFuzzerTestOneInput(image.bytes, image.size);
		free(image.bytes);
	}
}

static void random_bytes(void **state)
{
	uint32_t seed = 2;
	uint8_t bytes[512];

	(void)state;
	for (unsigned round = 0; round < 500; round++) {
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = (uint8_t)next_random(&seed);
		bytes[0] = 0xff;
		bytes[1] = 0xd8;
		LLVMFuzzerTestOneInput(bytes, next_random(&seed) % sizeof(bytes));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_images),
		cmocka_unit_test(images_changed_at_random),
		cmocka_unit_test(random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
	return 77; /* nothing to feed without the library */
}

#endif
