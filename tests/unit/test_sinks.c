/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* null, verify and callback, fed with frames made here. */

#include "frames.h"

#include <stdlib.h>

#include "core/sink.h"
#include "core/stamp.h"

/* A sink and the memory of the frames that it is shown. */
struct bench {
	struct weir_sink *sink;
	struct weir_slab *slab;
	struct weir_video video;
	struct heard heard;
};

static void set_up(struct bench *bench, const char *uri, const char *format, size_t bytes)
{
	struct weir_sink_settings settings = { .log = &bench->heard.log };
	struct weir_sink_host host = { 0 };

	listen_to(&bench->heard);
	bench->video = video_of(format, 64, 48);
	bench->slab = make_slab(&bench->video, 2, bytes);
	assert_int_equal(weir_sink_open(uri, &settings, &bench->sink), 0);
	if (bench->sink->impl->start)
		assert_int_equal(bench->sink->impl->start(bench->sink, &host, &bench->video), 0);
}

static void tear_down(struct bench *bench)
{
	weir_sink_close(&bench->sink);
	assert_null(bench->sink);
	assert_int_equal(weir_slab_out(bench->slab), 0);
	weir_slab_unref(&bench->slab);
}

enum damage { NONE, TORN, BLANK, CROPPED };

static void damage_pixels(
	const struct bench *bench, const struct weir_pixels *pixels, enum damage damage)
{
	struct weir_video upper = bench->video;

	if (damage == BLANK)
		memset(pixels->data[0], 0, (size_t)pixels->stride[0] * bench->video.height);
	if (damage == CROPPED)
		memset(pixels->data[0], 0, (size_t)pixels->stride[0] * bench->video.height / 2);
	if (damage == TORN) {
		upper.height = 8; /* room for the top alone */
		weir_stamp_write(&upper, pixels, 4711);
	}
}

/* Shows a frame of that sequence number with that stamp. */
static void show(struct bench *bench, uint64_t sequence, uint64_t stamp, enum damage damage)
{
	struct weir_frame *frame = make_frame(bench->slab, sequence);
	struct weir_pixels pixels;

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels), 0);
	weir_stamp_write(&bench->video, &pixels, stamp);
	damage_pixels(bench, &pixels, damage);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	assert_int_equal(bench->sink->impl->take(bench->sink, frame), 0);
	weir_frame_unref(&frame);
}

static void expect_result(struct bench *bench, int err, const char *words)
{
	char text[256];

	assert_int_equal(bench->sink->impl->result(bench->sink, text, sizeof(text)), err);
	if (!strstr(text, words))
		fail_msg("\"%s\" does not say \"%s\"", text, words);
	assert_int_equal(bench->heard.lines, err ? 1 : 0);
}

static void test_null(void **state)
{
	struct bench bench;

	(void)state;
	set_up(&bench, "null", "YUYV", 0);
	show(&bench, 0, 0, NONE);
	assert_null(bench.sink->impl->result);
	tear_down(&bench);
}

static void test_verify_in_order(void **state)
{
	struct bench bench;

	(void)state;
	set_up(&bench, "verify", "NV12", 0);
	for (uint64_t n = 5; n < 1005; n++)
		show(&bench, n, n, n % 2 ? NONE : CROPPED);
	expect_result(&bench, 0, "verify: 1000 frames, in order, 0 lost, 0 repeated, 0 torn");
	tear_down(&bench);
}

/* Gaps that the sequence shows as well are somebody's policy or the device's loss. */
static void test_verify_forgives_gaps(void **state)
{
	struct bench bench;

	(void)state;
	set_up(&bench, "verify", "YUYV", 0);
	show(&bench, 3, 3, NONE);
	show(&bench, 7, 7, NONE);
	show(&bench, 8, 8, NONE);
	expect_result(&bench, 0, "3 frames, in order, 3 lost");
	tear_down(&bench);
}

