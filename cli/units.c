/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/units.h"

#include <inttypes.h>
#include <stdio.h>

const char *units_bytes(uint64_t bytes, char out[UNITS_LENGTH])
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double value = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(out, UNITS_LENGTH, "%" PRIu64 " bytes", bytes);
		return out;
	}
	while (value >= 1024 && unit < sizeof(units) / sizeof(units[0]) - 1) {
		value /= 1024;
		unit++;
	}
	snprintf(out, UNITS_LENGTH, "%.2f %s", value, units[unit]);
	return out;
}

const char *units_rate(struct weir_rate rate, char out[UNITS_LENGTH])
{
	if (rate.den == 0)
		snprintf(out, UNITS_LENGTH, "at a rate of its own");
	else if (rate.num == 0)
		snprintf(out, UNITS_LENGTH, "as fast as the sinks take frames");
	else if (rate.num % rate.den == 0)
		snprintf(out, UNITS_LENGTH, "%" PRIu32 " fps", rate.num / rate.den);
	else
		snprintf(out, UNITS_LENGTH, "%.2f fps", (double)rate.num / rate.den);
	return out;
}

const char *units_time(uint64_t ns, char out[UNITS_LENGTH])
{
	double value = (double)ns;

	if (ns < 1000)
		snprintf(out, UNITS_LENGTH, "%" PRIu64 " ns", ns);
	else if (ns < 1000000)
		snprintf(out, UNITS_LENGTH, "%.1f µs", value / 1e3);
	else if (ns < 1000000000)
		snprintf(out, UNITS_LENGTH, "%.2f ms", value / 1e6);
	else
		snprintf(out, UNITS_LENGTH, "%.2f s", value / 1e9);
	return out;
}

const char *units_video(const struct weir_video *video, char out[UNITS_LENGTH])
{
	char rate[UNITS_LENGTH], stride[24] = "";

	if (video->stride)
		snprintf(stride, sizeof(stride), ", stride %" PRIu32, video->stride);
	snprintf(out, UNITS_LENGTH, "%.16s %" PRIu32 "x%" PRIu32 "%s, %.40s",
		video->format ? video->format->name : "any format", video->width, video->height,
		stride, units_rate(video->rate, rate));
	return out;
}
