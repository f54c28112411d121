/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The source of docs/adding-a-source.md, word for word (tests/checks/pages.sh compares), runs in a
 * pipeline and passes the suite that every source passes. */

/* ---- the page ---- */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/source.h"

/* Grey frames, each a shade brighter than the one before. */
struct fade {
	struct weir_source base; /* first: a pointer to one is a pointer to the other */
	struct weir_source_host host;
	struct weir_task task;
	uint64_t next;
	bool running;
	struct weir_source_info info;
	struct weir_source_format format;
	struct weir_source_size size;
};

extern const struct weir_source_impl weir_source_fade;

static int settle(
	struct weir_video *video, const struct weir_video *wanted, const struct weir_log *log)
{
	struct weir_layout layout;

	*video = (struct weir_video){
		.format = weir_format_by_name("GREY"),
		.width = wanted->width ? wanted->width : 640,
		.height = wanted->width ? wanted->height : 360,
		.rate = { 0, 1 },
		.range = WEIR_RANGE_FULL,
		.matrix = WEIR_MATRIX_601,
		.primaries = WEIR_PRIMARIES_709,
		.transfer = WEIR_TRANSFER_SRGB,
	};
	video->stride = video->width;
	if ((wanted->format && wanted->format != video->format) || wanted->rate.num ||
		(wanted->stride && wanted->stride != video->stride)) {
		weir_error(log, "fade: there is only GREY, with fps=0 and without padding");
		return -ENOTSUP;
	}
	if (weir_format_layout(video, &layout)) {
		weir_error(log, "fade: no frame is of %" PRIu32 "x%" PRIu32, video->width,
			video->height);
		return -ENOTSUP;
	}
	return 0;
}

static int open_fade(const struct weir_uri *uri, const struct weir_video *wanted,
	const struct weir_source_settings *settings, struct weir_source **out)
{
	struct fade *fade = calloc(1, sizeof(*fade));
	struct weir_video *video;
	int err;

	(void)uri;
	if (!fade)
		return -ENOMEM;
	video = &fade->base.video;
	err = settle(video, wanted, settings->log);
	if (!err && asprintf(&fade->base.uri, "fade:?size=%" PRIu32 "x%" PRIu32, video->width,
			    video->height) < 0)
		err = -ENOMEM;
	if (err) {
		free(fade);
		return err;
	}
	fade->base.impl = &weir_source_fade;
	fade->base.min_slots = 1;
	*out = &fade->base;
	return 0;
}

static void close_fade(struct weir_source *source)
{
	free(source);
}

static int describe(struct weir_source *source, const struct weir_source_info **out)
{
	struct fade *fade = (struct fade *)source;

	fade->size = (struct weir_source_size){
		.min_width = WEIR_MIN_SIZE,
		.min_height = WEIR_MIN_SIZE,
		.max_width = WEIR_MAX_SIZE,
		.max_height = WEIR_MAX_SIZE,
		.step_width = 1,
		.step_height = 1,
		.slowest = { 0, 1 },
		.fastest = { 0, 1 },
	};
	fade->format = (struct weir_source_format){ source->video.format, &fade->size, 1 };
	fade->info = (struct weir_source_info){
		.uri = source->uri,
		.name = "from black to white",
		.driver = "fade",
		.formats = &fade->format,
		.n_formats = 1,
	};
	*out = &fade->info;
	return 0;
}

static int accepts(
	struct weir_source *source, const struct weir_memory_kind *kind, char *why, size_t size)
{
	(void)source;
	if (kind->create)
		return 0;
	snprintf(why, size, "the CPU draws into our own memory; %s is a device's", kind->name);
	return -ENOTSUP;
}

static int frame_bytes(struct weir_source *source, size_t *out)
{
	struct weir_layout layout;
	int err = weir_format_layout(&source->video, &layout);

	if (!err)
		*out = layout.size;
	return err;
}

static int draw(const struct fade *fade, struct weir_frame *frame)
{
	struct weir_pixels pixels;
	int err = weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels);

	if (err)
		return err;
	memset(pixels.data[0], (int)(fade->next & 0xff),
		(size_t)pixels.stride[0] * fade->base.video.height);
	return weir_frame_end_cpu(frame);
}

static void stop(struct weir_source *source)
{
	struct fade *fade = (struct fade *)source;

	if (!fade->running)
		return;
	fade->running = false;
	weir_loop_unqueue(fade->host.loop, &fade->task);
}

