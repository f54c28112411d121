/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/caps.h"

#include <string.h>

#include <gst/video/video.h>

static gboolean is_compressed(const struct weir_format *format)
{
	return (format->flags & WEIR_FORMAT_COMPRESSED) != 0;
}

/* Those that both sides know. */
static gboolean is_known(const struct weir_format *format)
{
	return format->gst && (is_compressed(format) || gst_video_format_from_string(format->gst) !=
								GST_VIDEO_FORMAT_UNKNOWN);
}

static GstStructure *structure_of(const struct weir_format *format)
{
	GstStructure *structure;

	if (!is_compressed(format))
		return gst_structure_new("video/x-raw", "format", G_TYPE_STRING, format->gst, NULL);
	structure = gst_structure_new_empty(format->gst);
	if (!strcmp(format->gst, "video/x-h264") || !strcmp(format->gst, "video/x-h265"))
		gst_structure_set(structure, "stream-format", G_TYPE_STRING, "byte-stream",
			"alignment", G_TYPE_STRING, "au", NULL);
	return structure;
}

/* ---- memory:DMABuf ---- */

/* Formats have the names of DRM there from 1.24 on. */
static gboolean has_dma_drm(void)
{
	guint major, minor, micro, nano;

	gst_version(&major, &minor, &micro, &nano);
	return major > 1 || minor >= 24;
}

/* The bit in a fourcc that turns its bytes around, which has no letter. */
#define BIG_ENDIAN_BIT (1u << 31)

/* Lines one after the other go without a modifier. NULL: the format has no such name. */
static GstStructure *dmabuf_structure_of(const struct weir_format *format)
{
	char name[5] = { 0 };

	if (is_compressed(format) || !format->drm || format->drm & BIG_ENDIAN_BIT)
		return NULL;
	if (!has_dma_drm())
		return structure_of(format);
	for (int i = 0; i < 4; i++)
		name[i] = (char)(format->drm >> 8 * i);
	return gst_structure_new("video/x-raw", "format", G_TYPE_STRING, "DMA_DRM", "drm-format",
		G_TYPE_STRING, name, NULL);
}

static void append(GstCaps *caps, GstStructure *structure, gboolean dmabufs)
{
	gst_caps_append_structure_full(
		caps, structure, dmabufs ? gst_caps_features_new("memory:DMABuf", NULL) : NULL);
}

gboolean weir_gst_caps_have_dmabufs(const GstCaps *caps)
{
	return gst_caps_features_contains(gst_caps_get_features(caps, 0), "memory:DMABuf");
}

static const struct weir_format *format_of_drm(const char *name)
{
	return name && strlen(name) == 4
		       ? weir_format_by_drm(GST_MAKE_FOURCC(name[0], name[1], name[2], name[3]))
		       : NULL;
}

gboolean weir_gst_info_of_caps(
	const GstCaps *caps, const struct weir_video *video, GstVideoInfo *out)
{
	if (!weir_gst_caps_have_dmabufs(caps))
		return gst_video_info_from_caps(out, caps);
	return gst_video_info_set_format(
		out, gst_video_format_from_string(video->format->gst), video->width, video->height);
}

/* ---- any ---- */

static void append_any(GstCaps *caps, gboolean dmabufs)
{
	for (size_t i = 0; i < weir_format_count(); i++) {
		const struct weir_format *format = weir_format_at(i);
		GstStructure *structure = NULL;

		if (is_known(format))
			structure = dmabufs ? dmabuf_structure_of(format) : structure_of(format);
		if (!structure)
			continue;
		gst_structure_set(structure, "width", GST_TYPE_INT_RANGE, WEIR_MIN_SIZE,
			WEIR_MAX_SIZE, "height", GST_TYPE_INT_RANGE, WEIR_MIN_SIZE, WEIR_MAX_SIZE,
			"framerate", GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1, NULL);
		append(caps, structure, dmabufs);
	}
}

GstCaps *weir_gst_caps_any(void)
{
	GstCaps *caps = gst_caps_new_empty();

	append_any(caps, FALSE);
	append_any(caps, TRUE);
	return caps;
}

/* ---- to GStreamer ---- */

