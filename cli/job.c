/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/job.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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

static bool is_rtp(const char *uri)
{
	return strncmp(uri, "rtp:", 4) == 0;
}

/* The URI with the option sdp=FILE; the caller's to free. */
static char *with_sdp(const char *uri, const char *file)
{
	char *text = malloc(strlen(uri) + sizeof("?sdp=") + 3 * strlen(file)), *end = text;

	if (!text)
		return NULL;
	end += sprintf(end, "%s%csdp=", uri, strchr(uri, '?') ? '&' : '?');
	for (; *file; file++)
		end += sprintf(end,
			isalnum((unsigned char)*file) || strchr("/._-", *file) ? "%c" : "%%%02x",
			(unsigned char)*file);
	return text;
}

/* The first stream, which is what --sdp is of; others have the option sdp= of their own. */
static size_t find_described(const struct options *options)
{
	size_t i = 0;

	while (options->sdp && i < options->sinks.n && !is_rtp(options->sinks.item[i]))
		i++;
	return options->sdp ? i : SIZE_MAX;
}

static int check_described(const struct options *options, struct console *console)
{
	if (find_described(options) != options->sinks.n || !options->sdp)
		return 0;
	console_error(console, "--sdp %s: there is no stream to describe: add --to rtp://HOST:PORT",
		options->sdp);
	return -EINVAL;
}

static int add_numbered_sink(
	struct job *job, struct console *console, const struct options *options, size_t i)
{
	const char *uri = options->sinks.item[i];
	char *text;
	int err;

	if (i != find_described(options))
		return add_sink(job, console, uri);
	text = with_sdp(uri, options->sdp);
	err = text ? add_sink(job, console, text) : -ENOMEM;
	free(text);
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
	int err = check_described(options, console), first = 0;

	if (err)
		return err;
	if (options->sinks.n == 0)
		return add_sink(job, console, "null");
	for (size_t i = 0; i < options->sinks.n && (!err || can_do_without(err)); i++) {
		err = add_numbered_sink(job, console, options, i);
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
