/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/nearest.h"

#define MAX_CPU     1023 /* what sched_setaffinity's fixed mask can name */
#define MAX_KINDS   16
#define MAX_SECONDS 1000000000u

#define RUNS (COMMAND_CAPTURE | COMMAND_EXPLAIN | COMMAND_RECEIVE)
#define ALL  (RUNS | COMMAND_LIST | COMMAND_INFO | COMMAND_DOCTOR)

/* Decimal digits and nothing else: strtoull alone takes signs and spaces. */
static int parse_digits(const char *text, uint64_t *out)
{
	char *end = NULL;
	unsigned long long value;

	if (!*text || strspn(text, "0123456789") != strlen(text))
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno)
		return -ERANGE;
	*out = value;
	return 0;
}

static int parse_number(const struct given *given, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t value;

	if (parse_digits(given->value, &value) == 0 && value >= min && value <= max) {
		*out = value;
		return 0;
	}
	console_error(given->console, "%s %s: not a number from %llu to %llu", given->what,
		given->value, (unsigned long long)min, (unsigned long long)max);
	return -EINVAL;
}

/* "10", "1.5" or ".5", with up to nine decimals. */
static int parse_seconds(const char *text, uint64_t *out_ns)
{
	const char *point = strchr(text, '.');
	uint64_t whole = 0, part = 0, unit = 1000000000;
	char digits[16] = "0";
	size_t length = point ? (size_t)(point - text) : strlen(text);

	if (length >= sizeof(digits) || (length == 0 && !point))
		return -EINVAL;
	if (length > 0)
		memcpy(digits, text, length);
	if (parse_digits(digits, &whole) < 0 || whole > MAX_SECONDS)
		return -EINVAL;
	if (point) {
		if (strlen(point + 1) > 9 || parse_digits(point + 1, &part) < 0)
			return -EINVAL;
		for (const char *p = point + 1; *p; p++)
			unit /= 10;
	}
	*out_ns = whole * 1000000000 + part * unit;
	return *out_ns > 0 ? 0 : -EINVAL;
}

static int set_size(struct options *options, const struct given *given)
{
	int err = weir_size_parse(given->value, &options->wanted.width, &options->wanted.height);

	if (err == -ERANGE)
		console_error(given->console, "%s %s: frames are from %ux%u to %ux%u", given->what,
			given->value, WEIR_MIN_SIZE, WEIR_MIN_SIZE, WEIR_MAX_SIZE, WEIR_MAX_SIZE);
	else if (err < 0)
		console_error(given->console, "%s %s: not a size such as 1280x720", given->what,
			given->value);
	return err < 0 ? -EINVAL : 0;
}

static int set_format(struct options *options, const struct given *given)
{
	const struct weir_format *format = weir_format_by_name(given->value);
	struct nearest nearest = { .word = given->value };

	if (format) {
		options->wanted.format = format;
		return 0;
	}
	for (size_t i = 0; i < weir_format_count(); i++)
		nearest_try(&nearest, weir_format_at(i)->name);
	if (nearest.best)
		console_error(given->console, "%s %s: no such format; did you mean %s?",
			given->what, given->value, nearest.best);
	else
		console_error(given->console,
			"%s %s: no such format; weir info SOURCE shows what there is", given->what,
			given->value);
	return -EINVAL;
}

static int set_rate(struct options *options, const struct given *given)
{
	int err = weir_rate_parse(given->value, &options->wanted.rate);

	if (err < 0)
		console_error(given->console,
			"%s %s: not a rate such as 30, 29.97, 30000/1001, or 0 for no pacing",
			given->what, given->value);
	return err < 0 ? -EINVAL : 0;
}

static int set_buffers(struct options *options, const struct given *given)
{
	uint64_t n;
	int err = parse_number(given, 1, WEIR_MAX_BUFFERS, &n);

	if (err == 0)
		options->pipeline.buffers = (unsigned)n;
	return err;
}

