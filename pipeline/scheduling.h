/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_SCHEDULING_H
#define WEIR_PIPELINE_SCHEDULING_H

#include <sched.h>
#include <stdbool.h>

#include <weir/log.h>

/* How the calling thread was scheduled before a run asked for something else. */
struct weir_scheduling {
	bool priority_changed, cpus_changed;
	int policy;
	struct sched_param param;
	cpu_set_t cpus;
};

/* Asks for SCHED_FIFO at `priority` and for one CPU (1 + its number), where they are not 0. What is
 * refused is logged with the remedy and left as it was. */
void weir_scheduling_apply(struct weir_scheduling *before, int priority, int cpu,
	const struct weir_log *log);
void weir_scheduling_restore(const struct weir_scheduling *before);

#endif
