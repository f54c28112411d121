/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "capture/pattern/mjpeg.h"
#include "capture/pattern/pattern.h"

static void add_format(struct weir_pattern_source *source, const char *name)
{
	const struct weir_format *format = weir_format_by_name(name);
	size_t i = source->info.n_formats++;
	struct weir_source_size *size = &source->sizes[i];

	*size = (struct weir_source_size){
		.min_width = WEIR_MIN_SIZE,
		.min_height = WEIR_MIN_SIZE,
		.max_width = WEIR_MAX_SIZE,
		.max_height = WEIR_MAX_SIZE,
		.step_width = 1,
		.step_height = 1,
		.slowest = { 1, UINT32_MAX },
		.fastest = { 0, 1 },
	};
	for (unsigned p = 0; p < format->n_planes; p++) {
		if (format->plane[p].block_width > size->step_width)
			size->step_width = format->plane[p].block_width;
		if (format->plane[p].block_height > size->step_height)
			size->step_height = format->plane[p].block_height;
	}
	source->formats[i] = (struct weir_source_format){ format, size, 1 };
}

static void add_formats(struct weir_pattern_source *source)
{
	for (size_t i = 0; weir_canvas_formats[i]; i++)
		add_format(source, weir_canvas_formats[i]);
	if (WEIR_PATTERN_HAS_MJPEG)
		add_format(source, "MJPEG");
}

static void add_ability(struct weir_pattern_source *source, const struct weir_memory_kind *kind)
{
	size_t i = source->info.n_abilities++;

	source->abilities[i] =
		weir_source_ability_of(kind, source->details[i], sizeof(source->details[i]));
}

int weir_pattern_describe(struct weir_source *base, const struct weir_source_info **out)
{
	struct weir_pattern_source *source = (struct weir_pattern_source *)base;

	snprintf(source->title, sizeof(source->title), "test pattern: %s", source->picture->title);
	source->info = (struct weir_source_info){
		.uri = base->uri,
		.name = source->title,
		.driver = "pattern",
		.live = base->live,
		.formats = source->formats,
		.abilities = source->abilities,
	};
	add_formats(source);
	add_ability(source, &weir_memory_slab);
	add_ability(source, &weir_memory_host);
	*out = &source->info;
	return 0;
}
