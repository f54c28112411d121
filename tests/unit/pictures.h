/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TESTS_UNIT_PICTURES_H
#define TESTS_UNIT_PICTURES_H

#include <stdlib.h>

#include "core/checked.h"
#include "frames.h"

/* Pixels by number, without any library: where each format keeps a pixel's three values, written
 * from the formats' titles. */

enum picture_way { WAY_PACKED, WAY_SEMI, WAY_PLANAR, WAY_SEMI_16, WAY_GREY, WAY_RGB, WAY_565 };

struct picture_format {
	const char *name;
	enum picture_way way;
	unsigned across, down; /* pixels that share chroma */
	int at[4]; /* PACKED: bytes of Y, U, V; SEMI: of U and V; PLANAR: planes; RGB: bytes, A */
};

static const struct picture_format picture_formats[] = {
	{ "YUYV", WAY_PACKED, 2, 1, { 0, 1, 3 } },
	{ "UYVY", WAY_PACKED, 2, 1, { 1, 0, 2 } },
	{ "NV12", WAY_SEMI, 2, 2, { 0, 0, 1 } },
	{ "NV21", WAY_SEMI, 2, 2, { 0, 1, 0 } },
	{ "NV16", WAY_SEMI, 2, 1, { 0, 0, 1 } },
	{ "NV61", WAY_SEMI, 2, 1, { 0, 1, 0 } },
	{ "NV24", WAY_SEMI, 1, 1, { 0, 0, 1 } },
	{ "NV42", WAY_SEMI, 1, 1, { 0, 1, 0 } },
	{ "P010", WAY_SEMI_16, 2, 2, { 0, 0, 1 } },
	{ "P012", WAY_SEMI_16, 2, 2, { 0, 0, 1 } },
	{ "YUV420", WAY_PLANAR, 2, 2, { 0, 1, 2 } },
	{ "YVU420", WAY_PLANAR, 2, 2, { 0, 2, 1 } },
	{ "YUV422P", WAY_PLANAR, 2, 1, { 0, 1, 2 } },
	{ "YVU422P", WAY_PLANAR, 2, 1, { 0, 2, 1 } },
	{ "YUV444P", WAY_PLANAR, 1, 1, { 0, 1, 2 } },
	{ "YVU444P", WAY_PLANAR, 1, 1, { 0, 2, 1 } },
	{ "GREY", WAY_GREY, 1, 1, { 0 } },
	{ "XR24", WAY_RGB, 1, 1, { 2, 1, 0, 3 } },
	{ "AR24", WAY_RGB, 1, 1, { 2, 1, 0, 3 } },
	{ "XB24", WAY_RGB, 1, 1, { 0, 1, 2, 3 } },
	{ "AB24", WAY_RGB, 1, 1, { 0, 1, 2, 3 } },
	{ "RX24", WAY_RGB, 1, 1, { 3, 2, 1, 0 } },
	{ "RA24", WAY_RGB, 1, 1, { 3, 2, 1, 0 } },
	{ "BX24", WAY_RGB, 1, 1, { 1, 2, 3, 0 } },
	{ "BA24", WAY_RGB, 1, 1, { 1, 2, 3, 0 } },
	{ "RGB24", WAY_RGB, 1, 1, { 0, 1, 2, -1 } },
	{ "BGR24", WAY_RGB, 1, 1, { 2, 1, 0, -1 } },
	{ "RGB565", WAY_565, 1, 1, { 0 } },
	{ "BGR4", WAY_RGB, 1, 1, { 2, 1, 0, 3 } },
	{ "RGB4", WAY_RGB, 1, 1, { 1, 2, 3, 0 } },
};

static inline const struct picture_format *picture_format(const char *name)
{
	for (size_t i = 0; i < WEIR_COUNT(picture_formats); i++)
		if (!strcmp(picture_formats[i].name, name))
			return &picture_formats[i];
	fail_msg("no %s", name);
	return NULL;
}

static inline bool picture_is_rgb(const struct picture_format *format)
{
	return format->way == WAY_RGB || format->way == WAY_565;
}

static inline uint8_t *picture_byte(const struct weir_pixels *pixels, int plane, size_t x, size_t y)
{
	return pixels->data[plane] + y * pixels->stride[plane] + x;
}

/* The bytes of Y, U, V or R, G, B of a pixel, and of its alpha (or padding); NULL where there is
 * none. */
