/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "core/checked.h"
#include "core/log.h"
#include "pipeline/planner.h"

/* Which picture the source is to deliver. What it delivers by itself is kept unless somebody
 * refuses it, or copies it where another format or stride of the same content would spare that. */

#define MAX_PICTURES 128

struct picture {
	struct weir_video video;  /* from the source */
	bool comes;               /* the source would deliver it */
	bool respaced;            /* differs from one before in its stride alone */
	unsigned loss;            /* of content, against what the source delivers by itself */
	struct weir_rate fastest; /* if it loses speed */
	uint64_t cost;            /* bytes copied of each frame; WEIR_REFUSED */
	const char *why;          /* it is refused */
};

struct choice {
	struct weir_pipeline *pipeline;
	size_t n;
	struct picture picture[MAX_PICTURES]; /* the first is what the source delivers by itself */
};

/* ---- the source's own mind ---- */

static bool is_same(const struct weir_video *a, const struct weir_video *b)
{
	return a->format == b->format && a->width == b->width && a->height == b->height &&
	       a->stride == b->stride;
}

bool weir_planner_was_brought(const struct weir_pipeline *pipeline)
{
	return is_same(&pipeline->source->video, &pipeline->given_video);
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
	int err = is_same(video, &source->video) ? 0 : source->impl->set_video(source, video);

	if (!err && !is_same(&own, &source->video)) {
		pipeline->own_video = own;
		pipeline->given_video = source->video;
	}
	return err;
}

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

static void weigh(struct weir_pipeline *pipeline, struct picture *picture)
{
	struct weir_video at_sinks = picture->video;
	char why[WEIR_PLAN_WHY];
	uint64_t converted;
	bool converts;

	picture->cost = WEIR_REFUSED;
	if (!weir_planner_pass_stages(
		    pipeline, &at_sinks, &converted, &converts, why, sizeof(why))) {
		picture->cost = least_cost(pipeline, &at_sinks, converts, why, sizeof(why));
		if (picture->cost != WEIR_REFUSED)
			picture->cost += converted;
	}
	if (picture->cost == WEIR_REFUSED)
		picture->why = weir_plan_text(&pipeline->plan, "%s", why);
}

static bool is_free(const struct picture *picture)
{
	return !picture->cost && picture->loss < WEIR_LOSS_SPEED;
}

/* Content goes before copies, unless these are forbidden. */
static bool is_better(
	const struct weir_pipeline *pipeline, const struct picture *a, const struct picture *b)
{
	if (a->cost == WEIR_REFUSED || b->cost == WEIR_REFUSED)
		return a->cost != WEIR_REFUSED && b->cost == WEIR_REFUSED;
	if (pipeline->settings.require_zero_copy && is_free(a) != is_free(b))
		return is_free(a);
	return a->loss != b->loss ? a->loss < b->loss : a->cost < b->cost;
}

/* ---- which pictures there are ---- */

static bool is_known(const struct choice *choice, const struct weir_video *video)
{
	for (size_t i = 0; i < choice->n; i++)
		if (is_same(&choice->picture[i].video, video))
			return true;
	return false;
}

static struct picture *add(struct choice *choice, const struct weir_video *video)
{
	struct weir_source *source = choice->pipeline->source;
	struct picture *picture = &choice->picture[choice->n];
	struct weir_video would = *video;
	char why[WEIR_PLAN_WHY] = "";

