/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/stages.h"

#include <errno.h>
#include <stdlib.h>

#include "core/checked.h"
#include "core/log.h"
#include "core/pixel.h"
#include "core/scan.h"
#include "pipeline/stages/access.h"

/* How much the picture has changed: the mean difference of brightness on a coarse grid from the
 * frame before, 0 to 1. Each point of the grid is the mean of a few pixels side by side, which lie
 * in one cache line and lessen a camera's noise. */

#define COLUMNS 64
#define ROWS    36
#define RUN     4 /* pixels a point */

/* Bits of a pixel that are light. */
struct light {
	uint32_t shift, mask, weight;
};

struct motion {
	double threshold; /* below 0: every score is told */
	struct weir_pixel pixel;
	struct light light[WEIR_PIXEL_FIELDS];
	unsigned n_lights;
	uint32_t columns, rows, width, height;
	uint32_t full; /* a point that is as bright as can be */
	bool any;      /* there was a frame before */
	uint32_t before[ROWS][COLUMNS];
	const struct weir_log *log;
};

/* ---- arguments ---- */

static int read_threshold(const char *args, const struct weir_log *log, double *out)
{
	struct weir_decimal decimal;
	char quoted[WEIR_QUOTED];
	const char *at = args;

	if (!*args)
		return 0;
	if (weir_scan_decimal(&at, &decimal) || *at || decimal.whole > 1 ||
		(decimal.whole == 1 && decimal.fraction)) {
		weir_error(log, "motion: %s is not a threshold from 0 to 1, such as 0.02",
			weir_quote(args, quoted));
		return -EINVAL;
	}
	*out = (double)decimal.whole + (double)decimal.fraction / decimal.scale;
	return 0;
}

static int open_motion(const char *args, const struct weir_log *log, void **state)
{
	struct motion *motion;
	double threshold = -1;
	int err = read_threshold(args, log, &threshold);

	if (err)
		return err;
	motion = calloc(1, sizeof(*motion));
	if (!motion)
		return -ENOMEM;
	motion->threshold = threshold;
	motion->log = log;
	*state = motion;
	return 0;
}

/* ---- brightness ---- */

/* What a field adds to the brightness: the eye's own weights in tenths, near enough for every
 * matrix, and as if all fields had 16 bits. */
static struct light light_of(const struct weir_pixel_field *field)
{
	static const struct {
		char what;
		uint32_t tenths;
	} weights[] = { { 'Y', 10 }, { 'R', 3 }, { 'G', 6 }, { 'B', 1 } };
	struct light light = { field->shift, UINT32_MAX >> (32 - field->bits), 0 };

	for (size_t i = 0; i < WEIR_COUNT(weights); i++)
		if (weights[i].what == field->what)
			light.weight = weights[i].tenths << (16 - field->bits);
	return light;
}

static uint32_t brightness(const struct motion *motion, uint32_t word)
{
	uint32_t sum = 0;

	for (unsigned i = 0; i < motion->n_lights; i++)
		sum += (word >> motion->light[i].shift & motion->light[i].mask) *
		       motion->light[i].weight;
	return sum;
}

static void find_lights(struct motion *motion)
{
	motion->n_lights = 0;
	for (unsigned i = 0; i < motion->pixel.n_fields; i++) {
		struct light light = light_of(&motion->pixel.field[i]);

		if (light.weight)
			motion->light[motion->n_lights++] = light;
	}
	motion->full = RUN * brightness(motion, UINT32_MAX);
}

static uint32_t look_at(const struct motion *motion, const struct weir_pixels *pixels,
	uint32_t column, uint32_t row)
{
	uint32_t x = (2 * column + 1) * motion->width / (2 * motion->columns) - RUN / 2;
	uint32_t y = (2 * row + 1) * motion->height / (2 * motion->rows);
	const uint8_t *at =
		pixels->data[0] + (size_t)y * pixels->stride[0] + (size_t)x * motion->pixel.bytes;
	uint32_t sum = 0;

	for (unsigned i = 0; i < RUN; i++, at += motion->pixel.bytes)
		sum += brightness(motion, weir_pixel_load(&motion->pixel, at));
	return sum;
}

/* ---- frames ---- */

static int configure(void *state, struct weir_video *video, const struct weir_log *log)
{
	struct motion *motion = state;
	int err = weir_stage_wants_pixels("motion", video, log);

	if (err)
		return err;
	err = weir_pixel_of(video->format, &motion->pixel);
	if (err) {
		weir_error(log, "motion: nothing is seen in %s: put motion before convert",
			video->format->name);
		return err;
	}
	motion->width = video->width;
	motion->height = video->height;
	motion->columns = video->width / RUN < COLUMNS ? video->width / RUN : COLUMNS;
	motion->rows = video->height < ROWS ? video->height : ROWS;
	find_lights(motion);
	motion->any = false;
	return 0;
}

/* Takes the frame's grid in the place of the one before. */
static double compare(struct motion *motion, const struct weir_pixels *pixels)
{
	uint64_t sum = 0;

	for (uint32_t row = 0; row < motion->rows; row++) {
		for (uint32_t column = 0; column < motion->columns; column++) {
			uint32_t now = look_at(motion, pixels, column, row);
			uint32_t before = motion->before[row][column];

			sum += now > before ? now - before : before - now;
			motion->before[row][column] = now;
		}
	}
	return (double)sum / ((double)motion->full * motion->columns * motion->rows);
}

static int process(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	struct motion *motion = state;
	struct weir_pixels pixels;
	double score = 0;
	int err = weir_frame_begin_cpu(*frame, WEIR_CPU_READ, &pixels);

	if (!err) {
		score = compare(motion, &pixels);
		err = weir_frame_end_cpu(*frame);
	}
	if (err)
		return weir_stage_no_pixels("motion", motion->log, err);
	/* The first frame has none before it, and one after a break none that it belongs to. */
	if (motion->any && !(weir_frame_info(*frame)->flags & WEIR_FRAME_DISCONT) &&
		score > motion->threshold)
		weir_stage_report(stage, *frame, score);
	motion->any = true;
	return 0;
}

const struct weir_stage_impl weir_stage_motion = {
	.name = "motion",
	.summary = "THRESHOLD: tells how much the picture changes, 0 to 1 (without =: each frame)",
	.access = WEIR_STAGE_READ,
	.open = open_motion,
	.configure = configure,
	.process = process,
	.close = free,
};
