/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_ENDPOINT_H
#define WEIR_CORE_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <weir/log.h>

/* HOST:PORT as people type it, and what it means to the network. */

#define WEIR_ENDPOINT_ADDRESSES 8
#define WEIR_ENDPOINT_TEXT      80 /* "[2001:db8::1%eth0]:65535" */

struct weir_address {
	struct sockaddr_storage value;
	socklen_t length;
};

struct weir_endpoint {
	char host[256]; /* a name, or an address without brackets; "": any of this machine's */
	uint16_t port;
	struct weir_address address[WEIR_ENDPOINT_ADDRESSES]; /* of weir_endpoint_resolve() */
	unsigned n_addresses;
};

/* Of "//HOST:PORT", which stands behind `scheme`'s colon; IPv6 addresses in brackets. 0, or
 * -EINVAL, logged. */
int weir_endpoint_parse(const char *scheme, const char *text, const struct weir_log *log,
	struct weir_endpoint *out);

/* Asks for the host's addresses, in the order in which they are to be tried, and may wait long for
 * them. `passive`: to be bound to. `type`: SOCK_STREAM, SOCK_DGRAM. 0; -ENOENT: there is no such
 * host; -EAGAIN: nobody could be asked; -ENOMEM. Logged. */
int weir_endpoint_resolve(
	struct weir_endpoint *endpoint, int type, bool passive, const struct weir_log *log);

/* "192.0.2.1:5004", "[2001:db8::1]:5004". */
const char *weir_address_text(const struct weir_address *address, char text[WEIR_ENDPOINT_TEXT]);

/* Nobody from another machine is there, nor gets there. */
bool weir_address_is_loopback(const struct weir_address *address);

/* Whether what is sent there stays in this machine, where the kernel copies it. */
bool weir_address_is_here(const struct weir_address *address);

/* "nginx (pid 1234)" of the processes that listen on that TCP port, by /proc. False when none is
 * found, or none of ours to see. */
bool weir_port_holder(uint16_t port, char *text, size_t size);

#endif
