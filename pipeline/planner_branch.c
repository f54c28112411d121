/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/planner.h"

/* Who gets the same pictures, and whom a question goes to. */

bool weir_planner_has_lost(const struct weir_pipeline *pipeline, size_t index)
{
	return pipeline->running && pipeline->errors[index];
}

static uint32_t living_sinks(const struct weir_pipeline *pipeline)
{
	uint32_t sinks = 0;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (!weir_planner_has_lost(pipeline, i))
			sinks |= 1u << i;
	return sinks;
}

void weir_planner_begin_branches(struct weir_pipeline *pipeline)
{
	struct weir_plan_draft *plan = &pipeline->plan;

	weir_planner_drop_stages(pipeline, pipeline->n_stages - pipeline->n_own_stages);
	plan->branches[0] = (struct weir_branch){
		.sinks = living_sinks(pipeline),
		.end = pipeline->n_stages,
	};
	plan->n_branches = 1;
	plan->asked = plan->branches[0];
	weir_planner_probe_made(pipeline);
}

struct weir_branch weir_planner_ask(struct weir_pipeline *pipeline, struct weir_branch whom)
{
	struct weir_branch before = pipeline->plan.asked;

	pipeline->plan.asked = whom;
	return before;
}

bool weir_planner_is_asked(const struct weir_pipeline *pipeline, size_t index)
{
	return pipeline->plan.asked.sinks & 1u << index && !weir_planner_has_lost(pipeline, index);
}

size_t weir_planner_branch_of(const struct weir_pipeline *pipeline, size_t index)
{
	for (size_t i = 1; i < pipeline->plan.n_branches; i++)
		if (pipeline->plan.branches[i].sinks & 1u << index)
			return i;
	return 0;
}

size_t weir_planner_leg_of(const struct weir_pipeline *pipeline, size_t index)
{
	return pipeline->plan.branches[weir_planner_branch_of(pipeline, index)].leg;
}
