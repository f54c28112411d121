/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_DOCTOR_H
#define WEIR_DOCTOR_H

#include <weir/export.h>
#include <weir/log.h>

WEIR_BEGIN_DECLS

/* What this machine can do for frames, each found out by doing it, for the user that asks. */

enum weir_verdict {
	WEIR_WORKS,
	WEIR_WORKS_WITH, /* less than it could: `detail` begins with what */
	WEIR_MISSING
};

/* "works", "works with", "missing". */
WEIR_API const char *weir_verdict_name(enum weir_verdict verdict);

struct weir_finding {
	const char *about;   /* "/dev/video0", "/dev/udmabuf", "memory", "loop", "network" … */
	const char *ability; /* "capture", "slab", "io_uring" …; the same name in every version */
	enum weir_verdict verdict;
	const char *detail;  /* what was done and what came of it */
	const char *cost;    /* what follows where it does not work in full; "" where it does */
	const char *remedy;  /* the command, group, udev rule or unit's line; NULL: none is known */
};

/* The ability of a camera that says whether frames came from it; nothing else has it. */
#define WEIR_ABILITY_CAPTURE "capture"

/* Tries everything and calls `found` for each ability, what belongs together in one go; the struct
 * is borrowed for the call. Stops at the first non-zero return and returns it. 0 when all were
 * told.
 *
 * This takes seconds. Cameras that nobody uses are captured from, some megabytes of memory are
 * locked, and the device of the default route sends a few kilobytes to an address that is nobody's
 * (192.0.2.1, with a time to live of one hop; not where it is somebody's). All of it is undone on
 * return, but that a camera may be set to another format than before. */
WEIR_API int weir_doctor(const struct weir_log *log,
	int (*found)(void *data, const struct weir_finding *finding), void *data);

WEIR_END_DECLS

#endif
