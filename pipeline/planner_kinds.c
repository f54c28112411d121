/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/planner.h"

/* Memory that sinks make: who of them does, and who is asked about it. */

static size_t add_makers(const struct weir_pipeline *pipeline,
	const struct weir_memory_kind *out[WEIR_MAX_KINDS], size_t n, size_t room)
{
	for (size_t i = 0; i < pipeline->n_sinks && n < room; i++)
		if (pipeline->made_by[i].maker && !weir_planner_has_lost(pipeline, i))
			out[n++] = &pipeline->made_by[i];
	return n;
}

size_t weir_planner_kinds(const struct weir_pipeline *pipeline,
	const struct weir_memory_kind *const *rows,
	const struct weir_memory_kind *out[WEIR_MAX_KINDS])
{
	size_t n = 0, left = 0;

	while (rows[left])
		left++;
	for (; left; rows++, left--) {
		size_t before = n;

		if ((*rows)->by_sink)
			n = add_makers(pipeline, out, n, WEIR_MAX_KINDS + 1 - left);
		if (n == before)
			out[n++] = *rows;
	}
	return n;
}

const char *weir_planner_name_maker(
	struct weir_pipeline *pipeline, const struct weir_memory_kind *kind, const char *reason)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	size_t makers = 0;

	for (size_t i = 0; i < plan->n_kinds; i++)
		makers += plan->kinds[i].kind->maker != NULL;
	if (!kind->maker || makers < 2)
		return reason;
	return weir_plan_text(plan, "that of %s: %s", kind->maker->uri, reason);
}

/* Whether a stage shows others a part of what was made last. */
static bool has_view(const struct weir_pipeline *pipeline)
{
	const struct weir_branch *asked = &pipeline->plan.asked;

	for (size_t i = asked->end; i-- > asked->first && !pipeline->stages[i]->engine;)
		if (pipeline->stages[i]->impl->access == WEIR_STAGE_RESHAPE)
			return true;
	return false;
}

struct weir_offer weir_planner_offer(const struct weir_pipeline *pipeline,
	const struct weir_video *video, const struct weir_memory_kind *kind,
	const struct weir_memory_traits *traits)
{
	return (struct weir_offer){ .video = *video,
		.memory = kind->name,
		.traits = *traits,
		.maker = kind->maker,
		.view = has_view(pipeline) };
}
