/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/rtp/rtcp.h"
#include "core/rtp/sdp.h"
#include "sinks/rtp/sink.h"

/* What goes beside the packets: the session description, and RTCP's reports. */

#define REPORT_NS   (5 * WEIR_NS_PER_S)
#define OFTEN_NS    (WEIR_NS_PER_S / 2) /* they tell receivers where to ask */
#define NTP_TO_UNIX 2208988800ull       /* 1900 to 1970 */
#define DEFAULT_TTL 1                   /* the system's, of groups */

/* ---- the session description ---- */

static int say_unwritten(const struct weir_rtp_sink *sink, int err)
{
	char text[WEIR_ERRNO_TEXT];

	weir_error(sink->base.log, "%s: cannot write the session description: %s",
		sink->options.sdp, weir_errno_text(err, text));
	return err;
}

static int write_file(const struct weir_rtp_sink *sink, const char *text, size_t length)
{
	int fd = open(sink->options.sdp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), err = 0;

	if (fd < 0)
		return say_unwritten(sink, -errno);
	if (write(fd, text, length) != (ssize_t)length)
		err = say_unwritten(sink, errno ? -errno : -EIO);
	close(fd);
	return err;
}

int weir_rtp_describe_session(struct weir_sink *base, char *text, size_t size)
{
	struct weir_rtp_sink *sink = (struct weir_rtp_sink *)base;
	const struct weir_rtp_route *route = &sink->route;
	struct weir_sdp sdp = {
		.payload = sink->coding ? sink->coding->payload : WEIR_RTP_RAW,
		.payload_type = weir_rtp_stream(sink)->payload_type,
		.port = route->port,
		.video = sink->video,
		.name = "weir",
	};

	memcpy(sdp.address, route->address, sizeof(sdp.address));
	memcpy(sdp.source, route->source, sizeof(sdp.source));
	memcpy(sdp.sprop, sink->parameters, sizeof(sdp.sprop));
	sdp.nack = sink->resends.on;
	if (sdp.nack) {
		sdp.rtx_type = sink->resends.payload_type;
		sdp.rtx_ms = (unsigned)(sink->options.keep *
					weir_rate_interval_ns(sink->video.rate) / 1000000);
	}
	if (route->multicast)
		sdp.ttl = sink->options.ttl ? sink->options.ttl : DEFAULT_TTL;
	return weir_sdp_write(&sdp, text, size);
}

int weir_rtp_write_sdp(struct weir_rtp_sink *sink)
{
	char text[2048];
	int length;

	if (!sink->options.sdp)
		return 0;
	length = weir_rtp_describe_session(&sink->base, text, sizeof(text));
	return length < 0 ? say_unwritten(sink, length) : write_file(sink, text, (size_t)length);
}

void weir_rtp_describe_frame(struct weir_rtp_sink *sink, const uint8_t *frame, size_t bytes)
{
	if (!sink->coding->describe || sink->parameters[0])
		return;
	sink->coding->describe(frame, bytes, sink->parameters, sizeof(sink->parameters));
	if (sink->parameters[0])
		weir_rtp_write_sdp(sink); /* what it says of a failure is enough */
}

/* ---- RTCP ---- */

/* Whether anybody listens to it is nobody's concern. */
static void send_control(struct weir_rtp_sink *sink, const uint8_t *packet, int length)
{
	if (length <= 0)
		return;
	weir_counter_add(&sink->base.syscalls, 1);
	(void)!sendto(sink->route.control, packet, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL,
		(const struct sockaddr *)&sink->route.control_to, sink->route.to_length);
}

static uint64_t ntp_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return ((uint64_t)now.tv_sec + NTP_TO_UNIX) << 32 |
	       ((uint64_t)now.tv_nsec << 32) / WEIR_NS_PER_S;
}

static void send_report(struct weir_rtp_sink *sink)
{
	const struct weir_rtp_stream *stream = weir_rtp_stream(sink);
	const struct weir_rtcp_report report = {
		.ssrc = stream->ssrc,
		.ntp = ntp_now(),
		.timestamp = weir_rtp_ticks(weir_now_ns(), stream->stamp_offset),
		.packets = sink->packets,
		.octets = sink->octets,
	};
	uint8_t packet[WEIR_RTCP_MAX];
	char name[32];

	snprintf(name, sizeof(name), "weir-%08x", stream->ssrc);
	send_control(sink, packet, weir_rtcp_write_report(packet, sizeof(packet), &report, name));
}

static void report_due(struct weir_timer *timer)
{
	struct weir_rtp_sink *sink = timer->data;

	send_report(sink);
	weir_loop_arm(
		sink->host.loop, timer, weir_now_ns() + (sink->resends.on ? OFTEN_NS : REPORT_NS));
}

void weir_rtp_report_open(struct weir_rtp_sink *sink)
{
	sink->reported = false;
	sink->report = (struct weir_timer){ .fired = report_due, .data = sink };
}

/* Receivers learn at once which time is which. */
void weir_rtp_report_first(struct weir_rtp_sink *sink)
{
	sink->reported = true;
	report_due(&sink->report);
}

void weir_rtp_report_close(struct weir_rtp_sink *sink)
{
	uint8_t packet[WEIR_RTCP_MAX];

	weir_loop_disarm(sink->host.loop, &sink->report);
	if (sink->reported)
		send_control(sink, packet,
			weir_rtcp_write_bye(packet, sizeof(packet), weir_rtp_stream(sink)->ssrc));
	sink->reported = false;
}
