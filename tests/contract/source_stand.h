/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_SOURCE_STAND_H
#define WEIR_TESTS_SOURCE_STAND_H

#include "core/source.h"
#include "tests/contract/stand.h"

#define SOURCE_STAND_SLOTS 4

/* One source on one kind of memory. */
struct source_scene {
	const char *uri;
	const struct weir_memory_kind *kind;
};

/* A source, and everything that a pipeline would be to it. */
struct source_stand {
	const struct source_scene *scene;
	struct stand_log heard;
	struct weir_source *source;
	struct weir_video video; /* a copy, for after the source is closed */
	struct weir_loop *loop;
	struct weir_slab *slab;
	struct weir_source_host host;
	struct weir_task resume;

	bool sated;      /* wanted() says no */
	bool stopped;    /* by us: nothing may come */
	unsigned asked;  /* how often it asked */
	unsigned frames; /* delivered */
	unsigned enough; /* the loop stops at that many */
	unsigned keep;   /* so many are held */
	struct weir_frame *held[SOURCE_STAND_SLOTS];
	unsigned n_held;
	bool any;
	uint64_t started_ns, sequence, timestamp_ns;
};

/* Setup and teardown of a test whose initial state is a scene. Teardown fails it when a slot is
 * missing. */
int source_stand_set_up(void **state);
int source_stand_tear_down(void **state);

int source_stand_open(struct source_stand *stand, const char *uri, struct weir_source **out);
void source_stand_start(struct source_stand *stand);
void source_stand_stop(struct source_stand *stand);

/* Runs until so many more frames came. */
void source_stand_run_until(struct source_stand *stand, unsigned more);

/* Runs for a while, most of which the loop must have slept. */
void source_stand_run_in_silence(struct source_stand *stand);

/* Lets go of the frames that it holds. */
void source_stand_release(struct source_stand *stand);

#endif
