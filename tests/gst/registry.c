/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Has GStreamer read its plugins into the registry that the suites use. Whoever does that gives so
 * many names to GLib that its table of them grows, and the old one is left behind on purpose: what
 * the suites leave behind is looked for without that. */

#include <gst/gst.h>

int __lsan_is_turned_off(void);

__attribute__((visibility("default"))) int __lsan_is_turned_off(void)
{
	return 1;
}

int main(int argc, char **argv)
{
	gst_init(&argc, &argv);
	if (!gst_registry_find_plugin(gst_registry_get(), "weir"))
		return 1;
	gst_deinit();
	return 0;
}
