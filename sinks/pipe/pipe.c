/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/pipe/pipe.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/gather.h"
#include "core/log.h"

#define PIPE_BYTES (1 << 20) /* what Linux lets everybody have */

/* Raw frames to standard output, one after the other, each line without its padding. Frames wait in
 * a ring and are written straight from their memory, piece by piece, one operation at a time. */
struct pipe_sink {
	struct weir_sink base;
	struct weir_sink_host host;
	bool running;

	struct weir_frame *ring[WEIR_SLAB_MAX_SLOTS];
	unsigned first, n;

	/* How far the first frame is written. */
	bool bracketed;
	struct weir_pixels pixels;
	struct weir_gather gather;
	struct weir_gather_cursor at;

	struct weir_op op;
	struct iovec parts[WEIR_IO_MAX_PARTS];
	bool writing; /* op is active */
};

static int open_pipe(const struct weir_uri *uri, const struct weir_sink_settings *settings,
	struct weir_sink **out)
{
	int flags = fcntl(STDOUT_FILENO, F_GETFL);
	struct pipe_sink *pipe;

	(void)uri;
	if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) {
		weir_error(settings->log,
			"-: standard output is %s: redirect it to a pipe or a file",
			flags < 0 ? "closed" : "closed, or open for reading only");
		return -EBADF;
	}
	if (isatty(STDOUT_FILENO)) {
		weir_error(settings->log,
			"-: standard output is a terminal: redirect it to a pipe or a file");
		return -EINVAL;
	}
	pipe = calloc(1, sizeof(*pipe));
	if (!pipe)
		return -ENOMEM;
	pipe->base.impl = &weir_sink_pipe;
	*out = &pipe->base;
	return 0;
}

static void close_pipe(struct weir_sink *sink)
{
	weir_gather_close(&((struct pipe_sink *)sink)->gather);
	free(sink);
}

#define COPY_REASON "the kernel copies what is written to standard output"

/* The kernel copies what is written into the pipe or the page cache: there is no other way in. What
 * an image takes is known once it is there; a byte a pixel is more than that. */
static uint64_t copies(
	struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	struct weir_video tight = offer->video;
	struct weir_layout layout;

	(void)sink;
	tight.stride = 0;
	snprintf(why, size, COPY_REASON);
	if (weir_format_layout(&tight, &layout))
		return (uint64_t)tight.width * tight.height;
	return layout.size;
}

/* What comes next of the first frame; false at its end. */
static bool prepare(struct pipe_sink *pipe)
{
	pipe->op.n_parts =
		weir_gather_parts(&pipe->gather, weir_frame_info(pipe->ring[pipe->first]),
			&pipe->pixels, pipe->at, pipe->parts, WEIR_IO_MAX_PARTS);
	return pipe->op.n_parts > 0;
}

/* A single piece goes the shorter way. */
static int submit(struct pipe_sink *pipe)
{
	int err;

	pipe->op.io = pipe->op.n_parts > 1 ? WEIR_IO_WRITEV : WEIR_IO_WRITE;
	pipe->op.buffer = pipe->parts[0].iov_base;
	pipe->op.length = pipe->parts[0].iov_len;
	err = weir_loop_submit(pipe->host.loop, &pipe->op);
	pipe->writing = !err;
	return err;
}

/* Lets the first frame go; `verdict` says whether it arrived. */
static int pop(struct pipe_sink *pipe, enum weir_drop verdict)
{
	struct weir_frame *frame = pipe->ring[pipe->first];
	int err = pipe->bracketed ? weir_frame_end_cpu(frame) : 0;

	pipe->bracketed = false;
	pipe->first = (pipe->first + 1) % WEIR_SLAB_MAX_SLOTS;
	pipe->n--;
	frame->verdict = err ? WEIR_DROP_FAILED : verdict;
	weir_frame_unref(&frame);
	return err;
}

/* A frame that has no bytes is over at once. */
static int begin_first(struct pipe_sink *pipe)
{
	int err = 0;

	while (pipe->n && !err) {
		err = weir_frame_begin_cpu(pipe->ring[pipe->first], WEIR_CPU_READ, &pipe->pixels);
		if (err)
			break;
		pipe->bracketed = true;
		pipe->at = (struct weir_gather_cursor){ 0 };
		if (prepare(pipe))
			return submit(pipe);
		err = pop(pipe, WEIR_DROP_NONE);
	}
	return err;
}

