/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "pipeline/pipeline.h"

/* What sinks may show people of the run, and let them change. */

static void ledger(void *data, struct weir_ledger *out)
{
	weir_pipeline_ledger(data, out);
}

static void memory(void *data, struct weir_memory_report *out)
{
	weir_pipeline_memory(data, out);
}

static const struct weir_plan *plan(void *data)
{
	const struct weir_pipeline *pipeline = data;

	return &pipeline->plan.value;
}

static const char *source(void *data)
{
	const struct weir_pipeline *pipeline = data;

	return pipeline->source->uri;
}

static int controls(
	void *data, void (*found)(void *to, const struct weir_source_control *control), void *to)
{
	struct weir_source *from = ((struct weir_pipeline *)data)->source;
	struct weir_source_control *list = NULL;
	size_t n = 0;
	int err;

	if (!from->impl->read_controls)
		return 0;
	err = from->impl->read_controls(from, &list, &n);
	if (err)
		return err;
	for (size_t i = 0; i < n; i++)
		found(to, &list[i]);
	from->impl->free_controls(list, n);
	return 0;
}

static int set_control(void *data, const char *text)
{
	struct weir_source *to = ((struct weir_pipeline *)data)->source;

	return to->impl->set_control ? to->impl->set_control(to, text) : -ENOTSUP;
}

static int describe_session(void *data, size_t index, char *text, size_t size)
{
	struct weir_pipeline *pipeline = data;
	struct weir_sink *sink;

	if (index >= pipeline->n_sinks || pipeline->errors[index])
		return -ENOTSUP;
	sink = pipeline->sinks[index];
	return sink->impl->describe_session ? sink->impl->describe_session(sink, text, size)
					    : -ENOTSUP;
}

const struct weir_sink_run weir_pipeline_run_calls = {
	.ledger = ledger,
	.memory = memory,
	.plan = plan,
	.source = source,
	.controls = controls,
	.set_control = set_control,
	.describe_session = describe_session,
};
