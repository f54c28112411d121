/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/settings.h"

#include <weir/weir.h>

#define DEFAULT_BUFFERS 8

void weir_src_settings_init(struct weir_src_settings *settings)
{
	*settings = (struct weir_src_settings){
		.buffers = DEFAULT_BUFFERS,
		.policy = WEIR_GST_COPY_WARN,
	};
}

void weir_src_settings_clear(struct weir_src_settings *settings)
{
	g_clear_pointer(&settings->uri, g_free);
	g_clear_pointer(&settings->memory, g_free);
	g_clear_pointer(&settings->controls, gst_structure_free);
}

void weir_src_settings_copy(const struct weir_src_settings *from, struct weir_src_settings *to)
{
	weir_src_settings_clear(to);
	*to = *from;
	to->uri = g_strdup(from->uri);
	to->memory = g_strdup(from->memory);
	to->controls = from->controls ? gst_structure_copy(from->controls) : NULL;
}

static void set_text(char **text, const GValue *value)
{
	g_free(*text);
	*text = g_value_dup_string(value);
}

gboolean weir_src_settings_set(struct weir_src_settings *settings, guint id, const GValue *value)
{
	switch (id) {
	case WEIR_SRC_DEVICE:
	case WEIR_SRC_URI:
		set_text(&settings->uri, value);
		return TRUE;
	case WEIR_SRC_BUFFERS:
		settings->buffers = g_value_get_uint(value);
		return TRUE;
	case WEIR_SRC_MEMORY:
		set_text(&settings->memory, value);
		return TRUE;
	case WEIR_SRC_RECONNECT:
		settings->reconnect = g_value_get_boolean(value);
		return TRUE;
	case WEIR_SRC_POLICY:
		settings->policy = (enum weir_gst_policy)g_value_get_enum(value);
		return TRUE;
	case WEIR_SRC_CONTROLS:
		g_clear_pointer(&settings->controls, gst_structure_free);
		settings->controls = g_value_dup_boxed(value);
		return TRUE;
	default:
		return FALSE;
	}
}

gboolean weir_src_settings_get(const struct weir_src_settings *settings, guint id, GValue *value)
{
	switch (id) {
	case WEIR_SRC_DEVICE:
	case WEIR_SRC_URI:
		g_value_set_string(value, settings->uri);
		return TRUE;
	case WEIR_SRC_BUFFERS:
		g_value_set_uint(value, settings->buffers);
		return TRUE;
	case WEIR_SRC_MEMORY:
		g_value_set_string(value, settings->memory ? settings->memory : "auto");
		return TRUE;
	case WEIR_SRC_RECONNECT:
		g_value_set_boolean(value, settings->reconnect);
		return TRUE;
	case WEIR_SRC_POLICY:
		g_value_set_enum(value, (gint)settings->policy);
		return TRUE;
	case WEIR_SRC_CONTROLS:
		g_value_set_boxed(value, settings->controls);
		return TRUE;
	default:
		return FALSE;
	}
}

#define READY (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

void weir_src_settings_install(GObjectClass *class)
{
	g_object_class_install_property(class, WEIR_SRC_DEVICE,
		g_param_spec_string("device", "Device",
			"The camera: /dev/video0, a number, v4l2:by-id/…; the same as uri", NULL,
			READY));
	g_object_class_install_property(class, WEIR_SRC_URI,
		g_param_spec_string("uri", "URI",
			"Any source of weir's: a camera, pattern:bars?size=1280x720&fps=30, …; "
			"without one the first camera, else pattern:bars",
			NULL, READY));
	g_object_class_install_property(class, WEIR_SRC_BUFFERS,
		g_param_spec_uint("buffers", "Buffers",
			"Frames that there is memory for; all but two may be held downstream",
			WEIR_SRC_OWN_BUFFERS + 1, WEIR_MAX_BUFFERS, DEFAULT_BUFFERS, READY));
	g_object_class_install_property(class, WEIR_SRC_MEMORY,
		g_param_spec_string("memory", "Memory",
			"The kind of memory that frames lie in: auto, slab, mmap, heap, host",
			"auto", READY));
	g_object_class_install_property(class, WEIR_SRC_RECONNECT,
		g_param_spec_boolean("reconnect", "Reconnect",
			"Whether to wait for a camera that was unplugged, in place of an error",
			FALSE, READY));
	weir_gst_policy_install(class, WEIR_SRC_POLICY);
	g_object_class_install_property(class, WEIR_SRC_CONTROLS,
		g_param_spec_boxed("extra-controls", "Extra controls",
			"Controls of the camera, by their names: c,brightness=100,gain_automatic=0",
			GST_TYPE_STRUCTURE, READY));
}
