/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/jpeg_huffman.h"
#include "core/rtp/jpeg.h"
#include "core/rtp/wire.h"

/* From an image's start to its scan (ITU-T T.81, annex B), with all that RTP would not carry
 * refused on the way. */

enum {
	SOF0 = 0xc0,
	SOF15 = 0xcf,
	DHT = 0xc4,
	JPG = 0xc8,
	DAC = 0xcc,
	RST0 = 0xd0,
	SOI = 0xd8,
	EOI = 0xd9,
	SOS = 0xda,
	DQT = 0xdb,
	DRI = 0xdd,
	TEM = 0x01,
};

#define COMPONENTS  3
#define LUMA        0x21 /* sampling: 2x1, 4:2:2 … */
#define LUMA_TALL   0x22 /* … or 2x2, 4:2:0 */
#define CHROMA      0x11
#define CODE_COUNTS 16 /* how many Huffman codes there are of each length */

#define CODE_ANEW "; --stage jpeg --stage jpeg codes images anew"

struct image {
	const uint8_t *at, *end;
	struct weir_rtp_jpeg *out;
	bool framed;
	uint8_t component[COMPONENTS], table[COMPONENTS]; /* their numbers */
	const uint8_t *quantisation[4];
	const uint8_t *huffman[2][4]; /* differences, coefficients; from the counts on */
	char *why;
	size_t why_size;
};

static int damaged(struct image *image, const char *what)
{
	snprintf(image->why, image->why_size, "%s", what);
	return -EBADMSG;
}

static int refuse(struct image *image, const char *what)
{
	snprintf(image->why, image->why_size, "%s" CODE_ANEW, what);
	return -ENOTSUP;
}

static int read_quantisation(struct image *image, const uint8_t *at, size_t length)
{
	while (length) {
		if (at[0] >> 4 == 1)
			return refuse(image, "RTP is sent quantisation tables of 8 bits, not 16");
		if (at[0] > 3 || length < 1 + WEIR_RTP_JPEG_TABLE)
			return damaged(image, "a quantisation table is damaged");
		image->quantisation[at[0]] = at + 1;
		at += 1 + WEIR_RTP_JPEG_TABLE;
		length -= 1 + WEIR_RTP_JPEG_TABLE;
	}
	return 0;
}

static size_t huffman_bytes(const uint8_t *counts)
{
	size_t bytes = CODE_COUNTS;

	for (unsigned i = 0; i < CODE_COUNTS; i++)
		bytes += counts[i];
	return bytes;
}

static int read_huffman(struct image *image, const uint8_t *at, size_t length)
{
	while (length) {
		size_t bytes = length > CODE_COUNTS ? 1 + huffman_bytes(at + 1) : SIZE_MAX;

		if (bytes > length || at[0] & 0xec)
			return damaged(image, "a Huffman table is damaged");
		image->huffman[at[0] >> 4][at[0] & 3] = at + 1;
		at += bytes;
		length -= bytes;
	}
	return 0;
}

/* SOF0, the only process that RTP carries. */
static int read_frame(struct image *image, const uint8_t *at, size_t length)
{
	struct weir_rtp_jpeg *out = image->out;

	if (length < 6)
		return damaged(image, "the frame header is cut short");
	if (at[5] == 1)
		return refuse(image, "RTP carries no grey JPEG");
	if (at[0] != 8 || at[5] != COMPONENTS)
		return refuse(image, "RTP carries JPEG of three components of 8 bits");
	if (length != 6 + 3 * COMPONENTS || image->framed)
		return damaged(image, "the frame header is damaged");
	out->height = weir_get_16(at + 1);
	out->width = weir_get_16(at + 3);
	for (unsigned i = 0; i < COMPONENTS; i++) {
		image->component[i] = at[6 + 3 * i];
		image->table[i] = at[8 + 3 * i];
	}
	out->tall = at[7] == LUMA_TALL;
	if ((at[7] != LUMA && !out->tall) || at[10] != CHROMA || at[13] != CHROMA)
		return refuse(image, "RTP carries JPEG of 4:2:2 or 4:2:0 only");
	if (!out->width || !out->height)
		return damaged(image, "the image has no size");
	image->framed = true;
	return 0;
}

static int read_restart(struct image *image, const uint8_t *at, size_t length)
{
	if (length != 2)
		return damaged(image, "the restart interval is damaged");
	image->out->restart = weir_get_16(at);
	return 0;
}

/* A table that is missing is the standard one, which is number 0 for luma and 1 for chroma. */
static bool is_standard(const struct image *image, unsigned kind, uint8_t number, bool chroma)
{
	static const uint16_t place[2][2] = { { 5, 5 + 29 }, { 5 + 29 + 179, 5 + 29 + 179 + 29 } };
	const uint8_t *standard = weir_jpeg_huffman + place[chroma][kind];
	const uint8_t *table = number < 4 ? image->huffman[kind][number] : NULL;

	if (!table)
		return number == chroma;
	return huffman_bytes(table) == huffman_bytes(standard) &&
	       !memcmp(table, standard, huffman_bytes(standard));
}

