/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/doctor/doctor.h"

/* Real-time priority, taken by a thread that ends at once, so that nothing has to be put back. */

#define USUAL 50

struct attempt {
	int priority;
	int error;
};

static void *take_priority(void *data)
{
	struct attempt *attempt = data;
	struct sched_param wanted = { .sched_priority = attempt->priority };

	attempt->error = pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted);
	return NULL;
}

static int try_priority(int priority)
{
	struct attempt attempt = { .priority = priority };
	pthread_t thread;
	int error = pthread_create(&thread, NULL, take_priority, &attempt);

	if (error)
		return error;
	pthread_join(thread, NULL);
	return attempt.error;
}

int weir_examine_scheduling(const struct weir_doctor *doctor)
{
	struct weir_finding finding = {
		.about = "scheduling",
		.ability = "SCHED_FIFO",
		.cost = "--rt goes on without: on a busy machine frames come later, and latency "
			"varies",
		.remedy = "LimitRTPRIO=50 in the service's unit; for logins \"@video - rtprio 50\" "
			  "in "
			  "/etc/security/limits.d/weir.conf (ulimit -r shows it)",
	};
	struct rlimit limit = { 0 };
	char text[WEIR_ERRNO_TEXT];
	int error = try_priority(USUAL), most;

	if (!error)
		return weir_doctor_tell(doctor, &finding, "priority %d was taken", USUAL);
	getrlimit(RLIMIT_RTPRIO, &limit);
	most = limit.rlim_cur < USUAL ? (int)limit.rlim_cur : 0;
	if (most && try_priority(most) == 0) {
		finding.verdict = WEIR_WORKS_WITH;
		return weir_doctor_tell(doctor, &finding, "priorities up to %d only", most);
	}
	finding.verdict = WEIR_MISSING;
	if (geteuid() == 0) /* limits do not bind it: the control group or the container does */
		finding.remedy = "give the container CAP_SYS_NICE, or its control group a share: "
				 "sudo sysctl kernel.sched_rt_runtime_us=-1";
	return weir_doctor_tell(
		doctor, &finding, "priority %d: %s", USUAL, weir_errno_text(error, text));
}
