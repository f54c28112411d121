/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_PATTERN_TICKER_H
#define WEIR_CAPTURE_PATTERN_TICKER_H

#include <stdint.h>

#include <weir/format.h>

/* The deadlines of a frame rate: tick n is due n frame times after the start, never off by more
 * than a nanosecond, however long it runs (remainders are carried, and no 128-bit type is needed).
 */
struct weir_ticker {
	uint64_t tick, deadline_ns;
	uint64_t step_ns, step_rest; /* a frame's time is step_ns + step_rest / parts */
	uint64_t rest, parts;
};

/* The fastest rate, in frames a second, that ticks can be told apart at. */
#define WEIR_TICKER_MAX 1000000

/* Tick 0 is due at start_ns. The rate is not 0 and at most WEIR_TICKER_MAX. */
void weir_ticker_init(struct weir_ticker *ticker, struct weir_rate rate, uint64_t start_ns);

void weir_ticker_advance(struct weir_ticker *ticker, uint64_t ticks);

/* Moves on to the latest tick that is due by `now_ns`; returns how many were skipped. */
uint64_t weir_ticker_skip_to(struct weir_ticker *ticker, uint64_t now_ns);

#endif
