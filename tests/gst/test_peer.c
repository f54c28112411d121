/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* weirdeviceprovider and weirsrc beside GStreamer's own, v4l2deviceprovider and v4l2src, on the
 * same cameras: property by property, caps by caps. What may differ stands here, with its reason.
 */

#include "tests/gst/element.h"

#include <stdio.h>

#define SKIPPED 77

static GList *ours, *theirs;

static GList *devices_of(const char *name)
{
	GstDeviceProvider *provider = gst_device_provider_factory_get_by_name(name);
	GList *devices = provider ? gst_device_provider_get_devices(provider) : NULL;

	if (provider)
		gst_object_unref(provider);
	return devices;
}

static const char *path_of(GstDevice *device)
{
	GstStructure *properties = gst_device_get_properties(device);
	const char *path = g_intern_string(gst_structure_get_string(properties, "device.path"));

	gst_structure_free(properties);
	return path;
}

static GstDevice *with_path(GList *devices, const char *path)
{
	for (; devices; devices = devices->next)
		if (!g_strcmp0(path_of(devices->data), path))
			return devices->data;
	fail_msg("no device with the path %s", path);
	return NULL;
}

/* ---- properties ---- */

/* What udev knows of a device: weir tells what its driver says. */
static gboolean is_udevs(const char *name)
{
	return g_str_has_prefix(name, "udev") || !strcmp(name, "sysfs.path") ||
	       (g_str_has_prefix(name, "device.") && strcmp(name, "device.path") &&
		       strcmp(name, "device.api"));
}

static gboolean is_in(GQuark field, const GValue *value, gpointer data)
{
	const GValue *other = gst_structure_id_get_value(data, field);

	if (is_udevs(g_quark_to_string(field)))
		return TRUE;
	if (!other || G_VALUE_TYPE(other) != G_VALUE_TYPE(value) ||
		gst_value_compare(other, value) != GST_VALUE_EQUAL)
		fail_msg("%s is %s here, and there %s", g_quark_to_string(field),
			gst_value_serialize(value), other ? gst_value_serialize(other) : "missing");
	return TRUE;
}

static void test_properties(void **state)
{
	(void)state;
	assert_int_equal(g_list_length(ours), g_list_length(theirs));
	for (GList *item = theirs; item; item = item->next) {
		GstDevice *device = with_path(ours, path_of(item->data));
		GstStructure *a = gst_device_get_properties(device);
		GstStructure *b = gst_device_get_properties(item->data);
		char *name = gst_device_get_display_name(device);
		char *their_name = gst_device_get_display_name(item->data);

		gst_structure_foreach(a, is_in, b);
		gst_structure_foreach(b, is_in, a);
		assert_string_equal(name, their_name);
		assert_true(gst_device_has_classes(device, "Video/Source"));
		gst_structure_free(a);
		gst_structure_free(b);
		g_free(name);
		g_free(their_name);
	}
}

/* ---- caps ---- */

/* Of the formats that only one of the two has. */
static gboolean may_differ(const GstStructure *structure, gboolean is_ours)
{
	const char *format = gst_structure_get_string(structure, "format");

	if (is_ours) /* which v4l2src of Debian 12 does not know */
		return !strcmp(format, "VYUY") || !strcmp(format, "VUYA") ||
		       !strcmp(format, "Y444");
	/* No display shows Bayer, so that weir's table has none; and it captures whole frames. */
	return gst_structure_has_name(structure, "video/x-bayer") ||
	       !g_strcmp0(gst_structure_get_string(structure, "interlace-mode"), "alternate");
}

static void assert_offers(const GstCaps *caps, GstCaps *other, gboolean is_ours, const char *path)
{
	guint compared = 0;

	for (guint i = 0; i < gst_caps_get_size(caps); i++) {
		GstCapsFeatures *features = gst_caps_get_features(caps, i);
		GstCaps *one;

		if (gst_caps_features_contains(features, "memory:DMABuf") || /* ours beside */
			may_differ(gst_caps_get_structure(caps, i), is_ours))
			continue;
		one = gst_caps_copy_nth(caps, i);
		if (!gst_caps_is_subset(one, other))
			fail_msg("%s: only %s: %s", path, is_ours ? "ours" : "theirs",
				gst_caps_to_string(one));
		gst_caps_unref(one);
		compared++;
	}
	assert_true(compared > 0);
}

/* Ours says beforehand what pictures are like, theirs (from 1.24 on) which colours it may be asked
 * for. */
static gboolean forget(GstCapsFeatures *features, GstStructure *structure, gpointer data)
{
	const char *mode = gst_structure_get_string(structure, "interlace-mode");

	(void)features;
	(void)data;
	if (g_strcmp0(mode, "alternate"))
		gst_structure_remove_field(structure, "interlace-mode");
	gst_structure_remove_fields(structure, "colorimetry", "pixel-aspect-ratio", NULL);
	return TRUE;
}

