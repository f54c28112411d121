/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/uri.h"

static int refuse(const char *scheme, const char *text, const struct weir_log *log)
{
	char quoted[WEIR_QUOTED];

	weir_error(log,
		"%s:%s names no host and port: write %s://HOST:PORT, an IPv6 address as [::1]",
		scheme, weir_quote(text, quoted), scheme);
	return -EINVAL;
}

int weir_endpoint_parse(
	const char *scheme, const char *text, const struct weir_log *log, struct weir_endpoint *out)
{
	const char *host = text + 2, *colon = strrchr(text, ':'), *end = colon;
	uint32_t port = 0;

	if (strncmp(text, "//", 2) || !colon || colon < host)
		return refuse(scheme, text, log);
	if (*host == '[') {
		host++;
		end = colon - 1;
		if (end < host || *end != ']')
			return refuse(scheme, text, log);
	}
	if ((size_t)(end - host) >= sizeof(out->host) || memchr(host, '/', (size_t)(end - host)) ||
		(end == colon && memchr(host, ':', (size_t)(end - host))))
		return refuse(scheme, text, log);
	if (weir_parse_u32("port", colon + 1, 1, UINT16_MAX, log, &port))
		return -EINVAL;
	memset(out, 0, sizeof(*out));
	memcpy(out->host, host, (size_t)(end - host));
	out->port = (uint16_t)port;
	return 0;
}

static void take_addresses(struct weir_endpoint *endpoint, const struct addrinfo *list)
{
	endpoint->n_addresses = 0;
	for (; list && endpoint->n_addresses < WEIR_ENDPOINT_ADDRESSES; list = list->ai_next) {
		struct weir_address *to = &endpoint->address[endpoint->n_addresses++];

		memcpy(&to->value, list->ai_addr, list->ai_addrlen);
		to->length = list->ai_addrlen;
	}
}

int weir_endpoint_resolve(
	struct weir_endpoint *endpoint, int type, bool passive, const struct weir_log *log)
{
	struct addrinfo hints = {
		.ai_socktype = type,
		.ai_flags = AI_NUMERICSERV | (passive ? AI_PASSIVE : AI_ADDRCONFIG),
	};
	struct addrinfo *list = NULL;
	char port[8], quoted[WEIR_QUOTED];
	int r;

	snprintf(port, sizeof(port), "%u", endpoint->port);
	r = getaddrinfo(endpoint->host[0] ? endpoint->host : NULL, port, &hints, &list);
	/* Without a network only addresses of the machine's own families are configured. */
	if (r && !passive) {
		hints.ai_flags &= ~AI_ADDRCONFIG;
		r = getaddrinfo(endpoint->host[0] ? endpoint->host : NULL, port, &hints, &list);
	}
	if (r == 0) {
		take_addresses(endpoint, list);
		freeaddrinfo(list);
		return 0;
	}
	weir_error(log, "%s cannot be resolved: %s; %s", weir_quote(endpoint->host, quoted),
		gai_strerror(r),
		r == EAI_AGAIN ? "see whether the name server answers, or give an address"
			       : "check the spelling, or give an address");
	return r == EAI_MEMORY ? -ENOMEM : r == EAI_AGAIN ? -EAGAIN : -ENOENT;
}

const char *weir_address_text(const struct weir_address *address, char text[WEIR_ENDPOINT_TEXT])
{
	char host[WEIR_ENDPOINT_TEXT - 10], port[8];

	if (getnameinfo((const struct sockaddr *)&address->value, address->length, host,
		    sizeof(host), port, sizeof(port), NI_NUMERICHOST | NI_NUMERICSERV))
		snprintf(text, WEIR_ENDPOINT_TEXT, "somebody");
	else
		snprintf(text, WEIR_ENDPOINT_TEXT,
			address->value.ss_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
	return text;
}

static bool is_same_host(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	if (a->ss_family != b->ss_family)
		return false;
	if (a->ss_family == AF_INET)
		return ((const struct sockaddr_in *)a)->sin_addr.s_addr ==
		       ((const struct sockaddr_in *)b)->sin_addr.s_addr;
	return IN6_ARE_ADDR_EQUAL(&((const struct sockaddr_in6 *)a)->sin6_addr,
		&((const struct sockaddr_in6 *)b)->sin6_addr);
}

bool weir_address_is_loopback(const struct weir_address *address)
{
	const struct sockaddr_in *four = (const struct sockaddr_in *)&address->value;
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address->value;

	if (address->value.ss_family == AF_INET)
		return ntohl(four->sin_addr.s_addr) >> 24 == 127;
	return address->value.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

/* Whoever sends to an address of his own does so from that address. Connecting a datagram socket
 * sends nothing. */
bool weir_address_is_here(const struct weir_address *address)
{
	struct sockaddr_storage from = { 0 };
	socklen_t length = sizeof(from);
	bool here = weir_address_is_loopback(address);
	int fd = socket(address->value.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return here;
	if (!here && connect(fd, (const struct sockaddr *)&address->value, address->length) == 0 &&
		getsockname(fd, (struct sockaddr *)&from, &length) == 0)
		here = is_same_host(&from, &address->value);
	close(fd);
	return here;
}
