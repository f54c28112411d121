/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/pool.h"

#include <errno.h>

struct _WeirPool {
	GstBufferPool parent;

	GMutex lock;
	struct weir_feed *feed; /* under the lock; NULL: closed */
	guint users;            /* calls that use it now */
	GCond unused;
	GstVideoInfo info;
	gboolean raw;
	gsize size;
};

G_DEFINE_TYPE(WeirPool, weir_pool, GST_TYPE_BUFFER_POOL)

/* What a buffer's memory knows of its slot. */
struct drawing {
	GMutex lock;
	struct weir_frame *frame; /* keeps the slot while the memory lives */
	gboolean open;            /* the CPU writes: not shown yet */
};

static GQuark drawing_quark(void)
{
	return g_quark_from_static_string("weir-drawing");
}

static void close_drawing(gpointer data)
{
	struct drawing *drawing = data;

	if (drawing->open)
		weir_frame_end_cpu(drawing->frame);
	weir_frame_unref(&drawing->frame);
	g_mutex_clear(&drawing->lock);
	g_free(drawing);
}

struct weir_frame *weir_pool_take_frame(GstBuffer *buffer)
{
	struct weir_frame *frame = NULL;
	struct drawing *drawing;

	if (gst_buffer_n_memory(buffer) != 1)
		return NULL;
	drawing = gst_mini_object_get_qdata(
		GST_MINI_OBJECT_CAST(gst_buffer_peek_memory(buffer, 0)), drawing_quark());
	if (!drawing)
		return NULL;
	g_mutex_lock(&drawing->lock);
	if (drawing->open) {
		weir_frame_end_cpu(drawing->frame);
		drawing->open = FALSE;
		frame = weir_frame_ref(drawing->frame);
	}
	g_mutex_unlock(&drawing->lock);
	return frame;
}

/* ---- buffers ---- */

static GstBuffer *wrap(WeirPool *self, struct weir_frame *frame, const struct weir_pixels *pixels)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct drawing *drawing = g_new0(struct drawing, 1);
	gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
	gint strides[GST_VIDEO_MAX_PLANES] = { 0 };
	GstBuffer *buffer = gst_buffer_new();
	GstMemory *memory;

	g_mutex_init(&drawing->lock);
	drawing->frame = frame;
	drawing->open = TRUE;
	memory = gst_memory_new_wrapped(0, pixels->data[0], self->size, 0, self->size, NULL, NULL);
	gst_mini_object_set_qdata(
		GST_MINI_OBJECT_CAST(memory), drawing_quark(), drawing, close_drawing);
	gst_buffer_append_memory(buffer, memory);
	for (uint32_t i = 0; i < info->n_planes; i++) {
		offsets[i] = info->plane[i].offset - info->plane[0].offset;
		strides[i] = (gint)pixels->stride[i];
	}
	if (self->raw)
		gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE,
			GST_VIDEO_INFO_FORMAT(&self->info), info->width, info->height,
			info->n_planes, offsets, strides);
	return buffer;
}

static struct weir_feed *use_feed(WeirPool *self)
{
	struct weir_feed *feed;

	g_mutex_lock(&self->lock);
	feed = self->feed;
	self->users += feed != NULL;
	g_mutex_unlock(&self->lock);
	return feed;
}

static void leave_feed(WeirPool *self)
{
	g_mutex_lock(&self->lock);
	if (--self->users == 0)
		g_cond_broadcast(&self->unused);
	g_mutex_unlock(&self->lock);
}

static GstFlowReturn take(WeirPool *self, guint64 timeout_ns, GstBuffer **out)
{
	struct weir_feed *feed = use_feed(self);
	struct weir_frame *frame = NULL;
	struct weir_pixels pixels;
	int err;

	if (!feed)
		return GST_FLOW_FLUSHING;
	err = weir_feed_take(feed, timeout_ns, &frame);
	leave_feed(self);
	if (err)
		return err == -ECANCELED ? GST_FLOW_FLUSHING : GST_FLOW_EOS;
	if (weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels)) {
		weir_frame_unref(&frame);
		return GST_FLOW_ERROR;
	}
	*out = wrap(self, frame, &pixels);
	return GST_FLOW_OK;
}

/* Slots are the pool: nothing is kept here between two uses. */
static GstFlowReturn acquire_buffer(
	GstBufferPool *pool, GstBuffer **out, GstBufferPoolAcquireParams *params)
{
	gboolean waits = !params || !(params->flags & GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT);

	return take(WEIR_POOL(pool), waits ? G_MAXUINT64 : 0, out);
}

static void release_buffer(GstBufferPool *pool, GstBuffer *buffer)
{
	(void)pool;
	gst_buffer_unref(buffer);
}

static gboolean start_pool(GstBufferPool *pool)
{
	(void)pool;
	return TRUE;
}

static void flush_start(GstBufferPool *pool)
{
	weir_pool_flush(pool, TRUE);
}

static void flush_stop(GstBufferPool *pool)
{
	weir_pool_flush(pool, FALSE);
}

static const gchar **get_options(GstBufferPool *pool)
{
	static const gchar *options[] = { GST_BUFFER_POOL_OPTION_VIDEO_META, NULL };

	(void)pool;
	return options;
}

/* ---- life ---- */

GstBufferPool *weir_pool_new(
	struct weir_feed *feed, const GstVideoInfo *info, gboolean raw, gsize size)
{
	WeirPool *self = g_object_new(weir_pool_get_type(), NULL);

	self->feed = feed;
	self->info = *info;
	self->raw = raw;
	self->size = size;
	return GST_BUFFER_POOL(g_object_ref_sink(self));
}

void weir_pool_flush(GstBufferPool *pool, gboolean flushing)
{
	WeirPool *self = WEIR_POOL(pool);
	struct weir_feed *feed = use_feed(self);

	if (!feed)
		return;
	weir_feed_interrupt(feed, flushing);
	leave_feed(self);
}

void weir_pool_close(GstBufferPool *pool)
{
	WeirPool *self = WEIR_POOL(pool);

	g_mutex_lock(&self->lock);
	if (self->feed)
		weir_feed_end(self->feed);
	self->feed = NULL;
	while (self->users)
		g_cond_wait(&self->unused, &self->lock);
	g_mutex_unlock(&self->lock);
}

static void finalize(GObject *object)
{
	WeirPool *self = WEIR_POOL(object);

	g_mutex_clear(&self->lock);
	g_cond_clear(&self->unused);
	G_OBJECT_CLASS(weir_pool_parent_class)->finalize(object);
}

static void weir_pool_init(WeirPool *self)
{
	g_mutex_init(&self->lock);
	g_cond_init(&self->unused);
}

static void weir_pool_class_init(WeirPoolClass *class)
{
	GstBufferPoolClass *pool = GST_BUFFER_POOL_CLASS(class);

	G_OBJECT_CLASS(class)->finalize = finalize;
	pool->start = start_pool;
	pool->acquire_buffer = acquire_buffer;
	pool->release_buffer = release_buffer;
	pool->flush_start = flush_start;
	pool->flush_stop = flush_stop;
	pool->get_options = get_options;
}
