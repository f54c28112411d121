/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_SOCKET_H
#define WEIR_CAPTURE_RTP_SOCKET_H

#include <stdint.h>

#include "capture/rtp/wishes.h"

/* A socket that receives there, with the group joined, trains of packets kept together where the
 * kernel can, and as much buffer as it gives, up to `buffer` bytes. 0 or -errno, logged. */
int weir_rtp_socket_open(const struct weir_rtp_wishes *wishes, uint64_t buffer,
	const struct weir_log *log, int *out);

/* Bytes of packets that its buffer takes, roughly. */
uint64_t weir_rtp_socket_buffer(int fd);

/* Packets that found no room in its buffer so far. */
uint64_t weir_rtp_socket_drops(int fd);

/* From now on the kernel passes packets of that address only; with NULL, of everybody again. 0 or
 * -errno: it passes what it passed before. */
int weir_rtp_socket_connect(int fd, const union weir_rtp_address *sender);

#endif