static int set_count(struct options *options, const struct given *given)
{
	return parse_number(given, 1, INT64_MAX, &options->pipeline.max_frames);
}

static int set_time(struct options *options, const struct given *given)
{
	int err = parse_seconds(given->value, &options->pipeline.max_ns);

	if (err < 0)
		console_error(given->console,
			"%s %s: not a time in seconds such as 10 or 0.5, up to %u", given->what,
			given->value, MAX_SECONDS);
	return err;
}

static int set_control(struct options *options, const struct given *given)
{
	const char *equals = strchr(given->value, '=');

	if (!equals || equals == given->value || !equals[1]) {
		console_error(given->console, "%s %s: not of the form CONTROL=VALUE", given->what,
			given->value);
		return -EINVAL;
	}
	options->controls.item[options->controls.n++] = given->value;
	return 0;
}

static void refuse_word(const struct given *given, const char *const *words)
{
	char list[128] = "";
	size_t used = 0;

	for (size_t i = 0; words[i] && used < sizeof(list); i++)
		used += (size_t)snprintf(
			list + used, sizeof(list) - used, "%s%s", i ? ", " : "", words[i]);
	console_error(given->console, "%s %s: there is none; there are %s", given->what,
		given->value, list);
}

/* One of `words`, ended by NULL. */
static int parse_word(const struct given *given, const char *const *words, const char **out)
{
	struct nearest nearest = { .word = given->value };

	for (size_t i = 0; words[i]; i++) {
		if (strcmp(words[i], given->value) == 0) {
			*out = words[i];
			return 0;
		}
		nearest_try(&nearest, words[i]);
	}
	if (nearest.best)
		console_error(given->console, "%s %s: there is none; did you mean %s?", given->what,
			given->value, nearest.best);
	else
		refuse_word(given, words);
	return -EINVAL;
}

static int set_memory(struct options *options, const struct given *given)
{
	const char *kinds[MAX_KINDS + 2] = { "auto" }, *summary;

	for (size_t i = 0; i < MAX_KINDS; i++)
		kinds[i + 1] = weir_memory_kind_at(i, &summary);
	return parse_word(given, kinds, &options->pipeline.memory);
}

static int set_loop(struct options *options, const struct given *given)
{
	static const char *const loops[] = { "auto", "uring", "sqpoll", "epoll", NULL };

	return parse_word(given, loops, &options->pipeline.loop);
}

static int set_zero_copy(struct options *options, const struct given *given)
{
	(void)given;
	options->pipeline.require_zero_copy = true;
	return 0;
}

static int set_realtime(struct options *options, const struct given *given)
{
	uint64_t priority;
	int err = parse_number(given, 1, 99, &priority);

	if (err == 0)
		options->pipeline.realtime_priority = (int)priority;
	return err;
}

static int set_cpu(struct options *options, const struct given *given)
{
	uint64_t cpu;
	int err = parse_number(given, 0, MAX_CPU, &cpu);

	if (err == 0)
		options->pipeline.cpus = 1 + (int)cpu;
	return err;
}

static int set_no_lock(struct options *options, const struct given *given)
{
	(void)given;
	options->pipeline.no_lock = true;
	return 0;
}

static int add_text(struct words *words, const struct given *given)
{
	if (!*given->value) {
		console_error(given->console, "%s '': the value is empty", given->what);
		return -EINVAL;
	}
	words->item[words->n++] = given->value;
	return 0;
}

static int add_sink(struct options *options, const struct given *given)
{
	if (options->sinks.n == WEIR_MAX_SINKS) {
		console_error(given->console, "%s %s: there can be %u sinks at most", given->what,
			given->value, WEIR_MAX_SINKS);
		return -EINVAL;
	}
	return add_text(&options->sinks, given);
}

static int add_stage(struct options *options, const struct given *given)
{
	return add_text(&options->stages, given);
}

