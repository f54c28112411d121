/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/feed/feed.h"

/* The pipeline's end: delivers what was queued, on the loop's thread. */

unsigned weir_feed_clear(struct weir_feed *feed)
{
	struct weir_feed_entry queue[WEIR_SLAB_MAX_SLOTS];
	unsigned n;

	pthread_mutex_lock(&feed->lock);
	n = feed->n;
	for (unsigned i = 0; i < n; i++)
		queue[i] = feed->queue[(feed->first + i) % WEIR_SLAB_MAX_SLOTS];
	feed->n = 0;
	pthread_mutex_unlock(&feed->lock);
	for (unsigned i = 0; i < n; i++)
		weir_frame_unref(&queue[i].frame);
	return n;
}

static bool pop(struct weir_feed *feed, struct weir_feed_entry *out)
{
	bool any;

	pthread_mutex_lock(&feed->lock);
	any = feed->n > 0;
	if (any) {
		*out = feed->queue[feed->first];
		feed->first = (feed->first + 1) % WEIR_SLAB_MAX_SLOTS;
		feed->n--;
	}
	pthread_mutex_unlock(&feed->lock);
	return any;
}

static void deliver(struct weir_feed_source *source, const struct weir_feed_entry *entry)
{
	const struct weir_source_host *host = &source->host;
	const struct weir_feed_stamp *stamp = &entry->stamp;
	struct weir_frame_info *info = &entry->frame->info;

	weir_counter_add(&source->base.lost, stamp->skipped);
	source->next += stamp->skipped;
	info->sequence = source->next++;
	info->timestamp_ns = stamp->timestamp_ns;
	info->arrived_ns = entry->arrived_ns;
	info->flags = stamp->flags | (source->goes_on ? WEIR_FRAME_DISCONT : 0);
	if (info->format->flags & WEIR_FORMAT_COMPRESSED)
		info->bytes_used = stamp->bytes_used;
	source->goes_on = false;
	if (stamp->copied_bytes)
		host->copied(host->data, stamp->copied_bytes, "the program brought them that way");
	host->deliver(host->data, entry->frame);
}

/* The program's frames lie in more memory than there are slots: the run begins anew, with as many
 * as there can be, and those that come next. */
static bool is_crowded(struct weir_feed *feed)
{
	bool crowded;

	pthread_mutex_lock(&feed->lock);
	crowded = feed->crowded;
	pthread_mutex_unlock(&feed->lock);
	return crowded;
}

static bool is_over(struct weir_feed *feed)
{
	bool over;

	pthread_mutex_lock(&feed->lock);
	over = feed->ended && !feed->n;
	pthread_mutex_unlock(&feed->lock);
	return over;
}

static void deliver_all(struct weir_feed_source *source)
{
	const struct weir_source_host *host = &source->host;
	struct weir_feed_entry entry;

	while (source->running && (source->base.live || host->wanted(host->data)) &&
		pop(source->feed, &entry))
		deliver(source, &entry);
	if (source->running && !source->told && is_over(source->feed)) {
		source->told = true;
		host->ended(host->data, 0);
	} else if (source->running && !source->told && is_crowded(source->feed)) {
		source->told = true;
		source->base.least_slots = WEIR_SLAB_MAX_SLOTS;
		host->changed(host->data);
	}
}

static void woken(void *data)
{
	deliver_all(data);
}

/* ---- the table ---- */

static int start(struct weir_source *base, const struct weir_source_host *host)
{
	struct weir_feed_source *source = (struct weir_feed_source *)base;
	struct weir_feed *feed = source->feed;
	int err = weir_waker_listen(&feed->waker, host->loop, woken, source);

	if (err)
		return err;
	if (!host->goes_on) {
		weir_counter_set(&base->lost, 0);
		source->next = 0;
	}
	source->host = *host;
	source->goes_on = host->goes_on;
	source->told = false;
	source->running = true;
	pthread_mutex_lock(&feed->lock);
	feed->slab = weir_slab_ref(host->slab);
	feed->crowded = false;
	if (!host->goes_on)
		feed->missed = 0;
	pthread_cond_broadcast(&feed->changed);
	pthread_mutex_unlock(&feed->lock);
	weir_waker_wake(&feed->waker); /* it may have ended before this */
	return 0;
}

static void stop(struct weir_source *base)
{
	struct weir_feed_source *source = (struct weir_feed_source *)base;
	struct weir_feed *feed = source->feed;
	struct weir_slab *slab;
	unsigned n;

	if (!source->running)
		return;
	source->running = false;
	weir_waker_ignore(&feed->waker, source->host.loop);
	pthread_mutex_lock(&feed->lock);
	slab = feed->slab;
	feed->slab = NULL;
	pthread_mutex_unlock(&feed->lock);
	n = weir_feed_clear(feed);
	pthread_mutex_lock(&feed->lock);
	feed->missed += n;
	pthread_mutex_unlock(&feed->lock);
	weir_slab_unref(&slab);
}

