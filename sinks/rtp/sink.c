/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/rtp/sink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "core/log.h"

/* ---- opening ---- */

static int number_stream(struct weir_rtp_sink *sink)
{
	struct weir_rtp_stream *stream = &sink->stream;
	uint32_t dice[5];

	/* RFC 3550 has all of it begin anywhere. */
	if (getrandom(dice, sizeof(dice), 0) != sizeof(dice))
		return -EIO;
	stream->ssrc = sink->options.has_ssrc ? sink->options.ssrc : dice[0];
	stream->next = dice[1] & UINT16_MAX;
	stream->stamp_offset = dice[2];
	sink->resends.on = sink->options.nack;
	sink->resends.ssrc = dice[3];
	sink->resends.sequence = (uint16_t)dice[4];
	/* A packet that is sent again is the longer for it, and has to fit, too. */
	if (sink->resends.on) {
		sink->base.keeps = sink->options.keep;
		sink->route.room -= WEIR_RTP_RTX_NUMBER;
	}
	return 0;
}

static void close_rtp(struct weir_sink *base)
{
	struct weir_rtp_sink *sink = (struct weir_rtp_sink *)base;

	weir_rtp_frames_close(sink);
	weir_rtp_resends_close(sink);
	weir_rtp_blocks_close(sink);
	weir_rtp_route_close(&sink->route);
	weir_rtp_finish_options(&sink->options);
	free(sink);
}

static int open_rtp(const struct weir_uri *uri, const struct weir_sink_settings *settings,
	struct weir_sink **out)
{
	struct weir_rtp_sink *sink = calloc(1, sizeof(*sink));
	int err;

	if (!sink)
		return -ENOMEM;
	sink->base.impl = &weir_sink_rtp;
	sink->route.stream = sink->route.control = -1;
	err = weir_rtp_read_options(uri, settings->log, &sink->options);
	if (!err)
		err = weir_rtp_route_open(&sink->options, settings->log, &sink->route);
	if (!err)
		err = number_stream(sink);
	if (err)
		close_rtp(&sink->base);
	else
		*out = &sink->base;
	return err;
}

/* ---- planning ---- */

static bool measure(const struct weir_sink *base, const struct weir_video *video,
	struct weir_rtp_geometry *geometry)
{
	const struct weir_rtp_sink *sink = (const struct weir_rtp_sink *)base;

	if (!weir_rtp_coding_of(video->format))
		return !weir_rtp_geometry_init(geometry, video, sink->route.room);
	weir_rtp_geometry_init_slices(geometry, sink->route.room);
	return true;
}

static int refuse_format(const struct weir_format *format, char *why, size_t size)
{
	size_t used = (size_t)snprintf(
		why, size, "%s has no form in RTP that is its own: MJPEG, H264,", format->name);

	for (size_t i = 0; i < weir_format_count() && used < size; i++)
		if (weir_format_at(i)->rtp)
			used += (size_t)snprintf(
				why + used, size - used, " %s", weir_format_at(i)->name);
	if (used < size)
		snprintf(why + used, size - used, " do");
	return -ENOTSUP;
}

static bool is_forced(const struct weir_rtp_sink *sink, enum weir_rtp_way way)
{
	return sink->options.is_forced && sink->options.way == way;
}

static uint32_t stride(struct weir_sink *base, const struct weir_video *video)
{
	const struct weir_rtp_sink *sink = (const struct weir_rtp_sink *)base;
	struct weir_rtp_geometry geometry;

	if (!measure(base, video, &geometry))
		return 0;
	if (sink->options.is_forced ? sink->options.way != WEIR_RTP_STRIDE : sink->route.local)
		return 0;
	return weir_rtp_find_stride(&geometry, video->stride);
}

static int accepts_coded(const struct weir_rtp_sink *sink, const struct weir_rtp_coding *coding,
	const struct weir_video *video, char *why, size_t size)
{
	if (is_forced(sink, WEIR_RTP_STRIDE)) {
		snprintf(why, size, "send=stride needs lines, which %s has not: send=gather",
			video->format->name);
		return -ENOTSUP;
	}
	return coding->accepts ? coding->accepts(video, why, size) : 0;
}

