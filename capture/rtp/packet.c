/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "capture/rtp/socket.h"
#include "capture/rtp/source.h"
#include "core/log.h"
#include "core/rtp/packet.h"
#include "core/rtp/wire.h"

/* Packets that did not come as foreseen: they are read in full, and each part is copied to its
 * place. */

static void say_type(struct weir_rtp_source *source, uint8_t type)
{
	if (weir_rtp_once(source, WEIR_RTP_SAID_TYPE))
		weir_warn(source->base.log,
			"rtp: packets of payload type %u come where %u was said: payload=%u if "
			"they are meant",
			type, source->wishes.payload_type, type);
}

static void say_unfit(
	struct weir_rtp_source *source, const union weir_rtp_address *from, const char *why)
{
	const struct weir_video *video = &source->base.video;
	char text[WEIR_RTP_ADDRESS_TEXT];

	if (why[0] && weir_rtp_once(source, WEIR_RTP_SAID_UNFIT))
		weir_error(source->base.log,
			"rtp: what %s sends is no %s of %ux%u: %s; say the right format= and "
			"size=, "
			"or sdp=",
			weir_rtp_address_text(from, true, text), video->format->name, video->width,
			video->height, why);
}

static void say_foreign(struct weir_rtp_source *source, const union weir_rtp_address *from)
{
	char other[WEIR_RTP_ADDRESS_TEXT], sender[WEIR_RTP_ADDRESS_TEXT];

	if (weir_rtp_once(source, WEIR_RTP_SAID_FOREIGN))
		weir_info(source->base.log,
			"rtp: %s sends here, too, and is not listened to; %s is",
			weir_rtp_address_text(from, true, other),
			weir_rtp_address_text(source->sender.locked ? &source->sender.address
								    : &source->wishes.from,
				true, sender));
}

static bool fits(const struct weir_rtp_source *source, const struct weir_rtp_parts *parts,
	char *why, size_t size)
{
	uint32_t total = source->assembly.total;

	for (unsigned i = 0; i < parts->n; i++)
		if (parts->part[i].length > total ||
			parts->part[i].start > total - parts->part[i].length) {
			snprintf(why, size, "it sends frames of more than %u bytes", total);
			return false;
		}
	return true;
}

/* One that was sent again becomes the one that it was. Who sent it again is not asked: it is of use
 * only where it was asked for. */
static void unwrap(struct weir_rtp_source *source, struct weir_rtp_header *header,
	const uint8_t **payload, size_t *bytes, bool *again)
{
	const struct weir_rtp_wishes *wishes = &source->wishes;

	*again = source->nack.hold_ns && header->payload_type == wishes->rtx_type &&
		 wishes->rtx_type != wishes->payload_type && source->sender.locked &&
		 *bytes >= WEIR_RTP_RTX_NUMBER;
	if (!*again)
		return;
	header->sequence = weir_get_16(*payload);
	header->ssrc = source->sender.ssrc;
	header->payload_type = wishes->payload_type;
	*payload += WEIR_RTP_RTX_NUMBER;
	*bytes -= WEIR_RTP_RTX_NUMBER;
}

/* RTP of the payload type, with bytes for this picture. */
static bool read_packet(struct weir_rtp_source *source, const uint8_t *packet, size_t length,
	const union weir_rtp_address *from, struct weir_rtp_header *header,
	struct weir_rtp_parts *parts, bool *again)
{
	const uint8_t *payload;
	size_t bytes;
	char why[120] = "";

	if (weir_rtp_read(packet, length, header, &payload, &bytes))
		return false;
	unwrap(source, header, &payload, &bytes, again);
	if (header->payload_type != source->wishes.payload_type) {
		say_type(source, header->payload_type);
		return false;
	}
	if (!source->form->read(&source->base.video, payload, bytes, parts, why, sizeof(why)) &&
		fits(source, parts, why, sizeof(why)))
		return true;
	say_unfit(source, from, why);
	return false;
}

static void lock(struct weir_rtp_source *source, const struct weir_rtp_header *header,
	const union weir_rtp_address *from, uint64_t now)
{
	struct weir_rtp_sender *sender = &source->sender;
	char text[WEIR_RTP_ADDRESS_TEXT];

	weir_rtp_sender_lock(sender, header, from);
	weir_rtp_nack_restart(source);
	sender->heard_ns = now;
	weir_info(source->base.log, "rtp: receiving from %s, source %08x",
		weir_rtp_address_text(from, true, text), header->ssrc);
	/* A socket that is bound to no address would be bound to the one that answers come from,
	 * which the sender need not send to. */
	sender->connected = !weir_rtp_address_is_any(&source->wishes.address) &&
			    !weir_rtp_socket_connect(source->fd, from);
}

/* Whether the packet is of whom we listen to; who comes first, or after a silence, is. */
static bool admit(struct weir_rtp_source *source, const struct weir_rtp_header *header,
	const struct weir_rtp_parts *parts, const union weir_rtp_address *from, uint64_t now)
{
	const struct weir_rtp_wishes *wishes = &source->wishes;
	bool silent = now - source->sender.heard_ns >= WEIR_RTP_SILENCE_NS;

	if (wishes->has_from && !weir_rtp_address_same_host(&wishes->from, from)) {
		say_foreign(source, from);
		return false;
	}
	if (source->sender.locked && !silent) {
		if (weir_rtp_sender_is(&source->sender, header->ssrc, from))
			return true;
		say_foreign(source, from);
		return false;
	}
	if (source->sender.locked && weir_rtp_sender_is(&source->sender, header->ssrc, from) &&
		(int32_t)(header->timestamp - source->assembly.timestamp) >= 0)
		return true; /* it paused */
	if (source->sender.locked)
		weir_rtp_assembly_restart(source, now);
	if (!source->running)
		return false;
	lock(source, header, from, now);
	if (parts->n && parts->part[0].start !=
				source->form->lead) { /* of this frame we have missed the rest */
		source->assembly.any = true;
		source->assembly.timestamp = header->timestamp;
		source->assembly.skipping = true;
	}
	return true;
}

