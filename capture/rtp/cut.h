/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_CUT_H
#define WEIR_CAPTURE_RTP_CUT_H

#include <stdint.h>

/* How the sender cuts its frames into packets, as seen so far. Senders cut one frame like the
 * other, so that this tells where the bytes of packets will belong before they come. It is learned
 * from packets in any order, and anew when the sender cuts otherwise. */

#define WEIR_CUT_HEAD 160 /* bytes of the longest header that is foreseen: JPEG's with its tables */

struct weir_cut_piece {
	uint32_t start;                /* byte of the frame */
	uint16_t length;               /* bytes of the frame in this packet */
	uint8_t head;                  /* bytes of the packet before them */
	uint8_t tail;                  /* bytes of padding after them */
	uint8_t header[WEIR_CUT_HEAD]; /* as it came; sequence, time and source differ each time */
};

struct weir_cut {
	struct weir_cut_piece *pieces; /* in ascending order, none over another */
	unsigned n, capacity;
};

/* For frames of `total` bytes and `lines`. 0 or -ENOMEM. */
int weir_cut_init(struct weir_cut *cut, uint32_t total, uint32_t lines);
void weir_cut_finish(struct weir_cut *cut);

/* The piece that begins there, or NULL. *hint is where it may be, and is then. */
const struct weir_cut_piece *weir_cut_find(
	const struct weir_cut *cut, uint32_t start, unsigned *hint);

/* Takes the piece in, in the place of all that lie over it. */
void weir_cut_learn(struct weir_cut *cut, const struct weir_cut_piece *piece);

#endif
