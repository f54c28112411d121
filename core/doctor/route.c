/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/doctor/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The shortest prefix of a network. Shorter ones are a default route in pieces, as VPNs lay it. */
#define NETWORK 8

/* The first device among the route's attributes; of several that share the way, too. */
static int device_of(struct nlmsghdr *header, const struct rtmsg *route)
{
	struct rtattr *attribute = RTM_RTA(route);
	int left = (int)RTM_PAYLOAD(header), index;

	for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		if (attribute->rta_type == RTA_OIF && RTA_PAYLOAD(attribute) >= sizeof(index)) {
			memcpy(&index, RTA_DATA(attribute), sizeof(index));
			return index;
		}
		if (attribute->rta_type == RTA_MULTIPATH &&
			RTA_PAYLOAD(attribute) >= sizeof(struct rtnexthop))
			return ((struct rtnexthop *)RTA_DATA(attribute))->rtnh_ifindex;
	}
	return -ENETUNREACH;
}

int weir_route_parse(const void *answer, size_t length)
{
	struct nlmsghdr *header = (struct nlmsghdr *)answer;
	const struct rtmsg *route = NLMSG_DATA(header);

	if (!NLMSG_OK(header, length))
		return -EPROTO;
	if (header->nlmsg_type == NLMSG_ERROR && header->nlmsg_len >= NLMSG_LENGTH(sizeof(int)))
		return ((struct nlmsgerr *)NLMSG_DATA(header))->error;
	if (header->nlmsg_type != RTM_NEWROUTE || header->nlmsg_len < NLMSG_LENGTH(sizeof(*route)))
		return -EPROTO;
	if (route->rtm_dst_len >= NETWORK || route->rtm_type == RTN_LOCAL)
		return -EADDRINUSE;
	return route->rtm_type == RTN_UNICAST ? device_of(header, route) : -ENETUNREACH;
}

/* The length of the answer, or -errno. FIB_MATCH: the route itself, not what it means for the
 * address. */
static int ask(int fd, uint32_t address, void *answer, size_t size)
{
	struct {
		struct nlmsghdr header;
		struct rtmsg route;
		struct rtattr attribute;
		uint32_t address;
	} question = {
		.header = { .nlmsg_len = sizeof(question),
			.nlmsg_type = RTM_GETROUTE,
			.nlmsg_flags = NLM_F_REQUEST },
		.route = { .rtm_family = AF_INET, .rtm_dst_len = 32, .rtm_flags = RTM_F_FIB_MATCH },
		.attribute = { .rta_len = RTA_LENGTH(sizeof(address)), .rta_type = RTA_DST },
		.address = address,
	};
	ssize_t length;

	if (send(fd, &question, sizeof(question), 0) < 0)
		return -errno;
	do
		length = recv(fd, answer, size, 0);
	while (length < 0 && errno == EINTR);
	return length < 0 ? -errno : (int)length;
}

int weir_route_device(uint32_t address, char device[IF_NAMESIZE])
{
	_Alignas(struct nlmsghdr) char answer[4096] = { 0 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), result;

	if (fd < 0)
		return -errno;
	result = ask(fd, address, answer, sizeof(answer));
	close(fd);
	if (result >= 0)
		result = weir_route_parse(answer, (size_t)result);
	if (result < 0)
		return result;
	return if_indextoname((unsigned)result, device) ? 0 : -errno;
}
