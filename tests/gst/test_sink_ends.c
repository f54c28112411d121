/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* weirsink into pipes and files: what has gone there by the end, and by a flush. */

#include "tests/gst/element.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define GRAY "video/x-raw,format=GRAY8,width=1920,height=1080,framerate=30/1"
#define SIZE ((gsize)1920 * 1080) /* more than a pipe takes */

/* Standard output, to a reader that begins when it is told to. */
struct outlet {
	int saved, fd;
	GThread *thread;
	gint reads; /* atomic */
	gulong delay_us;
	guint64 bytes;
	guint frames[256]; /* by what their pixels are */
	guint8 last;
};

static gpointer read_all(gpointer data)
{
	struct outlet *outlet = data;
	guint8 *piece = g_malloc(SIZE);
	ssize_t n;

	while (!g_atomic_int_get(&outlet->reads))
		g_usleep(1000);
	g_usleep(outlet->delay_us);
	while ((n = read(outlet->fd, piece, SIZE)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			if (outlet->bytes++ % SIZE == 0)
				outlet->frames[piece[i]]++;
		outlet->last = piece[n - 1];
	}
	g_free(piece);
	return NULL;
}

static void outlet_open(struct outlet *outlet, gboolean reads)
{
	int ends[2];

	*outlet = (struct outlet){ .reads = reads };
	fflush(stdout);
	assert_int_equal(pipe(ends), 0);
	outlet->saved = dup(STDOUT_FILENO);
	assert_int_equal(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
	close(ends[1]);
	outlet->fd = ends[0];
	outlet->thread = g_thread_new("reader", read_all, outlet);
}

static void outlet_close(struct outlet *outlet)
{
	dup2(outlet->saved, STDOUT_FILENO);
	close(outlet->saved);
	g_thread_join(outlet->thread);
	close(outlet->fd);
}

static GstHarness *harness_to_stdout(void)
{
	GstHarness *harness =
		gst_harness_new_parse("weirsink name=sink uri=- sync=false copy-policy=allow");

	gst_harness_set_src_caps_str(harness, GRAY);
	return harness;
}

static GstFlowReturn push(GstHarness *harness, guint8 value)
{
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, SIZE, NULL);

	gst_buffer_memset(buffer, 0, value, SIZE);
	return gst_harness_push(harness, buffer);
}

/* The end is told when the reader has the last byte, or the pipe. */
static void test_the_end_of_a_pipe(void **state)
{
	struct outlet outlet;
	GstHarness *harness;
	guint64 delivered;
	gboolean ended;
	gint64 begin;

	(void)state;
	outlet_open(&outlet, FALSE);
	harness = harness_to_stdout();
	for (guint8 i = 1; i <= 6; i++)
		push(harness, i);
	outlet.delay_us = 300000;
	begin = g_get_monotonic_time();
	g_atomic_int_set(&outlet.reads, TRUE);
	ended = gst_harness_push_event(harness, gst_event_new_eos());
	begin = g_get_monotonic_time() - begin;
	delivered = sink_figure(harness, "delivered");
	gst_harness_teardown(harness);
	outlet_close(&outlet);
	assert_true(ended);
	assert_int_equal(delivered, 6);
	assert_true(begin >= 300000);
	assert_int_equal(outlet.bytes, 6 * SIZE);
	assert_int_equal(outlet.last, 6);
	for (guint8 i = 1; i <= 6; i++)
		assert_int_equal(outlet.frames[i], 1);
}

/* What had not begun to go out by then does not, and what follows does. */
static void test_flush(void **state)
{
	struct outlet outlet;
	GstSegment segment;
	GstHarness *harness;
	guint64 captured;

	(void)state;
	outlet_open(&outlet, FALSE);
	harness = harness_to_stdout();
	for (guint8 i = 1; i <= 7; i++)
		push(harness, i);
	for (int i = 0; i < 500 && sink_figure(harness, "captured") < 1; i++)
		g_usleep(10000);
	gst_harness_push_event(harness, gst_event_new_flush_start());
	gst_harness_push_event(harness, gst_event_new_flush_stop(TRUE));
	gst_segment_init(&segment, GST_FORMAT_TIME);
	gst_harness_push_event(harness, gst_event_new_segment(&segment));
	g_atomic_int_set(&outlet.reads, TRUE);
	push(harness, 99);
	gst_harness_push_event(harness, gst_event_new_eos());
	captured = sink_figure(harness, "captured");
	gst_harness_teardown(harness);
	outlet_close(&outlet);
	assert_in_range(captured, 2, 5);
	assert_int_equal(outlet.bytes, captured * SIZE);
	assert_int_equal(outlet.frames[1], 1);
	assert_int_equal(outlet.frames[7], 0);
	assert_int_equal(outlet.frames[99], 1);
	assert_int_equal(outlet.last, 99);
}

/* The end is told when the file has it all. */
static void test_the_end_of_a_file(void **state)
{
	char path[] = "/tmp/weir-XXXXXX";
	int file = g_mkstemp(path), saved = dup(STDOUT_FILENO);
	GstHarness *harness;
	struct stat status;

	(void)state;
	assert_true(file >= 0);
	g_unlink(path);
	fflush(stdout);
	dup2(file, STDOUT_FILENO);
	harness = harness_to_stdout();
	for (guint8 i = 1; i <= 20; i++)
		push(harness, i);
	gst_harness_push_event(harness, gst_event_new_eos());
	fstat(file, &status);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(file);
	assert_int_equal(sink_figure(harness, "delivered"), 20);
	gst_harness_teardown(harness);
	assert_int_equal(status.st_size, 20 * SIZE);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_end_of_a_pipe),
		cmocka_unit_test(test_flush),
		cmocka_unit_test(test_the_end_of_a_file),
	};
	int failed;

	gst_init(&argc, &argv);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	gst_deinit();
	return failed;
}
