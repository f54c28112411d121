/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The pattern source: what it accepts, and how it runs for a host that is nothing but this test. */

#include "frames.h"

#include <stdlib.h>

#include "core/checked.h"
#include "core/clock.h"
#include "core/source.h"
#include "core/stamp.h"

static struct weir_source *open_source(const char *uri)
{
	struct weir_source *source;

	assert_int_equal(weir_source_open(uri, NULL, &source), 0);
	return source;
}

static void expect_refusal(const char *uri, int err, const char *word)
{
	struct weir_source_settings settings = { 0 };
	struct weir_source *source = NULL;
	struct heard heard;

	listen_to(&heard);
	settings.log = &heard.log;
	assert_int_equal(weir_source_open(uri, &settings, &source), err);
	assert_null(source);
	assert_int_equal(heard.lines, 1);
	if (!strstr(heard.last, word))
		fail_msg("%s: \"%s\" does not say \"%s\"", uri, heard.last, word);
}

static void test_defaults(void **state)
{
	struct weir_source *source = open_source("pattern:");
	const struct weir_video *video = weir_source_video(source);

	(void)state;
	assert_string_equal(video->format->name, "YUYV");
	assert_int_equal(video->width, 1280);
	assert_int_equal(video->height, 720);
	assert_int_equal(video->stride, 2560);
	assert_int_equal(video->rate.num, 30);
	assert_int_equal(video->rate.den, 1);
	assert_int_equal(video->range, WEIR_RANGE_LIMITED);
	assert_int_equal(video->matrix, WEIR_MATRIX_709);
	assert_true(source->live);
	assert_string_equal(
		weir_source_uri(source), "pattern:bars?size=1280x720&fps=30&format=YUYV");
	weir_source_close(&source);
}

static void test_uri_opens_the_same_again(void **state)
{
	static const char *const uris[] = {
		"pattern:noise?size=16x16&fps=0&format=GREY",
		"pattern:counter?size=642x360&fps=30000/1001&format=NV12&stride=700",
		"pattern:black?size=8192x8192&fps=1/60&format=RGB565",
	};

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(uris); i++) {
		struct weir_source *source = open_source(uris[i]);

		assert_string_equal(weir_source_uri(source), uris[i]);
		weir_source_close(&source);
	}
}

static void test_refusals_name_word_and_remedy(void **state)
{
	(void)state;
	expect_refusal("pattern:barz", -EINVAL, "\"bars\"");
	expect_refusal("pattern:countre", -EINVAL, "\"counter\"");
	expect_refusal("pattern:xyzzy", -EINVAL, "xyzzy");
	expect_refusal("pattern:bars?format=H264", -ENOTSUP, "YUYV, UYVY, NV12");
	expect_refusal("pattern:bars?size=17x16", -ENOTSUP, "17x16");
	expect_refusal("pattern:bars?size=16x17&format=NV12", -ENOTSUP, "2x2");
	expect_refusal("pattern:bars?stride=2559", -EINVAL, "2560");
	expect_refusal("pattern:bars?size=8192x8192&stride=4000000000", -EINVAL, "4000000000");
	expect_refusal("pattern:bars?strid=9", -EINVAL, "stride");
	expect_refusal("pattern:mjpeg?format=NV12", -ENOTSUP, "pattern:bars");
}

static void test_refuses_what_cannot_be_paced(void **state)
{
	struct weir_source_settings settings = { .wanted = { .rate = { 2000001, 2 } } };
	struct weir_source *source = NULL;
	struct heard heard;

	(void)state;
	listen_to(&heard);
	settings.log = &heard.log;
	assert_int_equal(weir_source_open("pattern:bars", &settings, &source), -ENOTSUP);
	assert_non_null(strstr(heard.last, "fps=0"));
	settings.wanted.rate.num = 2000000;
	assert_int_equal(weir_source_open("pattern:bars", &settings, &source), 0);
	weir_source_close(&source);
}

static void test_refuses_half_a_size(void **state)
{
	struct weir_source_settings settings = { .wanted.height = 48 };
	struct weir_source *source = NULL;
	struct heard heard;

	(void)state;
	listen_to(&heard);
	settings.log = &heard.log;
	assert_int_equal(weir_source_open("pattern:bars", &settings, &source), -EINVAL);
	assert_null(source);
	assert_non_null(strstr(heard.last, "0x48"));
}