static GstVideoColorimetry colorimetry_of(const struct weir_video *video)
{
	static const GstVideoColorMatrix matrices[] = {
		[WEIR_MATRIX_RGB] = GST_VIDEO_COLOR_MATRIX_RGB,
		[WEIR_MATRIX_601] = GST_VIDEO_COLOR_MATRIX_BT601,
		[WEIR_MATRIX_709] = GST_VIDEO_COLOR_MATRIX_BT709,
		[WEIR_MATRIX_2020] = GST_VIDEO_COLOR_MATRIX_BT2020,
	};
	static const GstVideoColorPrimaries primaries[] = {
		[WEIR_PRIMARIES_601] = GST_VIDEO_COLOR_PRIMARIES_SMPTE170M,
		[WEIR_PRIMARIES_709] = GST_VIDEO_COLOR_PRIMARIES_BT709,
		[WEIR_PRIMARIES_2020] = GST_VIDEO_COLOR_PRIMARIES_BT2020,
	};
	static const GstVideoTransferFunction transfers[] = {
		[WEIR_TRANSFER_709] = GST_VIDEO_TRANSFER_BT709,
		[WEIR_TRANSFER_SRGB] = GST_VIDEO_TRANSFER_SRGB,
		[WEIR_TRANSFER_PQ] = GST_VIDEO_TRANSFER_SMPTE2084,
		[WEIR_TRANSFER_HLG] = GST_VIDEO_TRANSFER_ARIB_STD_B67,
	};
	static const GstVideoColorRange ranges[] = {
		[WEIR_RANGE_LIMITED] = GST_VIDEO_COLOR_RANGE_16_235,
		[WEIR_RANGE_FULL] = GST_VIDEO_COLOR_RANGE_0_255,
	};

	/* One curve with two names, of which elements expect the one that goes with the matrix. */
	gboolean sd = video->matrix == WEIR_MATRIX_601 && video->transfer == WEIR_TRANSFER_709;

	return (GstVideoColorimetry){
		.range = ranges[video->range],
		.matrix = matrices[video->matrix],
		.transfer = sd ? GST_VIDEO_TRANSFER_BT601 : transfers[video->transfer],
		.primaries = primaries[video->primaries],
	};
}

/* Elements know the usual colours by heart; caps that name others need not suit them all. */
static void tell_colours(GstStructure *structure, const struct weir_video *video)
{
	GstVideoColorimetry colours = colorimetry_of(video);
	gchar *text = gst_video_colorimetry_to_string(&colours);

	if (text && !is_compressed(video->format))
		gst_structure_set(structure, "colorimetry", G_TYPE_STRING, text, NULL);
	g_free(text);
}

/* Of raw pictures: of others their own bytes tell. */
static void tell_shape(GstStructure *structure, const struct weir_video *video)
{
	gst_structure_set(structure, "interlace-mode", G_TYPE_STRING,
		video->interlaced ? "interleaved" : "progressive", "pixel-aspect-ratio",
		GST_TYPE_FRACTION, 1, 1, NULL);
}

GstCaps *weir_gst_caps_of_video(const struct weir_video *video, gboolean dmabufs)
{
	struct weir_rate rate = video->rate.den ? video->rate : (struct weir_rate){ 0, 1 };
	GstStructure *structure = NULL;
	GstCaps *caps;

	if (is_known(video->format))
		structure =
			dmabufs ? dmabuf_structure_of(video->format) : structure_of(video->format);
	if (!structure)
		return NULL;
	gst_structure_set(structure, "width", G_TYPE_INT, (int)video->width, "height", G_TYPE_INT,
		(int)video->height, "framerate", GST_TYPE_FRACTION, (int)rate.num, (int)rate.den,
		NULL);
	if (!is_compressed(video->format))
		tell_shape(structure, video);
	tell_colours(structure, video);
	caps = gst_caps_new_empty();
	append(caps, structure, dmabufs);
	return caps;
}

static void set_range(
	GstStructure *structure, const char *name, uint32_t least, uint32_t most, uint32_t step)
{
	GValue value = G_VALUE_INIT;

	step = step ? step : 1;
	if (least == most) {
		gst_structure_set(structure, name, G_TYPE_INT, (int)least, NULL);
		return;
	}
	g_value_init(&value, GST_TYPE_INT_RANGE);
	/* Whole steps are all that such a range can have. */
	gst_value_set_int_range_step(&value, (int)((least + step - 1) / step * step),
		(int)(most / step * step), (int)step);
	gst_structure_take_value(structure, name, &value);
}

/* Fractions of GStreamer have ints. */
static void shorten(struct weir_rate rate, int *num, int *den)
{
	while (rate.num > G_MAXINT || rate.den > G_MAXINT) {
		rate.num /= 2;
		rate.den /= 2;
	}
	*num = (int)rate.num;
	*den = rate.den ? (int)rate.den : 1;
}

