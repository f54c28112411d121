/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/doctor/doctor.h"

/* Stands in for uring.c and uring_send.c in builds without liburing. */

int weir_examine_loop(const struct weir_doctor *doctor)
{
	const struct weir_finding finding = {
		.about = "loop",
		.ability = "io_uring",
		.verdict = WEIR_MISSING,
		.cost = "the loop runs on epoll: more system calls a frame",
		.remedy = "sudo apt install liburing-dev, and build weir again",
	};

	return weir_doctor_tell(doctor, &finding, "this build has none");
}

int weir_examine_network(const struct weir_doctor *doctor)
{
	const struct weir_finding finding = {
		.about = "network",
		.ability = "zero-copy send",
		.verdict = WEIR_MISSING,
		.cost = "the kernel copies each frame that is sent",
		.remedy = "sudo apt install liburing-dev, and build weir again",
	};

	return weir_doctor_tell(doctor, &finding, "this build has no io_uring");
}
