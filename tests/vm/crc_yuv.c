/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/vm/crc.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/*
 * vkms (from 6.16 on) multiplies in 32.32 fixed point, where a product has 62 bits: when factors
 * have more, each loses half of what is too much, which takes the last bits of a coefficient but
 * none of a sample. Its limited range is 219 and 224 parts of 256, not of 255: 0.4 % more than it
 * should be.
 */

static int top_bit(int64_t value)
{
	uint64_t bits = (uint64_t)(value < 0 ? ~value : value);

	return bits ? 63 - __builtin_clzll(bits) : 0;
}

static int64_t product(double coefficient, int sample)
{
	int64_t fixed = llround(coefficient * 4294967296.0);
	int surplus = top_bit(fixed) + top_bit((int64_t)sample * ((int64_t)1 << 32)) - 61;

	if (surplus > 0) {
		int64_t unit = (int64_t)1 << (surplus + 1) / 2;

		fixed -= (fixed % unit + unit) % unit;
	}
	return fixed * sample;
}

int conversion_init(struct conversion *out, const char *matrix, const char *range)
{
	static const struct {
		const char *name;
		double red, blue;
	} weights[] = { { "601", 0.299, 0.114 }, { "709", 0.2126, 0.0722 },
		{ "2020", 0.2627, 0.0593 } };
	bool full = !strcmp(range, "full");
	double luma = full ? 1 : 256 / 219.0, chroma = full ? 1 : 256 / 224.0;
	size_t w = 0;

	while (w < 3 && strcmp(weights[w].name, matrix))
		w++;
	if (w == 3 || (!full && strcmp(range, "limited")))
		return -EINVAL;
	for (int i = 0; i < 256; i++) {
		double red = weights[w].red, blue = weights[w].blue, green = 1 - red - blue;
		int centred = (i - 128) * 257;

		out->luma[i] = product(luma, (i - (full ? 0 : 16)) * 257);
		out->red_v[i] = product(2 * (1 - red) * chroma, centred);
		out->blue_u[i] = product(2 * (1 - blue) * chroma, centred);
		out->green_u[i] = product(-2 * (1 - blue) * blue / green * chroma, centred);
		out->green_v[i] = product(-2 * (1 - red) * red / green * chroma, centred);
	}
	return 0;
}

static uint16_t finish(int64_t fixed)
{
	int64_t rounded = (fixed + ((int64_t)1 << 31)) >> 32;

	return (uint16_t)(rounded < 0 ? 0 : rounded > 65535 ? 65535 : rounded);
}

static struct colour convert(const struct conversion *c, uint8_t y, uint8_t u, uint8_t v)
{
	return (struct colour){
		.red = finish(c->luma[y] + c->red_v[v]),
		.green = finish(c->luma[y] + c->green_u[u] + c->green_v[v]),
		.blue = finish(c->luma[y] + c->blue_u[u]),
	};
}

static const uint8_t *line_of(const struct weir_video *video, const struct weir_layout *layout,
	const uint8_t *frame, unsigned plane, uint32_t line)
{
	line /= video->format->plane[plane].block_height;
	return frame + layout->plane[plane].offset + line * layout->plane[plane].stride;
}

int convert_frame(const struct conversion *conversion, const struct weir_video *video,
	const struct weir_layout *layout, const uint8_t *frame, struct colour *out)
{
	const struct weir_format *format = video->format;
	bool v_first = strstr("NV21 NV61 NV42 YVU420 YVU422P YVU444P", format->name);
	unsigned across = format->plane[1].block_width, step = format->n_planes == 3 ? 1 : 2;

	if (!(format->flags & WEIR_FORMAT_YUV) || format->n_planes < 2 ||
		format->plane[0].block_bytes != 1)
		return -EINVAL;
	for (uint32_t line = 0; line < video->height; line++) {
		const uint8_t *luma = line_of(video, layout, frame, 0, line);
		const uint8_t *first = line_of(video, layout, frame, 1, line);
		const uint8_t *second =
			step == 1 ? line_of(video, layout, frame, 2, line) : first + 1;

		for (uint32_t x = 0; x < video->width; x++) {
			uint8_t u = first[x / across * step], v = second[x / across * step];

			*out++ = convert(conversion, luma[x], v_first ? v : u, v_first ? u : v);
		}
	}
	return 0;
}
