/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/rtp/route.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/log.h"

#define UDP_HEADER     8
#define IPV4_HEADER    20
#define IPV6_HEADER    40
#define USUAL_MTU      1500
#define JUMBO_MTU      9000 /* what networks take beyond that, few switches do */
#define SEND_BUFFER    (4 << 20)
#define ANSWERS_BUFFER (128 << 10)

static bool is_v6(const struct weir_rtp_route *route)
{
	return route->to.ss_family == AF_INET6;
}

static const struct sockaddr_in *v4(const struct sockaddr_storage *address)
{
	return (const struct sockaddr_in *)address;
}

static const struct sockaddr_in6 *v6(const struct sockaddr_storage *address)
{
	return (const struct sockaddr_in6 *)address;
}

/* ---- the receiver ---- */

static void add_to_port(struct sockaddr_storage *address, uint16_t value)
{
	/* Both kinds have it at the same place. */
	struct sockaddr_in *any = (struct sockaddr_in *)address;

	any->sin_port = htons((uint16_t)(ntohs(any->sin_port) + value));
}

static int resolve(const struct weir_rtp_options *options, const struct weir_log *log,
	struct weir_rtp_route *route)
{
	struct weir_endpoint endpoint = options->endpoint;
	const struct weir_address *found = &endpoint.address[0];
	int err = weir_endpoint_resolve(&endpoint, SOCK_DGRAM, false, log);

	if (err)
		return err;
	route->to = route->control_to = found->value;
	route->to_length = found->length;
	add_to_port(&route->control_to, 1);
	getnameinfo((const struct sockaddr *)&route->to, route->to_length, route->address,
		sizeof(route->address), NULL, 0, NI_NUMERICHOST);
	route->port = ntohs(v4(&route->to)->sin_port);
	route->multicast = is_v6(route) ? IN6_IS_ADDR_MULTICAST(&v6(&route->to)->sin6_addr)
					: IN_MULTICAST(ntohl(v4(&route->to)->sin_addr.s_addr));
	return 0;
}

/* ---- sockets ---- */

static int set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

static int set_ttl(const struct weir_rtp_route *route, int fd, uint32_t ttl)
{
	if (is_v6(route))
		return set(fd, IPPROTO_IPV6,
			route->multicast ? IPV6_MULTICAST_HOPS : IPV6_UNICAST_HOPS, (int)ttl);
	return set(fd, IPPROTO_IP, route->multicast ? IP_MULTICAST_TTL : IP_TTL, (int)ttl);
}

static int set_iface(const struct weir_rtp_route *route, int fd, const char *name)
{
	const struct ip_mreqn group = { .imr_ifindex = (int)if_nametoindex(name) };

	if (!group.imr_ifindex)
		return -errno;
	if (!route->multicast)
		return setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name)) <
				       0
			       ? -errno
			       : 0;
	if (is_v6(route))
		return set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, group.imr_ifindex);
	return setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &group, sizeof(group)) < 0 ? -errno : 0;
}

static int say(const struct weir_log *log, const struct weir_rtp_options *options, const char *what,
	int err)
{
	char text[WEIR_ERRNO_TEXT];

	weir_error(
		log, "rtp://%s: %s: %s", options->endpoint.host, what, weir_errno_text(err, text));
	return err == -ENODEV ? -EINVAL : err;
}

static int open_socket(const struct weir_rtp_route *route, const struct weir_rtp_options *options,
	const struct weir_log *log, int *out)
{
	int fd = socket(route->to.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP), err;

	if (fd < 0)
		return say(log, options, "no socket", -errno);
	err = options->ttl ? set_ttl(route, fd, options->ttl) : 0;
	if (err) {
		say(log, options, "ttl= is refused", err);
		goto close;
	}
	err = options->iface[0] ? set_iface(route, fd, options->iface) : 0;
	if (err) {
		err = say(log, options, options->iface, err);
		goto close;
	}
	/* Nobody reads what comes back, and whoever names a broadcast address means it. */
	(void)set(fd, SOL_SOCKET, SO_RCVBUF, 0);
	(void)set(fd, SOL_SOCKET, SO_BROADCAST, 1);
	*out = fd;
	return 0;

close:
	close(fd);
	return err;
}

/* More than the system's limit is for the privileged. */
static void widen(struct weir_rtp_route *route)
{
	socklen_t length = sizeof(int);
	int bytes = 0;

	if (set(route->stream, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER))
		(void)set(route->stream, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER);
	getsockopt(route->stream, SOL_SOCKET, SO_SNDBUF, &bytes, &length);
	route->send_buffer = (uint64_t)bytes;
}

static int bind_control(const struct weir_rtp_route *route, uint16_t port)
{
	struct sockaddr_storage here = { .ss_family = route->to.ss_family };

	add_to_port(&here, port);
	return bind(route->control, (const struct sockaddr *)&here, route->to_length) < 0 ? -errno
											  : 0;
}

/* Receivers answer from ports of theirs, to the one here that reports come from. Before any has
 * come they try the one after the stream's, where it is by custom. */
