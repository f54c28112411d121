/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of devices from one look to the next, and what weir_device_watch() tells of it. */

#include <stdio.h>
#include <string.h>

#include <weir/device.h>

#include "capture/v4l2/identity.h"
#include "tests/unit/cmocka_all.h"

#define CAMERA(number, in, ...)                                                                    \
	{                                                                                          \
		.kind = WEIR_DEVICE_CAMERA, .uri = "/dev/video" #number, .name = "camera",         \
		.detail = "", .remedy = "", .usable = true,                                        \
		.driver = { .name = "fake", .bus = in, __VA_ARGS__ },                              \
	}

/* One that cannot be opened. */
#define CLOSED(number)                                                                             \
	{                                                                                          \
		.kind = WEIR_DEVICE_CAMERA, .uri = "/dev/video" #number, .name = "camera",         \
		.detail = "", .remedy = "no permission",                                           \
	}

static const struct look {
	struct weir_device devices[3];
	const char *told;
} looks[] = {
	{ { CAMERA(0, "left") }, "+0 left 0;" },
	{ { CAMERA(0, "left") }, "" },
	{ { CLOSED(0) }, "" }, /* used, by somebody who lets nobody else open it */
	{ { CAMERA(0, "left", .version = 1) }, "+0 left 1;" },
	{ { CAMERA(0, "right", .version = 1) }, "-0 left 1;+0 right 1;" },
	{ { CAMERA(0, "right", .version = 1), CLOSED(1) }, "+1  0;" },
	{ { CAMERA(1, "left"), CAMERA(0, "right", .version = 1) }, "+1 left 0;" },
	{ { CAMERA(2, "up"), CAMERA(3, "down") }, "-0 right 1;-1 left 0;+2 up 0;+3 down 0;" },
	{ { CLOSED(3) }, "-2 up 0;" },
	{ { { .uri = NULL } }, "-3 down 0;" },
};

#define N_LOOKS (sizeof(looks) / sizeof(looks[0]))

static struct {
	size_t looks;
	char told[200];
	void (*changed)(void *data);
	void *data;
} machine;

int __wrap_weir_v4l2_watch(
	struct weir_loop *loop, void (*changed)(void *data), void *data, void **out);
void __wrap_weir_v4l2_unwatch(void *watch);
int __wrap_weir_device_list(int (*found)(void *data, const struct weir_device *device), void *data);

int __wrap_weir_v4l2_watch(
	struct weir_loop *loop, void (*changed)(void *data), void *data, void **out)
{
	(void)loop;
	machine.changed = changed;
	machine.data = data;
	*out = &machine;
	return 0;
}

void __wrap_weir_v4l2_unwatch(void *watch)
{
	assert_ptr_equal(watch, &machine);
}

/* Ends the watch after the last look. */
int __wrap_weir_device_list(int (*found)(void *data, const struct weir_device *device), void *data)
{
	size_t now = machine.looks++;
	int err = 0;

	if (now)
		assert_string_equal(machine.told, looks[now - 1].told);
	machine.told[0] = '\0';
	if (now == N_LOOKS)
		return 1;
	for (size_t i = 0; looks[now].devices[i].uri && !err; i++)
		err = found(data, &looks[now].devices[i]);
	machine.changed(machine.data);
	return err;
}

static int note(void *data, bool added, const struct weir_device *device)
{
	size_t used = strlen(machine.told);

	assert_ptr_equal(data, looks);
	snprintf(machine.told + used, sizeof(machine.told) - used, "%c%s %s %u;", added ? '+' : '-',
		device->uri + strlen("/dev/video"), device->driver.bus, device->driver.version);
	return 0;
}

static void test_what_is_told(void **state)
{
	(void)state;
	assert_int_equal(weir_device_watch(-1, note, (void *)looks), 1);
	assert_int_equal(machine.looks, N_LOOKS + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
