/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/checked.h"
#include "core/scan.h"

static const struct {
	const char *name, *prefix;
} levels[] = {
	[WEIR_LOG_SILENT + 1] = { "silent", "" },
	[WEIR_LOG_DEFAULT + 1] = { "default", "" },
	[WEIR_LOG_ERROR + 1] = { "error", "error: " },
	[WEIR_LOG_WARN + 1] = { "warn", "warning: " },
	[WEIR_LOG_INFO + 1] = { "info", "" },
	[WEIR_LOG_DEBUG + 1] = { "debug", "debug: " },
};

const char *weir_log_level_name(enum weir_log_level level)
{
	bool known = level >= WEIR_LOG_SILENT && level <= WEIR_LOG_DEBUG;

	return known ? levels[level + 1].name : NULL;
}

int weir_log_level_parse(const char *name, enum weir_log_level *out)
{
	for (int i = 0; i < (int)WEIR_COUNT(levels); i++)
		if (weir_is_word(name, strlen(name), levels[i].name)) {
			*out = (enum weir_log_level)(i - 1);
			return 0;
		}
	return -EINVAL;
}

static enum weir_log_level wanted_level(const struct weir_log *log)
{
	enum weir_log_level level = log ? log->level : WEIR_LOG_DEFAULT;
	const char *named;

	if (level == WEIR_LOG_DEFAULT && (named = getenv("WEIR_LOG")))
		weir_log_level_parse(named, &level);
	return level == WEIR_LOG_DEFAULT ? WEIR_LOG_WARN : level;
}

int weir_log_wants(const struct weir_log *log, enum weir_log_level level)
{
	return level >= WEIR_LOG_ERROR && level <= wanted_level(log);
}

/* Lines carry text from outside; it shall neither end the line nor steer a terminal. */
static void make_printable(char *line)
{
	for (; *line; line++)
		if ((unsigned char)*line < ' ' || *line == 0x7f)
			*line = '?';
}

/* One write, so that lines of several threads and processes do not mix. */
static void write_stderr(enum weir_log_level level, const char *line)
{
	char text[WEIR_LOG_LINE + 24];
	int length = snprintf(text, sizeof(text), "weir: %s%s\n", levels[level + 1].prefix, line);
	ssize_t written;

	do
		written = write(STDERR_FILENO, text, (size_t)length);
	while (written < 0 && errno == EINTR);
}

void weir_log(const struct weir_log *log, enum weir_log_level level, const char *format, ...)
{
	int saved = errno;
	char line[WEIR_LOG_LINE];
	va_list args;
	int length;

	if (!weir_log_wants(log, level))
		return;
	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (length >= (int)sizeof(line))
		memcpy(line + sizeof(line) - sizeof("..."), "...", sizeof("..."));
	make_printable(line);
	if (log && log->write)
		log->write(log->data, level, line);
	else
		write_stderr(level, line);
	errno = saved;
}

const char *weir_errno_text(int error, char text[WEIR_ERRNO_TEXT])
{
	int number = error < 0 && error > -4096 ? -error : error;
	const char *name = strerrorname_np(number);

	if (name)
		snprintf(text, WEIR_ERRNO_TEXT, "%s (%s)", strerrordesc_np(number), name);
	else
		snprintf(text, WEIR_ERRNO_TEXT, "error %d", number);
	return text;
}

const char *weir_errno_remedy(int error)
{
	switch (error < 0 ? -error : error) {
	case EMFILE:
		return "raise the limit of open files (ulimit -n, LimitNOFILE=)";
	case ENFILE:
		return "raise sysctl fs.file-max";
	case EFBIG:
		return "raise the limit of file sizes (ulimit -f, LimitFSIZE=)";
	default:
		return NULL;
	}
}

void weir_error_errno(const struct weir_log *log, const char *what, int error)
{
	const char *remedy = weir_errno_remedy(error);
	char text[WEIR_ERRNO_TEXT];

	weir_error(log, "%s: %s%s%s", what, weir_errno_text(error, text), remedy ? "; " : "",
		remedy ? remedy : "");
}

int weir_because(char *why, size_t size, const char *what, int error)
{
	char text[WEIR_ERRNO_TEXT];

	snprintf(why, size, "%s: %s", what, weir_errno_text(error, text));
	return error;
}

static void take_reason(void *data, enum weir_log_level level, const char *line)
{
	struct weir_reason *reason = data;

	(void)level;
	snprintf(reason->why, reason->size, "%s", line);
}

struct weir_log weir_log_as_reason(struct weir_reason *reason)
{
	return (struct weir_log){ .level = WEIR_LOG_ERROR, .write = take_reason, .data = reason };
}

const char *weir_quote(const char *text, char quoted[WEIR_QUOTED])
{
	int room = WEIR_QUOTED - (int)sizeof("\"...\"");
	const char *cut = strnlen(text, (size_t)room + 1) > (size_t)room ? "..." : "";

	snprintf(quoted, WEIR_QUOTED, "\"%.*s%s\"", room, text, cut);
	return quoted;
}
