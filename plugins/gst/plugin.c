/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <gst/gst.h>
#include <weir/weir.h>

#include "plugins/gst/provider.h"
#include "plugins/gst/sink.h"
#include "plugins/gst/source.h"

#define PACKAGE "weir"

/* Below the elements that autoplugging knows: whoever wants weir's names them. */
static gboolean init(GstPlugin *plugin)
{
	return gst_element_register(plugin, "weirsrc", GST_RANK_NONE, WEIR_TYPE_SRC) &&
	       gst_element_register(plugin, "weirsink", GST_RANK_NONE, WEIR_TYPE_SINK) &&
	       gst_device_provider_register(
		       plugin, "weirdeviceprovider", GST_RANK_NONE, WEIR_TYPE_PROVIDER);
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, weir,
	"Video capture and output without hidden copies", init, WEIR_VERSION, "LGPL", "weir",
	"weir")
