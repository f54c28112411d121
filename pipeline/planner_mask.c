/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/planner.h"

/* Whose work the masks of a sink are, and what they cost. */

/* Nobody else sees its frames, not even to convert them. */
static bool is_alone(const struct weir_pipeline *pipeline, size_t index)
{
	const struct weir_plan_draft *plan = &pipeline->plan;
	size_t branch = weir_planner_branch_of(pipeline, index);

	return plan->branches[branch].sinks == 1u << index && (branch || plan->n_branches == 1);
}

static enum weir_masking masking_of(const struct weir_pipeline *pipeline, size_t index)
{
	const struct weir_sink *sink = pipeline->sinks[index];

	if (!sink->masks.n)
		return WEIR_MASKING_NONE;
	if (sink->impl->gathers)
		return WEIR_MASKING_GATHER;
	return is_alone(pipeline, index) ? WEIR_MASKING_IN_PLACE : WEIR_MASKING_COPY;
}

static void mask_in_place(
	struct weir_plan_draft *plan, struct weir_leg_plan *leg, struct weir_plan_hop *hop)
{
	hop->may_copy = leg->kept;
	leg->copies |= leg->kept;
	hop->reason = weir_plan_text(plan, "%s; masked in place%s", hop->reason,
		leg->kept ? ": a frame that a stage before keeps is copied first" : "");
}

static void mask_copies(struct weir_plan_draft *plan, struct weir_plan_hop *hop)
{
	hop->reason =
		weir_plan_text(plan, "masked in a copy, for other sinks see the whole picture%s%s",
			hop->bytes_copied ? "; " : "", hop->bytes_copied ? hop->reason : "");
	hop->bytes_copied += weir_planner_visible_bytes(&hop->video);
	hop->memory = WEIR_MEMORY_COPY;
}

void weir_planner_mask_sink(struct weir_pipeline *pipeline, size_t index, struct weir_plan_hop *hop)
{
	struct weir_plan_draft *plan = &pipeline->plan;

	plan->masking[index] = masking_of(pipeline, index);
	if (plan->masking[index] == WEIR_MASKING_GATHER)
		hop->reason = weir_plan_text(plan, "%s; its masks cost no copy", hop->reason);
	else if (plan->masking[index] == WEIR_MASKING_IN_PLACE)
		mask_in_place(plan, &plan->legs[weir_planner_leg_of(pipeline, index)], hop);
	else if (plan->masking[index] == WEIR_MASKING_COPY)
		mask_copies(plan, hop);
}
