/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/planner.h"

#include <errno.h>
#include <string.h>

#include "core/checked.h"
#include "core/log.h"

#define WHY 256

/* ---- hops: who refuses what comes to it, and what is copied ---- */

static void add_source(struct weir_pipeline *pipeline)
{
	weir_plan_add_hop(&pipeline->plan,
		&(struct weir_plan_hop){
			.kind = WEIR_HOP_SOURCE,
			.memory = WEIR_MEMORY_SAME,
			.name = weir_plan_text(&pipeline->plan, "%s", pipeline->source->uri),
			.reason = pipeline->source->device ? "the device writes into the slots"
							   : "drawn straight into the slots",
			.video = pipeline->source->video,
		});
}

static int add_stage(
	struct weir_pipeline *pipeline, const struct weir_stage *stage, struct weir_video *video)
{
	static const char *const reasons[] = {
		[WEIR_STAGE_PASS] = "looks at no pixel",
		[WEIR_STAGE_RESHAPE] = "another geometry over the same bytes",
		[WEIR_STAGE_READ] = "reads in place",
		[WEIR_STAGE_WRITE] = "writes in place, before anybody else sees the frame",
	};
	const struct weir_stage_impl *impl = stage->impl;
	int err =
		impl->configure ? impl->configure(stage->state, video, pipeline->settings.log) : 0;

	if (err)
		return err;
	weir_plan_add_hop(&pipeline->plan,
		&(struct weir_plan_hop){
			.kind = WEIR_HOP_STAGE,
			.memory = impl->access == WEIR_STAGE_RESHAPE ? WEIR_MEMORY_VIEW
								     : WEIR_MEMORY_SAME,
			.name = weir_plan_text(&pipeline->plan, "%s", stage->text),
			.reason = reasons[impl->access],
			.video = *video,
		});
	return 0;
}

/* In this run: what the books of the last one say does not matter. */
static bool is_lost(const struct weir_pipeline *pipeline, size_t index)
{
	return pipeline->running && pipeline->errors[index];
}

/* Of a plan in the middle of a run: the sink is lost, and the others go on. */
static bool goes_on_without(struct weir_pipeline *pipeline, size_t index)
{
	return pipeline->running && weir_run_note_lost_sink(pipeline, index, -ENOTSUP);
}

static void add_lost_sink(
	struct weir_pipeline *pipeline, struct weir_sink *sink, const struct weir_video *video)
{
	weir_plan_add_hop(
		&pipeline->plan, &(struct weir_plan_hop){
					 .kind = WEIR_HOP_SINK,
					 .name = weir_plan_text(&pipeline->plan, "%s", sink->uri),
					 .reason = "lost earlier in this run: gets nothing",
					 .video = *video,
				 });
}

static void add_living_sink(
	struct weir_pipeline *pipeline, struct weir_sink *sink, const struct weir_video *video)
{
	const struct weir_sink_impl *impl = sink->impl;
	char why[WHY] = "";
	uint64_t copied = impl->copies ? impl->copies(sink, video, why, sizeof(why)) : 0;

	weir_plan_add_hop(&pipeline->plan,
		&(struct weir_plan_hop){
			.kind = WEIR_HOP_SINK,
			.memory = copied ? WEIR_MEMORY_COPY : WEIR_MEMORY_SAME,
			.name = weir_plan_text(&pipeline->plan, "%s", sink->uri),
			.reason = copied               ? weir_plan_text(&pipeline->plan, "%s", why)
				  : impl->reads_pixels ? "reads in place"
						       : "looks at no pixel",
			.video = *video,
			.bytes_copied = copied,
			.budget = sink->budget,
		});
}

static int add_sink(struct weir_pipeline *pipeline, size_t index, const struct weir_video *video)
{
	struct weir_sink *sink = pipeline->sinks[index];
	bool lost = is_lost(pipeline, index);
	char why[WHY] = "";

	if (!lost && sink->impl->accepts && sink->impl->accepts(sink, video, why, sizeof(why))) {
		weir_error(pipeline->settings.log, "%s: %s", sink->uri, why);
		if (!goes_on_without(pipeline, index))
			return -ENOTSUP;
		lost = true;
	}
	if (lost)
		add_lost_sink(pipeline, sink, video);
	else
		add_living_sink(pipeline, sink, video);
	return 0;
}

static int plan_hops(struct weir_pipeline *pipeline)
{
	struct weir_video video = pipeline->source->video;
	int err = 0;

	add_source(pipeline);
	for (size_t i = 0; i < pipeline->n_stages && !err; i++)
		err = add_stage(pipeline, pipeline->stages[i], &video);
	for (size_t i = 0; i < pipeline->n_sinks && !err; i++)
		err = add_sink(pipeline, i, &video);
	return err;
}

/* ---- memory: the first kind that nobody refuses ---- */

static bool is_auto(const char *name)
{
	return !name || !strcmp(name, "auto");
}