static int accepts(struct weir_sink *base, const struct weir_offer *offer, char *why, size_t size)
{
	const struct weir_rtp_sink *sink = (const struct weir_rtp_sink *)base;
	const struct weir_video *video = &offer->video;
	const struct weir_rtp_coding *coding = weir_rtp_coding_of(video->format);
	struct weir_rtp_geometry geometry;

	if (coding)
		return accepts_coded(sink, coding, video, why, size);
	if (!video->format->rtp)
		return refuse_format(video->format, why, size);
	if (!measure(base, video, &geometry)) {
		snprintf(
			why, size, "%ux%u does not fit RTP's packets", video->width, video->height);
		return -ENOTSUP;
	}
	if (!is_forced(sink, WEIR_RTP_STRIDE))
		return 0;
	if (weir_rtp_fits_stride(&geometry, video->stride) && offer->traits.headroom)
		return 0;
	if (geometry.cut.pieces > 1)
		snprintf(why, size,
			"send=stride needs packets for whole lines: mtu=%u instead of mtu=%u",
			geometry.cut.line_bytes + sink->route.mtu - sink->route.room +
				WEIR_RTP_RAW_HEADER,
			sink->route.mtu);
	else
		snprintf(why, size, "send=stride needs %s",
			offer->traits.headroom ? "room for headers between the lines"
					       : "memory with headroom");
	return -ENOTSUP;
}

/* Of a compressed frame: what is made room for. */
static uint64_t most_bytes(const struct weir_video *video)
{
	struct weir_layout layout;

	if (weir_format_layout(video, &layout))
		return (uint64_t)video->width * video->height;
	return layout.size;
}

static uint64_t copies(
	struct weir_sink *base, const struct weir_offer *offer, char *why, size_t size)
{
	struct weir_rtp_geometry geometry;

	if (weir_rtp_zero_copy(base, offer, why, size) || !measure(base, &offer->video, &geometry))
		return 0;
	if (weir_rtp_coding_of(offer->video.format))
		return most_bytes(&offer->video); /* how many, nobody knows */
	return (uint64_t)geometry.packets * weir_rtp_segment(&geometry, 0);
}

#define MAYBE_COPIED ", or copied where the first frames show that this costs less"

static bool how(struct weir_sink *base, const struct weir_offer *offer, char *text, size_t size)
{
	const struct weir_rtp_sink *sink = (const struct weir_rtp_sink *)base;
	const struct weir_video *video = &offer->video;
	struct weir_rtp_geometry geometry;

	if (!measure(base, video, &geometry))
		return false;
	if (stride(base, video) == video->stride && offer->traits.headroom) {
		snprintf(text, size,
			"by stride: headers stand between its lines, %u packets of %u bytes",
			geometry.packets, video->stride);
		return false;
	}
	if (weir_rtp_coding_of(video->format)) {
		snprintf(text, size, "%s by gather%s: packets of up to %u bytes",
			weir_rtp_coding_of(video->format)->summary,
			is_forced(sink, WEIR_RTP_GATHER) ? "" : MAYBE_COPIED, geometry.room);
		return !is_forced(sink, WEIR_RTP_GATHER);
	}
	snprintf(text, size, "by gather%s: %u packets of %u bytes",
		is_forced(sink, WEIR_RTP_GATHER) ? "" : MAYBE_COPIED, geometry.packets,
		weir_rtp_segment(&geometry, 0));
	return !is_forced(sink, WEIR_RTP_GATHER);
}

/* ---- a run ---- */

static void settle_coding(struct weir_rtp_sink *sink, const struct weir_sink_host *host,
	const struct weir_video *video)
{
	const struct weir_rtp_coding *coding = weir_rtp_coding_of(video->format);

	sink->coding = coding;
	sink->stream.payload_type = sink->options.payload_type;
	if (!coding)
		return;
	if (!sink->options.has_payload)
		sink->stream.payload_type = coding->payload_type;
	sink->most_packets =
		weir_rtp_slices_most(coding, host->slab->frame_bytes, sink->route.room);
}

static int start(
	struct weir_sink *base, const struct weir_sink_host *host, const struct weir_video *video)
{
	struct weir_rtp_sink *sink = (struct weir_rtp_sink *)base;
	int err;

