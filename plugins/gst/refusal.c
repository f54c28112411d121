/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/refusal.h"

#include <string.h>

/* Of each kind of word so many at most; a camera may have hundreds of sizes. */
#define MOST_WORDS 12
#define MOST_BYTES 300

static void take_word(GPtrArray *words, char *word)
{
	gboolean known = g_ptr_array_find_with_equal_func(words, word, g_str_equal, NULL);

	if (known || words->len > MOST_WORDS) {
		g_free(word);
		return;
	}
	g_ptr_array_add(words, words->len < MOST_WORDS ? word : g_strdup("…"));
	if (words->len > MOST_WORDS)
		g_free(word);
}

/* Also "DMA_DRM" is a format, but those are told without. */
static char *format_word(const GstStructure *structure)
{
	const char *format = gst_structure_get_string(structure, "format");

	return g_strdup(format ? format : gst_structure_get_name(structure));
}

static void read_bounds(const GstStructure *structure, const char *name, int *least, int *most)
{
	const GValue *value = gst_structure_get_value(structure, name);

	*least = *most = 0;
	if (value && G_VALUE_HOLDS_INT(value)) {
		*least = *most = g_value_get_int(value);
	} else if (value && GST_VALUE_HOLDS_INT_RANGE(value)) {
		*least = gst_value_get_int_range_min(value);
		*most = gst_value_get_int_range_max(value);
	}
}

static char *size_word(const GstStructure *structure)
{
	int width, height, widest, highest;

	read_bounds(structure, "width", &width, &widest);
	read_bounds(structure, "height", &height, &highest);
	if (width == widest && height == highest)
		return g_strdup_printf("%dx%d", width, height);
	return g_strdup_printf("%dx%d to %dx%d", width, height, widest, highest);
}

static char *rate_word(const GstStructure *structure)
{
	const GValue *rates = gst_structure_get_value(structure, "framerate");
	char *text = rates ? gst_value_serialize(rates) : NULL;

	return text ? text : g_strdup("any");
}

static char *joined(GPtrArray *words)
{
	char *text;

	g_ptr_array_add(words, NULL);
	text = g_strjoinv(", ", (char **)words->pdata);
	g_ptr_array_unref(words);
	return text;
}

static char *summary_of(const GstCaps *caps)
{
	GPtrArray *formats = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *sizes = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *rates = g_ptr_array_new_with_free_func(g_free);
	const char *mode = NULL;
	char *text, *parts[3];

	for (guint i = 0; i < gst_caps_get_size(caps); i++) {
		const GstStructure *structure = gst_caps_get_structure(caps, i);

		if (gst_caps_features_contains(gst_caps_get_features(caps, i), "memory:DMABuf"))
			continue;
		if (!mode)
			mode = gst_structure_get_string(structure, "interlace-mode");
		take_word(formats, format_word(structure));
		take_word(sizes, size_word(structure));
		take_word(rates, rate_word(structure));
	}
	parts[0] = joined(formats);
	parts[1] = joined(sizes);
	parts[2] = joined(rates);
	text = g_strdup_printf("%s; sizes %s; frames a second %s%s%s", parts[0], parts[1], parts[2],
		mode ? "; square pixels, " : "", mode ? mode : "");
	for (int i = 0; i < 3; i++)
		g_free(parts[i]);
	return text;
}

static char *words_of(const GstCaps *caps)
{
	char *text = gst_caps_to_string(caps);

	if (strlen(text) > MOST_BYTES) {
		char *cut = g_strdup_printf("%.*s…", MOST_BYTES, text);

		g_free(text);
		return cut;
	}
	return text;
}

void weir_gst_refusal_explain(GstElement *element, const char *name, GstPad *pad)
{
	GstCaps *own = gst_pad_query_caps(pad, NULL), *asked = gst_pad_peer_query_caps(pad, NULL);
	char *summary, *words;

	if (!gst_caps_can_intersect(own, asked)) {
		summary = summary_of(own);
		words = words_of(asked);
		GST_ELEMENT_ERROR(element, CORE, NEGOTIATION,
			("%s does not come as %s; it has %s: ask for one of these, or put what "
			 "converts (videoconvert, videoscale, videorate, a decoder) behind it",
				name, words, summary),
			(NULL));
		g_free(summary);
		g_free(words);
	}
	gst_caps_unref(own);
	gst_caps_unref(asked);
}
