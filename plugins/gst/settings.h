/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_SETTINGS_H
#define WEIR_PLUGINS_GST_SETTINGS_H

#include <gst/gst.h>

#include "plugins/gst/policy.h"

/* The properties of weirsrc that are set: those that an application writes at any time, and the
 * copy that a run goes by. */

/* Of its buffers the camera keeps two; the rest is for downstream to hold. */
#define WEIR_SRC_OWN_BUFFERS 2

struct weir_src_settings {
	char *uri;
	char *memory; /* NULL: auto */
	guint buffers;
	gboolean reconnect;
	enum weir_gst_policy policy;
	GstStructure *controls;
};

enum weir_src_property {
	WEIR_SRC_DEVICE = 1,
	WEIR_SRC_URI,
	WEIR_SRC_BUFFERS,
	WEIR_SRC_MEMORY,
	WEIR_SRC_RECONNECT,
	WEIR_SRC_POLICY,
	WEIR_SRC_CONTROLS,
	WEIR_SRC_STATS, /* these two are the run's */
	WEIR_SRC_PLAN
};

void weir_src_settings_install(GObjectClass *class);
void weir_src_settings_init(struct weir_src_settings *settings);
void weir_src_settings_clear(struct weir_src_settings *settings);

/* What was in `to` is cleared. */
void weir_src_settings_copy(const struct weir_src_settings *from, struct weir_src_settings *to);

/* FALSE: no such property. */
gboolean weir_src_settings_set(struct weir_src_settings *settings, guint id, const GValue *value);
gboolean weir_src_settings_get(const struct weir_src_settings *settings, guint id, GValue *value);

#endif
