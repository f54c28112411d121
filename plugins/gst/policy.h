/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_POLICY_H
#define WEIR_PLUGINS_GST_POLICY_H

#include <gst/gst.h>

/* What an element does when a frame would have to be copied. */
enum weir_gst_policy { WEIR_GST_COPY_NEVER, WEIR_GST_COPY_WARN, WEIR_GST_COPY_ALLOW };

#define WEIR_TYPE_GST_POLICY weir_gst_policy_get_type()
GType weir_gst_policy_get_type(void);

/* The property "copy-policy", under that number. */
void weir_gst_policy_install(GObjectClass *class, guint id);

/* The frames of `element` have to be copied because of `why`: FALSE where that may not be, with the
 * element's error posted. *warned: the first time, where it may be with a warning. */
gboolean weir_gst_policy_permits(
	GstElement *element, enum weir_gst_policy policy, const char *why, gboolean *warned);

#endif
