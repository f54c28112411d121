/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "pipeline/planner.h"

/* Where nothing that the source delivers suits every sink: branches, with stages that convert for
 * those whom it does not suit. */

void weir_planner_drop_stages(struct weir_pipeline *pipeline, size_t n)
{
	for (; pipeline->n_stages > n; pipeline->n_own_stages--)
		weir_stage_close(&pipeline->stages[--pipeline->n_stages]);
}

#define MAX_FORMATS 128

/* ---- one way ---- */

static int add_stages(
	struct weir_pipeline *pipeline, const struct weir_way *way, const struct weir_log *log)
{
	size_t before = pipeline->n_stages;
	int err = 0;

	for (unsigned i = 0; i < way->n_stages && !err; i++) {
		struct weir_stage *stage = NULL;

		err = weir_stage_open(way->texts[i], log, &stage);
		if (!err)
			err = weir_pipeline_add_stage_now(pipeline, stage);
		if (!err)
			pipeline->n_own_stages++;
	}
	if (err)
		weir_planner_drop_stages(pipeline, before);
	return err;
}

/* What it costs those who are asked, written and copied; *video comes to the first stage. */
static uint64_t cost_of(struct weir_pipeline *pipeline, struct weir_video video)
{
	uint64_t converted, copied = WEIR_REFUSED;
	char why[WEIR_PLAN_WHY];
	struct weir_made made;
	bool converts;

	if (!weir_planner_pass_stages(pipeline, &video, &converted, &converts, why, sizeof(why)))
		copied = weir_planner_weigh_made(pipeline, &video, &made, why, sizeof(why));
	return copied == WEIR_REFUSED ? copied : converted + copied;
}

/* Sets which of `sinks` take what comes out of it, together, and what it costs. */
static void try_way(struct weir_pipeline *pipeline, const struct weir_video *video, uint32_t sinks,
	struct weir_way *way)
{
	const struct weir_log silent = { .level = WEIR_LOG_SILENT };
	struct weir_branch branch = { .first = pipeline->n_stages };
	const struct weir_branch before = pipeline->plan.asked;

	if (add_stages(pipeline, way, &silent))
		return;
	branch.end = pipeline->n_stages;
	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		uint64_t cost;

		branch.sinks = way->sinks | 1u << i;
		if (!(sinks & 1u << i))
			continue;
		weir_planner_ask(pipeline, branch);
		cost = cost_of(pipeline, *video);
		if (cost == WEIR_REFUSED)
			continue;
		way->sinks = branch.sinks;
		way->cost = cost;
	}
	weir_planner_ask(pipeline, before);
	weir_planner_drop_stages(pipeline, branch.first);
}

/* ---- the best way for some of those who are left ---- */

struct way_search {
	struct weir_pipeline *pipeline;
	const struct weir_video *comes; /* at the end of the trunk */
	struct weir_way best;           /* no sinks: none yet */
};

static unsigned count(uint32_t sinks)
{
	return (unsigned)__builtin_popcount(sinks);
}

/* What people see goes first; then it is one conversion for many. */
static bool is_better(const struct weir_way *way, const struct weir_way *best)
{
	unsigned seen = way->loss / WEIR_LOSS_COARSE, least = best->loss / WEIR_LOSS_COARSE;

	if (!way->sinks || !best->sinks)
		return way->sinks;
	if (seen != least)
		return seen < least;
	if (count(way->sinks) != count(best->sinks))
		return count(way->sinks) > count(best->sinks);
	return way->loss != best->loss ? way->loss < best->loss : way->cost < best->cost;
}

static void consider(struct way_search *search, uint32_t takers, struct weir_way *way)
{
	try_way(search->pipeline, search->comes, takers, way);
	if (is_better(way, &search->best))
		search->best = *way;
}

/* From what comes to the end of the trunk, straight or, for images, through what they are decoded
 * to. */
