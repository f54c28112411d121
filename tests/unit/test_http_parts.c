/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* What goes around an image, and into it, on its way to viewers. */
#include <stdio.h>

#if defined(WEIR_HAVE_LIBJPEG) && (defined(WEIR_HAVE_LLHTTP) || defined(WEIR_HAVE_HTTP_PARSER))

#include "core/checked.h"
#include "core/jpeg_huffman.h"
#include "sinks/http/part.h"
#include "tests/unit/jpeg_images.h"

static const struct image_kind kind = { 2, 1 };

/* The bodies of an image's table segments, one after the other. */
static size_t tables_of(const struct image *image, uint8_t *out, size_t size)
{
	size_t at = 2, n = 0;

	while (image->bytes[at + 1] != 0xda) {
		size_t length = (size_t)image->bytes[at + 2] << 8 | image->bytes[at + 3];

		if (image->bytes[at + 1] == 0xc4) {
			assert_true(n + length - 2 <= size);
			memcpy(out + n, image->bytes + at + 4, length - 2);
			n += length - 2;
		}
		at += 2 + length;
	}
	return n;
}

static void the_standard_tables(void **state)
{
	struct image image = image_make(&kind, 64, 48);
	uint8_t tables[WEIR_JPEG_HUFFMAN];

	(void)state;
	assert_int_equal(tables_of(&image, tables, sizeof(tables)), WEIR_JPEG_HUFFMAN - 4);
	assert_memory_equal(tables, weir_jpeg_huffman + 4, WEIR_JPEG_HUFFMAN - 4);
	assert_int_equal(weir_jpeg_huffman[2] << 8 | weir_jpeg_huffman[3], WEIR_JPEG_HUFFMAN - 2);
	free(image.bytes);
}

static void tables_go_where_they_are_missing(void **state)
{
	struct image image = image_make(&kind, 64, 48);
	size_t place;

	(void)state;
	assert_true(weir_jpeg_huffman_place(image.bytes, image.size) == SIZE_MAX);
	image_strip_tables(&image);
	place = weir_jpeg_huffman_place(image.bytes, image.size);
	assert_in_range(place, 2, image.size - 2);
	assert_int_equal(image.bytes[place], 0xff);
	assert_int_equal(image.bytes[place + 1], 0xda);
	for (size_t i = 0; i < place + 4; i++) /* cut short: nothing is read behind the end */
		assert_true(weir_jpeg_huffman_place(image.bytes, i) == SIZE_MAX);
	assert_true(weir_jpeg_huffman_place((const uint8_t *)"no image", 8) == SIZE_MAX);
	free(image.bytes);
}

static size_t join(const struct weir_http_pieces *pieces, uint8_t *out)
{
	size_t n = 0;

	for (unsigned i = 0; i < pieces->n; i++) {
		assert_true(pieces->at[i].iov_len > 0);
		memcpy(out + n, pieces->at[i].iov_base, pieces->at[i].iov_len);
		n += pieces->at[i].iov_len;
	}
	return n;
}

/* Wherever a send stopped, it goes on with the next byte. */
static void check_pieces(const struct weir_http_part *part, enum weir_http_dress dress)
{
	static uint8_t whole[1 << 16], rest[1 << 16];
	struct weir_http_pieces pieces = { 0 };
	size_t n, left;

	weir_http_pieces_add(&pieces, "before", 6);
	weir_http_part_pieces(part, dress, true, &pieces);
	n = join(&pieces, whole);
	assert_memory_equal(whole, "before", 6);
	for (size_t skip = 0; skip <= n; skip++) {
		pieces = (struct weir_http_pieces){ .skip = skip };
		weir_http_pieces_add(&pieces, "before", 6);
		weir_http_part_pieces(part, dress, true, &pieces);
		left = join(&pieces, rest);
		assert_int_equal(left, n - skip);
		assert_memory_equal(rest, whole + skip, left);
	}
}

static void pieces_go_on_anywhere(void **state)
{
	struct image image = image_make(&kind, 64, 48);
	struct weir_http_part part = { .head = "head", .head_length = 4 };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		part.image = image.bytes;
		part.length = image.size;
		part.tables = weir_jpeg_huffman_place(image.bytes, image.size);
		assert_int_equal(
			weir_http_part_bytes(&part), image.size + (i ? WEIR_JPEG_HUFFMAN : 0));
		check_pieces(&part, WEIR_HTTP_BARE);
		check_pieces(&part, WEIR_HTTP_PART);
		check_pieces(&part, WEIR_HTTP_EARLY);
		image_strip_tables(&image);
	}
	free(image.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_standard_tables),
		cmocka_unit_test(tables_go_where_they_are_missing),
		cmocka_unit_test(pieces_go_on_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
	puts("skipped: this weir was built without libjpeg-turbo or an HTTP parser");
	return 77;
}

#endif
