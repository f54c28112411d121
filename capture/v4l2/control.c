/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/control.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/checked.h"
#include "core/scan.h"

void weir_v4l2_control_name(const char *text, char name[WEIR_V4L2_CONTROL_NAME])
{
	size_t used = 0;
	bool gap = false;

	for (; *text && used + 2 < WEIR_V4L2_CONTROL_NAME; text++) {
		char c = weir_lower(*text);

		if (!weir_is_digit(c) && (c < 'a' || c > 'z')) {
			gap = used > 0;
			continue;
		}
		if (gap)
			name[used++] = '_';
		gap = false;
		name[used++] = c;
	}
	name[used] = '\0';
}

/* ---- which there are ---- */

static bool has_words(const struct v4l2_query_ext_ctrl *query)
{
	if (query->flags & (V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_HAS_PAYLOAD))
		return query->type == V4L2_CTRL_TYPE_STRING && query->elems <= 1 &&
		       !(query->flags & V4L2_CTRL_FLAG_DISABLED);
	switch (query->type) {
	case V4L2_CTRL_TYPE_INTEGER:
	case V4L2_CTRL_TYPE_INTEGER64:
	case V4L2_CTRL_TYPE_BOOLEAN:
	case V4L2_CTRL_TYPE_MENU:
	case V4L2_CTRL_TYPE_INTEGER_MENU:
	case V4L2_CTRL_TYPE_BITMASK:
	case V4L2_CTRL_TYPE_BUTTON:
		return true;
	}
	return false;
}

int weir_v4l2_next_control(
	struct weir_v4l2_device *device, uint32_t id, struct weir_v4l2_control *out)
{
	struct v4l2_query_ext_ctrl *query = &out->query;
	int err;

	for (;;) {
		memset(query, 0, sizeof(*query));
		query->id = id | V4L2_CTRL_FLAG_NEXT_CTRL;
		err = weir_v4l2_ioctl(device, VIDIOC_QUERY_EXT_CTRL, query);
		if (err)
			return weir_v4l2_or_end(err);
		if (query->id <= id) /* a driver that does not go on: we would go round for ever */
			return -ENOENT;
		id = query->id;
		if (!has_words(query))
			continue;
		weir_v4l2_control_name(query->name, out->name);
		return 0;
	}
}

/* ---- menus ---- */

#define MAX_ITEMS 256 /* no broken driver has more */

static bool is_menu(const struct weir_v4l2_control *control)
{
	return control->query.type == V4L2_CTRL_TYPE_MENU ||
	       control->query.type == V4L2_CTRL_TYPE_INTEGER_MENU;
}

static int64_t last_item(const struct weir_v4l2_control *control)
{
	const struct v4l2_query_ext_ctrl *query = &control->query;
	uint64_t more = (uint64_t)query->maximum - (uint64_t)query->minimum;

	return more < MAX_ITEMS ? query->maximum : query->minimum + MAX_ITEMS - 1;
}

int weir_v4l2_menu_item(struct weir_v4l2_device *device, const struct weir_v4l2_control *control,
	int64_t index, char name[WEIR_V4L2_CONTROL_NAME])
{
	struct v4l2_querymenu item = { .id = control->query.id, .index = (uint32_t)index };
	int err = weir_v4l2_ioctl(device, VIDIOC_QUERYMENU, &item);

	if (err)
		return err == -EINVAL ? -ENOENT : err; /* menus have holes */
	if (control->query.type == V4L2_CTRL_TYPE_MENU)
		snprintf(name, WEIR_V4L2_CONTROL_NAME, "%.32s", (const char *)item.name);
	else
		snprintf(name, WEIR_V4L2_CONTROL_NAME, "%" PRId64, (int64_t)item.value);
	return 0;
}

static bool is_item(const char *name, const char *text)
{
	char a[WEIR_V4L2_CONTROL_NAME], b[WEIR_V4L2_CONTROL_NAME];

	weir_v4l2_control_name(name, a);
	weir_v4l2_control_name(text, b);
	return weir_is_word(text, strlen(text), name) || (a[0] && !strcmp(a, b));
}

/* Its name before its number: items of integer menus are numbers. */
static int parse_item(struct weir_v4l2_device *device, const struct weir_v4l2_control *control,
	const char *text, int64_t *out)
{
	char name[WEIR_V4L2_CONTROL_NAME], *end;
	int64_t number;

	for (int64_t i = control->query.minimum; i <= last_item(control); i++) {
		int err = weir_v4l2_menu_item(device, control, i, name);

		if (err && err != -ENOENT)
			return err;
		if (!err && is_item(name, text)) {
			*out = i;
			return 0;
		}
	}
	number = strtoll(text, &end, 10);
	if (*end || !*text || number < control->query.minimum || number > control->query.maximum ||
		weir_v4l2_menu_item(device, control, number, name))
		return -EINVAL;
	*out = number;
	return 0;
}

static void list_items(struct weir_v4l2_device *device, const struct weir_v4l2_control *control,
	char *text, size_t size)
{
	char name[WEIR_V4L2_CONTROL_NAME];
	size_t used = 0;

	text[0] = '\0';
	for (int64_t i = control->query.minimum; i <= last_item(control) && used < size; i++)
		if (!weir_v4l2_menu_item(device, control, i, name))
			used += (size_t)snprintf(
				text + used, size - used, "%s%s", used ? ", " : "", name);
}

