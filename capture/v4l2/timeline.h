/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_V4L2_TIMELINE_H
#define WEIR_CAPTURE_V4L2_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#include <weir/log.h>

/* Makes one line of what drivers say about order and time: 32-bit sequences that wrap or stand
 * still become 64-bit ones that only go up, gaps are counted, timestamps that are zero, on another
 * clock or go back are replaced by the time of DQBUF; told once. Pure: no device, no clock. */
struct weir_timeline {
	const struct weir_log *log;
	bool any;
	uint32_t last_raw;
	uint64_t next; /* number that the next frame has if none is lost */
	uint64_t last_ns;
	unsigned odd;    /* timestamps in a row that were no use */
	bool distrusted; /* the driver's clock is no use; DQBUF time from here on */
	bool still;      /* the driver does not count: we do */
	bool told_time, told_order;
};

struct weir_timeline_frame {
	uint64_t sequence, timestamp_ns;
	uint64_t lost; /* between the frame before and this one */
	bool guessed;  /* the timestamp is ours */
};

/* `log` is borrowed. */
void weir_timeline_init(struct weir_timeline *timeline, const struct weir_log *log);

/* After a restart of the device: its counting begins anew, ours goes on. */
void weir_timeline_restart(struct weir_timeline *timeline);

void weir_timeline_next(struct weir_timeline *timeline, uint32_t raw_sequence,
	uint64_t raw_timestamp_ns, bool monotonic, uint64_t now_ns,
	struct weir_timeline_frame *out);

#endif
