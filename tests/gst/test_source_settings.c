/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* weirsrc's properties, set at any time: a run goes by those that it began with. */

#include "tests/gst/element.h"

#define PATTERN "pattern:bars?size=320x240&fps=200"

/* Between the agreement and the plan, which is made with the first frame. */
static GstPadProbeReturn change_all(GstPad *pad, GstPadProbeInfo *info, gpointer element)
{
	(void)pad;
	if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_CAPS)
		return GST_PAD_PROBE_OK;
	/* As long as the one before: an allocator puts it into the same place. */
	g_object_set(element, "memory", "nope", "uri", "pattern:none", NULL);
	gst_util_set_object_arg(G_OBJECT(element), "extra-controls", "c,brightness=1");
	return GST_PAD_PROBE_OK;
}

static void test_changed_while_running(void **state)
{
	GstHarness *harness = gst_harness_new_parse("weirsrc memory=host uri=" PATTERN);
	GstElement *element = gst_harness_find_element(harness, "weirsrc");
	GstPad *pad = gst_element_get_static_pad(element, "src");
	char *plan = NULL, *memory = NULL;

	(void)state;
	gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, change_all, element, NULL);
	gst_harness_use_systemclock(harness);
	gst_harness_play(harness);
	for (int i = 0; i < 5; i++)
		gst_buffer_unref(gst_harness_pull(harness));
	g_object_get(element, "plan", &plan, "memory", &memory, NULL);
	assert_non_null(plan);
	assert_non_null(strstr(plan, "host memory"));
	assert_string_equal(memory, "nope");
	g_free(plan);
	g_free(memory);
	gst_object_unref(pad);
	gst_object_unref(element);
	gst_harness_teardown(harness);
}

static void test_the_next_run_has_them(void **state)
{
	GstHarness *harness = gst_harness_new_parse("weirsrc uri=" PATTERN);
	GstElement *element = gst_harness_find_element(harness, "weirsrc");

	(void)state;
	gst_harness_use_systemclock(harness);
	for (guint buffers = 5; buffers < 8; buffers++) {
		GstStructure *stats = NULL;
		guint slots = 0;

		g_object_set(element, "buffers", buffers, NULL);
		gst_harness_play(harness);
		gst_buffer_unref(gst_harness_pull(harness));
		g_object_get(element, "stats", &stats, NULL);
		assert_true(gst_structure_get_uint(stats, "slots", &slots));
		assert_int_equal(slots, buffers);
		gst_structure_free(stats);
		gst_element_set_state(element, GST_STATE_NULL);
		while (gst_harness_buffers_in_queue(harness))
			gst_buffer_unref(gst_harness_pull(harness));
	}
	gst_object_unref(element);
	gst_harness_teardown(harness);
}

/* Whoever plugs by rank, and every device monitor, goes on as without the plugin. */
static void test_nothing_is_plugged_unasked(void **state)
{
	static const char *const names[] = { "weirsrc", "weirsink", "weirdeviceprovider" };
	GstRegistry *registry = gst_registry_get();

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		GstPluginFeature *feature = gst_registry_lookup_feature(registry, names[i]);

		assert_non_null(feature);
		assert_int_equal(gst_plugin_feature_get_rank(feature), GST_RANK_NONE);
		gst_object_unref(feature);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changed_while_running),
		cmocka_unit_test(test_the_next_run_has_them),
		cmocka_unit_test(test_nothing_is_plugged_unasked),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
