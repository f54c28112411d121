/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/checked.h"
#include "core/log.h"
#include "pipeline/planner.h"

/* Where frames live: of the kinds of memory that nobody refuses, the one that spares most copies;
 * among equals the first. */

static bool is_auto(const char *name)
{
	return !name || !strcmp(name, "auto");
}

static bool is_forced(const struct weir_pipeline *pipeline, const struct weir_memory_kind *kind)
{
	const char *forced = pipeline->settings.memory;

	return !is_auto(forced) && !strcmp(forced, kind->name);
}

/* Why this kind cannot serve, or NULL. */
static const char *refuses(struct weir_pipeline *pipeline, const struct weir_memory_kind *kind)
{
	const struct weir_source_impl *source = pipeline->source->impl;
	char why[WEIR_PLAN_WHY] = "";

	for (size_t i = 0; i < pipeline->n_refuted; i++)
		if (pipeline->refuted[i].kind == kind)
			return weir_plan_text(&pipeline->plan, "%s", pipeline->refuted[i].why);
	if (kind->probe && kind->probe(why, sizeof(why)))
		return weir_plan_text(&pipeline->plan, "%s", why);
	if (!kind->create && !source->allocate)
		return "only a device can allocate it";
	if (source->accepts(pipeline->source, kind, why, sizeof(why)) ||
		weir_planner_taker_accepts(pipeline, 0, kind, why, sizeof(why)))
		return weir_plan_text(&pipeline->plan, "%s", why);
	return NULL;
}

/* ---- weighing ---- */

bool weir_planner_may_use(
	const struct weir_pipeline *pipeline, const struct weir_kind_weight *weight)
{
	return weight->accepted &&
	       (is_auto(pipeline->settings.memory) || is_forced(pipeline, weight->kind));
}

uint64_t weir_planner_cost_in(const struct weir_pipeline *pipeline,
	const struct weir_kind_weight *weight, const struct weir_video *at_sinks, bool converts,
	char *why, size_t size)
{
	struct weir_made made;

	if (converts)
		return weir_planner_weigh_made(pipeline, at_sinks, &made, why, size);
	return weir_planner_cost(pipeline, at_sinks, weight->kind, &weight->traits, why, size);
}

static bool refuses_it(const struct weir_pipeline *pipeline, size_t index,
	const struct weir_video *video, const struct weir_kind_weight *weight, bool converts)
{
	struct weir_made made = { weight->kind, weight->traits };
	struct weir_sink *sink = pipeline->sinks[index];
	char why[WEIR_PLAN_WHY];
	struct weir_offer offer;

	if (converts)
		weir_planner_weigh_made(pipeline, video, &made, why, sizeof(why));
	offer = weir_planner_offer(pipeline, video, made.kind, &made.traits);
	return weir_planner_is_asked(pipeline, index) &&
	       weir_sink_accepts(sink, &offer, why, sizeof(why));
}

bool weir_planner_find_refuser(const struct weir_pipeline *pipeline, const struct weir_video *video,
	bool converts, size_t *who, char *why, size_t size)
{
	const struct weir_plan_draft *plan = &pipeline->plan;

	for (size_t i = 0; i < plan->n_kinds; i++) {
		const struct weir_kind_weight *weight = &plan->kinds[i];

		if (!weir_planner_may_use(pipeline, weight) ||
			weir_planner_cost_in(pipeline, weight, video, converts, why, size) !=
				WEIR_REFUSED)
			continue;
		for (*who = 0; !refuses_it(pipeline, *who, video, weight, converts);)
			++*who;
		return true;
	}
	return false;
}

/* Trying takes the device's buffers for a moment: not where the worst answer costs nothing, neither
 * now nor in another picture that would be sought. */
static bool traits_matter(const struct weir_pipeline *pipeline,
	const struct weir_kind_weight *weight, const struct weir_video *at_sinks, bool converts)
{
	struct weir_kind_weight worst = *weight;
	char why[WEIR_PLAN_WHY];

	worst.traits = (struct weir_memory_traits){ .dmabuf = false };
	return weir_planner_cost_in(pipeline, &worst, at_sinks, converts, why, sizeof(why)) != 0;
}

static void weigh(struct weir_pipeline *pipeline, struct weir_kind_weight *weight,
	const struct weir_video *at_sinks, bool converts)
{
	struct weir_source *source = pipeline->source;
	char why[WEIR_PLAN_WHY] = "";

	weight->tried = true;
	weight->reason = refuses(pipeline, weight->kind);
	weight->accepted = !weight->reason;
	if (weight->reason)
		return;
	weight->traits = weight->kind->traits;
	if (weight->kind->refine)
		weight->kind->refine(&weight->traits);
	if (source->impl->refine && traits_matter(pipeline, weight, at_sinks, converts))
		source->impl->refine(source, weight->kind, &weight->traits);
	weight->copied =
		weir_planner_cost_in(pipeline, weight, at_sinks, converts, why, sizeof(why));
	weight->serves = weight->copied != WEIR_REFUSED;
	if (!weight->serves)
		weight->reason = weir_plan_text(&pipeline->plan, "%s", why);
}