static inline void picture_at(const struct picture_format *f, const struct weir_pixels *pixels,
	unsigned x, unsigned y, uint8_t *at[4])
{
	unsigned cx = x / f->across, cy = y / f->down;
	size_t wide = f->way == WAY_SEMI_16 ? 2 : 1; /* the high byte is the second */

	at[0] = at[1] = at[2] = at[3] = NULL;
	switch (f->way) {
	case WAY_PACKED:
		at[0] = picture_byte(pixels, 0, (size_t)2 * x + (size_t)f->at[0], y);
		at[1] = picture_byte(pixels, 0, (size_t)4 * cx + (size_t)f->at[1], y);
		at[2] = picture_byte(pixels, 0, (size_t)4 * cx + (size_t)f->at[2], y);
		break;
	case WAY_SEMI:
	case WAY_SEMI_16:
		at[0] = picture_byte(pixels, 0, wide * x + wide - 1, y);
		for (unsigned i = 1; i < 3; i++)
			at[i] = picture_byte(
				pixels, 1, wide * (2 * cx + (size_t)f->at[i]) + wide - 1, cy);
		break;
	case WAY_PLANAR:
		at[0] = picture_byte(pixels, 0, x, y);
		at[1] = picture_byte(pixels, f->at[1], cx, cy);
		at[2] = picture_byte(pixels, f->at[2], cx, cy);
		break;
	case WAY_GREY:
		at[0] = picture_byte(pixels, 0, x, y);
		break;
	case WAY_RGB:
		for (unsigned i = 0; i < 4; i++)
			if (f->at[i] >= 0)
				at[i] = picture_byte(pixels, 0,
					(size_t)x * (f->at[3] < 0 ? 3 : 4) + (size_t)f->at[i], y);
		break;
	case WAY_565:
		at[0] = picture_byte(pixels, 0, (size_t)x * 2, y);
		break;
	}
}

/* Neutral chroma and full alpha where there is none. */
static inline void picture_get(const struct picture_format *f, const struct weir_pixels *pixels,
	unsigned x, unsigned y, uint8_t out[4])
{
	uint8_t *at[4];
	unsigned word;

	picture_at(f, pixels, x, y, at);
	if (f->way == WAY_565) {
		word = at[0][0] | (unsigned)at[0][1] << 8;
		out[0] = (uint8_t)((word >> 11) * 255 / 31);
		out[1] = (uint8_t)((word >> 5 & 63) * 255 / 63);
		out[2] = (uint8_t)((word & 31) * 255 / 31);
		out[3] = 255;
		return;
	}
	for (unsigned i = 0; i < 4; i++)
		out[i] = at[i] ? *at[i] : i == 3 ? 255 : 128;
}

/* ---- colour, from the standards' luma weights ---- */

struct picture_colour {
	double red, blue; /* luma weights */
	bool full;
};

static inline double picture_clamp(double value)
{
	return value < 0 ? 0 : value > 255 ? 255 : value;
}

static inline void picture_to_rgb(
	const struct picture_colour *c, const double yuv[3], double rgb[3])
{
	double y = c->full ? yuv[0] / 255 : (yuv[0] - 16) / 219;
	double pb = (yuv[1] - 128) / (c->full ? 255 : 224);
	double pr = (yuv[2] - 128) / (c->full ? 255 : 224);
	double r = y + 2 * (1 - c->red) * pr, b = y + 2 * (1 - c->blue) * pb;
	double g = (y - c->red * r - c->blue * b) / (1 - c->red - c->blue);

	rgb[0] = picture_clamp(255 * r);
	rgb[1] = picture_clamp(255 * g);
	rgb[2] = picture_clamp(255 * b);
}

static inline void picture_to_yuv(
	const struct picture_colour *c, const double rgb[3], double yuv[3])
{
	double y = (c->red * rgb[0] + c->blue * rgb[2] + (1 - c->red - c->blue) * rgb[1]) / 255;
	double pb = (rgb[2] / 255 - y) / (2 * (1 - c->blue));
	double pr = (rgb[0] / 255 - y) / (2 * (1 - c->red));

	yuv[0] = c->full ? 255 * y : 16 + 219 * y;
	yuv[1] = 128 + pb * (c->full ? 255 : 224);
	yuv[2] = 128 + pr * (c->full ? 255 : 224);
}

/* ---- frames of them ---- */

static inline uint32_t picture_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

#define PICTURE_MARGIN 256
#define PICTURE_FILL   0xa5

/* A frame in memory of its own, with bytes behind it that nobody may touch. */
struct picture {
	struct weir_slab *slab;
	struct weir_frame *frame;
	size_t size;
};

static inline uint8_t *picture_memory(const struct picture *picture)
{
	return picture->slab->slots[0].parts[0].memory;
}

static inline void picture_open(
	struct picture *picture, const struct weir_video *video, size_t bytes)
{
	struct weir_layout layout;

	if (!bytes) {
		assert_int_equal(weir_format_layout(video, &layout), 0);
		bytes = layout.size;
	}
	picture->size = bytes;
	picture->slab = make_slab(video, 1, bytes + PICTURE_MARGIN);
	memset(picture_memory(picture), PICTURE_FILL, bytes + PICTURE_MARGIN);
	picture->frame = make_frame(picture->slab, 0);
}

static inline void picture_close(struct picture *picture)
{
	const uint8_t *end = picture_memory(picture) + picture->size;

	for (size_t i = 0; i < PICTURE_MARGIN; i++)
		assert_int_equal(end[i], PICTURE_FILL);
	weir_frame_unref(&picture->frame);
	weir_slab_unref(&picture->slab);
}

#endif
