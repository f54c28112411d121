/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FEED_STAND_H
#define WEIR_TESTS_FEED_STAND_H

/* A pipeline on a thread of its own that lives on what the test feeds it. Its sink notes what
 * comes, and keeps frames while it is told to. */

#include "tests/contract/pipeline_fixture.h"

#define FEED_MS      1000000ull
#define FEED_PATIENT (10000 * FEED_MS)
#define FEED_KEPT    8

struct feed_stand {
	struct weir_feed *feed;
	struct weir_pipeline *pipeline;
	pthread_t thread;
	int result;
	_Atomic unsigned came, n_kept, planned;
	_Atomic bool keeps;
	struct weir_frame *kept[FEED_KEPT];
	struct weir_frame_info
		last; /* of the newest frame; read after the run, or while it waits */
	uint64_t sum; /* of each frame's first byte */
};

static inline int feed_came(void *data, struct weir_frame *frame)
{
	struct feed_stand *stand = data;
	struct weir_pixels pixels;

	stand->last = *weir_frame_info(frame);
	if (weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels))
		return -EIO;
	stand->sum += pixels.data[0][0];
	weir_frame_end_cpu(frame);
	if (stand->keeps && stand->n_kept < FEED_KEPT)
		stand->kept[stand->n_kept++] = weir_frame_ref(frame);
	stand->came++;
	return 0;
}

static inline void feed_event(void *data, const struct weir_event *event)
{
	struct feed_stand *stand = data;

	if (event->type == WEIR_EVENT_PLANNED)
		stand->planned++;
}

static inline void *feed_run(void *data)
{
	struct feed_stand *stand = data;

	stand->result = weir_pipeline_run(stand->pipeline);
	return NULL;
}

static inline void feed_build(struct feed_stand *stand, const struct weir_feed_settings *feed,
	const struct weir_pipeline_settings *wishes)
{
	struct weir_pipeline_settings settings = *wishes;
	struct weir_source *source = NULL;

	memset(stand, 0, sizeof(*stand));
	settings.log = &silent;
	settings.loop = getenv("WEIR_TEST_LOOP");
	settings.on_event = feed_event;
	settings.event_data = stand;
	assert_int_equal(weir_feed_open(feed, &stand->feed, &source), 0);
	assert_int_equal(weir_pipeline_create(&settings, &stand->pipeline), 0);
	assert_int_equal(weir_pipeline_set_source(stand->pipeline, &source), 0);
	add_callback(stand->pipeline, feed_came, stand, FEED_KEPT, WEIR_POLICY_NEWEST);
}

static inline void feed_start(struct feed_stand *stand)
{
	assert_int_equal(pthread_create(&stand->thread, NULL, feed_run, stand), 0);
}

static inline void feed_let_go(struct feed_stand *stand)
{
	stand->keeps = false;
	while (stand->n_kept)
		weir_frame_unref(&stand->kept[--stand->n_kept]);
}

/* Ends the feed and waits for the run. */
static inline void feed_finish(struct feed_stand *stand)
{
	if (stand->feed)
		weir_feed_end(stand->feed);
	pthread_join(stand->thread, NULL);
}

static inline void feed_tear_down(struct feed_stand *stand)
{
	feed_let_go(stand);
	weir_feed_close(&stand->feed);
	weir_pipeline_destroy(&stand->pipeline);
}

static inline void feed_wait_for(struct feed_stand *stand, unsigned frames)
{
	for (unsigned i = 0; stand->came < frames; i++) {
		assert_true(i < 10000);
		usleep(1000);
	}
}

#endif
