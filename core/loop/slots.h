/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_LOOP_SLOTS_H
#define WEIR_CORE_LOOP_SLOTS_H

#include <stdint.h>

/* The table between the kernel and the caller's memory: the kernel is told a slot's number and
 * generation, never a pointer, so that an answer which comes too late reaches nobody. */

enum weir_loop_slot_kind { WEIR_LOOP_SLOT_FREE, WEIR_LOOP_SLOT_WATCH, WEIR_LOOP_SLOT_OP };

#define WEIR_LOOP_NO_SLOT UINT32_MAX

struct weir_loop_slot {
	void *object; /* the weir_watch or weir_op */
	uint32_t generation;
	uint32_t next_free;
	enum weir_loop_slot_kind kind;
};

struct weir_loop_slots {
	struct weir_loop_slot *table;
	uint32_t count, first_free;
};

int weir_loop_slots_init(struct weir_loop_slots *slots, uint32_t count);
void weir_loop_slots_finish(struct weir_loop_slots *slots);

/* WEIR_LOOP_NO_SLOT when all are taken. */
uint32_t weir_loop_slots_take(struct weir_loop_slots *slots, enum weir_loop_slot_kind kind,
	void *object);
void weir_loop_slots_release(struct weir_loop_slots *slots, uint32_t slot);

#endif
