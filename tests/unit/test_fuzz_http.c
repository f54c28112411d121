/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fuzz target without a fuzzer: requests as they come, as they should not come, and random
 * changes of them from a fixed seed. */
#include <stdio.h>

#include "tests/unit/cmocka_all.h"

#if defined(WEIR_HAVE_LLHTTP) || defined(WEIR_HAVE_HTTP_PARSER)

#include "tests/fuzz/fuzz_http.c"

#include "core/checked.h"

static const char *const corpus[] = { "", "\r\n", "G", "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET /stream.mjpg?early=1&token=abcdefgh HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
	"Cookie: weir-8080=abcdefgh; a=b\r\nAuthorization: Bearer abcdefgh\r\n"
	"Connection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n",
	"POST /controls HTTP/1.1\r\nHost: [::1]\r\nOrigin: http://[::1]\r\nX-Weir: 1\r\n"
	"Content-Length: 12\r\n\r\nbrightness=1",
	"POST /controls HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
	"3\r\na=1\r\n0\r\nTrailer: x\r\n\r\n",
	"POST /controls HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: "
	"chunked\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\nPRI *",
	"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
	"GET http://b/c?d HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", "\xff\xd8\xff\xda",
	"\xff\xd8\xff\xe0\xff\xff\xff\xff", "\xff\xd8\xff\xff\xff\xff\xff\xda",
	"\xc3\xa4\xed\xa0\x80", "\"\\\x01\x7f\xf4\x90\x80\x80\xe2\x82" };

static void corpus_as_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(corpus); i++)
		LLVMFuzzerTestOneInput((const uint8_t *)corpus[i], strlen(corpus[i]));
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void corpus_changed_at_random(void **state)
{
	static const char letters[] = "\r\n :/?=&;GH1\xff\x7f\t,\"\\";
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		const char *start = corpus[next_random(&seed) % WEIR_COUNT(corpus)];
		size_t length = strlen(start);
		uint8_t text[512];

		memcpy(text, start, length);
		for (unsigned edits = next_random(&seed) % 5 + 1; edits; edits--) {
			char letter = letters[next_random(&seed) % (sizeof(letters) - 1)];
			size_t at = next_random(&seed) % (length + 1);

			length += at == length && length < sizeof(text);
			text[at < sizeof(text) ? at : 0] = (uint8_t)letter;
		}
		LLVMFuzzerTestOneInput(text, length);
	}
}

/* Whatever part of a request is too long is refused, with the status that says which. */
static int refusal_of(const char *before, char fill, size_t n, const char *after)
{
	static struct weir_http_reader reader;
	size_t length = strlen(before) + n + strlen(after);
	char *text = malloc(length + 1);

	assert_non_null(text);
	strcpy(text, before);
	memset(text + strlen(before), fill, n);
	strcpy(text + strlen(before) + n, after);
	read_pieces(&reader, text, length, 100);
	free(text);
	return reader.refusal;
}

static void what_is_too_long(void **state)
{
	(void)state;
	assert_int_equal(refusal_of("GET /", 'a', 510, " HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
	assert_int_equal(refusal_of("GET /", 'a', 511, " HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
	assert_int_equal(refusal_of("GET / HTTP/1.1\r\nHost: ", 'a', 511, "\r\n\r\n"), 0);
	assert_int_equal(refusal_of("GET / HTTP/1.1\r\nHost: ", 'a', 512, "\r\n\r\n"), 431);
	assert_int_equal(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nX: ", 'a', 988, "\r\n\r\n"), 0);
	assert_int_equal(
		refusal_of("GET / HTTP/1.1\r\nHost: a\r\nX: ", 'a', 5000, "\r\n\r\n"), 431);
	assert_int_equal(
		refusal_of("GET / HTTP/1.1\r\nHost: a\r\nX", 'a', 5000, ": b\r\n\r\n"), 431);
	assert_int_equal(refusal_of("GET ", ' ', 5000, ""), 431);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corpus_as_it_is),
		cmocka_unit_test(corpus_changed_at_random),
		cmocka_unit_test(what_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
	puts("skipped: this weir was built without an HTTP parser");
	return 77;
}

#endif
