/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/json.h"

#include <inttypes.h>
#include <string.h>

#define US 1000.0

/* Runs once for each frame: no json-c here, it allocates. */
static void print_frame(FILE *to, const struct weir_frame_info *info)
{
	fprintf(to,
		"{\"type\":\"frame\",\"sequence\":%" PRIu64 ",\"timestamp_ns\":%" PRIu64
		",\"arrived_ns\":%" PRIu64 ",\"bytes\":%" PRIu32 ",\"slot\":%" PRIu32
		",\"generation\":%" PRIu32 ",\"corrupt\":%s,\"discontinuity\":%s}\n",
		info->sequence, info->timestamp_ns, info->arrived_ns, info->bytes_used, info->slot,
		info->generation, info->flags & WEIR_FRAME_CORRUPT ? "true" : "false",
		info->flags & WEIR_FRAME_DISCONT ? "true" : "false");
}

/* May come once for each frame, too. The name is one of the library's: it needs no escapes. */
static void print_measured(FILE *to, const struct weir_event *event)
{
	fprintf(to,
		"{\"type\":\"event\",\"schema\":%d,\"event\":\"measured\",\"stage\":%u,\"name\":\"%"
		"s\","
		"\"value\":%.6f,\"sequence\":%" PRIu64 ",\"timestamp_ns\":%" PRIu64 "}\n",
		SUMMARY_SCHEMA, event->stage, event->stage_name, event->value,
		event->info->sequence, event->info->timestamp_ns);
}

static void add_error(struct json_object *object, int error)
{
	member_text(object, "error", error ? strerror(-error) : NULL);
}

void json_event(FILE *to, const struct weir_event *event, const char *sink)
{
	static const char *const names[] = {
		[WEIR_EVENT_PLANNED] = "planned",
		[WEIR_EVENT_STARTED] = "started",
		[WEIR_EVENT_FRAME] = "frame",
		[WEIR_EVENT_LOST] = "lost",
		[WEIR_EVENT_SINK_FAILED] = "sink_failed",
		[WEIR_EVENT_SOURCE_ENDED] = "source_ended",
		[WEIR_EVENT_STOPPED] = "stopped",
	};
	struct json_object *object;

	if (event->type == WEIR_EVENT_FRAME) {
		print_frame(to, event->info);
		return;
	}
	if (event->type == WEIR_EVENT_MEASURED) {
		print_measured(to, event);
		return;
	}
	object = line_begin("event");
	member_text(object, "event", names[event->type]);
	add_error(object, event->error);
	if (event->type == WEIR_EVENT_SINK_FAILED)
		member_text(object, "sink", sink);
	if (event->type == WEIR_EVENT_LOST)
		member_number(object, "count", event->count);
	if (event->type == WEIR_EVENT_LOST && event->info)
		member_number(object, "before_sequence", event->info->sequence);
	member_text(object, "text", event->text);
	line_end(to, object);
}

static void add_latency(
	struct json_object *object, const char *name, const struct weir_latency *latency)
{
	struct json_object *child = member_object(object, name);

	member_real(child, "p50", (double)latency->p50 / US);
	member_real(child, "p99", (double)latency->p99 / US);
	member_real(child, "max", (double)latency->max / US);
}

static struct json_object *sink_object(const struct weir_sink_ledger *sink)
{
	struct json_object *object = json_object_new_object(), *reasons, *figures;

	member_text(object, "uri", sink->uri);
	member_number(object, "delivered", sink->delivered);
	member_number(object, "dropped", sink->dropped);
	reasons = member_object(object, "drop_reasons");
	for (int i = WEIR_DROP_NONE + 1; i < WEIR_N_DROPS; i++)
		if (sink->drops[i])
			member_number(reasons, weir_drop_name((enum weir_drop)i), sink->drops[i]);
	member_number(object, "pending", sink->pending);
	member_number(object, "bytes", sink->bytes);
	member_number(object, "zero_copy_sends", sink->zero_copy_sends);
	member_number(object, "kernel_copied_sends", sink->kernel_copied_sends);
	member_number(object, "copied_bytes", sink->copied_bytes);
	member_number(object, "user_copied_bytes", sink->user_copied_bytes);
	member_number(object, "held_max", sink->held_max);
	add_latency(object, "latency_us", &sink->latency);
	add_latency(object, "added_us", &sink->added);
	figures = member_object(object, "figures");
	for (size_t i = 0; i < sink->n_figures; i++)
		member_real(figures, sink->figures[i].name, sink->figures[i].value);
	member_text(object, "verdict", sink->verdict);
	add_error(object, sink->error);
	return object;
}

