/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/json.h"

#include <inttypes.h>
#include <stdio.h>

void member_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, text ? json_object_new_string(text) : NULL);
}

void member_number(struct json_object *object, const char *key, uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

/* By itself json-c prints seventeen digits. */
static struct json_object *real_object(double value)
{
	char digits[32];

	snprintf(digits, sizeof(digits), "%.3f", value);
	return json_object_new_double_s(value, digits);
}

void member_real(struct json_object *object, const char *key, double value)
{
	json_object_object_add(object, key, real_object(value));
}

void member_bool(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

struct json_object *member_array(struct json_object *object, const char *key)
{
	struct json_object *array = json_object_new_array();

	json_object_object_add(object, key, array);
	return array;
}

struct json_object *member_object(struct json_object *object, const char *key)
{
	struct json_object *child = json_object_new_object();

	json_object_object_add(object, key, child);
	return child;
}

static double rate_of(struct weir_rate rate)
{
	return rate.den ? (double)rate.num / rate.den : 0.0;
}

void member_video(struct json_object *object, const struct weir_video *video)
{
	member_text(object, "format", video->format ? video->format->name : NULL);
	member_number(object, "width", video->width);
	member_number(object, "height", video->height);
	member_number(object, "stride", video->stride);
	member_real(object, "fps", rate_of(video->rate));
}

struct json_object *line_begin(const char *type)
{
	struct json_object *object = json_object_new_object();

	member_text(object, "type", type);
	member_number(object, "schema", SUMMARY_SCHEMA);
	return object;
}

void line_end(FILE *to, struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	if (text)
		fprintf(to, "%s\n", text);
	json_object_put(object);
}

static void add_driver(struct json_object *object, const struct weir_device_driver *driver)
{
	struct json_object *told = member_object(object, "driver");
	char version[32];

	snprintf(version, sizeof(version), "%" PRIu32 ".%" PRIu32 ".%" PRIu32,
		driver->version >> 16, driver->version >> 8 & 0xff, driver->version & 0xff);
	member_text(told, "name", driver->name);
	member_text(told, "version", version);
	member_text(told, "bus", driver->bus);
	member_number(told, "capabilities", driver->capabilities);
	member_number(told, "node_capabilities", driver->node_capabilities);
}

static struct json_object *device_object(const struct weir_device *device)
{
	static const char *const kinds[] = {
		[WEIR_DEVICE_CAMERA] = "camera",
		[WEIR_DEVICE_DISPLAY] = "display",
		[WEIR_DEVICE_MEMORY] = "memory",
	};
	struct json_object *object = json_object_new_object();

	member_text(object, "kind", kinds[device->kind]);
	member_text(object, "uri", device->uri);
	member_text(object, "name", device->name);
	member_text(object, "detail", device->detail);
	member_bool(object, "usable", device->usable);
	member_text(object, "remedy", device->remedy);
	if (device->driver.name[0])
		add_driver(object, &device->driver);
	return object;
}

static void print_devices(FILE *to, const struct weir_device *devices, size_t n)
{
	struct json_object *object = line_begin("devices"), *list = member_array(object, "devices");

	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, device_object(&devices[i]));
	line_end(to, object);
}

static void print_device_change(FILE *to, bool added, const struct weir_device *device)
{
	struct json_object *object = line_begin("event");

	member_text(object, "event", added ? "added" : "removed");
	json_object_object_add(object, "device", device_object(device));
	line_end(to, object);
}

static struct json_object *finding_object(const struct weir_finding *finding)
{
	static const char *const verdicts[] = {
		[WEIR_WORKS] = "works",
		[WEIR_WORKS_WITH] = "works_with",
		[WEIR_MISSING] = "missing",
	};
	struct json_object *object = json_object_new_object();

	member_text(object, "about", finding->about);
	member_text(object, "ability", finding->ability);
	member_text(object, "verdict", verdicts[finding->verdict]);
	member_text(object, "detail", finding->detail);
	member_text(object, "cost", finding->cost);
	member_text(object, "remedy", finding->remedy);
	return object;
}

static void print_findings(FILE *to, const struct weir_finding *findings, size_t n)
{
	struct json_object *object = line_begin("doctor"), *list = member_array(object, "findings");

	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, finding_object(&findings[i]));
	line_end(to, object);
}

static struct json_object *size_object(const struct weir_source_size *size)
{
	struct json_object *object = json_object_new_object(), *list;

