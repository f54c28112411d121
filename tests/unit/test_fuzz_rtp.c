/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fuzz target without a fuzzer: packets as senders make them, and random changes of them from a
 * fixed seed. */
#include "tests/fuzz/fuzz_rtp.c"

#include "core/checked.h"
#include "core/rtp/raw.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/fuzz_corpus.h"

#define MAX_PACKET 512
#define MAX_PIECES 16 /* that fit it */

static size_t make_raw(uint8_t *to, unsigned pieces)
{
	const struct weir_rtp_header header = { .marker = true, .payload_type = 96 };
	struct weir_rtp_raw_line lines[MAX_PIECES];
	size_t length = WEIR_RTP_HEADER;

	for (unsigned i = 0; i < pieces; i++)
		lines[i] = (struct weir_rtp_raw_line){ .length = 12, .line = (uint16_t)i };
	weir_rtp_write(to, &header);
	length += weir_rtp_raw_write(to + length, 0, lines, pieces);
	return length + 12u * pieces;
}

static size_t make_rtcp(uint8_t *to)
{
	static const uint16_t missing[] = { 3, 4, 9, 300, 65535 };
	const struct weir_rtcp_report report = { .ssrc = 1, .packets = 7 };
	int length = weir_rtcp_write_report(to, MAX_PACKET, &report, "weir");

	length += weir_rtcp_write_nack(
		to + length, MAX_PACKET - (size_t)length, 1, 2, missing, WEIR_COUNT(missing));
	length += weir_rtcp_write_bye(to + length, MAX_PACKET - (size_t)length, 1);
	return (size_t)length;
}

/* One of several kinds, in a buffer full of zeroes. */
static size_t make(unsigned kind, uint8_t to[MAX_PACKET])
{
	memset(to, 0, MAX_PACKET);
	return kind % 4 == 0 ? make_rtcp(to) : make_raw(to, kind % MAX_PIECES + 1);
}

static void packets_as_they_are(void **state)
{
	uint8_t packet[MAX_PACKET];

	(void)state;
	for (unsigned kind = 0; kind < 16; kind++) {
		size_t length = make(kind, packet);

		for (size_t cut = 0; cut <= length; cut++)
			LLVMFuzzerTestOneInput(packet, cut);
	}
}

static void packets_changed_at_random(void **state)
{
	uint8_t packet[MAX_PACKET];
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 50000; round++) {
		size_t length = make(next_random(&seed), packet);

		for (unsigned edits = next_random(&seed) % 4 + 1; edits; edits--)
			packet[next_random(&seed) % length] = (uint8_t)next_random(&seed);
		LLVMFuzzerTestOneInput(packet, length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_as_they_are),
		cmocka_unit_test(packets_changed_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
