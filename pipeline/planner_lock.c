/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/planner.h"

/* Whether frames may be swapped out, which makes them late: known before the run. */

static size_t foresee(struct weir_pipeline *pipeline, size_t index, size_t others)
{
	struct weir_plan_draft *plan = &pipeline->plan;
	const struct weir_leg_plan *leg = &plan->legs[index];
	const struct weir_slab_settings settings = {
		.slots = leg->slots,
		.frame_bytes = leg->slot_bytes,
		.no_lock = pipeline->settings.no_lock,
	};
	char verdict[160];
	size_t locked =
		weir_slab_foresee_lock(leg->kind, &settings, others, verdict, sizeof(verdict));

	weir_plan_add_choice(plan, "lock",
		index ? pipeline->stages[leg->first - 1]->text : "source", true,
		weir_plan_text(plan, "%s", verdict));
	return locked;
}

void weir_planner_foresee_locks(struct weir_pipeline *pipeline)
{
	size_t locked = 0;

	for (size_t i = 0; i < pipeline->plan.n_legs && !pipeline->plan.error; i++)
		locked += foresee(pipeline, i, locked);
}
