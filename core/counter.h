/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_COUNTER_H
#define WEIR_CORE_COUNTER_H

#include <stdatomic.h>
#include <stdint.h>

/* A number that one thread writes and any thread may read: a plain store on every machine we run
 * on, without the price of a locked instruction. */
typedef _Atomic uint64_t weir_counter;

static inline uint64_t weir_counter_get(const weir_counter *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static inline void weir_counter_set(weir_counter *counter, uint64_t value)
{
	atomic_store_explicit(counter, value, memory_order_relaxed);
}

static inline void weir_counter_add(weir_counter *counter, uint64_t value)
{
	weir_counter_set(counter, weir_counter_get(counter) + value);
}

static inline void weir_counter_raise(weir_counter *counter, uint64_t value)
{
	if (weir_counter_get(counter) < value)
		weir_counter_set(counter, value);
}

#endif
