/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "core/checked.h"
#include "core/log.h"
#include "pipeline/planner.h"

/* Where frames live: the first kind of memory that nobody refuses. */

static bool is_auto(const char *name)
{
	return !name || !strcmp(name, "auto");
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
	if (source->accepts(pipeline->source, kind, why, sizeof(why)))
		return weir_plan_text(&pipeline->plan, "%s", why);
	return NULL;
}

static void weigh(struct weir_pipeline *pipeline, const struct weir_memory_kind *kind)
{
	const char *forced = pipeline->settings.memory;
	struct weir_plan_draft *plan = &pipeline->plan;
	const char *reason;

	if (!is_auto(forced) && strcmp(forced, kind->name) != 0) {
		weir_plan_add_choice(plan, "memory", kind->name, false,
			weir_plan_text(plan, "%s was asked for", forced));
		return;
	}
	if (plan->legs[0].kind) {
		weir_plan_add_choice(plan, "memory", kind->name, false,
			weir_plan_text(plan, "not needed: %s serves", plan->legs[0].kind->name));
		return;
	}
	reason = refuses(pipeline, kind);
	weir_plan_add_choice(plan, "memory", kind->name, !reason, reason ? reason : kind->summary);
	if (!reason)
		plan->legs[0].kind = kind;
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

static int say_no_memory(const struct weir_pipeline *pipeline)
{
	const struct weir_plan *plan = &pipeline->plan.value;

	for (size_t i = 0; i < plan->n_choices; i++)
		if (is_auto(pipeline->settings.memory) ||
			!strcmp(plan->choices[i].name, pipeline->settings.memory))
			weir_error(pipeline->settings.log, "memory kind %s cannot serve: %s",
				plan->choices[i].name, plan->choices[i].reason);
	return -ENOTSUP;
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

/* The program's own dma-bufs, and no others. */
static int plan_given(struct weir_pipeline *pipeline)
{
	if (!is_auto(pipeline->settings.memory)) {
		weir_error(pipeline->settings.log,
			"dma-bufs were given, and memory kind %s was asked for: one or the other",
			pipeline->settings.memory);
		return -EINVAL;
	}
	weigh(pipeline, &weir_memory_given);
	if (!pipeline->plan.error && !pipeline->plan.legs[0].kind)
		return say_no_memory(pipeline);
	return weir_given_check(&pipeline->given, &pipeline->plan.value,
		pipeline->source->min_slots, pipeline->settings.log);
}

static int plan_own(struct weir_pipeline *pipeline)
{
	if (!is_auto(pipeline->settings.memory) &&
		!weir_memory_kind_by_name(pipeline->settings.memory))
		return say_unknown_kind(pipeline);
	for (size_t i = 0; weir_memory_kinds[i]; i++)
		weigh(pipeline, weir_memory_kinds[i]);
	return pipeline->plan.legs[0].kind || pipeline->plan.error ? 0 : say_no_memory(pipeline);
}

/* Of frames that a stage makes, and of copies: dma-bufs where somebody may want them. */
static const struct weir_memory_kind *kind_for_stage(const struct weir_pipeline *pipeline)
{
	char why[WEIR_PLAN_WHY];
	bool wanted = false;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		wanted |= pipeline->sinks[i]->impl->shows_dmabufs ||
			  pipeline->sinks[i]->impl->program_holds;
	return wanted && !weir_memory_slab.probe(why, sizeof(why)) ? &weir_memory_slab
								   : &weir_memory_host;
}

/* The stage that makes the frames of a leg; NULL: the source. */
static const struct weir_stage_engine *maker(const struct weir_pipeline *pipeline, size_t leg)
{
	return leg ? pipeline->stages[pipeline->plan.legs[leg].first - 1]->engine : NULL;
}

/* Between parties that use the CPU's own mapping there is nothing to sync; what others made they
 * may look at. */
static bool is_synced(const struct weir_pipeline *pipeline, size_t leg)
{
	const struct weir_stage_engine *from = maker(pipeline, leg);
	bool synced =
		from ? from->shows_dmabufs : pipeline->source->device || pipeline->given.n_buffers;

	if (leg + 1 < pipeline->plan.n_legs)
		return synced || maker(pipeline, leg + 1)->shows_dmabufs;
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		synced |= pipeline->sinks[i]->impl->shows_dmabufs;
	return synced;
}

int weir_planner_choose_memory(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	int err = plan_parts(pipeline);

	if (!err)
		err = pipeline->given.n_buffers ? plan_given(pipeline) : plan_own(pipeline);
	if (plan->error)
		return plan->error;
	if (err)
		return err;
	plan->value.memory = plan->legs[0].kind->name;
	plan->legs[0].slot_bytes = plan->value.slot_bytes;
	for (size_t i = 1; i < plan->n_legs; i++)
		plan->legs[i].kind = kind_for_stage(pipeline);
	for (size_t i = 0; i < plan->n_legs; i++) {
		plan->legs[i].private_kind = kind_for_stage(pipeline);
		plan->legs[i].synced = is_synced(pipeline, i);
	}
	return 0;
}
