/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "pipeline/planner_picture.h"

/* Which pictures the source could deliver, and what each costs. */

/* ---- what a picture costs ---- */

/* The least that it costs in any memory that the source takes. */
static uint64_t least_cost(const struct weir_pipeline *pipeline, const struct weir_video *at_sinks,
	bool converts, char *why, size_t size)
{
	const struct weir_plan_draft *plan = &pipeline->plan;
	uint64_t least = WEIR_REFUSED;
	char text[WEIR_PLAN_WHY];

	snprintf(why, size, "no memory serves");
	for (size_t i = 0; i < plan->n_kinds; i++) {
		const struct weir_kind_weight *weight = &plan->kinds[i];
		uint64_t cost;

		if (!weight->tried || !weir_planner_may_use(pipeline, weight))
			continue;
		cost = weir_planner_cost_in(
			pipeline, weight, at_sinks, converts, text, sizeof(text));
		if (cost < least)
			least = cost;
		if (cost == WEIR_REFUSED)
			snprintf(why, size, "%s", text);
	}
	return least;
}

/* Sinks that want another stride, though they take this one. */
static unsigned count_wishes(
	const struct weir_pipeline *pipeline, const struct weir_video *at_sinks)
{
	unsigned wishes = 0;

	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		struct weir_sink *sink = pipeline->sinks[i];
		uint32_t stride = 0;

		if (sink->impl->stride && weir_planner_is_asked(pipeline, i) &&
			!(at_sinks->format->flags & WEIR_FORMAT_COMPRESSED))
			stride = sink->impl->stride(sink, at_sinks);
		wishes += stride && stride != at_sinks->stride;
	}
	return wishes;
}

static void weigh(struct weir_pipeline *pipeline, struct weir_picture *picture)
{
	struct weir_video at_sinks = picture->video;
	char why[WEIR_PLAN_WHY];
	uint64_t converted;
	bool converts;

	picture->cost = WEIR_REFUSED;
	if (!weir_planner_pass_stages(
		    pipeline, &at_sinks, &converted, &converts, why, sizeof(why))) {
		picture->cost = least_cost(pipeline, &at_sinks, converts, why, sizeof(why));
		if (picture->cost != WEIR_REFUSED) {
			picture->cost += converted;
			picture->wishes = count_wishes(pipeline, &at_sinks);
		}
	}
	if (picture->cost == WEIR_REFUSED)
		picture->why = weir_plan_text(&pipeline->plan, "%s", why);
}

/* ---- which pictures there are ---- */

static bool is_known(const struct weir_picture_choice *choice, const struct weir_video *video)
{
	for (size_t i = 0; i < choice->n; i++)
		if (weir_is_same_picture(&choice->picture[i].video, video))
			return true;
	return false;
}

static struct weir_picture *add(struct weir_picture_choice *choice, const struct weir_video *video)
{
	struct weir_source *source = choice->pipeline->source;
	struct weir_picture *picture = &choice->picture[choice->n];
	struct weir_video would = *video;
	char why[WEIR_PLAN_WHY] = "";

	if (choice->n == WEIR_MAX_PICTURES)
		return NULL;
	memset(picture, 0, sizeof(*picture));
	picture->comes = !source->impl->try_video(source, &would, why, sizeof(why));
	picture->video = picture->comes ? would : *video;
	if (is_known(choice, &picture->video))
		return NULL;
	picture->loss = weir_planner_loss(choice->picture[0].video.format, video->format);
	picture->cost = WEIR_REFUSED;
	picture->why = weir_plan_text(&choice->pipeline->plan, "%s", why);
	choice->n++;
	if (picture->comes)
		weigh(choice->pipeline, picture);
	return picture;
}

/* The same with lines as far apart as sinks want them; what suits one of them, also as the next one
 * would have it. */
static void add_strides(struct weir_picture_choice *choice, size_t first)
{
	const struct weir_pipeline *pipeline = choice->pipeline;

	if (pipeline->source->wanted.stride)
		return;
	for (size_t at = first; at < choice->n; at++)
		for (size_t i = 0; i < pipeline->n_sinks; i++) {
			struct weir_sink *sink = pipeline->sinks[i];
			struct weir_video video = choice->picture[at].video;
			struct weir_picture *picture = NULL;

			if (!sink->impl->stride || !weir_planner_is_asked(pipeline, i) ||
				!choice->picture[at].comes ||
				video.format->flags & WEIR_FORMAT_COMPRESSED)
				continue;
			video.stride = sink->impl->stride(sink, &video);
			if (video.stride && !is_known(choice, &video))
				picture = add(choice, &video);
			if (picture)
				picture->respaced = true;
		}
}

/* How fast it comes at its size, if that is less than what the source delivers by itself. */
static void note_speed(struct weir_picture_choice *choice, struct weir_picture *picture,
	const struct weir_source_format *format)
{
	const struct weir_video *video = &picture->video;
	struct weir_rate own = choice->picture[0].video.rate;

	for (size_t i = 0; i < format->n_sizes; i++) {
		const struct weir_source_size *size = &format->sizes[i];
		struct weir_rate fastest = size->fastest;

		if (video->width < size->min_width || video->width > size->max_width ||
			video->height < size->min_height || video->height > size->max_height)
			continue;
		if (!fastest.num ||
			(uint64_t)fastest.num * own.den >= (uint64_t)own.num * fastest.den)
			return; /* of several, one that is fast enough will do */
		picture->fastest = fastest;
	}
	if (picture->fastest.num)
		picture->loss |= WEIR_LOSS_SPEED;
}

static void add_formats(struct weir_picture_choice *choice)
{
	struct weir_source *source = choice->pipeline->source;
	const struct weir_source_info *info;

	if (source->wanted.format || weir_source_describe(source, &info))
		return;
	for (size_t i = 0; i < info->n_formats; i++) {
		struct weir_video video = choice->picture[0].video;
		size_t before = choice->n;

		video.format = info->formats[i].format;
		video.stride = source->wanted.stride;
		if (video.format == choice->picture[0].video.format)
			continue;
		if (add(choice, &video))
			note_speed(choice, &choice->picture[before], &info->formats[i]);
		add_strides(choice, before);
		for (size_t at = before + 1; at < choice->n; at++)
			note_speed(choice, &choice->picture[at], &info->formats[i]);
	}
}

void weir_pictures_begin(struct weir_picture_choice *choice, const struct weir_video *own)
{
	choice->n = 1;
	memset(&choice->picture[0], 0, sizeof(choice->picture[0]));
	choice->picture[0].video = *own;
	choice->picture[0].comes = true;
	weigh(choice->pipeline, &choice->picture[0]);
}

void weir_pictures_space(struct weir_picture_choice *choice)
{
	add_strides(choice, 0);
}

void weir_pictures_find(struct weir_picture_choice *choice)
{
	add_strides(choice, 0);
	add_formats(choice);
}
