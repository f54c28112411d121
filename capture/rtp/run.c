/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <unistd.h>

#include "capture/rtp/socket.h"
#include "capture/rtp/source.h"
#include "core/clock.h"
#include "core/log.h"

/* Times that a turn of the loop receives, so that it gets to other things in between. */
#define ROUNDS 64

/* How long packets gather: as long as they come through the fastest network that we think of, and
 * fill a quarter of the buffer. */
#define REST_NS       1000000u
#define LEAST_REST_NS 100000u
#define BYTES_A_US    1250u /* of 10 Gbit/s */

static uint64_t rest_of(uint64_t buffer)
{
	uint64_t ns = buffer / 4 * 1000 / BYTES_A_US;

	return ns > REST_NS ? REST_NS : ns < LEAST_REST_NS ? 0 : ns;
}

/* After which somebody should be told. */
#define LONG_SILENCE_NS (4 * WEIR_RTP_SILENCE_NS)

/* What the socket's buffer has room for. The kernel counts several times the bytes of small
 * packets.
 */
#define BUFFERED_FRAMES 4
#define LEAST_BUFFER    (4u << 20)

static uint64_t buffer_bytes(const struct weir_rtp_source *source)
{
	uint64_t frames = (uint64_t)source->assembly.total * BUFFERED_FRAMES;

	return frames > LEAST_BUFFER ? frames : LEAST_BUFFER;
}

static void fail(struct weir_rtp_source *source, int err)
{
	char text[WEIR_ERRNO_TEXT];

	weir_error(
		source->base.log, "rtp: cannot receive any more: %s", weir_errno_text(err, text));
	weir_rtp_stop(&source->base);
	source->host.ended(source->host.data, err);
}

/* Whether any came. */
static bool receive(struct weir_rtp_source *source)
{
	bool full = true, any = false;

	for (unsigned i = 0; i < ROUNDS && full && source->running; i++) {
		int n = weir_rtp_batch_run(source, &full);

		/* Answers to nothing we sent: somebody refused what a sink of ours sends there. */
		if (n < 0 && n != -ECONNREFUSED && n != -EHOSTUNREACH && n != -ENETUNREACH)
			fail(source, n);
		any |= n > 0;
	}
	return any;
}

static void watch(struct weir_rtp_source *source)
{
	int err = weir_loop_watch(source->host.loop, &source->watch, source->fd, POLLIN);

	if (err)
		fail(source, err);
}

/* In the middle of a frame nobody waits for the next packet: they gather for a while, unwatched, so
 * that many are received at once. The end of a frame is watched for. */
static bool may_rest(const struct weir_rtp_source *source, uint64_t now)
{
	return source->rest_ns &&
	       weir_rtp_assembly_left(&source->assembly, now) > 2 * source->rest_ns;
}

static void on_packets(struct weir_watch *watched, uint32_t events)
{
	struct weir_rtp_source *source = watched->data;
	uint64_t now;

	(void)events;
	receive(source);
	if (!source->running)
		return;
	now = weir_now_ns();
	if (!may_rest(source, now))
		return;
	weir_loop_unwatch(source->host.loop, watched);
	weir_loop_arm(source->host.loop, &source->rest, now + source->rest_ns);
}

static void on_rested(struct weir_timer *timer)
{
	struct weir_rtp_source *source = timer->data;
	bool any = receive(source);
	uint64_t now = weir_now_ns();

	if (!source->running)
		return;
	if (any && may_rest(source, now))
		weir_loop_arm(source->host.loop, timer, now + source->rest_ns);
	else
		watch(source);
}

static void on_deadline(struct weir_timer *timer)
{
	struct weir_rtp_source *source = timer->data;

	weir_rtp_assembly_settle(source, weir_now_ns());
}

static void say_silence(struct weir_rtp_source *source, uint64_t now)
{
	char text[WEIR_RTP_ADDRESS_TEXT];

	if (source->counts.packets || now - source->sender.heard_ns < LONG_SILENCE_NS ||
		!weir_rtp_once(source, WEIR_RTP_SAID_SILENCE))
		return;
	weir_warn(source->base.log,
		"rtp: no video has come to %s yet: does the sender send there, and does the "
		"firewall let it through?",
		weir_rtp_address_text(&source->wishes.address, true, text));
}

/* A sender that has gone silent leaves its last frame unfinished, and its place to others. */
static void on_silence(struct weir_timer *timer)
{
	struct weir_rtp_source *source = timer->data;
	struct weir_rtp_sender *sender = &source->sender;
	struct weir_rtp_assembly *assembly = &source->assembly;
	uint64_t now = weir_now_ns();

	weir_loop_arm(source->host.loop, timer, now + WEIR_RTP_SILENCE_NS);
	if (now - sender->heard_ns < WEIR_RTP_SILENCE_NS)
		return;
	say_silence(source, now);
	if (sender->connected)
		sender->connected = weir_rtp_socket_connect(source->fd, NULL) != 0;
	for (unsigned i = 0; i < assembly->n; i++)
		assembly->order[i]->deadline_ns = now;
	weir_rtp_assembly_settle(source, now);
}

