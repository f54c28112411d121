/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/convert_rows.h"

#include <libyuv/convert.h>
#include <libyuv/convert_from.h>
#include <libyuv/convert_from_argb.h>
#include <libyuv/planar_functions.h>
#include <libyuv/scale.h>

#include "core/checked.h"
#include "pipeline/stages/convert_ten.h"

/* ---- formats ---- */

/* The first row of a kind is the one that it is named after. */
const struct convert_shape convert_shapes[] = {
	{ "YUYV", KIND_YUY2, false },
	{ "UYVY", KIND_UYVY, false },
	{ "UYVP", KIND_UYVP, false },
	{ "Y210", KIND_Y210, false },
	{ "NV12", KIND_NV12, false },
	{ "NV21", KIND_NV21, false },
	{ "NV16", KIND_NV16, false },
	{ "NV61", KIND_NV61, false },
	{ "NV24", KIND_NV24, false },
	{ "NV42", KIND_NV42, false },
	{ "P010", KIND_P010, false },
	{ "P012", KIND_P010, false },
	{ "YUV420", KIND_I420, false },
	{ "YVU420", KIND_I420, true },
	{ "YUV422P", KIND_I422, false },
	{ "YVU422P", KIND_I422, true },
	{ "YUV444P", KIND_I444, false },
	{ "YVU444P", KIND_I444, true },
	{ "GREY", KIND_I400, false },
	{ "XR24", KIND_ARGB, false },
	{ "AR24", KIND_ARGB, false },
	{ "XB24", KIND_ABGR, false },
	{ "AB24", KIND_ABGR, false },
	{ "RX24", KIND_RGBA, false },
	{ "RA24", KIND_RGBA, false },
	{ "BX24", KIND_BGRA, false },
	{ "BA24", KIND_BGRA, false },
	{ "RGB24", KIND_RAW, false },
	{ "BGR24", KIND_RGB24, false },
	{ "RGB565", KIND_RGB565, false },
	{ "BGR4", KIND_ARGB, false },
	{ "RGB4", KIND_BGRA, false },
};

const size_t n_convert_shapes = WEIR_COUNT(convert_shapes);

const struct convert_shape *convert_shape_of(const struct weir_format *format)
{
	for (size_t i = 0; i < n_convert_shapes; i++)
		if (weir_format_by_name(convert_shapes[i].name) == format)
			return &convert_shapes[i];
	return NULL;
}

const struct weir_format *convert_kind_format(enum convert_kind kind)
{
	size_t i = 0;

	while (convert_shapes[i].kind != kind)
		i++;
	return weir_format_by_name(convert_shapes[i].name);
}

/* ---- what libyuv does plane by plane ---- */

#define FROM(i) call->from.data[i], (int)call->from.stride[i]
#define TO(i)   call->to.data[i], (int)call->to.stride[i]

static int half(int size)
{
	return (size + 1) / 2;
}

static void copy_y(const struct convert_call *call)
{
	CopyPlane(FROM(0), TO(0), call->width, call->height);
}

static int only_y(const struct convert_call *call)
{
	copy_y(call);
	return 0;
}

static int copy_planes(const struct convert_call *call)
{
	for (unsigned i = 0; i < call->format->n_planes; i++) {
		int lines = call->format->plane[i].block_height;
		size_t bytes = weir_format_line_bytes(call->format, i, (uint32_t)call->width);

		CopyPlane(FROM(i), TO(i), (int)bytes, (call->height + lines - 1) / lines);
	}
	return 0;
}

const struct convert_step convert_copy = { .run = copy_planes };

static int colourless(const struct convert_call *call, int width, int height)
{
	copy_y(call);
	for (unsigned i = 1; i < call->to.n_planes; i++)
		SetPlane(TO(i), width, height, 128);
	return 0;
}

static int grey_to_nv12(const struct convert_call *call)
{
	return colourless(call, 2 * half(call->width), half(call->height));
}

