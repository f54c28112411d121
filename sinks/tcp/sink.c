/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "sinks/tcp/state.h"
#include "sinks/tcp/tcp.h"

#define DEFAULT_TIMEOUT_S 5
#define MAX_TIMEOUT_S     3600

/* Where frames come at no rate. */
#define DEFAULT_DEADLINE_NS (WEIR_NS_PER_S / 10)

/* ---- opening ---- */

struct options {
	int listens, reconnects;
	uint32_t timeout_s;
};

static int read_options(
	const struct weir_uri *uri, const struct weir_log *log, struct options *options)
{
	const char *listens = weir_uri_get(uri, "listen"), *timeout = weir_uri_get(uri, "timeout");
	const char *reconnects = weir_uri_get(uri, "reconnect");
	int err = 0;

	*options = (struct options){ .timeout_s = DEFAULT_TIMEOUT_S };
	if (listens)
		err = weir_parse_bool("listen", listens, log, &options->listens);
	if (!err && reconnects)
		err = weir_parse_bool("reconnect", reconnects, log, &options->reconnects);
	if (!err && timeout)
		err = weir_parse_u32(
			"timeout", timeout, 1, MAX_TIMEOUT_S, log, &options->timeout_s);
	if (!err && options->listens && options->reconnects) {
		weir_error(log, "tcp: reconnect=1 and listen=1 exclude each other");
		err = -EINVAL;
	}
	return err;
}

static int read_endpoint(const struct weir_uri *uri, bool listens, const struct weir_log *log,
	struct weir_endpoint *out)
{
	int err = weir_endpoint_parse("tcp", uri->rest, log, out);

	if (!err && !listens && !out->host[0]) {
		weir_error(log, "tcp:%s names no host to connect to; listen=1 waits for receivers",
			uri->rest);
		err = -EINVAL;
	}
	return err ? err : weir_endpoint_resolve(out, SOCK_STREAM, listens, log);
}

static struct weir_tcp_sink *create(const struct options *options)
{
	unsigned n = options->listens ? WEIR_TCP_CLIENTS : 1;
	struct weir_tcp_sink *sink = calloc(1, sizeof(*sink) + n * sizeof(*sink->clients));

	if (!sink)
		return NULL;
	sink->base.impl = &weir_sink_tcp;
	sink->listens = options->listens;
	sink->reconnects = options->reconnects;
	sink->timeout_ns = options->timeout_s * WEIR_NS_PER_S;
	sink->fd = -1;
	sink->n_clients = n;
	for (unsigned i = 0; i < n; i++)
		sink->clients[i].fd = -1;
	return sink;
}

static int open_tcp(const struct weir_uri *uri, const struct weir_sink_settings *settings,
	struct weir_sink **out)
{
	struct weir_endpoint endpoint;
	struct weir_tcp_sink *sink;
	struct options options;
	int err = read_options(uri, settings->log, &options);

	if (!err)
		err = read_endpoint(uri, options.listens, settings->log, &endpoint);
	if (err)
		return err;
	sink = create(&options);
	if (!sink)
		return -ENOMEM;
	sink->endpoint = endpoint;
	*out = &sink->base;
	return 0;
}

static void dismiss_all(struct weir_tcp_sink *sink)
{
	for (unsigned i = 0; i < sink->n_clients; i++)
		weir_tcp_dismiss(&sink->clients[i]);
}

static void close_tcp(struct weir_sink *base)
{
	struct weir_tcp_sink *sink = (struct weir_tcp_sink *)base;

	dismiss_all(sink);
	if (sink->fd >= 0)
		close(sink->fd);
	weir_gather_close(&sink->gather);
	free(sink);
}

/* ---- planning ---- */

static uint64_t visible_bytes(const struct weir_video *video)
{
	struct weir_video tight = *video;
	struct weir_layout layout;

	tight.stride = 0;
	if (weir_format_layout(&tight, &layout))
		return (uint64_t)tight.width * tight.height;
	return layout.size;
}

/* Which clients will come is not known, and what becomes of their frames is told when it happens.
 */
static uint64_t copies(
	struct weir_sink *base, const struct weir_offer *offer, char *why, size_t size)
{
	const struct weir_tcp_sink *sink = (const struct weir_tcp_sink *)base;

	if (!offer->traits.pinnable)
		snprintf(why, size, "the kernel copies: the network cannot send from %s memory",
			offer->memory);
	else if (sink->endpoint.n_addresses && weir_address_is_here(&sink->endpoint.address[0]))
		snprintf(why, size, "the kernel copies what stays in this machine");
	else
		return 0;
	return visible_bytes(&offer->video);
}

/* ---- a run ---- */

void weir_tcp_fail(struct weir_tcp_sink *sink, int error)
{
	if (sink->error)
		return;
	sink->error = error;
	if (!sink->inside && sink->running)
		sink->host.failed(sink->host.data, &sink->base, error);
}

void weir_tcp_lost(struct weir_tcp_sink *sink, int error)
{
	if (sink->reconnects && sink->running)
		error = weir_tcp_connect(sink);
	if (error)
		weir_tcp_fail(sink, error);
}

