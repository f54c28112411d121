/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What weirsrc agrees upon: nothing that does not come, and what is nearest to its own choice. */

#include "tests/gst/element.h"

#define PATTERN "pattern:bars?size=320x240&fps=200"

/* Of the first buffer, with that filter behind the source. The caller's. */
static GstCaps *agree(const char *uri, const char *filter)
{
	char *words = g_strdup_printf("weirsrc uri=\"%s\" ! %s ! identity", uri, filter);
	GstHarness *harness = gst_harness_new_parse(words);
	GstCaps *caps;

	gst_harness_use_systemclock(harness);
	gst_harness_play(harness);
	gst_buffer_unref(gst_harness_pull(harness));
	caps = gst_pad_get_current_caps(harness->sinkpad);
	gst_harness_teardown(harness);
	g_free(words);
	return caps;
}

static void assert_agrees(const char *uri, const char *filter, const char *expected)
{
	GstCaps *caps = agree(uri, filter), *part = gst_caps_from_string(expected);

	if (!gst_caps_is_subset(caps, part))
		fail_msg("%s behind %s: %s", filter, uri, gst_caps_to_string(caps));
	gst_caps_unref(part);
	gst_caps_unref(caps);
}

static void test_fixation(void **state)
{
	(void)state;
	assert_agrees(PATTERN, "video/x-raw",
		"video/x-raw,format=YUY2,width=320,height=240,framerate=200/1");
	assert_agrees(PATTERN, "video/x-raw,format=NV12", "video/x-raw,width=320,height=240");
	/* Nearest to its own. */
	assert_agrees(PATTERN, "video/x-raw,width=[400,800],height=[16,100]",
		"video/x-raw,format=YUY2,width=400,height=100");
	assert_agrees(PATTERN, "video/x-raw,width={64,300,1000}", "video/x-raw,width=300");
	assert_agrees(PATTERN, "video/x-raw,framerate=[10/1,60/1]", "video/x-raw,framerate=60/1");
	assert_agrees(PATTERN, "video/x-raw,framerate={25/1,90/1}", "video/x-raw,framerate=90/1");
	/* 4:2:0 comes in whole blocks. */
	assert_agrees(PATTERN, "video/x-raw,format=NV12,width=[101,201]", "video/x-raw,width=200");
}

/* As fast as they are taken, unless somebody wants a rate. */
static void test_no_rate(void **state)
{
	const char *free = "pattern:bars?size=320x240&fps=0";
	gint64 before = g_get_monotonic_time();

	(void)state;
	assert_runs("weirsrc num-buffers=600 uri=pattern:bars?size=320x240&fps=0 ! "
		    "video/x-raw,format=NV12 ! fakesink");
	assert_true(g_get_monotonic_time() - before < 10 * G_USEC_PER_SEC);
	assert_agrees(free, "video/x-raw", "video/x-raw,framerate=0/1");
	assert_agrees(free, "video/x-raw,format=NV12,width=64", "video/x-raw,framerate=0/1");
	assert_agrees(free, "video/x-raw,framerate=[1/1,100/1]", "video/x-raw,framerate=30/1");
}

static void test_shapes(void **state)
{
	(void)state;
	assert_agrees(PATTERN, "video/x-raw,format=NV12,width=64",
		"video/x-raw,interlace-mode=progressive,pixel-aspect-ratio=1/1,colorimetry=bt601");
	assert_refused("weirsrc uri=" PATTERN
		       " ! video/x-raw,interlace-mode=interleaved ! fakesink",
		"square pixels, progressive");
	assert_refused("weirsrc uri=" PATTERN " ! video/x-raw,pixel-aspect-ratio=2/1 ! fakesink",
		"pixel-aspect-ratio=(fraction)2/1");
}

/* Of several colours its own. */
static void test_colours_to_choose_from(void **state)
{
	(void)state;
	assert_agrees(PATTERN, "video/x-raw,format=NV12,colorimetry={bt709,bt2020,bt601}",
		"video/x-raw,colorimetry=bt601");
}

/* What there is and what was asked for. */
static void test_words_of_refusals(void **state)
{
	static const char *const parts[] = { PATTERN " does not come as", "format=(string)I420",
		"it has YUY2, ", "16x16 to 8192x8192", "videoconvert" };

	(void)state;
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		assert_refused(
			"weirsrc uri=" PATTERN " ! video/x-raw,format=I420 ! fakesink", parts[i]);
	assert_refused("weirsrc uri=" PATTERN " ! video/x-raw,format=NV12,width=33 ! fakesink",
		"width=(int)33");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixation),
		cmocka_unit_test(test_no_rate),
		cmocka_unit_test(test_shapes),
		cmocka_unit_test(test_colours_to_choose_from),
		cmocka_unit_test(test_words_of_refusals),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