/* Sinks or slots have room again. */
static void resume(struct weir_source *base)
{
	struct weir_feed_source *source = (struct weir_feed_source *)base;

	pthread_mutex_lock(&source->feed->lock);
	pthread_cond_broadcast(&source->feed->changed);
	pthread_mutex_unlock(&source->feed->lock);
	if (source->running && !base->live)
		deliver_all(source);
}

static void close_source(struct weir_source *base)
{
	struct weir_feed_source *source = (struct weir_feed_source *)base;

	pthread_mutex_lock(&source->feed->lock);
	source->feed->orphaned = true;
	pthread_cond_broadcast(&source->feed->changed);
	pthread_mutex_unlock(&source->feed->lock);
	weir_feed_unref(&source->feed);
	free(source);
}

static int describe(struct weir_source *base, const struct weir_source_info **out)
{
	struct weir_feed_source *source = (struct weir_feed_source *)base;
	const struct weir_video *video = &base->video;

	source->size = (struct weir_source_size){ video->width, video->height, video->width,
		video->height, 0, 0, video->rate, video->rate };
	source->format = (struct weir_source_format){ video->format, &source->size, 1 };
	source->info = (struct weir_source_info){
		.uri = base->uri,
		.name = "frames of the program's",
		.driver = "feed",
		.live = base->live,
		.formats = &source->format,
		.n_formats = 1,
	};
	*out = &source->info;
	return 0;
}

static int accepts(
	struct weir_source *base, const struct weir_memory_kind *kind, char *why, size_t size)
{
	if (kind->create || kind == base->memory)
		return 0;
	snprintf(why, size, "the program draws into our own memory; %s is a device's", kind->name);
	return -ENOTSUP;
}

static void refine(struct weir_source *base, const struct weir_memory_kind *kind,
	struct weir_memory_traits *traits)
{
	if (kind == &weir_memory_shown)
		*traits = ((struct weir_feed_source *)base)->feed->traits;
}

/* The lines of memory of ours lie as far apart as sinks want them. */
static int try_video(struct weir_source *base, struct weir_video *video, char *why, size_t size)
{
	const struct weir_feed *feed = ((struct weir_feed_source *)base)->feed;
	struct weir_video other = base->video;
	struct weir_layout layout;

	other.stride = video->stride ? video->stride : other.stride;
	if (!feed->dmabufs && (!video->format || video->format == other.format) &&
		!(other.format->flags & WEIR_FORMAT_COMPRESSED) &&
		!weir_format_layout(&other, &layout)) {
		*video = other;
		return 0;
	}
	snprintf(why, size, "the program makes frames as they are");
	return -ENOTSUP;
}

static int set_video(struct weir_source *base, const struct weir_video *video)
{
	struct weir_feed *feed = ((struct weir_feed_source *)base)->feed;
	struct weir_layout layout;
	int err = weir_format_layout(video, &layout);

	if (err)
		return err;
	base->video = feed->video = *video;
	feed->frame_bytes = layout.size;
	return 0;
}

static int frame_bytes(struct weir_source *base, size_t *out)
{
	*out = ((struct weir_feed_source *)base)->feed->frame_bytes;
	return 0;
}

static int allocate(struct weir_source *base, const struct weir_memory_kind *kind,
	const struct weir_slab_settings *settings, struct weir_slab **out)
{
	(void)kind;
	return weir_feed_make_slab(((struct weir_feed_source *)base)->feed, settings, out);
}

static const struct weir_source_impl impl = {
	.scheme = "feed",
	.summary = "frames of the program's",
	.close = close_source,
	.describe = describe,
	.accepts = accepts,
	.refine = refine,
	.try_video = try_video,
	.set_video = set_video,
	.frame_bytes = frame_bytes,
	.allocate = allocate,
	.start = start,
	.resume = resume,
	.stop = stop,
};

int weir_feed_source_open(struct weir_feed *feed, struct weir_source **out)
{
	struct weir_feed_source *source = calloc(1, sizeof(*source));
	char *uri = strdup(impl.scheme);

	if (!source || !uri) {
		free(source);
		free(uri);
		return -ENOMEM;
	}
	source->base.impl = &impl;
	source->base.log = feed->log;
	source->base.uri = uri;
	source->base.video = feed->video;
	source->base.wanted = feed->video;
	source->base.wanted.stride = feed->given_stride;
	source->base.live = feed->live;
	source->base.min_slots = 1;
	source->base.keeps_frames = true; /* the program may look at what it has drawn or shown */
	if (feed->dmabufs) {
		source->base.memory = &weir_memory_shown;
		source->base.device = true; /* who wrote them may be one */
		source->base.unfenced = feed->unfenced;
	}
	source->feed = weir_feed_ref(feed);
	*out = &source->base;
	return 0;
}
