/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "core/checked.h"
#include "core/log.h"
#include "core/scan.h"
#include "core/uri.h"
#include "pipeline/stages/jpeg_decode.h"
#include "pipeline/stages/jpeg_encode.h"
#include "pipeline/stages/stages.h"

/* JPEG images of frames and, where images come in, frames of them. libjpeg's objects live as long
 * as the stage. For each image libjpeg takes working memory, and gives it back: 18 KiB in two
 * blocks, 75 KiB in eight to code RGB, of 1920 pixels a line; never a page from the kernel. */

#define DEFAULT_QUALITY 85

/* No camera's subsampling but 4:4:4 loses anything in it. */
#define DEFAULT_DECODED "YUV422P"

struct jpeg {
	unsigned quality;                 /* 0: not asked for */
	const struct weir_format *wanted; /* of decoded frames; NULL: not asked for */
	bool decodes;
	struct jpeg_encoder encoder;
	struct jpeg_decoder decoder;
	const struct weir_log *log;
	bool complained; /* about an image of this run */
};

static bool is_image(const struct weir_format *format)
{
	return format == weir_format_by_name("MJPEG") || format == weir_format_by_name("JPEG");
}

/* ---- opened and closed ---- */

static int parse_format(struct jpeg *jpeg, const char *args, const struct weir_log *log)
{
	char quoted[WEIR_QUOTED];

	jpeg->wanted = weir_format_by_name(args);
	for (size_t i = 0; jpeg->wanted && jpeg_decoder_format_at(i); i++)
		if (weir_format_by_name(jpeg_decoder_format_at(i)) == jpeg->wanted)
			return 0;
	weir_error(log,
		"jpeg: %s is neither a quality from 1 to 100 nor a format to decode to: YUV422P, "
		"YVU422P, YUV420, YVU420, YUV444P, YVU444P or GREY",
		weir_quote(args, quoted));
	return -EINVAL;
}

static int parse(struct jpeg *jpeg, const char *args, const struct weir_log *log)
{
	if (!*args)
		return 0;
	if (weir_is_digit(*args))
		return weir_parse_u32("jpeg", args, 1, 100, log, &jpeg->quality);
	return parse_format(jpeg, args, log);
}

static int open_jpeg(const char *args, const struct weir_log *log, void **state)
{
	struct jpeg *jpeg = calloc(1, sizeof(*jpeg));
	int err;

	if (!jpeg)
		return -ENOMEM;
	err = parse(jpeg, args, log);
	if (err)
		goto free_jpeg;
	err = jpeg_encoder_init(&jpeg->encoder);
	if (err)
		goto free_jpeg;
	err = jpeg_decoder_init(&jpeg->decoder, &jpeg->encoder.jpeg);
	if (err)
		goto finish_encoder;
	*state = jpeg;
	return 0;

finish_encoder:
	jpeg_encoder_finish(&jpeg->encoder);
free_jpeg:
	free(jpeg);
	return err;
}

static void close_jpeg(void *state)
{
	struct jpeg *jpeg = state;

	jpeg_decoder_finish(&jpeg->decoder);
	jpeg_encoder_finish(&jpeg->encoder);
	free(jpeg);
}

/* ---- before frames flow ---- */

static int configure_decoder(
	struct jpeg *jpeg, struct weir_video *video, const struct weir_log *log)
{
	const struct weir_format *to =
		jpeg->wanted ? jpeg->wanted : weir_format_by_name(DEFAULT_DECODED);
	unsigned chroma = to->n_planes > 1;
	int err;

	if (jpeg->quality) {
		weir_error(log,
			"jpeg=%u: %s comes in, which is decoded, and that has no quality: write "
			"jpeg alone",
			jpeg->quality, video->format->name);
		return -ENOTSUP;
	}
	if (video->width % to->plane[chroma].block_width ||
		video->height % to->plane[chroma].block_height) {
		weir_error(log, "jpeg: %s is of even sizes, not %ux%u: write jpeg=YUV444P",
			to->name, video->width, video->height);
		return -ENOTSUP;
	}
	err = jpeg_decoder_configure(&jpeg->decoder, to, video->width, video->height);
	if (err)
		return err;
	video->format = to;
	video->stride = 0;
	if (video->matrix == WEIR_MATRIX_UNKNOWN)
		video->matrix = WEIR_MATRIX_601; /* JFIF knows no other */
	if (video->range == WEIR_RANGE_UNKNOWN)
		video->range = WEIR_RANGE_FULL;
	return 0;
}