static void test_verify_finds_repetition(void **state)
{
	struct bench bench;

	(void)state;
	set_up(&bench, "verify", "XR24", 0);
	show(&bench, 3, 3, NONE);
	show(&bench, 3, 3, NONE);
	show(&bench, 4, 4, NONE);
	expect_result(&bench, -EBADMSG, "0 lost, 1 repeated, 0 torn");
	tear_down(&bench);
}

static void test_verify_finds_disorder(void **state)
{
	struct bench bench;

	(void)state;
	set_up(&bench, "verify", "RGB565", 0);
	show(&bench, 3, 3, NONE);
	show(&bench, 5, 5, NONE);
	show(&bench, 4, 4, NONE);
	expect_result(&bench, -EBADMSG, "3 frames, 1 out of order");
	tear_down(&bench);
}

/* An overwritten buffer: the picture is a later frame's. */
static void test_verify_finds_contradiction(void **state)
{
	struct bench bench;

	(void)state;
	set_up(&bench, "verify", "GREY", 0);
	show(&bench, 3, 3, NONE);
	show(&bench, 4, 6, NONE);
	expect_result(&bench, -EBADMSG, "1 with another frame's stamp");
	assert_non_null(strstr(bench.heard.last, "frame 4 carries the stamp of frame 6"));
	tear_down(&bench);
}

static void test_verify_finds_tearing(void **state)
{
	struct bench bench;

	(void)state;
	set_up(&bench, "verify", "UYVY", 0);
	show(&bench, 3, 3, NONE);
	show(&bench, 4, 4, TORN);
	show(&bench, 5, 5, TORN);
	expect_result(&bench, -EBADMSG, "2 torn, 0 unreadable");
	tear_down(&bench);
}

static void test_verify_finds_missing_stamps(void **state)
{
	struct bench bench;

	(void)state;
	set_up(&bench, "verify", "YUYV", 0);
	show(&bench, 3, 3, BLANK);
	expect_result(&bench, -EBADMSG, "1 unreadable");
	tear_down(&bench);
}

static void test_verify_starts_afresh(void **state)
{
	struct weir_sink_host host = { 0 };
	struct bench bench;

	(void)state;
	set_up(&bench, "verify", "YUYV", 0);
	expect_result(&bench, 0, "nothing is proven");
	show(&bench, 3, 3, NONE);
	assert_int_equal(bench.sink->impl->start(bench.sink, &host, &bench.video), 0);
	show(&bench, 0, 0, NONE);
	expect_result(&bench, 0, "1 frames, in order");
	tear_down(&bench);
}

static void test_verify_reads_jpeg(void **state)
{
	static const uint8_t start[] = { 0xff, 0xd8 }, end[] = { 0xff, 0xd9 };
	struct bench bench;

	(void)state;
	set_up(&bench, "verify", "MJPEG", 4096);
	for (uint64_t n = 0; n < 4; n++) {
		struct weir_frame *frame = make_frame(bench.slab, n);
		uint32_t size = 100 + (uint32_t)n;
		struct weir_pixels pixels;

		assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels), 0);
		memcpy(pixels.data[0], start, 2);
		memcpy(pixels.data[0] + size - 2, end, 2);
		weir_stamp_jpeg_write(pixels.data[0], size, n);
		assert_int_equal(weir_frame_end_cpu(frame), 0);
		frame->info.bytes_used = n < 3 ? size : size - 10; /* the last one is cut */
		assert_int_equal(bench.sink->impl->take(bench.sink, frame), 0);
		weir_frame_unref(&frame);
		if (n == 2)
			expect_result(&bench, 0, "3 frames, in order");
	}
	expect_result(&bench, -EBADMSG, "1 torn");
	tear_down(&bench);
}

