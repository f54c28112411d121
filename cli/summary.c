/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/output.h"

double summary_ratio(uint64_t a, uint64_t b)
{
	return b ? (double)a / (double)b : 0.0;
}

double summary_rate(const struct weir_ledger *ledger)
{
	/* The time runs from the first frame to the last: n frames have n - 1 intervals. */
	if (ledger->captured < 2)
		return 0.0;
	return 1e9 * summary_ratio(ledger->captured - 1, ledger->duration_ns);
}
