/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/checked.h"
#include "core/log.h"
#include "pipeline/planner.h"

/* Where frames live: the first kind of memory that nobody refuses. */

static bool is_auto(const char *name)
{
	return !name || !strcmp(name, "auto");
}

/* The stage that makes the frames of a leg; NULL: the source, or that there is no such leg. */
static struct weir_stage *maker(const struct weir_pipeline *pipeline, size_t leg)
{
	bool is_stage = leg > 0 && leg < pipeline->plan.n_legs;

	return is_stage ? pipeline->stages[pipeline->plan.legs[leg].first - 1] : NULL;
}

static bool is_device(const struct weir_stage *stage)
{
	return stage && stage->engine->is_device;
}

/* Whether the stage that takes the frames of a leg can have them in that kind of memory. 0, or
 * -errno with the reason in `why`. */
static int taker_accepts(struct weir_pipeline *pipeline, size_t leg,
	const struct weir_memory_kind *kind, char *why, size_t size)
{
	const struct weir_plan *plan = &pipeline->plan.value;
	struct weir_stage *taker = maker(pipeline, leg + 1);
	struct weir_slab_settings slot = { .frame_bytes = pipeline->plan.legs[leg].slot_bytes };

	if (!taker || !taker->engine->accepts)
		return 0;
	if (!leg) {
		slot.frame_bytes = plan->slot_bytes;
		slot.n_parts = plan->n_parts;
		memcpy(slot.part_bytes, plan->part_bytes, sizeof(slot.part_bytes));
	}
	return taker->engine->accepts(taker, kind, &slot, why, size);
}

/* ---- of the source's frames ---- */

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
		taker_accepts(pipeline, 0, kind, why, sizeof(why)))
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

/* ---- of frames that a stage makes ---- */

static bool sinks_want_dmabufs(const struct weir_pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (pipeline->sinks[i]->impl->shows_dmabufs ||
			pipeline->sinks[i]->impl->program_holds)
			return true;
	return false;
}

/* A worker writes into what the program can make: dma-bufs where somebody may want them. */
static bool is_worth_a_try(
	const struct weir_pipeline *pipeline, size_t leg, const struct weir_memory_kind *kind)
{
	if (is_device(maker(pipeline, leg)) || kind == &weir_memory_host)
		return true;
	if (is_device(maker(pipeline, leg + 1)))
		return kind->create;
	return kind == &weir_memory_slab && leg + 1 == pipeline->plan.n_legs &&
	       sinks_want_dmabufs(pipeline);
}

static int suits(struct weir_pipeline *pipeline, size_t leg, const struct weir_memory_kind *kind,
	char *why, size_t size)
{
	struct weir_stage *from = maker(pipeline, leg);
	int err = kind->probe ? kind->probe(why, size) : 0;

	if (!err && from->engine->fills)
		err = from->engine->fills(from, kind, why, size);
	if (!err)
		err = taker_accepts(pipeline, leg, kind, why, size);
	return err;
}

/* Of a device, which writes whatever it is: which memory, and what else was tried. */
static void explain_memory(struct weir_pipeline *pipeline, size_t leg, const char *tried)
{
	struct weir_plan_draft *plan = &pipeline->plan;

	if (!plan->error && is_device(maker(pipeline, leg)))
		plan->hops[plan->legs[leg].first].reason = weir_plan_text(plan, "%s%s%s",
			plan->legs[leg].kind->summary, *tried ? "; not " : "", tried);
}

static int choose_for_stage(struct weir_pipeline *pipeline, size_t leg)
{
	struct weir_leg_plan *plan = &pipeline->plan.legs[leg];
	char tried[WEIR_PLAN_WHY] = "", why[WEIR_PLAN_WHY];

	for (size_t i = 0; weir_memory_kinds[i] && !plan->kind; i++) {
		const struct weir_memory_kind *kind = weir_memory_kinds[i];
		size_t used = strlen(tried);

		if (!is_worth_a_try(pipeline, leg, kind))
			continue;
		if (!suits(pipeline, leg, kind, why, sizeof(why)))
			plan->kind = kind;
		else
			snprintf(tried + used, sizeof(tried) - used, "%s%s: %s", used ? "; " : "",
				kind->name, why);
	}
	if (!plan->kind) {
		weir_error(pipeline->settings.log, "no memory for what %s makes: %s",
			maker(pipeline, leg)->text, tried);
		return -ENOTSUP;
	}
	explain_memory(pipeline, leg, tried);
	return 0;
}

/* ---- all of them ---- */

/* Between parties that use the CPU's own mapping there is nothing to sync; what others made they
 * may look at. */
static bool is_synced(const struct weir_pipeline *pipeline, size_t leg)
{
	const struct weir_stage *from = maker(pipeline, leg);
	bool synced = from ? is_device(from)
			   : pipeline->source->device || pipeline->given.n_buffers;

	if (leg + 1 < pipeline->plan.n_legs)
		return synced || is_device(maker(pipeline, leg + 1));
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
	for (size_t i = 1; i < plan->n_legs && !err; i++)
		err = choose_for_stage(pipeline, i);
	for (size_t i = 0; i < plan->n_legs; i++)
		plan->legs[i].synced = is_synced(pipeline, i);
	return err;
}
