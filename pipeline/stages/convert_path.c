/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/convert_path.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HD_HEIGHT 720

/* What players take for granted where nobody says. */
enum weir_matrix convert_matrix_of(const struct weir_video *video)
{
	if (video->matrix == WEIR_MATRIX_UNKNOWN || video->matrix == WEIR_MATRIX_RGB)
		return video->height >= HD_HEIGHT ? WEIR_MATRIX_709 : WEIR_MATRIX_601;
	return video->matrix;
}

bool convert_is_full_range(const struct weir_video *video)
{
	return video->range == WEIR_RANGE_FULL;
}

bool convert_path_knows_range(const struct weir_video *video, const struct weir_format *to)
{
	return !(video->format->flags & WEIR_FORMAT_RGB) || to->flags & WEIR_FORMAT_RGB ||
	       video->range != WEIR_RANGE_LIMITED;
}

/* Pixels that share a chroma sample, across or down; no colour at all counts as many. */
static unsigned pixels_a_sample(enum convert_kind kind, bool down)
{
	const struct weir_format *format = convert_kind_format(kind);
	unsigned plane = format->n_planes > 1;

	if (kind == KIND_I400)
		return UINT8_MAX;
	return down ? format->plane[plane].block_height : format->plane[plane].block_width;
}

static bool is_rgb(enum convert_kind kind)
{
	return convert_kind_format(kind)->flags & WEIR_FORMAT_RGB;
}

/* Whether pixels of that kind have a fourth byte. */
static bool has_room_for_alpha(enum convert_kind kind)
{
	return is_rgb(kind) && convert_kind_format(kind)->plane[0].block_bytes == 4;
}

/* Whether going through `middle` keeps less than the one of the ends that has less. */
static bool loses(enum convert_kind from, enum convert_kind middle, enum convert_kind to)
{
	if (middle == KIND_RGB565 || (is_rgb(middle) && !is_rgb(from) && !is_rgb(to)) ||
		(!is_rgb(middle) && is_rgb(from) && is_rgb(to)))
		return true;
	for (unsigned down = 0; down < 2; down++) {
		unsigned a = pixels_a_sample(from, down), b = pixels_a_sample(to, down);

		if (pixels_a_sample(middle, down) > (a > b ? a : b))
			return true;
	}
	return false;
}

/* Of eight pixels, in bytes. */
static size_t weight(enum convert_kind kind)
{
	const struct weir_format *format = convert_kind_format(kind);
	size_t bytes = 0;

	for (unsigned i = 0; i < format->n_planes; i++)
		bytes += weir_format_line_bytes(format, i, 8) / format->plane[i].block_height;
	return bytes;
}

static bool serves(const struct convert_step *step, bool is_601)
{
	return is_601 || !(step->flags & STEP_ONLY_601);
}

static const struct convert_step *one_step(
	enum convert_kind from, enum convert_kind to, bool is_601)
{
	if (from == to)
		return &convert_copy;
	for (size_t i = 0; i < n_convert_steps; i++)
		if (convert_steps[i].from == from && convert_steps[i].to == to &&
			serves(&convert_steps[i], is_601))
			return &convert_steps[i];
	return NULL;
}

/* A way that is tried: the steps so far, and the best one that arrived. */
struct search {
	enum convert_kind from, to;
	bool is_601;
	bool with_alpha; /* from one end to the other */
	const struct convert_step *steps[CONVERT_MAX_STEPS];
	size_t best_weight;
	struct convert_path *best;
};

static void arrive(struct search *search, unsigned n_steps, size_t weight_so_far)
{
	if (weight_so_far >= search->best_weight)
		return;
	search->best_weight = weight_so_far;
	search->best->n_steps = n_steps;
	memcpy(search->best->steps, search->steps, sizeof(search->steps));
}

/* Ways of exactly `left` more steps; what lies in between is to be small. */
static void go_on(struct search *search, enum convert_kind here, unsigned done, unsigned left,
	size_t weight_so_far)
{
	for (size_t i = 0; left > 1 && i < n_convert_steps; i++) {
		const struct convert_step *step = &convert_steps[i];

		if (step->from != here || !serves(step, search->is_601) ||
			step->flags & STEP_WHOLE || loses(search->from, step->to, search->to) ||
			(search->with_alpha && !has_room_for_alpha(step->to)))
			continue;
		search->steps[done] = step;
		go_on(search, step->to, done + 1, left - 1, weight_so_far + weight(step->to));
	}
	if (left != 1)
		return;
	search->steps[done] = one_step(here, search->to, search->is_601);
	if (search->steps[done] && !(done && search->steps[done]->flags & STEP_WHOLE))
		arrive(search, done + 1, weight_so_far);
}

/* As few steps as can be. */
static void find_steps(struct search *search)
{
	for (unsigned n = 1; n <= CONVERT_MAX_STEPS && !search->best->n_steps; n++)
		go_on(search, search->from, 0, n, 0);
}

bool convert_path_find(
	const struct weir_video *video, const struct weir_format *to, struct convert_path *out)
{
	struct convert_path path = {
		.from = convert_shape_of(video->format),
		.to = convert_shape_of(to),
	};
	struct search search;

	if (!path.from || !path.to || !convert_path_knows_range(video, to))
		return false;
	search = (struct search){
		.from = path.from->kind,
		.to = path.to->kind,
		.is_601 = convert_matrix_of(video) == WEIR_MATRIX_601 &&
			  !convert_is_full_range(video),
		.with_alpha = video->format->flags & to->flags & WEIR_FORMAT_ALPHA,
		.best_weight = SIZE_MAX,
		.best = &path,
	};
	find_steps(&search);
	if (!path.n_steps)
		return false;
	path.opaque = to->flags & WEIR_FORMAT_ALPHA && video->format->flags & WEIR_FORMAT_RGB &&
		      !(video->format->flags & WEIR_FORMAT_ALPHA);
	*out = path;
	return true;
}

void convert_path_list(const struct weir_video *video, char *text, size_t size)
{
	struct convert_path path;
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n_convert_shapes && used < size; i++) {
		const struct weir_format *to = weir_format_by_name(convert_shapes[i].name);

		if (to != video->format && convert_path_find(video, to, &path))
			used += (size_t)snprintf(
				text + used, size - used, "%s%s", used ? ", " : "", to->name);
	}
}
