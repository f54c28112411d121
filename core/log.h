/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_LOG_H
#define WEIR_CORE_LOG_H

#include <stddef.h>

#include <weir/log.h>

/* Writes one line if the log's level wants it; `log` may be NULL (stderr, default level). The line
 * is formatted on the stack and cut at WEIR_LOG_LINE; control characters become '?'. errno is
 * kept. */
#define WEIR_LOG_LINE 512

void weir_log(const struct weir_log *log, enum weir_log_level level, const char *format, ...)
	WEIR_PRINTF(3, 4);

/* Whether a line of that level would be written: to skip work that only makes text. */
int weir_log_wants(const struct weir_log *log, enum weir_log_level level);

#define weir_error(log, ...) weir_log(log, WEIR_LOG_ERROR, __VA_ARGS__)
#define weir_warn(log, ...)  weir_log(log, WEIR_LOG_WARN, __VA_ARGS__)
#define weir_info(log, ...)  weir_log(log, WEIR_LOG_INFO, __VA_ARGS__)
#define weir_debug(log, ...) weir_log(log, WEIR_LOG_DEBUG, __VA_ARGS__)

/* "Permission denied (EACCES)" for -EACCES or EACCES, into a buffer of the caller's. Thread-safe.
 */
#define WEIR_ERRNO_TEXT 96
const char *weir_errno_text(int error, char text[WEIR_ERRNO_TEXT]);

/* What the user can do about a limit that was hit, or NULL where the error does not say. */
const char *weir_errno_remedy(int error);

/* "what: text; remedy" as an error, for calls that fail for nothing but a limit. */
void weir_error_errno(const struct weir_log *log, const char *what, int error);

/* For an answer with a reason: "what: text" goes into `why`, and the error is handed back. */
int weir_because(char *why, size_t size, const char *what, int error);

/* For asking quietly: errors become that reason, the last one of them, and nothing is written. */
struct weir_reason {
	char *why;
	size_t size;
};
struct weir_log weir_log_as_reason(struct weir_reason *reason);

/* Text from outside for a line: in quotes, its end cut off when it is long. */
#define WEIR_QUOTED 72
const char *weir_quote(const char *text, char quoted[WEIR_QUOTED]);

#endif
