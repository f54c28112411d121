/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Controls by name, with values in words. */

#include "tests/fake/camera.h"

#include <errno.h>

#include "capture/v4l2/control.h"
#include "capture/v4l2/controls.h"

static const struct camera_format no_formats[] = { { 0 } };

/* clang-format off */
static const struct camera_control all[] = {
	{ .query = { .id = 10, .type = V4L2_CTRL_TYPE_CTRL_CLASS, .name = "User Controls" } },
	{ .query = { .id = 11, .type = V4L2_CTRL_TYPE_INTEGER, .name = "Brightness",
		.minimum = -64, .maximum = 64, .step = 4, .default_value = 8, .elems = 1 } },
	{ .query = { .id = 12, .type = V4L2_CTRL_TYPE_BOOLEAN, .name = "White Balance, Automatic",
		.maximum = 1, .step = 1, .default_value = 1, .elems = 1 } },
	{ .query = { .id = 13, .type = V4L2_CTRL_TYPE_MENU, .name = "Auto Exposure",
		.maximum = 3, .step = 1, .elems = 1 },
		.items = { "Auto Mode", "Manual Mode", NULL, "Aperture Priority Mode" } },
	{ .query = { .id = 14, .type = V4L2_CTRL_TYPE_INTEGER_MENU, .name = "Gains",
		.maximum = 2, .elems = 1 }, .numbers = { 2, 0, 42 } },
	{ .query = { .id = 15, .type = V4L2_CTRL_TYPE_INTEGER, .name = "Exposure Time, Absolute",
		.maximum = 9, .elems = 1, .flags = V4L2_CTRL_FLAG_INACTIVE } },
	{ .query = { .id = 16, .type = V4L2_CTRL_TYPE_INTEGER, .name = "Temperature",
		.maximum = 9, .elems = 1, .flags = V4L2_CTRL_FLAG_READ_ONLY } },
	{ .query = { .id = 17, .type = V4L2_CTRL_TYPE_STRING, .name = "Label",
		.minimum = 2, .maximum = 8, .elem_size = 9, .elems = 1,
		.flags = V4L2_CTRL_FLAG_HAS_PAYLOAD }, .text = "old" },
	{ .query = { .id = 18, .type = V4L2_CTRL_TYPE_INTEGER64, .name = "Pixel Rate",
		.minimum = INT64_MIN, .maximum = INT64_MAX, .elems = 1 } },
	{ .query = { .id = 19, .type = V4L2_CTRL_TYPE_BITMASK, .name = "Lanes",
		.maximum = 0x80000005, .elems = 1 } },
	{ .query = { .id = 20, .type = V4L2_CTRL_TYPE_BUTTON, .name = "Reset", .elems = 1 } },
	{ .query = { .id = 21, .type = V4L2_CTRL_TYPE_U8, .name = "Matrix", .elems = 64,
		.flags = V4L2_CTRL_FLAG_HAS_PAYLOAD } },
	{ .query = { .id = 22, .type = V4L2_CTRL_TYPE_INTEGER, .name = "Gone",
		.flags = V4L2_CTRL_FLAG_DISABLED } },
	{ .query = { .id = 0 } },
};
/* clang-format on */

static struct camera_control controls[sizeof(all) / sizeof(all[0])];

static void init(struct camera *camera)
{
	camera_init(camera, no_formats);
	memcpy(controls, all, sizeof(all));
	camera->controls = controls;
}

static int64_t value_of(uint32_t id)
{
	for (size_t i = 0; controls[i].query.id; i++)
		if (controls[i].query.id == id)
			return controls[i].value;
	fail();
	return 0;
}

