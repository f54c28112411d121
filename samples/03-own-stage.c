/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A stage of your own: how bright is the picture?
 * cc 03-own-stage.c $(pkg-config --cflags --libs weir)
 *
 * A stage is one const table. This one says that it reads pixels, so it may open the bracket that
 * every access by the CPU stands in; it copies nothing and hands the frame on as it came. */
#include <errno.h>
#include <stdio.h>
#include <weir/weir.h>

struct brightness {
	unsigned width, height;
};

static int configure(void *state, struct weir_video *video, const struct weir_log *log)
{
	struct brightness *brightness = state;

	if (video->format != weir_format_by_name("GREY"))
		return -ENOTSUP;
	brightness->width = video->width;
	brightness->height = video->height;
	return 0;
}

static unsigned mean(const struct brightness *brightness, const struct weir_pixels *pixels)
{
	unsigned long long sum = 0;

	for (unsigned y = 0; y < brightness->height; y++)
		for (unsigned x = 0; x < brightness->width; x++)
			sum += pixels->data[0][(size_t)y * pixels->stride[0] + x];
	return (unsigned)(sum / ((unsigned long long)brightness->width * brightness->height));
}

static int process(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	struct weir_pixels pixels;
	int err = weir_frame_begin_cpu(*frame, WEIR_CPU_READ, &pixels);

	if (err)
		return err;
	printf("brightness %u of 255\n", mean(state, &pixels));
	return weir_frame_end_cpu(*frame);
}

static const struct weir_stage_impl brightness_impl = {
	.name = "brightness",
	.summary = "prints the mean of all pixels",
	.access = WEIR_STAGE_READ,
	.configure = configure,
	.process = process,
};

int main(void)
{
	struct brightness brightness = { 0, 0 };
	struct weir_pipeline_settings settings = { .max_frames = 10 };
	struct weir_pipeline *pipeline = NULL;
	struct weir_source *source = NULL;
	struct weir_stage *stage = NULL;
	struct weir_sink *sink = NULL;
	int err = weir_source_open("pattern:bars?size=320x240&format=GREY", NULL, &source);

	if (!err)
		err = weir_stage_create(&brightness_impl, &brightness, &stage);
	if (!err)
		err = weir_sink_open("null", NULL, &sink);
	if (!err)
		err = weir_pipeline_create(&settings, &pipeline);
	if (!err)
		err = weir_pipeline_set_source(pipeline, &source);
	if (!err)
		err = weir_pipeline_add_stage(pipeline, &stage);
	if (!err)
		err = weir_pipeline_add_sink(pipeline, &sink);
	if (!err)
		err = weir_pipeline_run(pipeline);

	weir_pipeline_destroy(&pipeline);
	weir_sink_close(&sink);
	weir_stage_close(&stage);
	weir_source_close(&source);
	return err ? 1 : 0;
}