static void test_description(void **state)
{
	struct weir_source *source = open_source("pattern:counter?fps=0");
	const struct weir_source_info *info;

	(void)state;
	for (int twice = 0; twice < 2; twice++) {
		assert_int_equal(weir_source_describe(source, &info), 0);
		assert_string_equal(info->driver, "pattern");
		assert_string_equal(info->uri, weir_source_uri(source));
		assert_false(info->live);
		assert_true(info->n_formats >= 6);
		assert_string_equal(info->formats[2].format->name, "NV12");
		assert_int_equal(info->formats[2].n_sizes, 1);
		assert_int_equal(info->formats[2].sizes[0].step_height, 2);
		assert_int_equal(info->formats[2].sizes[0].max_width, WEIR_MAX_SIZE);
		assert_int_equal(info->n_abilities, 2);
		assert_string_equal(info->abilities[1].name, "host");
		assert_true(info->abilities[1].works);
	}
	weir_source_close(&source);
}

/* A host that checks every frame, and may hold some. */
struct host {
	struct weir_source_host host;
	struct weir_source *source;
	uint64_t frames, asked, next, first_ns;
	uint64_t stop_after, refuse_after; /* frames; 0: never */
	bool skips;                        /* gaps are fine */
	struct weir_frame *held[WEIR_SLAB_MAX_SLOTS];
	unsigned n_held, hold;
	struct weir_timer timer;
	int error;
	bool ended;
};

static void check_stamp(struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	const struct weir_video video = { info->format, info->width, info->height };
	struct weir_pixels pixels;
	uint64_t stamp = 0;

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	assert_int_equal(weir_stamp_read(&video, &pixels, &stamp), WEIR_STAMP_WHOLE);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	assert_true(stamp == info->sequence);
}

static void deliver(void *data, struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct host *host = data;

	check_stamp(frame);
	if (host->skips)
		assert_true(info->sequence >= host->next);
	else
		assert_true(info->sequence == host->next);
	if (!host->frames)
		host->first_ns = info->timestamp_ns;
	assert_true(info->timestamp_ns >= host->first_ns);
	assert_true(info->timestamp_ns <= weir_now_ns());
	host->next = info->sequence + 1;
	if (++host->frames == host->stop_after) {
		host->source->impl->stop(host->source);
		weir_loop_stop(host->host.loop);
	}
	if (host->n_held < host->hold)
		host->held[host->n_held++] = frame;
	else
		weir_frame_unref(&frame);
}

static bool wanted(void *data)
{
	struct host *host = data;

	host->asked++;
	return !host->refuse_after || host->frames < host->refuse_after;
}

static void ended(void *data, int error)
{
	struct host *host = data;

	host->ended = true;
	host->error = error;
}

static void stop_loop(struct weir_timer *timer)
{
	struct host *host = timer->data;

	weir_loop_stop(host->host.loop);
}

static void returned(void *data)
{
	struct host *host = data;

	host->source->impl->resume(host->source);
}

static void set_up(struct host *host, const char *uri, unsigned slots)
{
	size_t bytes;

	*host = (struct host){ .source = open_source(uri) };
	assert_int_equal(host->source->impl->frame_bytes(host->source, &bytes), 0);
	host->host =
		(struct weir_source_host){ .slab = make_slab(&host->source->video, slots, bytes),
			.deliver = deliver,
			.wanted = wanted,
			.ended = ended,
			.data = host };
	host->timer = (struct weir_timer){ .fired = stop_loop, .data = host };
	assert_int_equal(weir_loop_open(&(struct weir_loop_settings){ 0 }, &host->host.loop), 0);
	assert_int_equal(weir_slab_listen(host->host.slab, host->host.loop, returned, host), 0);
}

static void start(struct host *host)
{
	const struct weir_source_host given = host->host;

	assert_int_equal(host->source->impl->start(host->source, &given), 0);
}

static void run_for_ms(struct host *host, uint64_t ms)
{
	weir_loop_arm(host->host.loop, &host->timer, weir_now_ns() + ms * 1000000);
	assert_int_equal(weir_loop_run(host->host.loop), 0);
}

static void release_held(struct host *host)
{
	while (host->n_held)
		weir_frame_unref(&host->held[--host->n_held]);
}

static void tear_down(struct host *host)
{
	host->source->impl->stop(host->source);
	release_held(host);
	assert_false(host->ended);
	assert_int_equal(weir_slab_out(host->host.slab), 0);
	weir_slab_ignore(host->host.slab, host->host.loop);
	weir_loop_close(&host->host.loop);
	weir_slab_unref(&host->host.slab);
	weir_source_close(&host->source);
}

static void test_every_format_runs(void **state)
{
	static const char *const formats[] = { "YUYV", "UYVY", "NV12", "XR24", "RGB565", "GREY" };
	static const char *const names[] = { "bars", "counter", "noise", "black" };

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(formats) * WEIR_COUNT(names); i++) {
		struct host host;
		char uri[100];

		snprintf(uri, sizeof(uri), "pattern:%s?size=130x46&fps=0&format=%s&stride=777",
			names[i % 4], formats[i / 4]);
		set_up(&host, uri, 3);
		host.stop_after = 100;
		start(&host);
		assert_int_equal(weir_loop_run(host.host.loop), 0);
		assert_int_equal(host.frames, 100);
		assert_true(weir_counter_get(&host.source->lost) == 0);
		tear_down(&host);
	}
}

