/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/uri.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/scan.h"

static bool is_letter(char c)
{
	c = weir_lower(c);
	return c >= 'a' && c <= 'z';
}

static bool is_scheme_char(char c)
{
	return is_letter(c) || weir_is_digit(c) || c == '+' || c == '-' || c == '.';
}

static size_t scheme_length(const char *text)
{
	size_t length = 0;

	while (is_scheme_char(text[length]))
		length++;
	return text[length] == ':' && length >= 2 && is_letter(text[0]) ? length : 0;
}

static int hex_digit(char c)
{
	c = weir_lower(c);
	if (weir_is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* In place. NULL, or where the first bad escape stands; one for 0 is bad, it would end the text. */
static const char *decode(char *text)
{
	char *to = text;

	for (; *text; text++, to++) {
		int high, low;

		*to = *text;
		if (*text != '%')
			continue;
		high = hex_digit(text[1]);
		low = high < 0 ? -1 : hex_digit(text[2]);
		if (low < 0 || high + low == 0)
			return text;
		*to = (char)(high * 16 + low);
		text += 2;
	}
	*to = '\0';
	return NULL;
}

static int decode_or_log(char *text, const char *whole, const struct weir_log *log)
{
	char quoted[WEIR_QUOTED];
	const char *bad = decode(text);

	if (!bad)
		return 0;
	weir_error(log, "%s: \"%.3s\" is not an escape; write a percent sign as %%25",
		weir_quote(whole, quoted), bad);
	return -EINVAL;
}

/* Takes one "key=value" apart; a key alone has the value "". */
static int add_option(
	struct weir_uri *uri, char *item, const char *whole, const struct weir_log *log)
{
	char quoted[WEIR_QUOTED], key[WEIR_QUOTED];
	char *value = strchr(item, '=');

	weir_quote(whole, quoted);
	if (value)
		*value++ = '\0';
	else
		value = item + strlen(item);
	if (!*item) {
		weir_error(log, "%s: an option has no name; write ?key=value&key=value", quoted);
		return -EINVAL;
	}
	if (weir_uri_get(uri, item)) {
		weir_error(log, "%s: option %s is given twice", quoted, weir_quote(item, key));
		return -EINVAL;
	}
	if (uri->n_options == WEIR_URI_MAX_OPTIONS) {
		weir_error(log, "%s: more than %d options", quoted, WEIR_URI_MAX_OPTIONS);
		return -EINVAL;
	}
	uri->options[uri->n_options++] = (struct weir_uri_option){ item, value };
	return decode_or_log(value, whole, log);
}

static int split_options(
	struct weir_uri *uri, char *query, const char *whole, const struct weir_log *log)
{
	int error = 0;

	while (!error && query) {
		char *next = strchr(query, '&');

		if (next)
			*next++ = '\0';
		error = add_option(uri, query, whole, log);
		query = next;
	}
	return error;
}

static int split(struct weir_uri *uri, const char *whole, const struct weir_log *log)
{
	size_t length = scheme_length(uri->text);
	char *rest = uri->text + (length ? length + 1 : 0);
	char *query = strchr(rest, '?');
	int error;

	for (size_t i = 0; i < length; i++)
		uri->text[i] = weir_lower(uri->text[i]);
	uri->scheme = length ? uri->text : "";
	uri->rest = rest;
	if (length)
		uri->text[length] = '\0';
	if (query)
		*query++ = '\0';
	error = decode_or_log(rest, whole, log);
	if (!error && query && *query)
		error = split_options(uri, query, whole, log);
	return error;
}

int weir_uri_parse(const char *text, const struct weir_log *log, struct weir_uri *out)
{
	struct weir_uri uri = { 0 };
	char quoted[WEIR_QUOTED];
	int error;

	if (strnlen(text, WEIR_URI_MAX_LENGTH + 1) > WEIR_URI_MAX_LENGTH) {
		weir_error(log, "%s: longer than %d characters", weir_quote(text, quoted),
			WEIR_URI_MAX_LENGTH);
		return -EINVAL;
	}
	uri.text = strdup(text);
	if (!uri.text) {
		weir_error(log, "%s: out of memory", weir_quote(text, quoted));
		return -ENOMEM;
	}
	error = split(&uri, text, log);
	if (error)
		weir_uri_finish(&uri);
	else
		*out = uri;
	return error;
}

void weir_uri_finish(struct weir_uri *uri)
{
	free(uri->text);
	*uri = (struct weir_uri){ 0 };
}

const char *weir_uri_get(const struct weir_uri *uri, const char *key)
{
	for (size_t i = 0; i < uri->n_options; i++)
		if (strcmp(uri->options[i].key, key) == 0)
			return uri->options[i].value;
	return NULL;
}

static bool is_known(const char *key, const char *const *known)
{
	while (*known && strcmp(key, *known) != 0)
		known++;
	return *known != NULL;
}

int weir_uri_check_keys(
	const struct weir_uri *uri, const char *const *known, const struct weir_log *log)
{
	const char *name = *uri->scheme ? uri->scheme : uri->rest;
	char quoted[WEIR_QUOTED], suggestion[WEIR_SUGGESTION];

	for (size_t i = 0; i < uri->n_options; i++) {
		const char *key = uri->options[i].key;

		if (is_known(key, known))
			continue;
		weir_error(log, "unknown option %s for %.64s%s", weir_quote(key, quoted), name,
			known[0] ? weir_suggest(key, known, suggestion) : ", which has no options");
		return -EINVAL;
	}
	return 0;
}
