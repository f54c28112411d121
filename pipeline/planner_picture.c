/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/checked.h"
#include "core/log.h"
#include "pipeline/planner.h"

/* Which picture the source is to deliver. What it delivers already is kept unless somebody refuses
 * it, or copies it where another format or stride of the same content would spare that. */

#define MAX_PICTURES 64

struct picture {
	struct weir_video video; /* from the source */
	unsigned loss;           /* of content, against what the source delivers now */
	uint64_t cost;           /* bytes copied of each frame; WEIR_REFUSED */
	char why[WEIR_PLAN_WHY]; /* it is refused */
};

struct choice {
	struct weir_pipeline *pipeline;
	size_t n;
	struct picture picture[MAX_PICTURES]; /* the first is what the source delivers now */
};

/* ---- what a picture costs ---- */

static unsigned bits_a_pixel(const struct weir_format *format)
{
	unsigned bits = 0;

	for (unsigned i = 0; i < format->n_planes; i++)
		bits += format->plane[i].block_bytes * 8u /
			(format->plane[i].block_width * format->plane[i].block_height);
	return bits;
}

/* 0: it holds the same. A camera that converts into the other family of colours loses a little,
 * fewer bits lose more, and compression most. */
static unsigned loss(const struct weir_format *from, const struct weir_format *to)
{
	const uint32_t family = WEIR_FORMAT_YUV | WEIR_FORMAT_RGB | WEIR_FORMAT_BAYER;

	if (from == to)
		return 0;
	if (to->flags & WEIR_FORMAT_COMPRESSED)
		return 4;
	if (from->flags & WEIR_FORMAT_COMPRESSED)
		return 1;
	return (bits_a_pixel(to) < bits_a_pixel(from) ? 2 : 0) +
	       ((from->flags & family) != (to->flags & family) ? 1 : 0);
}

/* The least that it costs in any memory that the source takes. */
static void weigh(const struct weir_pipeline *pipeline, struct picture *picture)
{
	const struct weir_plan_draft *plan = &pipeline->plan;
	struct weir_video at_sinks = picture->video;
	uint64_t converted, least = WEIR_REFUSED;
	bool converts;

	picture->cost = WEIR_REFUSED;
	if (weir_planner_pass_stages(
		    pipeline, &at_sinks, &converted, &converts, picture->why, sizeof(picture->why)))
		return;
	for (size_t i = 0; i < plan->n_kinds; i++) {
		const struct weir_kind_weight *weight = &plan->kinds[i];
		uint64_t cost;

		if (!weight->tried || !weir_planner_may_use(pipeline, weight))
			continue;
		cost = weir_planner_cost_in(
			pipeline, weight, &at_sinks, converts, picture->why, sizeof(picture->why));
		if (cost < least)
			least = cost;
	}
	if (least != WEIR_REFUSED)
		picture->cost = converted + least;
}

static bool is_better(const struct picture *a, const struct picture *b)
{
	if (a->cost == WEIR_REFUSED || b->cost == WEIR_REFUSED)
		return a->cost != WEIR_REFUSED && b->cost == WEIR_REFUSED;
	return a->loss != b->loss ? a->loss < b->loss : a->cost < b->cost;
}

/* ---- which pictures there are ---- */

static void add(struct choice *choice, const struct weir_video *video)
{
	struct weir_source *source = choice->pipeline->source;
	struct picture *picture = &choice->picture[choice->n];

	if (choice->n == MAX_PICTURES)
		return;
	memset(picture, 0, sizeof(*picture));
	picture->video = *video;
	picture->loss = loss(choice->picture[0].video.format, video->format);
	picture->cost = WEIR_REFUSED;
	choice->n++;
	if (!source->impl->try_video(source, &picture->video, picture->why, sizeof(picture->why)))
		weigh(choice->pipeline, picture);
}

/* The same with lines as far apart as a sink wants them, where no other sink is the worse for it.
 */
