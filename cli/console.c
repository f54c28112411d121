/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/console.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/nearest.h"

#define LINE_LENGTH    1024
#define MAX_COLUMNS    240
#define ESCAPES_LENGTH 32

/* stderr is the last resort: there is nobody left to tell when it cannot be written. */
static void put(const char *text, size_t length)
{
	while (length > 0) {
		ssize_t n = write(STDERR_FILENO, text, length);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			text += n;
			length -= (size_t)n;
		}
	}
}

static unsigned terminal_columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return 80;
	return size.ws_col < MAX_COLUMNS ? size.ws_col : MAX_COLUMNS;
}

/* Blanks and not an escape sequence: works on every terminal. */
static void wipe_status(struct console *console)
{
	char blank[MAX_COLUMNS + 2];
	unsigned columns = console->status_columns;

	if (columns == 0)
		return;
	blank[0] = '\r';
	memset(blank + 1, ' ', columns);
	blank[columns + 1] = '\r';
	put(blank, columns + 2);
	console->status_columns = 0;
}

/* What users typed comes back in messages: it must not move the cursor or make two lines of one. */
static void tame(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

static const char *colour_of(enum weir_log_level level)
{
	return level == WEIR_LOG_ERROR ? "\033[31m" : level == WEIR_LOG_WARN ? "\033[33m" : "";
}

static void write_line(void *data, enum weir_log_level level, const char *text)
{
	struct console *console = data;
	const char *colour = console->colour ? colour_of(level) : "";
	const char *reset = *colour ? "\033[0m" : "";
	char tamed[LINE_LENGTH], line[LINE_LENGTH + ESCAPES_LENGTH];

	if (level == WEIR_LOG_ERROR)
		console->errors++;
	snprintf(tamed, sizeof(tamed), "%s", text);
	tame(tamed);
	snprintf(line, sizeof(line), "%sweir:%s %s\n", colour, reset, tamed);

	pthread_mutex_lock(&console->mutex);
	wipe_status(console);
	put(line, strlen(line));
	pthread_mutex_unlock(&console->mutex);
}

static int level_of_environment(struct console *console)
{
	const char *name = getenv("WEIR_LOG");

	if (!name || !*name)
		return 0;
	if (weir_log_level_parse(name, &console->log.level) == 0)
		return 0;

	struct nearest nearest = { .word = name };
	for (int level = WEIR_LOG_ERROR; level <= WEIR_LOG_DEBUG; level++)
		nearest_try(&nearest, weir_log_level_name((enum weir_log_level)level));
	console_error(console, "WEIR_LOG=%s: no such level; %s%s", name,
		nearest.best ? "did you mean " : "it is one of error, warn, info, debug",
		nearest.best ? nearest.best : "");
	return -EINVAL;
}

int console_init(struct console *console)
{
	const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");

	*console = (struct console){
		.log = { .level = WEIR_LOG_DEFAULT, .write = write_line, .data = console },
		.terminal = isatty(STDERR_FILENO),
	};
	console->colour = console->terminal && !(no_colour && *no_colour) && terminal &&
		strcmp(terminal, "dumb") != 0;
	pthread_mutex_init(&console->mutex, NULL);
	return level_of_environment(console);
}

void console_finish(struct console *console)
{
	pthread_mutex_destroy(&console->mutex);
}

void console_error(struct console *console, const char *format, ...)
{
	char text[LINE_LENGTH];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	write_line(console, WEIR_LOG_ERROR, text);
}

void console_note(struct console *console, const char *text)
{
	if (console->log.level != WEIR_LOG_ERROR)
		write_line(console, WEIR_LOG_INFO, text);
}

void console_failed(struct console *console, unsigned errors, const char *what, int error)
{
	if (console->errors == errors)
		console_error(console, "%s: %s", what, strerror(-error));
}

void console_status(struct console *console, const char *text)
{
	char line[MAX_COLUMNS + 2];
	unsigned columns;

	pthread_mutex_lock(&console->mutex);
	if (!text) {
		wipe_status(console);
	} else {
		/* The last column stays free: filling it wraps on some terminals. */
		columns = terminal_columns() - 1;
		snprintf(line, sizeof(line), "\r%-*.*s", (int)columns, (int)columns, text);
		put(line, strlen(line));
		console->status_columns = columns;
	}
	pthread_mutex_unlock(&console->mutex);
}