static void add_sinks(struct json_object *object, const struct weir_ledger *ledger)
{
	struct json_object *sinks = member_array(object, "sinks");

	for (size_t i = 0; i < ledger->n_sinks; i++)
		json_object_array_add(sinks, sink_object(&ledger->sinks[i]));
}

static void add_reason(struct json_object *reasons, const char *name, const char *why)
{
	char text[512];

	snprintf(text, sizeof(text), "%s: %s", name, why);
	json_object_array_add(reasons, json_object_new_string(text));
}

static void add_conversions(struct json_object *copies, const struct summary *summary)
{
	const struct weir_ledger *ledger = &summary->ledger;
	struct json_object *list;

	member_number(copies, "converted_bytes", ledger->converted_bytes);
	list = member_array(copies, "conversions");
	for (size_t i = 0; i < ledger->n_conversions; i++) {
		struct json_object *one = json_object_new_object();

		member_text(one, "stage", ledger->conversions[i].name);
		member_number(one, "frames", ledger->conversions[i].frames);
		member_number(one, "bytes", ledger->conversions[i].bytes);
		json_object_array_add(list, one);
	}
}

static void add_copies(struct json_object *object, const struct summary *summary)
{
	struct json_object *copies = member_object(object, "copies"), *reasons;

	member_number(copies, "user_bytes", summary->ledger.user_copied_bytes);
	member_number(copies, "kernel_bytes", summary->ledger.kernel_copied_bytes);
	member_number(copies, "source_bytes", summary->ledger.source_copied_bytes);
	member_number(copies, "planned_per_frame", summary->plan->bytes_copied);
	member_number(copies, "per_frame", (uint64_t)summary_copied_per_frame(&summary->ledger));
	add_conversions(copies, summary);
	reasons = member_array(copies, "reasons");
	for (size_t i = 0; i < summary->plan->n_hops; i++) {
		const char *why = summary_copy_reason(summary, i);

		if (why)
			add_reason(reasons, summary->plan->hops[i].name, why);
	}
}

static void add_memory(struct json_object *object, const struct weir_memory_report *memory)
{
	struct json_object *child = member_object(object, "memory");

	member_text(child, "kind", memory->kind);
	member_number(child, "slots", memory->slots);
	member_number(child, "private_slots", memory->private_slots);
	member_number(child, "slab_bytes", memory->slab_bytes);
	member_number(child, "locked_bytes", memory->locked_bytes);
	member_bool(child, "registered", memory->registered);
	member_text(child, "lock", memory->lock);
}

static void add_frames(struct json_object *object, const struct weir_ledger *ledger)
{
	struct json_object *frames = member_object(object, "frames");

	member_number(frames, "captured", ledger->captured);
	member_number(frames, "lost_by_device", ledger->lost_by_device);
	member_number(frames, "corrupt", ledger->corrupt);
}

static void add_cost(struct json_object *object, const struct weir_ledger *ledger)
{
	struct json_object *faults = member_object(object, "faults");

	member_number(faults, "minor", ledger->minor_faults);
	member_number(faults, "major", ledger->major_faults);
	member_number(object, "cache_syncs", ledger->cache_syncs);
	/* None: nothing was measured of what follows. */
	member_number(object, "steady_frames", ledger->steady_frames);
	member_real(object, "syscalls_per_frame",
		summary_ratio(ledger->syscalls, ledger->steady_frames));
	member_real(object, "cpu_us_per_frame",
		summary_ratio(ledger->cpu_ns, ledger->steady_frames) / US);
}

void json_summary(FILE *to, const struct summary *summary)
{
	const struct weir_ledger *ledger = &summary->ledger;
	struct json_object *object = line_begin("summary");

	member_text(object, "source", summary->source);
	member_video(object, &summary->plan->video);
	/* Measured, in the place of the nominal rate. */
	member_real(object, "fps", summary_rate(ledger));
	member_real(object, "duration_s", (double)ledger->duration_ns / 1e9);
	add_frames(object, ledger);
	add_sinks(object, ledger);
	add_copies(object, summary);
	add_memory(object, &summary->memory);
	add_cost(object, ledger);
	add_latency(object, "latency_us", &ledger->latency);
	member_bool(object, "reconciled", !summary->wrong);
	add_error(object, summary->error);
	line_end(to, object);
}
