/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/verify/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/stamp.h"

/* Proves from the frames' stamps what arrived. Frames that are missing are counted and forgiven:
 * the device's losses and the policies' drops show as gaps in the sequence too, and have their own
 * places in the ledger. Anything else that is off is a fault of ours, and fails the run. */
struct verify {
	struct weir_sink base;
	const struct weir_format *mjpeg;
	unsigned free_numbers; /* the stamps were shown to a camera, which counts and repeats as it
				  likes */
	struct {
		uint64_t frames;
		uint64_t last; /* the last stamp that was readable */
		bool any;      /* there was one */
		bool complained;
		uint64_t lost;  /* numbers left out */
		uint64_t again; /* seen twice, as may be */
		uint64_t repeated, out_of_order, torn, unreadable;
		uint64_t contradicted; /* by the frame's own sequence number */
	} run;
};

static int open_verify(const struct weir_uri *uri, const struct weir_sink_settings *settings,
	struct weir_sink **out)
{
	static const char *const numbers[] = { "same", "free", NULL };
	const char *word = weir_uri_get(uri, "numbers");
	struct verify *verify = calloc(1, sizeof(*verify));
	int err;

	if (!verify)
		return -ENOMEM;
	err = word ? weir_parse_word("numbers", word, numbers, settings->log, &verify->free_numbers)
		   : 0;
	if (err) {
		free(verify);
		return err;
	}
	verify->base.impl = &weir_sink_verify;
	verify->mjpeg = weir_format_by_name("MJPEG");
	*out = &verify->base;
	return 0;
}

static void close_verify(struct weir_sink *sink)
{
	free(sink);
}

static int accepts(struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	const struct verify *verify = (const struct verify *)sink;
	const struct weir_video *video = &offer->video;

	if (video->format == verify->mjpeg || weir_stamp_fits(video))
		return 0;
	snprintf(why, size,
		"frames of %ux%u in %s carry no stamp to verify: use pattern:bars, with "
		"format=YUYV, UYVY, NV12, XR24, RGB565, GREY or MJPEG",
		video->width, video->height, video->format->name);
	return -ENOTSUP;
}

static int start(
	struct weir_sink *sink, const struct weir_sink_host *host, const struct weir_video *video)
{
	struct verify *verify = (struct verify *)sink;

	(void)video;
	if (host->goes_on)
		verify->run.any = false; /* what comes now follows nothing */
	else
		memset(&verify->run, 0, sizeof(verify->run));
	return 0;
}

/* The first fault in full; the rest would say the same a thousand times and is counted. */
static void complain(struct verify *verify, uint64_t *count, const char *format, ...)
	WEIR_PRINTF(3, 4);

static void complain(struct verify *verify, uint64_t *count, const char *format, ...)
{
	char text[160];
	va_list arguments;

	++*count;
	if (verify->run.complained)
		return;
	verify->run.complained = true;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	weir_error(verify->base.log, "verify: %s", text);
}

static void check_order(struct verify *verify, uint64_t stamp, uint64_t sequence)
{
	uint64_t expected = verify->run.any ? verify->run.last + 1 : stamp;

	if (stamp != sequence && !verify->free_numbers)
		complain(verify, &verify->run.contradicted,
			"frame %" PRIu64 " carries the stamp of frame %" PRIu64, sequence, stamp);
	if (stamp >= expected)
		verify->run.lost += stamp - expected;
	else if (stamp == verify->run.last && verify->free_numbers)
		verify->run.again++;
	else if (stamp == verify->run.last)
		complain(verify, &verify->run.repeated, "frame %" PRIu64 " came twice", stamp);
	else
		complain(verify, &verify->run.out_of_order,
			"frame %" PRIu64 " came after frame %" PRIu64, stamp, verify->run.last);
	verify->run.any = true;
	verify->run.last = stamp;
}

static enum weir_stamp_state read_stamp(const struct verify *verify,
	const struct weir_frame_info *info, const struct weir_pixels *pixels, uint64_t *stamp)
{
	const struct weir_video video = {
		.format = info->format, .width = info->width, .height = info->height
	};

	if (info->format == verify->mjpeg)
		return weir_stamp_jpeg_read(pixels->data[0], info->bytes_used, stamp);
	return weir_stamp_read(&video, pixels, stamp);
}

static int take(struct weir_sink *sink, struct weir_frame *frame)
{
	struct verify *verify = (struct verify *)sink;
	const struct weir_frame_info *info = weir_frame_info(frame);
	enum weir_stamp_state state;
	struct weir_pixels pixels;
	char text[WEIR_ERRNO_TEXT];
	uint64_t stamp = 0;
	int err = weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels);

	if (err)
		goto no_access;
	state = read_stamp(verify, info, &pixels, &stamp);
	err = weir_frame_end_cpu(frame);
	if (err)
		goto no_access;

	verify->run.frames++;
	if (state == WEIR_STAMP_MISSING)
		complain(verify, &verify->run.unreadable, "frame %" PRIu64 " has no readable stamp",
			info->sequence);
	else if (state == WEIR_STAMP_TORN)
		complain(verify, &verify->run.torn,
			"frame %" PRIu64 " is torn: its top and bottom do not belong together",
			info->sequence);
	else
		check_order(verify, stamp, info->sequence);
	return 0;

no_access:
	weir_error(
		sink->log, "verify: frame memory cannot be read: %s", weir_errno_text(err, text));
	return err;
}

static int result(struct weir_sink *sink, char *text, size_t size)
{
	const struct verify *verify = (const struct verify *)sink;
	uint64_t faults = verify->run.repeated + verify->run.out_of_order + verify->run.torn +
			  verify->run.unreadable + verify->run.contradicted;

	if (!verify->run.frames) {
		snprintf(text, size, "verify: no frame came: nothing is proven");
		return 0;
	}
	if (!faults) {
		snprintf(text, size,
			"verify: %" PRIu64 " frames, in order, %" PRIu64 " lost, %" PRIu64
			" repeated, 0 torn",
			verify->run.frames, verify->run.lost, verify->run.again);
		return 0;
	}
	snprintf(text, size,
		"verify: %" PRIu64 " frames, %" PRIu64 " out of order, %" PRIu64 " lost, %" PRIu64
		" repeated, %" PRIu64 " torn, %" PRIu64 " unreadable, %" PRIu64
		" with another frame's stamp",
		verify->run.frames, verify->run.out_of_order, verify->run.lost,
		verify->run.repeated, verify->run.torn, verify->run.unreadable,
		verify->run.contradicted);
	return -EBADMSG;
}

static const char *const options[] = { "numbers", NULL };

const struct weir_sink_impl weir_sink_verify = {
	.options = options,
	.scheme = "verify",
	.summary = "verify, checks the frames' stamps: order, loss, repetition, tearing",
	.reads_pixels = true,
	.open = open_verify,
	.close = close_verify,
	.accepts = accepts,
	.start = start,
	.take = take,
	.result = result,
};
