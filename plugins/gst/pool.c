/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/pool.h"

#include <errno.h>
#include <string.h>

#include "plugins/gst/drawing.h"
#include "plugins/gst/memory.h"
#include "plugins/gst/pixels.h"

/* How long a call waits for a slot before it looks whether it is to come back. */
#define PATIENCE_NS (20 * 1000000ull)

struct _WeirPool {
	GstBufferPool parent;

	struct weir_pool_owner owner;
	GstVideoInfo info;
	struct weir_pool_wishes wishes;

	GMutex lock;
	gint closed; /* atomic; set under the lock */
	gboolean lent;
	guint users; /* calls that use the owner's feed now */
	GCond unused;
};

G_DEFINE_TYPE(WeirPool, weir_pool, GST_TYPE_BUFFER_POOL)

/* ---- buffers ---- */

static GstVideoMeta *add_meta(
	WeirPool *self, GstBuffer *buffer, const gsize *offsets, const gint *strides)
{
	const GstVideoInfo *info = &self->info;

	return gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE,
		GST_VIDEO_INFO_FORMAT(info), GST_VIDEO_INFO_WIDTH(info),
		GST_VIDEO_INFO_HEIGHT(info), GST_VIDEO_INFO_N_PLANES(info), (gsize *)offsets,
		(gint *)strides);
}

static GstBuffer *wrap(WeirPool *self, struct weir_loans *loans, struct weir_frame *frame,
	const struct weir_pixels *pixels)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	gsize offsets[GST_VIDEO_MAX_PLANES] = { 0 };
	gint strides[GST_VIDEO_MAX_PLANES] = { 0 };
	GstBuffer *buffer;
	gsize size = 0;

	for (uint32_t i = 0; i < info->n_planes; i++) {
		offsets[i] = info->plane[i].offset - info->plane[0].offset;
		strides[i] = (gint)pixels->stride[i];
		size = MAX(size, offsets[i] + info->plane[i].length);
	}
	weir_gst_pixels_shift(&self->info, &self->wishes.align, strides, offsets);
	buffer = weir_drawing_wrap(loans, frame, pixels->data[0], size);
	gst_video_meta_set_alignment(add_meta(self, buffer, offsets, strides), self->wishes.align);
	return buffer;
}

/* The same in memory that the sink has to copy from. */
static GstFlowReturn draw_elsewhere(WeirPool *self, GstBuffer **out)
{
	GstVideoAlignment align = self->wishes.align;
	GstVideoInfo info = self->info;
	GstAllocationParams params;

	gst_allocation_params_init(&params);
	for (guint i = 0; i < GST_VIDEO_MAX_PLANES; i++)
		params.align |= align.stride_align[i];
	gst_video_info_align(&info, &align);
	*out = gst_buffer_new_allocate(NULL, GST_VIDEO_INFO_SIZE(&info), &params);
	if (*out && self->wishes.strides)
		gst_video_meta_set_alignment(
			add_meta(self, *out, info.offset, info.stride), self->wishes.align);
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

/* A call for a buffer. */
struct call {
	WeirPool *pool;
	gboolean waits;
};

static gboolean gives_up(void *data)
{
	const struct call *call = data;
	const struct weir_pool_owner *owner = &call->pool->owner;

	return !call->waits || g_atomic_int_get(&call->pool->closed) ||
	       GST_BUFFER_POOL_IS_FLUSHING(GST_BUFFER_POOL(call->pool)) ||
	       owner->is_flushing(owner->data);
}

static gboolean is_idle(void *data)
{
	const struct weir_pool_owner *owner = &((const struct call *)data)->pool->owner;

	return owner->is_idle(owner->data);
}

/* 0 and no frame: upstream has all that it may have, and keeps them. */
static int take(struct call *call, const struct weir_pool_loan *loan, struct weir_frame **out)
{
	const struct weir_loans_waiter waiter = { gives_up, is_idle, call };
	enum weir_loans_outcome outcome = weir_loans_lend(loan->loans, &waiter);
	int err;

	if (outcome != WEIR_LOANS_LENT)
		return outcome == WEIR_LOANS_GAVE_UP ? -EAGAIN : 0;
	do
		err = weir_feed_take(loan->feed, call->waits ? PATIENCE_NS : 0, out);
	while (err == -EAGAIN && !gives_up(call));
	if (err)
		weir_loans_give_back(loan->loans);
	return err;
}

/* Whether upstream can draw into it. */
static gboolean suits(WeirPool *self, const struct weir_frame_info *frame)
{
	const GstVideoAlignment *align = &self->wishes.align;
	guint width =
		GST_VIDEO_INFO_WIDTH(&self->info) + align->padding_left + align->padding_right;
	guint height =
		GST_VIDEO_INFO_HEIGHT(&self->info) + align->padding_top + align->padding_bottom;

	for (guint i = 0; i < frame->n_planes; i++)
		if (frame->plane[i].stride & align->stride_align[i])
			return FALSE;
	return self->wishes.strides ? frame->width >= width && frame->height >= height
				    : weir_gst_memory_is_plain(frame, &self->info);
}

static GstFlowReturn draw(
	WeirPool *self, struct weir_loans *loans, struct weir_frame *frame, GstBuffer **out)
{
	struct weir_pixels pixels;

	if (!suits(self, weir_frame_info(frame)) ||
		weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels)) {
		weir_frame_unref(&frame);
		weir_loans_give_back(loans);
		return draw_elsewhere(self, out);
	}
	*out = wrap(self, loans, frame, &pixels);
	self->lent = TRUE;
	return GST_FLOW_OK;
}

