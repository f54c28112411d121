/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_M2M_TICKETS_H
#define WEIR_PIPELINE_M2M_TICKETS_H

#include <stdbool.h>

#include <weir/frame.h>

/* What is known of each frame in the device, found again by the timestamp that the device copies:
 * in microseconds, and no two the same. */

/* Far beyond what codecs hold back for their order. */
#define WEIR_M2M_TICKETS 64

struct weir_m2m_ticket {
	uint64_t stamp_us, sequence, timestamp_ns, arrived_ns;
	uint32_t flags; /* enum weir_frame_flags */
};

struct weir_m2m_tickets {
	struct weir_m2m_ticket ticket[WEIR_M2M_TICKETS]; /* the oldest first */
	unsigned n;
	uint64_t last_us;
};

/* Writes one more: the stamp for its buffer. There is room. */
uint64_t weir_m2m_ticket_write(
	struct weir_m2m_tickets *tickets, const struct weir_frame_info *info);

/* Takes out the one with that stamp. False: there is none. */
bool weir_m2m_ticket_find(
	struct weir_m2m_tickets *tickets, uint64_t stamp_us, struct weir_m2m_ticket *out);

/* Takes out the oldest. False: there is none. */
bool weir_m2m_ticket_pop(struct weir_m2m_tickets *tickets, struct weir_m2m_ticket *out);

#endif
