/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/http/reader.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "core/scan.h"

/* Over llhttp or, where that is not to be had, http-parser: the one grew out of the other, and they
 * differ in names. */

static struct weir_http_reader *reader_of(weir_http_parser *parser)
{
	return parser->data;
}

static int refuse(struct weir_http_reader *reader, int status)
{
	if (!reader->refusal)
		reader->refusal = status;
	return -1;
}

/* What comes in pieces, as a string. Whether there was room for it. */
struct text {
	char *start;
	size_t size, *length;
};

static bool append(struct text text, const char *at, size_t length)
{
	if (length >= text.size - *text.length)
		return false;
	memcpy(text.start + *text.length, at, length);
	*text.length += length;
	text.start[*text.length] = '\0';
	return true;
}

static int on_target(weir_http_parser *parser, const char *at, size_t length)
{
	struct weir_http_reader *reader = reader_of(parser);
	struct weir_http_request *request = &reader->request;
	struct text text = { request->target, sizeof(request->target), &request->target_length };

	return append(text, at, length) ? 0 : refuse(reader, 414);
}

/* ---- headers ---- */

static void find_header(struct weir_http_reader *reader)
{
	static const char *const names[WEIR_HTTP_N_HEADERS] = {
		[WEIR_HTTP_HOST] = "host",
		[WEIR_HTTP_ORIGIN] = "origin",
		[WEIR_HTTP_AUTHORIZATION] = "authorization",
		[WEIR_HTTP_COOKIE] = "cookie",
		[WEIR_HTTP_X_WEIR] = "x-weir",
	};

	reader->which = -1;
	for (int i = 0; i < WEIR_HTTP_N_HEADERS; i++)
		if (weir_is_word(reader->name, reader->name_length, names[i]))
			reader->which = i;
}

/* A longer name is none of those that count; what is cut off makes it none either. */
static int on_name(weir_http_parser *parser, const char *at, size_t length)
{
	struct weir_http_reader *reader = reader_of(parser);
	size_t room;

	if (reader->in_value)
		reader->name_length = 0;
	reader->in_value = false;
	room = sizeof(reader->name) - reader->name_length;
	if (length > room)
		length = room;
	memcpy(reader->name + reader->name_length, at, length);
	reader->name_length += length;
	return 0;
}

/* One that is given twice says two things: no proxy and no browser does that. */
static int begin_value(struct weir_http_reader *reader)
{
	reader->in_value = true;
	reader->value_length = 0;
	find_header(reader);
	if (reader->which < 0)
		return 0;
	if (reader->request.has[reader->which])
		return refuse(reader, 400);
	reader->request.has[reader->which] = true;
	return 0;
}

static int on_value(weir_http_parser *parser, const char *at, size_t length)
{
	struct weir_http_reader *reader = reader_of(parser);
	struct text text = { NULL, WEIR_HTTP_MAX_VALUE, &reader->value_length };

	if (!reader->in_value && begin_value(reader))
		return -1;
	if (reader->which < 0)
		return 0;
	text.start = reader->request.header[reader->which];
	return append(text, at, length) ? 0 : refuse(reader, 431);
}

static enum weir_http_method method_of(const weir_http_parser *parser)
{
	switch (parser->method) {
	case HTTP_GET:
		return WEIR_HTTP_GET;
	case HTTP_HEAD:
		return WEIR_HTTP_HEAD;
	case HTTP_POST:
		return WEIR_HTTP_POST;
	}
	return WEIR_HTTP_OTHER;
}

static int on_head(weir_http_parser *parser)
{
	struct weir_http_reader *reader = reader_of(parser);

	reader->head_over = true;
	reader->request.method = method_of(parser);
	if (parser->http_major != 1 || parser->http_minor > 1)
		return refuse(reader, 505);
	if (parser->http_minor == 1 && !reader->request.has[WEIR_HTTP_HOST])
		return refuse(reader, 400);
	if (parser->content_length != UINT64_MAX && parser->content_length >= WEIR_HTTP_MAX_BODY)
		return refuse(reader, 413);
	return 0;
}

