/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A sender that is asked for packets: they come again, byte for byte, from frames that are kept for
 * a bounded time; who asks for more than a share, or is not the receiver, gets nothing; and no slot
 * goes back that the network reads. */

#include "tests/contract/stand.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/rtp/rtcp.h"
#include "core/rtp/wire.h"
#include "sinks/rtp/sink.h"

#define SLOTS   8
#define WIDTH   640
#define HEIGHT  16
#define PACKETS (2 * HEIGHT) /* of mtu=1000 */
#define MOST    4096

struct packet {
	size_t length;
	uint8_t bytes[2048];
};

struct sending {
	struct stand_log heard;
	struct weir_loop *loop;
	struct weir_slab *slab;
	struct weir_sink *sink;
	struct weir_rtp_sink *rtp;
	int fd, control; /* the receiver's */
	struct sockaddr_in sender;
	struct weir_watch watch;
	unsigned n;     /* packets that came … */
	unsigned again; /* … and of those, of the stream of those that are sent again */
	struct packet packets[MOST];
};

static void take_packet(struct weir_watch *watch, uint32_t events)
{
	struct sending *sending = watch->data;
	struct packet *packet = &sending->packets[sending->n];
	ssize_t length;

	(void)events;
	assert_true(sending->n < MOST);
	length = recv(sending->fd, packet->bytes, sizeof(packet->bytes), MSG_DONTWAIT);
	if (length <= 0)
		return;
	packet->length = (size_t)length;
	sending->n++;
	sending->again += (packet->bytes[1] & 0x7f) == 97;
}

static void failed(void *data, struct weir_sink *sink, int error)
{
	(void)data;
	fail_msg("%s failed: %d", weir_sink_uri(sink), error);
}

static void copied(void *data, struct weir_sink *sink, uint64_t bytes, const char *why)
{
	(void)data;
	(void)sink;
	assert_true(bytes > 0 && why[0]);
}

/* Two ports, one after the other. */
static uint16_t bind_pair(struct sending *sending)
{
	struct sockaddr_in here = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(here);

	for (unsigned tries = 0; tries < 100; tries++) {
		sending->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		sending->control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		here.sin_port = 0;
		assert_int_equal(bind(sending->fd, (struct sockaddr *)&here, sizeof(here)), 0);
		getsockname(sending->fd, (struct sockaddr *)&here, &length);
		here.sin_port = htons((uint16_t)(ntohs(here.sin_port) + 1));
		if (!bind(sending->control, (struct sockaddr *)&here, sizeof(here)))
			return (uint16_t)(ntohs(here.sin_port) - 1);
		close(sending->fd);
		close(sending->control);
	}
	fail_msg("no two ports are free");
	return 0;
}

static void open_slab(struct sending *sending, const struct weir_video *video)
{
	struct weir_slab_settings memory = {
		.slots = SLOTS, .no_lock = true, .frame_bytes = (size_t)WIDTH * 2 * HEIGHT
	};

	assert_int_equal(weir_slab_create(&weir_memory_host, &memory, &sending->slab), 0);
	stand_describe_slots(sending->slab, video);
}

static struct sending *open_sending(const char *keys, unsigned share)
{
	struct sending *sending = calloc(1, sizeof(*sending));
	const struct weir_sink_settings settings = { .log = &sending->heard.log };
	const struct weir_video video = { weir_format_by_name("UYVY"), WIDTH, HEIGHT,
		.stride = WIDTH * 2, .rate = { 30, 1 } };
	struct weir_sink_host host = { .failed = failed, .copied = copied, .share = share };
	socklen_t length = sizeof(sending->sender);
	char uri[160];

	stand_listen(&sending->heard);
	snprintf(uri, sizeof(uri), "rtp://127.0.0.1:%u?mtu=1000&pace=off&nack=1%s",
		bind_pair(sending), keys);
	sending->loop = host.loop = stand_open_loop();
	open_slab(sending, &video);
	host.slab = sending->slab;
	assert_int_equal(weir_sink_open(uri, &settings, &sending->sink), 0);
	sending->rtp = (struct weir_rtp_sink *)sending->sink;
	assert_int_equal(sending->sink->impl->start(sending->sink, &host, &video), 0);
	sending->watch = (struct weir_watch){ .ready = take_packet, .data = sending };
	assert_int_equal(weir_loop_watch(sending->loop, &sending->watch, sending->fd, POLLIN), 0);
	assert_int_equal(getsockname(sending->rtp->route.control,
				 (struct sockaddr *)&sending->sender, &length),
		0);
	sending->sender.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return sending;
}

static void close_sending(struct sending *sending)
{
	sending->sink->impl->stop(sending->sink);
	weir_loop_unwatch(sending->loop, &sending->watch);
	weir_loop_close(&sending->loop);
	assert_int_equal(weir_slab_out(sending->slab), 0);
	weir_sink_close(&sending->sink);
	weir_slab_unref(&sending->slab);
	close(sending->fd);
	close(sending->control);
	free(sending);
}

static void run(struct sending *sending)
{
	stand_run(sending->loop, 20 * STAND_MS);
}