	member_number(object, "min_width", size->min_width);
	member_number(object, "min_height", size->min_height);
	member_number(object, "max_width", size->max_width);
	member_number(object, "max_height", size->max_height);
	member_number(object, "step_width", size->step_width);
	member_number(object, "step_height", size->step_height);
	member_real(object, "slowest_fps", rate_of(size->slowest));
	member_real(object, "fastest_fps", rate_of(size->fastest));
	list = member_array(object, "rates_fps");
	for (size_t i = 0; i < size->n_rates; i++)
		json_object_array_add(list, real_object(rate_of(size->rates[i])));
	return object;
}

static void add_formats(struct json_object *object, const struct weir_source_info *info)
{
	struct json_object *formats = member_array(object, "formats");

	for (size_t i = 0; i < info->n_formats; i++) {
		const struct weir_source_format *f = &info->formats[i];
		struct json_object *format = json_object_new_object(), *sizes;

		member_text(format, "name", f->format->name);
		member_text(format, "title", f->format->title);
		sizes = member_array(format, "sizes");
		for (size_t j = 0; j < f->n_sizes; j++)
			json_object_array_add(sizes, size_object(&f->sizes[j]));
		json_object_array_add(formats, format);
	}
}

static void add_controls(struct json_object *object, const struct weir_source_info *info)
{
	struct json_object *controls = member_array(object, "controls");

	for (size_t i = 0; i < info->n_controls; i++) {
		struct json_object *control = json_object_new_object();

		member_text(control, "name", info->controls[i].name);
		member_text(control, "value", info->controls[i].value);
		member_text(control, "range", info->controls[i].range);
		json_object_array_add(controls, control);
	}
}

static void add_abilities(struct json_object *object, const struct weir_source_info *info)
{
	struct json_object *abilities = member_array(object, "abilities");

	for (size_t i = 0; i < info->n_abilities; i++) {
		struct json_object *ability = json_object_new_object();

		member_text(ability, "name", info->abilities[i].name);
		member_bool(ability, "works", info->abilities[i].works);
		member_text(ability, "detail", info->abilities[i].detail);
		json_object_array_add(abilities, ability);
	}
}

static void print_source(
	FILE *to, const struct weir_source_info *info, const struct weir_video *video)
{
	struct json_object *object = line_begin("source");

	member_text(object, "uri", info->uri);
	member_text(object, "name", info->name);
	member_text(object, "driver", info->driver);
	member_bool(object, "live", info->live);
	member_video(member_object(object, "delivers"), video);
	add_formats(object, info);
	add_controls(object, info);
	add_abilities(object, info);
	line_end(to, object);
}

static struct json_object *hop_object(const struct weir_plan_hop *hop)
{
	static const char *const kinds[] = { "source", "stage", "sink" };
	static const char *const memories[] = { "same", "view", "copy", "device", "converted" };
	struct json_object *object = json_object_new_object();

	member_text(object, "kind", kinds[hop->kind]);
	member_text(object, "name", hop->name);
	member_text(object, "memory", memories[hop->memory]);
	member_text(object, "reason", hop->reason);
	member_video(object, &hop->video);
	member_number(object, "bytes_copied", hop->bytes_copied);
	member_number(object, "bytes_converted", hop->bytes_converted);
	member_number(object, "from", hop->from);
	member_bool(object, "may_copy", hop->may_copy);
	if (hop->kind == WEIR_HOP_SINK)
		member_number(object, "budget", hop->budget);
	return object;
}

static void print_plan(FILE *to, const struct weir_plan *plan)
{
	struct json_object *object = line_begin("plan"), *list;

	member_text(object, "source", plan->hops[0].name);
	member_video(object, &plan->video);
	member_text(object, "memory", plan->memory);
	member_text(object, "loop", plan->loop);
	member_number(object, "slots", plan->slots);
	member_number(object, "slot_bytes", plan->slot_bytes);
	member_number(object, "private_slots", plan->private_slots);
	member_number(object, "bytes_copied", plan->bytes_copied);
	member_number(object, "bytes_converted", plan->bytes_converted);
	list = member_array(object, "hops");
	for (size_t i = 0; i < plan->n_hops; i++)
		json_object_array_add(list, hop_object(&plan->hops[i]));
	list = member_array(object, "choices");
	for (size_t i = 0; i < plan->n_choices; i++) {
		struct json_object *choice = json_object_new_object();

		member_text(choice, "what", plan->choices[i].what);
		member_text(choice, "name", plan->choices[i].name);
		member_bool(choice, "chosen", plan->choices[i].chosen);
		member_text(choice, "reason", plan->choices[i].reason);
		json_object_array_add(list, choice);
	}
	line_end(to, object);
}

static const struct output printer = {
	.devices = print_devices,
	.device_change = print_device_change,
	.findings = print_findings,
	.source = print_source,
	.plan = print_plan,
	.summary = json_summary,
	.event = json_event,
};

const struct output *const json_output = &printer;
