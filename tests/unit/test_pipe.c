/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Frames to standard output: every visible byte in order and no other, through a pipe that takes
 * little at a time; and what becomes of the frames when the reader goes or the run ends. */

#include "frames.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/copy.h"
#include "core/sink.h"

#define FRAMES 3

/* Standard output is a pipe from set_up() to restore(): checks that may fail, and print, come
 * after. */
struct bench {
	struct weir_sink *sink;
	struct weir_slab *slab;
	struct weir_video video;
	struct weir_loop *loop;
	struct heard heard;
	int saved_stdout, reader;
	struct weir_watch watch;
	struct weir_timer timer;
	uint8_t *got;
	size_t n_got, expected;
	int failed;
};

static void read_some(struct weir_watch *watch, uint32_t events)
{
	struct bench *bench = watch->data;
	ssize_t n = read(bench->reader, bench->got + bench->n_got, 1000);

	(void)events;
	if (n > 0)
		bench->n_got += (size_t)n;
	if (n > 0 && bench->n_got < bench->expected)
		return;
	weir_loop_unwatch(bench->loop, watch);
	weir_loop_arm(bench->loop, &bench->timer, 0);
}

/* The sink hears of its last write a little after the reader. */
static void stop_when_released(struct weir_timer *timer)
{
	struct bench *bench = timer->data;

	if (weir_slab_out(bench->slab) == 0)
		weir_loop_stop(bench->loop);
	else
		weir_loop_arm(bench->loop, timer, weir_now_ns() + 100000);
}

static void copied(void *data, struct weir_sink *sink, uint64_t bytes, const char *why)
{
	(void)data;
	assert_true(why && *why);
	weir_counter_add(&sink->copied_bytes, bytes);
}

static void failed(void *data, struct weir_sink *sink, int error)
{
	struct bench *bench = data;

	bench->failed = error;
	sink->impl->stop(sink);
	weir_loop_stop(bench->loop);
}

static void redirect(struct bench *bench)
{
	int ends[2];

	fflush(stdout);
	bench->saved_stdout = dup(STDOUT_FILENO);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	fcntl(ends[1], F_SETPIPE_SZ, 4096);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	bench->reader = ends[0];
}

static void restore(struct bench *bench)
{
	fflush(stdout);
	dup2(bench->saved_stdout, STDOUT_FILENO);
	close(bench->saved_stdout);
	if (bench->reader >= 0)
		close(bench->reader);
}

/* Some machines and containers have no io_uring; epoll is everywhere. */
static bool works(const char *backend)
{
	struct weir_log silent = { .level = WEIR_LOG_SILENT };
	struct weir_loop_settings settings = { .log = &silent, .backend = backend };
	struct weir_loop *loop;

	if (weir_loop_open(&settings, &loop))
		return false;
	weir_loop_close(&loop);
	return true;
}

static void set_up(
	struct bench *bench, const char *loop, const struct weir_video *video, size_t bytes)
{
	struct weir_loop_settings loop_settings = { .backend = loop };
	struct weir_sink_settings settings = { 0 };
	struct weir_sink_host host;

	*bench = (struct bench){ .video = *video };
	listen_to(&bench->heard);
	settings.log = &bench->heard.log;
	bench->slab = make_slab(video, FRAMES, bytes);
	assert_int_equal(weir_loop_open(&loop_settings, &bench->loop), 0);
	assert_int_equal(weir_sink_open("-", &settings, &bench->sink), 0);
	host = (struct weir_sink_host){
		.loop = bench->loop,
		.slab = bench->slab,
		.failed = failed,
		.copied = copied,
		.data = bench,
	};
	assert_int_equal(bench->sink->impl->start(bench->sink, &host, video), 0);
	redirect(bench);
	bench->watch = (struct weir_watch){ .ready = read_some, .data = bench };
	bench->timer = (struct weir_timer){ .fired = stop_when_released, .data = bench };
	weir_loop_watch(bench->loop, &bench->watch, bench->reader, POLLIN);
}

static void tear_down(struct bench *bench)
{
	weir_loop_close(&bench->loop);
	weir_sink_close(&bench->sink);
	assert_int_equal(weir_slab_out(bench->slab), 0);
	weir_slab_unref(&bench->slab);
	free(bench->got);
}

