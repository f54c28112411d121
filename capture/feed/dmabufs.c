/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "capture/feed/feed.h"
#include "core/memory/parts.h"

/* Frames in memory of the program's, which is known when it comes. A slot stands for one buffer
 * from the first time that it is shown, so that displays import each but once. */

/* Which memory, and where in it: two frames that are the same in this can share a slot. */
struct identity {
	const struct weir_slot *owner; /* in another pipeline; NULL: it goes by the dma-bufs */
	dev_t device[WEIR_MAX_PLANES];
	ino_t inode[WEIR_MAX_PLANES];
	uint32_t offset[WEIR_MAX_PLANES], stride[WEIR_MAX_PLANES];
};

/* What a slot is to its frame's end: the slab's way to hand it back, and the program's to be told.
 */
struct shown {
	bool bound;
	struct identity identity;
	void (*hand_back)(struct weir_frame *frame, void *data);
	void *hand_back_data;
	void (*released)(void *data);
	void *data;
};

struct weir_feed_shown {
	struct weir_feed *feed;
	struct weir_slab *slab;
	struct shown slot[WEIR_SLAB_MAX_SLOTS];
};

const struct weir_memory_kind weir_memory_shown = {
	.name = "program's",
	.summary = "dma-bufs that the program shows, one after the other",
	.traits = { .dmabuf = true, .pinnable = true, .headroom = true },
	.destroy = weir_parts_release_all,
};

/* The slot may be another frame's, and the slab gone, as soon as it was handed back. */
static void release_shown(struct weir_frame *frame, void *data)
{
	const struct shown shown = *(const struct shown *)data;

	shown.hand_back(frame, shown.hand_back_data);
	shown.released(shown.data);
}

/* Memory of another pipeline's slot is not ours to unmap. */
static void return_parts(struct weir_slot *slot, const struct identity *identity)
{
	struct weir_slab *theirs = identity->owner ? identity->owner->slab : NULL;

	for (unsigned i = 0; theirs && i < slot->n_parts; i++)
		slot->parts[i].memory = NULL;
	slot->headroom = NULL;
	weir_parts_release(slot);
	weir_slab_unref(&theirs);
}

static void return_all(void *block)
{
	struct weir_feed_shown *all = block;

	for (unsigned i = 0; i < all->slab->n_made; i++)
		if (all->slot[i].bound)
			return_parts(&all->slab->slots[i], &all->slot[i].identity);
	weir_feed_unref(&all->feed);
	free(all);
}

int weir_feed_make_slab(
	struct weir_feed *feed, const struct weir_slab_settings *settings, struct weir_slab **out)
{
	struct weir_feed_shown *all = calloc(1, sizeof(*all));
	struct weir_slab *slab = NULL;
	int err;

	if (!all)
		return -ENOMEM;
	err = weir_slab_create(&weir_memory_shown, settings, &slab);
	if (!err)
		err = weir_slab_attach(slab, all, return_all);
	if (err) {
		weir_slab_unref(&slab);
		free(all);
		return err;
	}
	for (unsigned i = 0; i < slab->n_slots; i++) {
		struct weir_frame *frame = &slab->slots[i].frame;

		all->slot[i].hand_back = frame->released;
		all->slot[i].hand_back_data = frame->data;
		frame->released = release_shown;
		frame->data = &all->slot[i];
	}
	all->feed = weir_feed_ref(feed);
	all->slab = slab;
	slab->shown = true;
	slab->pinnable = feed->traits.pinnable;
	slab->headroom_bytes = feed->traits.headroom ? feed->claimed[0]->headroom_bytes : 0;
	feed->shown = all;
	*out = slab;
	return 0;
}

/* ---- a frame that comes ---- */

static unsigned part_of(const struct weir_feed *feed, unsigned plane)
{
	return feed->n_parts > 1 ? plane : 0;
}

