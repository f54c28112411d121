/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/stages.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/clock.h"
#include "core/font.h"
#include "core/log.h"
#include "core/paint.h"
#include "core/stamp.h"
#include "core/uri.h"
#include "core/utc.h"
#include "pipeline/stages/access.h"

/* Burns the time of capture and the frame's number into the picture, white on a black box. The box
 * keeps away from the picture's first and last lines, where test pictures bear their own stamps. */

#define CHARS  35                    /* 2026-11-21T07:46:56.123Z 0000000042 */
#define DIGITS UINT64_C(10000000000) /* the number's last ten */

#define COLUMNS (CHARS * WEIR_GLYPH_COLUMNS + 1) /* a margin at the left */
#define ROWS    (WEIR_GLYPH_ROWS + 2)            /* and above and below */
#define LINES   (7 * 24)                         /* of a picture, for each line of a row */

struct stamp {
	unsigned at_bottom;
	uint32_t scale; /* lines a row, pixels a column */
	struct weir_rect box;
	struct weir_paint paint;
	const struct weir_log *log;
	uint8_t cell[WEIR_N_INKS][(WEIR_MAX_SIZE / COLUMNS + 1) * 4]; /* one column's pixels */
	uint8_t line[WEIR_MAX_SIZE * 4];                              /* of the box */
};

static int open_stamp(const char *args, const struct weir_log *log, void **state)
{
	static const char *const places[] = { "top", "bottom", NULL };
	unsigned place = 1;
	struct stamp *stamp;
	int err = *args ? weir_parse_word("stamp", args, places, log, &place) : 0;

	if (err)
		return err;
	stamp = calloc(1, sizeof(*stamp));
	if (!stamp)
		return -ENOMEM;
	stamp->at_bottom = place;
	stamp->log = log;
	*state = stamp;
	return 0;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The box in the middle, on whole blocks; false: the picture has no room for it. */
static bool place_box(struct stamp *stamp, const struct weir_video *video)
{
	struct weir_rect box = { 0 };
	uint32_t scale = least(video->width / COLUMNS, video->height / LINES);

	stamp->scale = scale ? scale : 1;
	box.width = COLUMNS * stamp->scale;
	box.height = ROWS * stamp->scale;
	stamp->box = weir_rect_on_blocks(&box, video->format);
	if (stamp->box.width > video->width ||
		stamp->box.height + 2 * WEIR_STAMP_MAX_LINES > video->height)
		return false;
	stamp->box.x = (video->width - stamp->box.width) / 2 / 4 * 4;
	stamp->box.y = stamp->at_bottom ? video->height - WEIR_STAMP_MAX_LINES - stamp->box.height
					: WEIR_STAMP_MAX_LINES;
	return true;
}

/* In both inks a pixel of the first plane is like the next, also where two share their chroma:
 * cells and lines may begin at any. */
static void prepare_cells(struct stamp *stamp)
{
	size_t bytes = (stamp->scale + 1) / 2 * 2 * (size_t)stamp->paint.pixel_bytes;

	for (unsigned ink = 0; ink < WEIR_N_INKS; ink++)
		weir_paint_run(&stamp->paint, (enum weir_ink)ink, 0, stamp->cell[ink], bytes);
	weir_paint_run(&stamp->paint, WEIR_BLACK, 0, stamp->line,
		stamp->box.width * (size_t)stamp->paint.pixel_bytes);
}

static int configure(void *state, struct weir_video *video, const struct weir_log *log)
{
	struct stamp *stamp = state;
	int err = weir_stage_wants_pixels("stamp", video, log);

	if (err)
		return err;
	if (!place_box(stamp, video)) {
		weir_error(log, "stamp: %ux%u has no room for time and number: at least 144x24",
			video->width, video->height);
		return -ENOTSUP;
	}
	err = weir_paint_init(&stamp->paint, video);
	if (!err && !stamp->paint.pixel_bytes) {
		weir_error(log, "stamp: nothing is written into %s: put stamp before convert",
			video->format->name);
		err = -ENOTSUP;
	}
	if (!err)
		prepare_cells(stamp);
	return err;
}

/* Asked for each frame: a clock that is set also sets the time of frames that come later. */
static uint64_t wall_clock(uint64_t timestamp_ns)
{
	struct timespec real;
	uint64_t age = weir_now_ns() - timestamp_ns;

	clock_gettime(CLOCK_REALTIME, &real);
	return (uint64_t)real.tv_sec * WEIR_NS_PER_S + (uint64_t)real.tv_nsec - age;
}

static void choose_glyphs(const struct weir_frame_info *info, uint16_t glyphs[CHARS])
{
	char time[WEIR_UTC_TEXT], text[CHARS + 1];

	snprintf(text, sizeof(text), "%s %010" PRIu64,
		weir_utc_text(wall_clock(info->timestamp_ns), time), info->sequence % DIGITS);
	for (unsigned i = 0; i < CHARS; i++)
		glyphs[i] = weir_glyph(text[i]);
}

/* One row of all characters, behind the margin; the first row and the last are blank. */
static void compose_row(struct stamp *stamp, const uint16_t glyphs[CHARS], uint32_t row)
{
	size_t bytes = stamp->scale * (size_t)stamp->paint.pixel_bytes;
	bool blank = row == 0 || row > WEIR_GLYPH_ROWS;
	uint8_t *to = stamp->line + bytes;

	for (unsigned i = 0; i < CHARS; i++) {
		unsigned bits = blank ? 0 : weir_glyph_row(glyphs[i], row - 1);

		for (unsigned column = 0; column < WEIR_GLYPH_COLUMNS; column++, to += bytes)
			memcpy(to, stamp->cell[bits << column & 4 ? WEIR_WHITE : WEIR_BLACK],
				bytes);
	}
}

static void draw(
	struct stamp *stamp, const struct weir_pixels *pixels, const uint16_t glyphs[CHARS])
{
	const struct weir_rect *box = &stamp->box;
	size_t left = box->x * (size_t)stamp->paint.pixel_bytes;
	size_t bytes = box->width * (size_t)stamp->paint.pixel_bytes;

	for (uint32_t y = 0; y < box->height; y++) {
		if (y % stamp->scale == 0)
			compose_row(stamp, glyphs, y / stamp->scale);
		memcpy(pixels->data[0] + (size_t)(box->y + y) * pixels->stride[0] + left,
			stamp->line, bytes);
	}
	for (unsigned i = 1; i < stamp->paint.format->n_planes; i++)
		weir_paint_fill_plane(&stamp->paint, WEIR_BLACK, i, pixels, box);
}

/* Asks for reading as well: see mask. */
static int process(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	struct stamp *stamp = state;
	struct weir_pixels pixels;
	uint16_t glyphs[CHARS];
	int err = weir_frame_begin_cpu(*frame, WEIR_CPU_RW, &pixels);

	(void)stage;
	if (!err) {
		choose_glyphs(weir_frame_info(*frame), glyphs);
		draw(stamp, &pixels, glyphs);
		err = weir_frame_end_cpu(*frame);
	}
	return err ? weir_stage_no_pixels("stamp", stamp->log, err) : 0;
}

const struct weir_stage_impl weir_stage_stamp = {
	.name = "stamp",
	.summary = "top|bottom: burns time of capture and frame number in (without =: bottom)",
	.access = WEIR_STAGE_WRITE,
	.open = open_stamp,
	.configure = configure,
	.process = process,
	.close = free,
};
