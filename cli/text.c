/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/output.h"

#include <inttypes.h>
#include <string.h>

#include "cli/text.h"
#include "cli/units.h"

static const char *const device_kinds[] = {
	[WEIR_DEVICE_CAMERA] = "camera",
	[WEIR_DEVICE_DISPLAY] = "display",
	[WEIR_DEVICE_MEMORY] = "memory",
};

static int longest_uri(const struct weir_device *devices, size_t n)
{
	size_t longest = 0;

	for (size_t i = 0; i < n; i++)
		if (strlen(devices[i].uri) > longest)
			longest = strlen(devices[i].uri);
	return (int)longest;
}

static void print_devices(FILE *to, const struct weir_device *devices, size_t n)
{
	int width = longest_uri(devices, n);

	for (size_t i = 0; i < n; i++) {
		const struct weir_device *d = &devices[i];

		fprintf(to, "%-8s %-*s  %s%s%s\n", device_kinds[d->kind], width, d->uri, d->name,
			*d->detail ? ", " : "", d->detail);
		if (!d->usable)
			fprintf(to, "%-8s %-*s  not usable: %s\n", "", width, "", d->remedy);
	}
}

static void print_device_change(FILE *to, bool added, const struct weir_device *device)
{
	fprintf(to, "%c ", added ? '+' : '-');
	print_devices(to, device, 1);
}

static void print_rates(FILE *to, struct weir_rate slow, struct weir_rate fast)
{
	char slowest[UNITS_LENGTH], fastest[UNITS_LENGTH];
	bool any_slow = slow.num < slow.den / 100, any_fast = fast.num == 0;

	units_rate(slow, slowest);
	units_rate(fast, fastest);
	if (any_slow && any_fast)
		fputs("any rate", to);
	else if (any_fast)
		fprintf(to, "%s and faster", slowest);
	else if (any_slow)
		fprintf(to, "up to %s", fastest);
	else if (strcmp(slowest, fastest) == 0)
		fputs(slowest, to);
	else
		fprintf(to, "%s to %s", slowest, fastest);
}

static void print_size(FILE *to, const struct weir_source_size *size)
{
	fprintf(to, "    %" PRIu32 "x%" PRIu32, size->min_width, size->min_height);
	if (size->max_width != size->min_width || size->max_height != size->min_height)
		fprintf(to, " to %" PRIu32 "x%" PRIu32, size->max_width, size->max_height);
	if (size->step_width > 1 || size->step_height > 1)
		fprintf(to, " in steps of %" PRIu32 "x%" PRIu32, size->step_width,
			size->step_height);
	fputs(", ", to);
	print_rates(to, size->slowest, size->fastest);
	fputc('\n', to);
}

static void print_formats(FILE *to, const struct weir_source_info *info)
{
	fputs("formats\n", to);
	for (size_t i = 0; i < info->n_formats; i++) {
		const struct weir_source_format *f = &info->formats[i];

		fprintf(to, "  %s  %s\n", f->format->name, f->format->title);
		for (size_t j = 0; j < f->n_sizes; j++)
			print_size(to, &f->sizes[j]);
	}
}

static void print_source(
	FILE *to, const struct weir_source_info *info, const struct weir_video *video)
{
	char text[UNITS_LENGTH];

	fprintf(to, "%s\n  %s, driver %s, %s\n  delivers %s\n", info->uri, info->name, info->driver,
		info->live ? "live" : "waits for its sinks", units_video(video, text));
	print_formats(to, info);
	if (info->n_controls)
		fputs("controls\n", to);
	for (size_t i = 0; i < info->n_controls; i++)
		fprintf(to, "  %s=%s  (%s)\n", info->controls[i].name, info->controls[i].value,
			info->controls[i].range);
	if (info->n_abilities)
		fputs("memory\n", to);
	for (size_t i = 0; i < info->n_abilities; i++)
		fprintf(to, "  %-9s %s  %s\n", info->abilities[i].name,
			info->abilities[i].works ? "yes" : "no ", info->abilities[i].detail);
}

const struct output text_output = {
	.devices = print_devices,
	.device_change = print_device_change,
	.findings = text_findings,
	.source = print_source,
	.plan = text_plan,
	.summary = text_summary,
};