static int grey_to_i422(const struct convert_call *call)
{
	return colourless(call, half(call->width), call->height);
}

static int grey_to_i444(const struct convert_call *call)
{
	return colourless(call, call->width, call->height);
}

static int grey_to_nv16(const struct convert_call *call)
{
	return colourless(call, 2 * half(call->width), call->height);
}

static int grey_to_nv24(const struct convert_call *call)
{
	return colourless(call, 2 * call->width, call->height);
}

static int nv16_to_i422(const struct convert_call *call)
{
	copy_y(call);
	SplitUVPlane(FROM(1), TO(1), TO(2), half(call->width), call->height);
	return 0;
}

static int nv61_to_i422(const struct convert_call *call)
{
	copy_y(call);
	SplitUVPlane(FROM(1), TO(2), TO(1), half(call->width), call->height);
	return 0;
}

static int nv24_to_i444(const struct convert_call *call)
{
	copy_y(call);
	SplitUVPlane(FROM(1), TO(1), TO(2), call->width, call->height);
	return 0;
}

static int nv42_to_i444(const struct convert_call *call)
{
	copy_y(call);
	SplitUVPlane(FROM(1), TO(2), TO(1), call->width, call->height);
	return 0;
}

static int i422_to_nv16(const struct convert_call *call)
{
	copy_y(call);
	MergeUVPlane(FROM(1), FROM(2), TO(1), half(call->width), call->height);
	return 0;
}

static int i422_to_nv61(const struct convert_call *call)
{
	copy_y(call);
	MergeUVPlane(FROM(2), FROM(1), TO(1), half(call->width), call->height);
	return 0;
}

static int i444_to_nv24(const struct convert_call *call)
{
	copy_y(call);
	MergeUVPlane(FROM(1), FROM(2), TO(1), call->width, call->height);
	return 0;
}

static int i444_to_nv42(const struct convert_call *call)
{
	copy_y(call);
	MergeUVPlane(FROM(2), FROM(1), TO(1), call->width, call->height);
	return 0;
}

/* NV12 to NV21, and the like. */
static int swap_chroma(const struct convert_call *call)
{
	int w = call->format->plane[1].block_width, h = call->format->plane[1].block_height;

	copy_y(call);
	SwapUVPlane(FROM(1), TO(1), (call->width + w - 1) / w, (call->height + h - 1) / h);
	return 0;
}

/* The mean of two lines, or a line twice: chroma between 4:2:2 and 4:2:0. */
static void halve_lines(const struct convert_call *call, unsigned plane, int bytes)
{
	const uint8_t *from = call->from.data[plane];
	int stride = (int)call->from.stride[plane];

	InterpolatePlane(from, 2 * stride, from + stride, 2 * stride, TO(plane), bytes,
		call->height / 2, 128);
}

static void double_lines(const struct convert_call *call, unsigned plane, int bytes)
{
	uint8_t *to = call->to.data[plane];
	int stride = (int)call->to.stride[plane];

	CopyPlane(FROM(plane), to, 2 * stride, bytes, call->height / 2);
	CopyPlane(FROM(plane), to + stride, 2 * stride, bytes, call->height / 2);
}

static int nv16_to_nv12(const struct convert_call *call)
{
	copy_y(call);
	halve_lines(call, 1, 2 * half(call->width));
	return 0;
}

static int nv12_to_nv16(const struct convert_call *call)
{
	copy_y(call);
	double_lines(call, 1, 2 * half(call->width));
	return 0;
}

static int i420_to_i422(const struct convert_call *call)
{
	copy_y(call);
	double_lines(call, 1, half(call->width));
	double_lines(call, 2, half(call->width));
	return 0;
}

static int i444_to_i422(const struct convert_call *call)
{
	copy_y(call);
	for (unsigned i = 1; i < 3; i++)
		ScalePlane(FROM(i), call->width, call->height, TO(i), half(call->width),
			call->height, kFilterBox);
	return 0;
}

