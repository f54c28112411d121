/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/rtp/slices.h"

#include <assert.h>

const struct weir_rtp_coding *weir_rtp_coding_of(const struct weir_format *format)
{
	if (format == weir_format_by_name("MJPEG") || format == weir_format_by_name("JPEG"))
		return &weir_rtp_coding_jpeg;
	if (format == weir_format_by_name("H264"))
		return &weir_rtp_coding_h264;
	return NULL;
}

uint32_t weir_rtp_slices_most(
	const struct weir_rtp_coding *coding, size_t frame_bytes, uint32_t room)
{
	return (uint32_t)(frame_bytes / (room - coding->header)) + coding->units;
}

size_t weir_rtp_slices_bytes(uint32_t packets)
{
	size_t bytes = packets * (sizeof(struct weir_rtp_slice) + WEIR_RTP_SLICE_HEADER) +
		       WEIR_RTP_SLICES_MORE;

	return (bytes + _Alignof(max_align_t) - 1) / _Alignof(max_align_t) * _Alignof(max_align_t);
}

void weir_rtp_slices_init(
	struct weir_rtp_slices *slices, uint8_t *memory, uint32_t packets, uint32_t room)
{
	*slices = (struct weir_rtp_slices){
		.slice = (struct weir_rtp_slice *)(void *)memory,
		.capacity = packets,
		.headers = memory + packets * sizeof(struct weir_rtp_slice),
		.room = room,
	};
}

uint8_t *weir_rtp_slices_add(struct weir_rtp_slices *slices, size_t header, size_t at, size_t bytes)
{
	struct weir_rtp_slice *slice = &slices->slice[slices->n];

	assert(WEIR_RTP_HEADER + header + bytes <= slices->room);
	if (slices->n == slices->capacity)
		return NULL;
	*slice = (struct weir_rtp_slice){
		.header = slices->header_bytes,
		.at = (uint32_t)at,
		.header_bytes = (uint16_t)(WEIR_RTP_HEADER + header),
		.bytes = (uint16_t)bytes,
	};
	slices->n++;
	slices->header_bytes += slice->header_bytes;
	return slices->headers + slice->header + WEIR_RTP_HEADER;
}

void weir_rtp_slices_number(struct weir_rtp_slices *slices, const struct weir_rtp_sheet *sheet)
{
	struct weir_rtp_header header = {
		.payload_type = sheet->payload_type,
		.timestamp = sheet->timestamp,
		.ssrc = sheet->ssrc,
	};

	for (uint32_t i = 0; i < slices->n; i++) {
		header.sequence = (uint16_t)(sheet->sequence + i);
		header.marker = i + 1 == slices->n;
		weir_rtp_write(slices->headers + slices->slice[i].header, &header);
	}
}

static uint32_t packet_bytes(const struct weir_rtp_slice *slice)
{
	return (uint32_t)slice->header_bytes + slice->bytes;
}

uint32_t weir_rtp_slices_equal(
	const struct weir_rtp_slice *slices, uint32_t first, uint32_t most, uint32_t bytes)
{
	uint32_t n = 1;

	while (n < most && packet_bytes(&slices[first + n - 1]) == bytes)
		n++;
	return n;
}
