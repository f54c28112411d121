/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_HTTP_READER_H
#define WEIR_SINKS_HTTP_READER_H

#include <stdbool.h>
#include <stddef.h>

#if defined(WEIR_HAVE_LLHTTP)
#include <llhttp.h>
typedef llhttp_t weir_http_parser;
#else
#include <http_parser.h>
typedef struct http_parser weir_http_parser;
#endif

/* Reads requests from bytes that anybody may have sent. Keeps what is needed of one, in fixed
 * memory; everything has a limit. */

#define WEIR_HTTP_MAX_TARGET 512
#define WEIR_HTTP_MAX_NAME   32  /* of the headers that count */
#define WEIR_HTTP_MAX_VALUE  512 /* of those: cookies of others come along */
#define WEIR_HTTP_MAX_BODY   512

enum weir_http_header {
	WEIR_HTTP_HOST,
	WEIR_HTTP_ORIGIN,
	WEIR_HTTP_AUTHORIZATION,
	WEIR_HTTP_COOKIE,
	WEIR_HTTP_X_WEIR, /* scripts of other sites cannot send it */
	WEIR_HTTP_N_HEADERS
};

enum weir_http_method { WEIR_HTTP_GET, WEIR_HTTP_HEAD, WEIR_HTTP_POST, WEIR_HTTP_OTHER };

struct weir_http_request {
	enum weir_http_method method;
	bool keep_alive;
	bool has[WEIR_HTTP_N_HEADERS];
	char header[WEIR_HTTP_N_HEADERS][WEIR_HTTP_MAX_VALUE];
	char target[WEIR_HTTP_MAX_TARGET]; /* the path, and what follows its '?' … */
	const char *query;                 /* … in `target`; "" if there is none */
	char body[WEIR_HTTP_MAX_BODY];
	size_t target_length, body_length;
};

struct weir_http_reader {
	weir_http_parser parser;
	size_t limit, head; /* bytes that the head may have, and has so far */
	bool head_over, whole;
	bool began;  /* some byte of the request has come */
	int refusal; /* the status that says why not; 0 so far */
	char name[WEIR_HTTP_MAX_NAME];
	size_t name_length, value_length;
	bool in_value;
	int which; /* of the headers that count; -1: none of them */
	struct weir_http_request request;
};

/* For the next request. `limit`: bytes of request line and headers. */
void weir_http_reader_begin(struct weir_http_reader *reader, size_t limit);

/* Reads on. How many bytes it used: all, but where a request ends (`whole`) or is refused
 * (`refusal`): then nothing more is fed before the next begin. */
size_t weir_http_reader_feed(struct weir_http_reader *reader, const char *bytes, size_t n);

#endif
