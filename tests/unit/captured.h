/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_CAPTURED_H
#define WEIR_TESTS_CAPTURED_H

#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "tests/unit/cmocka_all.h"

/* A log that remembers its last line and counts them. */
struct captured {
	struct weir_log log;
	int lines;
	char line[WEIR_LOG_LINE];
};

static inline void captured_write(void *data, enum weir_log_level level, const char *line)
{
	struct captured *captured = data;

	(void)level;
	captured->lines++;
	snprintf(captured->line, sizeof(captured->line), "%s", line);
}

static inline void captured_init(struct captured *captured)
{
	*captured = (struct captured){ .log = { WEIR_LOG_DEBUG, captured_write, captured } };
}

/* Exactly one line came since the last call, and it is this one. */
static inline void assert_one_line(struct captured *captured, const char *line)
{
	assert_string_equal(captured->line, line);
	assert_int_equal(captured->lines, 1);
	captured->lines = 0;
	captured->line[0] = '\0';
}

#endif