static void list_kinds(struct weir_pipeline *pipeline)
{
	const struct weir_memory_kind *kinds[WEIR_MAX_KINDS];
	struct weir_plan_draft *plan = &pipeline->plan;
	size_t n = 0;

	memset(plan->kinds, 0, sizeof(plan->kinds));
	plan->n_kinds = 0;
	if (pipeline->given.n_buffers)
		kinds[n++] = &weir_memory_given;
	else if (pipeline->source->memory)
		kinds[n++] = pipeline->source->memory;
	else
		n = weir_planner_kinds(pipeline, weir_memory_kinds, kinds);
	for (; plan->n_kinds < n; plan->n_kinds++)
		plan->kinds[plan->n_kinds].kind = kinds[plan->n_kinds];
}

/* One that was asked for is weighed against the others, so that it can be said what it costs. */
static bool is_enough(const struct weir_pipeline *pipeline, const struct weir_kind_weight *weight)
{
	return weight->serves && !weight->copied &&
	       (is_auto(pipeline->settings.memory) || is_forced(pipeline, weight->kind));
}

static void weigh_all(
	struct weir_pipeline *pipeline, const struct weir_video *at_sinks, bool converts, bool all)
{
	struct weir_plan_draft *plan = &pipeline->plan;

	for (size_t i = 0; i < plan->n_kinds; i++)
		if (is_forced(pipeline, plan->kinds[i].kind)) {
			weigh(pipeline, &plan->kinds[i], at_sinks, converts);
			if (!all && is_enough(pipeline, &plan->kinds[i]))
				return;
		}
	for (size_t i = 0; i < plan->n_kinds; i++) {
		if (!plan->kinds[i].tried)
			weigh(pipeline, &plan->kinds[i], at_sinks, converts);
		if (!all && is_enough(pipeline, &plan->kinds[i]))
			return;
	}
}

static int say_unknown_kind(const struct weir_pipeline *pipeline)
{
	const char *names[16] = { NULL }, *wrong = pipeline->settings.memory;
	char suggestion[WEIR_SUGGESTION], quoted[WEIR_QUOTED];

	for (size_t i = 0; i < WEIR_COUNT(names) - 1 && weir_memory_kinds[i]; i++)
		names[i] = weir_memory_kinds[i]->name;
	weir_error(pipeline->settings.log, "no memory kind is called %s%s",
		weir_quote(wrong, quoted), weir_suggest(wrong, names, suggestion));
	return -EINVAL;
}

static int check_forced(const struct weir_pipeline *pipeline)
{
	const char *forced = pipeline->settings.memory;

	if (is_auto(forced))
		return 0;
	if (pipeline->given.n_buffers || pipeline->source->memory) {
		weir_error(pipeline->settings.log,
			"dma-bufs were given, and memory kind %s was asked for: one or the other",
			forced);
		return -EINVAL;
	}
	return weir_memory_kind_by_name(forced) ? 0 : say_unknown_kind(pipeline);
}

/* What a frame takes, whatever it lies in. */
static int plan_parts(struct weir_pipeline *pipeline)
{
	struct weir_plan *plan = &pipeline->plan.value;
	const struct weir_source *source = pipeline->source;
	int err = source->impl->frame_bytes(pipeline->source, &plan->slot_bytes);

	plan->n_parts = source->n_parts ? source->n_parts : 1;
	plan->part_bytes[0] = plan->slot_bytes;
	if (plan->n_parts > 1)
		memcpy(plan->part_bytes, source->part_bytes, sizeof(plan->part_bytes));
	return err;
}

int weir_planner_weigh_memory(struct weir_pipeline *pipeline, bool all)
{
	struct weir_video at_sinks = pipeline->source->video;
	uint64_t converted;
	bool converts;
	char why[WEIR_PLAN_WHY];
	int err = check_forced(pipeline);

	if (!err)
		err = plan_parts(pipeline);
	if (err)
		return err;
	list_kinds(pipeline);
	/* A picture that a stage refuses is weighed as it comes: another one may be found. */
	if (weir_planner_pass_stages(pipeline, &at_sinks, &converted, &converts, why, sizeof(why)))
		at_sinks = pipeline->source->video;
	weigh_all(pipeline, &at_sinks, converts, all);
	return pipeline->plan.error;
}

/* ---- choosing ---- */

