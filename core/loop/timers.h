/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_LOOP_TIMERS_H
#define WEIR_CORE_LOOP_TIMERS_H

#include "core/loop.h"

/* A binary heap of the armed timers, of fixed capacity. */

struct weir_loop_timer_entry {
	uint64_t due_ns;      /* the deadline, moved past the turn in which it was armed */
	uint64_t deadline_ns; /* breaks ties */
	struct weir_timer *timer;
};

struct weir_loop_timers {
	struct weir_loop_timer_entry *heap;
	size_t count, capacity;
	uint64_t fired_ns; /* the time up to which timers have fired */
};

int weir_loop_timers_init(struct weir_loop_timers *timers, size_t capacity);

/* Disarms what is still armed. */
void weir_loop_timers_finish(struct weir_loop_timers *timers);

/* 0 or -ENOSPC. An armed timer is moved. */
int weir_loop_timers_arm(struct weir_loop_timers *timers, struct weir_timer *timer,
	uint64_t deadline_ns);
void weir_loop_timers_disarm(struct weir_loop_timers *timers, struct weir_timer *timer);

/* Nanoseconds from `now_ns` until the first is due; UINT64_MAX when none is armed. */
uint64_t weir_loop_timers_wait(const struct weir_loop_timers *timers, uint64_t now_ns);

/* Starts a round of firing, and then takes the timers due in it, one by one: earliest first, NULL
 * when none is left. What is armed during the round is due in a later one, however early. */
void weir_loop_timers_begin(struct weir_loop_timers *timers, uint64_t now_ns);
struct weir_timer *weir_loop_timers_take(struct weir_loop_timers *timers);

#endif