static void compare_caps(GstCaps *a, GstCaps *b, const char *path)
{
	a = gst_caps_make_writable(a);
	b = gst_caps_make_writable(b);
	gst_caps_map_in_place(a, forget, NULL);
	gst_caps_map_in_place(b, forget, NULL);
	assert_offers(a, b, TRUE, path);
	assert_offers(b, a, FALSE, path);
	gst_caps_unref(a);
	gst_caps_unref(b);
}

static void test_caps_of_devices(void **state)
{
	(void)state;
	for (GList *item = theirs; item; item = item->next) {
		const char *path = path_of(item->data);

		compare_caps(gst_device_get_caps(with_path(ours, path)),
			gst_device_get_caps(item->data), path);
	}
}

static GstCaps *caps_in_ready(const char *factory, const char *path)
{
	GstElement *element = gst_element_factory_make(factory, NULL);
	GstPad *pad = gst_element_get_static_pad(element, "src");
	GstCaps *caps;

	g_object_set(element, "device", path, NULL);
	assert_int_equal(gst_element_set_state(element, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
	caps = gst_pad_query_caps(pad, NULL);
	gst_element_set_state(element, GST_STATE_NULL);
	gst_object_unref(pad);
	gst_object_unref(element);
	return caps;
}

static void test_caps_in_ready(void **state)
{
	(void)state;
	for (GList *item = ours; item; item = item->next) {
		const char *path = path_of(item->data);

		compare_caps(caps_in_ready("weirsrc", path), caps_in_ready("v4l2src", path), path);
	}
}

/* ---- what is agreed upon ---- */

/* NULL: nothing was. */
static GstCaps *agreed(const char *factory, const char *filter)
{
	char *words = g_strdup_printf(
		"%s device=/dev/video0 num-buffers=2 ! %s ! fakesink name=sink", factory, filter);
	GstElement *pipeline = gst_parse_launch(words, NULL);
	GstElement *sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
	GstPad *pad = gst_element_get_static_pad(sink, "sink");
	GstCaps *caps = NULL;
	GstMessage *message;

	message = play_to_end(pipeline, 30 * GST_SECOND);
	if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
		caps = gst_pad_get_current_caps(pad);
	gst_message_unref(message);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_object_unref(pad);
	gst_object_unref(sink);
	gst_object_unref(pipeline);
	g_free(words);
	return caps;
}

/* It has the driver convert to colours that it likes better, and leaves the camera so. */
static gboolean they_set_colours(void)
{
	guint major, minor, micro, nano;

	gst_version(&major, &minor, &micro, &nano);
	return minor >= 24;
}

/* Of all that one of them chooses the other may choose something else. */
static void assert_agree(const char *filter, GstCaps *a, GstCaps *b)
{
	GstStructure *one = gst_caps_get_structure(a, 0), *other = gst_caps_get_structure(b, 0);
	GstCaps *asked = gst_caps_from_string(filter);

	gst_structure_remove_field(one, "pixel-aspect-ratio"); /* theirs: the default, untold */
	gst_structure_remove_field(other, "pixel-aspect-ratio");
	if (they_set_colours()) {
		gst_structure_remove_field(one, "colorimetry");
		gst_structure_remove_field(other, "colorimetry");
	}
	if (!gst_caps_is_fixed(asked)) {
		gst_structure_remove_fields(one, "width", "height", "framerate", NULL);
		gst_structure_remove_fields(other, "width", "height", "framerate", NULL);
	}
	if (!gst_caps_is_equal(a, b))
		fail_msg("%s: ours is %s, theirs %s", filter, gst_caps_to_string(a),
			gst_caps_to_string(b));
	gst_caps_unref(asked);
}

static void test_what_is_agreed_upon(void **state)
{
	static const char *const filters[] = {
		"video/x-raw,format=NV12,width=1280,height=720,framerate=30/1",
		"video/x-raw,format=YUY2,width=640,height=480,framerate=25/2",
		"video/x-raw,format=UYVY,width=1920,height=1080,framerate=[28/1,60/1]",
		"video/x-raw,format=BGRx,width=320,height=180,framerate=60/1",
		"video/x-raw,format=RGB,width=[300,700],framerate=[12/1,14/1]",
		"video/x-raw,format=GRAY8,width=640,height=360,framerate=30/1,"
		"interlace-mode=progressive",
		"video/x-raw,format=NV12,width=640,height=360,framerate=30/1,"
		"pixel-aspect-ratio=1/1",
		"video/x-raw,format=NV12,width=640,height=360,framerate=30/1,"
		"colorimetry=2:4:7:1",
	};
	size_t n = G_N_ELEMENTS(filters) - (they_set_colours() ? 1 : 0);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		GstCaps *a = agreed("weirsrc", filters[i]), *b = agreed("v4l2src", filters[i]);

		assert_non_null(a);
		assert_non_null(b);
		a = gst_caps_make_writable(a);
		b = gst_caps_make_writable(b);
		assert_agree(filters[i], a, b);
		gst_caps_unref(a);
		gst_caps_unref(b);
	}
}

/* A rate between two, a size, colours: neither of them says yes to what the camera has not. */
static void test_what_is_refused(void **state)
{
	static const char *const filters[] = {
		"video/x-raw,format=NV12,width=1280,height=720,framerate=20/1",
		"video/x-raw,format=NV12,width=640,height=360,framerate=30000/1001",
		"video/x-raw,format=NV12,width=800,height=600",
		"video/x-raw,format=NV12,width=640,height=360,interlace-mode=mixed",
		"video/x-raw,format=NV12,width=640,height=360,framerate=30/1,colorimetry=bt709",
	};
	size_t n = G_N_ELEMENTS(filters) - (they_set_colours() ? 1 : 0);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (int peer = FALSE; peer <= TRUE; peer++)
			if (agreed(peer ? "v4l2src" : "weirsrc", filters[i]))
				fail_msg("%s: %s", filters[i], peer ? "theirs" : "ours");
}

/* What is set, or near to it, where nobody wants anything else. */
static void test_what_is_near(void **state)
{
	static const struct {
		const char *filter, *near;
	} cases[] = {
		{ "video/x-raw,format=YUY2,width=640,height=360,framerate=30/1", "format=YUY2" },
		{ "video/x-raw,format=NV12", "width=640,height=360,framerate=30/1" },
		{ "video/x-raw,framerate=120/1", "format=NV12,width=640,height=360" },
		{ "video/x-raw,height=[400,500]", "width=640,height=480" },
	};

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *words = g_strdup_printf("video/x-raw,%s", cases[i].near);
		GstCaps *near = gst_caps_from_string(words);
		GstCaps *caps = agreed("weirsrc", cases[i].filter);

		if (!caps || !gst_caps_is_always_compatible(caps, near))
			fail_msg("%s: %s", cases[i].filter, caps ? gst_caps_to_string(caps) : "");
		gst_caps_unref(near);
		gst_caps_unref(caps);
		g_free(words);
	}
}

