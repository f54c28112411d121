/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/loop/slots.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

int weir_loop_slots_init(struct weir_loop_slots *slots, uint32_t count)
{
	slots->table = calloc(count, sizeof(*slots->table));
	if (!slots->table)
		return -ENOMEM;
	slots->count = count;
	slots->first_free = 0;
	for (uint32_t i = 0; i < count; i++) {
		/* Never zero: a user_data of zero is nobody's. */
		slots->table[i].generation = 1;
		slots->table[i].next_free = i + 1 < count ? i + 1 : WEIR_LOOP_NO_SLOT;
	}
	return 0;
}

void weir_loop_slots_finish(struct weir_loop_slots *slots)
{
	free(slots->table);
	slots->table = NULL;
	slots->count = 0;
}

uint32_t weir_loop_slots_take(
	struct weir_loop_slots *slots, enum weir_loop_slot_kind kind, void *object)
{
	uint32_t index = slots->first_free;

	if (index == WEIR_LOOP_NO_SLOT)
		return index;
	slots->first_free = slots->table[index].next_free;
	slots->table[index].kind = kind;
	slots->table[index].object = object;
	return index;
}

void weir_loop_slots_release(struct weir_loop_slots *slots, uint32_t index)
{
	struct weir_loop_slot *slot = &slots->table[index];

	assert(slot->kind != WEIR_LOOP_SLOT_FREE);
	slot->kind = WEIR_LOOP_SLOT_FREE;
	slot->object = NULL;
	if (++slot->generation == 0)
		slot->generation = 1;
	slot->next_free = slots->first_free;
	slots->first_free = index;
}