static void send_frame(struct sending *sending, unsigned number)
{
	struct weir_slot *slot = weir_slab_take(sending->slab);
	struct weir_frame *frame;
	struct weir_pixels pixels;

	assert_non_null(slot);
	frame = weir_slot_issue(slot);
	frame->info.sequence = number;
	frame->info.timestamp_ns = weir_now_ns();
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels), 0);
	for (size_t i = 0; i < (size_t)WIDTH * 2 * HEIGHT; i++)
		pixels.data[0][i] = (uint8_t)(i * 7 + number * 31 + i / 251);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	assert_int_equal(sending->sink->impl->take(sending->sink, frame), 0);
	weir_frame_unref(&frame);
	run(sending);
}

static void ask_from(struct sending *sending, int fd, const uint16_t *sequences, size_t n)
{
	uint8_t message[WEIR_RTCP_MAX];
	int length = weir_rtcp_write_nack(
		message, sizeof(message), 1, sending->rtp->stream.ssrc, sequences, n);

	assert_int_equal(sendto(fd, message, (size_t)length, 0, (struct sockaddr *)&sending->sender,
				 sizeof(sending->sender)),
		length);
}

static void ask(struct sending *sending, const uint16_t *sequences, size_t n)
{
	ask_from(sending, sending->control, sequences, n);
	run(sending);
}

static uint16_t number_of(const struct packet *packet)
{
	return weir_get_16(packet->bytes + 2);
}

/* What came last is that packet, behind the number that it had. Padding is left out. */
static void expect_again(const struct sending *sending, unsigned i, const struct packet *first)
{
	const struct packet *again = &sending->packets[i];
	struct weir_rtp_header header, before;
	const uint8_t *payload, *original;
	size_t length, original_length;

	assert_int_equal(weir_rtp_read(again->bytes, again->length, &header, &payload, &length), 0);
	assert_int_equal(
		weir_rtp_read(first->bytes, first->length, &before, &original, &original_length),
		0);
	assert_int_equal(header.payload_type, 97);
	assert_int_equal(header.ssrc, sending->rtp->resends.ssrc);
	assert_int_not_equal(header.ssrc, before.ssrc);
	assert_int_equal(header.timestamp, before.timestamp);
	assert_int_equal(header.marker, before.marker);
	assert_int_equal(weir_get_16(payload), before.sequence);
	assert_int_equal(length, original_length + 2);
	assert_memory_equal(payload + 2, original, original_length);
	assert_true(again->length + 28 <= 1000);
}

static void comes_again(const char *keys)
{
	struct sending *sending = open_sending(keys, SLOTS);
	const unsigned wanted[] = { 0, 1, 5, PACKETS - 1, PACKETS, PACKETS + 2, 3 * PACKETS - 1 };
	uint16_t sequences[WEIR_COUNT(wanted)];
	unsigned came;

	for (unsigned f = 0; f < 3; f++)
		send_frame(sending, f);
	came = sending->n;
	assert_int_equal(came, 3 * PACKETS);
	for (size_t i = 0; i < WEIR_COUNT(wanted); i++)
		sequences[i] = number_of(&sending->packets[wanted[i]]);
	ask(sending, sequences, WEIR_COUNT(wanted));
	assert_int_equal(sending->n - came, WEIR_COUNT(wanted));
	for (size_t i = 0; i < WEIR_COUNT(wanted); i++) {
		expect_again(sending, came + (unsigned)i, &sending->packets[wanted[i]]);
		assert_int_equal((uint16_t)(number_of(&sending->packets[came + i]) -
					    number_of(&sending->packets[came])),
			i);
	}
	assert_int_equal(sending->rtp->resends.resent, WEIR_COUNT(wanted));
	assert_int_equal(sending->rtp->packets, 3 * PACKETS); /* of the stream itself */
	assert_int_equal(sending->heard.lines, 0);
	close_sending(sending);
}

static void lines_and_pieces_come_again(void **state)
{
	(void)state;
	comes_again("&send=copy");
	comes_again("&send=gather");
}

/* One that was let go of waits for the network only. */
static void who_is_let_go_of_is_not_asked_for_any_more(void **state)
{
	struct sending *sending = open_sending("&send=copy&keep=1", SLOTS);
	struct weir_rtp_frame *frame;
	uint16_t first;

	(void)state;
	send_frame(sending, 0);
	frame = sending->rtp->resends.kept[0];
	first = number_of(&sending->packets[0]);
	frame->resends++; /* which reads a packet of it */
	send_frame(sending, 1);
	assert_int_equal(weir_slab_out(sending->slab), 2);
	ask(sending, &first, 1);
	assert_int_equal(sending->again, 0);
	assert_int_equal(sending->rtp->resends.gone, 1);
	assert_int_equal(sending->rtp->resends.n_wanted, 0);
	frame->resends--;
	weir_rtp_finish(sending->rtp, frame);
	assert_int_equal(weir_slab_out(sending->slab), 1);
	close_sending(sending);
}