/* Samples stand in the high bits: the high byte is the sample in 8 bits. */
static void high_bytes(const struct convert_call *call, unsigned plane, int width, int height)
{
	Convert16To8Plane((const uint16_t *)(const void *)call->from.data[plane],
		(int)call->from.stride[plane] / 2, TO(plane), 256, width, height);
}

static int p010_to_nv12(const struct convert_call *call)
{
	high_bytes(call, 0, call->width, call->height);
	high_bytes(call, 1, 2 * half(call->width), half(call->height));
	return 0;
}

/* ---- steps ---- */

/* How a function of libyuv takes its planes. M: with a matrix; V: with the matrix, U and V
 * exchanged, which exchanges red and blue. */
#define SIZE       call->width, call->height
#define P1_P1(f)   f(FROM(0), TO(0), SIZE)
#define P1_P2(f)   f(FROM(0), TO(0), TO(1), SIZE)
#define P1_P3(f)   f(FROM(0), TO(0), TO(1), TO(2), SIZE)
#define P2_P2(f)   f(FROM(0), FROM(1), TO(0), TO(1), SIZE)
#define P2_P3(f)   f(FROM(0), FROM(1), TO(0), TO(1), TO(2), SIZE)
#define P3_P1(f)   f(FROM(0), FROM(1), FROM(2), TO(0), SIZE)
#define P3_P2(f)   f(FROM(0), FROM(1), FROM(2), TO(0), TO(1), SIZE)
#define P3_P3(f)   f(FROM(0), FROM(1), FROM(2), TO(0), TO(1), TO(2), SIZE)
#define P1_P1_M(f) f(FROM(0), TO(0), call->yuv, SIZE)
#define P2_P1_M(f) f(FROM(0), FROM(1), TO(0), call->yuv, SIZE)
#define P2_P1_V(f) f(FROM(0), FROM(1), TO(0), call->yvu, SIZE)
#define P3_P1_M(f) f(FROM(0), FROM(1), FROM(2), TO(0), call->yuv, SIZE)
#define P3_P1_V(f) f(FROM(0), FROM(2), FROM(1), TO(0), call->yvu, SIZE)
#define PLANES(f)  f(call)

