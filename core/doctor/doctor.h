/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_DOCTOR_DOCTOR_H
#define WEIR_CORE_DOCTOR_DOCTOR_H

#include <weir/doctor.h>

#include "core/log.h"

/* For those who write examinations: a function here and a row in doctor.c, or `examine` of a sink's
 * table. What an examination uses logs nothing: what it would have said is a finding. */
struct weir_doctor {
	const struct weir_log *log;
	int (*found)(void *data, const struct weir_finding *finding);
	void *data;
};

/* Tells one finding with `detail` formatted; its `cost` is dropped where it works in full, and so
 * is its remedy. What it returns the examination returns, at once when it is not 0. */
int weir_doctor_tell(const struct weir_doctor *doctor, const struct weir_finding *finding,
	const char *detail, ...) WEIR_PRINTF(3, 4);

/* A log that keeps the line that tells most: the first error, else the first warning. */
struct weir_overheard {
	struct weir_log log;
	enum weir_log_level level;
	char line[WEIR_LOG_LINE]; /* "" while there is none */
};

void weir_overhear(struct weir_overheard *overheard);

/* Each tries what its name says and tells what it found. 0, or what `found` returned. */
int weir_examine_cameras(const struct weir_doctor *doctor);
int weir_examine_udmabuf(const struct weir_doctor *doctor);
int weir_examine_heaps(const struct weir_doctor *doctor);
int weir_examine_locking(const struct weir_doctor *doctor);
int weir_examine_huge_pages(const struct weir_doctor *doctor);
int weir_examine_loop(const struct weir_doctor *doctor);
int weir_examine_network(const struct weir_doctor *doctor);
int weir_examine_scheduling(const struct weir_doctor *doctor);
int weir_examine_permissions(const struct weir_doctor *doctor);

#endif
