/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/feed/feed.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "core/clock.h"
#include "core/colour.h"
#include "core/log.h"

/* The program's end: it waits for slots, and queues what it filled. */

/* ---- what both ends share ---- */

static int create(const struct weir_feed_settings *settings, struct weir_feed **out)
{
	struct weir_feed *feed = calloc(1, sizeof(*feed));
	pthread_condattr_t monotonic;
	int err;

	if (!feed)
		return -ENOMEM;
	err = weir_waker_init(&feed->waker);
	if (err) {
		weir_error_errno(settings->log, "eventfd", err);
		free(feed);
		return err;
	}
	feed->log = settings->log;
	feed->refs = 1;
	feed->dmabufs = settings->dmabufs;
	feed->live = settings->live;
	feed->n_parts = settings->n_parts ? settings->n_parts : 1;
	pthread_mutex_init(&feed->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&feed->changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	*out = feed;
	return 0;
}

struct weir_feed *weir_feed_ref(struct weir_feed *feed)
{
	pthread_mutex_lock(&feed->lock);
	feed->refs++;
	pthread_mutex_unlock(&feed->lock);
	return feed;
}

void weir_feed_unref(struct weir_feed **feed)
{
	struct weir_feed *dropped = *feed;
	bool last;

	*feed = NULL;
	pthread_mutex_lock(&dropped->lock);
	last = --dropped->refs == 0;
	pthread_mutex_unlock(&dropped->lock);
	if (!last)
		return;
	weir_feed_disclaim_gaps(dropped);
	pthread_cond_destroy(&dropped->changed);
	pthread_mutex_destroy(&dropped->lock);
	weir_waker_finish(&dropped->waker);
	free(dropped);
}

/* ---- opening ---- */

static int settle_compressed(
	struct weir_feed *feed, const struct weir_feed_settings *settings, struct weir_video *video)
{
	size_t usual = (size_t)video->width * video->height * 2;

	if (video->width < WEIR_MIN_SIZE || video->width > WEIR_MAX_SIZE ||
		video->height < WEIR_MIN_SIZE || video->height > WEIR_MAX_SIZE)
		return -EINVAL;
	video->stride = 0;
	feed->frame_bytes = settings->frame_bytes ? settings->frame_bytes : usual;
	return feed->frame_bytes > UINT32_MAX ? -EINVAL : 0;
}

static int settle_raw(struct weir_feed *feed, struct weir_video *video)
{
	struct weir_layout layout;
	int err;

	if (!video->stride)
		video->stride = (uint32_t)weir_format_line_bytes(video->format, 0, video->width);
	err = weir_format_layout(video, &layout);
	if (!err)
		feed->frame_bytes = layout.size;
	return err;
}

static int settle(struct weir_feed *feed, const struct weir_feed_settings *settings)
{
	struct weir_video *video = &feed->video;
	int err = -EINVAL;

	*video = settings->video;
	feed->given_stride = video->stride;
	if (!video->format || feed->n_parts > WEIR_MAX_PLANES)
		weir_error(feed->log, "feed: a format, and at most %d dma-bufs a frame, are needed",
			WEIR_MAX_PLANES);
	else if (video->format->flags & WEIR_FORMAT_COMPRESSED)
		err = settle_compressed(feed, settings, video);
	else
		err = settle_raw(feed, video);
	if (err && video->format)
		weir_error(feed->log, "feed: no frame is %ux%u %s with lines of %u bytes",
			video->width, video->height, video->format->name, video->stride);
	if (!err)
		weir_colour_complete(video);
	return err;
}

int weir_feed_open(const struct weir_feed_settings *settings, struct weir_feed **out,
	struct weir_source **source)
{
	struct weir_feed *feed;
	int err = create(settings, &feed);

	if (err)
		return err;
	err = settle(feed, settings);
	if (!err && settings->dmabufs)
		err = weir_feed_learn(feed, settings->like);
	if (!err)
		err = weir_feed_source_open(feed, source);
	if (err)
		weir_feed_unref(&feed);
	else
		*out = feed;
	return err;
}

/* ---- using ---- */

/* Under the lock. */
static int verdict(const struct weir_feed *feed)
{
	if (feed->ended || feed->orphaned)
		return -ESHUTDOWN;
	return feed->interrupted ? -ECANCELED : 0;
}

static struct timespec deadline(uint64_t timeout_ns)
{
	uint64_t now = weir_now_ns();
	uint64_t end = timeout_ns < INT64_MAX - now ? now + timeout_ns : INT64_MAX;

	return (struct timespec){
		.tv_sec = (time_t)(end / WEIR_NS_PER_S),
		.tv_nsec = (long)(end % WEIR_NS_PER_S),
	};
}

int weir_feed_wait_slot(struct weir_feed *feed, uint64_t timeout_ns, struct weir_slot **out,
	struct weir_slot *(*choose)(struct weir_feed *feed, const void *data), const void *data)
{
	struct timespec end = deadline(timeout_ns);
	bool late = false;
	int err;

	while (!(err = verdict(feed))) {
		*out = feed->slab ? choose(feed, data) : NULL;
		if (*out)
			return 0;
		if (late)
			return -EAGAIN;
		if (feed->slab && !feed->crowded)
			weir_slab_want(feed->slab);
		late = pthread_cond_timedwait(&feed->changed, &feed->lock, &end) == ETIMEDOUT;
	}
	return err;
}

/* The same few again and again: what is drawn there is still in the cache. */
static struct weir_slot *first_slot(struct weir_feed *feed, const void *data)
{
	(void)data;
	for (unsigned i = 0; i < feed->slab->n_slots; i++) {
		struct weir_slot *slot = &feed->slab->slots[i];

		if (weir_slab_is_free(slot) && weir_slab_take_slot(slot))
			return slot;
	}
	return NULL;
}

int weir_feed_take(struct weir_feed *feed, uint64_t timeout_ns, struct weir_frame **out)
{
	struct weir_slot *slot;
	int err;

	if (feed->dmabufs)
		return -EINVAL;
	pthread_mutex_lock(&feed->lock);
	err = weir_feed_wait_slot(feed, timeout_ns, &slot, first_slot, NULL);
	if (!err)
		*out = weir_slot_issue(slot);
	pthread_mutex_unlock(&feed->lock);
	return err;
}

void weir_feed_append(
	struct weir_feed *feed, struct weir_frame *frame, const struct weir_feed_stamp *stamp)
{
	unsigned place = (feed->first + feed->n++) % WEIR_SLAB_MAX_SLOTS;
	struct weir_feed_entry *entry = &feed->queue[place];

	entry->frame = frame;
	entry->stamp = *stamp;
	entry->stamp.skipped += feed->missed;
	feed->missed = 0;
	entry->arrived_ns = weir_now_ns();
	if (!entry->stamp.timestamp_ns)
		entry->stamp.timestamp_ns = entry->arrived_ns;
}

int weir_feed_push(
	struct weir_feed *feed, struct weir_frame **frame, const struct weir_feed_stamp *stamp)
{
	static const struct weir_feed_stamp nothing;
	int err;

	stamp = stamp ? stamp : &nothing;
	pthread_mutex_lock(&feed->lock);
	err = verdict(feed);
	if (err)
		feed->missed += 1 + stamp->skipped;
	else if ((*frame)->slot->slab != feed->slab)
		err = -ESTALE;
	else
		weir_feed_append(feed, *frame, stamp);
	pthread_mutex_unlock(&feed->lock);
	if (err) {
		weir_frame_unref(frame);
		return err;
	}
	*frame = NULL;
	weir_waker_wake(&feed->waker);
	return 0;
}

void weir_feed_interrupt(struct weir_feed *feed, bool interrupted)
{
	pthread_mutex_lock(&feed->lock);
	feed->interrupted = interrupted;
	pthread_cond_broadcast(&feed->changed);
	pthread_mutex_unlock(&feed->lock);
}

void weir_feed_flush(struct weir_feed *feed)
{
	weir_feed_clear(feed);
}

void weir_feed_end(struct weir_feed *feed)
{
	pthread_mutex_lock(&feed->lock);
	feed->ended = true;
	pthread_cond_broadcast(&feed->changed);
	pthread_mutex_unlock(&feed->lock);
	weir_waker_wake(&feed->waker);
}

void weir_feed_close(struct weir_feed **feed)
{
	struct weir_feed *closed = *feed;

	if (!closed)
		return;
	weir_feed_end(closed);
	weir_feed_clear(closed);
	weir_feed_unref(feed);
}
