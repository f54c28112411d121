/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>

#include "pipeline/planner_picture.h"

/* Which picture the source is to deliver. What it delivers by itself is kept unless somebody
 * refuses it, or copies it where another format or stride of the same content would spare that, or
 * has less work with another stride. */

/* ---- the source's own mind ---- */

bool weir_planner_was_brought(const struct weir_pipeline *pipeline)
{
	return weir_is_same_picture(&pipeline->source->video, &pipeline->given_video);
}

/* A plan is made as if none had been made before. */
static const struct weir_video *own_video(const struct weir_pipeline *pipeline)
{
	const struct weir_video *now = &pipeline->source->video;

	return weir_planner_was_brought(pipeline) ? &pipeline->own_video : now;
}

static int bring_to(struct weir_pipeline *pipeline, const struct weir_video *video)
{
	struct weir_source *source = pipeline->source;
	struct weir_video own = *own_video(pipeline);
	int err = weir_is_same_picture(video, &source->video)
			  ? 0
			  : source->impl->set_video(source, video);

	if (!err && !weir_is_same_picture(&own, &source->video)) {
		pipeline->own_video = own;
		pipeline->given_video = source->video;
	}
	return err;
}

/* ---- choosing ---- */

static bool is_free(const struct weir_picture *picture)
{
	return !picture->cost && picture->loss < WEIR_LOSS_SPEED;
}

/* Content goes before copies, unless these are forbidden. */
static bool is_better(const struct weir_pipeline *pipeline, const struct weir_picture *a,
	const struct weir_picture *b)
{
	if (a->cost == WEIR_REFUSED || b->cost == WEIR_REFUSED)
		return a->cost != WEIR_REFUSED && b->cost == WEIR_REFUSED;
	if (pipeline->settings.require_zero_copy && is_free(a) != is_free(b))
		return is_free(a);
	if (a->loss != b->loss)
		return a->loss < b->loss;
	return a->cost != b->cost ? a->cost < b->cost : a->wishes < b->wishes;
}

static const struct weir_picture *best(const struct weir_picture_choice *choice)
{
	const struct weir_picture *found = choice->picture;

	for (size_t i = 1; i < choice->n; i++)
		if (is_better(choice->pipeline, &choice->picture[i], found))
			found = &choice->picture[i];
	return found;
}

static int take(struct weir_picture_choice *choice, const struct weir_picture *chosen)
{
	struct weir_pipeline *pipeline = choice->pipeline;
	bool stale = weir_planner_was_brought(pipeline) ||
		     !weir_is_same_picture(&chosen->video, &pipeline->source->video);
	int err;

	weir_pictures_tell(choice, chosen);
	err = bring_to(pipeline, &chosen->video);
	return err || !stale ? err : weir_planner_weigh_memory(pipeline, false);
}

static bool find_conversion(const struct weir_picture_choice *choice, unsigned limit,
	struct weir_conversion *out, uint32_t *unserved)
{
	struct weir_candidate candidates[WEIR_MAX_PICTURES];

	for (size_t i = 0; i < choice->n; i++) {
		const struct weir_picture *picture = &choice->picture[i];

		candidates[i].video = picture->comes && !picture->respaced ? &picture->video : NULL;
		candidates[i].loss = picture->loss;
	}
	return weir_planner_find_conversion(
		choice->pipeline, candidates, choice->n, limit, out, unserved);
}

/* The same picture, with its lines as far apart as those want them who get it as it is. */
static int space_lines(struct weir_pipeline *pipeline)
{
	struct weir_picture_choice choice = { .pipeline = pipeline };
	const struct weir_picture *chosen;

	weir_pictures_begin(&choice, &pipeline->source->video);
	if ((choice.picture[0].cost || choice.picture[0].wishes) &&
		pipeline->source->impl->try_video)
		weir_pictures_space(&choice);
	chosen = best(&choice);
	if (chosen->cost == WEIR_REFUSED || chosen == choice.picture)
		return 0;
	weir_pictures_tell(&choice, chosen);
	return bring_to(pipeline, &chosen->video);
}

static int convert(struct weir_picture_choice *choice, const struct weir_conversion *conversion)
{
	struct weir_pipeline *pipeline = choice->pipeline;
	const struct weir_picture *from = &choice->picture[conversion->from];
	int err;

	weir_pictures_tell_conversion(choice, conversion);
	err = bring_to(pipeline, &from->video);
	if (!err)
		err = weir_planner_add_conversion(pipeline, conversion);
	if (!err)
		err = weir_planner_weigh_memory(pipeline, false);
	if (!err)
		err = space_lines(pipeline);
	return err ? err : weir_planner_weigh_memory(pipeline, false);
}

/* None is to be had: as it was, and in the middle of a run without whoever refuses. */
static int give_up(struct weir_picture_choice *choice, uint32_t unserved)
{
	struct weir_pipeline *pipeline = choice->pipeline;
	int err = bring_to(pipeline, &choice->picture[0].video);

	if (!err)
		err = weir_planner_weigh_memory(pipeline, false);
	if (!err)
		err = weir_planner_refuse(pipeline, unserved);
	if (err != 1)
		return err;
	weir_planner_begin_branches(pipeline);
	err = weir_planner_weigh_memory(pipeline, false);
	return err ? err : weir_planner_choose_picture(pipeline);
}

static bool has_memory(const struct weir_pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->plan.n_kinds; i++)
		if (weir_planner_may_use(pipeline, &pipeline->plan.kinds[i]))
			return true;
	return false;
}

int weir_planner_choose_picture(struct weir_pipeline *pipeline)
{
	unsigned limit = UINT_MAX;
	struct weir_picture_choice choice = { .pipeline = pipeline };
	struct weir_conversion conversion;
	const struct weir_picture *chosen;
	uint32_t unserved = 0;

	weir_pictures_begin(&choice, own_video(pipeline));
	if (!has_memory(pipeline))
		return 0;
	if ((choice.picture[0].cost || choice.picture[0].wishes) &&
		pipeline->source->impl->try_video)
		weir_pictures_find(&choice);
	chosen = best(&choice);
	/* A loss that people see is worth a conversion, if there may be one. */
	if (chosen->cost != WEIR_REFUSED)
		limit = pipeline->settings.require_zero_copy ? 0 : chosen->loss;
	if (limit >= WEIR_LOSS_COARSE && find_conversion(&choice, limit, &conversion, &unserved))
		return convert(&choice, &conversion);
	if (chosen->cost != WEIR_REFUSED)
		return take(&choice, chosen);
	return give_up(&choice, unserved);
}
