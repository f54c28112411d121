/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* URIs: where they are cut, what is refused and what the one line about it says. */
#include "core/uri.h"

#include <errno.h>
#include <stdlib.h>

#include "core/checked.h"
#include "tests/unit/captured.h"

static void where_it_is_cut(void **state)
{
	static const struct {
		const char *text, *scheme, *rest;
		size_t n_options;
	} wanted[] = {
		{ "pattern:bars", "pattern", "bars", 0 },
		{ "PATTERN:Bars", "pattern", "Bars", 0 },
		{ "pattern:bars?size=1920x1080&fps=0", "pattern", "bars", 2 },
		{ "pattern:", "pattern", "", 0 },
		{ "rtp://239.1.2.3:5004?mtu=9000", "rtp", "//239.1.2.3:5004", 1 },
		{ "rtp://[ff02::1]:5004", "rtp", "//[ff02::1]:5004", 0 },
		{ "v4l2:by-id/usb-cam", "v4l2", "by-id/usb-cam", 0 },
		{ "/dev/video0", "", "/dev/video0", 0 },
		{ "/dev/v4l/by-path/pci-0000:00:14.0", "", "/dev/v4l/by-path/pci-0000:00:14.0", 0 },
		{ "./a:b", "", "./a:b", 0 },
		{ "null", "", "null", 0 },
		{ "null?budget=1", "", "null", 1 },
		{ "null?", "", "null", 0 },
		{ "?a=b:c", "", "", 1 },
		{ "c:x", "", "c:x", 0 },
		{ "1x:y", "", "1x:y", 0 },
		{ "a+b-c.d:e", "a+b-c.d", "e", 0 },
		{ "a_b:c", "", "a_b:c", 0 },
		{ ":x", "", ":x", 0 },
		{ "", "", "", 0 },
		{ "-", "", "-", 0 },
		{ "file:a%20b%25.mkv", "file", "a b%.mkv", 0 },
		{ "file:a%3Fb", "file", "a?b", 0 },
	};

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(wanted); i++) {
		struct weir_uri uri;

		assert_int_equal(weir_uri_parse(wanted[i].text, NULL, &uri), 0);
		assert_string_equal(uri.scheme, wanted[i].scheme);
		assert_string_equal(uri.rest, wanted[i].rest);
		assert_int_equal(uri.n_options, wanted[i].n_options);
		weir_uri_finish(&uri);
		assert_null(uri.text);
	}
}

static void options_keep_order_and_decode_values(void **state)
{
	struct weir_uri uri;

	(void)state;
	assert_int_equal(weir_uri_parse("x?b=1&a=%3d%26%c3%a9&flag&e=&eq=a=b?c", NULL, &uri), 0);
	assert_int_equal(uri.n_options, 5);
	assert_string_equal(uri.options[0].key, "b");
	assert_string_equal(uri.options[1].key, "a");
	assert_string_equal(weir_uri_get(&uri, "a"), "=&é");
	assert_string_equal(weir_uri_get(&uri, "flag"), "");
	assert_string_equal(weir_uri_get(&uri, "e"), "");
	assert_string_equal(weir_uri_get(&uri, "eq"), "a=b?c");
	assert_null(weir_uri_get(&uri, "B"));
	assert_null(weir_uri_get(&uri, ""));
	weir_uri_finish(&uri);
	weir_uri_finish(&uri);
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *text, *line;
	} wrong[] = {
		{ "a?x=1&x=2", "\"a?x=1&x=2\": option \"x\" is given twice" },
		{ "a?=1", "\"a?=1\": an option has no name; write ?key=value&key=value" },
		{ "a?x=1&", "\"a?x=1&\": an option has no name; write ?key=value&key=value" },
		{ "a?&x", "\"a?&x\": an option has no name; write ?key=value&key=value" },
		{ "a%zz", "\"a%zz\": \"%zz\" is not an escape; write a percent sign as %25" },
		{ "a%", "\"a%\": \"%\" is not an escape; write a percent sign as %25" },
		{ "a%1", "\"a%1\": \"%1\" is not an escape; write a percent sign as %25" },
		{ "a%00b", "\"a%00b\": \"%00\" is not an escape; write a percent sign as %25" },
		{ "a?x=%+1", "\"a?x=%+1\": \"%+1\" is not an escape; write a percent sign as %25" },
	};
	struct captured captured;

	(void)state;
	captured_init(&captured);
	for (size_t i = 0; i < WEIR_COUNT(wrong); i++) {
		struct weir_uri uri = { .n_options = 77 };

		assert_int_equal(weir_uri_parse(wrong[i].text, &captured.log, &uri), -EINVAL);
		assert_int_equal(uri.n_options, 77);
		assert_one_line(&captured, wrong[i].line);
	}
}

static void limits(void **state)
{
	struct captured captured;
	struct weir_uri uri;
	char text[WEIR_URI_MAX_LENGTH + 2];
	size_t used = 1;

	(void)state;
	captured_init(&captured);
	memset(text, 'a', sizeof(text));
	text[WEIR_URI_MAX_LENGTH + 1] = '\0';
	assert_int_equal(weir_uri_parse(text, &captured.log, &uri), -EINVAL);
	assert_non_null(strstr(captured.line, "aaa...\": longer than 4096 characters"));
	text[WEIR_URI_MAX_LENGTH] = '\0';
	assert_int_equal(weir_uri_parse(text, &captured.log, &uri), 0);
	weir_uri_finish(&uri);

	for (int i = 0; i <= WEIR_URI_MAX_OPTIONS; i++) {
		if (i == WEIR_URI_MAX_OPTIONS) {
			assert_int_equal(weir_uri_parse(text, &captured.log, &uri), 0);
			assert_int_equal(uri.n_options, WEIR_URI_MAX_OPTIONS);
			weir_uri_finish(&uri);
		}
		used += (size_t)sprintf(text + used, "%ck%d=1", i ? '&' : '?', i);
	}
	captured.lines = 0;
	assert_int_equal(weir_uri_parse(text, &captured.log, &uri), -EINVAL);
	assert_int_equal(captured.lines, 1);
	assert_non_null(strstr(captured.line, ": more than 32 options"));
}

static void checks(const char *text, const char *const *known, const char *line)
{
	struct captured captured;
	struct weir_uri uri;

	captured_init(&captured);
	assert_int_equal(weir_uri_parse(text, NULL, &uri), 0);
	assert_int_equal(weir_uri_check_keys(&uri, known, &captured.log), line ? -EINVAL : 0);
	if (line)
		assert_one_line(&captured, line);
	else
		assert_int_equal(captured.lines, 0);
	weir_uri_finish(&uri);
}

static void unknown_keys(void **state)
{
	static const char *const known[] = { "size", "fps", "frames", NULL };
	static const char *const none[] = { NULL };

	(void)state;
	checks("pattern:bars?size=1&frames=2", known, NULL);
	checks("null", none, NULL);
	checks("pattern:bars?framse=2", known,
		"unknown option \"framse\" for pattern: did you mean \"frames\"? "
		"(known: size, fps, frames)");
	checks("pattern:bars?Size=1&zzz=2", known,
		"unknown option \"Size\" for pattern: did you mean \"size\"? "
		"(known: size, fps, frames)");
	checks("pattern:bars?fps=1&colour=2", known,
		"unknown option \"colour\" for pattern (known: size, fps, frames)");
	checks("null?x=1", none, "unknown option \"x\" for null, which has no options");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_it_is_cut),
		cmocka_unit_test(options_keep_order_and_decode_values),
		cmocka_unit_test(what_is_refused),
		cmocka_unit_test(limits),
		cmocka_unit_test(unknown_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
