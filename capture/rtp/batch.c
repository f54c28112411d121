/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/batch.h"

#include <errno.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/mman.h>

#include "capture/rtp/source.h"
#include "core/clock.h"
#include "core/rtp/wire.h"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

/* Packets alone, one after the other, after which no trains are expected any more. */
#define FORGET 64

#define ROOM ((size_t)WEIR_RTP_MESSAGES * 2 * WEIR_RTP_MESSAGE)

int weir_rtp_batch_init(struct weir_rtp_batch *batch)
{
	void *room = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (room == MAP_FAILED)
		return -errno;
	batch->room = room;
	batch->hint = 0;
	batch->trains = 0;
	return 0;
}

void weir_rtp_batch_finish(struct weir_rtp_batch *batch)
{
	if (batch->room)
		munmap(batch->room, ROOM);
	batch->room = NULL;
}

/* Bytes of each packet of a message: a train says so. */
static uint32_t segment_of(struct mmsghdr *message)
{
	struct msghdr *header = &message->msg_hdr;
	int segment;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		if (c->cmsg_level != SOL_UDP || c->cmsg_type != UDP_GRO)
			continue;
		memcpy(&segment, CMSG_DATA(c), sizeof(segment));
		if (segment > 0)
			return (uint32_t)segment;
	}
	return message->msg_len;
}

/* ---- which packets came as foreseen: nothing is changed yet ---- */

/* `stamp`: the time of the frame ahead, once a packet has told. */
static bool is_as_foreseen(const struct weir_rtp_source *source, struct weir_rtp_expected *expected,
	uint32_t length, uint32_t *stamp, bool *stamped)
{
	const uint8_t *got = expected->header, *known = expected->piece->header;
	unsigned behind = WEIR_RTP_HEADER + source->form->loose;
	uint32_t timestamp = weir_get_32(got + 4);

	if (length != (uint32_t)expected->head + expected->length + expected->tail ||
		memcmp(got, known, 2) || weir_get_16(got + 2) != expected->sequence ||
		weir_get_32(got + 8) != source->sender.ssrc ||
		memcmp(got + behind, known + behind, expected->head - behind) ||
		(expected->tail && expected->padding[expected->tail - 1] != expected->tail))
		return false;
	if (expected->frame->stamped) {
		if (timestamp != expected->frame->timestamp)
			return false;
	} else if (!*stamped) {
		if ((int32_t)(timestamp - source->assembly.timestamp) <= 0)
			return false;
		*stamped = true;
		*stamp = timestamp;
	} else if (timestamp != *stamp) {
		return false;
	}
	expected->timestamp = timestamp;
	expected->marker = got[1] & 0x80;
	return true;
}

/* Bytes from…from+length of a message, in one piece. */
static void gather(const struct msghdr *header, uint32_t from, uint32_t length, uint8_t *to)
{
	for (size_t i = 0; i < header->msg_iovlen && length; i++) {
		const struct iovec *part = &header->msg_iov[i];
		uint32_t some;

		if (from >= part->iov_len) {
			from -= (uint32_t)part->iov_len;
			continue;
		}
		some = (uint32_t)part->iov_len - from;
		if (some > length)
			some = length;
		memcpy(to, (const uint8_t *)part->iov_base + from, some);
		to += some;
		length -= some;
		from = 0;
	}
}

static bool is_from_sender(
	const struct weir_rtp_source *source, const struct weir_rtp_message *message)
{
	return source->sender.connected ||
	       weir_rtp_address_same(&source->sender.address, &message->from);
}

static struct weir_rtp_expected *expected_at(
	struct weir_rtp_batch *batch, const struct weir_rtp_message *message, unsigned i)
{
	return i < message->n ? &batch->expected[message->first + i] : NULL;
}

