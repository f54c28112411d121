/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/lend.h"

#include <sys/types.h>
#include <unistd.h>

#include <gst/allocators/gstdmabuf.h>

/* A GstMemory for each dma-buf of each slot, used again and again: what maps it once has it mapped
 * for good. While it is out it holds its frame; when its last reference goes it comes back here,
 * and the frame to its source. */
struct place {
	GstMemory *memory; /* idle, or out */
	unsigned epoch;
	int fd; /* that it stands for, in that epoch */
	gboolean out;
};

/* A buffer that nobody has taken apart comes back with its memories in it, and its metas: those
 * count as out. */
struct slot {
	struct weir_gst_memory *home;
	struct place places[WEIR_MAX_PLANES];
	GstBuffer *buffer;                 /* idle */
	GstMemory *parts[WEIR_MAX_PLANES]; /* of the last buffer */
	guint n_parts;
};

struct weir_gst_memory {
	GMutex lock;
	guint refs; /* under the lock: the element's, each buffer's and each memory's that is out */
	gboolean closed, read_only;
	GstAllocator *dmabufs;
	struct slot slots[WEIR_MAX_BUFFERS];
};

/* What a memory that is out knows; it lives as long as the memory. */
struct holding {
	struct weir_gst_memory *home;
	struct place *place;
	struct weir_frame *frame;
};

struct weir_gst_memory *weir_gst_memory_new(gboolean read_only)
{
	struct weir_gst_memory *memory = g_new0(struct weir_gst_memory, 1);

	g_mutex_init(&memory->lock);
	memory->refs = 1;
	memory->read_only = read_only;
	memory->dmabufs = gst_dmabuf_allocator_new();
	for (int i = 0; i < WEIR_MAX_BUFFERS; i++)
		memory->slots[i].home = memory;
	return memory;
}

static void unref(struct weir_gst_memory *memory)
{
	gboolean last;

	g_mutex_lock(&memory->lock);
	last = --memory->refs == 0;
	g_mutex_unlock(&memory->lock);
	if (!last)
		return;
	gst_object_unref(memory->dmabufs);
	g_mutex_clear(&memory->lock);
	g_free(memory);
}

/* It does not come back any more. */
static void discard(GstBuffer *buffer)
{
	if (!buffer)
		return;
	GST_MINI_OBJECT_CAST(buffer)->dispose = NULL;
	gst_buffer_unref(buffer);
}

static void drop_idle(struct weir_gst_memory *memory, gboolean closes)
{
	GstMemory *idle[WEIR_MAX_BUFFERS * WEIR_MAX_PLANES];
	GstBuffer *buffers[WEIR_MAX_BUFFERS];
	size_t n = 0;

	g_mutex_lock(&memory->lock);
	memory->closed |= closes;
	for (int i = 0; i < WEIR_MAX_BUFFERS; i++) {
		struct slot *slot = &memory->slots[i];

		buffers[i] = g_steal_pointer(&slot->buffer);
		for (int p = 0; p < WEIR_MAX_PLANES; p++)
			if (slot->places[p].memory && !slot->places[p].out)
				idle[n++] = g_steal_pointer(&slot->places[p].memory);
	}
	g_mutex_unlock(&memory->lock);
	while (n)
		gst_memory_unref(idle[--n]);
	for (int i = 0; i < WEIR_MAX_BUFFERS; i++)
		discard(buffers[i]);
}

void weir_gst_memory_forget(struct weir_gst_memory *memory)
{
	drop_idle(memory, FALSE);
}

void weir_gst_memory_free(struct weir_gst_memory *memory)
{
	drop_idle(memory, TRUE);
	unref(memory);
}

static GQuark holding_quark(void);
static GQuark slot_quark(void);

G_DEFINE_QUARK(weir_holding, holding)
G_DEFINE_QUARK(weir_slot, slot)

static struct holding *holding_of(gpointer memory)
{
	return gst_mini_object_get_qdata(memory, holding_quark());
}

struct weir_frame *weir_gst_memory_lent(GstMemory *memory)
{
	const struct holding *holding = holding_of(memory);

	return holding ? holding->frame : NULL;
}

