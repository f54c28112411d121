/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What vkms says of a screen that a picture fills: vm_crc FORMAT WIDTH HEIGHT reads raw frames and
 * prints a line for each, the checksums that its debugfs would show, two of them: kernels differ in
 * how 5 and 6 bits a colour become 16, by cutting off or by rounding.
 *
 * vkms takes a CRC-32 (little-endian, begun with 0, not inverted) of all pixels from top to bottom,
 * each as four words of 16 bits: alpha, red, green, blue.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/format.h>

static uint32_t tables[8][256];

static void make_tables(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
		tables[0][i] = crc;
	}
	for (int t = 1; t < 8; t++)
		for (uint32_t i = 0; i < 256; i++)
			tables[t][i] = tables[t - 1][i] >> 8 ^ tables[0][tables[t - 1][i] & 255];
}

/* One pixel at a time: eight bytes. */
static uint32_t add(uint32_t crc, uint16_t red, uint16_t green, uint16_t blue)
{
	uint32_t low = crc ^ (0xffffu | (uint32_t)red << 16);
	uint32_t high = green | (uint32_t)blue << 16;

	return tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^
	       tables[4][low >> 24] ^ tables[3][high & 255] ^ tables[2][high >> 8 & 255] ^
	       tables[1][high >> 16 & 255] ^ tables[0][high >> 24];
}

static uint32_t crc_of_xr24(const uint8_t *pixels, size_t n)
{
	uint32_t crc = 0;

	for (size_t i = 0; i < n; i++, pixels += 4)
		crc = add(crc, (uint16_t)(pixels[2] * 257), (uint16_t)(pixels[1] * 257),
			(uint16_t)(pixels[0] * 257));
	return crc;
}

static uint16_t widen(unsigned value, unsigned max, bool rounds)
{
	return (uint16_t)((value * 65535 + (rounds ? max / 2 : 0)) / max);
}

static uint32_t crc_of_rgb565(const uint8_t *pixels, size_t n, bool rounds)
{
	uint16_t five[32], six[64];
	uint32_t crc = 0;

	for (unsigned i = 0; i < 32; i++)
		five[i] = widen(i, 31, rounds);
	for (unsigned i = 0; i < 64; i++)
		six[i] = widen(i, 63, rounds);
	for (size_t i = 0; i < n; i++, pixels += 2) {
		unsigned word = pixels[0] | (unsigned)pixels[1] << 8;

		crc = add(crc, five[word >> 11], six[word >> 5 & 63], five[word & 31]);
	}
	return crc;
}

int main(int argc, char **argv)
{
	const struct weir_format *format = argc == 4 ? weir_format_by_name(argv[1]) : NULL;
	size_t n = format ? (size_t)atoi(argv[2]) * (size_t)atoi(argv[3]) : 0;
	bool is_565 = format && !strcmp(format->name, "RGB565");
	uint8_t *frame = malloc(n * 4);

	if (!n || !frame) {
		fprintf(stderr, "usage: vm_crc XR24|RGB565 WIDTH HEIGHT <FRAMES\n");
		return 2;
	}
	make_tables();
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fread(frame, is_565 ? 2 : 4, n, stdin) == n)
		if (is_565)
			printf("%08x %08x\n", crc_of_rgb565(frame, n, false),
				crc_of_rgb565(frame, n, true));
		else
			printf("%08x %08x\n", crc_of_xr24(frame, n), crc_of_xr24(frame, n));
	free(frame);
	return 0;
}
