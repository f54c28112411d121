/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/pattern/ticker.h"

#include "core/clock.h"

void weir_ticker_init(struct weir_ticker *ticker, struct weir_rate rate, uint64_t start_ns)
{
	uint64_t second = rate.den * WEIR_NS_PER_S; /* 32 and 30 bits: fits */

	*ticker = (struct weir_ticker){
		.deadline_ns = start_ns,
		.step_ns = second / rate.num,
		.step_rest = second % rate.num,
		.parts = rate.num,
	};
}

void weir_ticker_advance(struct weir_ticker *ticker, uint64_t ticks)
{
	ticker->tick += ticks;
	ticker->deadline_ns += ticks * ticker->step_ns;
	ticker->rest += ticks * ticker->step_rest;
	ticker->deadline_ns += ticker->rest / ticker->parts;
	ticker->rest %= ticker->parts;
}

uint64_t weir_ticker_skip_to(struct weir_ticker *ticker, uint64_t now_ns)
{
	uint64_t from = ticker->tick;

	if (now_ns < ticker->deadline_ns)
		return 0;
	/* First with the step rounded up, which cannot go too far, then by the few that are left.
	 */
	weir_ticker_advance(ticker, (now_ns - ticker->deadline_ns) / (ticker->step_ns + 1));
	for (;;) {
		struct weir_ticker next = *ticker;

		weir_ticker_advance(&next, 1);
		if (next.deadline_ns > now_ns)
			return ticker->tick - from;
		*ticker = next;
	}
}
