/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fuzz target without a fuzzer: texts that once broke somebody's parser, and random changes of
 * them from a fixed seed. */
#include "tests/fuzz/fuzz_uri.c"

#include "core/checked.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/fuzz_corpus.h"

#define KEYS(a) "k" a "0&k" a "1&k" a "2&k" a "3&k" a "4&k" a "5&k" a "6&k" a "7&k" a "8&k" a "9"

static const char *const corpus[] = { "", "?", "&", "=", "%", ":", "a:", "a?", "a?=", "a?&",
	"a?b&b", "%%", "%2", "%25", "%00", "ab:%ff?%3d=%3D",
	"pattern:bars?size=1920x1080&fps=29.97&format=YUYV",
	"rtp://[ff02::1%25eth0]:5004?mtu=9000&pace=spread", "16x", "x", "-1", "1e9",
	"99999999999999999999", "99999999999999999999x99999999999999999999", "1/0", "0/0",
	"4294967296/4294967296", "0.0000000000", "18446744073.709551616", "30000/1001", "\xff\xfe",
	"\x1b]0;x\x07", "epol", "YUVY", ("a?" KEYS("") "&" KEYS("1") "&" KEYS("2") "&" KEYS("3")) };

static void corpus_as_it_is(void **state)
{
	(void)state;
	feed_texts(corpus, WEIR_COUNT(corpus));
}

static void corpus_changed_at_random(void **state)
{
	(void)state;
	feed_changed_texts(corpus, WEIR_COUNT(corpus), "?&=%:x./0129-+abfF \n\x7f\xc3", 5000, 6);
}

static void longer_than_allowed(void **state)
{
	static uint8_t text[2 * WEIR_URI_MAX_LENGTH];

	(void)state;
	memset(text, '%', sizeof(text));
	for (size_t i = 0; i < sizeof(text); i += 1000)
		LLVMFuzzerTestOneInput(text, i);
	memset(text, '9', sizeof(text));
	LLVMFuzzerTestOneInput(text, sizeof(text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corpus_as_it_is),
		cmocka_unit_test(corpus_changed_at_random),
		cmocka_unit_test(longer_than_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
