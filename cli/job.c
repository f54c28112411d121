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

static int add_sink(struct weir_pipeline *pipeline, struct console *console, const char *uri)
{
	struct weir_sink_settings settings = { .log = &console->log };
	struct weir_sink *sink = NULL;
	unsigned errors = console->errors;
	int err = weir_sink_open(uri, &settings, &sink);

	if (!err)
		err = weir_pipeline_add_sink(pipeline, &sink);
	if (err)
		console_failed(console, errors, uri, err);
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

static int add_described_sink(
	struct weir_pipeline *pipeline, struct console *console, const char *uri, const char *file)
{
	char *text = with_sdp(uri, file);
	int err = text ? add_sink(pipeline, console, text) : -ENOMEM;

	free(text);
	return err;
}

/* --sdp is of the first stream; others have the option sdp= of their own. */
static int add_sinks(
	struct weir_pipeline *pipeline, struct console *console, const struct options *options)
{
	const char *sdp = options->sdp;
	int err = 0;

	for (size_t i = 0; !err && i < options->sinks.n; i++) {
		const char *uri = options->sinks.item[i];

		if (sdp && is_rtp(uri)) {
			err = add_described_sink(pipeline, console, uri, sdp);
			sdp = NULL;
		} else {
			err = add_sink(pipeline, console, uri);
		}
	}
	if (!err && options->sinks.n == 0)
		err = add_sink(pipeline, console, job_sink(options, 0));
	if (!err && sdp) {
		console_error(console,
			"--sdp %s: there is no stream to describe: add --to rtp://HOST:PORT", sdp);
		return -EINVAL;
	}
	return err;
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
	void (*on_event)(void *data, const struct weir_event *event), void *data,
	struct weir_pipeline **out)
{
	struct weir_pipeline *pipeline = NULL;
	int err = create(options, console, on_event, data, &pipeline);

	for (size_t i = 0; !err && i < options->stages.n; i++)
		err = add_stage(pipeline, console, options->stages.item[i]);
	if (!err)
		err = add_sinks(pipeline, console, options);
	if (!err)
		err = set_source(pipeline, console, options);
	if (err)
		weir_pipeline_destroy(&pipeline);
	else
		*out = pipeline;
	return err;
}

const char *job_sink(const struct options *options, size_t index)
{
	return index < options->sinks.n ? options->sinks.item[index] : "null";
}

bool job_sink_is_stdout(const char *uri)
{
	return strcmp(uri, "-") == 0 || strncmp(uri, "-?", 2) == 0;
}