	if (choice->n == MAX_PICTURES)
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
static void add_strides(struct choice *choice, size_t first)
{
	const struct weir_pipeline *pipeline = choice->pipeline;

	if (pipeline->source->wanted.stride)
		return;
	for (size_t at = first; at < choice->n; at++)
		for (size_t i = 0; i < pipeline->n_sinks; i++) {
			struct weir_sink *sink = pipeline->sinks[i];
			struct weir_video video = choice->picture[at].video;
			struct picture *picture = NULL;

			if (!sink->impl->stride || !choice->picture[at].comes ||
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
static void note_speed(
	struct choice *choice, struct picture *picture, const struct weir_source_format *format)
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

static void add_formats(struct choice *choice)
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

/* ---- telling ---- */

/* Another stride of what is refused anyway is not worth a line. */
static bool is_worth_telling(const struct choice *choice, const struct picture *picture)
{
	if (picture->respaced && picture->cost == WEIR_REFUSED)
		for (size_t i = 0; i < choice->n; i++)
			if (choice->picture[i].video.format == picture->video.format &&
				!choice->picture[i].respaced)
				return choice->picture[i].cost != WEIR_REFUSED;
	return true;
}

static bool has_siblings(const struct choice *choice, const struct picture *picture)
{
	for (size_t i = 0; i < choice->n; i++)
		if (&choice->picture[i] != picture &&
			choice->picture[i].video.format == picture->video.format &&
			is_worth_telling(choice, &choice->picture[i]))
			return true;
	return false;
}

static const char *describe(const struct choice *choice, const struct picture *picture)
{
	const struct weir_video *video = &picture->video;

	if (!video->stride || !has_siblings(choice, picture))
		return video->format->name;
	return weir_plan_text(&choice->pipeline->plan, "%s at %" PRIu32 " bytes a line",
		video->format->name, video->stride);
}

static const char *tell_loss(struct weir_plan_draft *plan, const struct picture *picture)
{
	if (picture->loss & WEIR_LOSS_SPEED)
		return weir_plan_text(plan, "comes at %.4g fps at most",
			(double)picture->fastest.num / picture->fastest.den);
	if (picture->loss & WEIR_LOSS_COMPRESSION)
		return "is compressed";
	if (picture->loss & WEIR_LOSS_COLOUR)
		return "has no colours";
	if (picture->loss & WEIR_LOSS_COARSE)
		return "has fewer colours";
	return picture->loss & WEIR_LOSS_DETAIL ? "has less detail" : "is converted by the source";
}

static const char *compare(
	struct weir_plan_draft *plan, const struct picture *other, unsigned loss, uint64_t cost)
{
	if (other->cost == WEIR_REFUSED)
		return other->why;
	if (other->loss > loss && other->cost < cost)
		return weir_plan_text(plan, "spares %" PRIu64 " bytes a frame, but %s",
			cost - other->cost, tell_loss(plan, other));
	if (other->loss > loss)
		return tell_loss(plan, other);
	if (other->cost > cost)
		return weir_plan_text(
			plan, "costs %" PRIu64 " bytes a frame more", other->cost - cost);
	return "no better";
}

static void tell(const struct choice *choice, const struct picture *chosen, const char *why,
	unsigned loss, uint64_t cost)
{
	struct weir_plan_draft *plan = &choice->pipeline->plan;

	weir_plan_add_choice(plan, "format", describe(choice, chosen), true, why);
	for (size_t i = 0; i < choice->n; i++)
		if (&choice->picture[i] != chosen && is_worth_telling(choice, &choice->picture[i]))
			weir_plan_add_choice(plan, "format", describe(choice, &choice->picture[i]),
				false, compare(plan, &choice->picture[i], loss, cost));
}

static const char *tell_why(const struct choice *choice, const struct picture *chosen)
{
	struct weir_plan_draft *plan = &choice->pipeline->plan;
	const struct picture *own = choice->picture;

	if (chosen == own)
		return "what the source delivers by itself";
	if (own->cost != WEIR_REFUSED)
		return weir_plan_text(
			plan, "spares %" PRIu64 " bytes a frame", own->cost - chosen->cost);
	if (chosen->loss < WEIR_LOSS_COARSE)
		return weir_plan_text(plan, "in place of %s", describe(choice, own));
	return weir_plan_text(
		plan, "in place of %s; %s", describe(choice, own), tell_loss(plan, chosen));
}

/* ---- choosing ---- */

static const struct picture *best(const struct choice *choice)
{
	const struct picture *found = choice->picture;

	for (size_t i = 1; i < choice->n; i++)
		if (is_better(choice->pipeline, &choice->picture[i], found))
			found = &choice->picture[i];
	return found;
}

static int take(struct choice *choice, const struct picture *chosen)
{
	struct weir_pipeline *pipeline = choice->pipeline;
	bool stale = weir_planner_was_brought(pipeline) ||
		     !is_same(&chosen->video, &pipeline->source->video);
	int err;

	if (choice->n > 1)
		tell(choice, chosen, tell_why(choice, chosen), chosen->loss, chosen->cost);
	err = bring_to(pipeline, &chosen->video);
	return err || !stale ? err : weir_planner_weigh_memory(pipeline, false);
}

static bool find_conversion(
	const struct choice *choice, unsigned limit, struct weir_conversion *out)
{
	struct weir_candidate candidates[MAX_PICTURES];

	for (size_t i = 0; i < choice->n; i++) {
		const struct picture *picture = &choice->picture[i];

		candidates[i].video = picture->comes && !picture->respaced ? &picture->video : NULL;
		candidates[i].loss = picture->loss;
	}
	return weir_planner_find_conversion(choice->pipeline, candidates, choice->n, limit, out);
}

/* Of what serves, something worse would have come: it is told of further down. */
static const char *tell_conversion(
	const struct choice *choice, const struct weir_conversion *conversion)
{
	const struct picture *from = &choice->picture[conversion->from];
	bool two = conversion->n_stages > 1;

	return weir_plan_text(&choice->pipeline->plan, "%s%s%s follow%s: %s", conversion->texts[0],
		two ? " and " : "", two ? conversion->texts[1] : "", two ? "" : "s",
		from->cost == WEIR_REFUSED ? from->why : "better than what comes");
}

static int convert(struct choice *choice, const struct weir_conversion *conversion)
{
	struct weir_pipeline *pipeline = choice->pipeline;
	const struct picture *from = &choice->picture[conversion->from];
	int err;

	tell(choice, from, tell_conversion(choice, conversion), conversion->loss, conversion->cost);
	err = bring_to(pipeline, &from->video);
	if (!err)
		err = weir_planner_add_conversion(pipeline, conversion);
	return err ? err : weir_planner_weigh_memory(pipeline, false);
}

/* None is to be had: as it was. */
static int give_up(struct choice *choice)
{
	int err = bring_to(choice->pipeline, &choice->picture[0].video);

	if (!err)
		err = weir_planner_weigh_memory(choice->pipeline, false);
	return err ? err : weir_planner_refuse(choice->pipeline);
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
	struct choice choice = { .pipeline = pipeline, .n = 1 };
	struct weir_conversion conversion;
	const struct picture *chosen;

	choice.picture[0].video = *own_video(pipeline);
	choice.picture[0].comes = true;
	weigh(pipeline, &choice.picture[0]);
	if (!has_memory(pipeline))
		return 0;
	if (choice.picture[0].cost && pipeline->source->impl->try_video) {
		add_strides(&choice, 0);
		add_formats(&choice);
	}
	chosen = best(&choice);
	/* A loss that people see is worth a conversion, if there may be one. */
	if (chosen->cost != WEIR_REFUSED)
		limit = pipeline->settings.require_zero_copy ? 0 : chosen->loss;
	if (limit >= WEIR_LOSS_COARSE && find_conversion(&choice, limit, &conversion))
		return convert(&choice, &conversion);
	if (chosen->cost != WEIR_REFUSED)
		return take(&choice, chosen);
	return give_up(&choice);
}
