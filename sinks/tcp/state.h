/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_TCP_STATE_H
#define WEIR_SINKS_TCP_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "core/clock.h"
#include "core/endpoint.h"
#include "core/gather.h"
#include "core/sink.h"

/* Frames to whoever is connected, one after the other, each line without its padding, straight from
 * their memory. TCP keeps what it sends until the other end has acknowledged it, so a frame is held
 * until then.
 *
 * Frames wait in one queue for all. A client begins with the next one when the one before is in its
 * socket's queue; one that missed some goes on with the newest. A frame leaves the queue when all
 * have begun it, or one is through with it: who is slower than the fastest misses it. What a client
 * sends it holds by references of its own. */

#define WEIR_TCP_CLIENTS 16
#define WEIR_TCP_SENDS   8 /* of a client, in flight at once */

struct weir_tcp_send {
	struct weir_op op; /* data is this send */
	struct weir_tcp_client *client;
	struct weir_frame *frame; /* with a reference and a bracket; NULL: idle */
	uint64_t number, begun_ns; /* of the frame, at this client */
	size_t length;
	bool last; /* of its frame */
	struct iovec parts[WEIR_IO_MAX_PARTS];
};

struct weir_tcp_client {
	struct weir_tcp_sink *sink;
	int fd; /* -1: nobody is here */
	char name[WEIR_ENDPOINT_TEXT];
	bool leaving;       /* its fd is closed when the last send is done */
	bool slow;          /* it held its last frame past the deadline; at first all are */
	bool waits;         /* for frames that others hold */
	bool mid_stream;    /* it has a frame before the next one, of a stream that builds on it */
	unsigned in_flight; /* sends that are not done */
	uint64_t begun, begun_ns; /* number of the last frame that it began, and when */
	uint64_t acknowledged, moved_ns; /* bytes, and when there were last more of them */

	/* What it is at, as long as not all of it is submitted. */
	struct weir_frame *frame;
	struct weir_gather_cursor at;

	struct weir_tcp_send *queueing; /* not all in the socket's queue */
	struct weir_tcp_send sends[WEIR_TCP_SENDS];
};

struct weir_tcp_sink {
	struct weir_sink base;
	struct weir_sink_host host;
	struct weir_endpoint endpoint;
	bool listens, reconnects;
	uint64_t timeout_ns;  /* how long a client may take nothing */
	uint64_t deadline_ns; /* who holds a frame for longer is slow */

	struct weir_video video;
	struct weir_gather gather;
	bool running;
	bool inside; /* a call that returns errors itself */
	int error;

	/* Frames not yet begun by all; the last is number `taken`. */
	struct weir_frame *queue[WEIR_SLAB_MAX_SLOTS];
	unsigned first, n;
	uint64_t taken, finished; /* the highest number that a client is through with */

	/* The way to the first client. */
	int fd; /* listening or connecting, or -1 */
	unsigned address;
	bool awaits; /* the first connection, for which frames wait */
	bool complained;
	struct weir_watch watch;
	struct weir_timer retry, look;

	unsigned n_clients; /* places */
	struct weir_tcp_client clients[];
};

/* ---- client.c ---- */

/* Takes the socket, which is connected and blocks. 0, or -EUSERS: no place (the fd stays the
 * caller's). */
int weir_tcp_welcome(struct weir_tcp_sink *sink, int fd, const struct weir_address *address);

/* Lets a client go; what the network holds for it comes back. */
void weir_tcp_dismiss(struct weir_tcp_client *client);

/* The same for a reason, which is logged: an error, or -ETIMEDOUT. May fail the sink. */
void weir_tcp_lose(struct weir_tcp_client *client, int error);

/* Submits what can be. */
void weir_tcp_pump(struct weir_tcp_client *client);

/* One that is connected and stays so. */
static inline bool weir_tcp_is_here(const struct weir_tcp_client *client)
{
	return client->fd >= 0 && !client->leaving;
}

/* Places of the frames that it holds. */
uint32_t weir_tcp_holds(const struct weir_tcp_client *client);

/* ---- queue.c ---- */

void weir_tcp_append(struct weir_tcp_sink *sink, struct weir_frame *frame);

/* The frame that the client is to go on with, or NULL: none, or not now. Borrowed. */
struct weir_frame *weir_tcp_next(struct weir_tcp_client *client);

/* Lets go of what nobody is to begin any more. */
void weir_tcp_settle(struct weir_tcp_sink *sink);

/* All of it, dropped for that reason. */
void weir_tcp_clear(struct weir_tcp_sink *sink, enum weir_drop reason);

/* ---- connect.c, listen.c ---- */

/* 0 or -errno, logged. */
int weir_tcp_connect(struct weir_tcp_sink *sink);
int weir_tcp_listen(struct weir_tcp_sink *sink);

/* Not from either any more, until asked again. */
void weir_tcp_disconnect(struct weir_tcp_sink *sink);

/* ---- stall.c ---- */

/* How often it is looked after them while something is on its way. */
#define WEIR_TCP_LOOK_NS (WEIR_NS_PER_S / 4)

void weir_tcp_look(struct weir_timer *timer);

/* ---- sink.c ---- */

/* The connection is gone, or there is none: tries again, or fails the sink. `error` is logged. */
void weir_tcp_lost(struct weir_tcp_sink *sink, int error);

void weir_tcp_fail(struct weir_tcp_sink *sink, int error);

#endif
