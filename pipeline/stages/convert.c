/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <libyuv/row.h> /* struct YuvConstants */

#include "core/checked.h"
#include "core/log.h"
#include "core/uri.h"
#include "pipeline/stages/convert_path.h"
#include "pipeline/stages/stages.h"

/* Another pixel format, by libyuv, straight into the slot. Where two steps are needed a few lines
 * at a time go through a buffer that stays in the cache. */

#define LINE_BUDGET (24 * 1024) /* pixels of a piece: fits the second cache of any CPU */
#define MAX_LINES   32
#define ALIGNMENT   64
#define RUN         16

struct convert {
	const struct weir_format *wanted;
	struct convert_path path;
	const struct weir_format *formats[CONVERT_MAX_STEPS + 1]; /* at both ends, and in between */
	_Alignas(ALIGNMENT) struct YuvConstants yuv, yvu;
	uint32_t width, height;
	uint32_t lines; /* of a piece: even, so that chroma lines stay whole */
	uint8_t *buffer;
	struct weir_pixels between[CONVERT_MAX_STEPS - 1]; /* in that buffer */
};

static int open_convert(const char *args, const struct weir_log *log, void **state)
{
	struct convert *convert = aligned_alloc(ALIGNMENT, sizeof(*convert));
	int err;

	if (!convert)
		return -ENOMEM;
	memset(convert, 0, sizeof(*convert));
	err = weir_parse_format("convert", args, log, &convert->wanted);
	if (err)
		free(convert);
	else
		*state = convert;
	return err;
}

static void close_convert(void *state)
{
	struct convert *convert = state;

	free(convert->buffer);
	free(convert);
}

/* ---- before frames flow ---- */

static void refuse_pair(
	const struct convert *convert, const struct weir_video *video, const struct weir_log *log)
{
	const char *from = video->format->name, *to = convert->wanted->name;
	char list[WEIR_LOG_LINE];

	convert_path_list(video, list, sizeof(list));
	if (!convert_path_knows_range(video, convert->wanted))
		weir_error(log,
			"convert: RGB in the limited range (16 to 235) cannot become %s; it can "
			"become %s",
			to, list);
	else if (list[0])
		weir_error(log, "convert: %s cannot become %s; it can become %s", from, to, list);
	else if (video->format->flags & WEIR_FORMAT_COMPRESSED)
		weir_error(log, "convert: %s has to be decoded first: put --stage jpeg before it",
			from);
	else
		weir_error(log, "convert: nothing can be made of %s here", from);
}

static bool fits_blocks(const struct weir_format *format, const struct weir_video *video)
{
	for (unsigned i = 0; i < format->n_planes; i++)
		if (video->width % format->plane[i].block_width ||
			video->height % format->plane[i].block_height)
			return false;
	return true;
}

static int choose_path(
	struct convert *convert, const struct weir_video *video, const struct weir_log *log)
{
	if (!convert_path_find(video, convert->wanted, &convert->path)) {
		refuse_pair(convert, video, log);
		return -ENOTSUP;
	}
	if (!fits_blocks(convert->wanted, video)) {
		weir_error(log,
			"convert: %s shares samples between pixels, and %ux%u is odd: crop it to "
			"an even size first",
			convert->wanted->name, video->width, video->height);
		return -ENOTSUP;
	}
	if (video->format == convert->wanted)
		weir_info(log, "convert: it is %s already: this stage only copies",
			video->format->name);
	return 0;
}

/* libyuv keeps the weight of U in blue, in 64ths, to 128, and so makes the blues of BT.709 and
 * BT.2020 up to 16 of 255 too dark. On x86 its code can do with the true weight. */
static void mend_blue(struct YuvConstants *constants, enum weir_matrix matrix)
{
#if defined(__x86_64__) || defined(__i386__)
	static const uint8_t weights[] = {
		[WEIR_MATRIX_601] = 129,
		[WEIR_MATRIX_709] = 135,
		[WEIR_MATRIX_2020] = 137,
	};

	for (size_t i = 0; i < sizeof(constants->kUVToB); i++) {
		if (constants->kUVToB[i] == 128)
			constants->kUVToB[i] = weights[matrix];
		if (constants->kUVToR[i] == 128) /* in the mirrored ones */
			constants->kUVToR[i] = weights[matrix];
	}
#else
	(void)constants, (void)matrix;
#endif
}

