/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fuzz target without a fuzzer: networks of many kinds, from a fixed seed. */
#include "tests/fuzz/fuzz_rtp_nack.c"

#include "tests/unit/cmocka_all.h"
#include "tests/unit/fuzz_corpus.h"

#define EVENTS 400

enum { LOSE, PASS, COME, TIME };

static uint8_t event(unsigned what, unsigned value)
{
	return (uint8_t)(what | value << 2);
}

static void networks_at_random(void **state)
{
	uint8_t events[EVENTS];
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		for (unsigned i = 0; i < EVENTS; i++)
			events[i] = (uint8_t)next_random(&seed);
		LLVMFuzzerTestOneInput(events, round % EVENTS);
	}
}

/* As it mostly is: few are lost, most of them come when they are asked for. */
static void networks_as_they_are(void **state)
{
	uint8_t events[EVENTS];
	uint32_t seed = 2;

	(void)state;
	for (unsigned round = 0; round < 1000; round++) {
		for (unsigned i = 0; i + 4 <= EVENTS; i += 4) {
			events[i] = event(LOSE, next_random(&seed) % 4);
			events[i + 1] = event(PASS, next_random(&seed) % 20);
			events[i + 2] = event(TIME, next_random(&seed) % 8);
			events[i + 3] = event(COME, next_random(&seed) % 30);
		}
		LLVMFuzzerTestOneInput(events, EVENTS);
	}
}

static void nothing_comes(void **state)
{
	uint8_t events[EVENTS];

	(void)state;
	memset(events, event(TIME, 1), sizeof(events));
	events[0] = events[1] = event(LOSE, 63); /* more than are asked for */
	LLVMFuzzerTestOneInput(events, EVENTS);
	memset(events, event(LOSE, 63), sizeof(events));
	LLVMFuzzerTestOneInput(events, EVENTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks_at_random),
		cmocka_unit_test(networks_as_they_are),
		cmocka_unit_test(nothing_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
