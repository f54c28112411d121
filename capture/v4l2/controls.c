/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/controls.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/v4l2/control.h"
#include "core/log.h"
#include "core/uri.h"

#define MAX_CONTROLS 256
#define MAX_VALUE    256

/* ---- setting ---- */

/* 0, -ENOENT or -errno; not logged. */
static int find(
	struct weir_v4l2_device *device, const char *text, struct weir_v4l2_control *control)
{
	char name[WEIR_V4L2_CONTROL_NAME];
	uint32_t id = 0;
	int err;

	weir_v4l2_control_name(text, name);
	while (!(err = weir_v4l2_next_control(device, id, control))) {
		if (!strcmp(control->name, name))
			return 0;
		id = control->query.id;
	}
	return err;
}

static int refuse_name(struct weir_v4l2_device *device, const char *text)
{
	char(*names)[WEIR_V4L2_CONTROL_NAME] = calloc(MAX_CONTROLS, sizeof(*names));
	const char *known[MAX_CONTROLS + 1] = { NULL }, *nearest;
	struct weir_v4l2_control control;
	char wanted[WEIR_V4L2_CONTROL_NAME], quoted[WEIR_QUOTED];
	uint32_t id = 0;

	for (size_t i = 0; names && i < MAX_CONTROLS; i++, id = control.query.id) {
		if (weir_v4l2_next_control(device, id, &control))
			break;
		memcpy(names[i], control.name, sizeof(names[i]));
		known[i] = names[i];
	}
	weir_v4l2_control_name(text, wanted);
	nearest = weir_nearest(wanted, known);
	weir_error(device->log, "%s has no control %s%s%s%s", device->path,
		weir_quote(text, quoted), nearest ? ": did you mean \"" : "",
		nearest    ? nearest
		: known[0] ? ": weir info shows those it has"
			   : ", nor any other",
		nearest ? "\"?" : "");
	free(names);
	return -EINVAL;
}

static int refuse_value(
	struct weir_v4l2_device *device, const struct weir_v4l2_control *control, const char *value)
{
	char range[WEIR_V4L2_CONTROL_RANGE], quoted[WEIR_QUOTED];

	weir_error(device->log, "%s: %s is no value it takes: %s", control->name,
		weir_quote(value, quoted), weir_v4l2_control_range(device, control, range));
	return -EINVAL;
}

static int check_settable(struct weir_v4l2_device *device, const struct weir_v4l2_control *control)
{
	uint32_t flags = control->query.flags;

	if (flags & V4L2_CTRL_FLAG_READ_ONLY)
		weir_error(device->log, "%s of %s can only be read", control->name, device->path);
	else if (flags & V4L2_CTRL_FLAG_INACTIVE)
		weir_error(device->log,
			"%s of %s is inactive: another control, such as an automatic, rules it and "
			"has "
			"to be set first",
			control->name, device->path);
	else if (flags & V4L2_CTRL_FLAG_GRABBED)
		weir_error(device->log, "%s of %s cannot be changed while the camera runs",
			control->name, device->path);
	return flags & (V4L2_CTRL_FLAG_READ_ONLY | V4L2_CTRL_FLAG_INACTIVE | V4L2_CTRL_FLAG_GRABBED)
		       ? -ENOTSUP
		       : 0;
}

static int write_value(struct weir_v4l2_device *device, const struct weir_v4l2_control *control,
	struct v4l2_ext_control *value)
{
	struct v4l2_ext_controls request = {
		.which = V4L2_CTRL_WHICH_CUR_VAL, .count = 1, .controls = value
	};
	char what[WEIR_V4L2_CONTROL_NAME + 32];
	int err = weir_v4l2_ioctl(device, VIDIOC_S_EXT_CTRLS, &request);

	if (!err)
		return 0;
	snprintf(what, sizeof(what), "VIDIOC_S_EXT_CTRLS (%s)", control->name);
	weir_v4l2_fail(device, what, err);
	return err == -EINVAL || err == -ERANGE ? -EINVAL : err == -EACCES ? -ENOTSUP : err;
}

