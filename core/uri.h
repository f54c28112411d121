/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_URI_H
#define WEIR_CORE_URI_H

#include <stddef.h>
#include <stdint.h>

#include <weir/format.h>
#include <weir/log.h>

/* The one parser of "scheme:rest?key=value&key=value" and of option values.
 *
 * A parsed URI owns one copy of its text; every string in it points there. Percent escapes are
 * decoded in rest and values. Order of keys is kept; a key given twice is an error. */

#define WEIR_URI_MAX_OPTIONS 32
#define WEIR_URI_MAX_LENGTH  4096

struct weir_uri_option {
	const char *key, *value;
};

struct weir_uri {
	char *text;         /* owned */
	const char *scheme; /* lower case; "" when the text has none ("/dev/video0", "null") */
	const char *rest;   /* what stands between the scheme's colon and '?' */
	struct weir_uri_option options[WEIR_URI_MAX_OPTIONS];
	size_t n_options;
};

/* 0, -EINVAL (logged: too long, too many options, a key twice, a bad escape, a key without a name),
 * -ENOMEM. A key without '=' has the value "".
 * A scheme is two or more letters, digits, '+', '-' or '.', the first a letter, before the first
 * ':' and before any '/' or '?'. */
int weir_uri_parse(const char *text, const struct weir_log *log, struct weir_uri *out);
void weir_uri_finish(struct weir_uri *uri);

/* The value of a key, or NULL. */
const char *weir_uri_get(const struct weir_uri *uri, const char *key);

/* Refuses keys that are not in `known` (ended by NULL): logs the word and the nearest valid one.
 * 0 or -EINVAL. */
int weir_uri_check_keys(
	const struct weir_uri *uri, const char *const *known, const struct weir_log *log);

/* The nearest of `words` (ended by NULL) to `word`, ignoring case, or NULL when none is near enough
 * to be what was meant (more than a third of the longer word would have to change). */
const char *weir_nearest(const char *word, const char *const *words);

/* How a line about an unknown word ends: `: did you mean "…"? (known: …, …)`, the question only
 * when one of `words` (ended by NULL) is near. */
#define WEIR_SUGGESTION 384
const char *weir_suggest(const char *word, const char *const *words, char text[WEIR_SUGGESTION]);

/* Values. Each logs one line that names `what` (an option or key as the user typed it), the
 * offending text and what is accepted, and leaves *out untouched on error: -EINVAL.
 * Numbers are decimal, unsigned, without sign or space, and end with the text. */
int weir_parse_u64(const char *what, const char *text, uint64_t min, uint64_t max,
	const struct weir_log *log, uint64_t *out);
int weir_parse_u32(const char *what, const char *text, uint32_t min, uint32_t max,
	const struct weir_log *log, uint32_t *out);
int weir_parse_bool(const char *what, const char *text, const struct weir_log *log, int *out);
int weir_parse_size(const char *what, const char *text, const struct weir_log *log,
	uint32_t *width, uint32_t *height);
int weir_parse_rate(
	const char *what, const char *text, const struct weir_log *log, struct weir_rate *out);
int weir_parse_format(const char *what, const char *text, const struct weir_log *log,
	const struct weir_format **out);
/* "10", "1.5", with up to nine decimals, into nanoseconds: at most INT64_MAX, so that the time it
 * is now can be added. */
int weir_parse_seconds(
	const char *what, const char *text, const struct weir_log *log, uint64_t *out_ns);
/* The index of `text` among `words` (ended by NULL). */
int weir_parse_word(const char *what, const char *text, const char *const *words,
	const struct weir_log *log, unsigned *out);

#endif
