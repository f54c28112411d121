/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fuzz target without a fuzzer: descriptions of several senders, and random changes of them
 * from a fixed seed. */
#include "tests/fuzz/fuzz_sdp.c"

#include "core/checked.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/fuzz_corpus.h"

static const char *const corpus[] = {
	"",
	"\n\n\n",
	"v",
	"v=",
	"m=video",
	"m=video 5004 RTP/AVP 26",
	("m=audio 5004 RTP/AVP 96\nm=video 1 RTP/AVP 96\na=rtpmap:96 H264/90000\n"
	 "a=fmtp:96 packetization-mode=1; "
	 "sprop-parameter-sets=Z0LAHtkA2D3m8BEAAAMAAQAAAwAyDxYuSA==,aMuMsg=="),
	("v=0\r\no=- 5004 1 IN IP4 10.0.0.1\r\ns=weir\r\nc=IN IP4 239.1.2.3/4\r\nt=0 0\r\n"
	 "m=video 5004 RTP/AVP 96\r\na=rtpmap:96 raw/90000\r\na=fmtp:96 sampling=YCbCr-4:2:2; "
	 "width=1920; height=1080; depth=8; colorimetry=BT709-2; exactframerate=30000/1001\r\n"
	 "a=framerate:29.970\r\na=source-filter: incl IN IP4 239.1.2.3 10.0.0.1\r\n"),
	("c=IN IP6 ff02::1\nm=video 5004/2 RTP/AVPF 112 96\na=rtpmap:112 JPEG/90000\n"
	 "a=x-dimensions:640,480\na=framesize:112 640-480\na=framerate:15"),
	("m=video 5004 RTP/AVPF 26 97\na=rtcp-fb:26 nack\na=rtcp-fb:* nack pli\n"
	 "a=rtpmap:97 rtx/90000\na=fmtp:97 apt=26;rtx-time=200"),
};

static void corpus_as_it_is(void **state)
{
	(void)state;
	feed_texts(corpus, WEIR_COUNT(corpus));
}

static void corpus_changed_at_random(void **state)
{
	static const char letters[] = "=:;/, \r\n0123456789%-acmvx\x00\x7f\xc3";
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		const char *start = corpus[next_random(&seed) % WEIR_COUNT(corpus)];
		size_t length = strlen(start);
		uint8_t text[1024] = { 0 };

		memcpy(text, start, length);
		for (unsigned edits = next_random(&seed) % 6 + 1; edits; edits--)
			text[next_random(&seed) % (length + 1)] =
				(uint8_t)letters[next_random(&seed) % (sizeof(letters) - 1)];
		length -= next_random(&seed) % 4 ? 0 : next_random(&seed) % (length + 1);
		LLVMFuzzerTestOneInput(text, length);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(corpus_as_it_is),
		cmocka_unit_test(corpus_changed_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
