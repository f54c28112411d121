/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_PLANNER_PICTURE_H
#define WEIR_PIPELINE_PLANNER_PICTURE_H

#include "pipeline/planner.h"

/* Pictures that the source could deliver, while one of them is chosen (planner_picture.c). */

#define WEIR_MAX_PICTURES 128

struct weir_picture {
	struct weir_video video;  /* from the source */
	bool comes;               /* the source would deliver it */
	bool respaced;            /* differs from one before in its stride alone */
	unsigned loss;            /* of content, against what the source delivers by itself */
	struct weir_rate fastest; /* if it loses speed */
	uint64_t cost;            /* bytes copied of each frame; WEIR_REFUSED */
	unsigned wishes;          /* sinks that would have its lines further apart */
	const char *why;          /* it is refused */
};

struct weir_picture_choice {
	struct weir_pipeline *pipeline;
	size_t n;
	struct weir_picture picture[WEIR_MAX_PICTURES]; /* the first: what comes by itself */
};

static inline bool weir_is_same_picture(const struct weir_video *a, const struct weir_video *b)
{
	return a->format == b->format && a->width == b->width && a->height == b->height &&
	       a->stride == b->stride;
}

/* planner_pictures.c: the first one, what the source delivers by itself, and what it costs. */
void weir_pictures_begin(struct weir_picture_choice *choice, const struct weir_video *own);

/* planner_pictures.c: the same with other strides; all others, within the user's wishes. */
void weir_pictures_space(struct weir_picture_choice *choice);
void weir_pictures_find(struct weir_picture_choice *choice);

/* planner_picture_words.c: puts the choice into the plan. */
void weir_pictures_tell(
	const struct weir_picture_choice *choice, const struct weir_picture *chosen);
void weir_pictures_tell_conversion(
	const struct weir_picture_choice *choice, const struct weir_conversion *conversion);

#endif
