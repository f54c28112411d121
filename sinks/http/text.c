/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/http/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 4096
#define MAX_SIZE   (1 << 20) /* far beyond whatever a run has to tell */

void weir_http_text_free(struct weir_http_text *text)
{
	free(text->data);
	memset(text, 0, sizeof(*text));
}

/* Room for so many more, and an end. */
static bool grow(struct weir_http_text *text, size_t n)
{
	size_t size = text->size ? text->size : FIRST_SIZE;
	char *data;

	if (text->failed || n >= MAX_SIZE - text->length) {
		text->failed = true;
		return false;
	}
	while (size <= text->length + n)
		size *= 2;
	if (size == text->size)
		return true;
	data = realloc(text->data, size);
	if (!data) {
		text->failed = true;
		return false;
	}
	text->data = data;
	text->size = size;
	return true;
}

void weir_http_text_add(struct weir_http_text *text, const char *bytes, size_t n)
{
	if (!grow(text, n))
		return;
	memcpy(text->data + text->length, bytes, n);
	text->length += n;
	text->data[text->length] = '\0';
}

void weir_http_text_print(struct weir_http_text *text, const char *format, ...)
{
	va_list values, again;
	int n;

	va_start(values, format);
	va_copy(again, values);
	n = vsnprintf(NULL, 0, format, values);
	if (n < 0)
		text->failed = true;
	else if (grow(text, (size_t)n))
		text->length +=
			(size_t)vsnprintf(text->data + text->length, (size_t)n + 1, format, again);
	va_end(again);
	va_end(values);
}

static void add_word(struct weir_http_text *text, const char *word)
{
	weir_http_text_add(text, word, strlen(word));
}

/* ---- quotes ---- */

/* Bytes of the character that begins there; 0: it is not UTF-8. */
static size_t utf8_length(const unsigned char *at)
{
	static const unsigned least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = at[0] < 0x80 ? 1 : at[0] >> 5 == 6 ? 2 : at[0] >> 4 == 14 ? 3 : 4;
	unsigned code = at[0] & (0x7f >> n);

	if (n == 1)
		return 1;
	if (n == 4 && at[0] >> 3 != 30)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (at[i] & 0x3f);
	}
	if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	return n;
}

void weir_http_text_quote(struct weir_http_text *text, const char *value)
{
	if (!value) {
		add_word(text, "null");
		return;
	}
	add_word(text, "\"");
	while (*value) {
		size_t n = utf8_length((const unsigned char *)value);

		if (n == 0)
			add_word(text, "\\ufffd");
		else if (*value == '"' || *value == '\\')
			weir_http_text_print(text, "\\%c", *value);
		else if ((unsigned char)*value < ' ' || *value == 0x7f)
			weir_http_text_print(text, "\\u%04x", (unsigned char)*value);
		else
			weir_http_text_add(text, value, n);
		value += n ? n : 1;
	}
	add_word(text, "\"");
}

void weir_http_text_label(struct weir_http_text *text, const char *value)
{
	add_word(text, "\"");
	for (; *value; value++) {
		if (*value == '\n')
			add_word(text, "\\n");
		else if (*value == '"' || *value == '\\')
			weir_http_text_print(text, "\\%c", *value);
		else
			weir_http_text_add(text, value, 1);
	}
	add_word(text, "\"");
}

/* ---- members ---- */

static void begin(struct weir_http_text *text, const char *name)
{
	char last = text->length ? text->data[text->length - 1] : '{';

	if (last != '{' && last != '[')
		add_word(text, ",");
	if (name)
		weir_http_text_print(text, "\"%s\":", name);
}

void weir_http_text_number(struct weir_http_text *text, const char *name, uint64_t value)
{
	begin(text, name);
	weir_http_text_print(text, "%" PRIu64, value);
}

/* The decimal point is a point in every locale. */
void weir_http_text_real(struct weir_http_text *text, const char *name, double value)
{
	uint64_t thousandths = isfinite(value) && value > 0 ? (uint64_t)(value * 1000 + 0.5) : 0;

	begin(text, name);
	weir_http_text_print(
		text, "%" PRIu64 ".%03u", thousandths / 1000, (unsigned)(thousandths % 1000));
}

void weir_http_text_string(struct weir_http_text *text, const char *name, const char *value)
{
	begin(text, name);
	weir_http_text_quote(text, value);
}

void weir_http_text_bool(struct weir_http_text *text, const char *name, bool value)
{
	begin(text, name);
	add_word(text, value ? "true" : "false");
}

void weir_http_text_open(struct weir_http_text *text, const char *name, char bracket)
{
	begin(text, name);
	weir_http_text_add(text, &bracket, 1);
}

void weir_http_text_close(struct weir_http_text *text, char bracket)
{
	weir_http_text_add(text, &bracket, 1);
}