static void test_set(void **state)
{
	static const struct {
		const char *text;
		uint32_t id;
		int64_t value;
	} good[] = {
		{ "brightness=12", 11, 12 },
		{ "Brightness=-64", 11, -64 },
		{ "white_balance_automatic=yes", 12, 1 },
		{ "White Balance, Automatic=off", 12, 0 },
		{ "WHITE_BALANCE_AUTOMATIC=true", 12, 1 },
		{ "auto_exposure=Manual Mode", 13, 1 },
		{ "auto_exposure=aperture_priority_mode", 13, 3 },
		{ "auto_exposure=0", 13, 0 },
		{ "auto_exposure=3", 13, 3 },
		{ "gains=42", 14, 2 },
		{ "gains=0", 14, 1 }, /* the item, not the index */
		{ "gains=1", 14, 1 }, /* no item of that name: the index */
		{ "pixel_rate=-5000000000", 18, -5000000000 },
		{ "lanes=0x80000001", 19, (int32_t)0x80000001 },
		{ "lanes=4", 19, 4 },
		{ "reset=1", 20, 0 },
	};
	struct camera camera;

	(void)state;
	init(&camera);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (weir_v4l2_set_control(&camera.device, good[i].text))
			fail_msg("%s: %s", good[i].text, camera.log.line);
		if (value_of(good[i].id) != good[i].value)
			fail_msg("%s set %lld", good[i].text, (long long)value_of(good[i].id));
	}
	assert_int_equal(weir_v4l2_set_control(&camera.device, "label=a=b"), 0);
	assert_string_equal(controls[7].text, "a=b");
	camera_said_nothing(&camera);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *text;
		int error;
		const char *words;
	} bad[] = {
		{ "brightness", -EINVAL, "not of the form NAME=VALUE" },
		{ "=3", -EINVAL, "not of the form NAME=VALUE" },
		{ "brightnes=3", -EINVAL,
			"no control \"brightnes\": did you mean \"brightness\"?" },
		{ "zzz=3", -EINVAL, "no control \"zzz\": weir info shows those it has" },
		{ "user_controls=3", -EINVAL, "no control" },
		{ "matrix=3", -EINVAL, "no control" },
		{ "gone=3", -EINVAL, "no control" },
		{ "brightness=65", -EINVAL,
			"brightness: \"65\" is no value it takes: -64 to 64, step 4, default 8" },
		{ "brightness=", -EINVAL, "-64 to 64" },
		{ "brightness=3x", -EINVAL, "-64 to 64" },
		{ "brightness=99999999999999999999", -EINVAL, "-64 to 64" },
		{ "white_balance_automatic=2", -EINVAL, "false or true, default true" },
		{ "auto_exposure=2", -EINVAL, "Auto Mode, Manual Mode, Aperture Priority Mode" },
		{ "auto_exposure=", -EINVAL, "Auto Mode" },
		{ "auto_exposure=-1", -EINVAL, "Auto Mode" },
		{ "gains=3", -EINVAL, "2, 0, 42" },
		{ "lanes=2", -EINVAL, "bits of 0x80000005" },
		{ "label=x", -EINVAL, "text of 2 to 8 characters" },
		{ "label=123456789", -EINVAL, "text of 2 to 8 characters" },
		{ "temperature=3", -ENOTSUP, "can only be read" },
		{ "exposure_time_absolute=3", -ENOTSUP, "another control" },
	};
	struct camera camera;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		init(&camera);
		if (weir_v4l2_set_control(&camera.device, bad[i].text) != bad[i].error)
			fail_msg("%s: %s", bad[i].text, camera.log.line);
		assert_int_equal(camera.log.lines, 1);
		camera_said(&camera, bad[i].words);
		assert_memory_equal(controls, all, sizeof(all));
	}
}

static void test_steps_are_told(void **state)
{
	struct camera camera;

	(void)state;
	init(&camera);
	assert_int_equal(weir_v4l2_set_control(&camera.device, "brightness=13"), 0);
	assert_int_equal(value_of(11), 12);
	camera_said(&camera, "became 12: it goes in steps of 4");
}

static const struct weir_source_control *find(
	const struct weir_source_control *list, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(list[i].name, name))
			return &list[i];
	fail_msg("%s is not listed", name);
	return NULL;
}