static void choose_matrix(struct convert *convert, const struct weir_video *video)
{
	static const struct {
		const struct YuvConstants *yuv[2], *yvu[2]; /* limited, full */
	} rows[] = {
		[WEIR_MATRIX_601] = { { &kYuvI601Constants, &kYuvJPEGConstants },
			{ &kYvuI601Constants, &kYvuJPEGConstants } },
		[WEIR_MATRIX_709] = { { &kYuvH709Constants, &kYuvF709Constants },
			{ &kYvuH709Constants, &kYvuF709Constants } },
		[WEIR_MATRIX_2020] = { { &kYuv2020Constants, &kYuvV2020Constants },
			{ &kYvu2020Constants, &kYvuV2020Constants } },
	};
	enum weir_matrix matrix = convert_matrix_of(video);
	bool full = convert_is_full_range(video);

	convert->yuv = *rows[matrix].yuv[full];
	convert->yvu = *rows[matrix].yvu[full];
	mend_blue(&convert->yuv, matrix);
	mend_blue(&convert->yvu, matrix);
}

/* Pieces stay in the cache between the passes over them; a single pass needs none. */
static uint32_t lines_of(const struct convert *convert)
{
	uint32_t lines = (uint32_t)(LINE_BUDGET / convert->width) & ~1u;

	if (convert->path.n_steps == 1 && !convert->path.opaque)
		return convert->height;
	return lines < 2 ? 2 : lines > MAX_LINES ? MAX_LINES : lines;
}

/* Places lines of a format in the buffer, behind the first `used` bytes, or only counts them while
 * there is none. Sizes may be odd where the frame's formats allow that, and chroma is rounded up.
 */
static size_t place_lines(struct convert *convert, const struct weir_format *format, size_t used,
	struct weir_pixels *out)
{
	out->n_planes = format->n_planes;
	for (unsigned i = 0; i < format->n_planes; i++) {
		size_t line = weir_format_line_bytes(format, i, convert->width);
		uint32_t height = format->plane[i].block_height;

		out->stride[i] = (uint32_t)((line + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1));
		if (convert->buffer)
			out->data[i] = convert->buffer + used;
		used += (size_t)out->stride[i] * ((convert->lines + height - 1) / height);
	}
	return used;
}

static size_t place_buffer(struct convert *convert)
{
	size_t used = 0;

	for (unsigned i = 1; i < convert->path.n_steps; i++)
		used = place_lines(convert, convert->formats[i], used, &convert->between[i - 1]);
	return used;
}

static int make_buffer(struct convert *convert)
{
	size_t size;

	free(convert->buffer);
	convert->buffer = NULL;
	convert->lines = lines_of(convert);
	size = place_buffer(convert);
	if (!size)
		return 0;
	convert->buffer = aligned_alloc(ALIGNMENT, size);
	if (!convert->buffer)
		return -ENOMEM;
	memset(convert->buffer, 0, size); /* its pages are there when frames flow */
	place_buffer(convert);
	return 0;
}

/* libyuv makes YUV of RGB in one way only. */
static void tell_colour(const struct weir_format *to, struct weir_video *video)
{
	bool was_rgb = video->format->flags & WEIR_FORMAT_RGB;

	if (to->flags & WEIR_FORMAT_RGB && !was_rgb) {
		video->matrix = WEIR_MATRIX_RGB;
		video->range = WEIR_RANGE_FULL;
	} else if (was_rgb && !(to->flags & WEIR_FORMAT_RGB)) {
		video->matrix = WEIR_MATRIX_601;
		video->range = WEIR_RANGE_LIMITED;
	}
}

static int configure(void *state, struct weir_video *video, const struct weir_log *log)
{
	struct convert *convert = state;
	int err = choose_path(convert, video, log);

	if (err)
		return err;
	convert->formats[0] = video->format;
	for (unsigned i = 1; i < convert->path.n_steps; i++)
		convert->formats[i] = convert_kind_format(convert->path.steps[i - 1]->to);
	convert->width = video->width;
	convert->height = video->height;
	choose_matrix(convert, video);
	err = make_buffer(convert);
	if (err)
		return err;
	tell_colour(convert->wanted, video);
	video->format = convert->wanted;
	video->stride = 0;
	return 0;
}

/* ---- frames ---- */

