/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/pool.h"

#include <errno.h>

#include "plugins/gst/memory.h"

/* How long a call waits for a slot before it looks whether it is to come back. */
#define PATIENCE_NS (20 * 1000000ull)

struct _WeirPool {
	GstBufferPool parent;

	struct weir_pool_owner owner;
	GstVideoInfo info;
	gboolean metas; /* upstream understands strides */

	GMutex lock;
	gint closed; /* atomic; set under the lock */
	gboolean lent;
	guint users; /* calls that use the owner's feed now */
	GCond unused;
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
	gsize size = 0;

	g_mutex_init(&drawing->lock);
	drawing->frame = frame;
	drawing->open = TRUE;
	for (uint32_t i = 0; i < info->n_planes; i++) {
		offsets[i] = info->plane[i].offset - info->plane[0].offset;
		strides[i] = (gint)pixels->stride[i];
		size = MAX(size, offsets[i] + info->plane[i].length);
	}
	memory = gst_memory_new_wrapped(0, pixels->data[0], size, 0, size, NULL, NULL);
	gst_mini_object_set_qdata(
		GST_MINI_OBJECT_CAST(memory), drawing_quark(), drawing, close_drawing);
	gst_buffer_append_memory(buffer, memory);
	gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE,
		GST_VIDEO_INFO_FORMAT(&self->info), info->width, info->height, info->n_planes,
		offsets, strides);
	return buffer;
}

/* The same in memory that the sink has to copy from. */
static GstFlowReturn draw_elsewhere(WeirPool *self, GstBuffer **out)
{
	*out = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&self->info), NULL);
	return *out ? GST_FLOW_OK : GST_FLOW_ERROR;
}

/* Every call that may use the owner's feed lies between these two. */
static gboolean enter(WeirPool *self)
{
	gboolean open;

	g_mutex_lock(&self->lock);
	open = !self->closed;
	self->users += open;
	g_mutex_unlock(&self->lock);
	return open;
}

static void leave(WeirPool *self)
{
	g_mutex_lock(&self->lock);
	if (--self->users == 0 && self->closed)
		g_cond_broadcast(&self->unused);
	g_mutex_unlock(&self->lock);
}

static int take(WeirPool *self, struct weir_feed *feed, gboolean waits, struct weir_frame **out)
{
	int err;

	do
		err = weir_feed_take(feed, waits ? PATIENCE_NS : 0, out);
	while (err == -EAGAIN && waits && !g_atomic_int_get(&self->closed) &&
		!GST_BUFFER_POOL_IS_FLUSHING(GST_BUFFER_POOL(self)));
	return err;
}

static GstFlowReturn draw(WeirPool *self, struct weir_frame *frame, GstBuffer **out)
{
	struct weir_pixels pixels;

	if ((!self->metas && !weir_gst_memory_is_plain(weir_frame_info(frame), &self->info)) ||
		weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels)) {
		weir_frame_unref(&frame);
		return draw_elsewhere(self, out);
	}
	*out = wrap(self, frame, &pixels);
	self->lent = TRUE;
	return GST_FLOW_OK;
}

/* Slots are the pool: nothing is kept here between two uses. */
static GstFlowReturn acquire_buffer(
	GstBufferPool *pool, GstBuffer **out, GstBufferPoolAcquireParams *params)
{
	gboolean waits = !params || !(params->flags & GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT);
	WeirPool *self = WEIR_POOL(pool);
	struct weir_frame *frame = NULL;
	struct weir_feed *feed = NULL;
	int err;

	if (!enter(self))
		return draw_elsewhere(self, out);
	err = self->owner.lend(self->owner.data, &feed);
	if (err) {
		leave(self);
		return GST_FLOW_ERROR;
	}
	if (feed)
		err = take(self, feed, waits, &frame);
	leave(self);
	if (frame)
		return draw(self, frame, out);
	if (GST_BUFFER_POOL_IS_FLUSHING(pool))
		return GST_FLOW_FLUSHING;
	return err == -EAGAIN && !waits ? GST_FLOW_EOS : draw_elsewhere(self, out);
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

static const gchar **get_options(GstBufferPool *pool)
{
	static const gchar *options[] = { GST_BUFFER_POOL_OPTION_VIDEO_META, NULL };

	(void)pool;
	return options;
}

static gboolean set_config(GstBufferPool *pool, GstStructure *config)
{
	WEIR_POOL(pool)->metas =
		gst_buffer_pool_config_has_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
	return GST_BUFFER_POOL_CLASS(weir_pool_parent_class)->set_config(pool, config);
}

gboolean weir_pool_knows_strides(GstBufferPool *pool)
{
	return WEIR_POOL(pool)->metas;
}

/* ---- life ---- */

GstBufferPool *weir_pool_new(const struct weir_pool_owner *owner, const GstVideoInfo *info)
{
	WeirPool *self = g_object_new(weir_pool_get_type(), NULL);

	self->owner = *owner;
	self->info = *info;
	return GST_BUFFER_POOL(g_object_ref_sink(self));
}

gboolean weir_pool_close(GstBufferPool *pool)
{
	WeirPool *self = WEIR_POOL(pool);

	g_mutex_lock(&self->lock);
	g_atomic_int_set(&self->closed, TRUE);
	while (self->users)
		g_cond_wait(&self->unused, &self->lock);
	g_mutex_unlock(&self->lock);
	return self->lent;
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
	pool->set_config = set_config;
	pool->get_options = get_options;
}
