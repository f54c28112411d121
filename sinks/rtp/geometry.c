/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/rtp/geometry.h"

#include <errno.h>
#include <string.h>

#include "core/rtp/wire.h"
#include "sinks/rtp/slices.h"

#define PAGE 4096u /* where pages are larger, fewer are needed */

/* Lines begin on whole words, as drivers want them to. */
#define STRIDE_UNIT 4u

#define AHEAD 8 /* lines */

int weir_rtp_geometry_init(
	struct weir_rtp_geometry *geometry, const struct weir_video *video, uint32_t room)
{
	struct weir_rtp_raw_cut *cut = &geometry->cut;
	int err;

	*geometry = (struct weir_rtp_geometry){ .height = video->height, .room = room };
	if (room <= WEIR_RTP_RAW_HEADER)
		return -ENOTSUP;
	err = weir_rtp_raw_cut(video, room - WEIR_RTP_RAW_HEADER, cut);
	if (err)
		return err;
	if (cut->piece_bytes - cut->last_bytes > WEIR_RTP_MAX_PADDING)
		return -ENOTSUP;
	geometry->packets = cut->pieces * video->height;
	geometry->segment = WEIR_RTP_RAW_HEADER + cut->piece_bytes;
	geometry->piece_pixels = cut->piece_bytes / video->format->rtp_pgroup_bytes *
				 video->format->rtp_pgroup_pixels;
	geometry->padding_bytes = cut->piece_bytes - cut->last_bytes;
	if (geometry->padding_bytes)
		geometry->padding[geometry->padding_bytes - 1] = (uint8_t)geometry->padding_bytes;
	return 0;
}

void weir_rtp_geometry_init_slices(struct weir_rtp_geometry *geometry, uint32_t room)
{
	*geometry = (struct weir_rtp_geometry){ .room = room, .segment = room, .packets = 1 };
}

bool weir_rtp_fits_stride(const struct weir_rtp_geometry *geometry, uint32_t stride)
{
	uint32_t packet = geometry->cut.line_bytes + WEIR_RTP_RAW_HEADER;

	return geometry->cut.pieces == 1 && stride >= packet &&
	       stride - packet <= WEIR_RTP_MAX_PADDING && stride <= geometry->room;
}

uint32_t weir_rtp_find_stride(const struct weir_rtp_geometry *geometry, uint32_t least)
{
	uint32_t packet = geometry->cut.line_bytes + WEIR_RTP_RAW_HEADER;
	uint32_t stride = least > packet ? least : packet;

	if (stride != least)
		stride = (stride + STRIDE_UNIT - 1) / STRIDE_UNIT * STRIDE_UNIT;
	return weir_rtp_fits_stride(geometry, stride) ? stride : 0;
}

uint32_t weir_rtp_segment(const struct weir_rtp_geometry *geometry, uint32_t stride)
{
	return stride ? stride : geometry->segment;
}

uint32_t weir_rtp_train(const struct weir_rtp_geometry *geometry, uint32_t stride)
{
	uint32_t most = WEIR_RTP_TRAIN_BYTES / weir_rtp_segment(geometry, stride);

	if (!most)
		return 1;
	return most < WEIR_RTP_TRAIN_MOST ? most : WEIR_RTP_TRAIN_MOST;
}

/* ---- headers ---- */

static bool is_last_piece(const struct weir_rtp_geometry *geometry, uint32_t packet)
{
	return packet % geometry->cut.pieces == geometry->cut.pieces - 1;
}

/* What differs from packet to packet is little, and this runs for each of thousands a frame: the
 * rest is written once. Where each field stands: */
enum {
	AT_MARKER = 1,
	AT_SEQUENCE = 2,
	AT_SEQUENCE_HIGH = WEIR_RTP_HEADER,
	AT_LENGTH = WEIR_RTP_HEADER + WEIR_RTP_RAW_EXTENSION,
	AT_LINE = AT_LENGTH + 2,
	AT_OFFSET = AT_LENGTH + 4
};
#define MARKER  0x80
#define PADDING 0x20

static void begin_headers(const struct weir_rtp_sheet *sheet, uint8_t header[WEIR_RTP_RAW_HEADER])
{
	const struct weir_rtp_header rtp = {
		.payload_type = sheet->payload_type,
		.timestamp = sheet->timestamp,
		.ssrc = sheet->ssrc,
	};
	const struct weir_rtp_raw_line line = { 0 };

	weir_rtp_write(header, &rtp);
	weir_rtp_raw_write(header + WEIR_RTP_HEADER, 0, &line, 1);
}

static inline void put_sequence(uint8_t *header, uint32_t sequence)
{
	weir_put_16(header + AT_SEQUENCE, (uint16_t)sequence);
	weir_put_16(header + AT_SEQUENCE_HIGH, (uint16_t)(sequence >> 16));
}

