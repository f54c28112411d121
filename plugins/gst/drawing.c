/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/drawing.h"

/* What a buffer's memory knows of its slot. */
struct drawing {
	gint refs; /* atomic: of memories */
	struct weir_loans *loans;
	guint8 *pixels;
	GMutex lock;
	struct weir_frame *frame; /* keeps the slot while a memory of it lives */
	gboolean open;            /* the CPU writes: not shown yet */
};

static GQuark drawing_quark(void);

G_DEFINE_QUARK(weir_drawing, drawing)

static struct drawing *drawing_of(GstBuffer *buffer)
{
	if (gst_buffer_n_memory(buffer) != 1)
		return NULL;
	return gst_mini_object_get_qdata(
		GST_MINI_OBJECT_CAST(gst_buffer_peek_memory(buffer, 0)), drawing_quark());
}

static void close_drawing(gpointer data)
{
	struct drawing *drawing = data;

	if (!g_atomic_int_dec_and_test(&drawing->refs))
		return;
	if (drawing->open)
		weir_frame_end_cpu(drawing->frame);
	weir_frame_unref(&drawing->frame);
	weir_loans_give_back(drawing->loans);
	weir_loans_unref(drawing->loans);
	g_mutex_clear(&drawing->lock);
	g_free(drawing);
}

/* Takes a reference. */
static GstMemory *memory_of(struct drawing *drawing, GstMemoryFlags flags, gsize size)
{
	GstMemory *memory =
		gst_memory_new_wrapped(flags, drawing->pixels, size, 0, size, NULL, NULL);

	gst_mini_object_set_qdata(
		GST_MINI_OBJECT_CAST(memory), drawing_quark(), drawing, close_drawing);
	return memory;
}

/* Another memory to read the same pixels by. */
static GstMemory *share(struct drawing *drawing, const GstMemory *memory)
{
	GstMemory *other;

	g_atomic_int_inc(&drawing->refs);
	other = memory_of(drawing, GST_MEMORY_FLAG_READONLY, memory->maxsize);
	gst_memory_resize(other, (gssize)memory->offset, memory->size);
	return other;
}

/* Whether somebody has it mapped to write. */
static gboolean is_written(GstMemory *memory)
{
	if (!gst_memory_lock(memory, GST_LOCK_FLAG_EXCLUSIVE))
		return TRUE;
	gst_memory_unlock(memory, GST_LOCK_FLAG_EXCLUSIVE);
	return FALSE;
}

/* gst_buffer_copy_into() leaves out those that tell of the memory, where it does not copy that. */
static void copy_metas(GstBuffer *to, GstBuffer *from)
{
	GstMetaTransformCopy whole = { .region = FALSE, .offset = 0, .size = (gsize)-1 };
	gpointer state = NULL;
	GstMeta *meta;

	while ((meta = gst_buffer_iterate_meta(from, &state)))
		if (meta->info->transform_func)
			meta->info->transform_func(
				to, meta, from, _gst_meta_transform_copy, &whole);
}

/* Of a buffer to have another set of metas, not of its pixels: gst_buffer_copy_deep() does not come
 * here. GStreamer makes that a deep copy where the memory is mapped to write, and those of libav
 * leave their frames so until they are done with them, long after they are shown. */
static GstMiniObject *copy_buffer(const GstMiniObject *object)
{
	GstBuffer *buffer = GST_BUFFER_CAST(object);
	struct drawing *drawing = drawing_of(buffer);
	GstBuffer *copy = gst_buffer_new();

	if (drawing && is_written(gst_buffer_peek_memory(buffer, 0))) {
		gst_buffer_append_memory(copy, share(drawing, gst_buffer_peek_memory(buffer, 0)));
		gst_buffer_copy_into(copy, buffer,
			GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS, 0, (gsize)-1);
		copy_metas(copy, buffer);
	} else {
		gst_buffer_copy_into(copy, buffer, GST_BUFFER_COPY_ALL, 0, (gsize)-1);
	}
	GST_MINI_OBJECT_CAST(copy)->copy = copy_buffer;
	return GST_MINI_OBJECT_CAST(copy);
}

GstBuffer *weir_drawing_wrap(
	struct weir_loans *loans, struct weir_frame *frame, guint8 *pixels, gsize size)
{
	struct drawing *drawing = g_new0(struct drawing, 1);
	GstBuffer *buffer = gst_buffer_new();

	g_mutex_init(&drawing->lock);
	drawing->refs = 1;
	drawing->loans = weir_loans_ref(loans);
	drawing->frame = frame;
	drawing->pixels = pixels;
	drawing->open = TRUE;
	gst_buffer_append_memory(buffer, memory_of(drawing, 0, size));
	GST_MINI_OBJECT_CAST(buffer)->copy = copy_buffer;
	return buffer;
}

struct weir_frame *weir_drawing_take(GstBuffer *buffer, const struct weir_loans *loans)
{
	struct drawing *drawing = drawing_of(buffer);
	struct weir_frame *frame = NULL;

	if (!drawing || drawing->loans != loans)
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

const char *weir_drawing_describe(GstBuffer *buffer, const struct weir_loans *loans)
{
	struct drawing *drawing = drawing_of(buffer);

	if (!drawing)
		return NULL;
	return drawing->loans == loans
		       ? "upstream shows a frame a second time, as videorate and imagefreeze do"
		       : "upstream drew it into the memory of another weirsink, or of one that "
			 "has ended";
}