static void add_strides(struct choice *choice, struct weir_video video)
{
	const struct weir_pipeline *pipeline = choice->pipeline;
	uint32_t now = video.stride;

	if (pipeline->source->wanted.stride)
		return;
	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		struct weir_sink *sink = pipeline->sinks[i];

		video.stride = sink->impl->stride ? sink->impl->stride(sink, &video) : 0;
		if (video.stride && video.stride != now)
			add(choice, &video);
	}
}

static void add_formats(struct choice *choice)
{
	struct weir_source *source = choice->pipeline->source;
	const struct weir_source_info *info;

	if (source->wanted.format || weir_source_describe(source, &info))
		return;
	for (size_t i = 0; i < info->n_formats; i++) {
		struct weir_video video = source->video;
		size_t before = choice->n;

		video.format = info->formats[i].format;
		video.stride = source->wanted.stride;
		if (video.format == source->video.format)
			continue;
		add(choice, &video);
		if (choice->n > before)
			add_strides(choice, choice->picture[before].video);
	}
}

/* ---- choosing ---- */

static const char *describe(struct weir_plan_draft *plan, const struct picture *picture)
{
	const struct weir_video *video = &picture->video;
	size_t line = weir_format_line_bytes(video->format, 0, video->width);

	if (!video->stride || video->stride == line)
		return video->format->name;
	return weir_plan_text(
		plan, "%s, %" PRIu32 " bytes a line", video->format->name, video->stride);
}

static const char *compare(
	struct weir_plan_draft *plan, const struct picture *other, const struct picture *chosen)
{
	if (other->cost == WEIR_REFUSED)
		return weir_plan_text(plan, "%s", other->why);
	if (other->cost > chosen->cost)
		return weir_plan_text(
			plan, "costs %" PRIu64 " bytes a frame more", other->cost - chosen->cost);
	if (other->loss > chosen->loss)
		return "holds less of the picture";
	return "not needed";
}

static void explain(const struct choice *choice, const struct picture *chosen)
{
	struct weir_plan_draft *plan = &choice->pipeline->plan;
	const struct picture *now = choice->picture;
	const char *why = "what the source delivers by itself";

	if (chosen != now && now->cost == WEIR_REFUSED)
		why = weir_plan_text(plan, "in place of %s: %s", describe(plan, now), now->why);
	else if (chosen != now)
		why = weir_plan_text(
			plan, "spares %" PRIu64 " bytes a frame", now->cost - chosen->cost);
	weir_plan_add_choice(plan, "format", describe(plan, chosen), true, why);
	for (size_t i = 0; i < choice->n; i++)
		if (&choice->picture[i] != chosen)
			weir_plan_add_choice(plan, "format", describe(plan, &choice->picture[i]),
				false, compare(plan, &choice->picture[i], chosen));
}

/* One that serves stays, unless another holds the same content and spares every copy. */
static const struct picture *best(const struct choice *choice)
{
	const struct picture *found = choice->picture;

	for (size_t i = 1; i < choice->n; i++) {
		const struct picture *other = &choice->picture[i];

		if (found == choice->picture && found->cost != WEIR_REFUSED &&
			(other->loss || other->cost))
			continue;
		if (is_better(other, found))
			found = other;
	}
	return found;
}

static int take(struct choice *choice, const struct picture *chosen)
{
	struct weir_pipeline *pipeline = choice->pipeline;
	struct weir_source *source = pipeline->source;
	int err;

	explain(choice, chosen);
	if (chosen == choice->picture)
		return 0;
	err = source->impl->set_video(source, &chosen->video);
	return err ? err : weir_planner_weigh_memory(pipeline);
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
	struct choice choice = { .pipeline = pipeline, .n = 1 };
	const struct picture *chosen;

	choice.picture[0].video = pipeline->source->video;
	weigh(pipeline, &choice.picture[0]);
	if (!choice.picture[0].cost || !has_memory(pipeline))
		return 0;
	if (pipeline->source->impl->try_video) {
		add_strides(&choice, pipeline->source->video);
		add_formats(&choice);
	}
	chosen = best(&choice);
	if (chosen->cost != WEIR_REFUSED)
		return choice.n > 1 ? take(&choice, chosen) : 0;
	return weir_planner_add_conversion(pipeline);
}