static int check_scan(struct image *image, const uint8_t *at, size_t length)
{
	if (!image->framed || length < 1)
		return damaged(image, "the scan header is damaged");
	if (at[0] != COMPONENTS || length != 4 + 2 * COMPONENTS)
		return refuse(image, "RTP carries JPEG of one scan with all three components");
	for (unsigned i = 0; i < COMPONENTS; i++) {
		const uint8_t *component = at + 1 + 2 * (size_t)i;

		if (component[0] != image->component[i])
			return damaged(image, "the scan is of other components than the frame");
		if (!is_standard(image, 0, component[1] >> 4, i > 0) ||
			!is_standard(image, 1, component[1] & 15, i > 0))
			return refuse(image, "RTP carries JPEG with the standard Huffman tables "
					     "only, and this has others");
	}
	return 0;
}

static int find_tables(struct image *image)
{
	for (unsigned i = 0; i < COMPONENTS; i++)
		if (image->table[i] > 3 || !image->quantisation[image->table[i]])
			return damaged(image, "a quantisation table is missing");
	for (unsigned i = 0; i < 2; i++)
		image->out->tables[i] = image->quantisation[image->table[i]];
	if (memcmp(image->out->tables[1], image->quantisation[image->table[2]],
		    WEIR_RTP_JPEG_TABLE) != 0)
		return refuse(
			image, "RTP carries one quantisation table for both chroma components");
	if (image->out->width > WEIR_RTP_JPEG_MAX_SIZE ||
		image->out->height > WEIR_RTP_JPEG_MAX_SIZE) {
		snprintf(image->why, image->why_size,
			"RTP carries JPEG of up to %ux%u, and this is %ux%u",
			WEIR_RTP_JPEG_MAX_SIZE, WEIR_RTP_JPEG_MAX_SIZE, image->out->width,
			image->out->height);
		return -ENOTSUP;
	}
	return 0;
}

static bool is_other_frame(uint8_t marker)
{
	return marker > SOF0 && marker <= SOF15 && marker != DHT && marker != JPG;
}

/* One segment. 1: it was the scan's header. */
static int read_segment(struct image *image, uint8_t marker, const uint8_t *at, size_t length)
{
	int err;

	if (is_other_frame(marker))
		return refuse(image, marker == SOF0 + 2 ? "RTP carries no progressive JPEG"
							: "RTP carries no JPEG but baseline");
	switch (marker) {
	case SOF0:
		return read_frame(image, at, length);
	case DQT:
		return read_quantisation(image, at, length);
	case DHT:
		return read_huffman(image, at, length);
	case DRI:
		return read_restart(image, at, length);
	case SOS:
		err = check_scan(image, at, length);
		if (!err)
			err = find_tables(image);
		return err ? err : 1;
	default: /* applications, comments */
		return 0;
	}
}

static bool is_alone(uint8_t marker)
{
	return marker == TEM || (marker >= RST0 && marker <= SOI);
}

/* Marker after marker; those may be filled up with 0xff. */
static int read_segments(struct image *image)
{
	int result = 0;

	while (!result) {
		uint8_t marker;
		size_t length;

		if (image->end - image->at < 4 || image->at[0] != 0xff)
			return damaged(image, "it ends, or goes astray, before its scan");
		marker = image->at[1];
		if (marker == 0xff || is_alone(marker)) {
			image->at += marker == 0xff ? 1 : 2;
			continue;
		}
		length = weir_get_16(image->at + 2);
		if (!marker || marker == EOI || length < 2 ||
			(size_t)(image->end - image->at - 2) < length)
			return damaged(image, "a segment of it is cut short");
		result = read_segment(image, marker, image->at + 4, length - 2);
		image->at += 2 + length;
	}
	return result < 0 ? result : 0;
}

/* Cameras fill up their buffers behind the end marker. It travels itself, since there are receivers
 * that add none to what ends with its second byte. */
static size_t find_end(const uint8_t *scan, size_t length)
{
	const uint8_t *end = scan + length, *at = end;

	while ((at = memrchr(scan, EOI, (size_t)(at - scan))))
		if (at > scan && at[-1] == 0xff)
			return (size_t)(at + 1 - scan);
	return length;
}

int weir_rtp_jpeg_parse(const uint8_t *data, size_t size, struct weir_rtp_jpeg *out, size_t *scan,
	size_t *length, char *why, size_t why_size)
{
	struct weir_rtp_jpeg found = { 0 };
	struct image image = {
		.at = data,
		.end = data + size,
		.out = &found,
		.why = why,
		.why_size = why_size,
	};
	int err;

	if (size < 4 || data[0] != 0xff || data[1] != SOI)
		return damaged(&image, "it does not begin as an image");
	err = read_segments(&image);
	if (err)
		return err;
	*scan = (size_t)(image.at - data);
	*length = find_end(image.at, (size_t)(image.end - image.at));
	if (!*length || *length >= WEIR_RTP_JPEG_MAX_SCAN)
		return damaged(&image, "its scan is empty, or longer than 16 MiB");
	*out = found;
	return 0;
}
