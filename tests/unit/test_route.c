/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the kernel's answers about the default route say. */

#include "core/doctor/route.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>

#include "tests/unit/cmocka_all.h"

struct answer {
	_Alignas(struct nlmsghdr) char bytes[256];
	struct nlmsghdr *header;
};

static void begin(struct answer *answer, unsigned char type, unsigned char prefix)
{
	struct rtmsg route = { .rtm_family = AF_INET, .rtm_type = type, .rtm_dst_len = prefix };

	memset(answer, 0, sizeof(*answer));
	answer->header = (struct nlmsghdr *)answer->bytes;
	answer->header->nlmsg_type = RTM_NEWROUTE;
	answer->header->nlmsg_len = NLMSG_LENGTH(sizeof(route));
	memcpy(NLMSG_DATA(answer->header), &route, sizeof(route));
}

static void add(struct answer *answer, unsigned short type, const void *data, size_t size)
{
	char *at = answer->bytes + NLMSG_ALIGN(answer->header->nlmsg_len);
	struct rtattr attribute = { .rta_type = type, .rta_len = (unsigned short)RTA_LENGTH(size) };

	memcpy(at, &attribute, sizeof(attribute));
	memcpy(at + RTA_LENGTH(0), data, size);
	answer->header->nlmsg_len =
		NLMSG_ALIGN(answer->header->nlmsg_len) + (unsigned)RTA_SPACE(size);
}

static int parse(const struct answer *answer)
{
	return weir_route_parse(answer->bytes, answer->header->nlmsg_len);
}

static const uint32_t gateway = 0x0101a8c0;
static const int index_of_device = 7;

static void a_default_route(void **state)
{
	struct answer answer;

	(void)state;
	begin(&answer, RTN_UNICAST, 0);
	add(&answer, RTA_GATEWAY, &gateway, sizeof(gateway));
	add(&answer, RTA_OIF, &index_of_device, sizeof(index_of_device));
	assert_int_equal(parse(&answer), 7);
	begin(&answer, RTN_UNICAST, 1); /* half of the world, as VPNs lay it */
	add(&answer, RTA_OIF, &index_of_device, sizeof(index_of_device));
	assert_int_equal(parse(&answer), 7);
}

static void a_default_route_over_two_devices(void **state)
{
	const struct rtnexthop hops[] = { { .rtnh_len = sizeof(hops[0]), .rtnh_ifindex = 5 },
		{ .rtnh_len = sizeof(hops[0]), .rtnh_ifindex = 6 } };
	struct answer answer;

	(void)state;
	begin(&answer, RTN_UNICAST, 0);
	add(&answer, RTA_MULTIPATH, hops, sizeof(hops));
	assert_int_equal(parse(&answer), 5);
}

static void an_address_that_is_somebodys(void **state)
{
	struct answer answer;

	(void)state;
	begin(&answer, RTN_UNICAST, 24);
	add(&answer, RTA_OIF, &index_of_device, sizeof(index_of_device));
	assert_int_equal(parse(&answer), -EADDRINUSE);
	begin(&answer, RTN_UNICAST, 8);
	assert_int_equal(parse(&answer), -EADDRINUSE);
	begin(&answer, RTN_LOCAL, 0);
	assert_int_equal(parse(&answer), -EADDRINUSE);
}

static void no_way_out(void **state)
{
	const struct nlmsgerr refusal = { .error = -ENETUNREACH };
	struct answer answer;

	(void)state;
	begin(&answer, RTN_BLACKHOLE, 0);
	assert_int_equal(parse(&answer), -ENETUNREACH);
	begin(&answer, RTN_UNICAST, 0); /* without a device */
	add(&answer, RTA_GATEWAY, &gateway, sizeof(gateway));
	assert_int_equal(parse(&answer), -ENETUNREACH);
	begin(&answer, RTN_UNICAST, 0);
	answer.header->nlmsg_type = NLMSG_ERROR;
	answer.header->nlmsg_len = NLMSG_LENGTH(sizeof(refusal));
	memcpy(NLMSG_DATA(answer.header), &refusal, sizeof(refusal));
	assert_int_equal(parse(&answer), -ENETUNREACH);
}

/* However much of it came, nothing behind that is read: memory checkers see to it. */
static void a_part_of_an_answer(void **state)
{
	struct answer answer;

	(void)state;
	begin(&answer, RTN_UNICAST, 0);
	add(&answer, RTA_OIF, &index_of_device, sizeof(index_of_device));
	for (size_t length = 0; length < answer.header->nlmsg_len; length++)
		assert_int_equal(weir_route_parse(answer.bytes, length), -EPROTO);
	answer.header->nlmsg_len = NLMSG_LENGTH(1);
	assert_int_equal(parse(&answer), -EPROTO);
	answer.header->nlmsg_type = NLMSG_ERROR;
	assert_int_equal(parse(&answer), -EPROTO);
	answer.header->nlmsg_type = NLMSG_DONE;
	assert_int_equal(parse(&answer), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_default_route),
		cmocka_unit_test(a_default_route_over_two_devices),
		cmocka_unit_test(an_address_that_is_somebodys),
		cmocka_unit_test(no_way_out),
		cmocka_unit_test(a_part_of_an_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
