/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "core/scan.h"

static int look_up(
	const char *host, const char *port, union weir_rtp_address *out, char *why, size_t size)
{
	const struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_DGRAM };
	struct addrinfo *found = NULL;

	if (getaddrinfo(host, port, &hints, &found)) {
		snprintf(why, size, "%.64s is no address in numbers, such as 192.0.2.7 or [::]",
			host);
		return -EINVAL;
	}
	memset(out, 0, sizeof(*out));
	memcpy(out, found->ai_addr,
		found->ai_addrlen < sizeof(*out) ? found->ai_addrlen : sizeof(*out));
	freeaddrinfo(found);
	return 0;
}

/* The port that a text ends with, behind its last colon; 0: none that could be. */
static unsigned port_of(const char *text, const char **colon)
{
	const char *digits;
	uint64_t port;

	*colon = strrchr(text, ':');
	if (!*colon || strchr(*colon, ']'))
		return 0;
	digits = *colon + 1;
	if (weir_scan_u64(&digits, &port) || *digits || port > UINT16_MAX)
		return 0;
	return (unsigned)port;
}

int weir_rtp_address_read(const char *text, union weir_rtp_address *out, char *why, size_t size)
{
	const char *colon;
	unsigned port = port_of(text, &colon);
	size_t length = port ? (size_t)(colon - text) : 0;
	char host[WEIR_RTP_ADDRESS_TEXT], digits[12];

	if (!port) {
		snprintf(why, size, "%.64s has no port from 1 to %u at its end", text, UINT16_MAX);
		return -EINVAL;
	}
	if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	if (length >= sizeof(host)) {
		snprintf(why, size, "%.64s is too long for an address", text);
		return -EINVAL;
	}
	memcpy(host, text, length);
	host[length] = '\0';
	snprintf(digits, sizeof(digits), "%u", port);
	return look_up(length ? host : "0.0.0.0", digits, out, why, size);
}

int weir_rtp_address_host(const char *text, union weir_rtp_address *out, char *why, size_t size)
{
	return look_up(text, NULL, out, why, size);
}

const char *weir_rtp_address_text(
	const union weir_rtp_address *address, bool port, char text[WEIR_RTP_ADDRESS_TEXT])
{
	bool six = address->any.sa_family == AF_INET6;
	char host[INET6_ADDRSTRLEN] = "?", zone[IF_NAMESIZE] = "", digits[8] = "";
	unsigned scope = six ? address->v6.sin6_scope_id : 0;

	inet_ntop(address->any.sa_family,
		six ? (const void *)&address->v6.sin6_addr : (const void *)&address->v4.sin_addr,
		host, sizeof(host));
	if (scope && !if_indextoname(scope, zone))
		zone[0] = '\0';
	if (port)
		snprintf(digits, sizeof(digits), ":%u",
			ntohs(six ? address->v6.sin6_port : address->v4.sin_port));
	snprintf(text, WEIR_RTP_ADDRESS_TEXT, "%s%s%s%s%s%s", six && port ? "[" : "", host,
		zone[0] ? "%" : "", zone, six && port ? "]" : "", digits);
	return text;
}

bool weir_rtp_address_is_any(const union weir_rtp_address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr);
	return address->v4.sin_addr.s_addr == INADDR_ANY;
}

bool weir_rtp_address_is_group(const union weir_rtp_address *address)
{
	if (address->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_MULTICAST(&address->v6.sin6_addr);
	return IN_MULTICAST(ntohl(address->v4.sin_addr.s_addr));
}

bool weir_rtp_address_same_host(const union weir_rtp_address *a, const union weir_rtp_address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET6)
		return IN6_ARE_ADDR_EQUAL(&a->v6.sin6_addr, &b->v6.sin6_addr);
	return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
}

bool weir_rtp_address_same(const union weir_rtp_address *a, const union weir_rtp_address *b)
{
	/* The port is at the same place in both. */
	return weir_rtp_address_same_host(a, b) && a->v4.sin_port == b->v4.sin_port;
}