/* The last reference is gone: back to its place, if that still wants it. FALSE: it lives on. */
static gboolean came_back(GstMiniObject *object)
{
	struct holding *holding = holding_of(object);
	struct weir_frame *frame = holding->frame;
	struct weir_gst_memory *home = holding->home;
	gboolean wanted;

	if (!frame)
		return TRUE;
	g_mutex_lock(&home->lock);
	holding->frame = NULL;
	wanted = !home->closed && holding->place->memory == GST_MEMORY_CAST(object);
	if (wanted) {
		gst_mini_object_ref(object);
		holding->place->out = FALSE;
	}
	g_mutex_unlock(&home->lock);
	weir_frame_unref(&frame);
	unref(home);
	return !wanted;
}

/* Nobody has put another memory into it, or holds one of its own. Under the lock. */
static gboolean is_whole(GstBuffer *buffer, const struct slot *slot)
{
	guint n = gst_buffer_n_memory(buffer);

	for (guint i = 0; i < n && n == slot->n_parts; i++) {
		GstMemory *memory = gst_buffer_peek_memory(buffer, i);

		if (memory != slot->parts[i] || GST_MINI_OBJECT_REFCOUNT_VALUE(memory) != 1)
			return FALSE;
	}
	return n && n == slot->n_parts;
}

static gboolean drop_others(GstBuffer *buffer, GstMeta **meta, gpointer data)
{
	(void)buffer;
	(void)data;
	if (!GST_META_FLAG_IS_SET(*meta, GST_META_FLAG_POOLED))
		*meta = NULL;
	return TRUE;
}

/* As came_back(). What is not whole ends, and its memories come back one by one. */
static gboolean buffer_came_back(GstMiniObject *object)
{
	struct slot *slot = gst_mini_object_get_qdata(object, slot_quark());
	struct weir_gst_memory *home = slot->home;
	GstBuffer *buffer = GST_BUFFER_CAST(object);
	struct weir_frame *frames[WEIR_MAX_PLANES];
	guint n = 0;

	g_mutex_lock(&home->lock);
	if (!home->closed && !slot->buffer && is_whole(buffer, slot)) {
		gst_mini_object_ref(object);
		slot->buffer = buffer;
		for (; n < slot->n_parts; n++)
			frames[n] = g_steal_pointer(&holding_of(slot->parts[n])->frame);
		home->refs -= n; /* the buffer has one of its own */
	}
	g_mutex_unlock(&home->lock);
	if (!n)
		return TRUE;
	while (n)
		weir_frame_unref(&frames[--n]);
	return FALSE;
}

/* ---- out ---- */

static GstMemory *make(struct weir_gst_memory *home, struct place *place, int fd)
{
	off_t length = lseek(fd, 0, SEEK_END);
	struct holding *holding;
	GstMemory *memory;

	if (length <= 0)
		return NULL;
	memory = gst_dmabuf_allocator_alloc_with_flags(home->dmabufs, fd, (gsize)length,
		GST_FD_MEMORY_FLAG_DONT_CLOSE | GST_FD_MEMORY_FLAG_KEEP_MAPPED);
	if (!memory)
		return NULL;
	holding = g_new0(struct holding, 1);
	holding->home = home;
	holding->place = place;
	gst_mini_object_set_qdata(GST_MINI_OBJECT_CAST(memory), holding_quark(), holding, g_free);
	if (home->read_only)
		GST_MINI_OBJECT_FLAG_SET(memory, GST_MEMORY_FLAG_READONLY);
	GST_MINI_OBJECT_CAST(memory)->dispose = came_back;
	return memory;
}

/* It holds the frame from here on. Under the lock. */
static void hold(GstMemory *memory, struct weir_frame *frame)
{
	struct holding *holding = holding_of(memory);

	holding->frame = weir_frame_ref(frame);
	holding->home->refs++;
	if (memory->offset || memory->size != memory->maxsize)
		gst_memory_resize(memory, -(gssize)memory->offset, memory->maxsize);
}

