/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <sys/resource.h>

#include "core/checked.h"
#include "core/doctor/doctor.h"
#include "core/loop.h"
#include "core/slab.h"

/* Frame memory that is locked and registered with io_uring, as runs of typical sizes want it. The
 * kernel counts both against RLIMIT_MEMLOCK, each by itself. */

static const struct {
	const char *name;
	unsigned slots;
	size_t frame_bytes;
} plans[] = {
	{ "4 x 1080p YUYV", 4, 1920 * 1080 * 2 },
	{ "8 x 1080p YUYV", 8, 1920 * 1080 * 2 },
	{ "1 x 4K YUYV", 1, 3840 * 2160 * 2 },
};

static const struct weir_log silent = { .level = WEIR_LOG_SILENT };

enum registration { REGISTERED, REFUSED, NOT_TRIED };

/* Without io_uring there is nothing to register with, which the loop's findings say. */
static enum registration register_slab(const struct weir_slab *slab)
{
	struct weir_loop_settings settings = { .log = &silent, .backend = "uring" };
	struct weir_loop *loop = NULL;
	int err;

	if (weir_loop_open(&settings, &loop) < 0)
		return NOT_TRIED;
	err = weir_loop_register(loop, slab->base, slab->length);
	if (!err) /* the end of the ring alone gives the pages back some time later */
		weir_loop_unregister(loop);
	weir_loop_close(&loop);
	return err ? REFUSED : REGISTERED;
}

static const char *limit_text(char *text, size_t size)
{
	struct rlimit limit = { 0 };

	getrlimit(RLIMIT_MEMLOCK, &limit);
	if (limit.rlim_cur == RLIM_INFINITY)
		snprintf(text, size, "there is no limit");
	else
		snprintf(text, size, "the limit is %.1f MiB", (double)limit.rlim_cur / (1 << 20));
	return text;
}

static enum weir_verdict judge(bool locked, enum registration registration)
{
	if (locked && registration != REFUSED)
		return WEIR_WORKS;
	return locked || registration == REGISTERED ? WEIR_WORKS_WITH : WEIR_MISSING;
}

static int tell(const struct weir_doctor *doctor, const char *name, const struct weir_slab *slab)
{
	static const char *const words[] = { " and registered", " and not registered", "" };
	enum registration registration = register_slab(slab);
	size_t megabytes = (slab->length >> 20) + 1;
	bool locked = slab->locked_bytes > 0;
	char limit[48], remedy[256];
	const struct weir_finding finding = {
		.about = "memory",
		.ability = name,
		.verdict = judge(locked, registration),
		.cost = locked ? "the kernel pins pages anew for every send and write"
			: registration == REFUSED
				? "pages may be swapped out, and the kernel pins them anew for "
				  "every send and write"
				: "pages may be swapped out, and frames then come late",
		.remedy = remedy,
	};

	snprintf(remedy, sizeof(remedy),
		"LimitMEMLOCK=%zuM in the service's unit; for logins \"@video - memlock %zu\" in "
		"/etc/security/limits.d/weir.conf (ulimit -l shows it)",
		megabytes, megabytes << 10);
	return weir_doctor_tell(doctor, &finding, "%.1f MiB %slocked%s; %s",
		(double)slab->length / (1 << 20), locked ? "" : "not ", words[registration],
		limit_text(limit, sizeof(limit)));
}

int weir_examine_locking(const struct weir_doctor *doctor)
{
	int stopped = 0;

	for (size_t i = 0; i < WEIR_COUNT(plans) && !stopped; i++) {
		struct weir_slab_settings settings = {
			.log = &silent, .slots = plans[i].slots, .frame_bytes = plans[i].frame_bytes
		};
		const struct weir_finding none = { .about = "memory",
			.ability = plans[i].name,
			.verdict = WEIR_MISSING,
			.cost = "no run of that size",
			.remedy = "free some memory, or take smaller frames" };
		struct weir_slab *slab = NULL;
		char text[WEIR_ERRNO_TEXT];
		int err = weir_slab_create(&weir_memory_host, &settings, &slab);

		stopped = err ? weir_doctor_tell(doctor, &none, "%s", weir_errno_text(err, text))
			      : tell(doctor, plans[i].name, slab);
		weir_slab_unref(&slab);
	}
	return stopped;
}
