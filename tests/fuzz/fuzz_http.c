/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Feeds bytes as requests, and what comes of them to everything that looks at one, and checks what
 * must hold for all of them: it does not matter in which pieces they come, what is kept is ended
 * and within its limits, and nobody is let in without the token.
 *
 * clang -std=gnu11 -D_GNU_SOURCE -DWEIR_HAVE_HTTP_PARSER=1 -g -O1
 * 	-fsanitize=fuzzer,address,undefined -I. -Iinclude tests/fuzz/fuzz_http.c
 * 	sinks/http/{reader,access,text,huffman}.c core/scan.c -lhttp_parser -lm -o fuzz_http */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sinks/http/access.h"
#include "core/jpeg_huffman.h"
#include "sinks/http/text.h"

#define LIMIT 1024
#define TOKEN "the token of this test"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check_request(const struct weir_http_request *request)
{
	static const struct weir_http_settings settings = { .token = TOKEN };
	static const struct weir_http_settings open = { .loopback = true };
	bool shown;

	require(strlen(request->target) <= request->target_length);
	require(request->target_length < sizeof(request->target));
	require(strlen(request->query) < sizeof(request->target));
	require(request->body_length < sizeof(request->body));
	require(request->body[request->body_length] == '\0');
	for (int i = 0; i < WEIR_HTTP_N_HEADERS; i++) {
		require(strlen(request->header[i]) < WEIR_HTTP_MAX_VALUE);
		require(request->has[i] || !request->header[i][0]);
	}
	/* It has spaces, so that it cannot stand in an address or in a cookie. */
	require(weir_http_may_look(&settings, request, &shown) == WEIR_HTTP_NO_TOKEN ||
		strstr(request->header[WEIR_HTTP_AUTHORIZATION], TOKEN) ||
		strstr(request->header[WEIR_HTTP_COOKIE], TOKEN));
	weir_http_may_look(&open, request, &shown);
	if (weir_http_may_change(request) == WEIR_HTTP_GRANTED)
		require(request->has[WEIR_HTTP_X_WEIR]);
}

/* In pieces of that size; how much of it the first request took. */
static size_t read_pieces(
	struct weir_http_reader *reader, const char *bytes, size_t size, size_t piece)
{
	size_t used = 0;

	weir_http_reader_begin(reader, LIMIT);
	while (used < size && !reader->whole && !reader->refusal) {
		size_t n = size - used < piece ? size - used : piece, eaten;

		eaten = weir_http_reader_feed(reader, bytes + used, n);
		require(eaten <= n);
		require(eaten == n || reader->whole || reader->refusal);
		used += eaten;
	}
	require(!reader->whole || !reader->refusal);
	require(!reader->refusal || (reader->refusal >= 400 && reader->refusal < 600));
	require(reader->head_over || used <= LIMIT);
	if (reader->whole)
		check_request(&reader->request);
	return used;
}

static void check_requests(const char *bytes, size_t size)
{
	static struct weir_http_reader at_once, in_pieces;
	size_t used = read_pieces(&at_once, bytes, size, SIZE_MAX);

	for (size_t piece = 1; piece < 8; piece += 3) {
		size_t again = read_pieces(&in_pieces, bytes, size, piece);

		require(at_once.whole == in_pieces.whole);
		require(!at_once.refusal == !in_pieces.refusal);
		require(!at_once.whole || used == again);
		if (at_once.whole)
			require(!memcmp(at_once.request.target, in_pieces.request.target,
				at_once.request.target_length));
	}
}

/* What a quote says has no control characters, no quote of its own, and an end. */
static void check_quote(const char *text)
{
	struct weir_http_text quoted = { 0 };

	weir_http_text_quote(&quoted, text);
	require(!quoted.failed && quoted.length >= 2);
	require(quoted.data[0] == '"' && quoted.data[quoted.length - 1] == '"');
	for (size_t i = 1; i < quoted.length - 1; i++) {
		require((unsigned char)quoted.data[i] >= ' ' && quoted.data[i] != '"');
		if (quoted.data[i] == '\\')
			i++;
		require(i < quoted.length - 1);
	}
	weir_http_text_free(&quoted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exactly as long as it is, for the sanitizer to see past it. */
	uint8_t *copy = malloc(size ? size : 1);
	char *text = malloc(size + 1);
	size_t place;

	require(copy != NULL && text != NULL);
	if (size)
		memcpy(copy, data, size);
	memcpy(text, copy, size);
	text[size] = '\0';
	check_requests((const char *)copy, size);
	check_quote(text);
	place = weir_jpeg_huffman_place(copy, size);
	require(place == SIZE_MAX || place + 2 <= size);
	free(text);
	free(copy);
	return 0;
}