static void advance(struct weir_pixels *pixels, const struct weir_format *format, uint32_t lines)
{
	for (unsigned i = 0; i < format->n_planes; i++)
		pixels->data[i] +=
			(size_t)(lines / format->plane[i].block_height) * pixels->stride[i];
}

static void order_planes(struct weir_pixels *pixels, const struct convert_shape *shape)
{
	if (shape->swapped) {
		uint8_t *data = pixels->data[1];
		uint32_t stride = pixels->stride[1];

		pixels->data[1] = pixels->data[2];
		pixels->stride[1] = pixels->stride[2];
		pixels->data[2] = data;
		pixels->stride[2] = stride;
	}
}

static void make_run_opaque(uint8_t *pixels, uint32_t alpha)
{
	for (unsigned i = 0; i < RUN; i++) { /* always as many: compilers make SIMD of it */
		uint32_t pixel;

		memcpy(&pixel, pixels + sizeof(pixel) * i, sizeof(pixel));
		pixel |= alpha;
		memcpy(pixels + sizeof(pixel) * i, &pixel, sizeof(pixel));
	}
}

/* Padding is of any value; alpha has to say that nothing shines through. All such formats have
 * four bytes. */
static void make_opaque(const struct convert_call *call, const struct convert_shape *to)
{
	size_t at = to->kind == KIND_ARGB || to->kind == KIND_ABGR ? 3 : 0;
	uint8_t bytes[4] = { [0] = 0 };
	uint32_t alpha;

	bytes[at] = UINT8_MAX;
	memcpy(&alpha, bytes, sizeof(alpha));
	for (int y = 0; y < call->height; y++) {
		uint8_t *line = call->to.data[0] + (size_t)y * call->to.stride[0];
		int x = 0;

		for (; x + RUN <= call->width; x += RUN)
			make_run_opaque(line + (size_t)x * 4, alpha);
		for (; x < call->width; x++)
			line[(size_t)x * 4 + at] = UINT8_MAX;
	}
}

/* One piece of the picture, all the way. */
static int run(const struct convert *convert, struct convert_call *call)
{
	const struct convert_path *path = &convert->path;
	struct weir_pixels to = call->to;

	for (unsigned i = 0; i < path->n_steps; i++) {
		call->format = convert->formats[i];
		call->to = i + 1 < path->n_steps ? convert->between[i] : to;
		if (path->steps[i]->run(call))
			return -EINVAL;
		call->from = call->to;
	}
	if (path->opaque)
		make_opaque(call, path->to);
	return 0;
}

static int run_pieces(
	const struct convert *convert, const struct weir_pixels *in, const struct weir_pixels *out)
{
	struct weir_pixels from = *in, to = *out;
	int err = 0;

	order_planes(&from, convert->path.from);
	order_planes(&to, convert->path.to);
	for (uint32_t y = 0; y < convert->height && !err; y += convert->lines) {
		uint32_t left = convert->height - y;
		struct convert_call call = {
			.from = from,
			.to = to,
			.width = (int)convert->width,
			.height = (int)(left < convert->lines ? left : convert->lines),
			.yuv = &convert->yuv,
			.yvu = &convert->yvu,
		};

		err = run(convert, &call);
		advance(&from, convert->formats[0], convert->lines);
		advance(&to, convert->wanted, convert->lines);
	}
	return err;
}

static int convert_frame(
	void *state, struct weir_frame *in, struct weir_frame *out, uint32_t *bytes_used)
{
	const struct convert *convert = state;
	struct weir_pixels from, to;
	int err = weir_frame_begin_cpu(in, WEIR_CPU_READ, &from), end_err;

	(void)bytes_used;
	if (err)
		return err;
	err = weir_frame_begin_cpu(out, WEIR_CPU_WRITE, &to);
	if (!err) {
		err = run_pieces(convert, &from, &to);
		end_err = weir_frame_end_cpu(out);
		err = err ? err : end_err;
	}
	end_err = weir_frame_end_cpu(in);
	return err ? err : end_err;
}

const struct weir_stage_impl weir_stage_convert = {
	.name = "convert",
	.summary = "FOURCC: another pixel format, by libyuv, on a thread of its own",
	.access = WEIR_STAGE_CONVERT,
	.open = open_convert,
	.configure = configure,
	.convert = convert_frame,
	.close = close_convert,
};
