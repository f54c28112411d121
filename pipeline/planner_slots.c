/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/clock.h"
#include "pipeline/planner.h"

/* How many slots each leg has, and how many frames each sink may hold of them: capture must never
 * starve. */

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

static bool is_at(const struct weir_pipeline *pipeline, size_t index, size_t leg)
{
	return weir_planner_leg_of(pipeline, index) == leg;
}

/* One to fill, one that waits, and what it may hold. */
static unsigned masked_slots(const struct weir_pipeline *pipeline, size_t leg)
{
	unsigned sum = 0;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (is_at(pipeline, i, leg) && has_copies(pipeline, i) &&
			!weir_planner_has_lost(pipeline, i))
			sum += pipeline->sinks[i]->budget + 2;
	return sum;
}

static unsigned sum_of_budgets(const struct weir_pipeline *pipeline, size_t leg)
{
	unsigned sum = 0;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		sum += is_at(pipeline, i, leg) ? wanted_budget(pipeline, i) : 0;
	return sum;
}

static unsigned sum_of_shares(const struct weir_pipeline *pipeline, size_t leg)
{
	unsigned sum = 0;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		sum += is_at(pipeline, i, leg) ? pipeline->plan.shares[i] : 0;
	return sum;
}

static unsigned *largest_share(struct weir_pipeline *pipeline, size_t leg)
{
	unsigned *largest = NULL;

	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		unsigned *share = &pipeline->plan.shares[i];

		if (is_at(pipeline, i, leg) && *share > 1 && (!largest || *share > *largest))
			largest = share;
	}
	return largest;
}

/* ---- the heads of legs ---- */

static struct weir_stage_needs needs_of(const struct weir_pipeline *pipeline, size_t leg)
{
	const struct weir_stage *head = pipeline->stages[pipeline->plan.legs[leg].first - 1];
	struct weir_stage_needs needs = { .own = 1, .takes = 1 };

	if (head->engine->needs)
		head->engine->needs(head, &needs);
	return needs;
}

/* Frames of that leg which heads have in work; and which wait for them, one each. */
static unsigned slots_in_work(const struct weir_pipeline *pipeline, size_t leg)
{
	unsigned sum = 0;

	for (size_t i = leg + 1; i < pipeline->plan.n_legs; i++)
		if (pipeline->plan.legs[i].from == leg)
			sum += needs_of(pipeline, i).takes;
	return sum;
}

static unsigned slots_waiting(const struct weir_pipeline *pipeline, size_t leg)
{
	unsigned sum = 0;

	for (size_t i = leg + 1; i < pipeline->plan.n_legs; i++)
		sum += pipeline->plan.legs[i].from == leg;
	return sum;
}

/* What whoever gets a leg's frames may hold: sinks their budgets, heads of other legs their work
 * and one that waits. */
static unsigned consumers_slots(const struct weir_pipeline *pipeline, size_t leg)
{
	return sum_of_budgets(pipeline, leg) + slots_in_work(pipeline, leg) +
	       slots_waiting(pipeline, leg);
}

/* ---- words ---- */

static const char *maker_of(const struct weir_pipeline *pipeline, size_t leg)
{
	return leg ? pipeline->stages[pipeline->plan.legs[leg].first - 1]->text : "the source";
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
	size_t number = weir_planner_leg_of(pipeline, index);
	const struct weir_leg_plan *leg = &plan->legs[number];
	const char *reason = plan->sink_reasons[index];

	if (plan->shares[index] >= wanted_budget(pipeline, index))
		return reason;
	if (leg->lag_slots)
		return weir_plan_text(plan,
			"%s; of %u buffers %s needs %u: once it lags by %llu ms, what it holds "
			"beyond %u of them is copied",
			reason, leg->slots, maker_of(pipeline, number), leg->own_slots,
			(unsigned long long)weir_planner_deadline_ns(pipeline, index) /
				(WEIR_NS_PER_S / 1000),
			plan->shares[index]);
	return weir_plan_text(plan, "%s; may hold %u frames, not %u: of %u buffers %s needs %u",
		reason, plan->shares[index], pipeline->sinks[index]->budget, leg->slots,
		maker_of(pipeline, number), leg->own_slots);
}