/* clang-format off */
#define STEPS(STEP)                                                                                \
	STEP(YUY2, I420, P1_P3, YUY2ToI420, 0)                                                     \
	STEP(YUY2, I422, P1_P3, YUY2ToI422, 0)                                                     \
	STEP(YUY2, NV12, P1_P2, YUY2ToNV12, 0)                                                     \
	STEP(YUY2, I400, P1_P1, YUY2ToY, 0)                                                        \
	STEP(YUY2, ARGB, P1_P1, YUY2ToARGB, STEP_ONLY_601)                                         \
	STEP(UYVY, I420, P1_P3, UYVYToI420, 0)                                                     \
	STEP(UYVY, I422, P1_P3, UYVYToI422, 0)                                                     \
	STEP(UYVY, NV12, P1_P2, UYVYToNV12, 0)                                                     \
	STEP(UYVY, I400, P1_P1, UYVYToY, 0)                                                        \
	STEP(UYVY, ARGB, P1_P1, UYVYToARGB, STEP_ONLY_601)                                         \
	STEP(UYVY, UYVP, PLANES, convert_uyvy_to_uyvp, 0)                                          \
	STEP(UYVP, UYVY, PLANES, convert_uyvp_to_uyvy, 0)                                          \
	STEP(UYVP, Y210, PLANES, convert_uyvp_to_y210, 0)                                          \
	STEP(Y210, UYVP, PLANES, convert_y210_to_uyvp, 0)                                          \
	STEP(I420, I422, PLANES, i420_to_i422, 0)                                                  \
	STEP(I420, I444, P3_P3, I420ToI444, STEP_WHOLE)                                            \
	STEP(I420, NV12, P3_P2, I420ToNV12, 0)                                                     \
	STEP(I420, NV21, P3_P2, I420ToNV21, 0)                                                     \
	STEP(I420, YUY2, P3_P1, I420ToYUY2, 0)                                                     \
	STEP(I420, UYVY, P3_P1, I420ToUYVY, 0)                                                     \
	STEP(I420, I400, PLANES, only_y, 0)                                                        \
	STEP(I420, ARGB, P3_P1_M, I420ToARGBMatrix, 0)                                             \
	STEP(I420, ABGR, P3_P1_V, I420ToARGBMatrix, 0)                                             \
	STEP(I420, RGBA, P3_P1_M, I420ToRGBAMatrix, 0)                                             \
	STEP(I420, BGRA, P3_P1_V, I420ToRGBAMatrix, 0)                                             \
	STEP(I420, RGB24, P3_P1_M, I420ToRGB24Matrix, 0)                                           \
	STEP(I420, RAW, P3_P1_V, I420ToRGB24Matrix, 0)                                             \
	STEP(I420, RGB565, P3_P1_M, I420ToRGB565Matrix, 0)                                         \
	STEP(I422, I420, P3_P3, I422ToI420, 0)                                                     \
	STEP(I422, I444, P3_P3, I422ToI444, 0)                                                     \
	STEP(I422, NV21, P3_P2, I422ToNV21, 0)                                                     \
	STEP(I422, NV16, PLANES, i422_to_nv16, 0)                                                  \
	STEP(I422, NV61, PLANES, i422_to_nv61, 0)                                                  \
	STEP(I422, YUY2, P3_P1, I422ToYUY2, 0)                                                     \
	STEP(I422, UYVY, P3_P1, I422ToUYVY, 0)                                                     \
	STEP(I422, I400, PLANES, only_y, 0)                                                        \
	STEP(I422, ARGB, P3_P1_M, I422ToARGBMatrix, 0)                                             \
	STEP(I422, ABGR, P3_P1_V, I422ToARGBMatrix, 0)                                             \
	STEP(I422, RGBA, P3_P1_M, I422ToRGBAMatrix, 0)                                             \
	STEP(I422, BGRA, P3_P1_V, I422ToRGBAMatrix, 0)                                             \
	STEP(I422, RGB24, P3_P1_M, I422ToRGB24Matrix, 0)                                           \
	STEP(I422, RAW, P3_P1_V, I422ToRGB24Matrix, 0)                                             \
	STEP(I422, RGB565, P3_P1_M, I422ToRGB565Matrix, 0)                                         \
	STEP(I444, I420, P3_P3, I444ToI420, 0)                                                     \
	STEP(I444, I422, PLANES, i444_to_i422, 0)                                                  \
	STEP(I444, NV12, P3_P2, I444ToNV12, 0)                                                     \
	STEP(I444, NV21, P3_P2, I444ToNV21, 0)                                                     \
	STEP(I444, NV24, PLANES, i444_to_nv24, 0)                                                  \
	STEP(I444, NV42, PLANES, i444_to_nv42, 0)                                                  \
	STEP(I444, I400, PLANES, only_y, 0)                                                        \
	STEP(I444, ARGB, P3_P1_M, I444ToARGBMatrix, 0)                                             \
	STEP(I444, ABGR, P3_P1_V, I444ToARGBMatrix, 0)                                             \
	STEP(I444, RGB24, P3_P1_M, I444ToRGB24Matrix, 0)                                           \
	STEP(I444, RAW, P3_P1_V, I444ToRGB24Matrix, 0)                                             \
	STEP(NV12, I420, P2_P3, NV12ToI420, 0)                                                     \
	STEP(NV12, NV21, PLANES, swap_chroma, 0)                                                   \
	STEP(NV12, NV16, PLANES, nv12_to_nv16, 0)                                                  \
	STEP(NV12, NV24, P2_P2, NV12ToNV24, STEP_WHOLE)                                            \
	STEP(NV12, I400, PLANES, only_y, 0)                                                        \
	STEP(NV12, ARGB, P2_P1_M, NV12ToARGBMatrix, 0)                                             \
	STEP(NV12, ABGR, P2_P1_V, NV21ToARGBMatrix, 0)                                             \
	STEP(NV12, RGB24, P2_P1_M, NV12ToRGB24Matrix, 0)                                           \
	STEP(NV12, RAW, P2_P1_V, NV21ToRGB24Matrix, 0)                                             \
	STEP(NV12, RGB565, P2_P1_M, NV12ToRGB565Matrix, 0)                                         \
	STEP(NV21, I420, P2_P3, NV21ToI420, 0)                                                     \
	STEP(NV21, NV12, PLANES, swap_chroma, 0)                                                   \
	STEP(NV21, NV61, PLANES, nv12_to_nv16, 0)                                                  \
	STEP(NV21, I400, PLANES, only_y, 0)                                                        \
	STEP(NV21, ARGB, P2_P1_M, NV21ToARGBMatrix, 0)                                             \
	STEP(NV21, ABGR, P2_P1_V, NV12ToARGBMatrix, 0)                                             \
	STEP(NV21, RGB24, P2_P1_M, NV21ToRGB24Matrix, 0)                                           \
	STEP(NV21, RAW, P2_P1_V, NV12ToRGB24Matrix, 0)                                             \
	STEP(NV16, I422, PLANES, nv16_to_i422, 0)                                                  \
	STEP(NV16, NV61, PLANES, swap_chroma, 0)                                                   \
	STEP(NV16, NV12, PLANES, nv16_to_nv12, 0)                                                  \
	STEP(NV16, NV24, P2_P2, NV16ToNV24, 0)                                                     \
	STEP(NV16, I400, PLANES, only_y, 0)                                                        \
	STEP(NV61, I422, PLANES, nv61_to_i422, 0)                                                  \
	STEP(NV61, NV16, PLANES, swap_chroma, 0)                                                   \
	STEP(NV61, NV21, PLANES, nv16_to_nv12, 0)                                                  \
	STEP(NV61, I400, PLANES, only_y, 0)                                                        \
	STEP(NV24, I444, PLANES, nv24_to_i444, 0)                                                  \
	STEP(NV24, NV42, PLANES, swap_chroma, 0)                                                   \
	STEP(NV24, I400, PLANES, only_y, 0)                                                        \
	STEP(NV42, I444, PLANES, nv42_to_i444, 0)                                                  \
	STEP(NV42, NV24, PLANES, swap_chroma, 0)                                                   \
	STEP(NV42, I400, PLANES, only_y, 0)                                                        \
	STEP(P010, NV12, PLANES, p010_to_nv12, 0)                                                  \
	STEP(I400, I420, P1_P3, I400ToI420, 0)                                                     \
	STEP(I400, I422, PLANES, grey_to_i422, 0)                                                  \
	STEP(I400, I444, PLANES, grey_to_i444, 0)                                                  \
	STEP(I400, NV12, PLANES, grey_to_nv12, 0)                                                  \
	STEP(I400, NV21, PLANES, grey_to_nv12, 0)                                                  \
	STEP(I400, NV16, PLANES, grey_to_nv16, 0)                                                  \
	STEP(I400, NV61, PLANES, grey_to_nv16, 0)                                                  \
	STEP(I400, NV24, PLANES, grey_to_nv24, 0)                                                  \
	STEP(I400, NV42, PLANES, grey_to_nv24, 0)                                                  \
	STEP(I400, ARGB, P1_P1_M, I400ToARGBMatrix, 0)                                             \
	STEP(I400, ABGR, P1_P1_M, I400ToARGBMatrix, 0)                                             \
	STEP(ARGB, I420, P1_P3, ARGBToI420, 0)                                                     \
	STEP(ARGB, I422, P1_P3, ARGBToI422, 0)                                                     \
	STEP(ARGB, I444, P1_P3, ARGBToI444, 0)                                                     \
	STEP(ARGB, NV12, P1_P2, ARGBToNV12, 0)                                                     \
	STEP(ARGB, NV21, P1_P2, ARGBToNV21, 0)                                                     \
	STEP(ARGB, YUY2, P1_P1, ARGBToYUY2, 0)                                                     \
	STEP(ARGB, UYVY, P1_P1, ARGBToUYVY, 0)                                                     \
	STEP(ARGB, I400, P1_P1, ARGBToI400, 0)                                                     \
	STEP(ARGB, ABGR, P1_P1, ARGBToABGR, 0)                                                     \
	STEP(ARGB, RGBA, P1_P1, ARGBToRGBA, 0)                                                     \
	STEP(ARGB, BGRA, P1_P1, ARGBToBGRA, 0)                                                     \
	STEP(ARGB, RGB24, P1_P1, ARGBToRGB24, 0)                                                   \
	STEP(ARGB, RAW, P1_P1, ARGBToRAW, 0)                                                       \
	STEP(ARGB, RGB565, P1_P1, ARGBToRGB565, 0)                                                 \
	STEP(ABGR, I420, P1_P3, ABGRToI420, 0)                                                     \
	STEP(ABGR, NV12, P1_P2, ABGRToNV12, 0)                                                     \
	STEP(ABGR, NV21, P1_P2, ABGRToNV21, 0)                                                     \
	STEP(ABGR, ARGB, P1_P1, ABGRToARGB, 0)                                                     \
	STEP(ABGR, RAW, P1_P1, ARGBToRGB24, 0)                                                     \
	STEP(ABGR, RGB24, P1_P1, ARGBToRAW, 0)                                                     \
	STEP(RGBA, I420, P1_P3, RGBAToI420, 0)                                                     \
	STEP(RGBA, ARGB, P1_P1, RGBAToARGB, 0)                                                     \
	STEP(BGRA, I420, P1_P3, BGRAToI420, 0)                                                     \
	STEP(BGRA, ARGB, P1_P1, BGRAToARGB, 0)                                                     \
	STEP(RGB24, I420, P1_P3, RGB24ToI420, 0)                                                   \
	STEP(RGB24, ARGB, P1_P1, RGB24ToARGB, 0)                                                   \
	STEP(RGB24, ABGR, P1_P1, RAWToARGB, 0)                                                     \
	STEP(RGB24, RAW, P1_P1, RAWToRGB24, 0)                                                     \
	STEP(RAW, I420, P1_P3, RAWToI420, 0)                                                       \
	STEP(RAW, ARGB, P1_P1, RAWToARGB, 0)                                                       \
	STEP(RAW, ABGR, P1_P1, RGB24ToARGB, 0)                                                     \
	STEP(RAW, RGBA, P1_P1, RAWToRGBA, 0)                                                       \
	STEP(RAW, RGB24, P1_P1, RAWToRGB24, 0)                                                     \
	STEP(RGB565, I420, P1_P3, RGB565ToI420, 0)                                                 \
	STEP(RGB565, ARGB, P1_P1, RGB565ToARGB, 0)
/* clang-format on */

#define DEFINE(from, to, planes, function, flags)                                                  \
	static int from##_to_##to(const struct convert_call *call)                                 \
	{                                                                                          \
		return planes(function);                                                           \
	}
STEPS(DEFINE)

#define ROW(from, to, planes, function, flags) { KIND_##from, KIND_##to, flags, from##_to_##to },
const struct convert_step convert_steps[] = { STEPS(ROW) };

const size_t n_convert_steps = WEIR_COUNT(convert_steps);
