/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include <gst/gst.h>
#include <weir/weir.h>

#include "plugins/gst/provider.h"
#include "plugins/gst/sink.h"
#include "plugins/gst/source.h"

#define PACKAGE "weir"

#define PROVIDER "weirdeviceprovider"
#define RANKS    "GST_PLUGIN_FEATURE_RANK"

static guint rank_named(const char *name)
{
	GEnumClass *ranks = g_type_class_ref(GST_TYPE_RANK);
	char *nick = g_ascii_strdown(name, -1);
	const GEnumValue *rank = g_enum_get_value_by_nick(ranks, nick);
	guint found = rank ? (guint)rank->value : (guint)g_ascii_strtoull(name, NULL, 10);

	g_free(nick);
	g_type_class_unref(ranks);
	return found;
}

/* Monitors leave out those of rank NONE, and GStreamer lets users raise the ranks of elements only:
 * theirs is read here, "weirdeviceprovider:PRIMARY,…". */
static guint rank_of_provider(GstPlugin *plugin)
{
	char **wishes = g_strsplit(g_getenv(RANKS) ? g_getenv(RANKS) : "", ",", -1);
	guint rank = GST_RANK_NONE;

	for (char **wish = wishes; *wish; wish++)
		if (g_str_has_prefix(g_strstrip(*wish), PROVIDER ":"))
			rank = rank_named(*wish + strlen(PROVIDER ":"));
	g_strfreev(wishes);
	gst_plugin_add_dependency_simple(
		plugin, RANKS, NULL, NULL, GST_PLUGIN_DEPENDENCY_FLAG_NONE);
	return rank;
}

/* Below the elements that autoplugging knows: whoever wants weir's names them. */
static gboolean init(GstPlugin *plugin)
{
	return gst_element_register(plugin, "weirsrc", GST_RANK_NONE, WEIR_TYPE_SRC) &&
	       gst_element_register(plugin, "weirsink", GST_RANK_NONE, WEIR_TYPE_SINK) &&
	       gst_device_provider_register(
		       plugin, PROVIDER, rank_of_provider(plugin), WEIR_TYPE_PROVIDER);
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, weir,
	"Video capture and output without hidden copies", init, WEIR_VERSION, "LGPL", "weir",
	"weir")
