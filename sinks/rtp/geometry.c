/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/rtp/geometry.h"

#include <errno.h>

#define PAGE 4096u /* where pages are larger, fewer are needed */

/* Lines begin on whole words, as drivers want them to. */
#define STRIDE_UNIT 4u

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
	geometry->piece_pixels = cut->piece_bytes / video->format->rtp_pgroup_bytes *
				 video->format->rtp_pgroup_pixels;
	geometry->padding_bytes = cut->piece_bytes - cut->last_bytes;
	if (geometry->padding_bytes)
		geometry->padding[geometry->padding_bytes - 1] = (uint8_t)geometry->padding_bytes;
	return 0;
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
	return stride ? stride : WEIR_RTP_RAW_HEADER + geometry->cut.piece_bytes;
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

static void write_header(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_sheet *sheet, uint32_t packet, bool padding, uint8_t *to)
{
	uint32_t sequence = sheet->sequence + packet;
	const struct weir_rtp_header header = {
		.marker = packet == geometry->packets - 1,
		.padding = padding,
		.payload_type = sheet->payload_type,
		.sequence = (uint16_t)sequence,
		.timestamp = sheet->timestamp,
		.ssrc = sheet->ssrc,
	};
	const struct weir_rtp_raw_line line = {
		.length = (uint16_t)(is_last_piece(geometry, packet) ? geometry->cut.last_bytes
								     : geometry->cut.piece_bytes),
		.line = (uint16_t)(packet / geometry->cut.pieces),
		.offset = (uint16_t)(packet % geometry->cut.pieces * geometry->piece_pixels),
	};

	weir_rtp_write(to, &header);
	weir_rtp_raw_write(to + WEIR_RTP_HEADER, (uint16_t)(sequence >> 16), &line, 1);
}

void weir_rtp_write_between(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_sheet *sheet, uint8_t *lines, uint32_t stride)
{
	uint32_t padding = stride - WEIR_RTP_RAW_HEADER - geometry->cut.line_bytes;

	for (uint32_t i = 0; i < geometry->packets; i++) {
		uint8_t *header = lines + (size_t)i * stride - WEIR_RTP_RAW_HEADER;

		write_header(geometry, sheet, i, padding > 0, header);
		if (padding)
			header[stride - 1] = (uint8_t)padding;
	}
}

void weir_rtp_write_apart(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_sheet *sheet, uint8_t *headers)
{
	for (uint32_t i = 0; i < geometry->packets; i++)
		write_header(geometry, sheet, i,
			geometry->padding_bytes && is_last_piece(geometry, i),
			headers + (size_t)i * WEIR_RTP_RAW_HEADER);
}

/* ---- gathering ---- */

static unsigned gather_one(const struct weir_rtp_geometry *geometry,
	const struct weir_rtp_pieces *pieces, uint32_t packet, struct iovec *parts)
{
	const struct weir_rtp_raw_cut *cut = &geometry->cut;
	bool last = is_last_piece(geometry, packet);

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
