/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/rtp/jpeg.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/jpeg_huffman.h"
#include "core/rtp/wire.h"

#define TALL           1
#define WITH_RESTART   64 /* added to the type */
#define OWN_TABLES     255
#define STATIC_QUALITY 99     /* the best of those whose tables are computed */
#define WHOLE_FRAME    0xffff /* first and last packet of an interval, counted from nowhere */

static uint8_t type_of(const struct weir_rtp_jpeg *jpeg)
{
	return (uint8_t)((jpeg->tall ? TALL : 0) + (jpeg->restart ? WITH_RESTART : 0));
}

/* ---- writing ---- */

static size_t write_tables(uint8_t *to, const struct weir_rtp_jpeg *jpeg)
{
	to[0] = 0;
	to[1] = 0; /* of 8 bits, both */
	weir_put_16(to + 2, 2 * WEIR_RTP_JPEG_TABLE);
	for (unsigned i = 0; i < 2; i++)
		memcpy(to + 4 + i * WEIR_RTP_JPEG_TABLE, jpeg->tables[i], WEIR_RTP_JPEG_TABLE);
	return WEIR_RTP_JPEG_TABLES;
}

size_t weir_rtp_jpeg_write(uint8_t *to, const struct weir_rtp_jpeg *jpeg, uint32_t offset)
{
	size_t used = WEIR_RTP_JPEG_MAIN;

	weir_put_32(to, offset); /* 24 bits: what stands above them is no field */
	to[4] = type_of(jpeg);
	to[5] = OWN_TABLES;
	to[6] = (uint8_t)((jpeg->width + 7) / 8);
	to[7] = (uint8_t)((jpeg->height + 7) / 8);
	if (jpeg->restart) {
		weir_put_16(to + used, jpeg->restart);
		weir_put_16(to + used + 2, WHOLE_FRAME);
		used += WEIR_RTP_JPEG_RESTART;
	}
	return offset ? used : used + write_tables(to + used, jpeg);
}

/* ---- reading ---- */

/* Annex K of T.81, in the order of a scan, which is the zigzag of its figure. */
static const uint8_t luma[WEIR_RTP_JPEG_TABLE] = { 16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17,
	16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51, 56, 55, 64,
	72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113,
	121, 112, 100, 120, 92, 101, 103, 99 };
static const uint8_t chroma[WEIR_RTP_JPEG_TABLE] = { 17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66,
	56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	99, 99, 99, 99, 99, 99 };

static void make_table(const uint8_t *standard, unsigned quality, uint8_t *to)
{
	unsigned scale = quality < 50 ? 5000 / quality : 200 - quality * 2;

	for (unsigned i = 0; i < WEIR_RTP_JPEG_TABLE; i++) {
		unsigned value = (standard[i] * scale + 50) / 100;

		to[i] = (uint8_t)(value < 1 ? 1 : value > 255 ? 255 : value);
	}
}

/* The quantisation table header. How many bytes it takes, or -errno. */
static int read_tables(const uint8_t *at, size_t length, uint8_t made[2 * WEIR_RTP_JPEG_TABLE],
	struct weir_rtp_jpeg *out, char *why, size_t why_size)
{
	size_t bytes;

	if (length < 4)
		return -EBADMSG;
	bytes = weir_get_16(at + 2);
	if (bytes > length - 4)
		return -EBADMSG;
	if (!bytes) /* those of before are meant */
		return 4;
	if (at[1] & 3 || (bytes != WEIR_RTP_JPEG_TABLE && bytes != 2 * WEIR_RTP_JPEG_TABLE)) {
		snprintf(why, why_size, "it sends other than two quantisation tables of 8 bits");
		return -ENOTSUP;
	}
	memcpy(made, at + 4, WEIR_RTP_JPEG_TABLE);
	memcpy(made + WEIR_RTP_JPEG_TABLE, at + 4 + bytes - WEIR_RTP_JPEG_TABLE,
		WEIR_RTP_JPEG_TABLE);
	out->tables[0] = made;
	out->tables[1] = made + WEIR_RTP_JPEG_TABLE;
	return 4 + (int)bytes;
}

