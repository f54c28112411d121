/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_SUITES_H
#define WEIR_TESTS_SUITES_H

#include <stddef.h>

#include "tests/contract/stand.h"

/* What every source and every sink of a registry table must do, whoever wrote it. A test names
 * each backend's URIs in a small table and runs the suite; a backend of the registry that the test
 * does not name fails it. WEIR_TEST_LOOP names the loop to run on. */

struct suite_source {
	const char *scheme;
	const char *const *uris; /* ended by NULL; sources without an end */
};

/* The number of tests that failed. `named` ends with a row without a scheme. */
int weir_suite_sources(const struct suite_source *named);

/* The surroundings that a sink is tried in. */
enum suite_mode {
	SUITE_FLOWS, /* whatever it sends is taken */
	SUITE_STUCK, /* nobody takes it */
	SUITE_BROKEN /* the other end is gone */
};

struct suite_sink {
	const char *scheme;
	const char *const *uris; /* ended by NULL */

	/* Makes the surroundings before the sink is opened, and takes them away. NULL: the sink has
	 * none and cannot break. */
	void (*enter)(enum suite_mode mode);
	void (*leave)(void);
};

int weir_suite_sinks(const struct suite_sink *named);

#endif
