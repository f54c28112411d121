/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* feed_h264 STREAM WxH FPS SINK: a camera of H.264, as no machine of ours has one. Plays the
 * stream, whose access units begin with delimiters each, to any sink of weir's. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <weir/feed.h>
#include <weir/weir.h>

#define PATIENCE_NS 1000000000u

struct stream {
	uint8_t *bytes;
	size_t size;
	struct weir_video video;
	struct weir_feed *feed;
	unsigned refused; /* units that found no room */
};

static int read_stream(const char *path, struct stream *out)
{
	FILE *file = fopen(path, "re");
	long size = -1;

	if (!file)
		return -errno;
	if (!fseek(file, 0, SEEK_END))
		size = ftell(file);
	rewind(file);
	out->bytes = size > 0 ? malloc((size_t)size) : NULL;
	out->size = out->bytes ? fread(out->bytes, 1, (size_t)size, file) : 0;
	fclose(file);
	return out->size ? 0 : -EIO;
}

/* Where the next access unit begins, behind `from`. */
static size_t next_unit(const struct stream *stream, size_t from)
{
	static const uint8_t delimiter[] = { 0, 0, 0, 1, 9 };
	const uint8_t *found = from < stream->size
				       ? memmem(stream->bytes + from, stream->size - from,
						 delimiter, sizeof(delimiter))
				       : NULL;

	return found ? (size_t)(found - stream->bytes) : stream->size;
}

static int show(struct stream *stream, size_t at, size_t bytes)
{
	const struct weir_feed_stamp stamp = { .bytes_used = (uint32_t)bytes };
	struct weir_frame *frame = NULL;
	struct weir_pixels pixels;
	int err = weir_feed_take(stream->feed, PATIENCE_NS, &frame);

	if (!err)
		err = weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels);
	if (err)
		return err;
	if (bytes > weir_frame_info(frame)->plane[0].length) {
		weir_frame_end_cpu(frame);
		weir_frame_unref(&frame);
		return -EMSGSIZE;
	}
	memcpy(pixels.data[0], stream->bytes + at, bytes);
	weir_frame_end_cpu(frame);
	return weir_feed_push(stream->feed, &frame, &stamp);
}

static void *play(void *data)
{
	struct stream *stream = data;
	struct timespec when;
	size_t end;

	clock_gettime(CLOCK_MONOTONIC, &when);
	for (size_t at = next_unit(stream, 0); at < stream->size; at = end) {
		end = next_unit(stream, at + 1);
		stream->refused += show(stream, at, end - at) != 0;
		when.tv_nsec += 1000000000 / (long)stream->video.rate.num;
		when.tv_sec += when.tv_nsec / 1000000000;
		when.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
	}
	weir_feed_end(stream->feed);
	return NULL;
}

/* The pipeline takes its ends over. */
static int open_pipeline(struct stream *stream, const char *uri, struct weir_pipeline **pipeline)
{
	const struct weir_feed_settings settings = { .video = stream->video };
	struct weir_source *source = NULL;
	struct weir_sink *sink = NULL;
	int err = weir_feed_open(&settings, &stream->feed, &source);

	if (!err)
		err = weir_sink_open(uri, NULL, &sink);
	if (!err)
		err = weir_pipeline_create(NULL, pipeline);
	if (!err)
		err = weir_pipeline_set_source(*pipeline, &source);
	if (!err)
		err = weir_pipeline_add_sink(*pipeline, &sink);
	weir_sink_close(&sink);
	weir_source_close(&source);
	return err;
}

static int run(struct stream *stream, struct weir_pipeline *pipeline)
{
	struct weir_ledger books;
	pthread_t player;
	int err = -pthread_create(&player, NULL, play, stream);

	if (err)
		return err;
	err = weir_pipeline_run(pipeline);
	weir_feed_interrupt(stream->feed, true);
	pthread_join(player, NULL);
	weir_pipeline_ledger(pipeline, &books);
	printf("%" PRIu64 " captured, %u without room\n", books.captured, stream->refused);
	return err;
}

int main(int argc, char **argv)
{
	struct stream stream = { .video.format = weir_format_by_name("H264") };
	struct weir_pipeline *pipeline = NULL;
	int err = -EINVAL;

	if (argc == 5 && sscanf(argv[2], "%" SCNu32 "x%" SCNu32, &stream.video.width,
				 &stream.video.height) == 2)
		err = weir_rate_parse(argv[3], &stream.video.rate);
	if (!err && stream.video.rate.den != 1)
		err = -EINVAL;
	if (!err)
		err = read_stream(argv[1], &stream);
	if (!err)
		err = open_pipeline(&stream, argv[4], &pipeline);
	if (!err)
		err = run(&stream, pipeline);
	if (err)
		fprintf(stderr, "feed_h264 STREAM WxH FPS SINK: %s\n", strerror(-err));
	weir_pipeline_destroy(&pipeline);
	weir_feed_close(&stream.feed);
	free(stream.bytes);
	return err ? 1 : 0;
}