/* Shows FRAMES frames whose bytes, padding included, are all different from their neighbours. */
static void show_frames(struct bench *bench)
{
	for (unsigned n = 0; n < FRAMES; n++) {
		struct weir_frame *frame = make_frame(bench->slab, n);
		struct weir_pixels pixels;

		weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels);
		for (size_t i = 0; i < bench->slab->frame_bytes; i++)
			pixels.data[0][i] = (uint8_t)(i * 7 + n * 31 + i / 251);
		weir_frame_end_cpu(frame);
		if (bench->video.format->flags & WEIR_FORMAT_COMPRESSED)
			frame->info.bytes_used = 5000 + n;
		bench->sink->impl->take(bench->sink, frame);
		weir_frame_unref(&frame);
	}
}

/* What must come out, from the slots' memory and the layout. */
static size_t expected_bytes(const struct bench *bench, uint8_t *out)
{
	struct weir_layout layout;
	size_t n = 0;

	for (unsigned slot = 0; slot < FRAMES; slot++) {
		const uint8_t *memory = bench->slab->slots[slot].parts[0].memory;

		if (weir_format_layout(&bench->video, &layout)) {
			memcpy(out + n, memory, 5000 + slot);
			n += 5000 + slot;
			continue;
		}
		for (unsigned p = 0; p < layout.n_planes; p++) {
			size_t line =
				weir_format_line_bytes(bench->video.format, p, bench->video.width);

			for (size_t y = 0; y < layout.plane[p].lines; y++, n += line)
				memcpy(out + n,
					memory + layout.plane[p].offset +
						y * layout.plane[p].stride,
					line);
		}
	}
	return n;
}

static void check_bytes(const char *loop, const struct weir_video *video, size_t bytes)
{
	struct bench bench;
	uint8_t *want;

	set_up(&bench, loop, video, bytes);
	want = malloc(FRAMES * bench.slab->frame_bytes);
	bench.got = malloc(FRAMES * bench.slab->frame_bytes + 1000);
	show_frames(&bench);
	bench.expected = expected_bytes(&bench, want);
	weir_loop_run(bench.loop);
	restore(&bench);
	assert_int_equal(bench.n_got, bench.expected);
	assert_memory_equal(bench.got, want, bench.expected);
	assert_int_equal(bench.failed, 0);
	assert_int_equal(weir_counter_get(&bench.sink->copied_bytes), bench.expected);
	assert_int_equal(bench.slab->slots[FRAMES - 1].frame.verdict, WEIR_DROP_NONE);
	free(want);
	bench.sink->impl->stop(bench.sink);
	tear_down(&bench);
}

static void test_bytes(void **state)
{
	struct weir_video tight = video_of("NV12", 64, 48), padded = video_of("NV12", 64, 48);
	struct weir_video packed = video_of("YUYV", 62, 30), image = video_of("MJPEG", 64, 48);

	(void)state;
	padded.stride = 80;
	packed.stride = 62 * 2 + 1;
	for (size_t i = 0; weir_loop_backends[i]; i++) {
		if (!works(weir_loop_backends[i]))
			continue;
		check_bytes(weir_loop_backends[i], &tight, 0);
		check_bytes(weir_loop_backends[i], &padded, 0);
		check_bytes(weir_loop_backends[i], &packed, 0);
		check_bytes(weir_loop_backends[i], &image, 6000);
	}
}

/* What waits behind the frame that is being written can lose its memory, which may be overwritten
 * then. */
static void move_all_but_the_first(struct bench *bench, struct weir_slab *spare)
{
	const struct weir_sink_impl *impl = bench->sink->impl;

	assert_false(impl->can_move(bench->sink, &bench->slab->slots[0].frame));
	for (unsigned i = 1; i < FRAMES; i++) {
		struct weir_frame *frame = &bench->slab->slots[i].frame, *copy = NULL;
		uint64_t bytes = 0;

		assert_true(impl->can_move(bench->sink, frame));
		assert_int_equal(weir_frame_copy(frame, weir_slab_take(spare), &copy, &bytes), 0);
		impl->move(bench->sink, frame, copy);
		weir_frame_unref(&copy);
		assert_int_equal(weir_slab_out(bench->slab), FRAMES - i);
		memset(bench->slab->slots[i].parts[0].memory, 0, bench->slab->frame_bytes);
	}
}

