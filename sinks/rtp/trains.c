/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

#include "core/clock.h"
#include "sinks/rtp/sink.h"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

/* Trains: as many packets as one send takes (load.c). Which leaves next, and what becomes of it. */

/* Given to the kernel at a time: it makes the turns of the loop few, and those that follow one that
 * failed as well. */
#define BATCH 8

#define PAGE      4096u
#define TRUE_SIZE 1024u /* about what a packet of the kernel's takes beside its pages */

#define SOON_NS (WEIR_NS_PER_S / 1000)

/* ---- trains ---- */

static struct weir_rtp_train *take_train(struct weir_rtp_sink *sink)
{
	struct weir_rtp_train *train = sink->idle;

	if (train)
		sink->idle = train->next;
	return train;
}

static void return_train(struct weir_rtp_sink *sink, struct weir_rtp_train *train)
{
	train->next = sink->idle;
	sink->idle = train;
}

/* Of the train's packets as many as go at once. */
static int submit(struct weir_rtp_sink *sink, struct weir_rtp_train *train)
{
	int err;

	weir_rtp_load(sink, train);
	err = weir_loop_submit(sink->host.loop, &train->op);
	if (err) {
		weir_rtp_unload(sink, train);
		return err;
	}
	sink->unsent++;
	sink->in_flight++;
	return 0;
}

/* ---- segments ---- */

/* What has not been sent is cut as the socket has it by then. */
static bool set_segment(struct weir_rtp_sink *sink, const struct weir_rtp_frame *frame)
{
	int segment = (int)weir_rtp_segment(&sink->geometry, weir_rtp_load_stride(frame));

	if (sink->segment == (uint32_t)segment || sink->most_segments == 1)
		return true;
	if (sink->unsent)
		return false;
	weir_counter_add(&sink->base.syscalls, 1);
	if (setsockopt(sink->route.stream, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment)))
		sink->most_segments = 1; /* before Linux 4.18 */
	sink->segment = (uint32_t)segment;
	return true;
}

/* ---- the pump ---- */

static bool has_room(const struct weir_rtp_sink *sink, const struct weir_rtp_frame *frame)
{
	return sink->running && !sink->held && !sink->replanned && !sink->stumbled && sink->idle &&
	       sink->unsent < BATCH && sink->in_flight < sink->window &&
	       weir_rtp_can_load(sink, frame);
}

static void leave(struct weir_rtp_sink *sink, struct weir_rtp_train *train)
{
	struct weir_rtp_frame *frame = train->frame;

	frame->trains--;
	return_train(sink, train);
	weir_rtp_finish(sink, frame);
}

static void cut_anew(struct weir_rtp_sink *sink, struct weir_rtp_train *train)
{
	weir_rtp_rewind(sink, train->frame, train->first);
	leave(sink, train);
}

/* A train that has failed goes again before all others. */
static bool send_again(struct weir_rtp_sink *sink)
{
	struct weir_rtp_train *train = sink->again;

	if (!has_room(sink, train->frame) || !set_segment(sink, train->frame))
		return false;
	sink->again = train->next;
	if (!sink->again)
		sink->again_end = &sink->again;
	if (train->n > sink->most_segments) {
		cut_anew(sink, train);
		return true;
	}
	if (!submit(sink, train))
		return true;
	train->next = sink->again;
	sink->again = train;
	if (!train->next)
		sink->again_end = &train->next;
	weir_rtp_hold(sink, SOON_NS);
	return false;
}

static bool send_next(struct weir_rtp_sink *sink, struct weir_rtp_frame *frame)
{
	struct weir_rtp_train *train;

	if (!has_room(sink, frame) || !weir_rtp_may_go(sink) || !set_segment(sink, frame))
		return false;
	train = take_train(sink);
	train->frame = frame;
	train->first = frame->next;
	train->n = frame->packets - frame->next;
	if (submit(sink, train)) {
		return_train(sink, train);
		weir_rtp_hold(sink, SOON_NS);
		return false;
	}
	sink->credit -= sink->credit > 0;
	frame->trains++;
	frame->next += train->n;
	if (frame->next == frame->packets)
		weir_rtp_pop(sink);
	return true;
}

static bool send_one(struct weir_rtp_sink *sink)
{
	struct weir_rtp_frame *frame;
	bool fresh;
	int err;

	if (sink->again)
		return send_again(sink);
	if (!sink->queued || !sink->running || sink->held)
		return false;
	frame = sink->queue[sink->queue_first];
	fresh = !frame->begun;
	err = weir_rtp_begin(sink);
	if (err == -EAGAIN)
		return false;
	if (err) {
		/* Its memory cannot be read: this frame, not the stream. */
		frame->failed = true;
		frame->next = frame->packets;
		weir_rtp_pop(sink);
		weir_rtp_finish(sink, frame);
		return true;
	}
	if (fresh)
		weir_rtp_pace_frame(sink, frame);
	return send_next(sink, frame);
}

/* What is sent again is late already. */
void weir_rtp_pump(struct weir_rtp_sink *sink)
{
	while (weir_rtp_resend(sink) || send_one(sink))
		;
}

/* ---- what becomes of them ---- */