static void append_rate(GValue *list, struct weir_rate rate)
{
	GValue value = G_VALUE_INIT;
	int num, den;

	shorten(rate, &num, &den);
	g_value_init(&value, GST_TYPE_FRACTION);
	gst_value_set_fraction(&value, num, den);
	gst_value_list_append_and_take_value(list, &value);
}

static void set_rates(GstStructure *structure, const struct weir_source_size *size)
{
	int low, low_den, high, high_den;
	GValue list = G_VALUE_INIT;

	if (size->n_rates > 1) {
		gst_value_list_init(&list, (guint)size->n_rates);
		for (size_t i = 0; i < size->n_rates; i++)
			append_rate(&list, size->rates[i]);
		gst_structure_take_value(structure, "framerate", &list);
		return;
	}
	/* 0/1 is any rate, and one that nobody knows. */
	if (!size->fastest.num) {
		gst_structure_set(
			structure, "framerate", GST_TYPE_FRACTION_RANGE, 0, 1, G_MAXINT, 1, NULL);
		return;
	}
	shorten(size->slowest, &low, &low_den);
	shorten(size->fastest, &high, &high_den);
	if (gst_util_fraction_compare(low, low_den, high, high_den) < 0)
		gst_structure_set(structure, "framerate", GST_TYPE_FRACTION_RANGE, low, low_den,
			high, high_den, NULL);
	else
		gst_structure_set(structure, "framerate", GST_TYPE_FRACTION, high, high_den, NULL);
}

static void append_sizes(GstCaps *caps, const struct weir_source_format *format,
	const struct weir_video *own, gboolean dmabufs)
{
	for (size_t s = 0; s < format->n_sizes; s++) {
		const struct weir_source_size *size = &format->sizes[s];
		GstStructure *structure = dmabufs ? dmabuf_structure_of(format->format)
						  : structure_of(format->format);

		if (!structure)
			return;
		set_range(structure, "width", size->min_width, size->max_width, size->step_width);
		set_range(
			structure, "height", size->min_height, size->max_height, size->step_height);
		set_rates(structure, size);
		if (!is_compressed(format->format))
			tell_shape(structure, own);
		append(caps, structure, dmabufs);
	}
}

GstCaps *weir_gst_caps_of_source(const struct weir_source_info *info, const struct weir_video *own)
{
	GstCaps *caps = gst_caps_new_empty();

	for (int dmabufs = FALSE; dmabufs <= TRUE; dmabufs++)
		for (size_t i = 0; i < info->n_formats; i++)
			if (is_known(info->formats[i].format))
				append_sizes(caps, &info->formats[i], own, dmabufs);
	return caps;
}

/* ---- a choice ---- */

static gboolean have_same_format(GstCaps *caps, guint a, guint b)
{
	const GstStructure *one = gst_caps_get_structure(caps, a);
	const GstStructure *other = gst_caps_get_structure(caps, b);

	return gst_structure_get_name_id(one) == gst_structure_get_name_id(other) &&
	       !g_strcmp0(gst_structure_get_string(one, "format"),
		       gst_structure_get_string(other, "format")) &&
	       !g_strcmp0(gst_structure_get_string(one, "drm-format"),
		       gst_structure_get_string(other, "drm-format")) &&
	       gst_caps_features_is_equal(
		       gst_caps_get_features(caps, a), gst_caps_get_features(caps, b));
}

static int distance(const GstStructure *structure, const struct weir_video *video)
{
	GstStructure *nearest = gst_structure_copy(structure);
	int width = 0, height = 0;

	gst_structure_fixate_field_nearest_int(nearest, "width", (int)video->width);
	gst_structure_fixate_field_nearest_int(nearest, "height", (int)video->height);
	gst_structure_get_int(nearest, "width", &width);
	gst_structure_get_int(nearest, "height", &height);
	gst_structure_free(nearest);
	return ABS(width - (int)video->width) + ABS(height - (int)video->height);
}

GstCaps *weir_gst_caps_nearest(GstCaps *caps, const struct weir_video *video)
{
	int least = G_MAXINT;
	GstCaps *nearest;
	guint best = 0;

	for (guint i = 0; i < gst_caps_get_size(caps); i++) {
		int far = have_same_format(caps, 0, i)
				  ? distance(gst_caps_get_structure(caps, i), video)
				  : G_MAXINT;

		if (far >= least)
			continue;
		least = far;
		best = i;
	}
	nearest = gst_caps_copy_nth(caps, best);
	gst_caps_unref(caps);
	return nearest;
}