static int open_answers(struct weir_rtp_route *route, const struct weir_rtp_options *options,
	const struct weir_log *log)
{
	struct sockaddr_storage stream = { 0 };
	socklen_t length = sizeof(stream);
	uint16_t port;

	(void)set(route->control, SOL_SOCKET, SO_RCVBUF, ANSWERS_BUFFER);
	if (options->rtcp) {
		int err = bind_control(route, (uint16_t)options->rtcp);

		return err ? say(log, options, "rtcp= cannot be had", err) : 0;
	}
	if (getsockname(route->stream, (struct sockaddr *)&stream, &length))
		return 0;
	port = ntohs(v4(&stream)->sin_port);
	if (port && port < UINT16_MAX)
		(void)!bind_control(route, (uint16_t)(port + 1)); /* any other will do */
	return 0;
}

/* ---- the way ---- */

static bool is_loopback_device(const struct weir_rtp_route *route, const char *name)
{
	struct ifreq request = { 0 };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	return !ioctl(route->stream, SIOCGIFFLAGS, &request) && request.ifr_flags & IFF_LOOPBACK;
}

/* The way to an address of this machine's own begins at that address. */
static bool is_local(const struct weir_rtp_route *route, const struct sockaddr_storage *from)
{
	if (is_v6(route))
		return IN6_IS_ADDR_LOOPBACK(&v6(&route->to)->sin6_addr) ||
		       IN6_ARE_ADDR_EQUAL(&v6(&route->to)->sin6_addr, &v6(from)->sin6_addr);
	return ntohl(v4(&route->to)->sin_addr.s_addr) >> 24 == IN_LOOPBACKNET ||
	       v4(&route->to)->sin_addr.s_addr == v4(from)->sin_addr.s_addr;
}

static void look(struct weir_rtp_route *route)
{
	struct sockaddr_storage from = { 0 };
	socklen_t length = sizeof(from);

	if (getsockname(route->stream, (struct sockaddr *)&from, &length))
		return;
	route->local = is_local(route, &from);
	getnameinfo((const struct sockaddr *)&from, length, route->source, sizeof(route->source),
		NULL, 0, NI_NUMERICHOST);
}

static int connect_to(int fd, const struct sockaddr_storage *to, socklen_t length)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	/* Else the address that it was from before would have to exist still. */
	(void)connect(fd, &nobody, sizeof(nobody));
	return connect(fd, (const struct sockaddr *)to, length) < 0 ? -errno : 0;
}

int weir_rtp_route_renew(struct weir_rtp_route *route)
{
	int err = connect_to(route->stream, &route->to, route->to_length);

	if (!err && !route->answered)
		err = connect_to(route->control, &route->control_to, route->to_length);
	route->connected = !err;
	if (!err)
		look(route);
	return err;
}

uint32_t weir_rtp_route_mtu(const struct weir_rtp_route *route)
{
	socklen_t length = sizeof(int);
	int mtu = 0;

	if (getsockopt(route->stream, is_v6(route) ? IPPROTO_IPV6 : IPPROTO_IP,
		    is_v6(route) ? IPV6_MTU : IP_MTU, &mtu, &length))
		return 0;
	return mtu > 0 ? (uint32_t)mtu : 0;
}

static int settle_mtu(const struct weir_rtp_options *options, const struct weir_log *log,
	struct weir_rtp_route *route)
{
	uint32_t most = weir_rtp_route_mtu(route);

	if (most && options->mtu > most) {
		weir_error(log,
			"rtp://%s: packets of mtu=%u are too large for the way there: at most "
			"mtu=%u, or raise the device's (ip link set dev DEVICE mtu %u)",
			options->endpoint.host, options->mtu, most, options->mtu);
		return -EINVAL;
	}
	if (options->mtu)
		route->mtu = options->mtu;
	else if (most)
		route->mtu = most < JUMBO_MTU ? most : JUMBO_MTU;
	else
		route->mtu = USUAL_MTU;
	route->room = route->mtu - UDP_HEADER - (is_v6(route) ? IPV6_HEADER : IPV4_HEADER);
	return 0;
}

int weir_rtp_route_open(const struct weir_rtp_options *options, const struct weir_log *log,
	struct weir_rtp_route *out)
{
	struct weir_rtp_route route = { .stream = -1, .control = -1 };
	char text[WEIR_ERRNO_TEXT];
	int err = resolve(options, log, &route), unreachable;

	if (!err)
		err = open_socket(&route, options, log, &route.stream);
	if (!err)
		err = open_socket(&route, options, log, &route.control);
	if (err)
		goto close;
	route.answered = options->nack;
	widen(&route);
	unreachable = weir_rtp_route_renew(&route);
	if (unreachable)
		weir_warn(log, "rtp://%s: nothing leads there now: %s", options->endpoint.host,
			weir_errno_text(unreachable, text));
	if (options->iface[0] && is_loopback_device(&route, options->iface))
		route.local = true;
	err = settle_mtu(options, log, &route);
	if (!err && options->nack)
		err = open_answers(&route, options, log);
	if (err)
		goto close;
	*out = route;
	return 0;

close:
	weir_rtp_route_close(&route);
	return err;
}

void weir_rtp_route_close(struct weir_rtp_route *route)
{
	if (route->stream >= 0)
		close(route->stream);
	if (route->control >= 0)
		close(route->control);
	route->stream = route->control = -1;
}
