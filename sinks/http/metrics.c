/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include <weir/ledger.h>

#include "core/checked.h"
#include "sinks/http/server.h"

/* The run in Prometheus' text format. */

static void about(struct weir_http_text *text, const char *name, const char *type, const char *help)
{
	weir_http_text_print(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void one(struct weir_http_text *text, const char *name, const char *type, const char *help,
	uint64_t value)
{
	about(text, name, type, help);
	weir_http_text_print(text, "%s %" PRIu64 "\n", name, value);
}

/* Nanoseconds as seconds, whatever the locale's decimal point. */
static void seconds(struct weir_http_text *text, uint64_t ns)
{
	weir_http_text_print(text, "%" PRIu64 ".%09" PRIu64 "\n", ns / 1000000000, ns % 1000000000);
}

static void latency(struct weir_http_text *text, const struct weir_latency *values)
{
	static const char name[] = "weir_latency_seconds";

	about(text, name, "gauge", "From the driver's timestamp to the last sink's hand-over.");
	weir_http_text_print(text, "%s{quantile=\"0.5\"} ", name);
	seconds(text, values->p50);
	weir_http_text_print(text, "%s{quantile=\"0.99\"} ", name);
	seconds(text, values->p99);
	weir_http_text_print(text, "%s{quantile=\"1\"} ", name);
	seconds(text, values->max);
}

/* ---- of each sink ---- */

static uint64_t delivered(const struct weir_sink_ledger *sink)
{
	return sink->delivered;
}

static uint64_t bytes(const struct weir_sink_ledger *sink)
{
	return sink->bytes;
}

static uint64_t pending(const struct weir_sink_ledger *sink)
{
	return sink->pending;
}

static uint64_t copied(const struct weir_sink_ledger *sink)
{
	return sink->copied_bytes + sink->user_copied_bytes;
}

static uint64_t zero_copy(const struct weir_sink_ledger *sink)
{
	return sink->zero_copy_sends;
}

static const struct {
	const char *name, *type, *help;
	uint64_t (*value)(const struct weir_sink_ledger *sink);
} rows[] = {
	{ "weir_sink_delivered_frames_total", "counter", "Frames that reached the sink.",
		delivered },
	{ "weir_sink_bytes_total", "counter", "Bytes of the frames delivered.", bytes },
	{ "weir_sink_pending_frames", "gauge", "Frames that the sink holds.", pending },
	{ "weir_sink_copied_bytes_total", "counter", "Bytes copied on the sink's behalf.", copied },
	{ "weir_sink_zero_copy_sends_total", "counter", "Sends that copied nothing.", zero_copy },
};

static void sample(struct weir_http_text *text, const char *name,
	const struct weir_sink_ledger *sink, const char *reason, uint64_t value)
{
	weir_http_text_print(text, "%s{sink=", name);
	weir_http_text_label(text, sink->uri);
	if (reason)
		weir_http_text_print(text, ",reason=\"%s\"", reason);
	weir_http_text_print(text, "} %" PRIu64 "\n", value);
}

static void drops(struct weir_http_text *text, const struct weir_ledger *ledger)
{
	static const char name[] = "weir_sink_dropped_frames_total";

	about(text, name, "counter", "Frames that did not reach the sink.");
	for (size_t i = 0; i < ledger->n_sinks; i++)
		for (int j = WEIR_DROP_NONE + 1; j < WEIR_N_DROPS; j++)
			sample(text, name, &ledger->sinks[i], weir_drop_name((enum weir_drop)j),
				ledger->sinks[i].drops[j]);
}

static void sinks(struct weir_http_text *text, const struct weir_ledger *ledger)
{
	for (size_t row = 0; row < WEIR_COUNT(rows); row++) {
		about(text, rows[row].name, rows[row].type, rows[row].help);
		for (size_t i = 0; i < ledger->n_sinks; i++)
			sample(text, rows[row].name, &ledger->sinks[i], NULL,
				rows[row].value(&ledger->sinks[i]));
	}
	drops(text, ledger);
}

/* ---- all of it ---- */

static void run_of(struct weir_http_text *text, const struct weir_ledger *ledger)
{
	one(text, "weir_captured_frames_total", "counter", "Frames that the source issued.",
		ledger->captured);
	one(text, "weir_lost_frames_total", "counter", "Gaps in the device's sequence.",
		ledger->lost_by_device);
	one(text, "weir_corrupt_frames_total", "counter", "Frames that the device marked damaged.",
		ledger->corrupt);
	one(text, "weir_user_copied_bytes_total", "counter", "Bytes that weir copied.",
		ledger->user_copied_bytes);
	one(text, "weir_converted_bytes_total", "counter", "Bytes that stages made.",
		ledger->converted_bytes);
	one(text, "weir_kernel_copied_bytes_total", "counter", "Bytes copied on our behalf.",
		ledger->kernel_copied_bytes);
	one(text, "weir_cache_syncs_total", "counter", "DMA_BUF_IOCTL_SYNC calls.",
		ledger->cache_syncs);
	about(text, "weir_duration_seconds", "gauge", "From the first frame to the last one.");
	weir_http_text_print(text, "weir_duration_seconds ");
	seconds(text, ledger->duration_ns);
	latency(text, &ledger->latency);
	sinks(text, ledger);
}

void weir_http_metrics(const struct weir_http_server *server, struct weir_http_text *text)
{
	const struct weir_http_counts *counts = &server->counts;
	unsigned viewers, clients;
	struct weir_ledger ledger;

	weir_http_count(server, &viewers, &clients);
	if (server->host.run) {
		server->host.run->ledger(server->host.data, &ledger);
		run_of(text, &ledger);
	}
	one(text, "weir_http_clients", "gauge", "Connections.", clients);
	one(text, "weir_http_viewers", "gauge", "Connections that watch.", viewers);
	one(text, "weir_http_requests_total", "counter", "Requests.", counts->requests);
	one(text, "weir_http_refused_total", "counter", "Requests answered with an error.",
		counts->refused);
	one(text, "weir_http_pictures_total", "counter", "Pictures sent to viewers.",
		counts->pictures);
	one(text, "weir_http_lagged_total", "counter", "Pictures sent on from a copy.",
		counts->lagged);
	one(text, "weir_http_thrown_out_total", "counter", "Clients that took too long.",
		counts->thrown_out);
}
