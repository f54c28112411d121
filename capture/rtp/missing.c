/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/missing.h"

#include "core/clock.h"

/* Between two questions for the same packet: what the answer takes and half of it more, and no less
 * than a busy machine needs to answer. */
#define LEAST_NS   (WEIR_NS_PER_S / 200)
#define MOST_TRIES 12

#define GUESSES 8 /* the first guess of the answer's time is such a part of the window */

void weir_missing_clear(struct weir_missing *missing, uint64_t window_ns)
{
	missing->n = 0;
	missing->answer_ns = window_ns / GUESSES;
	missing->most_ns = window_ns / 2;
}

void weir_missing_note(
	struct weir_missing *missing, uint32_t first, uint32_t n, uint64_t now, uint64_t until)
{
	uint32_t room = WEIR_MISSING_MOST - missing->n;

	if (n > room) {
		missing->given_up += n - room;
		n = room;
	}
	for (uint32_t i = 0; i < n; i++)
		missing->packets[missing->n++] = (struct weir_missing_packet){
			.sequence = first + i,
			.next_ns = now + WEIR_MISSING_REORDER_NS,
			.until_ns = until,
		};
}

/* Its place, or n. */
static unsigned find(const struct weir_missing *missing, uint32_t sequence)
{
	unsigned low = 0, high = missing->n;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if ((int32_t)(missing->packets[middle].sequence - sequence) >= 0)
			high = middle;
		else
			low = middle + 1;
	}
	if (low < missing->n && missing->packets[low].sequence == sequence &&
		!missing->packets[low].found)
		return low;
	return missing->n;
}

bool weir_missing_has(const struct weir_missing *missing, uint32_t sequence)
{
	return find(missing, sequence) < missing->n;
}

void weir_missing_found(struct weir_missing *missing, uint32_t sequence, uint64_t now)
{
	unsigned at = find(missing, sequence);
	struct weir_missing_packet *packet = &missing->packets[at];

	if (at == missing->n)
		return;
	packet->found = true;
	if (!packet->asked)
		return;
	missing->recovered++;
	/* Later on nobody knows which question it is the answer to. */
	if (packet->asked <= 2)
		missing->answer_ns += (now - packet->first_ns) / 8 - missing->answer_ns / 8;
}

static uint64_t pause_of(const struct weir_missing *missing)
{
	uint64_t pause = missing->answer_ns + missing->answer_ns / 2;

	pause = pause > LEAST_NS ? pause : LEAST_NS;
	return pause < missing->most_ns ? pause : missing->most_ns;
}

static bool is_over(
	struct weir_missing *missing, const struct weir_missing_packet *packet, uint64_t now)
{
	bool hopeless =
		now >= packet->until_ns || (packet->asked >= MOST_TRIES && now >= packet->next_ns);

	missing->given_up += hopeless && !packet->found;
	return packet->found || hopeless;
}

static void ask(struct weir_missing *missing, struct weir_missing_packet *packet, uint64_t now)
{
	missing->asked++;
	missing->nacked += !packet->asked;
	if (!packet->asked++)
		packet->first_ns = now;
	packet->next_ns = now + pause_of(missing);
}

size_t weir_missing_due(struct weir_missing *missing, uint64_t now, uint16_t *sequences,
	size_t most, uint64_t *next)
{
	size_t n = 0;
	unsigned kept = 0;

	*next = 0;
	for (unsigned i = 0; i < missing->n; i++) {
		struct weir_missing_packet packet = missing->packets[i];

		if (is_over(missing, &packet, now))
			continue;
		if (packet.next_ns <= now && n < most) {
			sequences[n++] = (uint16_t)packet.sequence;
			ask(missing, &packet, now);
		}
		if (!*next || packet.next_ns < *next)
			*next = packet.next_ns;
		missing->packets[kept++] = packet;
	}
	missing->n = kept;
	return n;
}
