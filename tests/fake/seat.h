/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FAKE_SEAT_H
#define WEIR_TESTS_FAKE_SEAT_H

#include <stdbool.h>

/* A seat manager behind libseat, by the linker's --wrap: it gives the fake card to whoever asks,
 * and takes it away when a test says so. */
struct fake_seat {
	/* What it is like. */
	bool refuses;     /* whoever asks */
	bool never_ready; /* lets nobody on the screen */
	bool no_device;
	bool gone; /* the manager, from now on */

	/* What happened. */
	unsigned seats, devices;             /* open now */
	unsigned asked, acknowledged;        /* so often */
	void (*on_acknowledged)(void *data); /* before it counts */
	void *data;

	/* Its own. */
	int event; /* 1: enable, -1: disable, when it is read */
	int fd;
	const void *listener;
	void *listener_data;
};

extern struct fake_seat fake_seat;

void fake_seat_init(void);
void fake_seat_finish(void);

/* The console that it is on is switched to, or another. */
void fake_seat_enable(void);
void fake_seat_disable(void);

#endif