static int on_body(weir_http_parser *parser, const char *at, size_t length)
{
	struct weir_http_reader *reader = reader_of(parser);
	struct weir_http_request *request = &reader->request;
	struct text text = { request->body, sizeof(request->body), &request->body_length };

	return append(text, at, length) ? 0 : refuse(reader, 413);
}

/* ---- the two parsers ---- */

static int on_end(weir_http_parser *parser);

#if defined(WEIR_HAVE_LLHTTP)

static const llhttp_settings_t settings = {
	.on_url = on_target,
	.on_header_field = on_name,
	.on_header_value = on_value,
	.on_headers_complete = on_head,
	.on_body = on_body,
	.on_message_complete = on_end,
};

static void init(weir_http_parser *parser)
{
	llhttp_init(parser, HTTP_REQUEST, &settings);
}

static bool keeps_alive(const weir_http_parser *parser)
{
	return llhttp_should_keep_alive(parser) && !parser->upgrade;
}

static int pause_there(weir_http_parser *parser)
{
	(void)parser;
	return HPE_PAUSED;
}

static size_t execute(weir_http_parser *parser, const char *bytes, size_t n)
{
	if (llhttp_execute(parser, bytes, n) == HPE_OK)
		return n;
	return (size_t)(llhttp_get_error_pos(parser) - bytes);
}

static bool is_broken(const weir_http_parser *parser)
{
	return llhttp_get_errno(parser) != HPE_OK;
}

#else

static const http_parser_settings settings = {
	.on_url = on_target,
	.on_header_field = on_name,
	.on_header_value = on_value,
	.on_headers_complete = on_head,
	.on_body = on_body,
	.on_message_complete = on_end,
};

static void init(weir_http_parser *parser)
{
	http_parser_init(parser, HTTP_REQUEST);
}

static bool keeps_alive(const weir_http_parser *parser)
{
	return http_should_keep_alive(parser) && !parser->upgrade;
}

static int pause_there(weir_http_parser *parser)
{
	http_parser_pause(parser, 1);
	return 0;
}

static size_t execute(weir_http_parser *parser, const char *bytes, size_t n)
{
	return http_parser_execute(parser, &settings, bytes, n);
}

static bool is_broken(const weir_http_parser *parser)
{
	return HTTP_PARSER_ERRNO(parser) != HPE_OK;
}

#endif

static int on_end(weir_http_parser *parser)
{
	struct weir_http_reader *reader = reader_of(parser);

	reader->whole = true;
	reader->request.keep_alive = keeps_alive(parser);
	return pause_there(parser);
}

/* ---- requests ---- */

void weir_http_reader_begin(struct weir_http_reader *reader, size_t limit)
{
	memset(reader, 0, sizeof(*reader));
	init(&reader->parser);
	reader->parser.data = reader;
	reader->limit = limit;
	reader->in_value = true; /* so that the first name begins one */
	reader->request.query = "";
}

static void split_target(struct weir_http_request *request)
{
	char *mark = strchr(request->target, '?');

	if (!mark)
		return;
	*mark = '\0';
	request->query = mark + 1;
}

/* In pieces of what the head may still have: its size is checked on the way. */
static size_t feed_piece(struct weir_http_reader *reader, const char *bytes, size_t n)
{
	size_t used;

	if (!reader->head_over && n > reader->limit - reader->head)
		n = reader->limit - reader->head;
	used = execute(&reader->parser, bytes, n);
	reader->head += used;
	if (reader->whole)
		split_target(&reader->request);
	else if (is_broken(&reader->parser))
		refuse(reader, 400);
	else if (!reader->head_over && reader->head == reader->limit)
		refuse(reader, 431);
	return used;
}

size_t weir_http_reader_feed(struct weir_http_reader *reader, const char *bytes, size_t n)
{
	size_t used = 0;

	assert(!reader->whole && !reader->refusal);
	while (used < n && !reader->whole && !reader->refusal) {
		reader->began = true;
		used += feed_piece(reader, bytes + used, n - used);
	}
	return used;
}
