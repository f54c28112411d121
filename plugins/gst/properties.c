/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/properties.h"

void weir_gst_properties_install_readings(GObjectClass *class, guint stats, guint plan)
{
	g_object_class_install_property(class, stats,
		g_param_spec_boxed("stats", "Statistics",
			"The books of the run, or of the last one: frames captured, delivered and "
			"dropped with the reasons, bytes copied by us and by the kernel; latencies "
			"in nanoseconds",
			GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
	g_object_class_install_property(class, plan,
		g_param_spec_string("plan", "Plan",
			"How frames flow, and every copy with its reason", NULL,
			G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}
