/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/planner.h"

/* What frames that stages make for the sinks lie in. */

/* dma-bufs first where somebody may want them; else what needs least. The memory of a heap or of a
 * display cannot be pinned: it is for those who take no other. */
static const struct weir_memory_kind *const shared[] = { &weir_memory_slab, &weir_memory_host,
	&weir_memory_heap, &weir_memory_scanout, NULL };
static const struct weir_memory_kind *const alone[] = { &weir_memory_host, &weir_memory_slab,
	&weir_memory_heap, NULL };

/* A device makes buffers of its own where it takes none of ours. */
static const struct weir_memory_kind *const device[] = { &weir_memory_slab, &weir_memory_mmap,
	&weir_memory_heap, &weir_memory_scanout, NULL };

/* The stage that makes what comes to the sinks; NULL: the source does. */
static struct weir_stage *last_maker(const struct weir_pipeline *pipeline)
{
	const struct weir_branch *asked = &pipeline->plan.asked;

	for (size_t i = asked->end; i-- > asked->first;)
		if (pipeline->stages[i]->engine)
			return pipeline->stages[i];
	return NULL;
}

static bool wants_dmabufs(const struct weir_pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (pipeline->plan.asked.sinks & 1u << i &&
			(pipeline->sinks[i]->impl->shows_dmabufs ||
				pipeline->sinks[i]->impl->program_holds))
			return true;
	return false;
}

void weir_planner_probe_made(struct weir_pipeline *pipeline)
{
	static const struct weir_memory_kind *const all[] = { &weir_memory_slab, &weir_memory_host,
		&weir_memory_mmap, &weir_memory_heap, &weir_memory_scanout, NULL };
	const struct weir_memory_kind *kinds[WEIR_MAX_KINDS];
	struct weir_plan_draft *plan = &pipeline->plan;
	size_t n = weir_planner_kinds(pipeline, all, kinds);
	char why[WEIR_PLAN_WHY];

	plan->n_makeable = 0;
	for (size_t i = 0; i < n; i++)
		if (!kinds[i]->probe(why, sizeof(why)))
			plan->makeable[plan->n_makeable++] = kinds[i];
}

static bool is_makeable(const struct weir_plan_draft *plan, const struct weir_memory_kind *kind)
{
	for (size_t i = 0; i < plan->n_makeable; i++)
		if (plan->makeable[i] == kind)
			return true;
	return false;
}

uint64_t weir_planner_weigh_made(const struct weir_pipeline *pipeline,
	const struct weir_video *at_sinks, struct weir_made *out, char *why, size_t size)
{
	const struct weir_memory_kind *const *rows = wants_dmabufs(pipeline) ? shared : alone;
	const struct weir_memory_kind *kinds[WEIR_MAX_KINDS];
	struct weir_stage *maker = last_maker(pipeline);
	uint64_t least = WEIR_REFUSED;
	char text[WEIR_PLAN_WHY];
	size_t n;

	*out = (struct weir_made){ NULL };
	if (maker && maker->engine->is_device)
		rows = device;
	n = weir_planner_kinds(pipeline, rows, kinds);
	for (size_t i = 0; i < n; i++) {
		struct weir_memory_traits traits = kinds[i]->traits;
		uint64_t cost;

		if (!is_makeable(&pipeline->plan, kinds[i]))
			continue;
		if (maker && maker->engine->fills &&
			maker->engine->fills(maker, kinds[i], text, sizeof(text)))
			continue;
		if (kinds[i]->refine)
			kinds[i]->refine(&traits);
		cost = weir_planner_cost(pipeline, at_sinks, kinds[i], &traits,
			out->kind ? text : why, out->kind ? sizeof(text) : size);
		if (!out->kind || cost < least)
			*out = (struct weir_made){ kinds[i], traits };
		if (cost < least)
			least = cost;
	}
	return least;
}

void weir_planner_choose_made(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	struct weir_video trunk = pipeline->source->video;
	const struct weir_branch before = plan->asked;
	char why[WEIR_PLAN_WHY];
	uint64_t converted;
	bool converts;

	for (size_t i = 0; i < plan->n_branches; i++) {
		struct weir_video video = trunk;

		weir_planner_ask(pipeline, plan->branches[i]);
		/* Where a stage refuses, it says so soon. */
		weir_planner_pass_stages(pipeline, &video, &converted, &converts, why, sizeof(why));
		weir_planner_weigh_made(
			pipeline, &video, &plan->branches[i].made, why, sizeof(why));
		if (i == 0)
			trunk = video;
	}
	weir_planner_ask(pipeline, before);
}
