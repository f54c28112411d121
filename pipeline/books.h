/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_BOOKS_H
#define WEIR_PIPELINE_BOOKS_H

#include <stddef.h>
#include <stdint.h>

#include <weir/ledger.h>

#include "core/counter.h"
#include "core/histogram.h"
#include "core/stage.h"

/* What a run has used so far: time, faults, system calls. */
struct weir_usage {
	weir_counter frames, cpu_ns, minor_faults, major_faults, syscalls;
};

/* What a stage that converts has written, under its text. */
struct weir_conversion_books {
	char name[48];
	weir_counter frames, bytes;
};

/* The books of a run that are not a sink's. Written by the run's thread, read by any.
 *
 * Costs a frame are quoted over the steady state only: `warm` is what had been used when every slot
 * had been round (after the last change of plan), `now` is refreshed once a second and at the end.
 */
struct weir_books {
	weir_counter captured, corrupt;
	weir_counter lost; /* by the device, before the last captured frame */
	weir_counter first_ns, last_ns;
	weir_counter syncs; /* of the stretches before this one */
	weir_counter private_bytes, brought_bytes;
	struct weir_conversion_books conversions[WEIR_MAX_CONVERSIONS];
	size_t n_conversions;
	struct weir_usage warm, now;
	uint64_t warm_at, next_sample_ns;
	struct weir_histogram latency;
};

void weir_books_open(struct weir_books *books);

/* Those of the stage with that text, a new line if need be. With the pipeline's lock held. */
struct weir_conversion_books *weir_books_of_conversion(
	struct weir_books *books, const char *name);

/* From here on `slots` slots have to go round before costs count. */
void weir_books_warm_up(struct weir_books *books, unsigned slots);

/* What became of the frames that one sink was to get. Written by whoever releases a frame. */
struct weir_sink_books {
	weir_counter delivered, bytes, held_max;
	weir_counter copied_bytes; /* by us: written by the run's thread alone */
	weir_counter drops[WEIR_N_DROPS];
	_Atomic uint64_t pending; /* held by the sink, or waiting for it */
	struct weir_histogram latency, added;
};

/* The books of all sinks. The run has a reference, and so has each of its slabs: a frame that is
 * released long after the run still finds its books. */
struct weir_sinks_books {
	_Atomic unsigned refs;
	size_t n;
	struct weir_sink_books sink[];
};

/* All zero, with one reference; NULL: no memory. */
struct weir_sinks_books *weir_sinks_books_create(size_t n);
struct weir_sinks_books *weir_sinks_books_ref(struct weir_sinks_books *books);
void weir_sinks_books_unref(struct weir_sinks_books *books);

/* Counts `n` frames that came to no sink. */
void weir_sinks_books_drop(struct weir_sinks_books *books, enum weir_drop reason, uint64_t n);

/* Everything but uri, error and verdict, which the pipeline knows. */
void weir_sink_books_read(struct weir_sink_books *books, struct weir_sink_ledger *out);

/* Notes what the calling thread has used, and what was counted elsewhere. */
void weir_usage_sample(
	struct weir_usage *usage, uint64_t frames, const struct weir_stage_usage *elsewhere);

#endif
