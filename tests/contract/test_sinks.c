/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every sink of the library does what core/sink.h says. A new sink adds its row. */

#include "tests/contract/suites.h"

#include <fcntl.h>
#include <unistd.h>

static const char *const null[] = { "null", NULL };
static const char *const verify[] = { "verify", NULL };
static const char *const pipe_sink[] = { "-", NULL };
static const char *const http[] = { NULL }; /* takes nothing unwatched: tests/http */
static const char *const display[] = { NULL }; /* none here: tests/fake/test_display.c */

/* Standard output goes elsewhere meanwhile. */
static int saved = -1, reader = -1;

static void enter_stdout(enum suite_mode mode)
{
	int ends[2] = { -1, -1 };

	fflush(stdout);
	saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	assert_true(saved >= 0);
	if (mode == SUITE_FLOWS) {
		ends[1] = open("/dev/null", O_WRONLY | O_CLOEXEC);
	} else {
		assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	}
	assert_int_equal(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
	close(ends[1]);
	if (mode == SUITE_STUCK)
		reader = ends[0];
	else if (ends[0] >= 0)
		close(ends[0]);
}

static void leave_stdout(void)
{
	dup2(saved, STDOUT_FILENO);
	close(saved);
	if (reader >= 0)
		close(reader);
	saved = reader = -1;
}

int main(void)
{
	static const struct suite_sink sinks[] = {
		{ "null", null, NULL, NULL },
		{ "verify", verify, NULL, NULL },
		{ "-", pipe_sink, enter_stdout, leave_stdout },
		{ "display", display, NULL, NULL },
		{ "http", http, NULL, NULL },
		{ NULL, NULL, NULL, NULL },
	};

	return weir_suite_sinks(sinks);
}