static void frames_are_kept_for_a_bounded_time(void **state)
{
	struct sending *sending = open_sending("&send=copy&keep=3", SLOTS);
	uint16_t old;

	(void)state;
	assert_int_equal(sending->sink->budget, WEIR_DEFAULT_BUDGET + 3);
	for (unsigned f = 0; f < 10; f++) {
		send_frame(sending, f);
		assert_int_equal(weir_slab_out(sending->slab), f < 3 ? f + 1 : 3);
	}
	old = number_of(&sending->packets[6 * PACKETS]);
	ask(sending, &old, 1);
	assert_int_equal(sending->again, 0);
	assert_int_equal(sending->rtp->resends.gone, 1);
	old = number_of(&sending->packets[7 * PACKETS]);
	ask(sending, &old, 1);
	assert_int_equal(sending->again, 1);
	sending->sink->impl->drain(sending->sink);
	stand_run(sending->loop, 300 * STAND_MS);
	assert_int_equal(weir_slab_out(sending->slab), 0);
	close_sending(sending);
}

/* Where there are fewer slots, fewer are kept. */
static void there_is_always_room_for_the_next(void **state)
{
	struct sending *sending = open_sending("&send=copy&keep=6", 2);

	(void)state;
	for (unsigned f = 0; f < 5; f++) {
		send_frame(sending, f);
		assert_int_equal(weir_slab_out(sending->slab), 1);
	}
	close_sending(sending);
}

/* The slot that is read goes back when it is read no more. */
static void a_slot_stays_while_it_is_read(void **state)
{
	struct sending *sending = open_sending("&send=gather&keep=1", SLOTS);
	struct weir_rtp_frame *frame;

	(void)state;
	send_frame(sending, 0);
	frame = sending->rtp->resends.kept[0];
	weir_rtp_ask(sending->rtp, sending->rtp->stream.ssrc, number_of(&sending->packets[4]));
	assert_true(weir_rtp_resend(sending->rtp));
	assert_int_equal(frame->resends, 1);
	sending->rtp->host.share = 1;
	weir_rtp_make_room(sending->rtp);
	assert_int_equal(sending->rtp->resends.n_kept, 0);
	assert_non_null(frame->frame);
	assert_int_equal(weir_slab_out(sending->slab), 1);
	run(sending);
	assert_int_equal(weir_slab_out(sending->slab), 0);
	assert_int_equal(sending->again, 1);
	expect_again(sending, PACKETS, &sending->packets[4]);
	close_sending(sending);
}

/* The same packet, asked for a thousand times at once, comes once; all of them, again and again,
 * are no more than the share. */
static void floods_are_not_answered(void **state)
{
	struct sending *sending = open_sending("&send=copy", SLOTS);
	uint16_t all[4 * PACKETS];
	uint64_t sent = 0, again = 0;

	(void)state;
	for (unsigned f = 0; f < 4; f++)
		send_frame(sending, f);
	for (unsigned i = 0; i < 4 * PACKETS; i++)
		all[i] = number_of(&sending->packets[i]);
	for (unsigned i = 0; i < 30; i++)
		ask_from(sending, sending->control, &all[7], 1);
	run(sending);
	assert_int_equal(sending->again, 1);
	for (unsigned i = 0; i < 50; i++)
		ask(sending, all, 4 * PACKETS);
	for (unsigned i = 0; i < sending->n; i++)
		*((sending->packets[i].bytes[1] & 0x7f) == 97 ? &again : &sent) +=
			sending->packets[i].length;
	assert_int_equal(sending->n - sending->again, 4 * PACKETS);
	assert_true(again > 0 && again <= sent / 4);
	assert_true(sending->rtp->resends.refused > 0);
	close_sending(sending);
}

static void others_are_not_answered(void **state)
{
	struct sending *sending = open_sending("&send=copy", SLOTS);
	const struct sockaddr_in other = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint8_t noise[1400];
	uint16_t first;

	(void)state;
	assert_int_equal(bind(fd, (const struct sockaddr *)&other, sizeof(other)), 0);
	send_frame(sending, 0);
	first = number_of(&sending->packets[0]);
	ask_from(sending, fd, &first, 1);
	run(sending);
	assert_int_equal(sending->again, 0);
	assert_int_equal(sending->rtp->resends.foreign, 1);
	sending->rtp->stream.ssrc++; /* another stream's */
	ask_from(sending, sending->control, &first, 1);
	sending->rtp->stream.ssrc--;
	run(sending);
	assert_int_equal(sending->rtp->resends.asked, 0);
	memset(noise, 0x81, sizeof(noise));
	for (size_t i = 0; i < 200; i++)
		(void)!sendto(sending->control, noise, 7 * i, 0,
			(struct sockaddr *)&sending->sender, sizeof(sending->sender));
	run(sending);
	ask(sending, &first, 1);
	assert_int_equal(sending->again, 1);
	close(fd);
	close_sending(sending);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_and_pieces_come_again),
		cmocka_unit_test(who_is_let_go_of_is_not_asked_for_any_more),
		cmocka_unit_test(frames_are_kept_for_a_bounded_time),
		cmocka_unit_test(there_is_always_room_for_the_next),
		cmocka_unit_test(a_slot_stays_while_it_is_read),
		cmocka_unit_test(floods_are_not_answered),
		cmocka_unit_test(others_are_not_answered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