/* Why this kind cannot serve, or NULL. */
static const char *refuses(struct weir_pipeline *pipeline, const struct weir_memory_kind *kind)
{
	const struct weir_source_impl *source = pipeline->source->impl;
	char why[WHY] = "";

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
	if (plan->kind) {
		weir_plan_add_choice(plan, "memory", kind->name, false,
			weir_plan_text(plan, "not needed: %s serves", plan->kind->name));
		return;
	}
	reason = refuses(pipeline, kind);
	weir_plan_add_choice(plan, "memory", kind->name, !reason, reason ? reason : kind->summary);
	if (!reason)
		plan->kind = kind;
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
	if (!pipeline->plan.error && !pipeline->plan.kind)
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
	return pipeline->plan.kind || pipeline->plan.error ? 0 : say_no_memory(pipeline);
}

static int plan_memory(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	int err = plan_parts(pipeline);

	if (!err)
		err = pipeline->given.n_buffers ? plan_given(pipeline) : plan_own(pipeline);
	if (plan->error)
		return plan->error;
	if (err)
		return err;
	plan->value.memory = plan->kind->name;

	/* Between two parties that use the CPU's own mapping there is nothing to sync; what others
	 * made they may look at. */
	plan->synced = pipeline->source->device || pipeline->given.n_buffers;
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		plan->synced |= pipeline->sinks[i]->impl->shows_dmabufs;
	return 0;
}

/* ---- slots and budgets: capture must never starve ---- */

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

static void explain_budgets(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;

	for (size_t i = 0; i < pipeline->n_sinks && !plan->error; i++) {
		struct weir_plan_hop *hop = &plan->hops[plan->value.n_hops - pipeline->n_sinks + i];

		if (hop->budget < pipeline->sinks[i]->budget && !is_lost(pipeline, i))
			hop->reason = weir_plan_text(plan,
				"%s; may hold %u frames, not %u: of %u buffers the source needs %u",
				hop->reason, hop->budget, pipeline->sinks[i]->budget,
				plan->value.slots, pipeline->source->min_slots);
	}
}

void weir_planner_share(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	unsigned own = pipeline->source->min_slots, slots = plan->value.slots;
	struct weir_plan_hop *hop = plan->hops + plan->value.n_hops - pipeline->n_sinks;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		hop[i].budget = is_lost(pipeline, i) ? 0 : pipeline->sinks[i]->budget;
	while (own + sum_of_budgets(plan) > slots && (hop = largest_budget(plan)))
		hop->budget--;
	plan->may_wait = own + sum_of_budgets(plan) < slots;
}

void weir_planner_fit(struct weir_pipeline *pipeline, unsigned slots)
{
	pipeline->plan.value.slots = slots;
	if (pipeline->plan.error)
		return;
	weir_planner_share(pipeline);
	explain_budgets(pipeline);
}

static void plan_slots(struct weir_pipeline *pipeline)
{
	unsigned slots = pipeline->settings.buffers;

	if (pipeline->given.n_buffers) {
		slots = pipeline->given.n_buffers;
	} else if (!slots) {
		slots = pipeline->source->min_slots + sum_of_budgets(&pipeline->plan) + 1;
		if (slots < WEIR_DEFAULT_BUFFERS)
			slots = WEIR_DEFAULT_BUFFERS;
		if (slots > WEIR_MAX_BUFFERS)
			slots = WEIR_MAX_BUFFERS;
	}
	weir_planner_fit(pipeline, slots);
}

/* ---- loop ---- */

static int plan_loop(struct weir_pipeline *pipeline, struct weir_loop **out)
{
	struct weir_loop_settings settings = {
		.log = pipeline->settings.log,
		.backend = pipeline->settings.loop,
	};
	struct weir_plan_draft *plan = &pipeline->plan;
	int err = weir_loop_open(&settings, out);

	/* -EPERM is the copy policy's, and here it means io_uring that is not allowed. */
	if (err == -EPERM || err == -EACCES || err == -ENOSYS)
		return -ENOTSUP;
	if (err)
		return err;
	plan->value.loop = weir_plan_text(plan, "%s", weir_loop_backend(*out));
	weir_plan_add_choice(plan, "loop", plan->value.loop, true,
		weir_plan_text(plan, "%s", weir_loop_reason(*out)));
	return 0;
}

static int check_copy_policy(const struct weir_pipeline *pipeline)
{
	const struct weir_plan *plan = &pipeline->plan.value;

	if (!pipeline->settings.require_zero_copy || !plan->bytes_copied)
		return 0;
	for (size_t i = 0; i < plan->n_hops; i++)
		if (plan->hops[i].bytes_copied)
			weir_error(pipeline->settings.log,
				"zero copy was required, but %s copies %llu bytes a frame: %s",
				plan->hops[i].name, (unsigned long long)plan->hops[i].bytes_copied,
				plan->hops[i].reason);
	return -EPERM;
}

int weir_planner_make(struct weir_pipeline *pipeline, struct weir_loop **out)
{
	struct weir_loop *loop = NULL;
	int err;

	weir_plan_init(&pipeline->plan);
	pipeline->plan.value.video = pipeline->source->video;
	err = plan_hops(pipeline);
	if (!err)
		err = plan_memory(pipeline);
	if (!err)
		err = plan_loop(pipeline, &loop);
	if (!err) {
		plan_slots(pipeline);
		err = pipeline->plan.error ? pipeline->plan.error : check_copy_policy(pipeline);
	}
	if (err || !out)
		weir_loop_close(&loop);
	else
		*out = loop;
	return err;
}
