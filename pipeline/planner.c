/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/planner.h"

#include <errno.h>
#include <string.h>

#include "core/checked.h"
#include "core/log.h"

/* ---- hops: what becomes of the frames, and what is copied ---- */

static void add_source(struct weir_pipeline *pipeline)
{
	struct weir_source *source = pipeline->source;
	const char *reason = source->device ? "the device writes into the slots"
					    : "drawn straight into the slots";
	char why[WEIR_PLAN_WHY] = "";
	uint64_t copied = source->impl->copies ? source->impl->copies(source, why, sizeof(why)) : 0;

	weir_plan_add_hop(&pipeline->plan,
		&(struct weir_plan_hop){
			.kind = WEIR_HOP_SOURCE,
			.memory = copied ? WEIR_MEMORY_COPY : WEIR_MEMORY_SAME,
			.name = weir_plan_text(&pipeline->plan, "%s", source->uri),
			.reason = copied ? weir_plan_text(&pipeline->plan, "%s", why) : reason,
			.video = source->video,
			.bytes_copied = copied,
		});
}

/* A stage of the program's, and one that only reads, may hold frames while they go on. */
static bool may_keep(const struct weir_stage *stage)
{
	return stage->own || stage->impl->access == WEIR_STAGE_READ;
}

static const char *reason_to_copy(const struct weir_pipeline *pipeline)
{
	return pipeline->settings.require_zero_copy
		       ? "writes in place; a frame that a stage before keeps ends the run, for it "
			 "would have to be copied"
		       : "writes in place; a frame that a stage before keeps is copied first";
}

static void add_hop(struct weir_pipeline *pipeline, const struct weir_stage *stage,
	struct weir_leg_plan *leg, const struct weir_video *video)
{
	static const char *const reasons[] = {
		[WEIR_STAGE_PASS] = "looks at no pixel",
		[WEIR_STAGE_RESHAPE] = "another geometry over the same bytes",
		[WEIR_STAGE_READ] = "reads in place",
		[WEIR_STAGE_WRITE] = "writes in place, before anybody else sees the frame",
		[WEIR_STAGE_CONVERT] = "converts", /* into what is told once its memory is known */
	};
	static const enum weir_hop_memory memory[] = {
		[WEIR_STAGE_RESHAPE] = WEIR_MEMORY_VIEW,
		[WEIR_STAGE_CONVERT] = WEIR_MEMORY_CONVERTED,
	};
	const struct weir_stage_impl *impl = stage->impl;
	bool converts = impl->access == WEIR_STAGE_CONVERT;
	bool device = stage->engine && stage->engine->is_device;
	bool may_copy = impl->access == WEIR_STAGE_WRITE && leg->kept;

	weir_plan_add_hop(&pipeline->plan,
		&(struct weir_plan_hop){
			.kind = WEIR_HOP_STAGE,
			.memory = device ? WEIR_MEMORY_DEVICE : memory[impl->access],
			.name = weir_plan_text(&pipeline->plan, "%s", stage->text),
			.reason = may_copy ? reason_to_copy(pipeline) : reasons[impl->access],
			.video = *video,
			.bytes_converted = converts && !device ? leg->slot_bytes : 0,
			.may_copy = may_copy,
			.from = leg->hop,
		});
	leg->hop = pipeline->plan.value.n_hops - 1;
	leg->copies |= may_copy;
	leg->kept |= !converts && may_keep(stage);
}

/* What the stage makes begins a leg of its own. */
static int begin_leg(struct weir_pipeline *pipeline, size_t stage, size_t branch, size_t *at,
	const struct weir_video *video)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	struct weir_leg_plan *leg = &plan->legs[plan->n_legs];

	if (plan->n_legs == WEIR_MAX_LEGS) {
		weir_error(pipeline->settings.log,
			"%d stages that convert are the most there can be", WEIR_MAX_LEGS - 1);
		return -ENOTSUP;
	}
	*leg = (struct weir_leg_plan){
		.video = *video,
		.first = stage + 1,
		.end = stage + 1,
		.from = *at,
		.hop = plan->legs[*at].hop,
		.branch = branch,
	};
	*at = plan->n_legs++;
	return weir_planner_output_bytes(pipeline->stages[stage], video, &leg->slot_bytes);
}

/* *at: the leg whose frames come to it; becomes the one of those that it makes. */
static int add_stage(struct weir_pipeline *pipeline, size_t index, size_t branch, size_t *at,
	struct weir_video *video)
{
	const struct weir_stage *stage = pipeline->stages[index];
	int err = weir_planner_configure(pipeline, index, video, pipeline->settings.log);

	if (!err && stage->impl->access == WEIR_STAGE_CONVERT)
		err = begin_leg(pipeline, index, branch, at, video);
	if (err)
		return err;
	pipeline->plan.legs[*at].end = index + 1;
	add_hop(pipeline, stage, &pipeline->plan.legs[*at], video);
	return 0;
}

static void add_lost_sink(struct weir_pipeline *pipeline, struct weir_sink *sink,
	const struct weir_leg_plan *leg, const struct weir_video *video)
{
	weir_plan_add_hop(
		&pipeline->plan, &(struct weir_plan_hop){
					 .kind = WEIR_HOP_SINK,
					 .name = weir_plan_text(&pipeline->plan, "%s", sink->uri),
					 .reason = "lost earlier in this run: gets nothing",
					 .video = *video,
					 .from = leg->hop,
				 });
}