static bool is_same(const struct identity *a, const struct identity *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* The one that stands for that memory, or one that stands for none yet. */
static struct weir_slot *choose_slot(struct weir_feed *feed, const void *data)
{
	struct weir_slot *unbound = NULL;
	bool any_free = false;

	for (unsigned i = 0; i < feed->slab->n_slots; i++) {
		const struct shown *shown = &feed->shown->slot[i];
		struct weir_slot *slot = &feed->slab->slots[i];

		if (!weir_slab_is_free(slot))
			continue;
		any_free = true;
		if (!shown->bound && !unbound)
			unbound = slot;
		if (shown->bound && is_same(&shown->identity, data) && weir_slab_take_slot(slot))
			return slot;
	}
	if (unbound && weir_slab_take_slot(unbound))
		return unbound;
	if (any_free && !feed->crowded) {
		feed->crowded = true;
		weir_waker_wake(&feed->waker);
	}
	return NULL;
}

static bool fits(const struct weir_feed *feed, const struct weir_slot *slot,
	const struct weir_feed_dmabufs *frame)
{
	const struct weir_frame_info *info = &slot->frame.info;

	for (unsigned i = 0; i < info->n_planes; i++) {
		size_t room = weir_slot_part(slot, i)->length;
		size_t lines = weir_frame_lines(info, i), line = weir_frame_line_bytes(info, i);

		if (info->format->flags & WEIR_FORMAT_COMPRESSED)
			return frame->offset[i] < room;
		if ((i == 0 && frame->stride[i] != feed->video.stride) || frame->stride[i] < line ||
			frame->offset[i] + (lines - 1) * frame->stride[i] + line > room)
			return false;
	}
	return true;
}

static void describe(
	struct weir_feed *feed, struct weir_slot *slot, const struct weir_feed_dmabufs *frame)
{
	struct weir_frame_info *info = &slot->frame.info;

	for (unsigned i = 0; i < info->n_planes; i++) {
		info->plane[i].fd = slot->parts[part_of(feed, i)].dmabuf;
		info->plane[i].offset = frame->offset[i];
		info->plane[i].stride = frame->stride[i];
		info->plane[i].length = frame->stride[i] * weir_frame_lines(info, i);
	}
	if (info->format->flags & WEIR_FORMAT_COMPRESSED)
		info->plane[0].length = (uint32_t)(slot->parts[0].length - frame->offset[0]);
}

/* ---- what can be done with it ---- */

static int adopt(struct weir_slot *slot, const struct weir_feed_dmabufs *frame)
{
	int err = 0;

	for (unsigned i = 0; i < slot->n_parts && !err; i++)
		err = weir_parts_adopt(&slot->parts[i], frame->fd[i]);
	return err;
}

/* With all its ways to it: the mapping is the one that can be pinned. */
static int borrow(
	const struct weir_feed *feed, struct weir_slot *slot, const struct weir_slot *theirs)
{
	weir_slab_ref(theirs->slab);
	if (slot->n_parts != theirs->n_parts)
		return -EINVAL;
	slot->headroom = feed->traits.headroom ? theirs->headroom : NULL;
	for (unsigned i = 0; i < slot->n_parts; i++) {
		slot->parts[i] = theirs->parts[i];
		slot->parts[i].dmabuf = -1;
		if (theirs->parts[i].dmabuf < 0)
			continue;
		slot->parts[i].dmabuf = fcntl(theirs->parts[i].dmabuf, F_DUPFD_CLOEXEC, 0);
		if (slot->parts[i].dmabuf < 0)
			return -errno;
	}
	return 0;
}

/* `frame`: of another pipeline; NULL: memory of whoever's. */
static struct weir_memory_traits traits_of(
	struct weir_feed *feed, const struct weir_slot *slot, const struct weir_frame *frame)
{
	return (struct weir_memory_traits){
		.dmabuf = slot->parts[0].dmabuf >= 0,
		.pinnable = frame ? frame->slot->slab->pinnable
				  : weir_part_is_pinnable(&slot->parts[0]),
		.headroom = frame && weir_feed_claim_gaps(feed, frame),
	};
}

static bool falls_short(const struct weir_feed *feed, struct weir_memory_traits traits)
{
	return (feed->traits.dmabuf && !traits.dmabuf) ||
	       (feed->traits.pinnable && !traits.pinnable) ||
	       (feed->traits.headroom && !traits.headroom);
}

int weir_feed_learn(struct weir_feed *feed, const struct weir_feed_dmabufs *like)
{
	struct weir_slot slot = { .n_parts = 1, .parts[0].dmabuf = -1 };
	int err;

	feed->traits = (struct weir_memory_traits){ .dmabuf = true };
	if (!like)
		return 0;
	if (like->frame) {
		feed->unfenced = like->frame->slot->slab->unfenced;
		feed->traits = traits_of(feed, like->frame->slot, like->frame);
		return 0;
	}
	err = adopt(&slot, like);
	if (!err)
		feed->traits = traits_of(feed, &slot, NULL);
	weir_parts_release(&slot);
	return err;
}

/* 0, or -errno and the slot is as it was. */
static int stand_for(struct weir_feed *feed, struct weir_slot *slot,
	const struct weir_feed_dmabufs *frame, const struct identity *identity)
{
	struct shown *shown = &feed->shown->slot[slot->index];
	int err = identity->owner ? borrow(feed, slot, identity->owner) : adopt(slot, frame);

	if (!err && !fits(feed, slot, frame))
		err = -EINVAL;
	if (!err && falls_short(feed, traits_of(feed, slot, frame->frame)))
		err = -EXDEV;
	if (err) {
		return_parts(slot, identity);
		return err;
	}
	describe(feed, slot, frame);
	shown->identity = *identity;
	shown->bound = true;
	return 0;
}

/* Makes the taken slot that frame's. 0, or -errno and the slot is free again. */
static int show(struct weir_feed *feed, struct weir_slot *slot,
	const struct weir_feed_dmabufs *frame, const struct identity *identity)
{
	struct shown *shown = &feed->shown->slot[slot->index];
	int err = shown->bound ? 0 : stand_for(feed, slot, frame, identity);

	if (err) {
		weir_slab_put(slot);
		return err;
	}
	shown->released = frame->released;
	shown->data = frame->data;
	return 0;
}

static int identify(
	const struct weir_feed *feed, const struct weir_feed_dmabufs *frame, struct identity *out)
{
	memset(out, 0, sizeof(*out));
	out->owner = frame->frame ? frame->frame->slot : NULL;
	for (unsigned i = 0; i < feed->n_parts && !out->owner; i++) {
		struct stat status;

		if (!weir_is_dmabuf(frame->fd[i]) || fstat(frame->fd[i], &status) < 0)
			return -EINVAL;
		out->device[i] = status.st_dev;
		out->inode[i] = status.st_ino;
	}
	for (unsigned i = 0; i < feed->video.format->n_planes; i++) {
		out->offset[i] = frame->offset[i];
		out->stride[i] = frame->stride[i];
	}
	return 0;
}

int weir_feed_push_dmabufs(struct weir_feed *feed, const struct weir_feed_dmabufs *frame,
	const struct weir_feed_stamp *stamp, uint64_t timeout_ns)
{
	static const struct weir_feed_stamp nothing;
	struct identity identity;
	struct weir_slot *slot;
	int err;

	if (!feed->dmabufs)
		return -EINVAL;
	err = identify(feed, frame, &identity);
	if (err)
		return err;
	pthread_mutex_lock(&feed->lock);
	err = weir_feed_wait_slot(feed, timeout_ns, &slot, choose_slot, &identity);
	if (!err)
		err = show(feed, slot, frame, &identity);
	if (!err)
		weir_feed_append(feed, weir_slot_issue(slot), stamp ? stamp : &nothing);
	pthread_mutex_unlock(&feed->lock);
	if (!err)
		weir_waker_wake(&feed->waker);
	return err;
}
