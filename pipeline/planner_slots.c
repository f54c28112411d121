/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/clock.h"
#include "pipeline/planner.h"

/* How many slots each leg has, and how many frames each sink may hold of them: capture must never
 * starve. */

static struct weir_leg_plan *last_leg(struct weir_plan_draft *plan)
{
	return &plan->legs[plan->n_legs - 1];
}

/* One that gets copies of its own holds nothing of the source's. */
static bool has_copies(const struct weir_pipeline *pipeline, size_t index)
{
	return pipeline->plan.masking[index] == WEIR_MASKING_COPY;
}

static unsigned wanted_budget(const struct weir_pipeline *pipeline, size_t index)
{
	if (weir_planner_has_lost(pipeline, index) || has_copies(pipeline, index))
		return 0;
	return pipeline->sinks[index]->budget;
}

/* One to fill, one that waits, and what it may hold. */
static unsigned masked_slots(const struct weir_pipeline *pipeline)
{
	unsigned sum = 0;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (has_copies(pipeline, i) && !weir_planner_has_lost(pipeline, i))
			sum += pipeline->sinks[i]->budget + 2;
	return sum;
}

static unsigned sum_of_budgets(const struct weir_pipeline *pipeline)
{
	unsigned sum = 0;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		sum += wanted_budget(pipeline, i);
	return sum;
}

static unsigned sum_of_shares(const struct weir_pipeline *pipeline)
{
	unsigned sum = 0;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		sum += pipeline->plan.shares[i];
	return sum;
}

static unsigned *largest_share(struct weir_pipeline *pipeline)
{
	unsigned *largest = NULL;

	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		unsigned *share = &pipeline->plan.shares[i];

		if (*share > 1 && (!largest || *share > *largest))
			largest = share;
	}
	return largest;
}

static const char *last_maker(const struct weir_pipeline *pipeline)
{
	const struct weir_plan_draft *plan = &pipeline->plan;

	return plan->n_legs > 1 ? pipeline->stages[plan->legs[plan->n_legs - 1].first - 1]->text
				: "the source";
}

uint64_t weir_planner_deadline_ns(const struct weir_pipeline *pipeline, size_t index)
{
	uint64_t interval = weir_rate_interval_ns(pipeline->source->video.rate);

	if (pipeline->sinks[index]->deadline_ns)
		return pipeline->sinks[index]->deadline_ns;
	return 2 * (interval ? interval : WEIR_NS_PER_S / 30);
}

static const char *explain_budget(struct weir_pipeline *pipeline, size_t index)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	const struct weir_leg_plan *last = last_leg(plan);
	const char *reason = plan->sink_reasons[index];

	if (plan->shares[index] >= wanted_budget(pipeline, index))
		return reason;
	if (last->lag_slots)
		return weir_plan_text(plan,
			"%s; of %u buffers %s needs %u: once it lags by %llu ms, what it holds "
			"beyond %u of them is copied",
			reason, last->slots, last_maker(pipeline), last->own_slots,
			(unsigned long long)weir_planner_deadline_ns(pipeline, index) /
				(WEIR_NS_PER_S / 1000),
			plan->shares[index]);
	return weir_plan_text(plan, "%s; may hold %u frames, not %u: of %u buffers %s needs %u",
		reason, plan->shares[index], pipeline->sinks[index]->budget, last->slots,
		last_maker(pipeline), last->own_slots);
}

static void explain_budgets(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	const struct weir_leg_plan *last = last_leg(plan);

	for (size_t i = 0; i < pipeline->n_sinks && !plan->error; i++) {
		struct weir_plan_hop *hop = weir_planner_sink_hop(pipeline, i);

		hop->reason = explain_budget(pipeline, i);
		hop->may_copy |= (plan->masking[i] == WEIR_MASKING_IN_PLACE && last->kept) ||
				 (last->lag_slots && plan->shares[i] < wanted_budget(pipeline, i));
	}
}

void weir_planner_share(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	const struct weir_leg_plan *last = last_leg(plan);
	unsigned *share;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		plan->shares[i] = wanted_budget(pipeline, i);
	while (last->own_slots + sum_of_shares(pipeline) > last->slots &&
		(share = largest_share(pipeline)))
		--*share;
	plan->may_wait = last->own_slots + sum_of_shares(pipeline) < last->slots;
	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		unsigned most = plan->shares[i] + last->lag_slots;
		unsigned wanted = wanted_budget(pipeline, i);
		struct weir_plan_hop *hop = weir_planner_sink_hop(pipeline, i);

		if (weir_planner_has_lost(pipeline, i))
			hop->budget = 0;
		else if (!has_copies(pipeline, i))
			hop->budget = wanted < most ? wanted : most;
	}
}

struct weir_plan_hop *weir_planner_sink_hop(struct weir_pipeline *pipeline, size_t index)
{
	struct weir_plan_draft *plan = &pipeline->plan;

