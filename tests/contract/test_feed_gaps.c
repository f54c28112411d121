/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Frames of one pipeline that are shown to others: how far apart their lines lie, and who has the
 * room between them. */

#include "capture/feed/feed.h"
#include "tests/contract/pipeline_fixture.h"
#include "tests/unit/cmocka_all.h"

#define SOURCE "pattern:counter?size=64x32&format=UYVY&fps=0"
#define LINE   128
#define APART  160

struct first {
	struct weir_pipeline *pipeline;
	struct weir_frame *frame;
};

/* The first frame of a run whose program wishes for that stride. */
static void begin(struct first *first, const char *uri, unsigned stride, const char *stage)
{
	const struct weir_pipeline_settings settings = { .memory = "host" };
	struct weir_sink_settings own = { .log = &silent, .stride = stride };
	const char *stages[] = { stage, NULL };
	struct weir_sink *sink = NULL;

	first->pipeline = build(&settings, uri, stages, NULL);
	first->frame = NULL;
	assert_int_equal(weir_sink_open_pull(&own, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(first->pipeline, &sink), 0);
	assert_int_equal(weir_pipeline_next(first->pipeline, WEIR_FOREVER, &first->frame), 0);
}

static void end(struct first *first)
{
	weir_frame_unref(&first->frame);
	weir_pipeline_destroy(&first->pipeline);
}

static void lines_lie_as_far_apart_as_the_program_wishes(void **state)
{
	const struct {
		const char *uri;
		unsigned wish, stride;
	} cases[] = {
		{ SOURCE, 0, LINE },
		{ SOURCE, APART, APART },
		{ SOURCE, LINE, LINE },
		{ SOURCE, LINE - 4, LINE }, /* no line fits */
		{ SOURCE "&stride=200", APART, 200 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct first first;

		begin(&first, cases[i].uri, cases[i].wish, NULL);
		assert_int_equal(weir_frame_info(first.frame)->plane[0].stride, cases[i].stride);
		end(&first);
	}
}

static void sinks_tell_their_wishes(void **state)
{
	const struct weir_sink_settings settings = { .log = &silent };
	struct weir_video video = {
		.format = weir_format_by_name("UYVY"), .width = 320, .height = 64
	};
	struct weir_sink *sink = NULL;

	(void)state;
	assert_int_equal(weir_sink_open("null", &settings, &sink), 0);
	assert_int_equal(weir_sink_stride(sink, &video), 0);
	weir_sink_close(&sink);
	assert_int_equal(weir_sink_open("rtp://127.0.0.1:5004?send=stride", &settings, &sink), 0);
	assert_true(weir_sink_stride(sink, &video) > 640);
	video.format = weir_format_by_name("MJPEG");
	assert_int_equal(weir_sink_stride(sink, &video), 0);
	weir_sink_close(&sink);
}

/* ---- the room between them ---- */

struct shown {
	struct weir_feed *feed;
	struct weir_source *source;
};

static void put_back(void *data)
{
	(void)data;
}

/* Whether the feed may have its sinks write around the lines. */
static bool open_shown(struct shown *shown, const struct weir_frame *frame, uint32_t width)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	const struct weir_feed_dmabufs like = {
		.stride = { info->plane[0].stride },
		.frame = frame,
		.released = put_back,
	};
	const struct weir_feed_settings settings = {
		.log = &silent,
		.video = { .format = info->format,
			.width = width,
			.height = info->height,
			.stride = info->plane[0].stride },
		.dmabufs = true,
		.like = &like,
	};

	assert_int_equal(weir_feed_open(&settings, &shown->feed, &shown->source), 0);
	return ((struct weir_feed_source *)shown->source)->feed->traits.headroom;
}

static void close_shown(struct shown *shown)
{
	weir_feed_close(&shown->feed);
	weir_source_close(&shown->source);
}

/* A second pipeline, of which the program holds that frame. */
static struct weir_pipeline *show(
	struct shown *shown, const struct weir_frame *frame, struct weir_frame **out)
{
	const struct weir_pipeline_settings settings = { .log = &silent };
	const struct weir_feed_dmabufs lies = {
		.stride = { weir_frame_info(frame)->plane[0].stride },
		.frame = frame,
		.released = put_back,
	};
	struct weir_sink_settings own = { .log = &silent };
	struct weir_pipeline *pipeline = NULL;
	struct weir_sink *sink = NULL;

	assert_int_equal(weir_pipeline_create(&settings, &pipeline), 0);
	assert_int_equal(weir_pipeline_set_source(pipeline, &shown->source), 0);
	assert_int_equal(weir_sink_open_pull(&own, &sink), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	assert_int_equal(weir_pipeline_next(pipeline, 0, out), -EAGAIN);
	assert_int_equal(weir_feed_push_dmabufs(shown->feed, &lies, NULL, WEIR_FOREVER), 0);
	assert_int_equal(weir_pipeline_next(pipeline, WEIR_FOREVER, out), 0);
	assert_ptr_equal((*out)->slot->headroom, frame->slot->headroom);
	return pipeline;
}

static void one_has_the_gaps_at_a_time(void **state)
{
	struct shown one, two, three;
	struct first first;

	(void)state;
	begin(&first, SOURCE, APART, NULL);
	assert_true(open_shown(&one, first.frame, 64));
	assert_false(open_shown(&two, first.frame, 64));
	close_shown(&one);
	assert_true(open_shown(&three, first.frame, 64));
	close_shown(&two);
	assert_null(weir_slab_claim(first.frame->slot->slab, &one, &one));
	close_shown(&three);
	assert_non_null(weir_slab_claim(first.frame->slot->slab, &one, &one));
	end(&first);
}

/* As long as a frame is out that a sink may have written around. */
static void they_are_kept_while_a_frame_is_out(void **state)
{
	struct weir_frame *out = NULL;
	struct shown one, two;
	struct weir_pipeline *second;
	struct first first;

	(void)state;
	begin(&first, SOURCE, APART, NULL);
	assert_true(open_shown(&one, first.frame, 64));
	second = show(&one, first.frame, &out);
	weir_feed_close(&one.feed);
	weir_pipeline_destroy(&second);
	assert_false(open_shown(&two, first.frame, 64));
	close_shown(&two);
	weir_frame_unref(&out);
	assert_true(open_shown(&two, first.frame, 64));
	close_shown(&two);
	end(&first);
}

static void pixels_are_no_gaps(void **state)
{
	struct shown shown;
	struct first first;

	(void)state;
	begin(&first, SOURCE, APART, NULL);
	assert_false(open_shown(&shown, first.frame, 32)); /* half of each line */
	close_shown(&shown);
	end(&first);
	begin(&first, SOURCE, 0, "crop=32x32+0+0");
	assert_false(open_shown(&shown, first.frame, 32));
	close_shown(&shown);
	end(&first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_lie_as_far_apart_as_the_program_wishes),
		cmocka_unit_test(sinks_tell_their_wishes),
		cmocka_unit_test(one_has_the_gaps_at_a_time),
		cmocka_unit_test(they_are_kept_while_a_frame_is_out),
		cmocka_unit_test(pixels_are_no_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
