/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A receiver that asks for what is missing: frames are whole, bit for bit and at their time,
 * whether a packet comes again as it was or in a stream of its own; and what nobody asked for
 * changes nothing. */

#include "tests/unit/rtp_stand.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "core/rtp/rtcp.h"
#include "core/rtp/wire.h"

#define PACKETS 64 /* of a frame, as the stand cuts it */
#define RTX     97
#define SSRC    0xdecade

/* The sender's other socket: reports leave there, and questions come. */
struct answers {
	struct rtp_stand *stand;
	struct weir_watch watch;
	int fd;
	bool wrapped;  /* answers come as RFC 4588 has it */
	unsigned deaf; /* one of so many questions is not heard */
	unsigned questions, heard;
	uint16_t sequence;
};

static bool send_wrapped(
	struct answers *answers, const uint8_t *packet, size_t length, uint8_t type)
{
	uint8_t again[FEED_MAX_PACKET];
	const struct weir_rtp_header header = {
		.marker = packet[1] & 0x80,
		.payload_type = type,
		.sequence = answers->sequence++,
		.timestamp = weir_get_32(packet + 4),
		.ssrc = 0xabcdef,
	};

	weir_rtp_write(again, &header);
	memcpy(again + WEIR_RTP_HEADER, packet + 2, 2);
	memcpy(again + WEIR_RTP_HEADER + 2, packet + WEIR_RTP_HEADER, length - WEIR_RTP_HEADER);
	return send(answers->stand->feed.fd, again, length + 2, 0) == (ssize_t)(length + 2);
}

static void answer(void *data, uint32_t ssrc, uint16_t sequence)
{
	struct answers *answers = data;
	const struct feed *feed = &answers->stand->feed;
	uint16_t first = (uint16_t)(feed->sequence - feed->n);
	uint16_t i = (uint16_t)(sequence - first);

	assert_int_equal(ssrc, SSRC);
	answers->questions++;
	if (i >= feed->n || (answers->deaf && answers->questions % answers->deaf == 0))
		return;
	answers->heard++;
	if (answers->wrapped)
		assert_true(send_wrapped(answers, feed->packet[i], feed->length[i], RTX));
	else
		assert_true(feed_send(feed, i));
}

static void on_question(struct weir_watch *watch, uint32_t events)
{
	struct answers *answers = watch->data;
	const struct weir_rtcp_reader reader = { .data = answers, .missing = answer };
	uint8_t packet[WEIR_RTCP_MAX];
	ssize_t length = recv(answers->fd, packet, sizeof(packet), MSG_DONTWAIT);

	(void)events;
	assert_true(length > 0);
	assert_int_equal(weir_rtcp_read(packet, (size_t)length, &reader), 0);
}

static int bound_socket(uint32_t host)
{
	const struct sockaddr_in here = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(host) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&here, sizeof(here)), 0);
	return fd;
}

static void report_from(const struct rtp_stand *stand, int fd, uint32_t ssrc)
{
	const struct weir_rtcp_report report = { .ssrc = ssrc };
	const struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)(stand->port + 1)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	uint8_t packet[WEIR_RTCP_MAX];
	int length = weir_rtcp_write_report(packet, sizeof(packet), &report, "test");

	assert_int_equal(
		sendto(fd, packet, (size_t)length, 0, (const struct sockaddr *)&to, sizeof(to)),
		length);
}

static struct rtp_stand *open_answered(struct answers *answers, const char *keys)
{
	struct rtp_stand *stand = rtp_stand_open(keys);

	*answers = (struct answers){ .stand = stand, .fd = bound_socket(INADDR_LOOPBACK) };
	answers->watch = (struct weir_watch){ .ready = on_question, .data = answers };
	assert_int_equal(weir_loop_watch(stand->loop, &answers->watch, answers->fd, POLLIN), 0);
	report_from(stand, answers->fd, SSRC);
	return stand;
}

static void close_answered(struct answers *answers)
{
	weir_loop_unwatch(answers->stand->loop, &answers->watch);
	close(answers->fd);
	rtp_stand_close(answers->stand);
}

/* Frames of which a tenth is lost; the first packet of all, which makes the sender known, never. */
static void send_with_losses(struct answers *answers, unsigned first, unsigned n)
{
	struct rtp_stand *stand = answers->stand;
	static uint32_t seed = 7;

	for (unsigned f = first; f < first + n; f++) {
		feed_cut(&stand->feed, f);
		for (unsigned p = 0; p < PACKETS; p++)
			if ((!f && !p) || p == PACKETS - 1 || feed_random(&seed) % 10)
				assert_true(feed_send(&stand->feed, p));
		rtp_stand_expect(stand, stand->frames + 1);
	}
}

static void recovers(bool wrapped, unsigned deaf)
{
	struct answers answers;
	struct rtp_stand *stand = open_answered(&answers, "&nack=1&delay=80");

	answers.wrapped = wrapped;
	answers.deaf = deaf;
	send_with_losses(&answers, 0, 12);
	assert_int_equal(stand->exact, 12);
	assert_int_equal(stand->rtp->counts.corrupt, 0);
	assert_int_equal(stand->rtp->counts.lost, 0);
	assert_true(answers.questions > 30);
	assert_int_equal(stand->rtp->nack.missing->recovered, stand->rtp->nack.missing->nacked);
	assert_int_equal(stand->rtp->nack.missing->asked, answers.questions);
	assert_int_equal(stand->rtp->nack.missing->given_up, 0);
	assert_int_equal(stand->heard.lines, 0);
	close_answered(&answers);
}

static void what_is_missing_comes_again(void **state)
{
	(void)state;
	recovers(false, 0);
}