static void look(struct weir_rtp_source *source, unsigned number, uint32_t *stamp, bool *stamped)
{
	struct weir_rtp_batch *batch = &source->batch;
	struct weir_rtp_message *message = &batch->messages[number];
	struct mmsghdr *header = &batch->headers[number];
	uint8_t *linear = weir_rtp_batch_spare(batch, number) + WEIR_RTP_MESSAGE;
	bool ours = message->n && is_from_sender(source, message);
	uint32_t length, at = 0;

	message->segment = segment_of(header);
	for (unsigned i = 0; at < header->msg_len && at < message->foreseen; i++, at += length) {
		struct weir_rtp_expected *expected = expected_at(batch, message, i);

		length = header->msg_len - at;
		if (length > message->segment)
			length = message->segment;
		if (expected && expected->at == at)
			expected->came = ours && !(source->form->link && batch->strayed) &&
					 is_as_foreseen(source, expected, length, stamp, stamped);
		batch->strayed |= !expected || !expected->came;
		if (!expected || !expected->came)
			gather(&header->msg_hdr, at, length, linear + at);
	}
}

/* ---- what they mean ---- */

/* Its bytes are where they belong. */
static void take_foreseen(
	struct weir_rtp_source *source, const struct weir_rtp_expected *expected, uint64_t now)
{
	struct weir_rtp_frame *frame = expected->frame;
	uint32_t end = expected->start + expected->length;
	bool late;

	if (!frame->frame || frame->serial != expected->serial ||
		(frame->stamped && frame->timestamp != expected->timestamp)) {
		source->counts.late++;
		return;
	}
	source->counts.packets++;
	weir_counter_add(&source->base.kernel_copied_bytes, expected->length);
	late = weir_rtp_count(source, expected->sequence);
	source->sender.heard_ns = now;
	if (!frame->stamped)
		weir_rtp_assembly_begin(source, frame, expected->timestamp, now);
	if (!(source->form->link ? weir_rtp_chain_came(source, frame, expected)
				 : weir_coverage_add(&frame->coverage, expected->start, end)))
		source->counts.repeated++;
	else if (late)
		weir_rtp_uncount(source);
	if (source->form->lead && expected->start == source->form->lead) {
		memcpy(frame->memory, source->assembly.lead, source->form->lead);
		frame->led = true;
	}
	if (!late && !source->form->link)
		frame->next = end;
	if (!expected->marker)
		return;
	weir_rtp_assembly_mark(source, frame, end);
	weir_rtp_assembly_end(source, frame, now);
}

/* The packet in one piece: behind what was foreseen it is so already. */
static const uint8_t *packet_at(struct weir_rtp_batch *batch, unsigned number, uint32_t at)
{
	const uint8_t *spare = weir_rtp_batch_spare(batch, number);
	uint32_t foreseen = batch->messages[number].foreseen;

	return at < foreseen ? spare + WEIR_RTP_MESSAGE + at : spare + (at - foreseen);
}

static void take(struct weir_rtp_source *source, unsigned number, uint64_t now)
{
	struct weir_rtp_batch *batch = &source->batch;
	const struct weir_rtp_message *message = &batch->messages[number];
	const union weir_rtp_address *from =
		source->sender.connected ? &source->sender.address : &message->from;
	uint32_t whole = batch->headers[number].msg_len, length, at = 0;

	for (unsigned i = 0; at < whole && source->running; i++, at += length) {
		const struct weir_rtp_expected *expected = expected_at(batch, message, i);

		length = whole - at < message->segment ? whole - at : message->segment;
		if (expected && expected->came)
			take_foreseen(source, expected, now);
		else
			weir_rtp_take_packet(
				source, packet_at(batch, number, at), length, from, now);
	}
	if (whole > message->segment)
		batch->trains = FORGET;
	else if (batch->trains)
		batch->trains--;
}

int weir_rtp_batch_run(struct weir_rtp_source *source, bool *full)
{
	struct weir_rtp_batch *batch = &source->batch;
	bool stamped = false;
	uint32_t stamp = 0;
	uint64_t now;
	int n;

	weir_rtp_batch_plan(source);
	batch->strayed = false;
	n = recvmmsg(source->fd, batch->headers, batch->n, MSG_DONTWAIT, NULL);
	weir_counter_add(&source->base.syscalls, 1);
	*full = n == (int)batch->n;
	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	now = weir_now_ns();
	for (int i = 0; i < n; i++)
		look(source, (unsigned)i, &stamp, &stamped);
	for (int i = 0; i < n && source->running; i++) {
		take(source, (unsigned)i, now);
		if (source->running)
			weir_rtp_assembly_settle(source, now);
	}
	return n;
}
