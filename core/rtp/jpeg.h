/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_RTP_JPEG_H
#define WEIR_CORE_RTP_JPEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* JPEG images in RTP (RFC 2435). The headers of an image do not travel, but what differs in them:
 * size, sampling, restart interval, and with the first packet the quantisation tables. What comes
 * after them is cut anywhere. */

#define WEIR_RTP_JPEG_MAIN     8
#define WEIR_RTP_JPEG_RESTART  4 /* bytes more, of images with restart markers */
#define WEIR_RTP_JPEG_TABLE    64
#define WEIR_RTP_JPEG_TABLES   (4 + 2 * WEIR_RTP_JPEG_TABLE)
#define WEIR_RTP_JPEG_MAX_SIZE 2040u /* a byte counts it in eights */
#define WEIR_RTP_JPEG_MAX_SCAN (1u << 24)

/* The longest header of a packet, RTP's not counted. */
#define WEIR_RTP_JPEG_MAX_HEADER (WEIR_RTP_JPEG_MAIN + WEIR_RTP_JPEG_RESTART + WEIR_RTP_JPEG_TABLES)

struct weir_rtp_jpeg {
	bool tall; /* chroma is of half the height, too: 4:2:0, not 4:2:2 */
	uint16_t width, height;
	uint16_t restart;         /* interval in blocks; 0: no restart markers */
	const uint8_t *tables[2]; /* of luma and chroma, in the image's or the packet's memory */
};

/* Finds in an image, from wherever, what RTP carries of it: its headers' contents, and the bytes
 * from *scan on, to the end marker. 0; -EBADMSG: no image, or a damaged one; -ENOTSUP: one
 * that RTP has no form for. Why, and for the latter what helps, in words. */
int weir_rtp_jpeg_parse(const uint8_t *image, size_t size, struct weir_rtp_jpeg *out, size_t *scan,
	size_t *length, char *why, size_t why_size);

/* What precedes the bytes from `offset` of the scan on; with offset 0 the tables, too. Bytes
 * written. */
size_t weir_rtp_jpeg_write(uint8_t *to, const struct weir_rtp_jpeg *jpeg, uint32_t offset);

/* From the wire. Tables are NULL unless the packet brings them or its quality tells of them: then
 * they are written to `made`. *bytes points behind the headers. 0; -EBADMSG; -ENOTSUP with the
 * reason. */
int weir_rtp_jpeg_read(const uint8_t *payload, size_t length, uint8_t made[2 * WEIR_RTP_JPEG_TABLE],
	struct weir_rtp_jpeg *out, uint32_t *offset, const uint8_t **bytes, char *why,
	size_t why_size);

/* The headers of an image, always so many bytes. */
#define WEIR_RTP_JPEG_IMAGE_HEADER 599
void weir_rtp_jpeg_rebuild(
	uint8_t to[WEIR_RTP_JPEG_IMAGE_HEADER], const struct weir_rtp_jpeg *jpeg);

#endif