/* ---- elements of devices ---- */

static void assert_plays(GstElement *element, const char *path)
{
	GstElement *pipeline = gst_pipeline_new(NULL);
	GstElement *sink = gst_element_factory_make("fakesink", NULL);
	char *device;

	g_object_get(element, "device", &device, NULL);
	assert_string_equal(device, path);
	g_object_set(element, "num-buffers", 5, NULL);
	gst_bin_add_many(GST_BIN(pipeline), element, sink, NULL);
	assert_true(gst_element_link(element, sink));
	assert_ends(pipeline, 30 * GST_SECOND);
	assert_true(figure(element, "captured") >= 5);
	gst_element_set_state(pipeline, GST_STATE_NULL);
	gst_bin_remove(GST_BIN(pipeline), element);
	gst_object_unref(pipeline);
	g_free(device);
}

static void test_elements(void **state)
{
	GstDevice *first = with_path(ours, "/dev/video0"), *second = with_path(ours, "/dev/video1");
	GstElement *element = gst_object_ref_sink(gst_device_create_element(first, "camera"));
	GstElement *other = gst_object_ref_sink(gst_element_factory_make("fakesrc", NULL));

	(void)state;
	assert_plays(element, "/dev/video0");
	assert_true(gst_device_reconfigure_element(second, element));
	assert_plays(element, "/dev/video1");
	/* One that has opened the first already. */
	gst_element_set_state(element, GST_STATE_READY);
	assert_true(gst_device_reconfigure_element(first, element));
	assert_plays(element, "/dev/video0");
	gst_element_set_state(element, GST_STATE_PAUSED);
	assert_false(gst_device_reconfigure_element(second, element));
	gst_element_set_state(element, GST_STATE_NULL);
	assert_false(gst_device_reconfigure_element(first, other));
	gst_object_unref(element);
	gst_object_unref(other);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_properties),
		cmocka_unit_test(test_caps_of_devices),
		cmocka_unit_test(test_caps_in_ready),
		cmocka_unit_test(test_what_is_agreed_upon),
		cmocka_unit_test(test_what_is_refused),
		cmocka_unit_test(test_what_is_near),
		cmocka_unit_test(test_elements),
	};
	int failed = SKIPPED;

	gst_init(&argc, &argv);
	ours = devices_of("weirdeviceprovider");
	theirs = devices_of("v4l2deviceprovider");
	if (argc > 1 && theirs)
		failed = cmocka_run_group_tests(tests, NULL, NULL);
	else
		printf("no vivid, as tests/vm/gst.py has it, or no v4l2src to compare with\n");
	g_list_free_full(ours, gst_object_unref);
	g_list_free_full(theirs, gst_object_unref);
	gst_deinit();
	return failed;
}
