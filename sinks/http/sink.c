/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "sinks/http/http.h"
#include "sinks/http/server.h"

/* Those whom the limit keeps out are told so, and those who leave take a moment. */
#define SPARE_CLIENTS 8

#define DRAIN_NS (WEIR_NS_PER_S / 10)

static void close_http(struct weir_sink *sink)
{
	struct weir_http_server *server = (struct weir_http_server *)sink;

	if (server->fd >= 0)
		close(server->fd);
	for (size_t i = 0; i < server->n_parts && server->parts; i++)
		weir_http_part_free(&server->parts[i]);
	explicit_bzero(server->settings.token, sizeof(server->settings.token));
	free(server->parts);
	free(server->clients);
	free(server);
}

static int allocate(struct weir_http_server *server)
{
	server->n_clients = server->settings.clients + SPARE_CLIENTS;
	server->n_parts = server->n_clients * WEIR_HTTP_SENDS + 1;
	server->clients = calloc(server->n_clients, sizeof(*server->clients));
	server->parts = calloc(server->n_parts, sizeof(*server->parts));
	if (!server->clients || !server->parts)
		return -ENOMEM;
	for (size_t i = 0; i < server->n_clients; i++)
		server->clients[i].server = server;
	return 0;
}

static int open_http(const struct weir_uri *uri, const struct weir_sink_settings *settings,
	struct weir_sink **out)
{
	struct weir_http_server *server = calloc(1, sizeof(*server));
	int err;

	if (!server)
		return -ENOMEM;
	server->base.impl = &weir_sink_http;
	server->fd = -1;
	err = weir_http_settings_read(uri, settings->log, &server->settings);
	if (!err)
		err = allocate(server);
	if (err) {
		close_http(&server->base);
		return err;
	}
	*out = &server->base;
	return 0;
}

/* ---- planning ---- */

static int accepts(struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	(void)sink;
	if (!strcmp(offer->video.format->name, "MJPEG"))
		return 0;
	snprintf(why, size, "http shows MJPEG, not %s", offer->video.format->name);
	return -ENOTSUP;
}

/* Nobody knows how many will watch, nor what an image takes until it is there: one viewer, and a
 * byte for four pixels. */
static uint64_t copies(
	struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	const struct weir_http_server *server = (const struct weir_http_server *)sink;

	if (!server->settings.loopback && server->settings.zero_copy == WEIR_HTTP_ZC_AUTO)
		return 0;
	snprintf(why, size, "the kernel copies what is sent to %s, for each viewer",
		server->settings.loopback ? "this machine" : "viewers");
	return (uint64_t)offer->video.width * offer->video.height / 4;
}

/* ---- running ---- */

static int start(
	struct weir_sink *sink, const struct weir_sink_host *host, const struct weir_video *video)
{
	struct weir_http_server *server = (struct weir_http_server *)sink;
	int err;

	(void)video;
	server->host = *host;
	server->draining = false;
	server->zero_copy = server->settings.zero_copy == WEIR_HTTP_ZC_AUTO &&
			    weir_loop_zero_copy(host->loop).vectors;
	if (!host->goes_on)
		server->counts = (struct weir_http_counts){ 0 };
	err = weir_http_listen(server);
	server->running = !err;
	if (err)
		return err;
	server->paused = false;
	for (size_t i = 0; i < server->n_clients; i++)
		weir_http_client_resume(&server->clients[i]);
	return 0;
}

static bool wants(const struct weir_sink *sink)
{
	return weir_http_is_watched((const struct weir_http_server *)sink);
}

static int take(struct weir_sink *sink, struct weir_frame *frame)
{
	struct weir_http_server *server = (struct weir_http_server *)sink;

	if (weir_http_is_watched(server))
		return weir_http_show(server, frame);
	frame->verdict = WEIR_DROP_UNWANTED;
	return 0;
}

/* The last pictures are sent; those who take long go on from copies. */
static void drain(struct weir_sink *sink)
{
	struct weir_http_server *server = (struct weir_http_server *)sink;

	server->draining = true;
	weir_loop_disarm(server->host.loop, &server->tick);
	server->ticking = false;
	weir_http_tick_soon(server, DRAIN_NS);
}

static void stop(struct weir_sink *sink)
{
	struct weir_http_server *server = (struct weir_http_server *)sink;

	server->running = false;
	server->paused = server->host.pauses && server->host.pauses(server->host.data);
	weir_http_deafen(server);
	for (size_t i = 0; i < server->n_clients; i++)
		if (server->paused)
			weir_http_client_pause(&server->clients[i]);
		else
			weir_http_client_leave(&server->clients[i]);
}

static void forget(struct weir_sink *sink)
{
	struct weir_http_server *server = (struct weir_http_server *)sink;

	server->paused = false;
	for (size_t i = 0; i < server->n_clients; i++)
		weir_http_client_leave(&server->clients[i]);
}

static int result(struct weir_sink *sink, char *text, size_t size)
{
	const struct weir_http_counts *counts = &((struct weir_http_server *)sink)->counts;

	snprintf(text, size,
		"%llu requests, %llu pictures sent, %llu late, %llu clients thrown out",
		(unsigned long long)counts->requests, (unsigned long long)counts->pictures,
		(unsigned long long)counts->lagged, (unsigned long long)counts->thrown_out);
	return 0;
}

const struct weir_sink_impl weir_sink_http = {
	.scheme = "http",
	.summary = "http://ADDR:PORT, a page with the picture, /stream.mjpg, /metrics",
	.options = weir_http_options,
	.secrets = weir_http_secrets,
	.has_address = true,
	.reads_pixels = true,
	.always_copies = true,
	.open = open_http,
	.close = close_http,
	.accepts = accepts,
	.copies = copies,
	.start = start,
	.wants = wants,
	.take = take,
	.drain = drain,
	.stop = stop,
	.forget = forget,
	.result = result,
};
