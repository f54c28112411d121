/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CLI_OUTPUT_H
#define WEIR_CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <weir/device.h>
#include <weir/doctor.h>
#include <weir/ledger.h>
#include <weir/pipeline.h>
#include <weir/plan.h>
#include <weir/source.h>

#define SUMMARY_SCHEMA 1

/* What a run came to, collected; printing it is the outputs' work. */
struct summary {
	const char *source;
	const struct weir_plan *plan;
	struct weir_ledger ledger;
	struct weir_memory_report memory;
	int error; /* -errno the run ended with */
	const char *
		wrong; /* the sum that does not come out, in words; NULL when the books are right */
};

/* One way of printing, for people or for programs. Each function prints whole lines. */
struct output {
	void (*devices)(FILE *to, const struct weir_device *devices, size_t n_devices);
	void (*device_change)(FILE *to, bool added, const struct weir_device *device);
	void (*findings)(FILE *to, const struct weir_finding *findings, size_t n_findings);
	void (*source)(
		FILE *to, const struct weir_source_info *info, const struct weir_video *video);
	void (*plan)(FILE *to, const struct weir_plan *plan);
	void (*summary)(FILE *to, const struct summary *summary);
	/* Allocates nothing when the event is a frame or measured of one. NULL: events are not
	 * printed. */
	void (*event)(FILE *to, const struct weir_event *event, const char *sink);
};

extern const struct output text_output;

/* NULL in builds without json-c. */
extern const struct output *const json_output;

/* Captured frames a second, measured. */
double summary_rate(const struct weir_ledger *ledger);

/* Why bytes were copied at that hop of the plan; NULL when none were. */
const char *summary_copy_reason(const struct summary *summary, size_t hop);

/* Bytes copied of each frame in fact; the plan has what was expected. */
double summary_copied_per_frame(const struct weir_ledger *ledger);

/* a / b, 0 where b is 0. */

double summary_ratio(uint64_t a, uint64_t b);

#endif
