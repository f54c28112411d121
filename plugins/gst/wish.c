/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/wish.h"

#include <gst/video/video.h>

/* A meta of its own, which no buffer has: on its way through a tee the video meta would be lost
 * with what is told beside it. */
static GType lines_api(void)
{
	static const gchar *tags[] = { NULL };
	static gsize type;

	if (g_once_init_enter(&type))
		g_once_init_leave(&type, gst_meta_api_type_register("WeirLinesMetaAPI", tags));
	return type;
}

void weir_gst_wish_tell(GstQuery *query, guint stride)
{
	GstStructure *lines;

	gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
	if (!stride)
		return;
	lines = gst_structure_new("weir-lines", "stride", G_TYPE_UINT, stride, NULL);
	gst_query_add_allocation_meta(query, lines_api(), lines);
	gst_structure_free(lines);
}

gboolean weir_gst_wish_read(GstQuery *query, guint *stride)
{
	const GstStructure *lines = NULL;
	guint index;

	if (gst_query_find_allocation_meta(query, lines_api(), &index))
		gst_query_parse_nth_allocation_meta(query, index, &lines);
	if (!lines || !gst_structure_get_uint(lines, "stride", stride))
		*stride = 0;
	return gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL);
}
