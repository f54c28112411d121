/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/http/server.h"

#include <weir/ledger.h>
#include <weir/pipeline.h>
#include <weir/plan.h>
#include <weir/source.h>

/* The run as JSON, in the names that `weir capture --json` has for it. */

#define SCHEMA 1
#define US     1000.0

static void latency(struct weir_http_text *text, const struct weir_latency *values)
{
	weir_http_text_open(text, "latency_us", '{');
	weir_http_text_number(text, "count", values->count);
	weir_http_text_real(text, "p50", (double)values->p50 / US);
	weir_http_text_real(text, "p99", (double)values->p99 / US);
	weir_http_text_real(text, "max", (double)values->max / US);
	weir_http_text_close(text, '}');
}

static void video(struct weir_http_text *text, const struct weir_video *shown)
{
	weir_http_text_string(text, "format", shown->format ? shown->format->name : NULL);
	weir_http_text_number(text, "width", shown->width);
	weir_http_text_number(text, "height", shown->height);
	weir_http_text_number(text, "stride", shown->stride);
}

static double rate(const struct weir_ledger *ledger)
{
	if (ledger->captured < 2 || !ledger->duration_ns)
		return 0;
	return (double)(ledger->captured - 1) * 1e9 / (double)ledger->duration_ns;
}

static double ratio(uint64_t sum, uint64_t n)
{
	return n ? (double)sum / (double)n : 0;
}

/* ---- the books ---- */

static void sink(struct weir_http_text *text, const struct weir_sink_ledger *books)
{
	weir_http_text_open(text, NULL, '{');
	weir_http_text_string(text, "uri", books->uri);
	weir_http_text_number(text, "delivered", books->delivered);
	weir_http_text_number(text, "dropped", books->dropped);
	weir_http_text_open(text, "drop_reasons", '{');
	for (int i = WEIR_DROP_NONE + 1; i < WEIR_N_DROPS; i++)
		if (books->drops[i])
			weir_http_text_number(
				text, weir_drop_name((enum weir_drop)i), books->drops[i]);
	weir_http_text_close(text, '}');
	weir_http_text_number(text, "pending", books->pending);
	weir_http_text_number(text, "bytes", books->bytes);
	weir_http_text_number(text, "zero_copy_sends", books->zero_copy_sends);
	weir_http_text_number(text, "kernel_copied_sends", books->kernel_copied_sends);
	weir_http_text_number(text, "copied_bytes", books->copied_bytes);
	weir_http_text_number(text, "user_copied_bytes", books->user_copied_bytes);
	weir_http_text_number(text, "held_max", books->held_max);
	weir_http_text_bool(text, "failed", books->error != 0);
	latency(text, &books->latency);
	weir_http_text_close(text, '}');
}

static void books(struct weir_http_text *text, const struct weir_ledger *ledger)
{
	weir_http_text_real(text, "fps", rate(ledger));
	weir_http_text_real(text, "duration_s", (double)ledger->duration_ns / 1e9);
	weir_http_text_open(text, "frames", '{');
	weir_http_text_number(text, "captured", ledger->captured);
	weir_http_text_number(text, "lost_by_device", ledger->lost_by_device);
	weir_http_text_number(text, "corrupt", ledger->corrupt);
	weir_http_text_close(text, '}');
	weir_http_text_open(text, "sinks", '[');
	for (size_t i = 0; i < ledger->n_sinks; i++)
		sink(text, &ledger->sinks[i]);
	weir_http_text_close(text, ']');
	weir_http_text_number(text, "cache_syncs", ledger->cache_syncs);
	weir_http_text_number(text, "steady_frames", ledger->steady_frames);
	weir_http_text_real(
		text, "syscalls_per_frame", ratio(ledger->syscalls, ledger->steady_frames));
	weir_http_text_real(
		text, "cpu_us_per_frame", ratio(ledger->cpu_ns, ledger->steady_frames) / US);
	latency(text, &ledger->latency);
}

static void copies(
	struct weir_http_text *text, const struct weir_ledger *ledger, const struct weir_plan *plan)
{
	weir_http_text_open(text, "copies", '{');
	weir_http_text_number(text, "user_bytes", ledger->user_copied_bytes);
	weir_http_text_number(text, "kernel_bytes", ledger->kernel_copied_bytes);
	weir_http_text_number(text, "source_bytes", ledger->source_copied_bytes);
	weir_http_text_number(text, "planned_per_frame", plan->bytes_copied);
	weir_http_text_number(text, "converted_bytes", ledger->converted_bytes);
	weir_http_text_close(text, '}');
}

