/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <weir/ledger.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static const char *const drop_names[WEIR_N_DROPS] = {
	[WEIR_DROP_NONE] = "none",
	[WEIR_DROP_BUDGET] = "budget",
	[WEIR_DROP_REPLACED] = "replaced",
	[WEIR_DROP_STAGE] = "stage",
	[WEIR_DROP_CORRUPT] = "corrupt",
	[WEIR_DROP_FAILED] = "failed",
	[WEIR_DROP_STOPPED] = "stopped",
	[WEIR_DROP_BUSY] = "busy",
	[WEIR_DROP_UNWANTED] = "unwanted",
};

const char *weir_drop_name(enum weir_drop reason)
{
	return (unsigned)reason < WEIR_N_DROPS ? drop_names[reason] : "unknown";
}

static uint64_t sum_of_drops(const struct weir_sink_ledger *sink)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < WEIR_N_DROPS; i++)
		sum += sink->drops[i];
	return sum;
}

/* "budget 5 + replaced 2", or "no reason". */
static void list_drops(const struct weir_sink_ledger *sink, char *text, size_t size)
{
	size_t used = 0;

	snprintf(text, size, "no reason");
	for (unsigned i = 0; i < WEIR_N_DROPS && used < size; i++)
		if (sink->drops[i])
			used += (size_t)snprintf(text + used, size - used, "%s%s %" PRIu64,
				used ? " + " : "", drop_names[i], sink->drops[i]);
}

static int reconcile_sink(const struct weir_ledger *ledger, size_t index, char *why, size_t size)
{
	const struct weir_sink_ledger *sink = &ledger->sinks[index];
	const char *uri = sink->uri ? sink->uri : "no name";
	char reasons[256];

	if (ledger->captured != sink->delivered + sink->dropped + sink->pending) {
		snprintf(why, size,
			"sink %zu (%s): captured %" PRIu64 " != delivered %" PRIu64
			" + dropped %" PRIu64 " + pending %" PRIu64,
			index + 1, uri, ledger->captured, sink->delivered, sink->dropped,
			sink->pending);
		return -EPROTO;
	}
	if (sink->dropped != sum_of_drops(sink)) {
		list_drops(sink, reasons, sizeof(reasons));
		snprintf(why, size, "sink %zu (%s): dropped %" PRIu64 " != %s", index + 1, uri,
			sink->dropped, reasons);
		return -EPROTO;
	}
	return 0;
}

int weir_ledger_reconcile(const struct weir_ledger *ledger, char *why, size_t size)
{
	int error = 0;

	if (ledger->n_sinks > WEIR_MAX_SINKS) {
		snprintf(why, size, "%zu sinks, but a pipeline has at most %d", ledger->n_sinks,
			WEIR_MAX_SINKS);
		return -EPROTO;
	}
	for (size_t i = 0; !error && i < ledger->n_sinks; i++)
		error = reconcile_sink(ledger, i, why, size);
	return error;
}
