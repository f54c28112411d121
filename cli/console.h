/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CLI_CONSOLE_H
#define WEIR_CLI_CONSOLE_H

#include <pthread.h>
#include <stdbool.h>

#include <weir/log.h>

/* Everything that goes to stderr: the library's log, the program's own messages and the live status
 * line, which gives way to the others. Any thread may write; each line is one write(). */
struct console {
	struct weir_log log; /* for the library's settings; never NULL, so it writes through here */
	pthread_mutex_t mutex;
	bool terminal;
	bool colour;
	unsigned status_columns; /* that the live status covers now */
	_Atomic unsigned errors; /* lines written at WEIR_LOG_ERROR */
};

/* Takes the level from WEIR_LOG. 0, or -EINVAL when that is no level; the console works then too.
 */
int console_init(struct console *console);
void console_finish(struct console *console);

/* One line about what was asked for and will not happen. */
void console_error(struct console *console, const char *format, ...) WEIR_PRINTF(2, 3);

/* One line that is no error; not under --quiet. */
void console_note(struct console *console, const char *text);

/* The library says why something failed; should it not have (no error line since `errors` was
 * read), this says what failed and with which error. */
void console_failed(struct console *console, unsigned errors, const char *what, int error);

/* Replaces the live status by `text` (ASCII, cut to the terminal's width); NULL takes it away. */
void console_status(struct console *console, const char *text);

#endif