/* ---- values ---- */

const char *weir_v4l2_control_range(struct weir_v4l2_device *device,
	const struct weir_v4l2_control *control, char text[WEIR_V4L2_CONTROL_RANGE])
{
	const struct v4l2_query_ext_ctrl *query = &control->query;
	const size_t size = WEIR_V4L2_CONTROL_RANGE;

	if (is_menu(control))
		list_items(device, control, text, size);
	else if (query->type == V4L2_CTRL_TYPE_BOOLEAN)
		snprintf(text, size, "false or true, default %s",
			query->default_value ? "true" : "false");
	else if (query->type == V4L2_CTRL_TYPE_BUTTON)
		snprintf(text, size, "a button: any value presses it");
	else if (query->type == V4L2_CTRL_TYPE_STRING)
		snprintf(text, size, "text of %" PRId64 " to %" PRId64 " characters",
			(int64_t)query->minimum, (int64_t)query->maximum);
	else if (query->type == V4L2_CTRL_TYPE_BITMASK)
		snprintf(text, size, "bits of 0x%" PRIx64 ", default 0x%" PRIx64,
			(uint64_t)query->maximum, (uint64_t)query->default_value);
	else
		snprintf(text, size,
			"%" PRId64 " to %" PRId64 ", step %" PRIu64 ", default %" PRId64,
			(int64_t)query->minimum, (int64_t)query->maximum, (uint64_t)query->step,
			(int64_t)query->default_value);
	return text;
}

static int parse_boolean(const char *text, int64_t *out)
{
	static const char *const words[] = { "0", "1", "false", "true", "off", "on", "no", "yes" };

	for (size_t i = 0; i < WEIR_COUNT(words); i++) {
		if (weir_is_word(text, strlen(text), words[i])) {
			*out = i & 1;
			return 0;
		}
	}
	return -EINVAL;
}

static int parse_integer(const struct v4l2_query_ext_ctrl *query, const char *text, int64_t *out)
{
	bool mask = query->type == V4L2_CTRL_TYPE_BITMASK;
	char *end;
	int64_t value;

	errno = 0;
	value = strtoll(text, &end, mask ? 0 : 10);
	if (errno || *end || end == text)
		return -EINVAL;
	if (mask ? value & ~query->maximum : value < query->minimum || value > query->maximum)
		return -EINVAL;
	*out = value;
	return 0;
}

int weir_v4l2_parse_value(struct weir_v4l2_device *device, const struct weir_v4l2_control *control,
	const char *text, int64_t *out)
{
	if (is_menu(control))
		return parse_item(device, control, text, out);
	if (control->query.type == V4L2_CTRL_TYPE_BOOLEAN)
		return parse_boolean(text, out);
	if (control->query.type == V4L2_CTRL_TYPE_BUTTON)
		return 0;
	return parse_integer(&control->query, text, out);
}

static void print_value(struct weir_v4l2_device *device, const struct weir_v4l2_control *control,
	int64_t value, char *text, size_t size)
{
	char name[WEIR_V4L2_CONTROL_NAME];

	if (is_menu(control) && !weir_v4l2_menu_item(device, control, value, name))
		snprintf(text, size, "%s", name);
	else if (control->query.type == V4L2_CTRL_TYPE_BOOLEAN)
		snprintf(text, size, "%s", value ? "true" : "false");
	else if (control->query.type == V4L2_CTRL_TYPE_BITMASK)
		snprintf(text, size, "0x%" PRIx64, (uint64_t)value);
	else
		snprintf(text, size, "%" PRId64, value);
}

static int64_t number_of(
	const struct v4l2_query_ext_ctrl *query, const struct v4l2_ext_control *value)
{
	if (query->type == V4L2_CTRL_TYPE_INTEGER64)
		return value->value64;
	return query->type == V4L2_CTRL_TYPE_BITMASK ? (int64_t)(uint32_t)value->value
						     : value->value;
}

int weir_v4l2_read_value(struct weir_v4l2_device *device, const struct weir_v4l2_control *control,
	char *text, size_t size)
{
	const struct v4l2_query_ext_ctrl *query = &control->query;
	struct v4l2_ext_control value = { .id = query->id };
	struct v4l2_ext_controls request = {
		.which = V4L2_CTRL_WHICH_CUR_VAL, .count = 1, .controls = &value
	};
	bool string = query->type == V4L2_CTRL_TYPE_STRING;
	int err;

	text[0] = '\0';
	if (query->type == V4L2_CTRL_TYPE_BUTTON || query->flags & V4L2_CTRL_FLAG_WRITE_ONLY)
		return 0;
	if (string) {
		value.size = query->elem_size;
		value.string = calloc(1, (size_t)value.size + 1);
		if (!value.string)
			return -ENOMEM;
	}
	err = weir_v4l2_ioctl(device, VIDIOC_G_EXT_CTRLS, &request);
	if (!err && string)
		snprintf(text, size, "%s", value.string);
	else if (!err)
		print_value(device, control, number_of(query, &value), text, size);
	if (string)
		free(value.string);
	return err;
}
