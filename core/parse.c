/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/uri.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/checked.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/scan.h"

static bool scan_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	return weir_scan_u64(&text, out) == 0 && !*text && *out >= min && *out <= max;
}

int weir_parse_u64(const char *what, const char *text, uint64_t min, uint64_t max,
	const struct weir_log *log, uint64_t *out)
{
	char quoted[WEIR_QUOTED];
	uint64_t value;

	if (!scan_number(text, min, max, &value)) {
		weir_error(log, "%s: %s is not a whole number from %" PRIu64 " to %" PRIu64, what,
			weir_quote(text, quoted), min, max);
		return -EINVAL;
	}
	*out = value;
	return 0;
}

int weir_parse_u32(const char *what, const char *text, uint32_t min, uint32_t max,
	const struct weir_log *log, uint32_t *out)
{
	uint64_t value;
	int error = weir_parse_u64(what, text, min, max, log, &value);

	if (!error)
		*out = (uint32_t)value;
	return error;
}

int weir_parse_bool(const char *what, const char *text, const struct weir_log *log, int *out)
{
	static const char *const words[] = { "0", "1", "off", "on", "no", "yes", "false", "true" };
	char quoted[WEIR_QUOTED];

	for (size_t i = 0; i < WEIR_COUNT(words); i++)
		if (weir_is_word(text, strlen(text), words[i])) {
			*out = i & 1;
			return 0;
		}
	weir_error(log, "%s: %s is neither on nor off", what, weir_quote(text, quoted));
	return -EINVAL;
}

int weir_parse_size(const char *what, const char *text, const struct weir_log *log, uint32_t *width,
	uint32_t *height)
{
	char quoted[WEIR_QUOTED];
	int error = weir_size_parse(text, width, height);

	weir_quote(text, quoted);
	if (error == -ERANGE)
		weir_error(log, "%s: %s is out of range; frames are %dx%d to %dx%d", what, quoted,
			WEIR_MIN_SIZE, WEIR_MIN_SIZE, WEIR_MAX_SIZE, WEIR_MAX_SIZE);
	else if (error)
		weir_error(log, "%s: %s is not a size like 1280x720", what, quoted);
	return error ? -EINVAL : 0;
}

int weir_parse_rate(
	const char *what, const char *text, const struct weir_log *log, struct weir_rate *out)
{
	char quoted[WEIR_QUOTED];
	int error = weir_rate_parse(text, out);

	weir_quote(text, quoted);
	if (error == -ERANGE)
		weir_error(log, "%s: %s frames a second are out of range", what, quoted);
	else if (error)
		weir_error(log, "%s: %s is not a frame rate like 30, 29.97 or 30000/1001", what,
			quoted);
	return error ? -EINVAL : 0;
}

static const char *nearest_format(const char *text)
{
	const char *names[128];
	size_t count = weir_format_count();

	if (count > WEIR_COUNT(names) - 1)
		count = WEIR_COUNT(names) - 1;
	for (size_t i = 0; i < count; i++)
		names[i] = weir_format_at(i)->name;
	names[count] = NULL;
	return weir_nearest(text, names);
}

int weir_parse_format(const char *what, const char *text, const struct weir_log *log,
	const struct weir_format **out)
{
	const struct weir_format *format = weir_format_by_name(text);
	char quoted[WEIR_QUOTED];
	const char *nearest;

	if (format) {
		*out = format;
		return 0;
	}
	nearest = nearest_format(text);
	weir_quote(text, quoted);
	if (nearest)
		weir_error(
			log, "%s: unknown format %s: did you mean \"%s\"?", what, quoted, nearest);
	else
		weir_error(log,
			"%s: unknown format %s; YUYV, NV12, XR24, RGB565, GREY and MJPEG are some",
			what, quoted);
	return -EINVAL;
}

static bool scan_seconds(const char *text, uint64_t *ns)
{
	struct weir_decimal decimal;

	return weir_scan_decimal(&text, &decimal) == 0 && !*text &&
	       weir_mul(decimal.whole, WEIR_NS_PER_S, ns) &&
	       weir_add(*ns, decimal.fraction * (WEIR_NS_PER_S / decimal.scale), ns) &&
	       *ns <= INT64_MAX;
}

int weir_parse_seconds(
	const char *what, const char *text, const struct weir_log *log, uint64_t *out_ns)
{
	char quoted[WEIR_QUOTED];
	uint64_t ns;

	if (!scan_seconds(text, &ns)) {
		weir_error(log, "%s: %s is not a number of seconds like 10 or 1.5", what,
			weir_quote(text, quoted));
		return -EINVAL;
	}
	*out_ns = ns;
	return 0;
}

int weir_parse_word(const char *what, const char *text, const char *const *words,
	const struct weir_log *log, unsigned *out)
{
	char quoted[WEIR_QUOTED], suggestion[WEIR_SUGGESTION];

	for (unsigned i = 0; words[i]; i++)
		if (weir_is_word(text, strlen(text), words[i])) {
			*out = i;
			return 0;
		}
	weir_error(log, "%s: unknown word %s%s", what, weir_quote(text, quoted),
		weir_suggest(text, words, suggestion));
	return -EINVAL;
}
