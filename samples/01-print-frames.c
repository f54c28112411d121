/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Gets frames. cc 01-print-frames.c $(pkg-config --cflags --libs weir) */
#include <stdio.h>
#include <weir/weir.h>

static int on_frame(void *data, struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	printf("%llu %ux%u\n", (unsigned long long)info->sequence, info->width, info->height);
	return 0;
}

int main(void)
{
	struct weir_pipeline_settings settings = { .max_frames = 30 };
	struct weir_pipeline *pipeline = NULL;
	struct weir_source *source = NULL;
	struct weir_sink *sink = NULL;
	int err = weir_source_open(NULL, NULL, &source);

	if (!err)
		err = weir_sink_open_callback(on_frame, NULL, NULL, &sink);
	if (!err)
		err = weir_pipeline_create(&settings, &pipeline);
	if (!err)
		err = weir_pipeline_set_source(pipeline, &source);
	if (!err)
		err = weir_pipeline_add_sink(pipeline, &sink);
	if (!err)
		err = weir_pipeline_run(pipeline);
	weir_pipeline_destroy(&pipeline);
	weir_sink_close(&sink);
	weir_source_close(&source);
	return err ? 1 : 0;
}
