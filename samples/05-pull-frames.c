/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Asks for frames one by one, in a loop of its own, in place of being called for each.
 * cc 05-pull-frames.c $(pkg-config --cflags --libs weir) */
#include <errno.h>
#include <stdio.h>
#include <weir/weir.h>

static int print_frames(struct weir_pipeline *pipeline)
{
	struct weir_frame *frame = NULL;
	int err;

	while (!(err = weir_pipeline_next(pipeline, WEIR_FOREVER, &frame))) {
		const struct weir_frame_info *info = weir_frame_info(frame);

		printf("%llu %ux%u\n", (unsigned long long)info->sequence, info->width,
			info->height);
		weir_frame_unref(&frame);
	}
	return err == -ENODATA ? 0 : err;
}

int main(void)
{
	struct weir_pipeline_settings settings = { .max_frames = 30 };
	struct weir_pipeline *pipeline = NULL;
	struct weir_source *source = NULL;
	struct weir_sink *sink = NULL;
	int err = weir_source_open(NULL, NULL, &source);

	if (!err)
		err = weir_sink_open_pull(NULL, &sink);
	if (!err)
		err = weir_pipeline_create(&settings, &pipeline);
	if (!err)
		err = weir_pipeline_set_source(pipeline, &source);
	if (!err)
		err = weir_pipeline_add_sink(pipeline, &sink);
	if (!err)
		err = print_frames(pipeline);
	weir_pipeline_destroy(&pipeline);
	weir_sink_close(&sink);
	weir_source_close(&source);
	return err ? 1 : 0;
}
