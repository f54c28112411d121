/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The word that was meant: adding, dropping, changing a letter or swapping two costs one each, and
 * a third of the longer word is the limit. */
#include "core/uri.h"

#include "core/checked.h"
#include "tests/unit/captured.h"

static void near_and_far(void **state)
{
	static const char *const words[] = { "capture", "receive", "list", "info", "doctor",
		"explain", "run", NULL };
	static const struct {
		const char *word, *nearest;
	} wanted[] = {
		{ "capture", "capture" },
		{ "CAPTURE", "capture" },
		{ "captrue", "capture" },  /* a swap */
		{ "captur", "capture" },   /* one missing */
		{ "captures", "capture" }, /* one too many */
		{ "kapture", "capture" },  /* one wrong */
		{ "kaptrue", "capture" },  /* two edits of seven */
		{ "kaptru", NULL },        /* three of seven */
		{ "lsit", "list" },
		{ "lst", "list" },
		{ "ls", NULL },   /* two of four */
		{ "rnu", "run" }, /* one of three */
		{ "rub", "run" },
		{ "ru", "run" },
		{ "r", NULL },
		{ "", NULL },
		{ "recieve", "receive" },
		{ "docter", "doctor" },
		{ "xyz", NULL },
	};

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(wanted); i++) {
		const char *nearest = weir_nearest(wanted[i].word, words);

		if (wanted[i].nearest)
			assert_string_equal(nearest, wanted[i].nearest);
		else
			assert_null(nearest);
	}
}

static void the_nearest_of_several(void **state)
{
	static const char *const words[] = { "frames", "framed", "frame", NULL };
	static const char *const twins[] = { "abc", "abd", NULL };
	static const char *const none[] = { NULL };

	(void)state;
	assert_string_equal(weir_nearest("fram", words), "frame");
	assert_string_equal(weir_nearest("framde", words), "framed");
	assert_string_equal(weir_nearest("abx", twins), "abc"); /* the first of equals */
	assert_null(weir_nearest("abc", none));
}

static void endless_words(void **state)
{
	char word[200], same[200];
	const char *const words[] = { same, "short", NULL };

	(void)state;
	memset(word, 'a', sizeof(word));
	word[sizeof(word) - 1] = '\0';
	memcpy(same, word, sizeof(word));
	assert_null(weir_nearest(word, words));
	assert_string_equal(weir_nearest("shrt", words), "short");
	word[63] = same[63] = '\0';
	same[5] = 'b';
	assert_string_equal(weir_nearest(word, words), same);
}

static void suggestions(void **state)
{
	static const char *const words[] = { "bars", "noise", NULL };
	static const char *const none[] = { NULL };
	const char *many[129];
	char text[WEIR_SUGGESTION];

	(void)state;
	assert_string_equal(
		weir_suggest("bras", words, text), ": did you mean \"bars\"? (known: bars, noise)");
	assert_string_equal(weir_suggest("zzz", words, text), " (known: bars, noise)");
	assert_string_equal(weir_suggest("zzz", none, text), "");
	for (size_t i = 0; i < 128; i++)
		many[i] = "something-long";
	many[128] = NULL;
	assert_int_equal(strlen(weir_suggest("zzz", many, text)), WEIR_SUGGESTION - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(near_and_far),
		cmocka_unit_test(the_nearest_of_several),
		cmocka_unit_test(endless_words),
		cmocka_unit_test(suggestions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
