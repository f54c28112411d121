/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TWOFACE_H
#define WEIR_TWOFACE_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* What user space asks of /dev/weir_twoface. Every open of it counts for itself. */

/* Outside brackets the CPU sees its own pages inverted, so that what one party left there looks
 * like nothing to another that forgets to bracket. */
#define WEIR_TWOFACE_VEILED 1

struct weir_twoface_create {
	__u64 size;  /* of whole pages */
	__u32 flags; /* WEIR_TWOFACE_… */
	__s32 fd;    /* out: the dma-buf, both faces zeroed */
};

/* Plays the device: bytes between its pages and `memory` of the caller's. */
struct weir_twoface_access {
	__u64 memory, offset, length;
	__s32 fd;
	__u32 reserved;
};

struct weir_twoface_counts {
	__u64 begins, ends;
	__u64 unbalanced; /* ends without a begin of that access */
	__u64 shown_open; /* given to a device inside a bracket */
	__u64 left_open;  /* freed inside one */
	__u64 shown;      /* times that a device mapped one, by sg table or into the kernel */
	__u64 alive;      /* buffers that exist */
};

#define WEIR_TWOFACE_CREATE       _IOWR('w', 0, struct weir_twoface_create)
#define WEIR_TWOFACE_DEVICE_READ  _IOW('w', 1, struct weir_twoface_access)
#define WEIR_TWOFACE_DEVICE_WRITE _IOW('w', 2, struct weir_twoface_access)
#define WEIR_TWOFACE_COUNTS       _IOR('w', 3, struct weir_twoface_counts)

#endif
