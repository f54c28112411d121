/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/planner.h"

/* How many slots each leg has, and how many frames each sink may hold of them: capture must never
 * starve. */

static unsigned sum_of_budgets(const struct weir_plan_draft *plan)
{
	unsigned sum = 0;

	for (size_t i = 0; i < plan->value.n_hops; i++)
		sum += plan->hops[i].budget;
	return sum;
}

static struct weir_plan_hop *largest_budget(struct weir_plan_draft *plan)
{
	struct weir_plan_hop *largest = NULL;

	for (size_t i = 0; i < plan->value.n_hops; i++)
		if (plan->hops[i].budget > 1 &&
			(!largest || plan->hops[i].budget > largest->budget))
			largest = &plan->hops[i];
	return largest;
}

static const char *last_maker(const struct weir_pipeline *pipeline)
{
	const struct weir_plan_draft *plan = &pipeline->plan;

	return plan->n_legs > 1 ? pipeline->stages[plan->legs[plan->n_legs - 1].first - 1]->text
				: "the source";
}

static void explain_budgets(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	const struct weir_leg_plan *last = &plan->legs[plan->n_legs - 1];

	for (size_t i = 0; i < pipeline->n_sinks && !plan->error; i++) {
		struct weir_plan_hop *hop = &plan->hops[plan->value.n_hops - pipeline->n_sinks + i];

		if (hop->budget < pipeline->sinks[i]->budget && !weir_planner_has_lost(pipeline, i))
			hop->reason = weir_plan_text(plan,
				"%s; may hold %u frames, not %u: of %u buffers %s needs %u",
				hop->reason, hop->budget, pipeline->sinks[i]->budget, last->slots,
				last_maker(pipeline), last->own_slots);
	}
}

void weir_planner_share(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	const struct weir_leg_plan *last = &plan->legs[plan->n_legs - 1];
	struct weir_plan_hop *hop = plan->hops + plan->value.n_hops - pipeline->n_sinks;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		hop[i].budget = weir_planner_has_lost(pipeline, i) ? 0 : pipeline->sinks[i]->budget;
	while (last->own_slots + sum_of_budgets(plan) > last->slots && (hop = largest_budget(plan)))
		hop->budget--;
	plan->may_wait = last->own_slots + sum_of_budgets(plan) < last->slots;
}

void weir_planner_fit(struct weir_pipeline *pipeline, unsigned slots)
{
	struct weir_plan_draft *plan = &pipeline->plan;

	if (plan->error)
		return;
	plan->value.slots = plan->legs[0].slots = slots;
	weir_planner_share(pipeline);
	explain_budgets(pipeline);
}

/* What whoever gets a leg's frames may hold: the head of the next one its work and one that waits,
 * else the sinks. */
static unsigned consumers_slots(const struct weir_pipeline *pipeline, size_t leg)
{
	const struct weir_plan_draft *plan = &pipeline->plan;

	if (leg + 1 == plan->n_legs)
		return sum_of_budgets(plan);
	return pipeline->stages[plan->legs[leg + 1].first - 1]->engine->takes + 1;
}

/* One more, so that there is one to fill while all else is held. */
static unsigned wanted_slots(const struct weir_pipeline *pipeline, size_t leg)
{
	unsigned slots = pipeline->plan.legs[leg].own_slots + consumers_slots(pipeline, leg) + 1;

	return slots < WEIR_MAX_BUFFERS ? slots : WEIR_MAX_BUFFERS;
}

/* For copies of frames that a stage writes: one to fill, and what whoever gets them may hold. */
static void plan_private_slots(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;

	plan->value.private_slots = 0;
	for (size_t i = 0; i < plan->n_legs; i++) {
		struct weir_leg_plan *leg = &plan->legs[i];
		bool allowed = !pipeline->settings.require_zero_copy;
		unsigned wanted = leg->copies && allowed ? consumers_slots(pipeline, i) + 2 : 0;
		unsigned room = WEIR_SLAB_MAX_SLOTS - leg->slots;

		leg->private_slots = wanted < room ? wanted : room;
		plan->value.private_slots += leg->private_slots;
	}
}

/* What takes every place for the source's buffers leaves none to copy into. */
static void explain_no_copies(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;

	if (pipeline->settings.require_zero_copy)
		return;
	for (size_t i = 0; i < plan->n_legs && !plan->error; i++)
		for (size_t s = plan->legs[i].first; s < plan->legs[i].end; s++) {
			struct weir_plan_hop *hop = &plan->hops[1 + s];

			if (hop->may_copy && !plan->legs[i].private_slots)
				hop->reason = weir_plan_text(plan,
					"writes in place; a frame that a stage before keeps is "
					"dropped: all %d places are taken, take fewer buffers",
					WEIR_SLAB_MAX_SLOTS);
		}
}

void weir_planner_share_slots(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	unsigned slots = pipeline->settings.buffers;

	if (plan->error)
		return;
	plan->legs[0].own_slots = pipeline->source->min_slots;
	for (size_t i = 1; i < plan->n_legs; i++) {
		plan->legs[i].own_slots =
			pipeline->stages[plan->legs[i].first - 1]->engine->own_slots;
		plan->legs[i].slots = wanted_slots(pipeline, i);
	}
	if (pipeline->given.n_buffers) {
		slots = pipeline->given.n_buffers;
	} else if (!slots) {
		slots = wanted_slots(pipeline, 0);
		if (slots < WEIR_DEFAULT_BUFFERS)
			slots = WEIR_DEFAULT_BUFFERS;
	}
	weir_planner_fit(pipeline, slots);
	plan_private_slots(pipeline);
	explain_no_copies(pipeline);
}
