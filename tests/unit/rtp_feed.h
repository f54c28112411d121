/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_RTP_FEED_H
#define WEIR_TESTS_RTP_FEED_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/rtp/packet.h"
#include "core/rtp/raw.h"
#include "core/stamp.h"

/* A sender of uncompressed video that does with its packets what networks do. Every byte of a frame
 * follows from the frame's number. */

#define FEED_MAX_PACKETS 512
#define FEED_MAX_PACKET  2048

struct feed {
	int fd;
	struct weir_video video;
	size_t payload; /* bytes of pixels a packet, at most */
	size_t padding; /* at the end of each packet */
	uint16_t sequence;
	uint32_t ssrc, first_stamp, ticks; /* a frame */
	unsigned n;                        /* packets of the frame that was cut last */
	size_t length[FEED_MAX_PACKETS];
	uint8_t packet[FEED_MAX_PACKETS][FEED_MAX_PACKET];
};

/* A port that was free a moment ago. */
static inline uint16_t feed_free_port(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(any);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (bind(fd, (struct sockaddr *)&any, sizeof(any)) ||
		getsockname(fd, (struct sockaddr *)&any, &length))
		any.sin_port = 0;
	close(fd);
	return ntohs(any.sin_port);
}

static inline int feed_connect(uint16_t port)
{
	const struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	return connect(fd, (const struct sockaddr *)&to, sizeof(to)) ? -1 : fd;
}

/* The frame's pixels, lines one after the other, with a stamp where formats have one. */
static inline void feed_draw(const struct weir_video *video, uint64_t number, uint8_t *to)
{
	size_t line = weir_format_line_bytes(video->format, 0, video->width);
	struct weir_pixels pixels = { .n_planes = 1, .data[0] = to, .stride[0] = (uint32_t)line };
	uint32_t seed = (uint32_t)number * 2654435761u + 1;

	for (size_t i = 0; i < line * video->height; i++) {
		seed = seed * 1664525 + 1013904223;
		to[i] = (uint8_t)(seed >> 24);
	}
	if (weir_stamp_fits(video))
		weir_stamp_write(video, &pixels, number);
}

static inline void feed_add(struct feed *feed, uint64_t number, const uint8_t *pixels,
	const struct weir_rtp_raw_line *line, bool last)
{
	const struct weir_rtp_header header = {
		.marker = last,
		.padding = feed->padding != 0,
		.payload_type = 96,
		.sequence = feed->sequence++,
		.timestamp = feed->first_stamp + (uint32_t)number * feed->ticks,
		.ssrc = feed->ssrc,
	};
	uint8_t *to = feed->packet[feed->n];
	size_t head;

	weir_rtp_write(to, &header);
	head = WEIR_RTP_HEADER + weir_rtp_raw_write(to + WEIR_RTP_HEADER, 0, line, 1);
	memcpy(to + head, pixels, line->length);
	memset(to + head + line->length, (int)feed->padding, feed->padding);
	feed->length[feed->n++] = head + line->length + feed->padding;
}

/* Cuts the frame of that number into packet[0] … packet[n - 1]. */
static inline void feed_cut(struct feed *feed, uint64_t number)
{
	static uint8_t frame[1 << 20];
	const struct weir_format *format = feed->video.format;
	struct weir_rtp_raw_cut cut;

	feed->n = 0;
	feed_draw(&feed->video, number, frame);
	if (weir_rtp_raw_cut(&feed->video, feed->payload, &cut))
		return;
	for (uint32_t y = 0; y < feed->video.height; y++)
		for (uint32_t i = 0; i < cut.pieces; i++) {
			uint32_t at = i * cut.piece_bytes;
			bool end = i + 1 == cut.pieces;
			const struct weir_rtp_raw_line line = {
				.length = (uint16_t)(end ? cut.last_bytes : cut.piece_bytes),
				.line = (uint16_t)y,
				.offset = (uint16_t)(at / format->rtp_pgroup_bytes *
						     format->rtp_pgroup_pixels),
			};

			feed_add(feed, number, frame + (size_t)y * cut.line_bytes + at, &line,
				end && y + 1 == feed->video.height);
		}
}

static inline bool feed_send(const struct feed *feed, unsigned i)
{
	return send(feed->fd, feed->packet[i], feed->length[i], 0) == (ssize_t)feed->length[i];
}

/* Packets first…first+n as one train; all but the last are equally long. */
static inline bool feed_send_train(const struct feed *feed, unsigned first, unsigned n)
{
	static uint8_t train[65536];
	uint16_t segment = (uint16_t)feed->length[first];
	char control[CMSG_SPACE(sizeof(segment))] = { 0 };
	struct iovec all = { train, 0 };
	struct msghdr message = { .msg_iov = &all,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&message);

	for (unsigned i = first; i < first + n; i++) {
		memcpy(train + all.iov_len, feed->packet[i], feed->length[i]);
		all.iov_len += feed->length[i];
	}
	c->cmsg_level = SOL_UDP;
	c->cmsg_type = UDP_SEGMENT;
	c->cmsg_len = CMSG_LEN(sizeof(segment));
	memcpy(CMSG_DATA(c), &segment, sizeof(segment));
	return sendmsg(feed->fd, &message, 0) == (ssize_t)all.iov_len;
}

static inline uint32_t feed_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* An order for n packets, with room for twice as many: one in `one_in` comes up to eight places
 * later than it should, and as many come twice. How many there are then. */
static inline unsigned feed_shuffle(unsigned *order, unsigned n, unsigned one_in, uint32_t *seed)
{
	unsigned all = n;

	for (unsigned i = 0; i < n; i++)
		order[i] = i;
	for (unsigned i = 0; i + 9 < n; i++) {
		unsigned by = feed_random(seed) % 8 + 1, moved = order[i];

		if (feed_random(seed) % one_in)
			continue;
		memmove(&order[i], &order[i + 1], by * sizeof(order[0]));
		order[i + by] = moved;
	}
	for (unsigned i = 0; i < n; i++)
		if (feed_random(seed) % one_in == 0)
			order[all++] = feed_random(seed) % n;
	return all;
}

#endif
