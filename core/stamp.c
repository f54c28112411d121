/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/stamp.h"

#include <assert.h>
#include <string.h>

#include "core/checked.h"

#define CELLS     96
#define RUN_BYTES 16 /* of the widest cell: 4 pixels of 4 bytes */
#define NEUTRAL   128

#define FOURCC(a, b, c, d)                                                                         \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

/* What black and white are in a format's first plane; further planes are chroma. */
struct ink {
	uint32_t drm;
	uint8_t pixel_bytes;
	uint8_t level;        /* the byte of a pixel that tells black from white */
	uint8_t colour[2][4]; /* black and white pixels, repeated to four bytes */
};

static const struct ink inks[] = {
	{ FOURCC('Y', 'U', 'Y', 'V'), 2, 0, { { 16, 128, 16, 128 }, { 235, 128, 235, 128 } } },
	{ FOURCC('U', 'Y', 'V', 'Y'), 2, 1, { { 128, 16, 128, 16 }, { 128, 235, 128, 235 } } },
	{ FOURCC('N', 'V', '1', '2'), 1, 0, { { 16, 16, 16, 16 }, { 235, 235, 235, 235 } } },
	{ FOURCC('R', '8', ' ', ' '), 1, 0, { { 16, 16, 16, 16 }, { 235, 235, 235, 235 } } },
	{ FOURCC('X', 'R', '2', '4'), 4, 1, { { 0, 0, 0, 255 }, { 255, 255, 255, 255 } } },
	{ FOURCC('R', 'G', '1', '6'), 2, 1, { { 0, 0, 0, 0 }, { 255, 255, 255, 255 } } },
};

struct grid {
	uint32_t cell, columns, rows, lines;
};

/* 96 bits, highest first. */
struct message {
	uint32_t words[CELLS / 32];
};

static const struct ink *ink_of(const struct weir_format *format)
{
	for (size_t i = 0; i < WEIR_COUNT(inks); i++)
		if (inks[i].drm == format->drm)
			return &inks[i];
	return NULL;
}

static struct grid grid_of(uint32_t width)
{
	struct grid grid = { .cell = width >= 192 ? 4 : width >= 48 ? 2 : 1 };

	grid.columns = width / grid.cell < CELLS ? width / grid.cell : CELLS;
	grid.rows = (CELLS + grid.columns - 1) / grid.columns;
	grid.lines = grid.rows * grid.cell;
	return grid;
}

bool weir_stamp_fits(const struct weir_video *video)
{
	return video->format && ink_of(video->format) && video->width >= WEIR_MIN_SIZE &&
	       video->height >= grid_of(video->width).lines;
}

/* Not a CRC: in one, the even pictures of a test pattern would have a fair chance to be right. */
uint32_t weir_stamp_checksum(uint64_t counter, enum weir_stamp_end end)
{
	uint64_t x = counter + (end == WEIR_STAMP_AT_TOP ? 0x9e3779b97f4a7c15 : 0xd1b54a32d192ed03);

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (uint32_t)((x ^ x >> 31) >> 16);
}

static struct message message_of(uint64_t counter, enum weir_stamp_end end)
{
	return (struct message){ { (uint32_t)(counter >> 32), (uint32_t)counter,
		weir_stamp_checksum(counter, end) } };
}

static bool bit_of(const struct message *message, uint32_t cell)
{
	return message->words[cell / 32] >> (31 - cell % 32) & 1;
}

static uint32_t cells_in_row(const struct grid *grid, uint32_t row)
{
	uint32_t left = CELLS - row * grid->columns;

	return left < grid->columns ? left : grid->columns;
}

static void neutralise_chroma(const struct weir_video *video, const struct weir_pixels *pixels,
	uint32_t first_line, uint32_t lines, uint32_t width)
{
	for (unsigned p = 1; p < video->format->n_planes; p++) {
		uint32_t height = video->format->plane[p].block_height;
		uint32_t end = (first_line + lines + height - 1) / height;
		size_t bytes = weir_format_line_bytes(video->format, p, width);

		for (uint32_t line = first_line / height; line < end; line++)
			memset(pixels->data[p] + (size_t)line * pixels->stride[p], NEUTRAL, bytes);
	}
}

/* Lays one row of cells side by side in `line`, each written a whole run wide and then partly
 * covered by its successor: copies of a constant size are what makes this cheap. */