	return &plan->hops[plan->value.n_hops - pipeline->n_sinks + index];
}

/* What is missing for every sink to hold what it may, where the source does not wait for them and
 * copies are allowed. Heads of legs have memory of their own to their measure. */
static unsigned missing_slots(const struct weir_pipeline *pipeline)
{
	const struct weir_leg_plan *leg = &pipeline->plan.legs[0];
	unsigned wanted = leg->own_slots + sum_of_budgets(pipeline);

	if (pipeline->plan.n_legs > 1 || !pipeline->source->live ||
		pipeline->settings.require_zero_copy || wanted + 1 <= leg->slots)
		return 0;
	/* Frames that wait in buffers are one and the same; in copies each sink has its own. */
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		wanted += wanted_budget(pipeline, i) &&
			  pipeline->sinks[i]->policy == WEIR_POLICY_NEWEST;
	return wanted > leg->slots ? wanted - leg->slots : 0;
}

/* Of the stage that heads a leg. */
static struct weir_stage_needs needs_of(const struct weir_pipeline *pipeline, size_t leg)
{
	const struct weir_stage *head = pipeline->stages[pipeline->plan.legs[leg].first - 1];
	struct weir_stage_needs needs = { .own = 1, .takes = 1 };

	if (head->engine->needs)
		head->engine->needs(head, &needs);
	return needs;
}

/* What whoever gets a leg's frames may hold: the head of the next one its work and one that waits,
 * else the sinks. */
static unsigned consumers_slots(const struct weir_pipeline *pipeline, size_t leg)
{
	const struct weir_plan_draft *plan = &pipeline->plan;

	if (leg + 1 == plan->n_legs)
		return sum_of_budgets(pipeline);
	return needs_of(pipeline, leg + 1).takes + 1;
}

/* One more, so that there is one to fill while all else is held. */
static unsigned wanted_slots(const struct weir_pipeline *pipeline, size_t leg)
{
	unsigned slots = pipeline->plan.legs[leg].own_slots + consumers_slots(pipeline, leg) + 1;

	return slots < WEIR_MAX_BUFFERS ? slots : WEIR_MAX_BUFFERS;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* For copies of frames that a stage writes: one to fill, and what whoever gets them may hold. For
 * sinks that lag: what is missing. */
static void plan_private_slots(struct weir_pipeline *pipeline)
{
	bool allowed = !pipeline->settings.require_zero_copy;
	struct weir_plan_draft *plan = &pipeline->plan;

	plan->value.private_slots = 0;
	for (size_t i = 0; i < plan->n_legs; i++) {
		struct weir_leg_plan *leg = &plan->legs[i];
		unsigned room = WEIR_SLAB_MAX_SLOTS - leg->slots;
		unsigned written = leg->copies && allowed ? consumers_slots(pipeline, i) + 2 : 0;

		leg->masked_slots = i + 1 < plan->n_legs ? 0 : least(masked_slots(pipeline), room);
		leg->private_slots = least(leg->masked_slots + written, room);
		leg->lag_slots = i ? 0 : least(missing_slots(pipeline), room - leg->private_slots);
		leg->private_slots += leg->lag_slots;
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

void weir_planner_fit(struct weir_pipeline *pipeline, unsigned slots)
{
	struct weir_plan_draft *plan = &pipeline->plan;

	if (plan->error)
		return;
	plan->value.slots = plan->legs[0].slots = slots;
	plan_private_slots(pipeline);
	weir_planner_share(pipeline);
	explain_budgets(pipeline);
	explain_no_copies(pipeline);
}

/* Masked copies need places: buffers that would take them are left out. */
static void leave_places(struct weir_pipeline *pipeline, unsigned *slots)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	struct weir_leg_plan *last = last_leg(plan);
	unsigned masked = masked_slots(pipeline);
	unsigned most = WEIR_SLAB_MAX_SLOTS - least(masked, WEIR_SLAB_MAX_SLOTS / 2);

	if (plan->n_legs == 1)
		*slots = least(*slots, most);
	else
		last->slots = least(last->slots, most);
}

void weir_planner_share_slots(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	unsigned slots = pipeline->settings.buffers;

	if (plan->error)
		return;
	plan->legs[0].own_slots = pipeline->source->min_slots;
	for (size_t i = 1; i < plan->n_legs; i++) {
		plan->legs[i].own_slots = needs_of(pipeline, i).own;
		plan->legs[i].slots = wanted_slots(pipeline, i);
	}
	if (pipeline->given.n_buffers) {
		slots = pipeline->given.n_buffers;
	} else if (!slots) {
		slots = wanted_slots(pipeline, 0);
		if (slots < WEIR_DEFAULT_BUFFERS)
			slots = WEIR_DEFAULT_BUFFERS;
	}
	leave_places(pipeline, &slots);
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		plan->sink_reasons[i] = weir_planner_sink_hop(pipeline, i)->reason;
	weir_planner_fit(pipeline, slots);
}
