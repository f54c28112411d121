/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/properties.h"

void weir_gst_properties_install_readings(GObjectClass *class, guint stats, guint plan)
{
	g_object_class_install_property(class, stats,
		g_param_spec_boxed("stats", "Statistics",
			"The books of the run, or of the last one: frames captured, delivered and "
			"dropped with the reasons, bytes copied by us and by the kernel, bytes "
			"converted; latencies in nanoseconds",
			GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
	g_object_class_install_property(class, plan,
		g_param_spec_string("plan", "Plan",
			"How frames flow, and every copy with its reason", NULL,
			G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

void weir_gst_properties_read(struct weir_gst_run *run, GValue *value)
{
	if (G_VALUE_HOLDS_STRING(value))
		g_value_take_string(value, weir_gst_run_plan(run));
	else
		g_value_take_boxed(value, weir_gst_run_stats(run));
}