static void drop_all(struct pipe_sink *pipe, enum weir_drop verdict)
{
	while (pipe->n)
		pop(pipe, verdict);
}

static int give_up(struct pipe_sink *pipe, int err)
{
	char text[WEIR_ERRNO_TEXT];

	if (err == -EPIPE)
		weir_info(pipe->base.log, "-: the reader of standard output has gone");
	else
		weir_error(pipe->base.log, "-: cannot write to standard output: %s",
			weir_errno_text(err, text));
	pipe->running = false;
	drop_all(pipe, WEIR_DROP_FAILED);
	return err;
}

static int go_on(struct pipe_sink *pipe, int64_t result)
{
	int err;

	if (result < 0)
		return (int)result;
	if (result == 0)
		return -EIO;
	pipe->host.copied(pipe->host.data, &pipe->base, (uint64_t)result, COPY_REASON);
	weir_gather_advance(&pipe->gather, weir_frame_info(pipe->ring[pipe->first]), &pipe->pixels,
		&pipe->at, (size_t)result);
	if (prepare(pipe))
		return submit(pipe);
	err = pop(pipe, WEIR_DROP_NONE);
	return err ? err : begin_first(pipe);
}

static void written(struct weir_op *op, int64_t result)
{
	struct pipe_sink *pipe = op->data;
	int err;

	pipe->writing = false;
	if (!pipe->running) {
		drop_all(pipe, WEIR_DROP_STOPPED);
		return;
	}
	err = go_on(pipe, result);
	if (err)
		pipe->host.failed(pipe->host.data, &pipe->base, give_up(pipe, err));
}

static int start(
	struct weir_sink *sink, const struct weir_sink_host *host, const struct weir_video *video)
{
	struct pipe_sink *pipe = (struct pipe_sink *)sink;
	char text[WEIR_ERRNO_TEXT];
	int err;

	weir_gather_close(&pipe->gather);
	err = weir_gather_open(&pipe->gather, &sink->masks, video);
	if (err) {
		weir_error(sink->log, "-: no memory for what is masked: %s",
			weir_errno_text(err, text));
		return err;
	}
	/* Fewer, larger transfers. No pipe, or over the user's limit: as it was. */
	(void)fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIPE_BYTES);
	pipe->host = *host;
	pipe->running = true;
	pipe->op = (struct weir_op){
		.done = written,
		.data = pipe,
		.fd = STDOUT_FILENO,
		.parts = pipe->parts,
		.offset = WEIR_IO_NO_OFFSET,
	};
	return 0;
}

static int take(struct weir_sink *sink, struct weir_frame *frame)
{
	struct pipe_sink *pipe = (struct pipe_sink *)sink;
	int err;

	assert(pipe->n < WEIR_SLAB_MAX_SLOTS);
	pipe->ring[(pipe->first + pipe->n++) % WEIR_SLAB_MAX_SLOTS] = weir_frame_ref(frame);
	if (pipe->n > 1)
		return 0;
	err = begin_first(pipe);
	return err ? give_up(pipe, err) : 0;
}

static bool can_move(const struct weir_sink *sink, const struct weir_frame *frame)
{
	const struct pipe_sink *pipe = (const struct pipe_sink *)sink;

	return pipe->n > 0 && pipe->ring[pipe->first] != frame;
}

static void move(struct weir_sink *sink, struct weir_frame *from, struct weir_frame *to)
{
	struct pipe_sink *pipe = (struct pipe_sink *)sink;
	unsigned at = pipe->first;

	while (pipe->ring[at] != from)
		at = (at + 1) % WEIR_SLAB_MAX_SLOTS;
	pipe->ring[at] = weir_frame_ref(to);
	weir_frame_unref(&from);
}

/* What is being written stays held until the loop says that the kernel is done with it. */
static void stop(struct weir_sink *sink)
{
	struct pipe_sink *pipe = (struct pipe_sink *)sink;

	pipe->running = false;
	if (pipe->writing)
		weir_loop_cancel(pipe->host.loop, &pipe->op);
	else
		drop_all(pipe, WEIR_DROP_STOPPED);
}

const struct weir_sink_impl weir_sink_pipe = {
	.scheme = "-",
	.summary = "-, raw frames to standard output",
	.reads_pixels = true,
	.gathers = true,
	.open = open_pipe,
	.close = close_pipe,
	.copies = copies,
	.always_copies = true,
	.start = start,
	.take = take,
	.can_move = can_move,
	.move = move,
	.stop = stop,
};
