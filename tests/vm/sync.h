/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_SYNC_H
#define WEIR_TESTS_SYNC_H

#include "tests/contract/stand.h"

#include <weir/pipeline.h>

#include "tests/vm/twoface.h"

/* What the tests of cache syncs share. */

/* Syncs of this access (DMA_BUF_SYNC_READ, …_WRITE) never reach the kernel; 0: all do. */
extern uint64_t sync_forgotten;

/* Each test begins with counters of its own; at its end brackets were balanced, none was open while
 * a device was given the memory, and all of it is gone. */
int sync_set_up(void **state);
int sync_set_up_veiled(void **state);
int sync_tear_down(void **state);

#define SYNC_TEST(test, state)        SYNC_ROW(test, sync_set_up, state)
#define SYNC_VEILED_TEST(test, state) SYNC_ROW(test, sync_set_up_veiled, state)
#define SYNC_ROW(test, set_up, state) \
	{ #test, test, set_up, sync_tear_down, (void *)(uintptr_t)(state) }

/* ---- pipelines ---- */

#define SYNC_FRAMES 40

struct sync_run {
	const char *source, *memory;
	struct weir_video wanted;
	struct weir_stage *stage;   /* taken */
	struct weir_sink *sinks[2]; /* taken */

	int result;
	struct weir_ledger ledger;
	struct weir_memory_report report;
	char verdict[160]; /* of the first sink */
	struct stand_log heard;
};

/* In twoface memory, until told otherwise. */
void sync_begin(struct sync_run *run, const char *source);
struct weir_sink *sync_sink(struct sync_run *run, const char *uri);
struct weir_sink *sync_callback(struct sync_run *run, weir_sink_callback *on_frame, void *data);

/* Runs, with syncs whatever the source. */
void sync_go(struct sync_run *run);

/* As sync_go() with the sink "-" first: returns what it wrote to standard output, to be freed. */
uint8_t *sync_go_output(struct sync_run *run, size_t *length);

/* It ended well in twoface memory, and the ledger has as many syncs as the module has seen, the
 * only one of this test. */
void sync_assert_books(const struct sync_run *run);

/* ---- the groups; each returns how many of its tests failed ---- */

int sync_test_software(void);
int sync_test_cameras(void);

#endif
