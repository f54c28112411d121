/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* weirdeviceprovider, behind a monitor. With cameras (the rig) they have to be there. With "plugs"
 * as its argument it says on stdout how the first of them comes and goes, until it changes. */

#include "tests/gst/element.h"

#include <stdio.h>
#include <unistd.h>

#define CAMERA "/dev/video0"

static GstDeviceMonitor *monitor_of_ours(void)
{
	GstDeviceMonitor *monitor = gst_device_monitor_new();

	assert_true(gst_device_monitor_add_filter(monitor, "Video/Source", NULL) > 0);
	assert_true(gst_device_monitor_start(monitor));
	return monitor;
}

static gboolean is_camera(GstDevice *device)
{
	GstStructure *properties = gst_device_get_properties(device);
	gboolean is = !strcmp(G_OBJECT_TYPE_NAME(device), "WeirDevice") &&
		      !g_strcmp0(gst_structure_get_string(properties, "device.path"), CAMERA) &&
		      gst_structure_has_field(properties, "v4l2.device.card") &&
		      gst_structure_has_field(properties, "v4l2.device.driver");

	gst_structure_free(properties);
	return is;
}

static void assert_makes_weirsrc(GstDevice *device)
{
	GstElement *element = gst_device_create_element(device, NULL);
	GstCaps *caps = gst_device_get_caps(device);
	char *path = NULL;

	assert_non_null(element);
	assert_string_equal(GST_OBJECT_NAME(gst_element_get_factory(element)), "weirsrc");
	g_object_get(element, "device", &path, NULL);
	assert_string_equal(path, CAMERA);
	assert_false(gst_caps_is_empty(caps));
	g_free(path);
	gst_caps_unref(caps);
	gst_object_unref(gst_object_ref_sink(element));
}

static void test_cameras(void **state)
{
	GstDeviceMonitor *monitor = monitor_of_ours();
	GList *devices = gst_device_monitor_get_devices(monitor);
	guint found = 0;

	(void)state;
	for (GList *item = devices; item; item = item->next) {
		if (!is_camera(item->data))
			continue;
		found++;
		assert_makes_weirsrc(item->data);
	}
	assert_int_equal(found, access(CAMERA, F_OK) ? 0 : 1);
	g_list_free_full(devices, gst_object_unref);
	gst_device_monitor_stop(monitor);
	gst_object_unref(monitor);
}

static void test_again_and_again(void **state)
{
	(void)state;
	for (int i = 0; i < 10; i++) {
		GstDeviceMonitor *monitor = monitor_of_ours();

		gst_device_monitor_stop(monitor);
		gst_object_unref(monitor);
	}
}

/* ---- plugs ---- */

static guint abilities_of(GstDevice *device)
{
	GstStructure *properties = gst_device_get_properties(device);
	guint abilities = 0;

	assert_true(gst_structure_get_uint(properties, "v4l2.device.device_caps", &abilities));
	gst_structure_free(properties);
	return abilities;
}

/* Whether it says that the camera changed. */
static gboolean tell_plug(GstMessage *message)
{
	GstDevice *device = NULL, *before = NULL;
	const char *word = "added";

	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_DEVICE_CHANGED) {
		gst_message_parse_device_changed(message, &device, &before);
		word = abilities_of(device) == abilities_of(before) ? "unchanged" : "changed";
		gst_object_unref(before);
	} else if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_DEVICE_REMOVED) {
		gst_message_parse_device_removed(message, &device);
		word = "removed";
	} else {
		gst_message_parse_device_added(message, &device);
	}
	if (is_camera(device))
		printf("%s\n", word);
	fflush(stdout);
	gst_object_unref(device);
	return before != NULL;
}

/* Until the camera changed, or nothing came for a long time. */
static int tell_plugs(void)
{
	GstDeviceMonitor *monitor = monitor_of_ours();
	GstBus *bus = gst_device_monitor_get_bus(monitor);
	gboolean changed = FALSE;
	GstMessage *message;

	printf("watching\n");
	fflush(stdout);
	while (!changed && (message = gst_bus_timed_pop_filtered(bus, 120 * GST_SECOND,
				    GST_MESSAGE_DEVICE_ADDED | GST_MESSAGE_DEVICE_REMOVED |
					    GST_MESSAGE_DEVICE_CHANGED))) {
		changed = tell_plug(message);
		gst_message_unref(message);
	}
	gst_object_unref(bus);
	gst_device_monitor_stop(monitor);
	gst_object_unref(monitor);
	return changed ? 0 : 1;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cameras),
		cmocka_unit_test(test_again_and_again),
	};
	GstPluginFeature *feature;
	int failed;

	gst_init(&argc, &argv);
	feature = gst_registry_lookup_feature(gst_registry_get(), "weirdeviceprovider");
	if (!feature)
		return 1;
	/* Monitors leave out those of the lowest rank. */
	gst_plugin_feature_set_rank(feature, GST_RANK_PRIMARY);
	gst_object_unref(feature);
	failed = argc > 1 && !strcmp(argv[1], "plugs") ? tell_plugs()
						       : cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
