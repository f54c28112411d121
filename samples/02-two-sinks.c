/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two sinks share the frames of one source, and a slow one costs the other nothing.
 * cc 02-two-sinks.c $(pkg-config --cflags --libs weir)
 *
 * "verify" checks every frame. The program's own sink plays a slow consumer: it keeps the last
 * frame until four more were captured, so with a budget of one frame it misses most of them. The
 * ledger accounts for each frame at each sink. */
#include <inttypes.h>
#include <stdio.h>
#include <weir/weir.h>

struct slow {
	struct weir_frame *kept;
};

static int keep(void *data, struct weir_frame *frame)
{
	struct slow *slow = data;

	slow->kept = weir_frame_ref(frame);
	return 0;
}

/* A reference may be dropped from anywhere; here an event tells when. */
static void on_event(void *data, const struct weir_event *event)
{
	struct slow *slow = data;

	if (event->type == WEIR_EVENT_STOPPED ||
		(event->type == WEIR_EVENT_FRAME && event->info->sequence % 4 == 3))
		weir_frame_unref(&slow->kept);
}

static void print_ledger(struct weir_pipeline *pipeline)
{
	struct weir_ledger ledger;

	weir_pipeline_ledger(pipeline, &ledger);
	printf("%" PRIu64 " frames captured\n", ledger.captured);
	for (size_t i = 0; i < ledger.n_sinks; i++) {
		const struct weir_sink_ledger *sink = &ledger.sinks[i];

		printf("%s: %" PRIu64 " delivered, %" PRIu64 " dropped\n", sink->uri,
			sink->delivered, sink->dropped);
		for (int why = 0; why < WEIR_N_DROPS; why++)
			if (sink->drops[why])
				printf("  %s: %" PRIu64 "\n", weir_drop_name(why),
					sink->drops[why]);
	}
}

int main(void)
{
	struct slow slow = { NULL };
	struct weir_sink_settings one_frame = { .budget = 1 };
	struct weir_pipeline_settings settings = {
		.max_frames = 60, .frame_events = true, .on_event = on_event, .event_data = &slow
	};
	struct weir_pipeline *pipeline = NULL;
	struct weir_source *source = NULL;
	struct weir_sink *verify = NULL, *own = NULL;
	int err = weir_source_open("pattern:counter?size=640x360&fps=120", NULL, &source);

	if (!err)
		err = weir_sink_open("verify", NULL, &verify);
	if (!err)
		err = weir_sink_open_callback(keep, &slow, &one_frame, &own);
	if (!err)
		err = weir_pipeline_create(&settings, &pipeline);
	if (!err)
		err = weir_pipeline_set_source(pipeline, &source);
	if (!err)
		err = weir_pipeline_add_sink(pipeline, &verify);
	if (!err)
		err = weir_pipeline_add_sink(pipeline, &own);
	if (!err)
		err = weir_pipeline_run(pipeline);
	if (!err)
		print_ledger(pipeline);

	weir_frame_unref(&slow.kept);
	weir_pipeline_destroy(&pipeline);
	weir_sink_close(&own);
	weir_sink_close(&verify);
	weir_source_close(&source);
	return err ? 1 : 0;
}
