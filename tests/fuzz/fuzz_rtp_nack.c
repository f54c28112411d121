/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Takes bytes for what a network does to packets, and checks what must hold whatever that is: only
 * what is missing is asked for, in order, not for ever, and the sender reads from our message what
 * we wrote into it.
 *
 * clang -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined -I. -Iinclude
 * 	tests/fuzz/fuzz_rtp_nack.c capture/rtp/missing.c core/rtp/rtcp_{read,write}.c -o
 * fuzz_rtp_nack */
#include <stdlib.h>
#include <string.h>

#include "capture/rtp/missing.h"
#include "core/rtp/rtcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MS      1000000u
#define WINDOW  (100 * MS)
#define AT_ONCE 120

static void require(int holds)
{
	if (!holds)
		abort();
}

struct network {
	struct weir_missing missing;
	uint8_t state[UINT16_MAX + 1]; /* 0: came; else 1 + times that it was asked for */
	uint32_t next;
	uint64_t now;
	const uint16_t *told; /* what the message has to say yet */
	size_t n_told;
};

static void is_told(void *data, uint32_t ssrc, uint16_t sequence)
{
	struct network *network = data;

	require(ssrc == 7 && network->n_told && *network->told == sequence);
	network->told++;
	network->n_told--;
}

static void ask(struct network *network)
{
	const struct weir_rtcp_reader reader = { .data = network, .missing = is_told };
	uint16_t sequences[AT_ONCE];
	uint8_t message[WEIR_RTCP_MAX];
	uint64_t next;
	size_t n = weir_missing_due(&network->missing, network->now, sequences, AT_ONCE, &next);
	int length;

	require(n <= AT_ONCE && (next != 0) == (network->missing.n != 0));
	for (size_t i = 0; i < n; i++) {
		require(network->state[sequences[i]]++ > 0);
		require(network->state[sequences[i]] < 100);
		require(!i || (uint16_t)(sequences[i] - sequences[i - 1]) > 0);
	}
	if (!n)
		return;
	network->told = sequences;
	network->n_told = n;
	length = weir_rtcp_write_nack(message, sizeof(message), 9, 7, sequences, n);
	require(length > 0 && !weir_rtcp_read(message, (size_t)length, &reader));
	require(network->n_told == 0);
}

static void lose(struct network *network, uint32_t n)
{
	unsigned before = network->missing.n;

	weir_missing_note(&network->missing, network->next, n, network->now, network->now + WINDOW);
	require(network->missing.n <= WEIR_MISSING_MOST && network->missing.n <= before + n);
	for (uint32_t i = 0; i < n; i++)
		network->state[(uint16_t)(network->next + i)] = 1;
	network->next += n;
}

static void come(struct network *network, uint32_t sequence)
{
	bool missed = weir_missing_has(&network->missing, sequence);

	require(!missed || network->state[(uint16_t)sequence]);
	weir_missing_found(&network->missing, sequence, network->now);
	require(!weir_missing_has(&network->missing, sequence));
	if (missed)
		network->state[(uint16_t)sequence] = 0;
}

static void happen(struct network *network, uint8_t event)
{
	uint32_t value = event >> 2;

	switch (event & 3) {
	case 0:
		lose(network, value == 63 ? 3000 : value);
		break;
	case 1:
		network->next += value;
		break;
	case 2:
		come(network, network->next - value);
		break;
	default:
		network->now += value * (uint64_t)MS;
		ask(network);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct network network;
	uint32_t first;

	memset(&network, 0, sizeof(network));
	weir_missing_clear(&network.missing, WINDOW);
	network.now = 1000 * (uint64_t)MS;
	network.next = size ? 0xffffff00u + data[0] : 0;
	first = network.next;
	/* Before numbers come again; they are told by 16 bits. */
	for (size_t i = 0; i < size && network.next - first < 60000; i++)
		happen(&network, data[i]);
	network.now += WINDOW + MS;
	ask(&network);
	require(network.missing.n == 0); /* the end of all waiting */
	require(network.missing.nacked >= network.missing.recovered);
	require(network.missing.asked >= network.missing.nacked);
	return 0;
}
