/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/socket.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/sock_diag.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/checked.h"
#include "core/log.h"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

static int fail(const struct weir_rtp_wishes *wishes, const struct weir_log *log, const char *what,
	const char *remedy)
{
	char text[WEIR_ERRNO_TEXT], address[WEIR_RTP_ADDRESS_TEXT];
	int err = -errno;

	weir_error(log, "rtp: %s %s: %s%s", what,
		weir_rtp_address_text(&wishes->address, true, address), weir_errno_text(err, text),
		remedy);
	return err;
}

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

uint64_t weir_rtp_socket_buffer(int fd)
{
	int bytes = 0;
	socklen_t length = sizeof(bytes);

	/* The kernel doubles what it was asked for, to account for its own structures. */
	return getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &length) || bytes < 0
		       ? 0
		       : (uint64_t)bytes / 2;
}

/* The limit holds for those without CAP_NET_ADMIN only. */
static void set_buffer(int fd, uint64_t bytes, const struct weir_log *log)
{
	int wanted = bytes < INT32_MAX / 2 ? (int)bytes : INT32_MAX / 2;
	uint64_t given;

	if (set(fd, SOL_SOCKET, SO_RCVBUFFORCE, wanted))
		set(fd, SOL_SOCKET, SO_RCVBUF, wanted);
	given = weir_rtp_socket_buffer(fd);
	if (given < bytes)
		weir_info(log,
			"rtp: the socket's buffer is of %" PRIu64 " KiB, not %d: raise "
			"net.core.rmem_max (sysctl) to %d if packets are lost",
			given / 1024, wanted / 1024, wanted);
}

static int bind_there(int fd, const struct weir_rtp_wishes *wishes, const struct weir_log *log)
{
	const union weir_rtp_address *address = &wishes->address;

	if (!bind(fd, &address->any, weir_rtp_address_length(address)))
		return 0;
	if (errno == EADDRNOTAVAIL)
		return fail(wishes, log, "cannot receive at",
			": no address of this machine; use rtp://0.0.0.0:PORT or rtp://[::]:PORT");
	if (errno == EADDRINUSE)
		return fail(wishes, log, "cannot receive at",
			": another program receives there; ss -ulpn names it");
	return fail(wishes, log, "cannot receive at", "");
}

static int join(int fd, const struct weir_rtp_wishes *wishes, const struct weir_log *log)
{
	const union weir_rtp_address *group = &wishes->address;
	int level = group->any.sa_family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
	unsigned interface = wishes->iface[0] ? if_nametoindex(wishes->iface) : 0;
	struct group_source_req request = { .gsr_interface = interface };

	if (!interface && group->any.sa_family == AF_INET6)
		request.gsr_interface = group->v6.sin6_scope_id;
	memcpy(&request.gsr_group, group, sizeof(*group));
	memcpy(&request.gsr_source, &wishes->from, sizeof(wishes->from));
	if (wishes->has_from &&
		!setsockopt(fd, level, MCAST_JOIN_SOURCE_GROUP, &request, sizeof(request)))
		return 0;
	if (!setsockopt(fd, level, MCAST_JOIN_GROUP,
		    &(struct group_req){
			    .gr_interface = request.gsr_interface, .gr_group = request.gsr_group },
		    sizeof(struct group_req)))
		return 0;
	return fail(wishes, log, "cannot join the group",
		errno == ENODEV ? ": no route leads to it; name an interface by iface=" : "");
}

static int set_interface(int fd, const struct weir_rtp_wishes *wishes, const struct weir_log *log)
{
	if (!wishes->iface[0] || weir_rtp_address_is_group(&wishes->address))
		return 0;
	if (!setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, wishes->iface,
		    (socklen_t)strlen(wishes->iface)))
		return 0;
	return fail(wishes, log, "iface= cannot be held to at", "");
}

int weir_rtp_socket_open(
	const struct weir_rtp_wishes *wishes, uint64_t buffer, const struct weir_log *log, int *out)
{
	int family = wishes->address.any.sa_family;
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool group = weir_rtp_address_is_group(&wishes->address);
	int err;

	if (fd < 0)
		return fail(wishes, log, "no socket for", "");
	if (group) /* which others on this machine may receive, too */
		set(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (family == AF_INET6)
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	set(fd, SOL_UDP, UDP_GRO, 1);
	set_buffer(fd, buffer, log);
	err = set_interface(fd, wishes, log);
	if (!err)
		err = bind_there(fd, wishes, log);
	if (!err && group)
		err = join(fd, wishes, log);
	if (err)
		close(fd);
	else
		*out = fd;
	return err;
}

uint64_t weir_rtp_socket_drops(int fd)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t length = sizeof(info);

	return getsockopt(fd, SOL_SOCKET, SO_MEMINFO, info, &length) ? 0 : info[SK_MEMINFO_DROPS];
}

int weir_rtp_socket_connect(int fd, const union weir_rtp_address *sender)
{
	static const struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	int failed = sender ? connect(fd, &sender->any, weir_rtp_address_length(sender))
			    : connect(fd, &nobody, sizeof(nobody));

	return failed ? -errno : 0;
}
