/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/m2m/tickets.h"

#include <assert.h>
#include <string.h>

uint64_t weir_m2m_ticket_write(struct weir_m2m_tickets *tickets, const struct weir_frame_info *info)
{
	struct weir_m2m_ticket *ticket = &tickets->ticket[tickets->n];
	uint64_t stamp_us = info->timestamp_ns / 1000;

	assert(tickets->n < WEIR_M2M_TICKETS);
	if (stamp_us <= tickets->last_us)
		stamp_us = tickets->last_us + 1;
	tickets->last_us = stamp_us;
	tickets->n++;
	*ticket = (struct weir_m2m_ticket){
		.stamp_us = stamp_us,
		.sequence = info->sequence,
		.timestamp_ns = info->timestamp_ns,
		.arrived_ns = info->arrived_ns,
		.flags = info->flags,
	};
	return stamp_us;
}

static void take_out(struct weir_m2m_tickets *tickets, unsigned index, struct weir_m2m_ticket *out)
{
	*out = tickets->ticket[index];
	tickets->n--;
	memmove(&tickets->ticket[index], &tickets->ticket[index + 1],
		(tickets->n - index) * sizeof(tickets->ticket[0]));
}

bool weir_m2m_ticket_find(
	struct weir_m2m_tickets *tickets, uint64_t stamp_us, struct weir_m2m_ticket *out)
{
	for (unsigned i = 0; i < tickets->n; i++)
		if (tickets->ticket[i].stamp_us == stamp_us) {
			take_out(tickets, i, out);
			return true;
		}
	return false;
}

bool weir_m2m_ticket_pop(struct weir_m2m_tickets *tickets, struct weir_m2m_ticket *out)
{
	if (!tickets->n)
		return false;
	take_out(tickets, 0, out);
	return true;
}