/* Of a call that returns errors: what has come up meanwhile. */
static int leave(struct weir_tcp_sink *sink, int err)
{
	sink->inside = false;
	return err ? err : sink->error;
}

static unsigned count_clients(const struct weir_tcp_sink *sink)
{
	unsigned n = 0;

	for (unsigned i = 0; i < sink->n_clients; i++)
		n += weir_tcp_is_here(&sink->clients[i]);
	return n;
}

/* ---- the run's calls ---- */

static uint64_t deadline_of(const struct weir_sink *base, const struct weir_video *video)
{
	if (base->deadline_ns)
		return base->deadline_ns;
	if (!video->rate.num)
		return DEFAULT_DEADLINE_NS;
	return 2 * WEIR_NS_PER_S * video->rate.den / video->rate.num;
}

/* Who is connected stays so while the same picture goes on. */
static void begin_anew(struct weir_tcp_sink *sink, const struct weir_sink_host *host,
	const struct weir_video *video)
{
	const struct weir_video *old = &sink->video;
	bool same = host->goes_on && old->format == video->format && old->width == video->width &&
		    old->height == video->height;

	if (!same)
		dismiss_all(sink);
	sink->host = *host;
	sink->video = *video;
	sink->deadline_ns = deadline_of(&sink->base, video);
	sink->error = 0;
	sink->running = sink->inside = true;
	sink->complained = false;
	sink->finished = sink->taken;
	sink->awaits = !sink->listens && !count_clients(sink);
	sink->watch.data = sink->retry.data = sink->look.data = sink;
	sink->look.fired = weir_tcp_look;
	for (unsigned i = 0; i < sink->n_clients; i++)
		sink->clients[i].begun = sink->taken;
}

static int start(
	struct weir_sink *base, const struct weir_sink_host *host, const struct weir_video *video)
{
	struct weir_tcp_sink *sink = (struct weir_tcp_sink *)base;
	char text[WEIR_ERRNO_TEXT];
	int err;

	weir_gather_close(&sink->gather);
	err = weir_gather_open(&sink->gather, &base->masks, video);
	if (err) {
		weir_error(base->log, "%s: no memory for what is masked: %s", base->uri,
			weir_errno_text(err, text));
		return err;
	}
	begin_anew(sink, host, video);
	if (sink->listens)
		err = weir_tcp_listen(sink);
	else if (sink->awaits)
		err = weir_tcp_connect(sink);
	sink->running = !err;
	return leave(sink, err);
}

static bool wants(const struct weir_sink *base)
{
	const struct weir_tcp_sink *sink = (const struct weir_tcp_sink *)base;

	return sink->awaits || count_clients(sink);
}

static int take(struct weir_sink *base, struct weir_frame *frame)
{
	struct weir_tcp_sink *sink = (struct weir_tcp_sink *)base;

	sink->inside = true;
	weir_tcp_append(sink, frame);
	for (unsigned i = 0; i < sink->n_clients; i++)
		weir_tcp_pump(&sink->clients[i]);
	weir_tcp_settle(sink);
	return leave(sink, 0);
}

static bool can_move(const struct weir_sink *base, const struct weir_frame *frame)
{
	const struct weir_tcp_sink *sink = (const struct weir_tcp_sink *)base;

	for (unsigned i = 0; i < sink->n_clients; i++)
		if (weir_tcp_holds(&sink->clients[i]) & 1u << frame->slot->place)
			return false;
	return sink->n > 0;
}

static void move(struct weir_sink *base, struct weir_frame *from, struct weir_frame *to)
{
	struct weir_tcp_sink *sink = (struct weir_tcp_sink *)base;
	unsigned at = sink->first;

	while (sink->queue[at] != from)
		at = (at + 1) % WEIR_SLAB_MAX_SLOTS;
	to->verdict = from->verdict;
	sink->queue[at] = weir_frame_ref(to);
	weir_frame_unref(&from);
}

/* Clients with a part of a frame are of no use any more; the others may be of the next run. */
static void stop(struct weir_sink *base)
{
	struct weir_tcp_sink *sink = (struct weir_tcp_sink *)base;

	sink->running = false;
	weir_tcp_disconnect(sink);
	weir_loop_disarm(sink->host.loop, &sink->look);
	weir_tcp_clear(sink, sink->error ? WEIR_DROP_FAILED : WEIR_DROP_STOPPED);
	for (unsigned i = 0; i < sink->n_clients; i++)
		if (sink->clients[i].in_flight || sink->clients[i].frame)
			weir_tcp_dismiss(&sink->clients[i]);
}

static const char *const options[] = { "listen", "reconnect", "timeout", NULL };

const struct weir_sink_impl weir_sink_tcp = {
	.scheme = "tcp",
	.summary = "tcp://HOST:PORT[?listen=1], frames one after the other to a receiver, or to "
		   "all that connect",
	.options = options,
	.has_address = true,
	.reads_pixels = true,
	.wants_registered = true,
	.gathers = true,
	.open = open_tcp,
	.close = close_tcp,
	.copies = copies,
	.start = start,
	.wants = wants,
	.take = take,
	.can_move = can_move,
	.move = move,
	.stop = stop,
};
