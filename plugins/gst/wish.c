/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/wish.h"

#include <gst/video/video.h>

#define NAME "weir-lines"

void weir_gst_wish_tell(GstQuery *query, guint stride)
{
	GstStructure *lines =
		stride ? gst_structure_new(NAME, "stride", G_TYPE_UINT, stride, NULL) : NULL;

	gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, lines);
	if (lines)
		gst_structure_free(lines);
}

gboolean weir_gst_wish_read(GstQuery *query, guint *stride)
{
	const GstStructure *lines = NULL;
	guint index;

	*stride = 0;
	if (!gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, &index))
		return FALSE;
	gst_query_parse_nth_allocation_meta(query, index, &lines);
	if (lines && gst_structure_has_name(lines, NAME))
		gst_structure_get_uint(lines, "stride", stride);
	return TRUE;
}