static int read_quality(uint8_t quality, uint8_t made[2 * WEIR_RTP_JPEG_TABLE],
	struct weir_rtp_jpeg *out, char *why, size_t why_size)
{
	if (!quality || quality > STATIC_QUALITY) {
		snprintf(why, why_size, "it sends JPEG of quality %u, which is none", quality);
		return -ENOTSUP;
	}
	make_table(luma, quality, made);
	make_table(chroma, quality, made + WEIR_RTP_JPEG_TABLE);
	out->tables[0] = made;
	out->tables[1] = made + WEIR_RTP_JPEG_TABLE;
	return 0;
}

static int read_type(const uint8_t *payload, struct weir_rtp_jpeg *out, char *why, size_t why_size)
{
	uint8_t type = payload[4];

	if (payload[0]) {
		snprintf(why, why_size, "it sends interlaced pictures");
		return -ENOTSUP;
	}
	if (type & ~(WITH_RESTART | TALL)) {
		snprintf(why, why_size, "it sends JPEG of type %u, weir receives 0, 1, 64 and 65",
			type);
		return -ENOTSUP;
	}
	out->tall = type & TALL;
	return 0;
}

int weir_rtp_jpeg_read(const uint8_t *payload, size_t length, uint8_t made[2 * WEIR_RTP_JPEG_TABLE],
	struct weir_rtp_jpeg *out, uint32_t *offset, const uint8_t **bytes, char *why,
	size_t why_size)
{
	size_t used = WEIR_RTP_JPEG_MAIN;
	int err;

	*out = (struct weir_rtp_jpeg){ 0 };
	if (length < used)
		return -EBADMSG;
	*offset = weir_get_32(payload) & (WEIR_RTP_JPEG_MAX_SCAN - 1);
	err = read_type(payload, out, why, why_size);
	if (err)
		return err;
	out->width = (uint16_t)(payload[6] * 8);
	out->height = (uint16_t)(payload[7] * 8);
	if (!out->width || !out->height)
		return -EBADMSG;
	if (payload[4] & WITH_RESTART) {
		if (length < used + WEIR_RTP_JPEG_RESTART)
			return -EBADMSG;
		out->restart = weir_get_16(payload + used);
		used += WEIR_RTP_JPEG_RESTART;
	}
	if (!*offset && payload[5] < 128)
		err = read_quality(payload[5], made, out, why, why_size);
	else if (!*offset)
		err = read_tables(payload + used, length - used, made, out, why, why_size);
	if (err < 0)
		return err;
	*bytes = payload + used + err;
	return 0;
}

/* ---- the image's headers ---- */

static uint8_t *put_segment(uint8_t *to, uint8_t marker, uint16_t length)
{
	to[0] = 0xff;
	to[1] = marker;
	weir_put_16(to + 2, (uint16_t)(length + 2));
	return to + 4;
}

static uint8_t *put_frame(uint8_t *to, const struct weir_rtp_jpeg *jpeg)
{
	const uint8_t components[] = { 1, jpeg->tall ? 0x22 : 0x21, 0, 2, 0x11, 1, 3, 0x11, 1 };

	to = put_segment(to, 0xc0, 15);
	to[0] = 8;
	weir_put_16(to + 1, jpeg->height);
	weir_put_16(to + 3, jpeg->width);
	to[5] = 3;
	memcpy(to + 6, components, sizeof(components));
	return to + 15;
}

void weir_rtp_jpeg_rebuild(uint8_t to[WEIR_RTP_JPEG_IMAGE_HEADER], const struct weir_rtp_jpeg *jpeg)
{
	static const uint8_t scan[] = { 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0 };
	uint8_t *at = to;

	*at++ = 0xff;
	*at++ = 0xd8;
	for (unsigned i = 0; i < 2; i++) {
		at = put_segment(at, 0xdb, 1 + WEIR_RTP_JPEG_TABLE);
		*at++ = (uint8_t)i;
		memcpy(at, jpeg->tables[i], WEIR_RTP_JPEG_TABLE);
		at += WEIR_RTP_JPEG_TABLE;
	}
	at = put_frame(at, jpeg);
	memcpy(at, weir_jpeg_huffman, WEIR_JPEG_HUFFMAN);
	/* Of 0, too, which means none: so headers are of one length, and bytes of one offset
	 * always have one place. */
	at = put_segment(at + WEIR_JPEG_HUFFMAN, 0xdd, 2);
	weir_put_16(at, jpeg->restart);
	at = put_segment(at + 2, 0xda, sizeof(scan));
	memcpy(at, scan, sizeof(scan));
}