static int set_string(
	struct weir_v4l2_device *device, const struct weir_v4l2_control *control, const char *text)
{
	size_t length = strlen(text);
	struct v4l2_ext_control value = { .id = control->query.id };
	int err;

	value.size = control->query.elem_size;
	if ((int64_t)length < control->query.minimum || (int64_t)length > control->query.maximum ||
		length >= value.size)
		return refuse_value(device, control, text);
	value.string = calloc(1, value.size);
	if (!value.string)
		return -ENOMEM;
	memcpy(value.string, text, length);
	err = write_value(device, control, &value);
	free(value.string);
	return err;
}

static int set_number(
	struct weir_v4l2_device *device, const struct weir_v4l2_control *control, const char *text)
{
	struct v4l2_ext_control value = { .id = control->query.id };
	bool wide = control->query.type == V4L2_CTRL_TYPE_INTEGER64;
	int64_t number = 0, got;
	int err = weir_v4l2_parse_value(device, control, text, &number);

	if (err)
		return err == -EINVAL ? refuse_value(device, control, text)
				      : weir_v4l2_fail(device, "VIDIOC_QUERYMENU", err);
	if (wide)
		value.value64 = number;
	else
		value.value = (int32_t)number;
	err = write_value(device, control, &value);
	if (err)
		return err;
	got = wide ? (int64_t)value.value64 : value.value;
	if (control->query.type == V4L2_CTRL_TYPE_INTEGER && got != number)
		weir_warn(device->log, "%s of %s became %lld: it goes in steps of %llu",
			control->name, device->path, (long long)got,
			(unsigned long long)control->query.step);
	return 0;
}

int weir_v4l2_set_control(struct weir_v4l2_device *device, const char *text)
{
	const char *equals = strchr(text, '=');
	struct weir_v4l2_control control;
	char name[64];
	int err;

	if (!equals || equals == text || (size_t)(equals - text) >= sizeof(name)) {
		weir_error(device->log, "control \"%.60s\" is not of the form NAME=VALUE", text);
		return -EINVAL;
	}
	memcpy(name, text, (size_t)(equals - text));
	name[equals - text] = '\0';
	err = find(device, name, &control);
	if (err)
		return err == -ENOENT ? refuse_name(device, name)
				      : weir_v4l2_fail(device, "VIDIOC_QUERY_EXT_CTRL", err);
	err = check_settable(device, &control);
	if (err)
		return err;
	if (control.query.type == V4L2_CTRL_TYPE_STRING)
		return set_string(device, &control, equals + 1);
	return set_number(device, &control, equals + 1);
}

/* ---- reading ---- */

static int read_one(struct weir_v4l2_device *device, const struct weir_v4l2_control *control,
	struct weir_source_control *out)
{
	char value[MAX_VALUE], range[WEIR_V4L2_CONTROL_RANGE];

	/* One that cannot be read now is still one that can be set. */
	if (weir_v4l2_read_value(device, control, value, sizeof(value)))
		value[0] = '\0';
	out->name = strdup(control->name);
	out->value = strdup(value);
	out->range = strdup(weir_v4l2_control_range(device, control, range));
	return out->name && out->value && out->range ? 0 : -ENOMEM;
}

int weir_v4l2_read_controls(
	struct weir_v4l2_device *device, struct weir_source_control **out, size_t *n)
{
	struct weir_source_control *controls = calloc(MAX_CONTROLS, sizeof(*controls));
	struct weir_v4l2_control control;
	size_t count = 0;
	uint32_t id = 0;
	int err = 0;

	if (!controls)
		return -ENOMEM;
	while (!err && count < MAX_CONTROLS && !weir_v4l2_next_control(device, id, &control)) {
		err = read_one(device, &control, &controls[count++]);
		id = control.query.id;
	}
	if (err) {
		weir_v4l2_free_controls(controls, count);
		return err;
	}
	*out = controls;
	*n = count;
	return 0;
}

void weir_v4l2_free_controls(struct weir_source_control *controls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free((char *)controls[i].name);
		free((char *)controls[i].value);
		free((char *)controls[i].range);
	}
	free(controls);
}