/* The memory for that dma-buf of the frame, which it takes a reference to. */
static GstMemory *lend(struct slot *slot, struct weir_frame *frame, unsigned epoch, uint32_t plane)
{
	struct weir_gst_memory *home = slot->home;
	int fd = weir_frame_info(frame)->plane[plane].fd;
	struct place *place = &slot->places[plane];
	GstMemory *stale = NULL, *memory;

	g_mutex_lock(&home->lock);
	/* One that is out stands for memory of before, or for a copy in the same place. */
	if (place->memory && (place->out || place->epoch != epoch || place->fd != fd)) {
		stale = place->out ? NULL : place->memory;
		place->memory = NULL;
	}
	if (!place->memory)
		place->memory = make(home, place, fd);
	memory = place->memory;
	if (memory) {
		place->epoch = epoch;
		place->fd = fd;
		place->out = TRUE;
		slot->parts[slot->n_parts++] = memory;
		hold(memory, frame);
	}
	g_mutex_unlock(&home->lock);
	if (stale)
		gst_memory_unref(stale);
	return memory;
}

/* Whether the plane lies in the same dma-buf as the one before it. */
static gboolean goes_on(const struct weir_frame_info *info, uint32_t plane)
{
	return plane && info->plane[plane].fd == info->plane[plane - 1].fd;
}

static gboolean still_fits(
	const struct slot *slot, const struct weir_frame_info *info, unsigned epoch)
{
	for (uint32_t i = 0; i < info->n_planes; i++)
		if (!goes_on(info, i) &&
			(slot->places[i].epoch != epoch || slot->places[i].fd != info->plane[i].fd))
			return FALSE;
	return TRUE;
}

/* The buffer that came back, if it is there and still stands for that memory; NULL: none. */
static GstBuffer *lend_again(struct slot *slot, struct weir_frame *frame, unsigned epoch)
{
	GstBuffer *buffer, *stale = NULL;

	g_mutex_lock(&slot->home->lock);
	buffer = g_steal_pointer(&slot->buffer);
	if (buffer && !still_fits(slot, weir_frame_info(frame), epoch))
		stale = g_steal_pointer(&buffer);
	for (guint i = 0; buffer && i < slot->n_parts; i++)
		hold(slot->parts[i], frame);
	g_mutex_unlock(&slot->home->lock);
	discard(stale);
	if (!buffer)
		return NULL;
	/* What others did to it; not while it came back, when nobody may write it. */
	gst_buffer_foreach_meta(buffer, drop_others, NULL);
	GST_BUFFER_FLAGS(buffer) = 0;
	GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
	return buffer;
}

/* A buffer is gone, which may have outlived its memories. */
static void leave(gpointer slot)
{
	unref(((struct slot *)slot)->home);
}

static GstBuffer *lend_new(struct slot *slot, struct weir_frame *frame, unsigned epoch)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	GstBuffer *buffer = gst_buffer_new(), *stale;

	gst_mini_object_set_qdata(GST_MINI_OBJECT_CAST(buffer), slot_quark(), slot, leave);
	g_mutex_lock(&slot->home->lock);
	slot->home->refs++;
	slot->n_parts = 0;
	stale = g_steal_pointer(&slot->buffer); /* it came back meanwhile */
	g_mutex_unlock(&slot->home->lock);
	discard(stale);
	for (uint32_t i = 0; i < info->n_planes; i++) {
		GstMemory *part = goes_on(info, i) ? NULL : lend(slot, frame, epoch, i);

		if (part) {
			gst_buffer_append_memory(buffer, part);
		} else if (!goes_on(info, i)) {
			gst_buffer_unref(buffer);
			return NULL;
		}
	}
	GST_MINI_OBJECT_CAST(buffer)->dispose = buffer_came_back;
	return buffer;
}

GstBuffer *weir_gst_memory_lend(
	struct weir_gst_memory *memory, struct weir_frame *frame, unsigned epoch, gsize *starts)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct slot *slot = &memory->slots[info->slot % WEIR_MAX_BUFFERS];
	GstBuffer *buffer = lend_again(slot, frame, epoch);
	gsize end = 0;
	guint part = 0;

	if (!buffer)
		buffer = lend_new(slot, frame, epoch);
	if (!buffer)
		return NULL;
	for (uint32_t i = 0; i < info->n_planes; i++) {
		starts[i] = goes_on(info, i) ? starts[i - 1] : end;
		if (!goes_on(info, i))
			end += slot->parts[part++]->size;
	}
	/* Who writes buffers as they are gets the picture, without the rest of its pages. */
	if (info->format->flags & WEIR_FORMAT_COMPRESSED)
		gst_buffer_resize(buffer, info->plane[0].offset, info->bytes_used);
	else if (part == 1)
		gst_buffer_set_size(buffer, (gssize)weir_gst_memory_end(info));
	return buffer;
}
