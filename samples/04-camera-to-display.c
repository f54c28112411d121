/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A camera on a display, without a copy, and how late it is.
 * cc 04-camera-to-display.c $(pkg-config --cflags --libs weir)
 *
 * The planner asks the camera for a picture that a plane of the display takes, and for memory that
 * both can use. With require_zero_copy it refuses, and says why, rather than convert. Arguments: a
 * source (else the first camera) and a sink (else the first display); "pattern:bars" and "null" do
 * without either. */
#include <inttypes.h>
#include <stdio.h>
#include <weir/weir.h>

static void print_plan(const struct weir_plan *plan)
{
	printf("%s %ux%u in %s memory, %" PRIu64 " bytes copied a frame\n",
		plan->video.format->name, plan->video.width, plan->video.height, plan->memory,
		plan->bytes_copied);
}

static void on_event(void *data, const struct weir_event *event)
{
	if (event->type == WEIR_EVENT_PLANNED && event->plan)
		print_plan(event->plan);
}

static void print_lateness(struct weir_pipeline *pipeline)
{
	struct weir_ledger ledger;
	const struct weir_sink_ledger *sink = &ledger.sinks[0];

	weir_pipeline_ledger(pipeline, &ledger);
	printf("%" PRIu64 " of %" PRIu64 " frames shown; weir added %.1f us to half of them\n",
		sink->delivered, ledger.captured, (double)sink->added.p50 / 1e3);
	for (size_t i = 0; i < sink->n_figures; i++)
		printf("  %s: %g\n", sink->figures[i].name, sink->figures[i].value);
}

int main(int argc, char **argv)
{
	struct weir_pipeline_settings settings = {
		.max_frames = 90, .require_zero_copy = true, .on_event = on_event
	};
	struct weir_pipeline *pipeline = NULL;
	struct weir_source *source = NULL;
	struct weir_sink *sink = NULL;
	int err = weir_source_open(argc > 1 ? argv[1] : NULL, NULL, &source);

	if (!err)
		err = weir_sink_open(argc > 2 ? argv[2] : "display", NULL, &sink);
	if (!err)
		err = weir_pipeline_create(&settings, &pipeline);
	if (!err)
		err = weir_pipeline_set_source(pipeline, &source);
	if (!err)
		err = weir_pipeline_add_sink(pipeline, &sink);
	if (!err)
		err = weir_pipeline_run(pipeline);
	if (!err)
		print_lateness(pipeline);

	weir_pipeline_destroy(&pipeline);
	weir_sink_close(&sink);
	weir_source_close(&source);
	return err ? 1 : 0;
}
