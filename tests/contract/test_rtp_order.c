/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Ten thousand frames through a network that lets one packet in a hundred come late, and one in a
 * hundred twice: every byte of every frame is what was sent. */

#include "tests/unit/rtp_stand.h"

#define FRAMES  10000
#define PACKETS 64

static void every_byte_of_ten_thousand_frames(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("&jitter=1000");
	unsigned order[2 * PACKETS];
	uint32_t seed = 1;

	(void)state;
	for (unsigned f = 0; f < FRAMES; f++) {
		unsigned n = feed_shuffle(order, PACKETS, 100, &seed);

		feed_cut(&stand->feed, f);
		assert_int_equal(stand->feed.n, PACKETS);
		for (unsigned i = 0; i < n; i++)
			assert_true(feed_send(&stand->feed, order[i]));
		rtp_stand_expect(stand, f + 1);
	}
	assert_int_equal(stand->exact, FRAMES);
	assert_int_equal(stand->rtp->counts.corrupt, 0);
	assert_int_equal(stand->rtp->counts.lost, 0);
	assert_int_equal(weir_counter_get(&stand->source->lost), 0);
	print_message("%u of 10000 packets were copied to their place\n",
		(unsigned)(stand->rtp->counts.moved * 10000 / stand->rtp->counts.packets));
	rtp_stand_close(stand);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_of_ten_thousand_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