static void try_format(struct way_search *search, const struct weir_format *format, uint32_t takers)
{
	const struct weir_format *comes = search->comes->format;
	struct weir_way way = { .n_stages = 1 }, longer;
	size_t size = sizeof(way.texts[0]);

	if (format == comes)
		return;
	way.loss = weir_planner_loss(comes, format);
	longer = way;
	if (format->flags & WEIR_FORMAT_COMPRESSED)
		snprintf(way.texts[0], size, "jpeg");
	else if (comes->flags & WEIR_FORMAT_COMPRESSED)
		snprintf(way.texts[0], size, "jpeg=%s", format->name);
	else
		snprintf(way.texts[0], size, "convert=%s", format->name);
	consider(search, takers, &way);
	if (!(comes->flags & WEIR_FORMAT_COMPRESSED) || format->flags & WEIR_FORMAT_COMPRESSED)
		return;
	longer.n_stages = 2;
	snprintf(longer.texts[0], size, "jpeg");
	snprintf(longer.texts[1], size, "convert=%s", format->name);
	consider(search, takers, &longer);
}

/* Of a stage that is not there yet: what comes before it does not matter. */
static bool would_be_taken(
	struct weir_pipeline *pipeline, size_t who, const struct weir_video *video)
{
	const struct weir_branch before =
		weir_planner_ask(pipeline, (struct weir_branch){ .sinks = 1u << who });
	struct weir_video spaced = *video;
	struct weir_made made;
	char why[WEIR_PLAN_WHY];
	uint64_t cost;

	if (spaced.stride)
		spaced.stride = weir_planner_wish(pipeline, spaced);
	cost = weir_planner_weigh_made(pipeline, &spaced, &made, why, sizeof(why));
	weir_planner_ask(pipeline, before);
	return cost != WEIR_REFUSED;
}

/* Those who take the format at all: for others it is not worth a try. */
static uint32_t takers_of(
	struct weir_pipeline *pipeline, struct weir_video video, const struct weir_format *format)
{
	uint32_t takers = 0;

	video.format = format;
	video.stride = 0;
	if (!(format->flags & WEIR_FORMAT_COMPRESSED))
		video.stride = (uint32_t)weir_format_line_bytes(format, 0, video.width);
	else if (strcmp(format->name, "MJPEG") != 0)
		return 0;
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (weir_planner_is_asked(pipeline, i) && would_be_taken(pipeline, i, &video))
			takers |= 1u << i;
	return takers;
}

static struct weir_way find_way(struct weir_pipeline *pipeline, const struct weir_video *comes,
	const uint32_t *takers, uint32_t left)
{
	struct way_search search = { .pipeline = pipeline, .comes = comes };

	for (size_t i = 0; i < weir_format_count(); i++)
		if (takers[i] & left)
			try_format(&search, weir_format_at(i), takers[i] & left);
	return search.best;
}

/* ---- who needs none ---- */

/* Those who take the picture in that memory, one by one or in what a stage makes for all of them;
 * *cost becomes what they copy of it. */
static uint32_t find_takers(struct weir_pipeline *pipeline, const struct weir_kind_weight *weight,
	const struct weir_video *video, bool converts, uint64_t *cost)
{
	const struct weir_branch trunk = pipeline->plan.asked;
	struct weir_branch asked = trunk;
	char why[WEIR_PLAN_WHY];
	uint32_t takers = 0;

	*cost = 0;
	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		uint64_t copied;

		if (!(trunk.sinks & 1u << i))
			continue;
		asked.sinks = takers | 1u << i;
		weir_planner_ask(pipeline, asked);
		copied = weir_planner_cost_in(pipeline, weight, video, converts, why, sizeof(why));
		if (copied == WEIR_REFUSED)
			continue;
		takers = asked.sinks;
		*cost = copied;
	}
	weir_planner_ask(pipeline, trunk);
	return takers;
}

