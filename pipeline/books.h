/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_BOOKS_H
#define WEIR_PIPELINE_BOOKS_H

#include <stdint.h>

#include "core/counter.h"
#include "core/histogram.h"

/* What a run has used so far: time, faults, system calls. */
struct weir_usage {
	weir_counter frames, cpu_ns, minor_faults, major_faults, syscalls;
};

/* The books of a run that are not a sink's. Written by the run's thread, read by any.
 *
 * Costs a frame are quoted over the steady state only: `warm` is what had been used when every slot
 * had been round, `now` is refreshed once a second and at the end. */
struct weir_books {
	weir_counter captured, corrupt;
	weir_counter lost; /* by the device, before the last captured frame */
	weir_counter first_ns, last_ns;
	struct weir_usage warm, now;
	uint64_t warm_at, next_sample_ns;
	struct weir_histogram latency;
};

void weir_books_open(struct weir_books *books, unsigned slots);

/* Notes what the calling thread has used; `syscalls` are those counted elsewhere. */
void weir_usage_sample(struct weir_usage *usage, uint64_t frames, uint64_t syscalls);

#endif
