/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Option values: every wrong one gives -EINVAL, one line that names option and text, and leaves the
 * result alone. */
#include "core/uri.h"

#include <errno.h>

#include "core/checked.h"
#include "tests/unit/captured.h"

/* Wrong wherever a number, size, rate, time, switch or format is wanted. */
static const char *const nasty[] = { "", " ", "x", "-1", "+1", "1e9", "0x10", "1 ", " 1", "1 2",
	"١", "99999999999999999999", "999999999999999999999999999999999999999999", "1\n", "\t1",
	"1;2", "%s%n", "nan", "--", "1,5", "1..2", "1.2.3", ".", "/" };

static int u64(const char *text, struct captured *captured)
{
	uint64_t value = 77;
	int error = weir_parse_u64("-n", text, 0, UINT64_MAX, &captured->log, &value);

	assert_true(!error || value == 77);
	return error;
}

static int u32(const char *text, struct captured *captured)
{
	uint32_t value = 77;
	int error = weir_parse_u32("-b", text, 0, UINT32_MAX, &captured->log, &value);

	assert_true(!error || value == 77);
	return error;
}

static int boolean(const char *text, struct captured *captured)
{
	int value = 77, error = weir_parse_bool("lock", text, &captured->log, &value);

	assert_true(!error || value == 77);
	return error;
}

static int size(const char *text, struct captured *captured)
{
	uint32_t width = 77, height = 77;
	int error = weir_parse_size("-s", text, &captured->log, &width, &height);

	assert_true(!error || (width == 77 && height == 77));
	return error;
}

static int rate(const char *text, struct captured *captured)
{
	struct weir_rate value = { 77, 77 };
	int error = weir_parse_rate("-r", text, &captured->log, &value);

	assert_true(!error || (value.num == 77 && value.den == 77));
	return error;
}

static int seconds(const char *text, struct captured *captured)
{
	uint64_t value = 77;
	int error = weir_parse_seconds("-t", text, &captured->log, &value);

	assert_true(!error || value == 77);
	return error;
}

static int format(const char *text, struct captured *captured)
{
	const struct weir_format *value = NULL;
	int error = weir_parse_format("-f", text, &captured->log, &value);

	assert_true(!error || !value);
	return error;
}

static int word(const char *text, struct captured *captured)
{
	static const char *const words[] = { "spread", "off", NULL };
	unsigned value = 77;
	int error = weir_parse_word("pace", text, words, &captured->log, &value);

	assert_true(!error || value == 77);
	return error;
}

static void nasty_text_is_refused_by_all(void **state)
{
	int (*const parsers[])(const char *, struct captured *) = { u64, u32, boolean, size, rate,
		seconds, format, word };
	struct captured captured;

	(void)state;
	captured_init(&captured);
	for (size_t p = 0; p < WEIR_COUNT(parsers); p++)
		for (size_t i = 0; i < WEIR_COUNT(nasty); i++) {
			captured.lines = 0;
			assert_int_equal(parsers[p](nasty[i], &captured), -EINVAL);
			assert_int_equal(captured.lines, 1);
			assert_null(strpbrk(captured.line, "\n\t"));
		}
}

static void numbers(void **state)
{
	struct captured captured;
	uint64_t big = 0;
	uint32_t small = 0;

	(void)state;
	captured_init(&captured);
	assert_int_equal(
		weir_parse_u64("-n", "18446744073709551615", 0, UINT64_MAX, NULL, &big), 0);
	assert_true(big == UINT64_MAX);
	assert_int_equal(u64("18446744073709551616", &captured), -EINVAL);
	assert_one_line(&captured, "-n: \"18446744073709551616\" is not a whole number from 0 to "
				   "18446744073709551615");
	assert_int_equal(u32("4294967296", &captured), -EINVAL);
	captured.lines = 0;
	assert_int_equal(weir_parse_u32("-b", "0", 1, 32, &captured.log, &small), -EINVAL);
	assert_one_line(&captured, "-b: \"0\" is not a whole number from 1 to 32");
	assert_int_equal(weir_parse_u32("-b", "33", 1, 32, &captured.log, &small), -EINVAL);
	assert_int_equal(weir_parse_u32("-b", "32", 1, 32, NULL, &small), 0);
	assert_int_equal(small, 32);
	assert_int_equal(weir_parse_u32("-b", "0007", 1, 32, NULL, &small), 0);
	assert_int_equal(small, 7);
}

static void switches(void **state)
{
	static const char *const words[] = { "0", "1", "off", "ON", "no", "Yes", "false", "true" };
	struct captured captured;

	(void)state;
	captured_init(&captured);
	for (int i = 0; i < (int)WEIR_COUNT(words); i++) {
		int value = 77;

		assert_int_equal(weir_parse_bool("lock", words[i], NULL, &value), 0);
		assert_int_equal(value, i % 2);
	}
	assert_int_equal(boolean("maybe", &captured), -EINVAL);
	assert_one_line(&captured, "lock: \"maybe\" is neither on nor off");
}

