/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/vm/sync.h"

#include <fcntl.h>
#include <linux/dma-buf.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/source.h"

/* ---- forgetting ---- */

uint64_t sync_forgotten;

int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	const struct dma_buf_sync *sync;
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	sync = argument;
	if (request == DMA_BUF_IOCTL_SYNC && (sync->flags & DMA_BUF_SYNC_RW) == sync_forgotten)
		return 0;
	return __real_ioctl(fd, request, argument);
}

/* ---- around each test ---- */

static int set_up(bool veiled)
{
	sync_forgotten = 0;
	return twoface_open(veiled) ? 0 : -1;
}

int sync_set_up(void **state)
{
	(void)state;
	return set_up(false);
}

int sync_set_up_veiled(void **state)
{
	(void)state;
	return set_up(true);
}

int sync_tear_down(void **state)
{
	struct weir_twoface_counts counts = twoface_counts();

	(void)state;
	twoface_close();
	assert_int_equal(counts.begins, counts.ends);
	assert_int_equal(counts.unbalanced, 0);
	assert_int_equal(counts.shown_open, 0);
	assert_int_equal(counts.left_open, 0);
	assert_int_equal(counts.alive, 0);
	return 0;
}

/* ---- pipelines ---- */

void sync_begin(struct sync_run *run, const char *source)
{
	*run = (struct sync_run){ .source = source, .memory = "twoface" };
	stand_listen(&run->heard);
}

struct weir_sink *sync_sink(struct sync_run *run, const char *uri)
{
	const struct weir_sink_settings settings = { .log = &run->heard.log };
	struct weir_sink *sink = NULL;

	assert_int_equal(weir_sink_open(uri, &settings, &sink), 0);
	return sink;
}

struct weir_sink *sync_callback(struct sync_run *run, weir_sink_callback *on_frame, void *data)
{
	const struct weir_sink_settings settings = { .log = &run->heard.log };
	struct weir_sink *sink = NULL;

	assert_int_equal(weir_sink_open_callback(on_frame, data, &settings, &sink), 0);
	return sink;
}

static struct weir_source *open_source(struct sync_run *run)
{
	const struct weir_source_settings settings = { .log = &run->heard.log,
		.wanted = run->wanted };
	struct weir_source *source = NULL;

	assert_int_equal(weir_source_open(run->source, &settings, &source), 0);
	/* A pattern and a reader share the CPU's side and need no syncs; here they are to make
	 * them. */
	source->device = true;
	return source;
}

void sync_go(struct sync_run *run)
{
	const struct weir_pipeline_settings settings = {
		.log = &run->heard.log, .memory = run->memory, .max_frames = SYNC_FRAMES
	};
	struct weir_source *source = open_source(run);
	struct weir_pipeline *pipeline = NULL;

	assert_int_equal(weir_pipeline_create(&settings, &pipeline), 0);
	assert_int_equal(weir_pipeline_set_source(pipeline, &source), 0);
	if (run->stage)
		assert_int_equal(weir_pipeline_add_stage(pipeline, &run->stage), 0);
	for (size_t i = 0; i < WEIR_COUNT(run->sinks); i++)
		if (run->sinks[i])
			assert_int_equal(weir_pipeline_add_sink(pipeline, &run->sinks[i]), 0);
	run->result = weir_pipeline_run(pipeline);
	weir_pipeline_ledger(pipeline, &run->ledger);
	weir_pipeline_memory(pipeline, &run->report);
	if (run->ledger.sinks[0].verdict)
		snprintf(run->verdict, sizeof(run->verdict), "%s", run->ledger.sinks[0].verdict);
	assert_int_equal(weir_ledger_reconcile(&run->ledger, NULL, 0), 0);
	weir_pipeline_destroy(&pipeline);
}

uint8_t *sync_go_output(struct sync_run *run, size_t *length)
{
	int saved, file = memfd_create("stdout", MFD_CLOEXEC);
	uint8_t *bytes;
	off_t end;

	fflush(stdout);
	saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	assert_true(file >= 0 && saved >= 0);
	assert_int_equal(dup2(file, STDOUT_FILENO), STDOUT_FILENO);
	run->sinks[0] = sync_sink(run, "-");
	sync_go(run);
	dup2(saved, STDOUT_FILENO);
	close(saved);

	end = lseek(file, 0, SEEK_END);
	assert_true(end > 0);
	*length = (size_t)end;
	bytes = malloc(*length);
	assert_non_null(bytes);
	assert_int_equal(pread(file, bytes, *length, 0), end);
	close(file);
	return bytes;
}

void sync_assert_books(const struct sync_run *run)
{
	struct weir_twoface_counts counts = twoface_counts();

	if (run->result)
		print_error("%s\n", run->heard.last);
	assert_int_equal(run->result, 0);
	assert_string_equal(run->report.kind, "twoface");
	assert_int_equal(run->ledger.captured, SYNC_FRAMES);
	assert_int_equal(counts.begins + counts.ends, run->ledger.cache_syncs);
}
