/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/job.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int add_stage(struct weir_pipeline *pipeline, struct console *console, const char *text)
{
	struct weir_stage *stage = NULL;
	unsigned errors = console->errors;
	int err = weir_stage_open(text, &console->log, &stage);

	if (!err)
		err = weir_pipeline_add_stage(pipeline, &stage);
	if (err)
		console_failed(console, errors, text, err);
	weir_stage_close(&stage);
	return err;
}

static int add_sink(struct job *job, struct console *console, const char *uri)
{
	const struct weir_sink_settings settings = {
		.log = &console->log,
		.beside = job->sinks,
		.n_beside = job->n_sinks,
	};
	struct weir_sink *sink = NULL, *added;
	unsigned errors = console->errors;
	int err = weir_sink_open(uri, &settings, &sink);

	added = sink;
	if (!err)
		err = weir_pipeline_add_sink(job->pipeline, &sink);
	if (err)
		console_failed(console, errors, uri, err);
	else
		job->sinks[job->n_sinks++] = added;
	weir_sink_close(&sink);
	return err;
}

/* What is broken outside must not lose what is healthy inside; what was typed wrong is another
 * matter. */
static bool can_do_without(int error)
{
	return error == -ENODEV || error == -EBUSY || error == -EACCES || error == -ENOTSUP;
}

/* The error of the first one, when there is none. */
static int add_sinks(struct job *job, struct console *console, const struct options *options)
{
	char note[512];
	int err = 0, first = 0;

	if (options->sinks.n == 0)
		return add_sink(job, console, "null");
	for (size_t i = 0; i < options->sinks.n && (!err || can_do_without(err)); i++) {
		err = add_sink(job, console, options->sinks.item[i]);
		job->n_missing += err != 0;
		first = first ? first : err;
	}
	if (err && !can_do_without(err))
		return err;
	if (!job->n_sinks)
		return first;
	snprintf(note, sizeof(note), "%u of %zu sinks cannot be had: the others go on",
		job->n_missing, options->sinks.n);
	if (job->n_missing)
		console_note(console, note);
	return 0;
}

static int set_source(
	struct weir_pipeline *pipeline, struct console *console, const struct options *options)
{
	struct weir_source_settings settings = {
		.log = &console->log,
		.wanted = options->wanted,
		.controls = options->controls.item,
		.no_reconnect = options->no_reconnect,
	};
	struct weir_source *source = NULL;
	unsigned errors = console->errors;
	int err = weir_source_open(options->source, &settings, &source);

	if (!err)
		err = weir_pipeline_set_source(pipeline, &source);
	if (err)
		console_failed(console, errors, options->source ? options->source : "SOURCE", err);
	weir_source_close(&source);
	return err;
}

static int create(const struct options *options, struct console *console,
	void (*on_event)(void *data, const struct weir_event *event), void *data,
	struct weir_pipeline **out)
{
	struct weir_pipeline_settings settings = options->pipeline;
	unsigned errors = console->errors;
	int err;

	settings.log = &console->log;
	settings.frame_events = options->frames;
	settings.on_event = on_event;
	settings.event_data = data;
	err = weir_pipeline_create(&settings, out);
	if (err)
		console_failed(console, errors, "pipeline", err);
	return err;
}

int job_open(const struct options *options, struct console *console,
	void (*on_event)(void *data, const struct weir_event *event), void *data, struct job *job)
{
	int err;

	*job = (struct job){ 0 };
	err = create(options, console, on_event, data, &job->pipeline);
	for (size_t i = 0; !err && i < options->stages.n; i++)
		err = add_stage(job->pipeline, console, options->stages.item[i]);
	if (!err)
		err = add_sinks(job, console, options);
	if (!err)
		err = set_source(job->pipeline, console, options);
	if (err)
		weir_pipeline_destroy(&job->pipeline);
	return err;
}

const char *job_sink(const struct job *job, size_t index)
{
	return weir_sink_uri(job->sinks[index]);
}

bool job_sink_is_stdout(const char *uri)
{
	return strcmp(uri, "-") == 0 || strncmp(uri, "-?", 2) == 0;
}
