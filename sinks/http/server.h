/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_HTTP_SERVER_H
#define WEIR_SINKS_HTTP_SERVER_H

#include "core/sink.h"
#include "sinks/http/part.h"
#include "sinks/http/reader.h"
#include "sinks/http/settings.h"
#include "sinks/http/text.h"

/* The sink and its clients. Everything happens on the loop's thread. */

struct weir_http_server;
struct weir_http_client;

/* A send that goes on. Text is the client's own (its reply), or constant. */
struct weir_http_send {
	struct weir_op op;
	struct weir_http_client *client;
	bool active;
	bool queued;                 /* all of it is in the socket, and some not acknowledged */
	struct weir_http_part *part; /* NULL: text */
	enum weir_http_dress dress;
	bool from_frame;
	bool relieved; /* is to go on from a copy */
	bool paused;   /* goes on when the sink is started again; active, and in no loop */
	size_t done, total;
	uint64_t deadline_ns;
	struct iovec text[2]; /* goes before the part */
	struct weir_http_pieces pieces;
};

/* One in the socket, waiting to be acknowledged, and one that follows. */
#define WEIR_HTTP_SENDS 2

enum weir_http_state {
	WEIR_HTTP_FREE,
	WEIR_HTTP_READING,   /* a request, or nothing yet */
	WEIR_HTTP_ANSWERING, /* text is sent */
	WEIR_HTTP_POSING,    /* for /snapshot.jpg: waits for a picture */
	WEIR_HTTP_SHOWING,   /* it is sent */
	WEIR_HTTP_STREAMING,
	WEIR_HTTP_LINGERING, /* has the answer; may still be talking */
	WEIR_HTTP_LEAVING    /* the socket is shut; operations are being answered */
};

#define WEIR_HTTP_INPUT 2048

/* Pictures that a viewer has to keep up with, after it lagged, before it is lent memory again that
 * cannot be taken back. */
#define WEIR_HTTP_IN_TIME 8

struct weir_http_client {
	struct weir_http_server *server;
	enum weir_http_state state, next; /* next: when the text is sent */
	int fd;
	bool remote;   /* on another machine, as far as we know */
	bool copies;   /* sends to it were copied all the same */
	bool too_many; /* beyond the limit: is told so */
	unsigned in_time; /* pictures since it lagged */
	uint64_t deadline_ns; /* 0: none */
	uint64_t came_ns;

	struct weir_op receive;
	bool receiving;
	bool listens; /* was receiving when the sink was stopped */
	char input[WEIR_HTTP_INPUT];
	size_t ignored; /* bytes that came while nothing was to come */
	size_t from, to; /* of it, not read yet: requests may follow each other */
	struct weir_http_reader reader;

	enum weir_http_dress dress;
	char head[1280];
	struct weir_http_text text;
	struct weir_http_send sends[WEIR_HTTP_SENDS];
};

struct weir_http_counts {
	uint64_t requests, refused, pictures, lagged, thrown_out;
};

struct weir_http_server {
	struct weir_sink base;
	struct weir_sink_host host;
	struct weir_http_settings settings;
	bool running, draining;
	bool paused; /* stopped, and to be started again: connections stay */
	bool deaf; /* accepts nobody for now */
	int fd; /* listens from the first start() on; -1 before */
	struct weir_watch watch;
	struct weir_timer tick; /* while anybody is there */
	bool ticking;
	bool zero_copy; /* the loop can */
	struct weir_http_counts counts;
	struct weir_http_client *clients;
	size_t n_clients; /* those beyond settings.clients are told that there are too many */
	struct weir_http_part *parts;
	size_t n_parts;
};

/* listen.c: opens the socket, once; takes connections in while the sink runs. 0 or -errno, logged.
 */
int weir_http_listen(struct weir_http_server *server);
void weir_http_deafen(struct weir_http_server *server);
void weir_http_tick_soon(struct weir_http_server *server, uint64_t in_ns);

/* client.c: takes the socket. */
void weir_http_client_begin(struct weir_http_client *client, int fd, bool remote);

/* Ends the connection, now or when its operations are answered. */
void weir_http_client_leave(struct weir_http_client *client);

/* Stays connected from a stop() to the next start(), if nothing is in the way of that. */
void weir_http_client_pause(struct weir_http_client *client);
void weir_http_client_resume(struct weir_http_client *client);

/* Leaves it when a deadline is over. */
void weir_http_client_check(struct weir_http_client *client, uint64_t now_ns);

/* The answer is client->head and, unless it was a HEAD request, `body`; goes on to `next`. */
void weir_http_client_answer(struct weir_http_client *client, const char *body, size_t length,
	enum weir_http_state next);

/* The last send is over. */
void weir_http_client_go_on(struct weir_http_client *client);

/* send.c: what is said, which stays until it is sent, or a picture, with a head or none: NULL. 0 or
 * -errno. */
int weir_http_send_text(
	struct weir_http_client *client, const char *head, const char *body, size_t length);
int weir_http_send_part(struct weir_http_client *client, const char *head,
	struct weir_http_part *part, enum weir_http_dress dress);

/* Whether it could be sent a picture now. */
bool weir_http_send_is_free(const struct weir_http_client *client);
bool weir_http_send_is_idle(const struct weir_http_client *client);

/* Whether what it is sent could go on with another loop; stops it for that, or for good. */
bool weir_http_send_can_pause(const struct weir_http_client *client);
void weir_http_send_cancel(struct weir_http_client *client);
int weir_http_send_resume(struct weir_http_client *client);

/* show.c: the pictures. */
bool weir_http_is_watched(const struct weir_http_server *server);
int weir_http_show(struct weir_http_server *server, struct weir_frame *frame);

/* Has those frames let go that began to be sent before then. */
void weir_http_relieve(struct weir_http_server *server, uint64_t before_ns);

/* answer.c: writes client->head. `more`: further lines, each with its end. SIZE_MAX as length: it
 * has none. */
void weir_http_head(struct weir_http_client *client, int status, const char *type, size_t length,
	const char *more);

/* What the client's request says is done, and answered. */
void weir_http_answer(struct weir_http_client *client);
void weir_http_refuse(struct weir_http_client *client, int status);

/* stats.c, metrics.c, controls.c: bodies, into an empty text. */
void weir_http_stats(const struct weir_http_server *server, struct weir_http_text *text);
void weir_http_metrics(const struct weir_http_server *server, struct weir_http_text *text);
int weir_http_controls(const struct weir_http_server *server, struct weir_http_text *text);

/* How many watch, and how many are there in all. */
void weir_http_count(
	const struct weir_http_server *server, unsigned *viewers, unsigned *clients);

#endif