static void sizes_and_rates(void **state)
{
	struct captured captured;
	uint32_t width, height;
	struct weir_rate value;

	(void)state;
	captured_init(&captured);
	assert_int_equal(weir_parse_size("-s", "1280x720", NULL, &width, &height), 0);
	assert_int_equal(width * 10000 + height, 12800720);
	assert_int_equal(size("12x", &captured), -EINVAL);
	assert_one_line(&captured, "-s: \"12x\" is not a size like 1280x720");
	assert_int_equal(size("1x99999999999999999999", &captured), -EINVAL);
	assert_one_line(&captured,
		"-s: \"1x99999999999999999999\" is out of range; frames are 16x16 to 8192x8192");
	assert_int_equal(weir_parse_rate("-r", "29.97", NULL, &value), 0);
	assert_int_equal(value.num, 30000);
	assert_int_equal(rate("fast", &captured), -EINVAL);
	assert_one_line(&captured, "-r: \"fast\" is not a frame rate like 30, 29.97 or 30000/1001");
	assert_int_equal(rate("30/0", &captured), -EINVAL);
	assert_one_line(&captured, "-r: \"30/0\" frames a second are out of range");
}

static void formats(void **state)
{
	struct captured captured;
	const struct weir_format *value;

	(void)state;
	captured_init(&captured);
	assert_int_equal(weir_parse_format("-f", "yuy2", NULL, &value), 0);
	assert_string_equal(value->name, "YUYV");
	assert_int_equal(format("YUVY", &captured), -EINVAL);
	assert_one_line(&captured, "-f: unknown format \"YUVY\": did you mean \"YUYV\"?");
	assert_int_equal(format("mjepg", &captured), -EINVAL);
	assert_one_line(&captured, "-f: unknown format \"mjepg\": did you mean \"MJPEG\"?");
	assert_int_equal(format("purple", &captured), -EINVAL);
	assert_one_line(&captured,
		"-f: unknown format \"purple\"; YUYV, NV12, XR24, RGB565, GREY and "
		"MJPEG are some");
}

static void times(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} wanted[] = {
		{ "0", 0 },
		{ "10", 10000000000 },
		{ "1.5", 1500000000 },
		{ "0.000000001", 1 },
		{ "2.000000000", 2000000000 },
		{ "9223372036.854775807", INT64_MAX },
	};
	struct captured captured;

	(void)state;
	captured_init(&captured);
	for (size_t i = 0; i < WEIR_COUNT(wanted); i++) {
		uint64_t ns = 77;

		assert_int_equal(weir_parse_seconds("-t", wanted[i].text, NULL, &ns), 0);
		assert_true(ns == wanted[i].ns);
	}
	assert_int_equal(seconds("9223372036.854775808", &captured), -EINVAL);
	assert_int_equal(seconds("18446744074", &captured), -EINVAL);
	assert_int_equal(seconds("1.0000000000", &captured), -EINVAL);
	captured.lines = 0;
	assert_int_equal(seconds("1m", &captured), -EINVAL);
	assert_one_line(&captured, "-t: \"1m\" is not a number of seconds like 10 or 1.5");
}

static void words_and_their_neighbours(void **state)
{
	static const char *const words[] = { "auto", "uring", "sqpoll", "epoll", NULL };
	struct captured captured;
	unsigned value = 77;

	(void)state;
	captured_init(&captured);
	assert_int_equal(weir_parse_word("--loop", "EPOLL", words, NULL, &value), 0);
	assert_int_equal(value, 3);
	assert_int_equal(weir_parse_word("--loop", "epol", words, &captured.log, &value), -EINVAL);
	assert_one_line(&captured, "--loop: unknown word \"epol\": did you mean \"epoll\"? "
				   "(known: auto, uring, sqpoll, epoll)");
	assert_int_equal(
		weir_parse_word("--loop", "select", words, &captured.log, &value), -EINVAL);
	assert_one_line(
		&captured, "--loop: unknown word \"select\" (known: auto, uring, sqpoll, epoll)");
}

static void long_text_is_cut_not_the_line(void **state)
{
	struct captured captured;
	char text[4000];

	(void)state;
	captured_init(&captured);
	memset(text, '9', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(size(text, &captured), -EINVAL);
	assert_non_null(strstr(captured.line, "999...\" is not a size like 1280x720"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nasty_text_is_refused_by_all),
		cmocka_unit_test(numbers),
		cmocka_unit_test(switches),
		cmocka_unit_test(sizes_and_rates),
		cmocka_unit_test(formats),
		cmocka_unit_test(times),
		cmocka_unit_test(words_and_their_neighbours),
		cmocka_unit_test(long_text_is_cut_not_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
