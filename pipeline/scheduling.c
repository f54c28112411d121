/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/scheduling.h"

#include <pthread.h>
#include <string.h>

#include "core/log.h"

static void raise_priority(struct weir_scheduling *before, int priority, const struct weir_log *log)
{
	struct sched_param wanted = { .sched_priority = priority };
	char text[WEIR_ERRNO_TEXT];
	int error = pthread_getschedparam(pthread_self(), &before->policy, &before->param);

	if (!error)
		error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted);
	if (error)
		weir_warn(log,
			"real-time priority %d was refused: %s; running without (grant it "
			"with LimitRTPRIO=, ulimit -r or CAP_SYS_NICE)",
			priority, weir_errno_text(error, text));
	before->priority_changed = !error;
}

static void move_to_cpu(struct weir_scheduling *before, int cpu, const struct weir_log *log)
{
	char text[WEIR_ERRNO_TEXT];
	cpu_set_t wanted;
	int error = pthread_getaffinity_np(pthread_self(), sizeof(before->cpus), &before->cpus);

	CPU_ZERO(&wanted);
	CPU_SET(cpu, &wanted);
	if (!error)
		error = pthread_setaffinity_np(pthread_self(), sizeof(wanted), &wanted);
	if (error)
		weir_warn(log,
			"CPU %d was refused: %s; running on any (taskset -p $$ shows which "
			"are allowed)",
			cpu, weir_errno_text(error, text));
	before->cpus_changed = !error;
}

void weir_scheduling_apply(
	struct weir_scheduling *before, int priority, int cpu, const struct weir_log *log)
{
	memset(before, 0, sizeof(*before));
	if (priority)
		raise_priority(before, priority, log);
	if (cpu)
		move_to_cpu(before, cpu - 1, log);
}

void weir_scheduling_restore(const struct weir_scheduling *before)
{
	if (before->priority_changed)
		pthread_setschedparam(pthread_self(), before->policy, &before->param);
	if (before->cpus_changed)
		pthread_setaffinity_np(pthread_self(), sizeof(before->cpus), &before->cpus);
}