void weir_rtp_count_send(struct weir_rtp_sink *sink, const struct weir_op *op, uint64_t bytes)
{
	struct weir_sink *base = &sink->base;
	bool copied = !op->zero_copy || op->copied;

	weir_counter_add(copied ? &base->kernel_copied_sends : &base->zero_copy_sends, 1);
	if (copied)
		sink->host.copied(
			sink->host.data, base, bytes, "the kernel copies what this network takes");
}

static void count(struct weir_rtp_sink *sink, const struct weir_rtp_train *train, int64_t bytes)
{
	sink->packets += train->n;
	sink->octets += (uint32_t)bytes - train->n * WEIR_RTP_HEADER;
	weir_rtp_earn(sink, (uint64_t)bytes);
	if (train->frame->way == WEIR_RTP_PACK)
		weir_counter_add(&sink->base.user_copied_bytes, (uint64_t)bytes);
	weir_rtp_count_send(sink, &train->op, (uint64_t)bytes);
	if (train->op.zero_copy)
		weir_rtp_note_copy(sink, train->op.copied);
}

static void note_first(struct weir_rtp_sink *sink, const struct weir_rtp_train *train)
{
	uint64_t taken, now;

	if (train->first || !train->frame->frame)
		return;
	taken = weir_frame_info(train->frame->frame)->timestamp_ns;
	now = weir_now_ns();
	weir_histogram_add(&sink->first_packet, now > taken ? now - taken : 0);
	if (sink->running && !sink->reported)
		weir_rtp_report_first(sink);
}

static void was_sent(struct weir_rtp_sink *sink, struct weir_rtp_train *train, int64_t result)
{
	sink->unsent--;
	if (result < 0) {
		sink->stumbled++;
		return;
	}
	note_first(sink, train);
	if (sink->away || sink->held)
		weir_rtp_trouble_over(sink);
}

static void sent(struct weir_op *op, int64_t result)
{
	struct weir_rtp_train *train = op->data;

	was_sent(train->sink, train, result);
	if (result >= 0)
		weir_rtp_pump(train->sink);
}

/* Returns the sink's error, with which it ends. */
static int went_wrong(struct weir_rtp_sink *sink, struct weir_rtp_train *train, int error)
{
	int err = weir_rtp_trouble(sink, train, error);

	if (err == WEIR_RTP_CUT_ANEW)
		cut_anew(sink, train);
	if (err >= 0)
		return 0;
	train->frame->failed = true;
	sink->running = false;
	leave(sink, train);
	return err;
}

static void went_well(struct weir_rtp_sink *sink, struct weir_rtp_train *train, int64_t result)
{
	/* Once it is stopped: what was not on its way yet came back. */
	if (result < 0)
		train->frame->next = 0;
	else if (sink->running)
		count(sink, train, result);
	leave(sink, train);
}

static void done(struct weir_op *op, int64_t result)
{
	struct weir_rtp_train *train = op->data;
	struct weir_rtp_sink *sink = train->sink;
	int err = 0;

	if (!op->zero_copy)
		was_sent(sink, train, result);
	weir_rtp_unload(sink, train);
	sink->in_flight--;
	sink->stumbled -= result < 0;
	if (result < 0 && sink->running)
		err = went_wrong(sink, train, (int)result);
	else
		went_well(sink, train, result);
	if (err)
		sink->host.failed(sink->host.data, &sink->base, err);
	else
		weir_rtp_pump(sink);
}

/* ---- beginning and end ---- */

/* A send takes of the socket's buffer what its pages are. */
static void settle_window(struct weir_rtp_sink *sink)
{
	uint32_t stride = sink->way == WEIR_RTP_STRIDE ? sink->video.stride : 0;
	uint32_t bytes =
		weir_rtp_train(&sink->geometry, stride) * weir_rtp_segment(&sink->geometry, stride);
	uint64_t size = (bytes + 2 * PAGE - 1) / PAGE * PAGE + TRUE_SIZE;
	uint64_t window = sink->route.send_buffer / size + 1;

	sink->window = window < WEIR_RTP_TRAINS ? (unsigned)window : WEIR_RTP_TRAINS;
}

void weir_rtp_trains_open(struct weir_rtp_sink *sink)
{
	sink->idle = NULL;
	sink->again = NULL;
	sink->again_end = &sink->again;
	sink->unsent = sink->stumbled = sink->in_flight = 0;
	sink->segment = 0;
	sink->most_segments = WEIR_RTP_TRAIN_MOST;
	for (size_t i = 0; i < WEIR_RTP_TRAINS; i++) {
		struct weir_rtp_train *train = &sink->trains[i];

		memset(train, 0, sizeof(*train));
		train->sink = sink;
		train->op = (struct weir_op){
			.done = done,
			.sent = sent,
			.data = train,
			.fd = sink->route.stream,
		};
		return_train(sink, train);
	}
	weir_rtp_pace_open(sink);
	settle_window(sink);
}

/* What the kernel has comes back by itself, at the latest when the loop is closed. */
void weir_rtp_trains_stop(struct weir_rtp_sink *sink)
{
	weir_loop_disarm(sink->host.loop, &sink->pace);
	while (sink->again) {
		struct weir_rtp_train *train = sink->again;

		sink->again = train->next;
		train->frame->next = 0; /* not all of it went */
		leave(sink, train);
	}
	sink->again_end = &sink->again;
	for (size_t i = 0; i < WEIR_RTP_TRAINS; i++)
		if (sink->trains[i].op.loop.active)
			weir_loop_cancel(sink->host.loop, &sink->trains[i].op);
}
