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

double summary_copied_per_frame(const struct weir_ledger *ledger)
{
	double sum = summary_ratio(
		ledger->user_copied_bytes + ledger->source_copied_bytes, ledger->captured);

	for (size_t i = 0; i < ledger->n_sinks; i++)
		sum += summary_ratio(ledger->sinks[i].copied_bytes, ledger->sinks[i].delivered);
	return sum;
}

const char *summary_copy_reason(const struct summary *summary, size_t hop)
{
	const struct weir_ledger *ledger = &summary->ledger;
	const struct weir_plan_hop *planned = &summary->plan->hops[hop];
	size_t first_sink = summary->plan->n_hops - ledger->n_sinks;
	const struct weir_sink_ledger *sink =
		hop >= first_sink ? &ledger->sinks[hop - first_sink] : NULL;

	if (ledger->user_copied_bytes == 0 && ledger->kernel_copied_bytes == 0)
		return NULL;
	if (planned->memory == WEIR_MEMORY_COPY)
		return planned->reason;
	if (planned->may_copy && (sink ? sink->user_copied_bytes : ledger->private_bytes) > 0)
		return planned->reason;
	if (sink && sink->copied_bytes > 0)
		return "the kernel copied what was meant to go without";
	return NULL;
}
