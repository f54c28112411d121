/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ledgers that add up, ledgers that do not, and the words for the sum that is off. */
#include <weir/ledger.h>

#include <errno.h>
#include <string.h>

#include "core/checked.h"
#include "tests/unit/cmocka_all.h"

static struct weir_ledger balanced(void)
{
	struct weir_ledger ledger = { .captured = 100, .n_sinks = 2 };

	ledger.sinks[0] = (struct weir_sink_ledger){ .uri = "null", .delivered = 100 };
	ledger.sinks[1] = (struct weir_sink_ledger){ .uri = "verify",
		.delivered = 90,
		.dropped = 8,
		.pending = 2,
		.drops = { [WEIR_DROP_BUDGET] = 5, [WEIR_DROP_REPLACED] = 3 } };
	return ledger;
}

static void adds_up(void **state)
{
	struct weir_ledger ledger = balanced(), nothing = { 0 };
	char why[200] = "untouched";

	(void)state;
	assert_int_equal(weir_ledger_reconcile(&ledger, why, sizeof(why)), 0);
	assert_int_equal(weir_ledger_reconcile(&nothing, why, sizeof(why)), 0);
	assert_int_equal(weir_ledger_reconcile(&ledger, NULL, 0), 0);
	assert_string_equal(why, "untouched");
}

static void assert_why(const struct weir_ledger *ledger, const char *wanted)
{
	char why[200];

	assert_int_equal(weir_ledger_reconcile(ledger, why, sizeof(why)), -EPROTO);
	assert_string_equal(why, wanted);
	assert_int_equal(weir_ledger_reconcile(ledger, NULL, 0), -EPROTO);
}

static void does_not_add_up(void **state)
{
	struct weir_ledger ledger = balanced();

	(void)state;
	ledger.sinks[1].pending = 1;
	assert_why(
		&ledger, "sink 2 (verify): captured 100 != delivered 90 + dropped 8 + pending 1");
	ledger.sinks[0].delivered = 101; /* the first one that is off */
	assert_why(&ledger, "sink 1 (null): captured 100 != delivered 101 + dropped 0 + pending 0");

	ledger = balanced();
	ledger.sinks[1].drops[WEIR_DROP_REPLACED] = 2;
	assert_why(&ledger, "sink 2 (verify): dropped 8 != budget 5 + replaced 2");
	memset(ledger.sinks[1].drops, 0, sizeof(ledger.sinks[1].drops));
	assert_why(&ledger, "sink 2 (verify): dropped 8 != no reason");

	ledger = balanced();
	ledger.sinks[1].uri = NULL;
	ledger.captured = UINT64_MAX;
	ledger.sinks[0].delivered = UINT64_MAX;
	assert_why(&ledger,
		"sink 2 (no name): captured 18446744073709551615 != delivered 90 + dropped "
		"8 + pending 2");
	ledger.n_sinks = WEIR_MAX_SINKS + 1;
	assert_why(&ledger, "17 sinks, but a pipeline has at most 16");
}

static void every_reason_counts(void **state)
{
	(void)state;
	for (int i = 0; i < WEIR_N_DROPS; i++) {
		struct weir_ledger ledger = { .captured = 3, .n_sinks = 1 };

		ledger.sinks[0].dropped = 3;
		ledger.sinks[0].drops[i] = 3;
		assert_int_equal(weir_ledger_reconcile(&ledger, NULL, 0), 0);
		ledger.sinks[0].drops[i] = 4;
		assert_int_equal(weir_ledger_reconcile(&ledger, NULL, 0), -EPROTO);
	}
}

static void small_buffers_are_ended(void **state)
{
	struct weir_ledger ledger = balanced();
	char why[8];

	(void)state;
	ledger.captured++;
	assert_int_equal(weir_ledger_reconcile(&ledger, why, sizeof(why)), -EPROTO);
	assert_string_equal(why, "sink 1 ");
	ledger = balanced();
	for (int i = 0; i < WEIR_N_DROPS; i++)
		ledger.sinks[1].drops[i] = UINT64_MAX - 3; /* all reasons at their longest */
	assert_int_equal(weir_ledger_reconcile(&ledger, why, sizeof(why)), -EPROTO);
}

static void names(void **state)
{
	static const char *const wanted[] = { "none", "budget", "replaced", "stage", "corrupt",
		"failed", "stopped", "busy", "unwanted" };

	(void)state;
	assert_int_equal(WEIR_COUNT(wanted), WEIR_N_DROPS);
	for (int i = 0; i < WEIR_N_DROPS; i++)
		assert_string_equal(weir_drop_name(i), wanted[i]);
	assert_string_equal(weir_drop_name(WEIR_N_DROPS), "unknown");
	assert_string_equal(weir_drop_name(-1), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_up),
		cmocka_unit_test(does_not_add_up),
		cmocka_unit_test(every_reason_counts),
		cmocka_unit_test(small_buffers_are_ended),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