static void in_a_stream_of_its_own(void **state)
{
	(void)state;
	recovers(true, 0);
}

static void and_is_asked_for_again(void **state)
{
	(void)state;
	recovers(true, 4);
}

static void frames_come_at_their_time(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("&nack=1&delay=50");
	uint64_t before;

	(void)state;
	for (unsigned f = 0; f < 4; f++) {
		before = weir_now_ns();
		rtp_stand_send(stand, f, 1);
		/* A frame's time, and the delay. */
		assert_true(weir_now_ns() - before >= 83 * STAND_MS);
	}
	assert_int_equal(stand->exact, 4);
	assert_int_equal(stand->rtp->nack.missing->asked, 0);
	rtp_stand_close(stand);
}

/* Nobody answers: frames come all the same, and are flagged. */
static void what_does_not_come_is_given_up(void **state)
{
	struct rtp_stand *stand = rtp_stand_open("&nack=1&delay=20");

	(void)state;
	feed_cut(&stand->feed, 0);
	for (unsigned p = 0; p < PACKETS; p++)
		if (p != 5 && p != 6)
			assert_true(feed_send(&stand->feed, p));
	rtp_stand_expect(stand, 1);
	assert_true(stand->info[0].flags & WEIR_FRAME_CORRUPT);
	stand_run(stand->loop, STAND_A_WHILE);
	assert_int_equal(stand->rtp->nack.missing->nacked, 2);
	assert_int_equal(stand->rtp->nack.missing->given_up, 2);
	assert_int_equal(stand->rtp->nack.missing->n, 0);
	rtp_stand_close(stand);
}

/* Answers to what was not asked, of any number, move nothing. */
static void what_nobody_asked_for_changes_nothing(void **state)
{
	struct answers answers;
	struct rtp_stand *stand = open_answered(&answers, "&nack=1&delay=30");
	uint8_t other[FEED_MAX_PACKET];

	(void)state;
	feed_cut(&stand->feed, 0);
	for (unsigned p = 0; p < PACKETS / 2; p++)
		assert_true(feed_send(&stand->feed, p));
	for (unsigned p = 0; p < PACKETS / 2; p++) {
		memcpy(other, stand->feed.packet[p], stand->feed.length[p]);
		memset(other + WEIR_RTP_HEADER + 8, 0x55, 100);
		assert_true(send_wrapped(&answers, other, stand->feed.length[p], RTX));
		weir_put_16(other + 2, (uint16_t)(weir_get_16(other + 2) + 1000 * p));
		assert_true(send_wrapped(&answers, other, stand->feed.length[p], RTX));
	}
	assert_true(send_wrapped(&answers, other, WEIR_RTP_HEADER, RTX));
	for (unsigned p = PACKETS / 2; p < PACKETS; p++)
		assert_true(feed_send(&stand->feed, p));
	rtp_stand_expect(stand, 1);
	assert_int_equal(stand->exact, 1);
	assert_int_equal(stand->rtp->counts.lost, 0);
	assert_int_equal(answers.questions, 0);
	close_answered(&answers);
}

/* Reports of other streams, or from other hosts, do not say whom to ask. */
static void others_are_not_asked(void **state)
{
	struct answers answers;
	struct rtp_stand *stand = open_answered(&answers, "&nack=1&delay=60");
	int here = bound_socket(INADDR_LOOPBACK), there = bound_socket(INADDR_LOOPBACK + 1);
	char byte;

	(void)state;
	rtp_stand_send(stand, 0, 1);
	report_from(stand, here, SSRC + 1);
	report_from(stand, there, SSRC);
	stand_run(stand->loop, STAND_A_WHILE);
	send_with_losses(&answers, 1, 5);
	assert_int_equal(stand->exact, 6);
	assert_true(answers.questions > 5);
	assert_true(recv(here, &byte, 1, MSG_DONTWAIT) < 0);
	assert_true(recv(there, &byte, 1, MSG_DONTWAIT) < 0);
	close(here);
	close(there);
	close_answered(&answers);
}

static void without_nack_nobody_is_asked(void **state)
{
	struct answers answers;
	struct rtp_stand *stand = open_answered(&answers, "&jitter=20");

	(void)state;
	send_with_losses(&answers, 0, 5);
	assert_int_equal(answers.questions, 0);
	assert_true(stand->exact < 5);
	close_answered(&answers);
}

static void expect_refused(const char *keys, const char *why)
{
	struct stand_log heard;
	const struct weir_source_settings settings = { .log = &heard.log };
	struct weir_source *source = NULL;
	char uri[160];

	stand_listen(&heard);
	snprintf(uri, sizeof(uri), "rtp://127.0.0.1:5004?" RTP_STAND_KEYS "%s", keys);
	assert_int_equal(weir_source_open(uri, &settings, &source), -EINVAL);
	assert_non_null(strstr(heard.last, why));
}

static void wrong_wishes_are_refused(void **state)
{
	(void)state;
	expect_refused("&delay=50", "nack=1");
	expect_refused("&rtcp=5005", "nack=1");
	expect_refused("&nack=2", "nack");
	expect_refused("&nack=1&delay=1000", "at most delay=433");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing_comes_again),
		cmocka_unit_test(in_a_stream_of_its_own),
		cmocka_unit_test(and_is_asked_for_again),
		cmocka_unit_test(frames_come_at_their_time),
		cmocka_unit_test(what_does_not_come_is_given_up),
		cmocka_unit_test(what_nobody_asked_for_changes_nothing),
		cmocka_unit_test(others_are_not_asked),
		cmocka_unit_test(without_nack_nobody_is_asked),
		cmocka_unit_test(wrong_wishes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