static size_t draw_row(uint8_t *line, const struct ink *ink, const struct grid *grid,
	const struct message *message, uint32_t row)
{
	size_t cell_bytes = (size_t)grid->cell * ink->pixel_bytes;
	uint32_t n = cells_in_row(grid, row);
	uint8_t runs[2][RUN_BYTES];

	for (size_t i = 0; i < sizeof(runs); i++)
		runs[i / RUN_BYTES][i % RUN_BYTES] = ink->colour[i / RUN_BYTES][i % 4];
	for (uint32_t i = 0; i < n; i++)
		memcpy(line + i * cell_bytes, runs[bit_of(message, row * grid->columns + i)],
			RUN_BYTES);
	return n * cell_bytes;
}

static void write_at(const struct weir_video *video, const struct weir_pixels *pixels,
	const struct grid *grid, uint32_t first_line, const struct message *message)
{
	const struct ink *ink = ink_of(video->format);
	uint8_t *to = pixels->data[0] + (size_t)first_line * pixels->stride[0];
	uint8_t line[CELLS * RUN_BYTES + RUN_BYTES];

	for (uint32_t row = 0; row < grid->rows; row++) {
		size_t bytes = draw_row(line, ink, grid, message, row);

		for (uint32_t i = 0; i < grid->cell; i++, to += pixels->stride[0])
			memcpy(to, line, bytes);
		neutralise_chroma(video, pixels, first_line + row * grid->cell, grid->cell,
			cells_in_row(grid, row) * grid->cell);
	}
}

void weir_stamp_write(
	const struct weir_video *video, const struct weir_pixels *pixels, uint64_t counter)
{
	struct grid grid = grid_of(video->width);
	struct message message = message_of(counter, WEIR_STAMP_AT_TOP);

	assert(weir_stamp_fits(video));
	write_at(video, pixels, &grid, 0, &message);
	if (video->height < 2 * grid.lines)
		return;
	message = message_of(counter, WEIR_STAMP_AT_BOTTOM);
	write_at(video, pixels, &grid, video->height - grid.lines, &message);
}

/* By the mean of the cell's middle: lossy coding smears the edges. */
static bool is_white(const uint8_t *cell, const struct ink *ink, uint32_t size, size_t stride)
{
	uint32_t from = size / 4, to = size - from, sum = 0;

	for (uint32_t y = from; y < to; y++)
		for (uint32_t x = from; x < to; x++)
			sum += cell[y * stride + x * ink->pixel_bytes + ink->level];
	return sum >= 128 * (to - from) * (to - from);
}

static bool read_at(const struct weir_video *video, const struct weir_pixels *pixels,
	uint32_t first_line, enum weir_stamp_end end, uint64_t *counter)
{
	const struct ink *ink = ink_of(video->format);
	struct grid grid = grid_of(video->width);
	struct message message = { 0 };
	uint64_t found;

	for (uint32_t i = 0; i < CELLS; i++) {
		size_t y = first_line + (size_t)(i / grid.columns) * grid.cell;
		size_t x = (size_t)(i % grid.columns) * grid.cell;
		const uint8_t *cell =
			pixels->data[0] + y * pixels->stride[0] + x * ink->pixel_bytes;

		if (is_white(cell, ink, grid.cell, pixels->stride[0]))
			message.words[i / 32] |= 1u << (31 - i % 32);
	}
	found = (uint64_t)message.words[0] << 32 | message.words[1];
	if (message.words[2] != weir_stamp_checksum(found, end))
		return false;
	*counter = found;
	return true;
}

enum weir_stamp_state weir_stamp_read(
	const struct weir_video *video, const struct weir_pixels *pixels, uint64_t *counter)
{
	uint64_t top = 0, bottom = 0;
	bool has_top, has_bottom;

	if (!weir_stamp_fits(video))
		return WEIR_STAMP_MISSING;
	has_top = read_at(video, pixels, 0, WEIR_STAMP_AT_TOP, &top);
	has_bottom = read_at(video, pixels, video->height - grid_of(video->width).lines,
		WEIR_STAMP_AT_BOTTOM, &bottom);
	if (!has_top && !has_bottom)
		return WEIR_STAMP_MISSING;
	*counter = has_top ? top : bottom;
	if (!has_top)
		return WEIR_STAMP_BOTTOM;
	if (!has_bottom)
		return WEIR_STAMP_TOP;
	return top == bottom ? WEIR_STAMP_WHOLE : WEIR_STAMP_TORN;
}