static void test_frames_that_are_moved(void **state)
{
	const struct weir_video video = video_of("YUYV", 62, 30);

	(void)state;
	for (size_t i = 0; weir_loop_backends[i]; i++) {
		struct weir_slab *spare = make_slab(&video, FRAMES, 0);
		struct bench bench;
		uint8_t *want;

		if (works(weir_loop_backends[i])) {
			set_up(&bench, weir_loop_backends[i], &video, 0);
			want = malloc(FRAMES * bench.slab->frame_bytes);
			bench.got = malloc(FRAMES * bench.slab->frame_bytes + 1000);
			show_frames(&bench);
			bench.expected = expected_bytes(&bench, want);
			move_all_but_the_first(&bench, spare);
			weir_loop_run(bench.loop);
			restore(&bench);
			assert_int_equal(bench.n_got, bench.expected);
			assert_memory_equal(bench.got, want, bench.expected);
			free(want);
			tear_down(&bench);
		}
		assert_int_equal(weir_slab_out(spare), 0);
		weir_slab_unref(&spare);
	}
}

/* The sink ends with -EPIPE, quietly, and gives its frames back; no signal comes. */
static void test_reader_goes(void **state)
{
	struct weir_video video = video_of("GREY", 128, 64);

	(void)state;
	for (size_t i = 0; weir_loop_backends[i]; i++) {
		struct bench bench;

		if (!works(weir_loop_backends[i]))
			continue;
		set_up(&bench, weir_loop_backends[i], &video, 0);
		weir_loop_unwatch(bench.loop, &bench.watch);
		show_frames(&bench);
		close(bench.reader);
		bench.reader = -1;
		weir_loop_run(bench.loop);
		restore(&bench);
		assert_int_equal(bench.failed, -EPIPE);
		assert_int_equal(bench.heard.lines, 0);
		assert_int_equal(weir_slab_out(bench.slab), 0);
		assert_int_equal(bench.slab->slots[1].frame.verdict, WEIR_DROP_FAILED);
		tear_down(&bench);
	}
}

/* Stopped with a full pipe: what is being written stays held until the loop is done with it. */
static void test_stopped_while_writing(void **state)
{
	struct weir_video video = video_of("GREY", 128, 64);

	(void)state;
	for (size_t i = 0; weir_loop_backends[i]; i++) {
		struct bench bench;

		if (!works(weir_loop_backends[i]))
			continue;
		set_up(&bench, weir_loop_backends[i], &video, 0);
		weir_loop_unwatch(bench.loop, &bench.watch);
		show_frames(&bench);
		bench.sink->impl->stop(bench.sink);
		assert_true(weir_slab_out(bench.slab) > 0);
		weir_loop_close(&bench.loop);
		restore(&bench);
		assert_int_equal(bench.failed, 0);
		assert_int_equal(weir_slab_out(bench.slab), 0);
		assert_int_equal(bench.slab->slots[0].frame.verdict, WEIR_DROP_STOPPED);
		tear_down(&bench);
	}
}

static void test_says_what_it_copies(void **state)
{
	struct weir_offer raw = { .video = video_of("NV12", 64, 48) };
	struct weir_offer image = { .video = video_of("MJPEG", 64, 48) };
	struct weir_sink *sink;
	char why[200] = "";

	(void)state;
	raw.video.stride = 100;
	assert_int_equal(weir_sink_open("-", NULL, &sink), 0);
	assert_int_equal(sink->impl->copies(sink, &raw, why, sizeof(why)), 64 * 48 * 3 / 2);
	assert_non_null(strstr(why, "kernel"));
	assert_true(sink->impl->copies(sink, &image, why, sizeof(why)) > 0);
	weir_sink_close(&sink);
}

static void test_closed_output(void **state)
{
	int saved = dup(STDOUT_FILENO), err;
	struct weir_sink_settings settings = { 0 };
	struct weir_sink *sink = NULL;
	struct heard heard;

	(void)state;
	listen_to(&heard);
	settings.log = &heard.log;
	fflush(stdout);
	close(STDOUT_FILENO);
	err = weir_sink_open("-", &settings, &sink);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	assert_int_equal(err, -EBADF);
	assert_null(sink);
	assert_int_equal(heard.lines, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_frames_that_are_moved),
		cmocka_unit_test(test_reader_goes),
		cmocka_unit_test(test_stopped_while_writing),
		cmocka_unit_test(test_says_what_it_copies),
		cmocka_unit_test(test_closed_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