	if (!measure(base, video, &sink->geometry))
		return -ENOTSUP;
	weir_rtp_frames_close(sink);
	weir_rtp_resends_close(sink);
	settle_coding(sink, host, video);
	sink->host = *host;
	sink->video = *video;
	err = weir_rtp_frames_open(sink);
	if (!err)
		err = weir_rtp_resends_open(sink);
	if (!err)
		err = weir_rtp_choose(sink);
	if (err) {
		weir_error(base->log, "%s: no memory for headers", base->uri);
		return err;
	}
	if (!host->goes_on) {
		weir_histogram_clear(&sink->first_packet);
		sink->packets = sink->octets = 0;
		sink->refused = sink->stalls = 0;
		sink->resends.asked = sink->resends.resent = sink->resends.bytes = 0;
		sink->resends.gone = sink->resends.refused = sink->resends.foreign = 0;
		sink->said_refused = sink->said_full = sink->said_damaged = false;
		sink->parameters[0] = '\0';
	}
	weir_rtp_trouble_open(sink);
	weir_rtp_trains_open(sink);
	weir_rtp_report_open(sink);
	sink->queued = 0;
	sink->draining = false;
	err = weir_rtp_write_sdp(sink);
	if (!err)
		err = weir_rtp_feedback_open(sink);
	sink->running = !err;
	return err;
}

static int take(struct weir_sink *base, struct weir_frame *frame)
{
	struct weir_rtp_sink *sink = (struct weir_rtp_sink *)base;

	int err = weir_rtp_enqueue(sink, frame);

	if (!err)
		weir_rtp_pump(sink);
	return err;
}

static void halt(struct weir_rtp_sink *sink)
{
	sink->running = false;
	weir_loop_disarm(sink->host.loop, &sink->hold);
	weir_rtp_trains_stop(sink);
	weir_rtp_resends_stop(sink);
	weir_rtp_drop_all(sink);
}

static void drain(struct weir_sink *base)
{
	struct weir_rtp_sink *sink = (struct weir_rtp_sink *)base;

	sink->draining = true;
	weir_rtp_resends_drain(sink);
	/* In packets of that size nothing would leave any more. */
	if (sink->replanned)
		halt(sink);
	else
		weir_rtp_pump(sink);
}

static void stop(struct weir_sink *base)
{
	struct weir_rtp_sink *sink = (struct weir_rtp_sink *)base;

	halt(sink);
	weir_rtp_feedback_close(sink);
	weir_rtp_report_close(sink);
	weir_rtp_unshare(sink);
}

static int result(struct weir_sink *base, char *text, size_t size)
{
	const struct weir_rtp_sink *sink = (const struct weir_rtp_sink *)base;
	struct weir_latency first;
	size_t used;

	weir_histogram_read(&sink->first_packet, &first);
	used = (size_t)snprintf(text, size,
		"by %s; first packet %.3f ms after the frame, p99 %.3f ms",
		weir_rtp_ways[sink->way], (double)first.p50 / 1e6, (double)first.p99 / 1e6);
	if (sink->refused && used < size)
		used += (size_t)snprintf(text + used, size - used,
			"; nobody listened to %llu sends", (unsigned long long)sink->refused);
	if (sink->stalls && used < size)
		used += (size_t)snprintf(text + used, size - used,
			"; waited %llu times for the network", (unsigned long long)sink->stalls);
	if (sink->resends.on && used < size)
		snprintf(text + used, size - used,
			"; resent %llu packets of %llu asked for: %llu were gone, %llu beyond the "
			"share",
			(unsigned long long)sink->resends.resent,
			(unsigned long long)sink->resends.asked,
			(unsigned long long)sink->resends.gone,
			(unsigned long long)sink->resends.refused);
	return 0;
}

static size_t figures(const struct weir_sink *base, struct weir_figure *out)
{
	const struct weir_rtp_resends *resends = &((const struct weir_rtp_sink *)base)->resends;

	if (!resends->on)
		return 0;
	out[0] = (struct weir_figure){ "nacked", (double)resends->asked };
	out[1] = (struct weir_figure){ "resent", (double)resends->resent };
	out[2] = (struct weir_figure){ "resent_bytes", (double)resends->bytes };
	out[3] = (struct weir_figure){ "resend_gone", (double)resends->gone };
	out[4] = (struct weir_figure){ "resend_refused", (double)resends->refused };
	out[5] = (struct weir_figure){ "nack_foreign", (double)resends->foreign };
	return 6;
}

const struct weir_sink_impl weir_sink_rtp = {
	.scheme = "rtp",
	.summary = "rtp://HOST:PORT, video in RTP: uncompressed (RFC 4175), JPEG, H.264",
	.options = weir_rtp_keys,
	.has_address = true,
	.reads_pixels = true,
	.wants_registered = true,
	.open = open_rtp,
	.close = close_rtp,
	.accepts = accepts,
	.copies = copies,
	.how = how,
	.stride = stride,
	.start = start,
	.take = take,
	.describe_session = weir_rtp_describe_session,
	.drain = drain,
	.stop = stop,
	.result = result,
	.figures = figures,
};