static void reset(struct weir_rtp_source *source, const struct weir_source_host *host)
{
	struct weir_rtp_assembly *assembly = &source->assembly;

	source->host = *host;
	source->said = 0;
	source->counts = (struct weir_rtp_counts){ 0 };
	source->sender = (struct weir_rtp_sender){ .heard_ns = weir_now_ns() };
	assembly->any = assembly->skipping = assembly->delivered = false;
	assembly->lost_then = 0;
	assembly->span_ns = 0;
	assembly->goes_on = host->goes_on;
	assembly->timeline.rate = source->base.video.rate;
	assembly->timeline.unordered = source->form->link != NULL;
	weir_rtp_timeline_restart(&assembly->timeline);
	if (host->goes_on)
		return;
	assembly->timeline.sequence = UINT64_MAX; /* the one before 0 */
	assembly->timeline.timestamp_ns = 0;
	weir_counter_set(&source->base.lost, 0);
}

static int prepare(struct weir_rtp_source *source)
{
	const struct weir_video *video = &source->base.video;
	struct weir_rtp_assembly *assembly = &source->assembly;
	int err;

	assembly->has_lead = false;
	assembly->line_bytes = (uint32_t)weir_format_line_bytes(video->format, 0, video->width);
	assembly->total = assembly->line_bytes * video->height;
	if (source->form->coded)
		assembly->total = weir_rtp_coded_bytes(video) - WEIR_RTP_CLOSING;
	err = source->form->coded ? 0 : weir_paint_init(&source->black, video);
	if (!err)
		err = weir_cut_init(&assembly->cut, assembly->total, video->height);
	if (!err)
		err = weir_rtp_chain_prepare(source);
	if (!err)
		err = weir_rtp_batch_init(&source->batch);
	if (!err)
		err = weir_rtp_socket_open(
			&source->wishes, buffer_bytes(source), source->base.log, &source->fd);
	return err;
}

static void release(struct weir_rtp_source *source)
{
	if (source->fd >= 0)
		close(source->fd);
	source->fd = -1;
	weir_rtp_batch_finish(&source->batch);
	weir_cut_finish(&source->assembly.cut);
	weir_rtp_chain_release(source);
}

static int listen_there(struct weir_rtp_source *source)
{
	struct weir_loop *loop = source->host.loop;
	int err;

	source->watch = (struct weir_watch){ .ready = on_packets, .data = source };
	source->deadline = (struct weir_timer){ .fired = on_deadline, .data = source };
	source->silence = (struct weir_timer){ .fired = on_silence, .data = source };
	source->rest = (struct weir_timer){ .fired = on_rested, .data = source };
	source->rest_ns = rest_of(weir_rtp_socket_buffer(source->fd));
	err = weir_loop_watch(loop, &source->watch, source->fd, POLLIN);
	if (err)
		return err;
	err = weir_loop_arm(loop, &source->silence, weir_now_ns() + WEIR_RTP_SILENCE_NS);
	if (err)
		weir_loop_unwatch(loop, &source->watch);
	return err;
}

int weir_rtp_start(struct weir_source *base, const struct weir_source_host *host)
{
	struct weir_rtp_source *source = (struct weir_rtp_source *)base;
	int err;

	reset(source, host);
	err = prepare(source);
	if (!err)
		err = listen_there(source);
	source->running = !err;
	if (err)
		release(source);
	return err;
}

static void say_counts(const struct weir_rtp_source *source)
{
	const struct weir_rtp_counts *counts = &source->counts;

	weir_info(source->base.log,
		"rtp: %" PRIu64 " packets, %" PRIu64
		" of them copied to their place by weir; %" PRIu64 " lost, %" PRIu64
		" too late, %" PRIu64 " repeated, %" PRIu64 " of other senders, %" PRIu64
		" unfit; %" PRIu64 " frames not whole",
		counts->packets, counts->moved, counts->lost, counts->late, counts->repeated,
		counts->foreign, counts->unfit, counts->corrupt);
}

void weir_rtp_stop(struct weir_source *base)
{
	struct weir_rtp_source *source = (struct weir_rtp_source *)base;
	struct weir_loop *loop = source->host.loop;

	if (!source->running)
		return;
	source->running = false;
	weir_loop_unwatch(loop, &source->watch);
	weir_loop_disarm(loop, &source->deadline);
	weir_loop_disarm(loop, &source->silence);
	weir_loop_disarm(loop, &source->rest);
	weir_rtp_assembly_clear(source);
	say_counts(source);
	release(source);
}