GstCaps *weir_gst_caps_complete(GstCaps *caps, const struct weir_video *video)
{
	GstCaps *told = weir_gst_caps_of_video(video, weir_gst_caps_have_dmabufs(caps)), *both;

	if (!told)
		return caps;
	/* Which a camera rounds, and clocks do not agree upon. */
	gst_structure_remove_field(gst_caps_get_structure(told, 0), "framerate");
	both = gst_caps_intersect(caps, told);
	gst_caps_unref(told);
	if (gst_caps_is_empty(both)) {
		gst_caps_unref(both);
		return caps;
	}
	gst_caps_unref(caps);
	return both;
}

/* ---- from GStreamer ---- */

static const struct weir_format *format_of(const GstStructure *structure)
{
	const char *name = gst_structure_get_name(structure);

	if (!strcmp(name, "video/x-raw"))
		name = gst_structure_get_string(structure, "format");
	if (name && !strcmp(name, "DMA_DRM"))
		return format_of_drm(gst_structure_get_string(structure, "drm-format"));
	for (size_t i = 0; name && i < weir_format_count(); i++) {
		const struct weir_format *format = weir_format_at(i);

		if (format->gst && !strcmp(format->gst, name))
			return format;
	}
	return NULL;
}

static void read_colours(const GstStructure *structure, struct weir_video *out)
{
	const char *text = gst_structure_get_string(structure, "colorimetry");
	GstVideoColorimetry colours;

	if (!text || !gst_video_colorimetry_from_string(&colours, text))
		return;
	out->range = colours.range == GST_VIDEO_COLOR_RANGE_16_235  ? WEIR_RANGE_LIMITED
		     : colours.range == GST_VIDEO_COLOR_RANGE_0_255 ? WEIR_RANGE_FULL
								    : WEIR_RANGE_UNKNOWN;
	out->matrix = colours.matrix == GST_VIDEO_COLOR_MATRIX_RGB      ? WEIR_MATRIX_RGB
		      : colours.matrix == GST_VIDEO_COLOR_MATRIX_BT601  ? WEIR_MATRIX_601
		      : colours.matrix == GST_VIDEO_COLOR_MATRIX_BT709  ? WEIR_MATRIX_709
		      : colours.matrix == GST_VIDEO_COLOR_MATRIX_BT2020 ? WEIR_MATRIX_2020
									: WEIR_MATRIX_UNKNOWN;
	out->primaries =
		colours.primaries == GST_VIDEO_COLOR_PRIMARIES_SMPTE170M ? WEIR_PRIMARIES_601
		: colours.primaries == GST_VIDEO_COLOR_PRIMARIES_BT709   ? WEIR_PRIMARIES_709
		: colours.primaries == GST_VIDEO_COLOR_PRIMARIES_BT2020  ? WEIR_PRIMARIES_2020
									 : WEIR_PRIMARIES_UNKNOWN;
	out->transfer = colours.transfer == GST_VIDEO_TRANSFER_SRGB           ? WEIR_TRANSFER_SRGB
			: colours.transfer == GST_VIDEO_TRANSFER_SMPTE2084    ? WEIR_TRANSFER_PQ
			: colours.transfer == GST_VIDEO_TRANSFER_ARIB_STD_B67 ? WEIR_TRANSFER_HLG
			: colours.transfer == GST_VIDEO_TRANSFER_BT709 ||
					colours.transfer == GST_VIDEO_TRANSFER_BT601
				? WEIR_TRANSFER_709
				: WEIR_TRANSFER_UNKNOWN;
}

gboolean weir_gst_video_of_caps(const GstCaps *caps, struct weir_video *out)
{
	const GstStructure *structure = gst_caps_get_structure(caps, 0);
	struct weir_video video = { .format = format_of(structure),
		.interlaced = !g_strcmp0(gst_structure_get_string(structure, "interlace-mode"),
			"interleaved") };
	int width, height, num, den;

	if (!video.format || !gst_structure_get_int(structure, "width", &width) ||
		!gst_structure_get_int(structure, "height", &height))
		return FALSE;
	video.width = (uint32_t)width;
	video.height = (uint32_t)height;
	if (gst_structure_get_fraction(structure, "framerate", &num, &den) && num > 0 && den > 0)
		video.rate = (struct weir_rate){ (uint32_t)num, (uint32_t)den };
	read_colours(structure, &video);
	*out = video;
	return TRUE;
}