static void test_verify_refuses_formats(void **state)
{
	static const char *const refused[] = { "H264", "YUV420" }, *const taken[] = { "YUYV",
		"UYVY", "NV12", "XR24", "RGB565", "GREY", "MJPEG" };
	struct weir_sink *sink;
	char why[256];

	(void)state;
	assert_int_equal(weir_sink_open("verify", NULL, &sink), 0);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct weir_offer offer = { .video = video_of(refused[i], 640, 480) };

		assert_int_equal(sink->impl->accepts(sink, &offer, why, sizeof(why)), -ENOTSUP);
		assert_non_null(strstr(why, refused[i]));
		assert_non_null(strstr(why, "YUYV"));
	}
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
		struct weir_offer offer = { .video = video_of(taken[i], 640, 480) };

		assert_int_equal(sink->impl->accepts(sink, &offer, why, sizeof(why)), 0);
	}
	weir_sink_close(&sink);
}

struct seen {
	unsigned frames;
	int answer;
	struct weir_frame *kept;
};

static int on_frame(void *data, struct weir_frame *frame)
{
	struct seen *seen = data;

	seen->frames++;
	seen->kept = weir_frame_ref(frame);
	return seen->answer;
}

static void test_callback(void **state)
{
	struct weir_video video = video_of("GREY", 64, 48);
	struct weir_slab *slab = make_slab(&video, 1, 0);
	struct weir_frame *frame = make_frame(slab, 9);
	struct weir_sink_settings settings = { 0 };
	struct seen seen = { 0 };
	struct weir_sink *sink;
	struct heard heard;

	(void)state;
	listen_to(&heard);
	settings.log = &heard.log;
	assert_int_equal(weir_sink_open_callback(on_frame, &seen, &settings, &sink), 0);
	assert_string_equal(weir_sink_uri(sink), "callback");
	assert_int_equal(sink->budget, WEIR_DEFAULT_BUDGET);
	assert_int_equal(sink->impl->take(sink, frame), 0);
	weir_frame_unref(&frame);
	assert_int_equal(seen.frames, 1);
	assert_int_equal(weir_frame_info(seen.kept)->sequence, 9);
	assert_int_equal(weir_slab_out(slab), 1);
	weir_frame_unref(&seen.kept);
	assert_int_equal(weir_slab_out(slab), 0);

	seen.answer = -ENOSPC;
	frame = make_frame(slab, 10);
	assert_int_equal(sink->impl->take(sink, frame), -ENOSPC);
	assert_int_equal(heard.lines, 1);
	weir_frame_unref(&seen.kept);
	weir_frame_unref(&frame);
	weir_sink_close(&sink);
	weir_slab_unref(&slab);
}

static void test_callback_settings(void **state)
{
	struct weir_sink_settings settings = { .budget = 5, .policy = WEIR_POLICY_OLDEST };
	struct weir_sink *sink = NULL;

	(void)state;
	assert_int_equal(weir_sink_open_callback(NULL, NULL, NULL, &sink), -EINVAL);
	assert_null(sink);
	assert_int_equal(weir_sink_open_callback(on_frame, NULL, &settings, &sink), 0);
	assert_int_equal(sink->budget, 5);
	assert_int_equal(sink->policy, WEIR_POLICY_OLDEST);
	weir_sink_close(&sink);
	settings.budget = WEIR_SLAB_MAX_SLOTS + 1;
	assert_int_equal(weir_sink_open_callback(on_frame, NULL, &settings, &sink), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_null),
		cmocka_unit_test(test_verify_in_order),
		cmocka_unit_test(test_verify_forgives_gaps),
		cmocka_unit_test(test_verify_finds_repetition),
		cmocka_unit_test(test_verify_finds_disorder),
		cmocka_unit_test(test_verify_finds_contradiction),
		cmocka_unit_test(test_verify_finds_tearing),
		cmocka_unit_test(test_verify_finds_missing_stamps),
		cmocka_unit_test(test_verify_starts_afresh),
		cmocka_unit_test(test_verify_reads_jpeg),
		cmocka_unit_test(test_verify_refuses_formats),
		cmocka_unit_test(test_callback),
		cmocka_unit_test(test_callback_settings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