/* Foresees the same packet in the next frame. */
static void learn(struct weir_rtp_source *source, const uint8_t *packet, size_t length,
	const struct weir_rtp_parts *parts)
{
	struct weir_cut_piece piece = { .start = parts->n ? parts->part[0].start : 0 };
	uint32_t bytes = 0;
	size_t head, tail;

	if (source->form->link) {
		weir_rtp_chain_learn(source, packet, length, &parts->part[0]);
		return;
	}
	for (unsigned i = 0; i < parts->n; i++) {
		if (parts->part[i].start != piece.start + bytes)
			return; /* not one after the other */
		bytes += parts->part[i].length;
	}
	if (!bytes)
		return;
	head = (size_t)(parts->part[0].bytes - packet);
	tail = length - head - bytes;
	if (head > WEIR_CUT_HEAD || tail > UINT8_MAX || bytes > UINT16_MAX)
		return;
	piece.length = (uint16_t)bytes;
	piece.head = (uint8_t)head;
	piece.tail = (uint8_t)tail;
	memcpy(piece.header, packet, head);
	weir_cut_learn(&source->assembly.cut, &piece);
	if (parts->leads) {
		source->assembly.has_lead = true;
		memcpy(source->assembly.lead, parts->lead, sizeof(parts->lead));
	}
}

static bool place(struct weir_rtp_source *source, struct weir_rtp_frame *frame,
	const struct weir_rtp_parts *parts)
{
	bool news = false;

	for (unsigned i = 0; i < parts->n; i++) {
		if (!weir_rtp_assembly_place(source, frame, &parts->part[i]))
			continue;
		weir_counter_add(&source->base.kernel_copied_bytes, parts->part[i].length);
		news = true;
	}
	return news;
}

static bool link_up(struct weir_rtp_source *source, struct weir_rtp_frame *frame,
	const struct weir_rtp_header *header, const struct weir_rtp_parts *parts)
{
	if (!weir_rtp_chain_take(source, frame, header, &parts->part[0]))
		return false;
	weir_counter_add(&source->base.kernel_copied_bytes, parts->part[0].length);
	return true;
}

/* `again`: it was asked for, and stands for one of before, however far that is behind. */
static void take(struct weir_rtp_source *source, const struct weir_rtp_header *header,
	const struct weir_rtp_parts *parts, bool again, uint64_t now)
{
	struct weir_rtp_counts *counts = &source->counts;
	const struct weir_rtp_part *last = parts->n ? &parts->part[parts->n - 1] : NULL;
	struct weir_rtp_frame *frame;
	bool late;

	counts->packets++;
	late = again || weir_rtp_count(source, header->sequence, now);
	frame = source->form->link ? weir_rtp_chain_find(source, header, late, now)
				   : weir_rtp_assembly_find(source, header->timestamp, now);
	if (!frame) {
		counts->late += !source->assembly.skipping;
		if (source->assembly.skipping)
			source->sender.heard_ns = now;
		if (again) /* for nothing: not once more */
			weir_missing_found(source->nack.missing,
				weir_rtp_sender_number(&source->sender, header->sequence), now);
		return;
	}
	source->sender.heard_ns = now;
	weir_rtp_assembly_number(frame, weir_rtp_sender_number(&source->sender, header->sequence));
	if (parts->leads) {
		memcpy(frame->memory, parts->lead, source->form->lead);
		frame->led = true;
	}
	if (!(source->form->link ? link_up(source, frame, header, parts)
				 : place(source, frame, parts)))
		counts->repeated++;
	else if (late)
		weir_rtp_uncount(source, header->sequence, now);
	if (last && !late && !source->form->link)
		frame->next = last->start + last->length;
	if (!header->marker)
		return;
	if (last && !source->form->link)
		weir_rtp_assembly_mark(source, frame, last->start + last->length);
	weir_rtp_assembly_end(source, frame, now);
}

static bool is_missing(const struct weir_rtp_source *source, uint16_t sequence)
{
	return weir_missing_has(
		source->nack.missing, weir_rtp_sender_number(&source->sender, sequence));
}

void weir_rtp_take_packet(struct weir_rtp_source *source, const uint8_t *packet, size_t length,
	const union weir_rtp_address *from, uint64_t now)
{
	struct weir_rtp_header header;
	struct weir_rtp_parts parts;
	bool again;

	if (!read_packet(source, packet, length, from, &header, &parts, &again)) {
		source->counts.unfit++;
		return;
	}
	if (again && !is_missing(source, header.sequence)) {
		source->counts.repeated++;
		return;
	}
	if (!admit(source, &header, &parts, from, now)) {
		source->counts.foreign++;
		return;
	}
	source->counts.moved++;
	if (!again) /* it is cut otherwise */
		learn(source, packet, length, &parts);
	take(source, &header, &parts, again, now);
}