static int refuse_to_code(
	const struct jpeg *jpeg, const struct weir_video *video, const struct weir_log *log)
{
	char list[WEIR_LOG_LINE];

	jpeg_encoder_list(list, sizeof(list));
	if (jpeg->wanted)
		weir_error(log, "jpeg=%s: that is to decode images, and %s comes in",
			jpeg->wanted->name, video->format->name);
	else
		weir_error(log,
			"jpeg: no image can be made of %s, but of %s: put --stage convert=NV12 "
			"before it",
			video->format->name, list);
	return -ENOTSUP;
}

static int configure_encoder(
	struct jpeg *jpeg, struct weir_video *video, const struct weir_log *log)
{
	unsigned quality = jpeg->quality ? jpeg->quality : DEFAULT_QUALITY;
	int err = jpeg->wanted ? -ENOTSUP : jpeg_encoder_configure(&jpeg->encoder, video, quality);

	if (err == -ENOTSUP)
		return refuse_to_code(jpeg, video, log);
	if (err)
		return err;
	if (video->format->flags & WEIR_FORMAT_RGB)
		video->matrix = WEIR_MATRIX_601;
	else if (video->matrix == WEIR_MATRIX_709 || video->matrix == WEIR_MATRIX_2020)
		weir_info(log, "jpeg: viewers take the colours of JPEG for BT.601, and these are "
			       "not: --stage convert=XR24 before it makes them exact");
	video->range = WEIR_RANGE_FULL;
	video->format = weir_format_by_name("MJPEG");
	video->stride = 0;
	return 0;
}

static int configure(void *state, struct weir_video *video, const struct weir_log *log)
{
	struct jpeg *jpeg = state;

	jpeg->log = log;
	jpeg->complained = false;
	jpeg->decodes = is_image(video->format);
	return jpeg->decodes ? configure_decoder(jpeg, video, log)
			     : configure_encoder(jpeg, video, log);
}

static size_t output_bytes(void *state)
{
	const struct jpeg *jpeg = state;
	struct weir_video video = {
		.format = jpeg->decoder.format,
		.width = jpeg->decoder.width,
		.height = jpeg->decoder.height,
	};
	struct weir_layout layout;

	if (!jpeg->decodes)
		return jpeg_encoder_most_bytes(&jpeg->encoder);
	return weir_format_layout(&video, &layout) ? 0 : layout.size;
}

/* ---- frames ---- */

static int run(struct jpeg *jpeg, struct weir_frame *in, const struct weir_pixels *from,
	struct weir_frame *out, const struct weir_pixels *to, uint32_t *bytes_used)
{
	if (jpeg->decodes)
		return jpeg_decoder_run(
			&jpeg->decoder, from->data[0], weir_frame_info(in)->bytes_used, to);
	return jpeg_encoder_run(&jpeg->encoder, from, to->data[0],
		weir_frame_info(out)->plane[0].length, bytes_used);
}

/* The first one in full; of a camera with a bad cable come thousands. */
static void complain(struct jpeg *jpeg, uint64_t sequence)
{
	if (jpeg->complained)
		return;
	jpeg->complained = true;
	if (jpeg->decodes)
		weir_warn(jpeg->log,
			"jpeg: image %" PRIu64 " cannot be decoded and is left out: %s; further "
			"ones are only counted",
			sequence, jpeg->decoder.errors.reason);
	else
		weir_warn(jpeg->log,
			"jpeg: frame %" PRIu64 " is left out: %s; further ones are only counted",
			sequence, jpeg->encoder.errors.reason);
}

static int convert_frame(
	void *state, struct weir_frame *in, struct weir_frame *out, uint32_t *bytes_used)
{
	struct jpeg *jpeg = state;
	struct weir_pixels from, to;
	int err = weir_frame_begin_cpu(in, WEIR_CPU_READ, &from), end_err;

	if (err)
		return err;
	err = weir_frame_begin_cpu(out, WEIR_CPU_WRITE, &to);
	if (!err) {
		err = run(jpeg, in, &from, out, &to, bytes_used);
		if (err == -EAGAIN)
			complain(jpeg, weir_frame_info(in)->sequence);
		end_err = weir_frame_end_cpu(out);
		err = end_err ? end_err : err;
	}
	end_err = weir_frame_end_cpu(in);
	return end_err ? end_err : err;
}

const struct weir_stage_impl weir_stage_jpeg = {
	.name = "jpeg",
	.summary = "QUALITY: JPEG images (jpeg alone: 85), or frames where images come in "
		   "(jpeg=FORMAT)",
	.access = WEIR_STAGE_CONVERT,
	.open = open_jpeg,
	.configure = configure,
	.convert = convert_frame,
	.output_bytes = output_bytes,
	.close = close_jpeg,
};
