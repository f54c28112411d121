/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_STAGES_CONVERT_PATH_H
#define WEIR_PIPELINE_STAGES_CONVERT_PATH_H

#include "pipeline/stages/convert_rows.h"

#define CONVERT_MAX_STEPS 3

/* The way from one format to another: one step of libyuv, or more through a few lines of formats in
 * between. */
struct convert_path {
	const struct convert_shape *from, *to;
	const struct convert_step *steps[CONVERT_MAX_STEPS];
	unsigned n_steps;
	bool opaque; /* padding comes out where alpha has to be */
};

/* Finds the way for pictures of that colour. false: there is none. */
bool convert_path_find(
	const struct weir_video *video, const struct weir_format *to, struct convert_path *out);

/* Whether RGB values can be of that colour for libyuv: in YUV, or of the full range. */
bool convert_path_knows_range(const struct weir_video *video, const struct weir_format *to);

/* The matrix and range that YUV is in, also where the video does not say. */
enum weir_matrix convert_matrix_of(const struct weir_video *video);
bool convert_is_full_range(const struct weir_video *video);

/* "YUYV, UYVY, …": what such pictures can become. */
void convert_path_list(const struct weir_video *video, char *text, size_t size);

#endif
