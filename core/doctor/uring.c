/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <sys/mman.h>

#include "core/doctor/doctor.h"
#include "core/loop/uring_setup.h"

/* io_uring as the loop sets it up, and what it can do then. */

#define ENTRIES 16
#define REGION  65536

static int tell_deferred(const struct weir_doctor *doctor, const struct io_uring *ring)
{
	const struct weir_finding finding = {
		.about = "loop",
		.ability = "DEFER_TASKRUN",
		.verdict = (ring->flags & IORING_SETUP_DEFER_TASKRUN) ? WEIR_WORKS : WEIR_MISSING,
		.cost = "the kernel interrupts the pipeline's thread for completions",
		.remedy = "Linux 6.1 or newer",
	};

	return weir_doctor_tell(doctor, &finding, "%s",
		finding.verdict == WEIR_WORKS ? "with SINGLE_ISSUER"
					      : "this kernel refuses it with SINGLE_ISSUER");
}

/* 0 or -errno. */
static int register_region(struct io_uring *ring)
{
	struct iovec region = { .iov_len = REGION };
	int err;

	region.iov_base =
		mmap(NULL, REGION, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (region.iov_base == MAP_FAILED)
		return -errno;
	err = io_uring_register_buffers(ring, &region, 1);
	if (!err)
		io_uring_unregister_buffers(ring);
	munmap(region.iov_base, REGION);
	return err;
}

static int tell_registered(const struct weir_doctor *doctor, struct io_uring *ring)
{
	int err = register_region(ring);
	const struct weir_finding finding = {
		.about = "loop",
		.ability = "registered buffers",
		.verdict = err ? WEIR_MISSING : WEIR_WORKS,
		.cost = "the kernel pins pages anew for every send and write",
		.remedy = err == -ENOMEM
				  ? "raise the limit of locked memory: LimitMEMLOCK=, ulimit -l"
				  : weir_uring_cure(err),
	};
	char text[WEIR_ERRNO_TEXT];

	return weir_doctor_tell(doctor, &finding, "%s",
		err ? weir_errno_text(err, text) : "64 KiB were pinned once for many transfers");
}

static int tell_polled(const struct weir_doctor *doctor)
{
	struct weir_loop loop = { .slots.count = ENTRIES };
	struct io_uring ring;
	int err = weir_uring_setup(&loop, true, &ring);
	const struct weir_finding finding = {
		.about = "loop",
		.ability = "sqpoll",
		.verdict = err ? WEIR_MISSING : WEIR_WORKS,
		.cost = "--loop sqpoll is refused; --loop auto does without",
		.remedy = weir_uring_cure(err),
	};

	if (!err)
		weir_uring_finish(&ring);
	return weir_doctor_tell(doctor, &finding, "%s", loop.reason);
}

static int tell_refused(const struct weir_doctor *doctor, int err)
{
	const struct weir_finding finding = {
		.about = "loop",
		.ability = "io_uring",
		.verdict = WEIR_MISSING,
		.cost = "the loop runs on epoll: more system calls a frame, and the kernel copies "
			"each frame that is sent",
		.remedy = weir_uring_cure(err),
	};
	char text[WEIR_ERRNO_TEXT];

	return weir_doctor_tell(doctor, &finding, "%s", weir_errno_text(err, text));
}

int weir_examine_loop(const struct weir_doctor *doctor)
{
	const struct weir_finding finding = { .about = "loop", .ability = "io_uring" };
	struct weir_loop loop = { .slots.count = ENTRIES };
	struct io_uring ring;
	int err = weir_uring_setup(&loop, false, &ring), stopped;

	if (err)
		return tell_refused(doctor, err);
	stopped = weir_doctor_tell(doctor, &finding, "%s", loop.reason);
	if (!stopped)
		stopped = tell_deferred(doctor, &ring);
	if (!stopped)
		stopped = tell_registered(doctor, &ring);
	weir_uring_finish(&ring);
	return stopped ? stopped : tell_polled(doctor);
}
