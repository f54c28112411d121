/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_ADDRESS_H
#define WEIR_CAPTURE_RTP_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

union weir_rtp_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* "239.1.1.1:5004", "[ff02::1%eth0]:5004", ":5004" (any address). Numbers only: a name would be
 * looked up while the program waits. 0, or -EINVAL with the reason in `why`. */
int weir_rtp_address_read(const char *text, union weir_rtp_address *out, char *why, size_t size);

/* An address without a port. */
int weir_rtp_address_host(const char *text, union weir_rtp_address *out, char *why, size_t size);

/* As it is read; INET6_ADDRSTRLEN and some for brackets, zone and port. */
#define WEIR_RTP_ADDRESS_TEXT 96
const char *weir_rtp_address_text(
	const union weir_rtp_address *address, bool port, char text[WEIR_RTP_ADDRESS_TEXT]);

bool weir_rtp_address_is_any(const union weir_rtp_address *address);
bool weir_rtp_address_is_group(const union weir_rtp_address *address);
bool weir_rtp_address_same_host(const union weir_rtp_address *a, const union weir_rtp_address *b);
bool weir_rtp_address_same(const union weir_rtp_address *a, const union weir_rtp_address *b);

static inline socklen_t weir_rtp_address_length(const union weir_rtp_address *address)
{
	return address->any.sa_family == AF_INET6 ? sizeof(address->v6) : sizeof(address->v4);
}

#endif
