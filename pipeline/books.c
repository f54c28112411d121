/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/books.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "core/clock.h"
#include "pipeline/pipeline.h"

void weir_books_open(struct weir_books *books)
{
	memset(books, 0, sizeof(*books));
}

struct weir_conversion_books *weir_books_of_conversion(struct weir_books *books, const char *name)
{
	struct weir_conversion_books *last = &books->conversions[WEIR_MAX_CONVERSIONS - 1];

	for (size_t i = 0; i < books->n_conversions; i++)
		if (!strncmp(books->conversions[i].name, name, sizeof(last->name) - 1))
			return &books->conversions[i];
	/* What comes after so many plans shares the last line. */
	if (books->n_conversions == WEIR_MAX_CONVERSIONS)
		return last;
	last = &books->conversions[books->n_conversions++];
	snprintf(last->name, sizeof(last->name), "%s", name);
	return last;
}

void weir_books_warm_up(struct weir_books *books, unsigned slots)
{
	memset(&books->warm, 0, sizeof(books->warm));
	books->warm_at = weir_counter_get(&books->captured) + 2ull * slots;
}

/* ---- of the sinks ---- */

struct weir_sinks_books *weir_sinks_books_create(size_t n)
{
	size_t size = sizeof(struct weir_sinks_books) + n * sizeof(struct weir_sink_books);
	struct weir_sinks_books *books = malloc(size);

	if (!books)
		return NULL;
	/* Touched here, once: a rare latency must not fault in its histogram's page while frames
	 * flow. */
	explicit_bzero(books, size);
	atomic_init(&books->refs, 1);
	books->n = n;
	return books;
}

struct weir_sinks_books *weir_sinks_books_ref(struct weir_sinks_books *books)
{
	atomic_fetch_add_explicit(&books->refs, 1, memory_order_relaxed);
	return books;
}

void weir_sinks_books_unref(struct weir_sinks_books *books)
{
	if (books && atomic_fetch_sub_explicit(&books->refs, 1, memory_order_acq_rel) == 1)
		free(books);
}

void weir_sinks_books_drop(struct weir_sinks_books *books, enum weir_drop reason, uint64_t n)
{
	for (size_t i = 0; i < books->n; i++)
		atomic_fetch_add_explicit(&books->sink[i].drops[reason], n, memory_order_relaxed);
}

void weir_sink_books_read(struct weir_sink_books *books, struct weir_sink_ledger *out)
{
	out->delivered = weir_counter_get(&books->delivered);
	out->dropped = 0;
	for (unsigned i = 0; i < WEIR_N_DROPS; i++) {
		out->drops[i] = weir_counter_get(&books->drops[i]);
		out->dropped += out->drops[i];
	}
	out->pending = atomic_load_explicit(&books->pending, memory_order_relaxed);
	out->bytes = weir_counter_get(&books->bytes);
	out->held_max = weir_counter_get(&books->held_max);
	out->user_copied_bytes = weir_counter_get(&books->copied_bytes);
	weir_histogram_read(&books->latency, &out->latency);
	weir_histogram_read(&books->added, &out->added);
}

/* ---- of the run ---- */

static uint64_t thread_cpu_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * WEIR_NS_PER_S + (uint64_t)used.tv_nsec;
}

void weir_usage_sample(
	struct weir_usage *usage, uint64_t frames, const struct weir_stage_usage *elsewhere)
{
	struct rusage used = { 0 };

	getrusage(RUSAGE_THREAD, &used);
	weir_counter_set(&usage->cpu_ns, thread_cpu_ns() + elsewhere->cpu_ns);
	weir_counter_set(&usage->minor_faults, (uint64_t)used.ru_minflt + elsewhere->minor_faults);
	weir_counter_set(&usage->major_faults, (uint64_t)used.ru_majflt + elsewhere->major_faults);
	weir_counter_set(&usage->syscalls, elsewhere->syscalls);
	weir_counter_set(&usage->frames, frames);
}

static uint64_t grown(const weir_counter *now, const weir_counter *warm)
{
	uint64_t a = weir_counter_get(now), b = weir_counter_get(warm);

	return a > b ? a - b : 0;
}

static void read_usage(const struct weir_books *books, struct weir_ledger *out)
{
	const struct weir_usage *now = &books->now, *warm = &books->warm;

	if (!weir_counter_get(&warm->frames))
		return;
	out->steady_frames = grown(&now->frames, &warm->frames);
	out->minor_faults = grown(&now->minor_faults, &warm->minor_faults);
	out->major_faults = grown(&now->major_faults, &warm->major_faults);
	out->syscalls = grown(&now->syscalls, &warm->syscalls);
	out->cpu_ns = grown(&now->cpu_ns, &warm->cpu_ns);
}

static void read_conversions(const struct weir_books *books, struct weir_ledger *out)
{
	out->n_conversions = books->n_conversions;
	for (size_t i = 0; i < books->n_conversions; i++) {
		const struct weir_conversion_books *from = &books->conversions[i];

		out->conversions[i] = (struct weir_conversion_ledger){
			.name = from->name,
			.frames = weir_counter_get(&from->frames),
			.bytes = weir_counter_get(&from->bytes),
		};
		out->converted_bytes += out->conversions[i].bytes;
	}
}

static void read_sink(struct weir_pipeline *pipeline, size_t index, struct weir_sink_ledger *out)
{
	const struct weir_sink *sink = pipeline->sinks[index];

	if (pipeline->sinks_books)
		weir_sink_books_read(&pipeline->sinks_books->sink[index], out);
	out->uri = sink->uri;
	out->error = pipeline->errors[index];
	out->verdict = pipeline->verdicts[index];
	out->n_figures = pipeline->n_figures[index];
	memcpy(out->figures, pipeline->figures[index], sizeof(out->figures));
	out->zero_copy_sends = weir_counter_get(&sink->zero_copy_sends);
	out->kernel_copied_sends = weir_counter_get(&sink->kernel_copied_sends);
	out->copied_bytes = weir_counter_get(&sink->copied_bytes);
	out->user_copied_bytes += weir_counter_get(&sink->user_copied_bytes);
}

void weir_pipeline_ledger(struct weir_pipeline *pipeline, struct weir_ledger *out)
{
	const struct weir_books *books = &pipeline->books;

	memset(out, 0, sizeof(*out));
	pthread_mutex_lock(&pipeline->lock);
	out->captured = weir_counter_get(&books->captured);
	out->corrupt = weir_counter_get(&books->corrupt);
	out->lost_by_device = weir_counter_get(&books->lost);
	out->cache_syncs = weir_counter_get(&books->syncs);
	out->cache_syncs += weir_stretch_syncs(&pipeline->stretch);
	out->private_bytes = weir_counter_get(&books->private_bytes);
	out->user_copied_bytes = out->private_bytes + weir_counter_get(&books->brought_bytes);
	read_conversions(books, out);
	out->duration_ns = grown(&books->last_ns, &books->first_ns);
	weir_histogram_read(&books->latency, &out->latency);
	read_usage(books, out);
	if (pipeline->source)
		out->source_copied_bytes = weir_counter_get(&pipeline->source->kernel_copied_bytes);
	out->kernel_copied_bytes = out->source_copied_bytes;
	out->n_sinks = pipeline->n_sinks;
	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		read_sink(pipeline, i, &out->sinks[i]);
		out->kernel_copied_bytes += out->sinks[i].copied_bytes;
		out->user_copied_bytes += out->sinks[i].user_copied_bytes;
	}
	pthread_mutex_unlock(&pipeline->lock);
}
