/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/pattern/canvas.h"

#include <assert.h>
#include <string.h>

#include "core/checked.h"

/* Chroma is sited with the left pixel of each pair: that of the right one is simply not kept. */

static void put_yuyv(uint8_t *const line[], uint32_t x, const uint8_t c[3])
{
	line[0][2 * x] = c[0];
	line[0][2 * x + 1] = x % 2 ? c[2] : c[1];
}

static void put_uyvy(uint8_t *const line[], uint32_t x, const uint8_t c[3])
{
	line[0][2 * x] = x % 2 ? c[2] : c[1];
	line[0][2 * x + 1] = c[0];
}

static void put_nv12(uint8_t *const line[], uint32_t x, const uint8_t c[3])
{
	line[0][x] = c[0];
	line[1][x] = x % 2 ? c[2] : c[1];
}

static void put_xr24(uint8_t *const line[], uint32_t x, const uint8_t c[3])
{
	const uint8_t pixel[] = { c[2], c[1], c[0], 255 };

	memcpy(line[0] + 4 * (size_t)x, pixel, sizeof(pixel));
}

static void put_rgb565(uint8_t *const line[], uint32_t x, const uint8_t c[3])
{
	unsigned r = (c[0] * 31 + 127) / 255, g = (c[1] * 63 + 127) / 255;
	unsigned b = (c[2] * 31 + 127) / 255, pixel = r << 11 | g << 5 | b;

	line[0][2 * x] = (uint8_t)pixel;
	line[0][2 * x + 1] = (uint8_t)(pixel >> 8);
}

static void put_grey(uint8_t *const line[], uint32_t x, const uint8_t c[3])
{
	line[0][x] = c[0];
}

const char *const weir_canvas_formats[] = { "YUYV", "UYVY", "NV12", "XR24", "RGB565", "GREY",
	NULL };

static weir_put_pixel *const puts_pixel[] = { put_yuyv, put_uyvy, put_nv12, put_xr24, put_rgb565,
	put_grey };

static weir_put_pixel *put_of(const struct weir_format *format)
{
	for (size_t i = 0; i < WEIR_COUNT(puts_pixel); i++)
		if (format == weir_format_by_name(weir_canvas_formats[i]))
			return puts_pixel[i];
	return NULL;
}

bool weir_canvas_draws(const struct weir_format *format)
{
	return put_of(format) != NULL;
}

void weir_canvas_init(struct weir_canvas *canvas, const struct weir_video *video,
	const struct weir_pixels *pixels)
{
	*canvas = (struct weir_canvas){ video, pixels, put_of(video->format) };
	assert(canvas->put);
}

/* The luma weights of red and blue: ITU-R BT.601 and BT.709. */
static const struct {
	double red, blue;
} weights[] = {
	[WEIR_MATRIX_601] = { 0.299, 0.114 },
	[WEIR_MATRIX_709] = { 0.2126, 0.0722 },
};

void weir_colour_encode(const struct weir_video *video, struct weir_rgb rgb, uint8_t out[3])
{
	double red, blue, luma;

	if (video->format->flags & WEIR_FORMAT_RGB) {
		memcpy(out, (const uint8_t[]){ rgb.r, rgb.g, rgb.b }, 3);
		return;
	}
	red = weights[video->matrix].red;
	blue = weights[video->matrix].blue;
	luma = red * rgb.r + (1 - red - blue) * rgb.g + blue * rgb.b;
	out[0] = (uint8_t)(16.5 + 219 * luma / 255);
	out[1] = (uint8_t)(128.5 + 112 * (rgb.b - luma) / (1 - blue) / 255);
	out[2] = (uint8_t)(128.5 + 112 * (rgb.r - luma) / (1 - red) / 255);
}

static uint8_t *line_of(const struct weir_canvas *canvas, unsigned plane, uint32_t y)
{
	return canvas->pixels->data[plane] + (size_t)y * canvas->pixels->stride[plane];
}

/* Repeats the first of the lines in every plane. */
static void repeat(const struct weir_canvas *canvas, uint32_t first, uint32_t end)
{
	const struct weir_format *format = canvas->video->format;

	for (unsigned p = 0; p < format->n_planes; p++) {
		uint32_t height = format->plane[p].block_height;
		uint32_t from = first / height, to = (end + height - 1) / height;
		size_t bytes = weir_format_line_bytes(format, p, canvas->video->width);

		for (uint32_t y = from + 1; y < to; y++)
			memcpy(line_of(canvas, p, y), line_of(canvas, p, from), bytes);
	}
}

void weir_canvas_fill(const struct weir_canvas *canvas, uint32_t first, uint32_t end,
	struct weir_rgb (*colour)(const void *data, uint32_t x), const void *data)
{
	const struct weir_format *format = canvas->video->format;
	uint8_t *line[WEIR_MAX_PLANES];
	uint8_t c[3];

	for (unsigned p = 0; p < format->n_planes; p++)
		line[p] = line_of(canvas, p, first / format->plane[p].block_height);
	for (uint32_t x = 0; x < canvas->video->width; x++) {
		weir_colour_encode(canvas->video, colour(data, x), c);
		canvas->put(line, x, c);
	}
	repeat(canvas, first, end);
}