static void give_up(struct fade *fade, int err)
{
	char text[WEIR_ERRNO_TEXT];

	weir_error(fade->base.log, "fade: frame memory cannot be written: %s",
		weir_errno_text(err, text));
	stop(&fade->base);
	fade->host.ended(fade->host.data, err);
}

static void produce(struct weir_task *task)
{
	struct fade *fade = task->data;
	const struct weir_source_host *host = &fade->host;
	struct weir_slot *slot;
	struct weir_frame *frame;
	int err;

	if (!host->wanted(host->data))
		return; /* resume() is called when that changes */
	slot = weir_slab_take(host->slab);
	if (!slot) {
		weir_slab_want(host->slab); /* and here when one comes back */
		return;
	}
	frame = weir_slot_issue(slot);
	frame->info.sequence = fade->next;
	frame->info.timestamp_ns = weir_now_ns();
	err = draw(fade, frame);
	if (err) {
		weir_frame_unref(&frame);
		give_up(fade, err);
		return;
	}
	fade->next++;
	weir_loop_queue(host->loop, task);
	host->deliver(host->data, frame); /* takes the reference */
}

static int start(struct weir_source *source, const struct weir_source_host *host)
{
	struct fade *fade = (struct fade *)source;

	fade->host = *host;
	if (!host->goes_on)
		fade->next = 0;
	fade->running = true;
	fade->task = (struct weir_task){ .run = produce, .data = fade };
	weir_loop_queue(host->loop, &fade->task);
	return 0;
}

static void resume(struct weir_source *source)
{
	struct fade *fade = (struct fade *)source;

	if (fade->running)
		weir_loop_queue(fade->host.loop, &fade->task);
}

const struct weir_source_impl weir_source_fade = {
	.scheme = "fade",
	.summary = "fade:, grey frames from black to white",
	.open = open_fade,
	.close = close_fade,
	.describe = describe,
	.accepts = accepts,
	.frame_bytes = frame_bytes,
	.start = start,
	.resume = resume,
	.stop = stop,
};

/* ---- the proof ---- */

#include <weir/weir.h>

#include "tests/contract/suites.h"

/* In the place of capture/sources.c's. */
const struct weir_source_impl *const weir_source_impls[] = {
	&weir_source_fade,
	NULL,
};

static const struct weir_log silent = { .level = WEIR_LOG_SILENT };

static int look(void *data, struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	unsigned *frames = data;
	struct weir_pixels pixels;

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	for (uint32_t i = 0; i < info->bytes_used; i++)
		assert_int_equal(pixels.data[0][i], info->sequence & 0xff);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	++*frames;
	return 0;
}

static void fades_in_a_pipeline(void **state)
{
	struct weir_pipeline_settings settings = {
		.log = &silent, .max_frames = 300, .loop = getenv("WEIR_TEST_LOOP")
	};
	struct weir_pipeline *pipeline = NULL;
	struct weir_source *source = NULL;
	struct weir_sink *sink = NULL;
	struct weir_ledger ledger;
	unsigned frames = 0;

	(void)state;
	assert_int_equal(weir_source_open("fade:?size=64x48", NULL, &source), 0);
	assert_int_equal(weir_sink_open_callback(look, &frames, NULL, &sink), 0);
	assert_int_equal(weir_pipeline_create(&settings, &pipeline), 0);
	assert_int_equal(weir_pipeline_set_source(pipeline, &source), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	assert_int_equal(weir_pipeline_run(pipeline), 0);
	assert_int_equal(frames, 300);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_int_equal(weir_ledger_reconcile(&ledger, NULL, 0), 0);
	weir_pipeline_destroy(&pipeline);
}

static void refuses_what_it_cannot_do(void **state)
{
	static const char *const uris[] = { "fade:?format=YUYV", "fade:?fps=30", "fade:?size=8x8" };
	const struct weir_source_settings settings = { .log = &silent };
	struct weir_source *source = NULL;

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(uris); i++)
		assert_int_not_equal(weir_source_open(uris[i], &settings, &source), 0);
	assert_null(source);
}

int main(void)
{
	static const char *const uris[] = { "fade:", "fade:?size=64x48", NULL };
	static const struct suite_source named[] = { { "fade", uris }, { NULL, NULL } };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fades_in_a_pipeline),
		cmocka_unit_test(refuses_what_it_cannot_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) + weir_suite_sources(named);
}
