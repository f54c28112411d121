/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/policy.h"

GType weir_gst_policy_get_type(void)
{
	static const GEnumValue values[] = {
		{ WEIR_GST_COPY_NEVER, "end with an error", "never" },
		{ WEIR_GST_COPY_WARN, "copy, and warn once", "warn" },
		{ WEIR_GST_COPY_ALLOW, "copy without a word", "allow" },
		{ 0, NULL, NULL },
	};
	static gsize type;

	if (g_once_init_enter(&type))
		g_once_init_leave(&type, g_enum_register_static("WeirCopyPolicy", values));
	return type;
}

void weir_gst_policy_install(GObjectClass *class, guint id)
{
	g_object_class_install_property(class, id,
		g_param_spec_enum("copy-policy", "Copy policy",
			"What to do when a frame would have to be copied; copies are counted in "
			"the stats either way",
			WEIR_TYPE_GST_POLICY, WEIR_GST_COPY_WARN,
			G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
}

gboolean weir_gst_policy_permits(
	GstElement *element, enum weir_gst_policy policy, const char *why, gboolean *warned)
{
	if (policy == WEIR_GST_COPY_NEVER) {
		GST_ELEMENT_ERROR(element, STREAM, FORMAT,
			("frames would have to be copied: %s; allow it by copy-policy=warn", why),
			(NULL));
		return FALSE;
	}
	if (policy == WEIR_GST_COPY_WARN && !*warned)
		GST_ELEMENT_WARNING(
			element, STREAM, FORMAT, ("frames have to be copied: %s", why), (NULL));
	*warned = TRUE;
	return TRUE;
}
