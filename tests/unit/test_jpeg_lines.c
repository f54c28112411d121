/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Lines of samples on their way into JPEG images and out of them, to the digit. */
#ifdef WEIR_HAVE_LIBJPEG

#include "pipeline/stages/jpeg_lines.h"
#include "tests/unit/pictures.h"

/* Each value, in lines of every length around what SIMD takes at once. */
static void test_ranges_to_the_digit(void **state)
{
	uint8_t from[256], to[2][256];

	(void)state;
	for (unsigned i = 0; i < 256; i++)
		from[i] = (uint8_t)i;
	for (unsigned n = 1; n <= 256; n++) {
		jpeg_lines_take(from, 1, 0, JPEG_LINES_LUMA, to[0], n);
		jpeg_lines_take(from, 1, 0, JPEG_LINES_CHROMA, to[1], n);
		for (unsigned i = 0; i < n; i++) {
			double y = picture_clamp((i - 16.0) * 255 / 219);
			double c = picture_clamp((i - 128.0) * 255 / 224 + 128);

			assert_true(to[0][i] > y - 1 && to[0][i] < y + 1);
			assert_true(to[1][i] > c - 1 && to[1][i] < c + 1);
		}
	}
	assert_int_equal(to[0][16], 0);
	assert_int_equal(to[0][235], 255);
	assert_int_equal(to[1][128], 128);
}

static void test_bytes_with_gaps(void **state)
{
	static const unsigned steps[] = { 1, 2, 4 };
	uint8_t from[400], to[100];

	(void)state;
	for (unsigned i = 0; i < sizeof(from); i++)
		from[i] = (uint8_t)(i * 7);
	for (size_t s = 0; s < WEIR_COUNT(steps); s++)
		for (unsigned offset = 0; offset < steps[s]; offset++)
			for (unsigned n = 1; n <= sizeof(to); n++) {
				jpeg_lines_take(
					from, steps[s], offset, JPEG_LINES_AS_THEY_ARE, to, n);
				for (unsigned i = 0; i < n; i++)
					assert_int_equal(to[i], from[steps[s] * i + offset]);
			}
}

/* Against means written out, for every pair of samplings. */
static void test_chroma_of_other_sizes(void **state)
{
	static const unsigned across[] = { 1, 2, 4 };
	uint8_t lines[2][64], to[64];

	(void)state;
	for (unsigned i = 0; i < 64; i++) {
		lines[0][i] = (uint8_t)(i * 37);
		lines[1][i] = (uint8_t)(200 - i * 11);
	}
	for (unsigned two = 0; two < 2; two++)
		for (size_t i = 0; i < WEIR_COUNT(across); i++)
			for (size_t j = 0; j < 2; j++) {
				const uint8_t *from[] = { lines[0], lines[two] };
				unsigned n = across[j] > across[i] ? across[j] / across[i] : 1;

				jpeg_lines_resample(from, across[i], to, across[j], 16);
				for (unsigned x = 0; x < 16; x++) {
					unsigned at = x * across[j] / across[i];
					double mean = 0;

					for (unsigned k = 0; k < n; k++)
						mean += (from[0][at + k] + from[1][at + k]) / 2.0 /
							n;
					assert_true(to[x] >= mean - 0.5 && to[x] <= mean + 0.5);
				}
			}
}

static void test_edges_are_repeated(void **state)
{
	uint8_t line[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	static const uint8_t expected[] = { 1, 2, 3, 3, 3, 3, 7, 8 };

	(void)state;
	jpeg_lines_pad(line, 3, 6);
	assert_memory_equal(line, expected, sizeof(line));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges_to_the_digit),
		cmocka_unit_test(test_bytes_with_gaps),
		cmocka_unit_test(test_chroma_of_other_sizes),
		cmocka_unit_test(test_edges_are_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
	return 77; /* nothing to do without the library */
}

#endif
