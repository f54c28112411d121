/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_PLANNER_H
#define WEIR_PIPELINE_PLANNER_H

#include "pipeline/pipeline.h"

/* Room for a reason in words. */
#define WEIR_PLAN_WHY 256

/* Fills pipeline->plan from its source, stages, sinks and settings. Probes what it must and leaves
 * nothing behind but, if that is wanted, the loop of a run that follows at once: *loop is the
 * caller's on success. 0, or as weir_pipeline_plan(). */
int weir_planner_make(struct weir_pipeline *pipeline, struct weir_loop **loop);

/* Lowers the sinks' budgets to what `slots` buffers allow, and says so in the plan. */
void weir_planner_fit(struct weir_pipeline *pipeline, unsigned slots);

/* Shares the buffers among the sinks that are left, after one was lost. */
void weir_planner_share(struct weir_pipeline *pipeline);

/* Whether that sink was lost in this run: what the books of the last one say does not matter. */
bool weir_planner_has_lost(const struct weir_pipeline *pipeline, size_t index);

/* planner_memory.c: the kind of memory of each leg. 0, or as weir_pipeline_plan(). */
int weir_planner_choose_memory(struct weir_pipeline *pipeline);

/* planner_slots.c: how many slots each leg has, and the sinks' budgets. */
void weir_planner_share_slots(struct weir_pipeline *pipeline);

#endif
