/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/loop/timers.h"

#include <errno.h>
#include <stdlib.h>

static void place(struct weir_loop_timers *timers, size_t at, struct weir_loop_timer_entry entry)
{
	timers->heap[at] = entry;
	entry.timer->loop.index = at + 1;
}

static bool earlier(const struct weir_loop_timer_entry *a, const struct weir_loop_timer_entry *b)
{
	if (a->due_ns != b->due_ns)
		return a->due_ns < b->due_ns;
	return a->deadline_ns < b->deadline_ns;
}

static void sift_up(struct weir_loop_timers *timers, size_t at, struct weir_loop_timer_entry entry)
{
	while (at > 0) {
		size_t parent = (at - 1) / 2;

		if (!earlier(&entry, &timers->heap[parent]))
			break;
		place(timers, at, timers->heap[parent]);
		at = parent;
	}
	place(timers, at, entry);
}

static void sift_down(
	struct weir_loop_timers *timers, size_t at, struct weir_loop_timer_entry entry)
{
	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < timers->count &&
			earlier(&timers->heap[child + 1], &timers->heap[child]))
			child++;
		if (child >= timers->count || !earlier(&timers->heap[child], &entry))
			break;
		place(timers, at, timers->heap[child]);
		at = child;
	}
	place(timers, at, entry);
}

int weir_loop_timers_init(struct weir_loop_timers *timers, size_t capacity)
{
	timers->heap = calloc(capacity, sizeof(*timers->heap));
	if (!timers->heap)
		return -ENOMEM;
	timers->count = 0;
	timers->capacity = capacity;
	timers->fired_ns = 0;
	return 0;
}

void weir_loop_timers_finish(struct weir_loop_timers *timers)
{
	for (size_t i = 0; i < timers->count; i++)
		timers->heap[i].timer->loop.index = 0;
	free(timers->heap);
	timers->heap = NULL;
	timers->count = timers->capacity = 0;
}

int weir_loop_timers_arm(
	struct weir_loop_timers *timers, struct weir_timer *timer, uint64_t deadline_ns)
{
	struct weir_loop_timer_entry entry = {
		.due_ns = deadline_ns > timers->fired_ns ? deadline_ns : timers->fired_ns + 1,
		.deadline_ns = deadline_ns,
		.timer = timer,
	};

	weir_loop_timers_disarm(timers, timer);
	if (timers->count == timers->capacity)
		return -ENOSPC;
	timer->deadline_ns = deadline_ns;
	sift_up(timers, timers->count++, entry);
	return 0;
}

void weir_loop_timers_disarm(struct weir_loop_timers *timers, struct weir_timer *timer)
{
	struct weir_loop_timer_entry last;
	size_t at;

	if (!timer->loop.index)
		return;
	at = timer->loop.index - 1;
	timer->loop.index = 0;
	last = timers->heap[--timers->count];
	if (at == timers->count)
		return;
	if (at > 0 && earlier(&last, &timers->heap[(at - 1) / 2]))
		sift_up(timers, at, last);
	else
		sift_down(timers, at, last);
}

uint64_t weir_loop_timers_wait(const struct weir_loop_timers *timers, uint64_t now_ns)
{
	if (!timers->count)
		return UINT64_MAX;
	return timers->heap[0].due_ns > now_ns ? timers->heap[0].due_ns - now_ns : 0;
}

void weir_loop_timers_begin(struct weir_loop_timers *timers, uint64_t now_ns)
{
	timers->fired_ns = now_ns;
}

struct weir_timer *weir_loop_timers_take(struct weir_loop_timers *timers)
{
	struct weir_timer *timer;

	if (!timers->count || timers->heap[0].due_ns > timers->fired_ns)
		return NULL;
	timer = timers->heap[0].timer;
	weir_loop_timers_disarm(timers, timer);
	return timer;
}
