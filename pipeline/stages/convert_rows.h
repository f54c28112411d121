/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_STAGES_CONVERT_ROWS_H
#define WEIR_PIPELINE_STAGES_CONVERT_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include <weir/format.h>
#include <weir/frame.h>

#include <libyuv/convert_argb.h>

/* What libyuv can do, and convert_ten.c, as a table of steps from one of its formats to another. */

/* By libyuv's names, which for RGB are those of a little-endian word: ARGB is B, G, R, A in
 * memory, RAW is R, G, B and RGB24 is B, G, R. */
enum convert_kind {
	KIND_YUY2,
	KIND_UYVY,
	KIND_UYVP,
	KIND_Y210,
	KIND_I420,
	KIND_I422,
	KIND_I444,
	KIND_NV12,
	KIND_NV21,
	KIND_NV16,
	KIND_NV61,
	KIND_NV24,
	KIND_NV42,
	KIND_P010,
	KIND_I400,
	KIND_ARGB,
	KIND_ABGR,
	KIND_RGBA,
	KIND_BGRA,
	KIND_RGB24,
	KIND_RAW,
	KIND_RGB565,
	CONVERT_KINDS
};

/* A row of the format table, as libyuv knows it. */
struct convert_shape {
	const char *name;
	enum convert_kind kind;
	bool swapped; /* V's plane comes before U's */
};

extern const struct convert_shape convert_shapes[];
extern const size_t n_convert_shapes;

/* NULL: libyuv does not know the format. */
const struct convert_shape *convert_shape_of(const struct weir_format *format);

/* The format whose bytes a kind is. */
const struct weir_format *convert_kind_format(enum convert_kind kind);

/* One call of a step: so many pixels from here to there. Planes are in the kind's order. */
struct convert_call {
	struct weir_pixels from, to;
	int width, height;
	const struct weir_format *format;     /* of what comes in */
	const struct YuvConstants *yuv, *yvu; /* the same matrix, for blue and red as they are, and
					       * exchanged */
};

enum convert_step_flags {
	STEP_ONLY_601 = 1 << 0, /* libyuv has it for BT.601 in the limited range alone */
	STEP_WHOLE = 1 << 1     /* looks at the lines around a line: not to be done in pieces */
};

struct convert_step {
	enum convert_kind from, to;
	unsigned flags;
	int (*run)(const struct convert_call *call);
};

extern const struct convert_step convert_steps[];
extern const size_t n_convert_steps;

/* From any kind to itself. */
extern const struct convert_step convert_copy;

#endif