static const char *reason_of(const struct weir_sink_impl *impl)
{
	if (impl->reads_pixels)
		return "reads in place";
	if (impl->shows_dmabufs)
		return "hands on the dma-bufs";
	if (impl->wants_registered)
		return "transfers straight from it";
	return impl->program_holds ? "is shown to the program" : "looks at no pixel";
}

static void add_living_sink(struct weir_pipeline *pipeline, size_t index,
	const struct weir_leg_plan *leg, const struct weir_video *video)
{
	const struct weir_offer offer =
		weir_planner_offer(pipeline, video, leg->kind, &leg->traits);
	struct weir_sink *sink = pipeline->sinks[index];
	const struct weir_sink_impl *impl = sink->impl;
	char why[WEIR_PLAN_WHY] = "";
	uint64_t copied = impl->copies ? impl->copies(sink, &offer, why, sizeof(why)) : 0;
	bool may_copy = !copied && impl->how && impl->how(sink, &offer, why, sizeof(why));
	struct weir_plan_hop hop = {
		.kind = WEIR_HOP_SINK,
		.memory = copied ? WEIR_MEMORY_COPY : WEIR_MEMORY_SAME,
		.name = weir_plan_text(&pipeline->plan, "%s", sink->uri),
		.reason = why[0] ? weir_plan_text(&pipeline->plan, "%s", why) : reason_of(impl),
		.video = *video,
		.bytes_copied = copied,
		.may_copy = may_copy,
		.budget = sink->budget,
		.from = leg->hop,
	};

	weir_planner_mask_sink(pipeline, index, &hop);
	weir_plan_add_hop(&pipeline->plan, &hop);
}

static void add_sinks(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	const struct weir_branch before = plan->asked;

	for (size_t i = 0; i < pipeline->n_sinks && !plan->error; i++) {
		const struct weir_branch *branch =
			&plan->branches[weir_planner_branch_of(pipeline, i)];
		const struct weir_leg_plan *leg = &plan->legs[branch->leg];
		const struct weir_video video = plan->hops[leg->hop].video;

		weir_planner_ask(pipeline, *branch);
		if (weir_planner_has_lost(pipeline, i))
			add_lost_sink(pipeline, pipeline->sinks[i], leg, &video);
		else
			add_living_sink(pipeline, i, leg, &video);
	}
	weir_planner_ask(pipeline, before);
}

/* From the leg that it begins with; *video comes to it, and becomes what comes out of it. */
static int plan_branch(
	struct weir_pipeline *pipeline, size_t index, size_t from, struct weir_video *video)
{
	struct weir_branch *branch = &pipeline->plan.branches[index];
	const struct weir_branch before = weir_planner_ask(pipeline, *branch);
	int err = 0;

	branch->leg = from;
	for (size_t i = branch->first; i < branch->end && !err; i++)
		err = add_stage(pipeline, i, index, &branch->leg, video);
	weir_planner_ask(pipeline, before);
	return err;
}

static int plan_stages(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	struct weir_video trunk = pipeline->source->video;
	int err;

	add_source(pipeline);
	plan->legs[0] =
		(struct weir_leg_plan){ .video = trunk, .kept = pipeline->source->keeps_frames };
	plan->n_legs = 1;
	err = plan_branch(pipeline, 0, 0, &trunk);
	for (size_t i = 1; i < plan->n_branches && !err; i++) {
		struct weir_video video = trunk;

		err = plan_branch(pipeline, i, plan->branches[0].leg, &video);
	}
	return err;
}

/* First what is to flow, then in what, then each hop of it. */
static int plan_flow(struct weir_pipeline *pipeline)
{
	int err;

	weir_planner_begin_branches(pipeline);
	err = weir_planner_weigh_memory(pipeline, weir_planner_was_brought(pipeline));
	if (!err)
		err = weir_planner_choose_picture(pipeline);
	if (err)
		return err;
	pipeline->plan.value.video = pipeline->source->video;
	weir_planner_choose_made(pipeline);
	err = plan_stages(pipeline);
	if (!err)
		err = weir_planner_choose_memory(pipeline);
	if (!err)
		add_sinks(pipeline);
	return err;
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

	if (!pipeline->settings.require_zero_copy || !(plan->bytes_copied + plan->bytes_converted))
		return 0;
	for (size_t i = 0; i < plan->n_hops; i++) {
		const struct weir_plan_hop *hop = &plan->hops[i];
		uint64_t bytes = hop->bytes_copied + hop->bytes_converted;

		if (bytes)
			weir_error(pipeline->settings.log,
				"zero copy was required, but %s %s %llu bytes a frame: %s",
				hop->name, hop->bytes_copied ? "copies" : "writes",
				(unsigned long long)bytes, hop->reason);
	}
	return -EPERM;
}

int weir_planner_make(struct weir_pipeline *pipeline, struct weir_loop **out)
{
	struct weir_loop *loop = NULL;
	int err;

	weir_plan_init(&pipeline->plan);
	err = plan_flow(pipeline);
	if (!err)
		err = plan_loop(pipeline, &loop);
	if (!err) {
		weir_planner_share_slots(pipeline);
		weir_planner_foresee_locks(pipeline);
		err = pipeline->plan.error ? pipeline->plan.error : check_copy_policy(pipeline);
	}
	if (err || !out)
		weir_loop_close(&loop);
	else
		*out = loop;
	return err;
}
