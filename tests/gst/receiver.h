/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_GST_RECEIVER_H
#define WEIR_TESTS_GST_RECEIVER_H

/* The other end of a weirsink, and what goes to it. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/gst/element.h"

#define GRAY       "video/x-raw,format=GRAY8,width=640,height=480,framerate=30/1"
#define GRAY_BYTES (640 * 480)

static inline GstBuffer *bytes(gsize size, GstClockTime at)
{
	GstBuffer *buffer = gst_buffer_new_allocate(NULL, size, NULL);

	gst_buffer_memset(buffer, 0, 0x55, size);
	GST_BUFFER_PTS(buffer) = at;
	return buffer;
}

static inline GstBuffer *gray(GstClockTime at)
{
	return bytes(GRAY_BYTES, at);
}

/* A receiver that takes its time. */
struct receiver {
	int fd;
	char uri[64];
	GThread *thread;
	gboolean reads;
	gulong rest_us; /* after each piece */
	gint quits;     /* atomic */
	guint64 bytes, sum;
};

static inline gpointer receive(gpointer data)
{
	struct receiver *receiver = data;
	int peer = accept(receiver->fd, NULL, NULL);
	char piece[1 << 15];
	ssize_t n = 1;

	while (!receiver->reads && !g_atomic_int_get(&receiver->quits))
		g_usleep(10000);
	while (receiver->reads && n > 0) {
		n = read(peer, piece, sizeof(piece));
		receiver->bytes += n > 0 ? (guint64)n : 0;
		for (ssize_t i = 0; i < n; i++)
			receiver->sum += (guint8)piece[i];
		g_usleep(receiver->rest_us);
	}
	close(peer);
	return NULL;
}

static inline int open_port(int type, guint16 *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

static inline void receiver_open(struct receiver *receiver, gboolean reads)
{
	guint16 port;

	*receiver = (struct receiver){ .fd = open_port(SOCK_STREAM, &port), .reads = reads };
	assert_int_equal(listen(receiver->fd, 1), 0);
	g_snprintf(receiver->uri, sizeof(receiver->uri), "tcp://127.0.0.1:%u?timeout=60", port);
	receiver->thread = g_thread_new("receiver", receive, receiver);
}

static inline void receiver_close(struct receiver *receiver)
{
	g_atomic_int_set(&receiver->quits, TRUE);
	g_thread_join(receiver->thread);
	close(receiver->fd);
}

static inline GstHarness *harness_to(const char *uri, const char *caps)
{
	char *words =
		g_strdup_printf("weirsink name=sink sync=false copy-policy=allow uri=\"%s\"", uri);
	GstHarness *harness = gst_harness_new_parse(words);

	gst_harness_set_src_caps_str(harness, caps);
	g_free(words);
	return harness;
}

#endif
