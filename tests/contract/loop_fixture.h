/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_LOOP_FIXTURE_H
#define WEIR_TESTS_LOOP_FIXTURE_H

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/checked.h"
#include "core/clock.h"
#include "core/loop.h"

/* One suite, run on every backend that works here. */

#define MS 1000000ull

/* Long enough for a loaded machine under valgrind; no passing test waits that long. */
#define GIVE_UP_NS (20000 * MS)

struct fixture {
	const char *backend;
	struct weir_loop *loop;
	struct weir_timer give_up;
	bool gave_up;
};

static void quiet(void *data, enum weir_log_level level, const char *line)
{
	(void)data;
	(void)level;
	(void)line;
}

static const struct weir_log quiet_log = { .level = WEIR_LOG_ERROR, .write = quiet };

static void give_up(struct weir_timer *timer)
{
	struct fixture *fixture = timer->data;

	fixture->gave_up = true;
	weir_loop_stop(fixture->loop);
}

/* Runs until a callback stops the loop. */
static void run(struct fixture *fixture)
{
	fixture->give_up = (struct weir_timer){ .fired = give_up, .data = fixture };
	assert_int_equal(
		weir_loop_arm(fixture->loop, &fixture->give_up, weir_now_ns() + GIVE_UP_NS), 0);
	assert_int_equal(weir_loop_run(fixture->loop), 0);
	weir_loop_disarm(fixture->loop, &fixture->give_up);
	assert_false(fixture->gave_up);
}

static void stop_fired(struct weir_timer *timer)
{
	weir_loop_stop(timer->data);
}

/* Runs for a time, however little happens. */
static inline void run_for(struct fixture *fixture, uint64_t ns)
{
	struct weir_timer stop = { .fired = stop_fired, .data = fixture->loop };

	assert_int_equal(weir_loop_arm(fixture->loop, &stop, weir_now_ns() + ns), 0);
	run(fixture);
}

static int open_loop(const char *backend, unsigned entries, struct weir_loop **out)
{
	const struct weir_loop_settings settings = {
		.log = &quiet_log,
		.backend = backend,
		.entries = entries,
	};

	return weir_loop_open(&settings, out);
}

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture)
		return -1;
	fixture->backend = *state;
	*state = fixture;
	return open_loop(fixture->backend, 0, &fixture->loop);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	/* What a failed test left active lay on its stack. */
	if (!fixture->gave_up)
		weir_loop_close(&fixture->loop);
	free(fixture);
	return 0;
}

static int run_on_backend(const struct CMUnitTest *tests, size_t count, const char *backend)
{
	struct CMUnitTest *named = calloc(count, sizeof(*named));
	int failed;

	for (size_t i = 0; i < count; i++) {
		named[i] = tests[i];
		named[i].setup_func = set_up;
		named[i].teardown_func = tear_down;
		named[i].initial_state = (void *)(uintptr_t)backend;
	}
	failed = _cmocka_run_group_tests(backend, named, count, NULL, NULL);
	free(named);
	return failed;
}

static int run_on_each_backend(const struct CMUnitTest *tests, size_t count)
{
	int failed = 0;

	for (const char *const *name = weir_loop_backends; *name; name++) {
		struct weir_loop *loop = NULL;
		int r = open_loop(*name, 0, &loop);

		weir_loop_close(&loop);
		if (r < 0 && strcmp(*name, "epoll") != 0)
			print_message("SKIPPED on %s: %s\n", *name, strerror(-r));
		else
			failed += run_on_backend(tests, count, *name);
	}
	return failed;
}

#endif