void weir_rtp_write_between(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_sheet *sheet, uint8_t *lines, uint32_t stride)
{
	uint32_t padding = stride - WEIR_RTP_RAW_HEADER - geometry->cut.line_bytes;
	uint8_t header[WEIR_RTP_RAW_HEADER];
	uint8_t *to = lines - WEIR_RTP_RAW_HEADER;

	begin_headers(sheet, header);
	header[0] |= padding ? PADDING : 0;
	weir_put_16(header + AT_LENGTH, (uint16_t)geometry->cut.line_bytes);
	for (uint32_t i = 0; i < geometry->height; i++, to += stride) {
		/* Nothing of these lines was in a cache when a device wrote them. */
		__builtin_prefetch(to + AHEAD * (size_t)stride, 1);
		put_sequence(header, sheet->sequence + i);
		weir_put_16(header + AT_LINE, (uint16_t)i);
		header[AT_MARKER] |= i == geometry->height - 1 ? MARKER : 0;
		memcpy(to, header, sizeof(header));
		if (padding)
			to[stride - 1] = (uint8_t)padding;
	}
}

void weir_rtp_write_apart(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_sheet *sheet, uint8_t *headers)
{
	const struct weir_rtp_raw_cut *cut = &geometry->cut;
	uint32_t packet = 0, last = cut->pieces - 1;
	uint8_t header[WEIR_RTP_RAW_HEADER];

	begin_headers(sheet, header);
	for (uint32_t line = 0; line < geometry->height; line++) {
		weir_put_16(header + AT_LINE, (uint16_t)line);
		for (uint32_t i = 0; i < cut->pieces; i++, packet++) {
			uint8_t *to = headers + (size_t)packet * sizeof(header);

			memcpy(to, header, sizeof(header));
			put_sequence(to, sheet->sequence + packet);
			weir_put_16(to + AT_LENGTH,
				(uint16_t)(i == last ? cut->last_bytes : cut->piece_bytes));
			weir_put_16(to + AT_OFFSET, (uint16_t)(i * geometry->piece_pixels));
			to[0] |= i == last && geometry->padding_bytes ? PADDING : 0;
		}
	}
	headers[(size_t)(packet - 1) * sizeof(header) + AT_MARKER] |= MARKER;
}

/* ---- gathering ---- */

static unsigned gather_slice(
	const struct weir_rtp_pieces *pieces, uint32_t packet, struct iovec *parts)
{
	const struct weir_rtp_slice *slice = &pieces->slices[packet];

	parts[0] = (struct iovec){ pieces->headers + slice->header, slice->header_bytes };
	parts[1] = (struct iovec){ pieces->lines + slice->at, slice->bytes };
	return 2;
}

static unsigned gather_one(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_pieces *pieces, uint32_t packet, struct iovec *parts)
{
	const struct weir_rtp_raw_cut *cut = &geometry->cut;
	bool last;

	if (pieces->slices)
		return gather_slice(pieces, packet, parts);
	last = is_last_piece(geometry, packet);
	parts[0] = (struct iovec){
		.iov_base = pieces->headers + (size_t)packet * WEIR_RTP_RAW_HEADER,
		.iov_len = WEIR_RTP_RAW_HEADER,
	};
	parts[1] = (struct iovec){
		.iov_base = pieces->lines + (size_t)(packet / cut->pieces) * pieces->stride +
			    (size_t)(packet % cut->pieces) * cut->piece_bytes,
		.iov_len = last ? cut->last_bytes : cut->piece_bytes,
	};
	if (!last || !geometry->padding_bytes)
		return 2;
	parts[2] = (struct iovec){
		.iov_base = (uint8_t *)(uintptr_t)geometry->padding,
		.iov_len = geometry->padding_bytes,
	};
	return 3;
}

unsigned weir_rtp_gather(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_pieces *pieces, uint32_t first, uint32_t n, struct iovec *parts)
{
	unsigned used = 0;

	for (uint32_t i = 0; i < n; i++)
		used += gather_one(geometry, pieces, first + i, parts + used);
	return used;
}

uint32_t weir_rtp_count_equal(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_pieces *pieces, uint32_t first, uint32_t most)
{
	if (!pieces->slices)
		return most;
	return weir_rtp_slices_equal(pieces->slices, first, most, geometry->segment);
}

static unsigned count_pages(const struct iovec *part)
{
	return (unsigned)(((uintptr_t)part->iov_base % PAGE + part->iov_len + PAGE - 1) / PAGE);
}

uint32_t weir_rtp_count_referable(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_pieces *pieces, uint32_t first, uint32_t most)
{
	unsigned pages = 0;
	uint32_t n;

	for (n = 0; n < most; n++) {
		struct iovec parts[3];
		unsigned n_parts = gather_one(geometry, pieces, first + n, parts);

		for (unsigned i = 0; i < n_parts; i++)
			pages += count_pages(&parts[i]);
		if (pages > WEIR_RTP_MAX_FRAGMENTS)
			break;
	}
	return n ? n : 1;
}
