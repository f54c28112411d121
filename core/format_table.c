/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/format_table.h"

#include "core/checked.h"

/* V4L2 names its formats by bytes in memory (most of the time), DRM by the bits of a little-endian
 * word: V4L2's RGB24 is DRM's BGR888. Fourccs are no help either, the same four letters may mean
 * two things. So each row states both codes, and a test derives the one from the other's
 * definition.
 *
 * Names that V4L2, DRM, GStreamer and FFmpeg disagree about are no aliases: "AYUV" (A first in
 * memory for some, V first for others), "BA12" (a Bayer format of V4L2), "RGB888".
 *
 * Only formats with a DRM code are here, which leaves out Bayer: no display could show them. The
 * one exception is what RFC 4175 has 10 bits a sample be on the wire. */

#define FOURCC(a, b, c, d)                                                                         \
	((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define FOURCC_BE(a, b, c, d) (FOURCC(a, b, c, d) | UINT32_C(1) << 31)

/* Codes: the same in both worlds, or one by one. */
#define CODE(a, b, c, d)    .drm = FOURCC(a, b, c, d), .v4l2 = FOURCC(a, b, c, d)
#define CODE_BE(a, b, c, d) .drm = FOURCC_BE(a, b, c, d), .v4l2 = FOURCC_BE(a, b, c, d)
#define DRM(a, b, c, d)     .drm = FOURCC(a, b, c, d)
#define DRM_BE(a, b, c, d)  .drm = FOURCC_BE(a, b, c, d)
#define V4L2(a, b, c, d)    .v4l2 = FOURCC(a, b, c, d)
#define MPLANE(a, b, c, d)  .v4l2_mplane = FOURCC(a, b, c, d)

/* RFC 4175. */
#define WIRE(sampling, depth, bytes, pixels)                                                       \
	.rtp = sampling, .rtp_depth = depth, .rtp_pgroup_bytes = bytes, .rtp_pgroup_pixels = pixels

/* Planes: one of blocks that are so many pixels wide; Y and interleaved UV, or Y, U and V, where a
 * chroma sample stands for h × v pixels. */
#define PACKED(width, bytes)    .n_planes = 1, .plane = { { width, 1, bytes } }
#define SEMIPLANAR(h, v, bytes) .n_planes = 2, .plane = { { 1, 1, bytes }, { h, v, 2 * (bytes) } }
#define PLANAR(h, v)            .n_planes = 3, .plane = { { 1, 1, 1 }, { h, v, 1 }, { h, v, 1 } }

/* Kinds. Grey counts as YUV: it is the Y. */
#define YUV        .flags = WEIR_FORMAT_YUV
#define YUV_ALPHA  .flags = WEIR_FORMAT_YUV | WEIR_FORMAT_ALPHA
#define YUV_BE     .flags = WEIR_FORMAT_YUV | WEIR_FORMAT_BIG_ENDIAN
#define RGB        .flags = WEIR_FORMAT_RGB
#define RGB_ALPHA  .flags = WEIR_FORMAT_RGB | WEIR_FORMAT_ALPHA
#define RGB_BE     .flags = WEIR_FORMAT_RGB | WEIR_FORMAT_BIG_ENDIAN
#define RGBA_BE    .flags = WEIR_FORMAT_RGB | WEIR_FORMAT_ALPHA | WEIR_FORMAT_BIG_ENDIAN
#define COMPRESSED .n_planes = 1, .flags = WEIR_FORMAT_COMPRESSED

/* clang-format off */
const struct weir_format weir_formats[] = {
	/* YUV 4:2:2, packed */
	{ "YUYV", "YUY2 YUYV422", "YUV 4:2:2 packed, Y first",
		CODE('Y', 'U', 'Y', 'V'), .gst = "YUY2", .mkv = "YUY2", PACKED(2, 4), YUV },
	{ "UYVY", "UYVY422 HDYC 2VUY", "YUV 4:2:2 packed, U first",
		CODE('U', 'Y', 'V', 'Y'), .gst = "UYVY", .mkv = "UYVY", WIRE("YCbCr-4:2:2", 8, 4, 2),
		PACKED(2, 4), YUV },
	{ "YVYU", "YVYU422", "YUV 4:2:2 packed, Y first, V before U",
		CODE('Y', 'V', 'Y', 'U'), .gst = "YVYU", .mkv = "YVYU", PACKED(2, 4), YUV },
	{ "VYUY", "", "YUV 4:2:2 packed, V first",
		CODE('V', 'Y', 'U', 'Y'), .gst = "VYUY", PACKED(2, 4), YUV },
	{ "Y210", "Y210LE", "YUV 4:2:2 packed, 10 of 16 bits",
		CODE('Y', '2', '1', '0'), .gst = "Y210", PACKED(2, 8), YUV },
	{ "Y212", "Y212LE Y212_LE", "YUV 4:2:2 packed, 12 of 16 bits",
		CODE('Y', '2', '1', '2'), .gst = "Y212_LE", PACKED(2, 8), YUV },
	{ "Y216", "", "YUV 4:2:2 packed, 16 bits",
		CODE('Y', '2', '1', '6'), PACKED(2, 8), YUV },

	{ "UYVP", "UYVY10", "YUV 4:2:2 packed, U first, 10 bits without gaps, big-endian",
		.gst = "UYVP", WIRE("YCbCr-4:2:2", 10, 5, 2), PACKED(2, 5), YUV_BE },

	/* YUV, Y and UV planes */
	{ "NV12", "NM12 NV12M", "YUV 4:2:0, Y and UV planes",
		CODE('N', 'V', '1', '2'), MPLANE('N', 'M', '1', '2'), .gst = "NV12", .mkv = "NV12",
		SEMIPLANAR(2, 2, 1), YUV },
	{ "NV21", "NM21 NV21M", "YUV 4:2:0, Y and VU planes",
		CODE('N', 'V', '2', '1'), MPLANE('N', 'M', '2', '1'), .gst = "NV21", .mkv = "NV21",
		SEMIPLANAR(2, 2, 1), YUV },
	{ "NV16", "NM16 NV16M", "YUV 4:2:2, Y and UV planes",
		CODE('N', 'V', '1', '6'), MPLANE('N', 'M', '1', '6'), .gst = "NV16",
		SEMIPLANAR(2, 1, 1), YUV },
	{ "NV61", "NM61 NV61M", "YUV 4:2:2, Y and VU planes",
		CODE('N', 'V', '6', '1'), MPLANE('N', 'M', '6', '1'), .gst = "NV61",
		SEMIPLANAR(2, 1, 1), YUV },
	{ "NV24", "", "YUV 4:4:4, Y and UV planes",
		CODE('N', 'V', '2', '4'), .gst = "NV24", SEMIPLANAR(1, 1, 1), YUV },
	{ "NV42", "", "YUV 4:4:4, Y and VU planes",
		CODE('N', 'V', '4', '2'), SEMIPLANAR(1, 1, 1), YUV },
	{ "P010", "P010LE P010_10LE", "YUV 4:2:0, Y and UV planes, 10 of 16 bits",
		CODE('P', '0', '1', '0'), .gst = "P010_10LE", SEMIPLANAR(2, 2, 2), YUV },
	{ "P012", "P012LE P012_LE PM12 P012M", "YUV 4:2:0, Y and UV planes, 12 of 16 bits",
		CODE('P', '0', '1', '2'), MPLANE('P', 'M', '1', '2'), .gst = "P012_LE",
		SEMIPLANAR(2, 2, 2), YUV },

	/* YUV, three planes */
	{ "YUV420", "YU12 I420 IYUV YUV420P YM12 YUV420M", "YUV 4:2:0, three planes",
		CODE('Y', 'U', '1', '2'), MPLANE('Y', 'M', '1', '2'), .gst = "I420", .mkv = "I420",
		PLANAR(2, 2), YUV },
	{ "YVU420", "YV12 YVU420P YM21 YVU420M", "YUV 4:2:0, three planes, V before U",
		CODE('Y', 'V', '1', '2'), MPLANE('Y', 'M', '2', '1'), .gst = "YV12", .mkv = "YV12",
		PLANAR(2, 2), YUV },
	{ "YUV422P", "422P YU16 Y42B YUV422 I422 YM16 YUV422M", "YUV 4:2:2, three planes",
		DRM('Y', 'U', '1', '6'), V4L2('4', '2', '2', 'P'), MPLANE('Y', 'M', '1', '6'),
		.gst = "Y42B", .mkv = "Y42B", PLANAR(2, 1), YUV },
	{ "YVU422P", "YV16 YVU422 YM61 YVU422M", "YUV 4:2:2, three planes, V before U",
		DRM('Y', 'V', '1', '6'), MPLANE('Y', 'M', '6', '1'), .mkv = "YV16", PLANAR(2, 1),
		YUV },
	{ "YUV444P", "YU24 Y444 444P YUV444 I444 YM24 YUV444M", "YUV 4:4:4, three planes",
		DRM('Y', 'U', '2', '4'), MPLANE('Y', 'M', '2', '4'), .gst = "Y444", .mkv = "444P",
		PLANAR(1, 1), YUV },
	{ "YVU444P", "YV24 YVU444 YM42 YVU444M", "YUV 4:4:4, three planes, V before U",
		DRM('Y', 'V', '2', '4'), MPLANE('Y', 'M', '4', '2'), .mkv = "YV24", PLANAR(1, 1),
		YUV },
	{ "YUV411P", "411P YU11 Y41B YUV411 I411", "YUV 4:1:1, three planes",
		DRM('Y', 'U', '1', '1'), V4L2('4', '1', '1', 'P'), .gst = "Y41B", .mkv = "Y41B",
		PLANAR(4, 1), YUV },
	{ "YUV410", "YUV9 YUV410P I410", "YUV 4:1:0, three planes",
		CODE('Y', 'U', 'V', '9'), .gst = "YUV9", .mkv = "YUV9", PLANAR(4, 4), YUV },
	{ "YVU410", "YVU9 YVU410P", "YUV 4:1:0, three planes, V before U",
		CODE('Y', 'V', 'U', '9'), .gst = "YVU9", .mkv = "YVU9", PLANAR(4, 4), YUV },

	/* YUV 4:4:4, packed */
	{ "YUV24", "YUV3 V308 VU24 VUY888", "YUV 4:4:4 packed, Y first",
		DRM('V', 'U', '2', '4'), V4L2('Y', 'U', 'V', '3'), .gst = "v308", PACKED(1, 3),
		YUV },
	{ "VUYA", "VUYA32", "YUV 4:4:4 packed, V first, with alpha",
		DRM('A', 'Y', 'U', 'V'), V4L2('V', 'U', 'Y', 'A'), .gst = "VUYA", PACKED(1, 4),
		YUV_ALPHA },
	{ "VUYX", "VUYX32 XYUV8888", "YUV 4:4:4 packed, V first, padded",
		DRM('X', 'Y', 'U', 'V'), V4L2('V', 'U', 'Y', 'X'), PACKED(1, 4), YUV },
	{ "YUVA", "YUVA32 AVUY AVUY8888", "YUV 4:4:4 packed, Y first, with alpha",
		DRM('A', 'V', 'U', 'Y'), V4L2('Y', 'U', 'V', 'A'), PACKED(1, 4), YUV_ALPHA },
	{ "YUVX", "YUVX32 XVUY XVUY8888", "YUV 4:4:4 packed, Y first, padded",
		DRM('X', 'V', 'U', 'Y'), V4L2('Y', 'U', 'V', 'X'), PACKED(1, 4), YUV },

	/* Grey */
	{ "GREY", "GRAY GRAY8 Y8 Y800 R8", "grey, 8 bits",
		DRM('R', '8', ' ', ' '), V4L2('G', 'R', 'E', 'Y'), .gst = "GRAY8", .mkv = "Y800",
		PACKED(1, 1), YUV },
	{ "Y10", "R10 GRAY10LE GRAY10_LE16", "grey, 10 of 16 bits",
		DRM('R', '1', '0', ' '), V4L2('Y', '1', '0', ' '), .gst = "GRAY10_LE16",
		.mkv = "Y1\0\x0a", PACKED(1, 2), YUV },
	{ "Y12", "R12 GRAY12LE", "grey, 12 of 16 bits",
		DRM('R', '1', '2', ' '), V4L2('Y', '1', '2', ' '), .mkv = "Y1\0\x0c", PACKED(1, 2),
		YUV },
	{ "Y16", "R16 GRAY16LE GRAY16_LE", "grey, 16 bits",
		DRM('R', '1', '6', ' '), V4L2('Y', '1', '6', ' '), .gst = "GRAY16_LE",
		.mkv = "Y1\0\x10", PACKED(1, 2), YUV },
	{ "Y16_BE", "Y16BE GRAY16BE GRAY16_BE", "grey, 16 bits, big-endian",
		DRM_BE('R', '1', '6', ' '), .v4l2 = FOURCC_BE('Y', '1', '6', ' '),
		.gst = "GRAY16_BE", .mkv = "\x10\0" "1Y", PACKED(1, 2), YUV_BE },

	/* RGB, 32 bits; the title gives the bytes in memory */
	{ "XR24", "XRGB8888 XBGR32 BGRx BGR0", "RGB 32 bit: B, G, R, padding",
		CODE('X', 'R', '2', '4'), .gst = "BGRx", .mkv = "BGR", PACKED(1, 4), RGB },
	{ "AR24", "ARGB8888 ABGR32 BGRA", "RGB 32 bit: B, G, R, alpha",
		CODE('A', 'R', '2', '4'), .gst = "BGRA", .mkv = "BGRA", WIRE("BGRA", 8, 4, 1),
		PACKED(1, 4), RGB_ALPHA },
	{ "XB24", "XBGR8888 RGBX32 RGBx RGB0", "RGB 32 bit: R, G, B, padding",
		CODE('X', 'B', '2', '4'), .gst = "RGBx", .mkv = "RGB", PACKED(1, 4), RGB },
	{ "AB24", "ABGR8888 RGBA32 RGBA", "RGB 32 bit: R, G, B, alpha",
		CODE('A', 'B', '2', '4'), .gst = "RGBA", .mkv = "RGBA", WIRE("RGBA", 8, 4, 1),
		PACKED(1, 4), RGB_ALPHA },
	{ "RX24", "RGBX8888 BGRX32 xBGR 0BGR", "RGB 32 bit: padding, B, G, R",
		CODE('R', 'X', '2', '4'), .gst = "xBGR", PACKED(1, 4), RGB },
	{ "RA24", "RGBA8888 BGRA32 ABGR", "RGB 32 bit: alpha, B, G, R",
		CODE('R', 'A', '2', '4'), .gst = "ABGR", .mkv = "ABGR", PACKED(1, 4), RGB_ALPHA },
	{ "BX24", "BGRX8888 XRGB32 xRGB 0RGB", "RGB 32 bit: padding, R, G, B",
		CODE('B', 'X', '2', '4'), .gst = "xRGB", PACKED(1, 4), RGB },
	{ "BA24", "BGRA8888 ARGB32 ARGB", "RGB 32 bit: alpha, R, G, B",
		CODE('B', 'A', '2', '4'), .gst = "ARGB", .mkv = "ARGB", PACKED(1, 4), RGB_ALPHA },

	/* RGB, 24 bits */
	{ "RGB24", "RGB3 RGB BG24", "RGB 24 bit: R, G, B",
		DRM('B', 'G', '2', '4'), V4L2('R', 'G', 'B', '3'), .gst = "RGB", .mkv = "RGB\x18",
		WIRE("RGB", 8, 3, 1), PACKED(1, 3), RGB },
	{ "BGR24", "BGR3 BGR RG24", "RGB 24 bit: B, G, R",
		DRM('R', 'G', '2', '4'), V4L2('B', 'G', 'R', '3'), .gst = "BGR", .mkv = "BGR\x18",
		WIRE("BGR", 8, 3, 1), PACKED(1, 3), RGB },

	/* RGB in 32-bit words of 10 bits a colour; the title gives the word from its highest bit */
	{ "XR30", "XRGB2101010", "RGB 30 bit: 2 padding, R, G, B",
		DRM('X', 'R', '3', '0'), PACKED(1, 4), RGB },
	{ "AR30", "ARGB2101010 BGR10A2_LE", "RGB 30 bit: 2 alpha, R, G, B",
		CODE('A', 'R', '3', '0'), .gst = "BGR10A2_LE", PACKED(1, 4), RGB_ALPHA },
	{ "RX30", "RGBX1010102", "RGB 30 bit: R, G, B, 2 padding",
		CODE('R', 'X', '3', '0'), PACKED(1, 4), RGB },
	{ "RA30", "RGBA1010102", "RGB 30 bit: R, G, B, 2 alpha",
		CODE('R', 'A', '3', '0'), PACKED(1, 4), RGB_ALPHA },

	/* RGB in words of 16 bits; the title gives the word from its highest bit */
	{ "RGB565", "RG16 RGBP RGB16 RGB565LE", "RGB 16 bit: 5 R, 6 G, 5 B",
		DRM('R', 'G', '1', '6'), V4L2('R', 'G', 'B', 'P'), .gst = "RGB16", .mkv = "RGB\x10",
		PACKED(1, 2), RGB },
	{ "RGB565X", "RGBR RGB565BE", "RGB 16 bit, big-endian: 5 R, 6 G, 5 B",
		DRM_BE('R', 'G', '1', '6'), V4L2('R', 'G', 'B', 'R'), .mkv = "\x10" "BGR",
		PACKED(1, 2), RGB_BE },

	{ "XR15", "XRGB1555 XRGB555 RGB555 RGB15 RGB555LE", "RGB 15 bit: 1 padding, 5 R, 5 G, 5 B",
		CODE('X', 'R', '1', '5'), .gst = "RGB15", .mkv = "RGB\x0f", PACKED(1, 2), RGB },
	{ "AR15", "ARGB1555 ARGB555", "RGB 15 bit: 1 alpha, 5 R, 5 G, 5 B",
		CODE('A', 'R', '1', '5'), PACKED(1, 2), RGB_ALPHA },
	{ "RX15", "RGBX5551 RGBX555", "RGB 15 bit: 5 R, 5 G, 5 B, 1 padding",
		CODE('R', 'X', '1', '5'), PACKED(1, 2), RGB },
	{ "RA15", "RGBA5551 RGBA555", "RGB 15 bit: 5 R, 5 G, 5 B, 1 alpha",
		CODE('R', 'A', '1', '5'), PACKED(1, 2), RGB_ALPHA },
	{ "XB15", "XBGR1555 XBGR555 BGR555 BGR15 BGR555LE", "RGB 15 bit: 1 padding, 5 B, 5 G, 5 R",
		CODE('X', 'B', '1', '5'), .gst = "BGR15", .mkv = "BGR\x0f", PACKED(1, 2), RGB },
	{ "AB15", "ABGR1555 ABGR555", "RGB 15 bit: 1 alpha, 5 B, 5 G, 5 R",
		CODE('A', 'B', '1', '5'), PACKED(1, 2), RGB_ALPHA },
	{ "BX15", "BGRX5551 BGRX555", "RGB 15 bit: 5 B, 5 G, 5 R, 1 padding",
		CODE('B', 'X', '1', '5'), PACKED(1, 2), RGB },
	{ "BA15", "BGRA5551 BGRA555", "RGB 15 bit: 5 B, 5 G, 5 R, 1 alpha",
		CODE('B', 'A', '1', '5'), PACKED(1, 2), RGB_ALPHA },
	{ "XRGB555X", "RGB555BE", "RGB 15 bit, big-endian: 1 padding, 5 R, 5 G, 5 B",
		CODE_BE('X', 'R', '1', '5'), PACKED(1, 2), RGB_BE },
	{ "ARGB555X", "", "RGB 15 bit, big-endian: 1 alpha, 5 R, 5 G, 5 B",
		CODE_BE('A', 'R', '1', '5'), PACKED(1, 2), RGBA_BE },

	{ "XR12", "XRGB4444 XRGB444 RGB444 RGB444LE", "RGB 12 bit: 4 padding, 4 R, 4 G, 4 B",
		CODE('X', 'R', '1', '2'), .mkv = "RGB\x0c", PACKED(1, 2), RGB },
	{ "AR12", "ARGB4444 ARGB444", "RGB 12 bit: 4 alpha, 4 R, 4 G, 4 B",
		CODE('A', 'R', '1', '2'), PACKED(1, 2), RGB_ALPHA },
	{ "RX12", "RGBX4444 RGBX444", "RGB 12 bit: 4 R, 4 G, 4 B, 4 padding",
		CODE('R', 'X', '1', '2'), PACKED(1, 2), RGB },
	{ "RA12", "RGBA4444 RGBA444", "RGB 12 bit: 4 R, 4 G, 4 B, 4 alpha",
		CODE('R', 'A', '1', '2'), PACKED(1, 2), RGB_ALPHA },
	{ "XB12", "XBGR4444 XBGR444 BGR444 BGR444LE", "RGB 12 bit: 4 padding, 4 B, 4 G, 4 R",
		CODE('X', 'B', '1', '2'), .mkv = "BGR\x0c", PACKED(1, 2), RGB },
	{ "AB12", "ABGR4444 ABGR444", "RGB 12 bit: 4 alpha, 4 B, 4 G, 4 R",
		CODE('A', 'B', '1', '2'), PACKED(1, 2), RGB_ALPHA },
	{ "BX12", "BGRX4444 BGRX444", "RGB 12 bit: 4 B, 4 G, 4 R, 4 padding",
		CODE('B', 'X', '1', '2'), PACKED(1, 2), RGB },
	{ "GA12", "BGRA4444 BGRA444", "RGB 12 bit: 4 B, 4 G, 4 R, 4 alpha",
		DRM('B', 'A', '1', '2'), V4L2('G', 'A', '1', '2'), PACKED(1, 2), RGB_ALPHA },

	{ "RGB332", "RGB1 RGB8", "RGB 8 bit: 3 R, 3 G, 2 B",
		DRM('R', 'G', 'B', '8'), V4L2('R', 'G', 'B', '1'), .mkv = "RGB\x08", PACKED(1, 1),
		RGB },

	/* V4L2's codes from before it told padding from alpha: some drivers offer nothing else.
	 * They stand last, for a DRM code to find the modern row. */
	{ "BGR4", "", "RGB 32 bit, legacy code of XR24",
		DRM('X', 'R', '2', '4'), V4L2('B', 'G', 'R', '4'), .gst = "BGRx", .mkv = "BGR",
		PACKED(1, 4), RGB },
	{ "RGB4", "", "RGB 32 bit, legacy code of BX24",
		DRM('B', 'X', '2', '4'), V4L2('R', 'G', 'B', '4'), .gst = "xRGB", PACKED(1, 4),
		RGB },
	{ "RGBO", "", "RGB 15 bit, legacy code of XR15",
		DRM('X', 'R', '1', '5'), V4L2('R', 'G', 'B', 'O'), .gst = "RGB15", .mkv = "RGB\x0f",
		PACKED(1, 2), RGB },
	{ "RGBQ", "", "RGB 15 bit, legacy code of XRGB555X",
		DRM_BE('X', 'R', '1', '5'), V4L2('R', 'G', 'B', 'Q'), PACKED(1, 2), RGB_BE },
	{ "R444", "", "RGB 12 bit, legacy code of XR12",
		DRM('X', 'R', '1', '2'), V4L2('R', '4', '4', '4'), .mkv = "RGB\x0c", PACKED(1, 2),
		RGB },

	/* Compressed */
	{ "MJPEG", "MJPG", "Motion-JPEG",
		V4L2('M', 'J', 'P', 'G'), .gst = "image/jpeg", .mkv = "V_MJPEG", COMPRESSED },
	{ "JPEG", "JPG", "JPEG, complete files",
		V4L2('J', 'P', 'E', 'G'), .gst = "image/jpeg", .mkv = "V_MJPEG", COMPRESSED },
	{ "H264", "H.264 AVC", "H.264 with start codes",
		V4L2('H', '2', '6', '4'), .gst = "video/x-h264", .mkv = "V_MPEG4/ISO/AVC",
		COMPRESSED },
	{ "HEVC", "H265 H.265", "H.265 with start codes",
		V4L2('H', 'E', 'V', 'C'), .gst = "video/x-h265", .mkv = "V_MPEGH/ISO/HEVC",
		COMPRESSED },
	{ "FWHT", "", "Fast Walsh Hadamard Transform, of the kernel's virtual codec",
		V4L2('F', 'W', 'H', 'T'), .gst = "video/x-fwht", COMPRESSED },
};
/* clang-format on */

const size_t weir_n_formats = WEIR_COUNT(weir_formats);
