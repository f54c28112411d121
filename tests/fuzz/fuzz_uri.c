/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Feeds bytes as a URI and as every kind of option value, and checks what must hold for all of
 * them: nothing outside the copy is touched, an error is logged once in one clean line and leaves
 * the result alone.
 *
 * clang -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined -I. -Iinclude tests/fuzz/fuzz_uri.c
 * 	core/{uri,parse,nearest,scan,log,format,format_table,layout,rate}.c -o fuzz_uri */
#include "core/uri.h"

#include <stdlib.h>
#include <string.h>

#include "core/log.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void count_line(void *data, enum weir_log_level level, const char *line)
{
	++*(int *)data;
	require(level == WEIR_LOG_ERROR && strlen(line) < WEIR_LOG_LINE);
	for (; *line; line++)
		require((unsigned char)*line >= ' ' && *line != 0x7f);
}

static void check_values(const char *text, struct weir_log *log, int *lines)
{
	static const char *const words[] = { "auto", "uring", "sqpoll", "epoll", NULL };
	const struct weir_format *format;
	struct weir_rate rate;
	uint64_t number;
	uint32_t width, height;
	unsigned word;
	int flag, errors = 0;

	*lines = 0;
	errors += !!weir_parse_u64("u64", text, 0, UINT64_MAX, log, &number);
	errors += !!weir_parse_u32("u32", text, 1, 32, log, &width);
	errors += !!weir_parse_bool("bool", text, log, &flag);
	errors += !!weir_parse_size("size", text, log, &width, &height);
	errors += !!weir_parse_rate("rate", text, log, &rate);
	errors += !!weir_parse_format("format", text, log, &format);
	errors += !!weir_parse_seconds("seconds", text, log, &number);
	errors += !!weir_parse_word("word", text, words, log, &word);
	require(*lines == errors);
}

static void check_uri(const struct weir_uri *uri, size_t length, struct weir_log *log, int *lines)
{
	static const char *const known[] = { "size", "fps", "format", NULL };

	require(strlen(uri->scheme) + strlen(uri->rest) <= length);
	require(uri->n_options <= WEIR_URI_MAX_OPTIONS);
	for (size_t i = 0; i < uri->n_options; i++) {
		require(uri->options[i].key[0] != '\0');
		require(weir_uri_get(uri, uri->options[i].key) == uri->options[i].value);
		check_values(uri->options[i].value, log, lines);
	}
	*lines = 0;
	require(!!weir_uri_check_keys(uri, known, log) == *lines);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int lines = 0;
	struct weir_log log = { WEIR_LOG_ERROR, count_line, &lines };
	struct weir_uri uri = { 0 };
	char *text =
		malloc(size + 1); /* exactly as long as it is, for the sanitizer to see past it */

	require(text != NULL);
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	if (weir_uri_parse(text, &log, &uri) == 0)
		check_uri(&uri, size, &log, &lines);
	else
		require(lines == 1 && !uri.text);
	weir_uri_finish(&uri);
	check_values(text, &log, &lines);
	free(text);
	return 0;
}
