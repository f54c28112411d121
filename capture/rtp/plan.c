/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/source.h"

/* The parts of a message that one packet takes at most, the spare one not counted. */
#define MOST_PARTS 6

/* Where the next packet is expected. */
struct place {
	struct weir_rtp_frame *frame; /* NULL: nobody knows */
	uint32_t start;
	uint16_t sequence;
	unsigned hint;
};

static void add_part(struct weir_rtp_batch *batch, void *base, size_t length)
{
	batch->parts[batch->n_parts++] = (struct iovec){ base, length };
}

/* The places for the packet's bytes; false: these lines are too short to be worth it. */
static bool add_bytes(struct weir_rtp_source *source, const struct weir_rtp_expected *expected)
{
	struct weir_rtp_batch *batch = &source->batch;
	uint32_t at = expected->start, end = at + expected->length;

	for (unsigned parts = 0; at < end; parts++) {
		uint32_t length = end - at;
		uint8_t *to = weir_rtp_assembly_at(&source->assembly, expected->frame, at, &length);

		if (parts == MOST_PARTS - 2)
			return false;
		add_part(batch, to, length);
		at += length;
	}
	return true;
}

/* Puts the piece that is expected at `place` to the message. False: none is. */
static bool add_piece(
	struct weir_rtp_source *source, const struct place *place, struct weir_rtp_message *message)
{
	struct weir_rtp_batch *batch = &source->batch;
	struct weir_rtp_expected *expected = &batch->expected[batch->n_expected];
	unsigned hint = place->hint, parts = batch->n_parts;
	const struct weir_cut_piece *piece =
		source->form->link ? weir_rtp_chain_foresee(source, place->frame, place->start)
				   : weir_cut_find(&source->assembly.cut, place->start, &hint);

	if (!piece ||
		message->foreseen + piece->head + piece->length + piece->tail >= WEIR_RTP_MESSAGE)
		return false;
	expected->frame = place->frame;
	expected->serial = place->frame->serial;
	expected->start = place->start;
	expected->length = piece->length;
	expected->sequence = place->sequence;
	expected->head = piece->head;
	expected->tail = piece->tail;
	expected->at = message->foreseen;
	expected->came = false;
	expected->piece = piece;
	add_part(batch, expected->header, piece->head);
	if (!add_bytes(source, expected)) {
		batch->n_parts = parts;
		return false;
	}
	if (piece->tail)
		add_part(batch, expected->padding, piece->tail);
	message->foreseen += (uint32_t)piece->head + piece->length + piece->tail;
	message->n++;
	batch->n_expected++;
	return true;
}

static void advance(struct weir_rtp_source *source, struct place *place)
{
	const struct weir_rtp_batch *batch = &source->batch;
	const struct weir_rtp_expected *last = &batch->expected[batch->n_expected - 1];

	place->start = last->start + last->length;
	place->sequence++;
	place->hint++;
	if (place->start < source->assembly.total && place->start < place->frame->end)
		return;
	place->frame = place->frame->stamped ? weir_rtp_assembly_ahead(source) : NULL;
	place->start = source->form->lead;
	place->hint = 0;
}

/* How many of the packets to come are foreseen in this message. */
static void foresee(struct weir_rtp_source *source, struct place *place, unsigned most,
	struct weir_rtp_message *message)
{
	struct weir_rtp_batch *batch = &source->batch;

	while (message->n < most && batch->n_expected < WEIR_RTP_EXPECTED && place->frame &&
		add_piece(source, place, message))
		advance(source, place);
}

static void add_message(struct weir_rtp_source *source, struct place *place, unsigned most)
{
	struct weir_rtp_batch *batch = &source->batch;
	struct weir_rtp_message *message = &batch->messages[batch->n];
	struct msghdr *header = &batch->headers[batch->n].msg_hdr;
	unsigned first = batch->n_parts;

	message->first = batch->n_expected;
	message->n = 0;
	message->foreseen = 0;
	foresee(source, place, most, message);
	add_part(batch, weir_rtp_batch_spare(batch, batch->n), WEIR_RTP_MESSAGE);
	*header = (struct msghdr){
		.msg_iov = &batch->parts[first],
		.msg_iovlen = batch->n_parts - first,
		.msg_control = message->control,
		.msg_controllen = sizeof(message->control),
	};
	if (!source->sender.connected) {
		header->msg_name = &message->from;
		header->msg_namelen = sizeof(message->from);
	}
	batch->n++;
}

static struct place first_place(struct weir_rtp_source *source)
{
	struct place place = { .frame = weir_rtp_assembly_next(source),
		.sequence = (uint16_t)source->sender.next,
		.hint = source->batch.hint };

	if (place.frame)
		place.start = place.frame->next;
	/* Never over what is there already, wherever a sender's numbers lead. */
	if (place.frame && !source->form->link && place.start < place.frame->coverage.reached)
		place.start = place.frame->coverage.reached;
	return place;
}

/* Trains are received one by one, since nobody knows how long the next one is; packets alone, many
 * at once, but not past what is foreseen. */
void weir_rtp_batch_plan(struct weir_rtp_source *source)
{
	struct weir_rtp_batch *batch = &source->batch;
	struct place place = first_place(source);

	unsigned messages = batch->trains ? 1 : WEIR_RTP_MESSAGES;
	unsigned packets = batch->trains ? WEIR_RTP_EXPECTED : 1;

	batch->n = batch->n_expected = batch->n_parts = 0;
	do {
		add_message(source, &place, packets);
	} while (
		batch->n < messages && (batch->n_expected == 0 || batch->messages[batch->n - 1].n));
	batch->hint = place.hint;
}