static int set_sdp(struct options *options, const struct given *given)
{
	if (!*given->value) {
		console_error(given->console, "%s '': the value is empty", given->what);
		return -EINVAL;
	}
	options->sdp = given->value;
	return 0;
}

static int set_json(struct options *options, const struct given *given)
{
	(void)given;
	options->json = true;
	return 0;
}

static int set_frames(struct options *options, const struct given *given)
{
	(void)given;
	options->frames = true;
	return 0;
}

static int set_watch(struct options *options, const struct given *given)
{
	(void)given;
	options->watch = true;
	return 0;
}

static int set_no_reconnect(struct options *options, const struct given *given)
{
	(void)given;
	options->no_reconnect = true;
	return 0;
}

static int set_quiet(struct options *options, const struct given *given)
{
	(void)given;
	options->verbosity = -1;
	return 0;
}

static int set_verbose(struct options *options, const struct given *given)
{
	(void)given;
	options->verbosity = options->verbosity < 1 ? 1 : 2;
	return 0;
}

static int set_help(struct options *options, const struct given *given)
{
	(void)given;
	options->help = true;
	return 0;
}

/* clang-format off */
const struct option_row option_rows[] = {
	{ 's', "size",    "WxH",     "size of the frames",                        RUNS, set_size },
	{ 'f', "format",  "FOURCC",  "pixel format: YUYV, UYVY, NV12, XR24 ...",  RUNS, set_format },
	{ 'r', "rate",    "FPS",     "frames a second; 0: as fast as the sinks take them",
		RUNS, set_rate },
	{ 'b', "buffers", "BUFFERS", "frames of memory, 1 to 32 (4)",             RUNS, set_buffers },
	{ 'n', "count",   "COUNT",   "stop after so many frames",                 RUNS, set_count },
	{ 't', "time",    "SECONDS", "stop after so long",                        RUNS, set_time },
	{ 0,   "set",     "CONTROL=VALUE", "set a control of the camera; repeatable",
		RUNS, set_control },
	{ 0,   "to",      "SINK",    "where frames go; repeatable (null)",        RUNS, add_sink },
	{ 0,   "stage",   "STAGE",   "a step on the way; repeatable, in order",   RUNS, add_stage },
	{ 0,   "sdp",     "FILE",    "write the session description of the first rtp sink",
		RUNS, set_sdp },
	{ 0,   "memory",  "KIND",    "kind of frame memory; weir explain shows them (auto)",
		RUNS, set_memory },
	{ 0,   "loop",    "LOOP",    "event loop: uring, sqpoll, epoll (auto)",   RUNS, set_loop },
	{ 0,   "require-zero-copy", NULL, "refuse to copy a frame",               RUNS, set_zero_copy },
	{ 0,   "rt",      "PRIO",    "real-time priority, 1 to 99",               RUNS, set_realtime },
	{ 0,   "cpu",     "N",       "run on that CPU",                           RUNS, set_cpu },
	{ 0,   "no-lock", NULL,      "do not lock frame memory into RAM",         RUNS, set_no_lock },
	{ 0,   "no-reconnect", NULL, "end when the camera is unplugged, not wait for it",
		RUNS, set_no_reconnect },
	{ 0,   "watch",   NULL,      "go on, and print what comes and goes",
		COMMAND_LIST, set_watch },
	{ 0,   "json",    NULL,      "print JSON on stdout",                      ALL,  set_json },
	{ 0,   "frames",  NULL,      "with --json: a line for each frame",        RUNS, set_frames },
	{ 'q', "quiet",   NULL,      "errors only",                               ALL,  set_quiet },
	{ 'v', "verbose", NULL,      "say what is chosen and why; twice: more",   ALL,  set_verbose },
	{ 'h', "help",    NULL,      "show this",                                 ALL,  set_help },
};
/* clang-format on */

const size_t n_option_rows = sizeof(option_rows) / sizeof(option_rows[0]);
