/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FAKE_MACHINE_H
#define WEIR_TESTS_FAKE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

/* What a machine answers to those who look for memory and for a loop. Linked in by --wrap= of what
 * machine.c defines. Zeroed: everything is there, and nothing is limited. */
struct machine {
	int udmabuf;        /* errno of opening /dev/udmabuf */
	int heap;           /* errno of opening any /dev/dma_heap node */
	bool scattered;     /* the only heap is the system's */
	size_t memlock_kib; /* what may be locked; 0: all */
	int uring;          /* errno of io_uring_setup; the real one's answer where it is 0 */
	bool uring_off;     /* sysctl kernel.io_uring_disabled */
};

void machine_is(const struct machine *machine);

/* Whether a heap gives memory whose pages are neighbours. */
bool machine_has_contiguous_heap(void);

#endif