/* Slots are the pool: nothing is kept here between two uses. */
static GstFlowReturn acquire_buffer(
	GstBufferPool *pool, GstBuffer **out, GstBufferPoolAcquireParams *params)
{
	WeirPool *self = WEIR_POOL(pool);
	struct call call = { self,
		!params || !(params->flags & GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT) };
	struct weir_pool_loan loan = { NULL };
	struct weir_frame *frame = NULL;
	GstFlowReturn flow = GST_FLOW_OK;
	int err;

	if (!enter(self))
		return draw_elsewhere(self, out);
	err = self->owner.lend(self->owner.data, &loan);
	if (err) {
		leave(self);
		return GST_FLOW_ERROR;
	}
	if (loan.feed)
		err = take(&call, &loan, &frame);
	if (frame)
		flow = draw(self, loan.loans, frame, out);
	leave(self);
	if (frame)
		return flow;
	if (GST_BUFFER_POOL_IS_FLUSHING(pool))
		return GST_FLOW_FLUSHING;
	return err == -EAGAIN && !call.waits ? GST_FLOW_EOS : draw_elsewhere(self, out);
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
	static const gchar *options[] = { GST_BUFFER_POOL_OPTION_VIDEO_META,
		GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT, NULL };

	(void)pool;
	return options;
}

static gboolean set_config(GstBufferPool *pool, GstStructure *config)
{
	struct weir_pool_wishes *wishes = &WEIR_POOL(pool)->wishes;

	memset(wishes, 0, sizeof(*wishes));
	wishes->strides =
		gst_buffer_pool_config_has_option(config, GST_BUFFER_POOL_OPTION_VIDEO_META);
	if (wishes->strides &&
		gst_buffer_pool_config_has_option(config, GST_BUFFER_POOL_OPTION_VIDEO_ALIGNMENT))
		gst_buffer_pool_config_get_video_alignment(config, &wishes->align);
	gst_buffer_pool_config_get_params(config, NULL, NULL, &wishes->buffers, NULL);
	return GST_BUFFER_POOL_CLASS(weir_pool_parent_class)->set_config(pool, config);
}

void weir_pool_wishes(GstBufferPool *pool, struct weir_pool_wishes *out)
{
	*out = WEIR_POOL(pool)->wishes;
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
