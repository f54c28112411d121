/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>
#include <string.h>

#include "sinks/tcp/state.h"

static struct weir_frame *at(const struct weir_tcp_sink *sink, uint64_t number)
{
	uint64_t first = sink->taken - sink->n + 1;

	return sink->queue[(sink->first + (number - first)) % WEIR_SLAB_MAX_SLOTS];
}

void weir_tcp_append(struct weir_tcp_sink *sink, struct weir_frame *frame)
{
	assert(sink->n < WEIR_SLAB_MAX_SLOTS);
	/* Until somebody has all of it. */
	frame->verdict = WEIR_DROP_REPLACED;
	sink->queue[(sink->first + sink->n++) % WEIR_SLAB_MAX_SLOTS] = weir_frame_ref(frame);
	sink->taken++;
}

static void pop(struct weir_tcp_sink *sink)
{
	struct weir_frame *frame = sink->queue[sink->first];

	sink->first = (sink->first + 1) % WEIR_SLAB_MAX_SLOTS;
	sink->n--;
	weir_frame_unref(&frame);
}

void weir_tcp_settle(struct weir_tcp_sink *sink)
{
	uint64_t begun = sink->awaits ? 0 : sink->taken;

	for (unsigned i = 0; i < sink->n_clients; i++)
		if (weir_tcp_is_here(&sink->clients[i]) && sink->clients[i].begun < begun)
			begun = sink->clients[i].begun;
	if (sink->finished > begun)
		begun = sink->finished;
	while (sink->n && sink->taken - sink->n < begun)
		pop(sink);
}

void weir_tcp_clear(struct weir_tcp_sink *sink, enum weir_drop reason)
{
	while (sink->n) {
		struct weir_frame *frame = sink->queue[sink->first];

		if (frame->verdict != WEIR_DROP_NONE)
			frame->verdict = reason;
		pop(sink);
	}
}

static int count_bits(uint32_t bits)
{
	return __builtin_popcount(bits);
}

/* Of the frames that the sink may hold, one is always left for those that are in time: so a client
 * that has company never holds all, and slow ones, and those of whom nothing is known yet, go
 * together. */
static bool may_begin(const struct weir_tcp_client *client, const struct weir_frame *frame)
{
	const struct weir_tcp_sink *sink = client->sink;
	uint32_t own = weir_tcp_holds(client) | 1u << frame->slot->place, slow = own;
	int most = sink->base.budget > 2 ? (int)sink->base.budget - 1 : 1;
	bool alone = true;

	for (unsigned i = 0; i < sink->n_clients; i++) {
		const struct weir_tcp_client *other = &sink->clients[i];

		if (other == client || other->fd < 0)
			continue;
		alone = false;
		slow |= other->slow ? weir_tcp_holds(other) : 0;
	}
	return alone || count_bits(client->slow ? slow : own) <= most;
}

/* Whether a decoder can begin with that frame, which is known of H.264 alone: it has parameters of
 * its own, which stand before everything else. */
static bool begins_stream(struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct weir_pixels pixels;
	bool begins = false;

	if (strcmp(info->format->name, "H264"))
		return true;
	if (weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels))
		return true;
	for (size_t i = 0; i + 3 < info->bytes_used && i < 256 && !begins; i++) {
		const uint8_t *bytes = pixels.data[0] + i;
		unsigned type = bytes[3] & 0x1f;

		begins = !bytes[0] && !bytes[1] && bytes[2] == 1 && (type == 5 || type == 7);
	}
	weir_frame_end_cpu(frame);
	return begins;
}

struct weir_frame *weir_tcp_next(struct weir_tcp_client *client)
{
	const struct weir_tcp_sink *sink = client->sink;

	while (client->begun < sink->taken && sink->n) {
		bool missed = client->begun < sink->taken - sink->n;
		uint64_t number = missed ? sink->taken : client->begun + 1;
		struct weir_frame *frame = at(sink, number);

		client->waits = !may_begin(client, frame);
		if (client->waits)
			return NULL;
		client->begun = number;
		client->begun_ns = weir_now_ns();
		client->mid_stream = (client->mid_stream && !missed) || begins_stream(frame);
		if (client->mid_stream)
			return frame;
	}
	return NULL;
}
