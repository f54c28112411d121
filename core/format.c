/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <weir/format.h>

#include <string.h>

#include "core/format_table.h"
#include "core/scan.h"

size_t weir_format_count(void)
{
	return weir_n_formats;
}

const struct weir_format *weir_format_at(size_t index)
{
	return index < weir_n_formats ? &weir_formats[index] : NULL;
}

static bool has_name(const struct weir_format *format, const char *name)
{
	const char *alias = format->aliases;

	if (weir_is_word(format->name, strlen(format->name), name))
		return true;
	while (*alias) {
		size_t length = strcspn(alias, " ");

		if (weir_is_word(alias, length, name))
			return true;
		alias += length;
		alias += *alias == ' ';
	}
	return false;
}

const struct weir_format *weir_format_by_name(const char *name)
{
	for (size_t i = 0; i < weir_n_formats; i++)
		if (has_name(&weir_formats[i], name))
			return &weir_formats[i];
	return NULL;
}

const struct weir_format *weir_format_by_drm(uint32_t fourcc)
{
	for (size_t i = 0; fourcc && i < weir_n_formats; i++)
		if (weir_formats[i].drm == fourcc)
			return &weir_formats[i];
	return NULL;
}

const struct weir_format *weir_format_by_v4l2(uint32_t pixelformat)
{
	for (size_t i = 0; pixelformat && i < weir_n_formats; i++)
		if (weir_formats[i].v4l2 == pixelformat ||
			weir_formats[i].v4l2_mplane == pixelformat)
			return &weir_formats[i];
	return NULL;
}
