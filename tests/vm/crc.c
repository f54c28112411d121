/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What vkms says of a screen that a picture fills: vm_crc FORMAT WIDTH HEIGHT [MATRIX RANGE] reads
 * raw frames and prints a line for each: the checksums that its debugfs would show, two of them,
 * for kernels differ in how 5 and 6 bits a colour become 16, by cutting off or by rounding; and the
 * colours of eight bars side by side. YUV needs a matrix (601, 709, 2020) and a range (limited,
 * full).
 *
 * vkms takes a CRC-32 (little-endian, begun with 0, not inverted) of all pixels from top to bottom,
 * each as four words of 16 bits: alpha, red, green, blue.
 */
#include "tests/vm/crc.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
static uint32_t crc_of(const struct colour *pixel, size_t n)
{
	uint32_t crc = 0;

	for (; n; n--, pixel++) {
		uint32_t low = crc ^ (0xffffu | (uint32_t)pixel->red << 16);
		uint32_t high = pixel->green | (uint32_t)pixel->blue << 16;

		crc = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^
		      tables[5][low >> 16 & 255] ^ tables[4][low >> 24] ^ tables[3][high & 255] ^
		      tables[2][high >> 8 & 255] ^ tables[1][high >> 16 & 255] ^
		      tables[0][high >> 24];
	}
	return crc;
}

static void widen_xr24(const uint8_t *in, size_t n, struct colour *out)
{
	for (; n; n--, in += 4)
		*out++ = (struct colour){ (uint16_t)(in[2] * 257), (uint16_t)(in[1] * 257),
			(uint16_t)(in[0] * 257) };
}

static uint16_t widen(unsigned value, unsigned max, bool rounds)
{
	return (uint16_t)((value * 65535 + (rounds ? max / 2 : 0)) / max);
}

static void widen_rgb565(const uint8_t *in, size_t n, bool rounds, struct colour *out)
{
	for (; n; n--, in += 2) {
		unsigned word = in[0] | (unsigned)in[1] << 8;

		*out++ = (struct colour){ widen(word >> 11, 31, rounds),
			widen(word >> 5 & 63, 63, rounds), widen(word & 31, 31, rounds) };
	}
}

struct screen {
	struct weir_video video;
	struct weir_layout layout;
	struct conversion conversion;
	size_t pixels;
	uint8_t *frame;
	struct colour *colours;
};

static bool fill(struct screen *screen, bool rounds)
{
	const char *format = screen->video.format->name;

	if (!strcmp(format, "XR24"))
		widen_xr24(screen->frame, screen->pixels, screen->colours);
	else if (!strcmp(format, "RGB565"))
		widen_rgb565(screen->frame, screen->pixels, rounds, screen->colours);
	else
		return !convert_frame(&screen->conversion, &screen->video, &screen->layout,
			screen->frame, screen->colours);
	return true;
}

static void print_bars(const struct screen *screen)
{
	uint32_t width = screen->video.width;
	const struct colour *line = screen->colours + (size_t)screen->video.height * 3 / 4 * width;

	for (unsigned i = 0; i < 8; i++) {
		struct colour bar = line[width * (2 * i + 1) / 16];

		printf(" %02x%02x%02x", bar.red / 257, bar.green / 257, bar.blue / 257);
	}
	putchar('\n');
}

static bool init(struct screen *screen, int argc, char **argv)
{
	if (argc != 4 && argc != 6)
		return false;
	screen->video.format = weir_format_by_name(argv[1]);
	screen->video.width = (uint32_t)atoi(argv[2]);
	screen->video.height = (uint32_t)atoi(argv[3]);
	if (!screen->video.format || weir_format_layout(&screen->video, &screen->layout) ||
		conversion_init(&screen->conversion, argc == 6 ? argv[4] : "601",
			argc == 6 ? argv[5] : "limited"))
		return false;
	screen->pixels = (size_t)screen->video.width * screen->video.height;
	screen->frame = calloc(1, screen->layout.size);
	screen->colours = calloc(screen->pixels, sizeof(*screen->colours));
	return screen->frame && screen->colours && fill(screen, false);
}

int main(int argc, char **argv)
{
	struct screen screen = { 0 };
	int status = 2;

	if (init(&screen, argc, argv)) {
		make_tables();
		setvbuf(stdout, NULL, _IOLBF, 0);
		status = 0;
		while (fread(screen.frame, screen.layout.size, 1, stdin) == 1) {
			fill(&screen, false);
			printf("%08x", crc_of(screen.colours, screen.pixels));
			fill(&screen, true);
			printf(" %08x", crc_of(screen.colours, screen.pixels));
			print_bars(&screen);
		}
	} else {
		fprintf(stderr, "usage: vm_crc FORMAT WIDTH HEIGHT [601|709|2020 limited|full]\n");
	}
	free(screen.frame);
	free(screen.colours);
	return status;
}