/* Told no, it sleeps: no question, no frame, hardly a system call until it is resumed. */
static void test_sleeps_until_resumed(void **state)
{
	struct host host;
	uint64_t asked, syscalls;

	(void)state;
	set_up(&host, "pattern:bars?size=64x48&fps=0", 2);
	host.refuse_after = 10;
	start(&host);
	run_for_ms(&host, 10);
	assert_int_equal(host.frames, 10);
	asked = host.asked;
	syscalls = weir_loop_syscalls(host.host.loop);
	run_for_ms(&host, 30);
	assert_int_equal(host.asked, asked);
	assert_true(weir_loop_syscalls(host.host.loop) - syscalls < 10);

	host.refuse_after = 0;
	host.stop_after = 1000;
	host.source->impl->resume(host.source);
	assert_int_equal(weir_loop_run(host.host.loop), 0);
	assert_int_equal(host.frames, 1000);
	tear_down(&host);
}

/* Without a free slot it sleeps too, and a release wakes it. */
static void test_waits_for_slots(void **state)
{
	struct host host;

	(void)state;
	set_up(&host, "pattern:bars?size=64x48&fps=0", 3);
	host.hold = 3;
	start(&host);
	run_for_ms(&host, 10);
	assert_int_equal(host.frames, 3);
	host.hold = 0;
	host.stop_after = 500;
	weir_frame_unref(&host.held[--host.n_held]);
	assert_int_equal(weir_loop_run(host.host.loop), 0);
	assert_int_equal(host.frames, 500);
	assert_true(weir_counter_get(&host.source->lost) == 0);
	tear_down(&host);
}

/* Other things of the loop get their turn while frames flow without a pause. */
static void test_leaves_room_for_others(void **state)
{
	struct host host;

	(void)state;
	set_up(&host, "pattern:bars?size=64x48&fps=0", 2);
	start(&host);
	run_for_ms(&host, 5);
	assert_true(host.frames > 0);
	tear_down(&host);
}

/* Never early; whatever was late or had no slot is a gap and is counted. */
static void test_paced(void **state)
{
	struct host host;
	uint64_t first;

	(void)state;
	set_up(&host, "pattern:bars?size=64x48&fps=500", 2);
	host.skips = true;
	host.stop_after = 40;
	first = weir_now_ns();
	start(&host);
	assert_int_equal(weir_loop_run(host.host.loop), 0);
	assert_true(weir_now_ns() - first >= (host.next - 1) * 2000000);
	assert_true(host.next == host.frames + weir_counter_get(&host.source->lost));
	assert_int_equal(host.asked, 0);
	tear_down(&host);
}

static void test_paced_without_slots(void **state)
{
	struct host host;

	(void)state;
	set_up(&host, "pattern:bars?size=64x48&fps=1000", 2);
	host.skips = true;
	host.hold = 2;
	start(&host);
	run_for_ms(&host, 20);
	assert_int_equal(host.frames, 2);
	assert_true(weir_counter_get(&host.source->lost) >= 10);
	host.hold = 0;
	release_held(&host);
	host.stop_after = 5;
	assert_int_equal(weir_loop_run(host.host.loop), 0);
	assert_true(host.next == host.frames + weir_counter_get(&host.source->lost));
	tear_down(&host);
}

/* A source runs again, from nought. */
static void test_runs_again(void **state)
{
	struct host host;

	(void)state;
	set_up(&host, "pattern:counter?size=64x48&fps=0", 2);
	for (int run = 0; run < 2; run++) {
		host.frames = host.next = 0;
		host.stop_after = 10;
		start(&host);
		assert_int_equal(weir_loop_run(host.host.loop), 0);
		assert_int_equal(host.frames, 10);
	}
	tear_down(&host);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_uri_opens_the_same_again),
		cmocka_unit_test(test_refusals_name_word_and_remedy),
		cmocka_unit_test(test_refuses_what_cannot_be_paced),
		cmocka_unit_test(test_refuses_half_a_size),
		cmocka_unit_test(test_description),
		cmocka_unit_test(test_every_format_runs),
		cmocka_unit_test(test_sleeps_until_resumed),
		cmocka_unit_test(test_waits_for_slots),
		cmocka_unit_test(test_leaves_room_for_others),
		cmocka_unit_test(test_paced),
		cmocka_unit_test(test_paced_without_slots),
		cmocka_unit_test(test_runs_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
