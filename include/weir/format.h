/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_FORMAT_H
#define WEIR_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/export.h>

WEIR_BEGIN_DECLS

#define WEIR_MAX_PLANES 4

/* Frames are between these, in each direction. */
#define WEIR_MIN_SIZE 16
#define WEIR_MAX_SIZE 8192

enum weir_format_flags {
	WEIR_FORMAT_COMPRESSED = 1 << 0, /* one plane of bytes_used bytes, no geometry */
	WEIR_FORMAT_YUV = 1 << 1,
	WEIR_FORMAT_RGB = 1 << 2,
	WEIR_FORMAT_ALPHA = 1 << 3,
	WEIR_FORMAT_BAYER = 1 << 4,
	WEIR_FORMAT_BIG_ENDIAN = 1 << 5
};

/* One row of the one format table: how every neighbour of weir names the same bytes.
 * Rows are constant and live as long as the library: keep the pointer, compare by pointer. */
struct weir_format {
	const char *name;    /* what users type and weir prints: "YUYV", "NV12", "XR24", "RGB565" */
	const char *aliases; /* further names accepted, separated by spaces; never NULL */
	const char *title;   /* "YUV 4:2:2 packed, Y first" */
	uint32_t drm;        /* DRM fourcc; 0 for compressed formats, which no display takes */
	uint32_t v4l2;       /* V4L2 pixel format, planes in one buffer; 0 if V4L2 has none */
	uint32_t v4l2_mplane; /* V4L2 pixel format with one buffer a plane (NM12 …), or 0 */
	const char *gst; /* GStreamer: video/x-raw format, compressed: media type; NULL if none */
	const char *mkv;     /* Matroska: the four bytes (control characters among them, even 0) of
	                        V_UNCOMPRESSED's colour space, compressed: codec id; NULL if none */
	const char
		*rtp; /* RFC 4175 sampling whose wire form equals memory ("YCbCr-4:2:2"), or NULL */
	uint8_t rtp_depth;   /* bits a sample on the wire */
	uint8_t rtp_pgroup_bytes, rtp_pgroup_pixels; /* RFC 4175 pixel group */
	uint8_t n_planes;
	struct {
		uint8_t block_width;  /* pixels of the picture that one block spans across … */
		uint8_t block_height; /* … and down: 2 for 4:2:0 chroma */
		uint8_t block_bytes;  /* bytes of one block */
	} plane[WEIR_MAX_PLANES];
	uint32_t flags;
};

WEIR_API size_t weir_format_count(void);
WEIR_API const struct weir_format *weir_format_at(size_t index);

/* By name or alias, ignoring case; by code. NULL when the table has no such row. A V4L2 code finds
 * its row in either column. V4L2's five legacy RGB codes share a DRM code with a modern row, which
 * is the one that weir_format_by_drm() finds. */
WEIR_API const struct weir_format *weir_format_by_name(const char *name);
WEIR_API const struct weir_format *weir_format_by_drm(uint32_t fourcc);
WEIR_API const struct weir_format *weir_format_by_v4l2(uint32_t pixelformat);

/* Frames a second as a fraction. { 0, 0 } says nothing was asked for; { 0, 1 } is "as fast as the
 * sinks take frames". */
struct weir_rate {
	uint32_t num, den;
};

enum weir_range { WEIR_RANGE_UNKNOWN, WEIR_RANGE_LIMITED, WEIR_RANGE_FULL };
enum weir_matrix {
	WEIR_MATRIX_UNKNOWN,
	WEIR_MATRIX_RGB,
	WEIR_MATRIX_601,
	WEIR_MATRIX_709,
	WEIR_MATRIX_2020
};
enum weir_primaries {
	WEIR_PRIMARIES_UNKNOWN,
	WEIR_PRIMARIES_601,
	WEIR_PRIMARIES_709,
	WEIR_PRIMARIES_2020
};
enum weir_transfer {
	WEIR_TRANSFER_UNKNOWN,
	WEIR_TRANSFER_709,
	WEIR_TRANSFER_SRGB,
	WEIR_TRANSFER_PQ,
	WEIR_TRANSFER_HLG
};

/* What flows between two hops, or, with zeroes for "any", what somebody wishes for. */
struct weir_video {
	const struct weir_format *format;
	uint32_t width, height;
	uint32_t stride; /* bytes from one line of plane 0 to the next; 0: as tight as the format is
			  */
	struct weir_rate rate;
	enum weir_range range;
	enum weir_matrix matrix;
	enum weir_primaries primaries;
	enum weir_transfer transfer;
	bool interlaced; /* each picture is two, of different moments: every other line is one's */
};

/* Where each plane lies in a frame's memory. */
struct weir_layout {
	uint32_t n_planes;
	struct {
		size_t offset;
		size_t stride;
		size_t lines;
		size_t size;
	} plane[WEIR_MAX_PLANES];
	size_t size; /* of the whole frame */
};

/* Lays out a frame with contiguous planes, the first one `video->stride` bytes a line (the others
 * in proportion). Every product is checked.
 * 0; -EINVAL: no format, compressed, size not a multiple of the format's blocks or outside
 * WEIR_MIN_SIZE…WEIR_MAX_SIZE, stride shorter than a line or (odd, for 4:2:0) not to be shared by
 * the planes; -EOVERFLOW: 4 GiB or more, which no frame can describe. */
WEIR_API int weir_format_layout(const struct weir_video *video, struct weir_layout *out);

/* Bytes of the pixels of one line of that plane, without padding. 0 when compressed. */
WEIR_API size_t weir_format_line_bytes(
	const struct weir_format *format, unsigned plane, uint32_t width);

/* "1280x720" and "30", "29.97", "30000/1001", "0" into *out, a rate in lowest terms. Decimals (at
 * most nine) that mean a television rate become it: 29.97 is 30000/1001, 23.98 is 24000/1001.
 * 0, -EINVAL (not of that form) or -ERANGE (of that form, but no frame can have it: rates end at a
 * million). */
WEIR_API int weir_size_parse(const char *text, uint32_t *width, uint32_t *height);
WEIR_API int weir_rate_parse(const char *text, struct weir_rate *out);

/* Nanoseconds between two frames; 0 for { 0, x }. */
WEIR_API uint64_t weir_rate_interval_ns(struct weir_rate rate);

WEIR_END_DECLS

#endif