/* In the memory where they are the most. */
static uint32_t find_most_takers(struct weir_pipeline *pipeline, const struct weir_video *video,
	bool converts, uint64_t *cost)
{
	const struct weir_plan_draft *plan = &pipeline->plan;
	uint32_t most = 0;

	*cost = 0;
	for (size_t i = 0; i < plan->n_kinds; i++) {
		const struct weir_kind_weight *weight = &plan->kinds[i];
		uint32_t takers;
		uint64_t copied;

		if (!weight->tried || !weir_planner_may_use(pipeline, weight))
			continue;
		takers = find_takers(pipeline, weight, video, converts, &copied);
		if (count(takers) < count(most) ||
			(count(takers) == count(most) && copied >= *cost))
			continue;
		most = takers;
		*cost = copied;
	}
	return most;
}

/* ---- for everybody ---- */

struct search {
	struct weir_pipeline *pipeline;
	const struct weir_candidate *pictures;
	struct weir_conversion best;
	unsigned limit;               /* of loss: less than it */
	uint32_t takers[MAX_FORMATS]; /* of each format, all pictures being of one size */
	bool looked;
};

/* Bits of what is lost twice are lost once. */
static bool is_worth(const struct search *search, const struct weir_conversion *conversion)
{
	const struct weir_conversion *best = &search->best;

	if (!best->n_ways)
		return conversion->loss < search->limit;
	return conversion->loss < best->loss ||
	       (conversion->loss == best->loss && conversion->cost < best->cost);
}

static void look_for_takers(struct search *search, const struct weir_video *video)
{
	assert(weir_format_count() <= MAX_FORMATS);
	for (size_t i = 0; i < weir_format_count(); i++)
		search->takers[i] = takers_of(search->pipeline, *video, weir_format_at(i));
	search->looked = true;
}

/* Those whom no way serves. */
static uint32_t search_from(struct search *search, size_t from)
{
	struct weir_pipeline *pipeline = search->pipeline;
	struct weir_conversion found = { .from = from, .loss = search->pictures[from].loss };
	struct weir_video video = *search->pictures[from].video;
	char why[WEIR_PLAN_WHY];
	uint64_t converted;
	uint32_t left;
	bool converts;

	if (weir_planner_pass_stages(pipeline, &video, &converted, &converts, why, sizeof(why)))
		return 0;
	left = pipeline->plan.asked.sinks;
	left &= ~find_most_takers(pipeline, &video, converts, &found.cost);
	found.cost += converted;
	if (left && !search->looked)
		look_for_takers(search, &video);
	while (left && found.n_ways < WEIR_MAX_WAYS && is_worth(search, &found)) {
		struct weir_way way = find_way(pipeline, &video, search->takers, left);

		if (!way.sinks)
			return left;
		left &= ~way.sinks;
		found.loss |= way.loss;
		found.cost += way.cost;
		found.ways[found.n_ways++] = way;
	}
	if (!left && found.n_ways && is_worth(search, &found))
		search->best = found;
	return left;
}

bool weir_planner_find_conversion(struct weir_pipeline *pipeline,
	const struct weir_candidate *pictures, size_t n_pictures, unsigned limit,
	struct weir_conversion *out, uint32_t *unserved)
{
	struct search search = { .pipeline = pipeline, .pictures = pictures, .limit = limit };

	for (size_t i = 0; i < n_pictures; i++) {
		uint32_t left = pictures[i].video ? search_from(&search, i) : 0;

		if (i == 0)
			*unserved = left;
	}
	*out = search.best;
	return search.best.n_ways;
}

int weir_planner_add_conversion(
	struct weir_pipeline *pipeline, const struct weir_conversion *conversion)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	int err = 0;

	for (unsigned i = 0; i < conversion->n_ways && !err; i++) {
		const struct weir_way *way = &conversion->ways[i];
		size_t first = pipeline->n_stages;

		err = add_stages(pipeline, way, pipeline->settings.log);
		plan->branches[plan->n_branches++] = (struct weir_branch){
			.sinks = way->sinks,
			.first = first,
			.end = pipeline->n_stages,
		};
		plan->branches[0].sinks &= ~way->sinks;
	}
	plan->asked = plan->branches[0];
	return err;
}