static void test_read(void **state)
{
	static const struct weir_source_control expected[] = {
		{ "brightness", "0", "-64 to 64, step 4, default 8" },
		{ "white_balance_automatic", "false", "false or true, default true" },
		{ "auto_exposure", "Auto Mode", "Auto Mode, Manual Mode, Aperture Priority Mode" },
		{ "gains", "42", "2, 0, 42" },
		{ "label", "old", "text of 2 to 8 characters" },
		{ "lanes", "0x80000001", "bits of 0x80000005, default 0x0" },
		{ "reset", "", "a button: any value presses it" },
	};
	const struct weir_source_control *control;
	struct weir_source_control *list;
	struct camera camera;
	size_t n;

	(void)state;
	init(&camera);
	controls[4].value = 2;
	controls[9].value = (int32_t)0x80000001;
	assert_int_equal(weir_v4l2_read_controls(&camera.device, &list, &n), 0);
	assert_int_equal(n, 10);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		control = find(list, n, expected[i].name);
		assert_string_equal(control->value, expected[i].value);
		assert_string_equal(control->range, expected[i].range);
	}
	weir_v4l2_free_controls(list, n);
	camera_said_nothing(&camera);
}

/* A driver that begins again after its last control does not keep us for ever. */
static void test_a_driver_that_goes_round(void **state)
{
	struct weir_source_control *list;
	struct camera camera;
	size_t n;

	(void)state;
	init(&camera);
	camera.runs_on = true;
	assert_int_equal(weir_v4l2_read_controls(&camera.device, &list, &n), 0);
	assert_int_equal(n, 10);
	weir_v4l2_free_controls(list, n);
}

static void test_a_driver_whose_numbers_contradict_each_other(void **state)
{
	struct weir_source_control *list;
	struct camera camera;
	size_t n;

	(void)state;
	init(&camera);
	controls[3].query.maximum = controls[4].query.maximum = INT64_MAX;
	assert_int_equal(weir_v4l2_set_control(&camera.device, "auto_exposure=Manual Mode"), 0);
	assert_int_equal(weir_v4l2_set_control(&camera.device, "auto_exposure=nonsense"), -EINVAL);
	camera_said(&camera, "Auto Mode, Manual Mode, Aperture Priority Mode");
	controls[7].query.maximum = 1000;
	assert_int_equal(weir_v4l2_set_control(&camera.device, "label=12345678"), 0);
	assert_int_equal(weir_v4l2_set_control(&camera.device, "label=123456789"), -EINVAL);
	camera_said(&camera, "label: \"123456789\" is no value it takes");
	assert_int_equal(weir_v4l2_read_controls(&camera.device, &list, &n), 0);
	assert_int_equal(n, 10);
	weir_v4l2_free_controls(list, n);
}

static void test_none(void **state)
{
	struct weir_source_control *list;
	struct camera camera;
	size_t n;

	(void)state;
	camera_init(&camera, no_formats);
	assert_int_equal(weir_v4l2_read_controls(&camera.device, &list, &n), 0);
	assert_int_equal(n, 0);
	weir_v4l2_free_controls(list, n);
	assert_int_equal(weir_v4l2_set_control(&camera.device, "gain=1"), -EINVAL);
	camera_said(&camera, "has no control \"gain\", nor any other");
}

static void test_names(void **state)
{
	char name[WEIR_V4L2_CONTROL_NAME];

	(void)state;
	weir_v4l2_control_name("White Balance, Automatic", name);
	assert_string_equal(name, "white_balance_automatic");
	weir_v4l2_control_name("  (Odd) -- name! ", name);
	assert_string_equal(name, "odd_name");
	weir_v4l2_control_name("", name);
	assert_string_equal(name, "");
	weir_v4l2_control_name(
		"a very long name that has more characters than any control may have", name);
	assert_true(strlen(name) < sizeof(name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_steps_are_told),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_a_driver_that_goes_round),
		cmocka_unit_test(test_a_driver_whose_numbers_contradict_each_other),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