static void memory(struct weir_http_text *text, const struct weir_memory_report *report)
{
	weir_http_text_open(text, "memory", '{');
	weir_http_text_string(text, "kind", report->kind);
	weir_http_text_number(text, "slots", report->slots);
	weir_http_text_number(text, "locked_bytes", report->locked_bytes);
	weir_http_text_bool(text, "registered", report->registered);
	weir_http_text_string(text, "lock", report->lock);
	weir_http_text_close(text, '}');
}

/* ---- the plan ---- */

static void hop(struct weir_http_text *text, const struct weir_plan_hop *shown)
{
	static const char *const kinds[] = { "source", "stage", "sink" };
	static const char *const memories[] = { "same", "view", "copy", "device", "converted" };

	weir_http_text_open(text, NULL, '{');
	weir_http_text_string(text, "kind", kinds[shown->kind]);
	weir_http_text_string(text, "name", shown->name);
	weir_http_text_string(text, "memory", memories[shown->memory]);
	video(text, &shown->video);
	weir_http_text_number(text, "bytes_copied", shown->bytes_copied);
	weir_http_text_number(text, "bytes_converted", shown->bytes_converted);
	weir_http_text_number(text, "from", shown->from);
	weir_http_text_bool(text, "may_copy", shown->may_copy);
	weir_http_text_string(text, "reason", shown->reason);
	weir_http_text_number(text, "budget", shown->budget);
	weir_http_text_close(text, '}');
}

static void choice(struct weir_http_text *text, const struct weir_plan_choice *shown)
{
	weir_http_text_open(text, NULL, '{');
	weir_http_text_string(text, "what", shown->what);
	weir_http_text_string(text, "name", shown->name);
	weir_http_text_bool(text, "chosen", shown->chosen != 0);
	weir_http_text_string(text, "reason", shown->reason);
	weir_http_text_close(text, '}');
}

static void plan_of(struct weir_http_text *text, const struct weir_plan *plan)
{
	weir_http_text_open(text, "plan", '{');
	weir_http_text_string(text, "memory", plan->memory);
	weir_http_text_string(text, "loop", plan->loop);
	weir_http_text_number(text, "slots", plan->slots);
	weir_http_text_number(text, "bytes_copied", plan->bytes_copied);
	weir_http_text_number(text, "bytes_converted", plan->bytes_converted);
	weir_http_text_open(text, "hops", '[');
	for (size_t i = 0; i < plan->n_hops; i++)
		hop(text, &plan->hops[i]);
	weir_http_text_close(text, ']');
	weir_http_text_open(text, "choices", '[');
	for (size_t i = 0; i < plan->n_choices; i++)
		choice(text, &plan->choices[i]);
	weir_http_text_close(text, ']');
	weir_http_text_close(text, '}');
}

/* ---- all of it ---- */

static void run_of(const struct weir_http_server *server, struct weir_http_text *text)
{
	const struct weir_sink_run *run = server->host.run;
	void *data = server->host.data;
	const struct weir_plan *plan = run->plan(data);
	struct weir_memory_report report;
	struct weir_ledger ledger;

	run->ledger(data, &ledger);
	run->memory(data, &report);
	weir_http_text_string(text, "source", run->source(data));
	video(text, &plan->video);
	books(text, &ledger);
	copies(text, &ledger, plan);
	memory(text, &report);
	plan_of(text, plan);
}

void weir_http_stats(const struct weir_http_server *server, struct weir_http_text *text)
{
	unsigned viewers, clients;

	weir_http_count(server, &viewers, &clients);
	weir_http_text_open(text, NULL, '{');
	weir_http_text_number(text, "schema", SCHEMA);
	if (server->host.run)
		run_of(server, text);
	weir_http_text_open(text, "http", '{');
	weir_http_text_number(text, "clients", clients);
	weir_http_text_number(text, "viewers", viewers);
	weir_http_text_number(text, "requests", server->counts.requests);
	weir_http_text_number(text, "refused", server->counts.refused);
	weir_http_text_number(text, "pictures", server->counts.pictures);
	weir_http_text_number(text, "lagged", server->counts.lagged);
	weir_http_text_number(text, "thrown_out", server->counts.thrown_out);
	weir_http_text_close(text, '}');
	weir_http_text_close(text, '}');
}

/* ---- controls ---- */

static void control(void *to, const struct weir_source_control *shown)
{
	struct weir_http_text *text = to;

	weir_http_text_open(text, NULL, '{');
	weir_http_text_string(text, "name", shown->name);
	weir_http_text_string(text, "value", shown->value);
	weir_http_text_string(text, "range", shown->range);
	weir_http_text_close(text, '}');
}

int weir_http_controls(const struct weir_http_server *server, struct weir_http_text *text)
{
	int err = 0;

	weir_http_text_open(text, NULL, '{');
	weir_http_text_open(text, "controls", '[');
	if (server->host.run)
		err = server->host.run->controls(server->host.data, control, text);
	weir_http_text_close(text, ']');
	weir_http_text_close(text, '}');
	return err;
}
