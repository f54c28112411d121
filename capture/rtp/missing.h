/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_MISSING_H
#define WEIR_CAPTURE_RTP_MISSING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Which packets are missing, and when each is to be asked for: first when it might have been
 * overtaken, then as often as an answer could have come since, until it is too late for it. No
 * sockets and no clock here. */

#define WEIR_MISSING_MOST 4096 /* more are not asked for */

/* Packets that overtake others are of the same moment. */
#define WEIR_MISSING_REORDER_NS 2000000u

struct weir_missing_packet {
	uint32_t sequence; /* all 32 bits, as the sender's count has them */
	uint16_t asked;    /* times */
	bool found;
	uint64_t first_ns, next_ns; /* when it was asked for first, or is to be; and again */
	uint64_t until_ns;
};

struct weir_missing {
	uint64_t answer_ns;                          /* from a question to its answer, of late */
	uint64_t most_ns;                            /* between questions */
	uint64_t nacked, asked, recovered, given_up; /* packets asked for, questions … */
	unsigned n;
	struct weir_missing_packet packets[WEIR_MISSING_MOST]; /* in ascending order */
};

/* Nothing is missing. `window_ns`: how long a packet is waited for, about. */
void weir_missing_clear(struct weir_missing *missing, uint64_t window_ns);

/* So many packets from that number on, behind all others, have not come. */
void weir_missing_note(struct weir_missing *missing, uint32_t first, uint32_t n, uint64_t now_ns,
	uint64_t until_ns);

/* Whether it is missing still. */
bool weir_missing_has(const struct weir_missing *missing, uint32_t sequence);

/* It has come after all. */
void weir_missing_found(struct weir_missing *missing, uint32_t sequence, uint64_t now_ns);

/* Which packets are to be asked for now, at most `most`, in ascending order; how many. *next_ns is
 * when to call again, 0 when nothing is missing any more. */
size_t weir_missing_due(struct weir_missing *missing, uint64_t now_ns, uint16_t *sequences,
	size_t most, uint64_t *next_ns);

#endif
