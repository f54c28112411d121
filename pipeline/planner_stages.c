/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "core/log.h"
#include "pipeline/planner.h"

/* The memory between stages: what one makes, and the next one takes. */

/* The stage that makes the frames of a leg; NULL: the source. */
static struct weir_stage *maker(const struct weir_pipeline *pipeline, size_t leg)
{
	return leg ? pipeline->stages[pipeline->plan.legs[leg].first - 1] : NULL;
}

/* The one of its branch that takes them; NULL: sinks, and workers that head other branches. */
static struct weir_stage *taker(const struct weir_pipeline *pipeline, size_t leg)
{
	const struct weir_leg_plan *plan = &pipeline->plan.legs[leg];

	for (size_t i = plan->first; i < pipeline->plan.branches[plan->branch].end; i++)
		if (pipeline->stages[i]->engine)
			return pipeline->stages[i];
	return NULL;
}

static bool is_device(const struct weir_stage *stage)
{
	return stage && stage->engine->is_device;
}

int weir_planner_taker_accepts(const struct weir_pipeline *pipeline, size_t leg,
	const struct weir_memory_kind *kind, char *why, size_t size)
{
	const struct weir_plan *plan = &pipeline->plan.value;
	struct weir_stage *stage = taker(pipeline, leg);
	struct weir_slab_settings slot = { .frame_bytes = pipeline->plan.legs[leg].slot_bytes };

	if (!stage || !stage->engine->accepts)
		return 0;
	if (!leg) {
		slot.frame_bytes = plan->slot_bytes;
		slot.n_parts = plan->n_parts;
		memcpy(slot.part_bytes, plan->part_bytes, sizeof(slot.part_bytes));
	}
	return stage->engine->accepts(stage, kind, &slot, why, size);
}

/* ---- choosing ---- */

/* A worker writes into what the program can make, and a device wants dma-bufs. */
static bool is_worth_a_try(
	const struct weir_pipeline *pipeline, size_t leg, const struct weir_memory_kind *kind)
{
	if (is_device(maker(pipeline, leg)) || kind == &weir_memory_host)
		return true;
	return is_device(taker(pipeline, leg)) && kind->create;
}

static int suits(const struct weir_pipeline *pipeline, size_t leg,
	const struct weir_memory_kind *kind, char *why, size_t size)
{
	struct weir_stage *from = maker(pipeline, leg);
	int err = kind->probe ? kind->probe(why, size) : 0;

	if (!err && from->engine->fills)
		err = from->engine->fills(from, kind, why, size);
	if (!err)
		err = weir_planner_taker_accepts(pipeline, leg, kind, why, size);
	return err;
}

/* In the hop: which memory it is; of a device, which writes whatever it is, also what else was
 * tried. */
static void explain(struct weir_pipeline *pipeline, size_t number, const char *tried)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	const struct weir_leg_plan *leg = &plan->legs[number];

	if (plan->error)
		return;
	plan->hops[leg->first].reason =
		is_device(maker(pipeline, number))
			? weir_plan_text(
				  plan, "%s%s%s", leg->kind->summary, *tried ? "; not " : "", tried)
			: weir_plan_text(plan, "into %s memory of its own", leg->kind->name);
}

/* Weighed by what the sinks make of it; devices go by the list, unless a sink takes nothing but its
 * own. */
static bool is_weighed(const struct weir_pipeline *pipeline, size_t leg)
{
	const struct weir_plan_draft *plan = &pipeline->plan;
	const struct weir_memory_kind *made = plan->branches[plan->legs[leg].branch].made.kind;

	return made && !taker(pipeline, leg) && (made->maker || !is_device(maker(pipeline, leg)));
}

static int choose(struct weir_pipeline *pipeline, size_t number)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	struct weir_leg_plan *leg = &plan->legs[number];
	const struct weir_memory_kind *kinds[WEIR_MAX_KINDS];
	size_t n = weir_planner_kinds(pipeline, weir_memory_kinds, kinds);
	const char *tried = "";
	char why[WEIR_PLAN_WHY];

	if (is_weighed(pipeline, number)) {
		leg->kind = plan->branches[leg->branch].made.kind;
		leg->traits = plan->branches[leg->branch].made.traits;
		explain(pipeline, number, tried);
		return 0;
	}
	for (size_t i = 0; i < n && !leg->kind; i++) {
		const struct weir_memory_kind *kind = kinds[i];

		if (!is_worth_a_try(pipeline, number, kind))
			continue;
		if (!suits(pipeline, number, kind, why, sizeof(why)))
			leg->kind = kind;
		else
			tried = weir_plan_text(
				plan, "%s%s%s: %s", tried, *tried ? "; " : "", kind->name, why);
	}
	if (!leg->kind) {
		weir_error(pipeline->settings.log, "no memory for what %s makes: %s",
			maker(pipeline, number)->text, tried);
		return -ENOTSUP;
	}
	leg->traits = leg->kind->traits;
	explain(pipeline, number, tried);
	return 0;
}

/* Between parties that use the CPU's own mapping there is nothing to sync; what others made they
 * may look at. */
static bool is_synced(const struct weir_pipeline *pipeline, size_t leg)
{
	bool synced = leg ? is_device(maker(pipeline, leg))
			  : pipeline->source->device || pipeline->given.n_buffers;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		synced |= weir_planner_leg_of(pipeline, i) == leg &&
			  pipeline->sinks[i]->impl->shows_dmabufs;
	return synced || is_device(taker(pipeline, leg));
}

int weir_planner_choose_stage_memory(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	int err = 0;

	for (size_t i = 1; i < plan->n_legs && !err; i++)
		err = choose(pipeline, i);
	for (size_t i = 0; i < plan->n_legs && !err; i++)
		plan->legs[i].synced = is_synced(pipeline, i);
	return err;
}
