/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_HTTP_TEXT_H
#define WEIR_SINKS_HTTP_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/log.h>

/* Text that grows, for answers. After a lack of memory it stays as it is, and `failed`. */
struct weir_http_text {
	char *data;
	size_t length, size;
	bool failed;
};

void weir_http_text_free(struct weir_http_text *text);
void weir_http_text_add(struct weir_http_text *text, const char *bytes, size_t n);
void weir_http_text_print(struct weir_http_text *text, const char *format, ...)
	WEIR_PRINTF(2, 3);

/* In quotes, for JSON, which has to be UTF-8: bytes that are not become U+FFFD. NULL is null. */
void weir_http_text_quote(struct weir_http_text *text, const char *value);

/* In quotes, for a label of a metric. */
void weir_http_text_label(struct weir_http_text *text, const char *value);

/* JSON members: `"name":value` with a comma before it, but for the first of an object. */
void weir_http_text_number(struct weir_http_text *text, const char *name, uint64_t value);
void weir_http_text_real(struct weir_http_text *text, const char *name, double value);
void weir_http_text_string(struct weir_http_text *text, const char *name, const char *value);
void weir_http_text_bool(struct weir_http_text *text, const char *name, bool value);

/* Begins an object or an array: '{' or '['. NULL: it is an item and has no name. */
void weir_http_text_open(struct weir_http_text *text, const char *name, char bracket);
void weir_http_text_close(struct weir_http_text *text, char bracket);

#endif