static const struct weir_kind_weight *best(const struct weir_pipeline *pipeline)
{
	const struct weir_plan_draft *plan = &pipeline->plan;
	const struct weir_kind_weight *found = NULL;

	for (size_t i = 0; i < plan->n_kinds; i++) {
		const struct weir_kind_weight *weight = &plan->kinds[i];

		if (!weight->serves ||
			(!is_auto(pipeline->settings.memory) && !is_forced(pipeline, weight->kind)))
			continue;
		if (!found || weight->copied < found->copied)
			found = weight;
	}
	return found;
}

/* Why not this one, when that one was chosen. */
static const char *compare(struct weir_pipeline *pipeline, const struct weir_kind_weight *other,
	const struct weir_kind_weight *chosen)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	const char *name = chosen->kind->name;

	if (other->reason)
		return other->reason;
	if (is_forced(pipeline, chosen->kind) && other->serves && other->copied < chosen->copied)
		return weir_plan_text(plan,
			"spares %" PRIu64 " bytes a frame, but %s was asked for",
			chosen->copied - other->copied, name);
	if (is_forced(pipeline, chosen->kind))
		return weir_plan_text(plan, "%s was asked for", name);
	if (!other->serves)
		return weir_plan_text(plan, "not tried, for %s serves", name);
	if (other->copied > chosen->copied)
		return weir_plan_text(plan, "costs %" PRIu64 " bytes a frame more than %s",
			other->copied - chosen->copied, name);
	return weir_plan_text(plan, "no better than %s", name);
}

/* What it costs that this kind was asked for. */
static const char *price(struct weir_pipeline *pipeline, const struct weir_kind_weight *chosen)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	const struct weir_kind_weight *cheapest = chosen;

	for (size_t i = 0; i < plan->n_kinds; i++)
		if (plan->kinds[i].serves && plan->kinds[i].copied < cheapest->copied)
			cheapest = &plan->kinds[i];
	if (cheapest == chosen)
		return "asked for, and costs no more than any other";
	return weir_plan_text(plan, "asked for, and costs %" PRIu64 " bytes a frame more than %s",
		chosen->copied - cheapest->copied, cheapest->kind->name);
}

static void explain(struct weir_pipeline *pipeline, const struct weir_kind_weight *chosen)
{
	struct weir_plan_draft *plan = &pipeline->plan;

	for (size_t i = 0; i < plan->n_kinds; i++) {
		const struct weir_kind_weight *weight = &plan->kinds[i];

		weir_plan_add_choice(plan, "memory", weight->kind->name, weight == chosen,
			weir_planner_name_maker(pipeline, weight->kind,
				weight != chosen ? compare(pipeline, weight, chosen)
				: is_forced(pipeline, chosen->kind) ? price(pipeline, chosen)
								    : weight->kind->summary));
	}
}

static int say_no_memory(struct weir_pipeline *pipeline)
{
	const struct weir_plan_draft *plan = &pipeline->plan;

	for (size_t i = 0; i < plan->n_kinds; i++)
		if (plan->kinds[i].reason && (is_auto(pipeline->settings.memory) ||
						     is_forced(pipeline, plan->kinds[i].kind)))
			weir_error(pipeline->settings.log, "memory kind %s cannot serve: %s",
				plan->kinds[i].kind->name,
				weir_planner_name_maker(
					pipeline, plan->kinds[i].kind, plan->kinds[i].reason));
	return -ENOTSUP;
}

/* What sinks get, where it is ours to make. */
static const struct weir_memory_kind *kind_of_copies(
	const struct weir_plan_draft *plan, const struct weir_leg_plan *leg)
{
	const struct weir_memory_kind *kind = plan->branches[leg->branch].made.kind;

	return kind && kind->create ? kind : &weir_memory_host;
}

int weir_planner_choose_memory(struct weir_pipeline *pipeline)
{
	const struct weir_kind_weight *chosen = best(pipeline);
	struct weir_plan_draft *plan = &pipeline->plan;
	int err;

	if (!chosen)
		return plan->error ? plan->error : say_no_memory(pipeline);
	explain(pipeline, chosen);
	plan->value.memory = chosen->kind->name;
	plan->legs[0].kind = chosen->kind;
	plan->legs[0].traits = chosen->traits;
	plan->legs[0].slot_bytes = plan->value.slot_bytes;
	err = weir_planner_choose_stage_memory(pipeline);
	if (err)
		return err;
	for (size_t i = 0; i < plan->n_legs; i++)
		plan->legs[i].private_kind = kind_of_copies(plan, &plan->legs[i]);
	if (chosen->kind == &weir_memory_given)
		return weir_given_check(&pipeline->given, &plan->value, pipeline->source->min_slots,
			pipeline->settings.log);
	return plan->error;
}
