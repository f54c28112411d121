/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "cli/units.h"

static void print_frames(FILE *to, const struct summary *summary)
{
	const struct weir_ledger *ledger = &summary->ledger;
	char video[UNITS_LENGTH];

	fprintf(to, "source    %s: %s\n", summary->source,
		units_video(&summary->plan->video, video));
	fprintf(to,
		"frames    %" PRIu64 " captured in %.2f s, %.2f fps; %" PRIu64
		" lost by the device, %" PRIu64 " corrupt\n",
		ledger->captured, (double)ledger->duration_ns / 1e9, summary_rate(ledger),
		ledger->lost_by_device, ledger->corrupt);
}

static void print_drops(FILE *to, const struct weir_sink_ledger *sink)
{
	const char *before = " (";

	fprintf(to, ", %" PRIu64 " dropped", sink->dropped);
	for (int i = WEIR_DROP_NONE + 1; i < WEIR_N_DROPS; i++) {
		if (sink->drops[i] == 0)
			continue;
		fprintf(to, "%s%s %" PRIu64, before, weir_drop_name((enum weir_drop)i),
			sink->drops[i]);
		before = ", ";
	}
	if (sink->dropped > 0)
		fputc(')', to);
}

static void print_ending(FILE *to, const struct weir_sink_ledger *sink)
{
	if (sink->error == -EPIPE)
		fputs("; its reader left", to);
	else if (sink->error)
		fprintf(to, "; failed: %s", strerror(-sink->error));
	if (sink->verdict)
		fprintf(to, "\nverdict   %s", sink->verdict);
}

/* A sink among others has a latency of its own. */
static void print_sink(FILE *to, const struct weir_sink_ledger *sink, bool among_others)
{
	char bytes[UNITS_LENGTH], median[UNITS_LENGTH], added[UNITS_LENGTH];

	fprintf(to, "sink      %s: %" PRIu64 " delivered, %s", sink->uri, sink->delivered,
		units_bytes(sink->bytes, bytes));
	print_drops(to, sink);
	fprintf(to, "; held %" PRIu64 " at most", sink->held_max);
	if (sink->pending > 0)
		fprintf(to, "; %" PRIu64 " still pending", sink->pending);
	if (among_others && sink->latency.count > 0)
		fprintf(to, "; latency %s median, %s of it added",
			units_time(sink->latency.p50, median), units_time(sink->added.p50, added));
	print_ending(to, sink);
	fputc('\n', to);
}

static void print_times(FILE *to, const char *name, const struct weir_latency *latency)
{
	char p50[UNITS_LENGTH], p99[UNITS_LENGTH], max[UNITS_LENGTH];

	if (latency->count > 0)
		fprintf(to, "%s%s median, %s p99, %s max", name, units_time(latency->p50, p50),
			units_time(latency->p99, p99), units_time(latency->max, max));
}

static void print_latency(FILE *to, const struct weir_ledger *ledger)
{
	if (!ledger->latency.count)
		return;
	print_times(to, "latency   ", &ledger->latency);
	if (ledger->n_sinks == 1)
		print_times(to, "; added by weir ", &ledger->sinks[0].added);
	fputc('\n', to);
}

static void print_copies(FILE *to, const struct summary *summary)
{
	const struct weir_ledger *ledger = &summary->ledger;
	char user[UNITS_LENGTH], kernel[UNITS_LENGTH];

	if (ledger->user_copied_bytes == 0 && ledger->kernel_copied_bytes == 0)
		fprintf(to, "copies    none, %s",
			summary->plan->bytes_copied ? "though some were planned" : "as planned");
	else
		fprintf(to,
			"copies    %s by weir, %s by the kernel: %.0f bytes a frame, planned "
			"%" PRIu64,
			units_bytes(ledger->user_copied_bytes, user),
			units_bytes(ledger->kernel_copied_bytes, kernel),
			summary_copied_per_frame(ledger), summary->plan->bytes_copied);
	for (size_t i = 0; i < summary->plan->n_hops; i++) {
		const char *reason = summary_copy_reason(summary, i);

		if (reason)
			fprintf(to, "; %s: %s", summary->plan->hops[i].name, reason);
	}
	fputc('\n', to);
}

static void print_conversions(FILE *to, const struct weir_ledger *ledger)
{
	char bytes[UNITS_LENGTH];

	for (size_t i = 0; i < ledger->n_conversions; i++)
		fprintf(to, "%s%s: %" PRIu64 " frames, %s", i ? "; " : "converted ",
			ledger->conversions[i].name, ledger->conversions[i].frames,
			units_bytes(ledger->conversions[i].bytes, bytes));
	if (ledger->n_conversions)
		fputc('\n', to);
}

static void print_memory(FILE *to, const struct weir_memory_report *memory)
{
	char bytes[UNITS_LENGTH];

	if (!memory->kind)
		return;
	fprintf(to, "memory    %s, %u slots, %s%s; %s\n", memory->kind, memory->slots,
		units_bytes(memory->slab_bytes, bytes),
		memory->registered ? ", registered with io_uring" : "",
		memory->lock ? memory->lock : "not locked");
}

static void print_cost(FILE *to, const struct weir_ledger *ledger)
{
	if (!ledger->steady_frames) {
		fputs("cost      not measured: the run ended before it was steady\n", to);
		return;
	}
	fprintf(to,
		"cost      %.2f µs CPU and %.3f system calls a frame; page faults %" PRIu64
		" minor, %" PRIu64 " major; %" PRIu64 " cache syncs\n",
		summary_ratio(ledger->cpu_ns, ledger->steady_frames) / 1e3,
		summary_ratio(ledger->syscalls, ledger->steady_frames), ledger->minor_faults,
		ledger->major_faults, ledger->cache_syncs);
}

void text_summary(FILE *to, const struct summary *summary)
{
	print_frames(to, summary);
	for (size_t i = 0; i < summary->ledger.n_sinks; i++)
		print_sink(to, &summary->ledger.sinks[i], summary->ledger.n_sinks > 1);
	print_latency(to, &summary->ledger);
	print_copies(to, summary);
	print_conversions(to, &summary->ledger);
	print_memory(to, &summary->memory);
	print_cost(to, &summary->ledger);
}
