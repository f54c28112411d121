/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Frame memory is locked where the limit allows it, and a plan can say so in advance. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/slab.h"

static const struct weir_log silent = { .level = WEIR_LOG_SILENT };

static struct weir_slab *make(unsigned slots, size_t bytes)
{
	struct weir_slab_settings settings = {
		.log = &silent, .slots = slots, .frame_bytes = bytes
	};
	struct weir_slab *slab = NULL;

	assert_int_equal(weir_slab_create(&weir_memory_host, &settings, &slab), 0);
	return slab;
}

/* What is said in advance is what comes. */
static bool foresees(const struct weir_slab *slab, unsigned slots, size_t frame_bytes)
{
	struct weir_slab_settings settings = { .slots = slots, .frame_bytes = frame_bytes };
	char verdict[160];
	size_t locked =
		weir_slab_foresee_lock(&weir_memory_host, &settings, 0, verdict, sizeof(verdict));

	return locked == slab->locked_bytes && !strcmp(verdict, slab->lock_verdict);
}

static void assert_unlocked(
	const struct weir_memory_kind *kind, size_t frame_bytes, bool no_lock, const char *expected)
{
	struct weir_slab_settings settings = {
		.slots = 3, .frame_bytes = frame_bytes, .no_lock = no_lock
	};
	char verdict[160];

	assert_int_equal(weir_slab_foresee_lock(kind, &settings, 0, verdict, sizeof(verdict)), 0);
	assert_string_equal(verdict, expected);
}

static void test_locks_are_foreseen(void **state)
{
	struct weir_slab *slab = make(3, 9000);

	(void)state;
	assert_unlocked(&weir_memory_mmap, 9000, false, "kernel memory, never swapped");
	assert_unlocked(&weir_memory_host, 9000, true, "not locked, as asked");
	assert_unlocked(
		&weir_memory_host, SIZE_MAX / 4, false, "not locked: no memory is that large");
	assert_true(!slab->locked_bytes || foresees(slab, 3, 9000));
	weir_slab_unref(&slab);
}

static void test_refused_lock_says_why(void **state)
{
	pid_t child;
	int status = 0;

	(void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
	print_message("skipped: the sanitizers make mlock() do nothing\n");
	skip();
#endif
	child = fork();
	if (child == 0) {
		struct rlimit none = { 0, 0 };
		struct weir_slab *slab;
		bool told;

		/* Root may lock whatever the limit: be somebody else. */
		if (setrlimit(RLIMIT_MEMLOCK, &none) || (geteuid() == 0 && setuid(65534)))
			_exit(77);
		slab = make(2, 100000);
		told = slab->locked_bytes == 0 && strstr(slab->lock_verdict, "LimitMEMLOCK=") &&
		       foresees(slab, 2, 100000);
		weir_slab_unref(&slab);
		_exit(told ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_locks_are_foreseen),
		cmocka_unit_test(test_refused_lock_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