static void explain_budgets(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;

	for (size_t i = 0; i < pipeline->n_sinks && !plan->error; i++) {
		const struct weir_leg_plan *leg = &plan->legs[weir_planner_leg_of(pipeline, i)];
		struct weir_plan_hop *hop = weir_planner_sink_hop(pipeline, i);

		hop->reason = explain_budget(pipeline, i);
		hop->may_copy |= (plan->masking[i] == WEIR_MASKING_IN_PLACE && leg->kept) ||
				 (leg->lag_slots && plan->shares[i] < wanted_budget(pipeline, i));
	}
}

/* ---- shares ---- */

/* Where slots are few, sinks hold less; and where that is not enough, nothing waits for stages. */
static void share_leg(struct weir_pipeline *pipeline, size_t number)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	const struct weir_leg_plan *leg = &plan->legs[number];
	unsigned taken = leg->own_slots + slots_in_work(pipeline, number);
	unsigned waiting = slots_waiting(pipeline, number);
	bool waits;
	unsigned *share;

	while (taken + waiting + sum_of_shares(pipeline, number) > leg->slots &&
		(share = largest_share(pipeline, number)))
		--*share;
	waits = !pipeline->source->live || !sum_of_shares(pipeline, number) ||
		taken + waiting + sum_of_shares(pipeline, number) <= leg->slots;
	plan->may_wait[number] = taken + waiting + sum_of_shares(pipeline, number) < leg->slots;
	for (size_t i = number + 1; i < plan->n_legs; i++)
		if (plan->legs[i].from == number)
			plan->legs[i].waits = waits;
}

void weir_planner_share(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		plan->shares[i] = wanted_budget(pipeline, i);
	for (size_t i = 0; i < plan->n_legs; i++)
		share_leg(pipeline, i);
	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		unsigned more = plan->legs[weir_planner_leg_of(pipeline, i)].lag_slots;
		unsigned most = plan->shares[i] + more, wanted = wanted_budget(pipeline, i);
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
	unsigned wanted = leg->own_slots + consumers_slots(pipeline, 0);

	if (!sum_of_budgets(pipeline, 0) || !pipeline->source->live ||
		pipeline->settings.require_zero_copy || wanted + 1 <= leg->slots)
		return 0;
	/* Frames that wait in buffers are one and the same; in copies each sink has its own. */
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		wanted += is_at(pipeline, i, 0) && wanted_budget(pipeline, i) &&
			  pipeline->sinks[i]->policy == WEIR_POLICY_NEWEST;
	return wanted > leg->slots ? wanted - leg->slots : 0;
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

		leg->masked_slots = least(masked_slots(pipeline, i), room);
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
static unsigned leave_places(const struct weir_pipeline *pipeline, size_t leg, unsigned slots)
{
	unsigned masked = masked_slots(pipeline, leg);

	return least(slots, WEIR_SLAB_MAX_SLOTS - least(masked, WEIR_SLAB_MAX_SLOTS / 2));
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
		plan->legs[i].slots = leave_places(pipeline, i, wanted_slots(pipeline, i));
	}
	if (pipeline->given.n_buffers) {
		slots = pipeline->given.n_buffers;
	} else if (!slots) {
		slots = wanted_slots(pipeline, 0);
		if (slots < WEIR_DEFAULT_BUFFERS)
			slots = WEIR_DEFAULT_BUFFERS;
	}
	if (slots < pipeline->source->least_slots)
		slots = pipeline->source->least_slots;
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		plan->sink_reasons[i] = weir_planner_sink_hop(pipeline, i)->reason;
	weir_planner_fit(pipeline, leave_places(pipeline, 0, slots));
}
