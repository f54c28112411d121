/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FAKE_PLAN_SINKS_H
#define WEIR_TESTS_FAKE_PLAN_SINKS_H

#include "core/sink.h"

/* Sinks by what a planner asks of them: a display's, a network's and a disk's needs. What they
 * take, they let go of at once. */

enum plan_sink_kind { NO_SINK, DISPLAY, NETWORK, DISK };

#define SINK_FORMATS 6

struct plan_sink {
	enum plan_sink_kind kind;
	const char *uri;
	const char *formats[SINK_FORMATS]; /* none: any */
	bool contiguous;                   /* of a display: scans out neighbouring pages only */
	uint32_t align;                    /* of a display: lines are a multiple of it apart */
	uint32_t own;      /* of a display: makes memory, whose lines are a multiple of it apart */
	bool imports_none; /* of a display: shows no memory but its own */
	bool image; /* of a network: takes whole images, no lines with headers between */
	unsigned budget; /* 0: the default */
};

int plan_sink_open(
	const struct plan_sink *settings, const struct weir_log *log, struct weir_sink **out);

#endif
