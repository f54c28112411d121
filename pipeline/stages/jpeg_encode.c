/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/jpeg_encode.h"

#include <errno.h>
#include <stdlib.h>

#include "core/checked.h"
#include "pipeline/stages/jpeg_lines.h"

#ifndef JCS_EXTENSIONS
#error "this file needs libjpeg-turbo; build with -DWEIR_LIBJPEG=OFF where there is another libjpeg"
#endif

#define HEADER_BYTES 4096 /* tables and markers take about 700 */
#define ONE_BYTE     92   /* up to this quality a sample takes no more, noise included */

/* Where the samples of a component are in a line of their plane. */
struct place {
	uint8_t plane, offset, step;
};

struct jpeg_picture {
	const char *name;
	J_COLOR_SPACE space; /* RGB is libjpeg's to convert; YUV goes in as it is */
	uint8_t components, across, down;
	struct place place[JPEG_COMPONENTS];
};

#define PACKED(y, u, v)                                                                            \
	JCS_YCbCr, 3, 2, 1,                                                                        \
	{                                                                                          \
		{ 0, y, 2 }, { 0, u, 4 },                                                          \
		{                                                                                  \
			0, v, 4                                                                    \
		}                                                                                  \
	}
#define SEMI(w, h, u, v)                                                                           \
	JCS_YCbCr, 3, w, h,                                                                        \
	{                                                                                          \
		{ 0, 0, 1 }, { 1, u, 2 },                                                          \
		{                                                                                  \
			1, v, 2                                                                    \
		}                                                                                  \
	}
#define PLANAR(w, h, u, v)                                                                         \
	JCS_YCbCr, 3, w, h,                                                                        \
	{                                                                                          \
		{ 0, 0, 1 }, { u, 0, 1 },                                                          \
		{                                                                                  \
			v, 0, 1                                                                    \
		}                                                                                  \
	}

static const struct jpeg_picture pictures[] = {
	{ "YUYV", PACKED(0, 1, 3) },
	{ "UYVY", PACKED(1, 0, 2) },
	{ "YVYU", PACKED(0, 3, 1) },
	{ "VYUY", PACKED(1, 2, 0) },
	{ "NV12", SEMI(2, 2, 0, 1) },
	{ "NV21", SEMI(2, 2, 1, 0) },
	{ "NV16", SEMI(2, 1, 0, 1) },
	{ "NV61", SEMI(2, 1, 1, 0) },
	{ "NV24", SEMI(1, 1, 0, 1) },
	{ "NV42", SEMI(1, 1, 1, 0) },
	{ "YUV420", PLANAR(2, 2, 1, 2) },
	{ "YVU420", PLANAR(2, 2, 2, 1) },
	{ "YUV422P", PLANAR(2, 1, 1, 2) },
	{ "YVU422P", PLANAR(2, 1, 2, 1) },
	{ "YUV444P", PLANAR(1, 1, 1, 2) },
	{ "YVU444P", PLANAR(1, 1, 2, 1) },
	{ "GREY", JCS_GRAYSCALE, 1, 1, 1, { { 0, 0, 1 } } },
	{ "XR24", JCS_EXT_BGRX, 4, 2, 2, { { 0 } } },
	{ "AR24", JCS_EXT_BGRX, 4, 2, 2, { { 0 } } },
	{ "XB24", JCS_EXT_RGBX, 4, 2, 2, { { 0 } } },
	{ "AB24", JCS_EXT_RGBX, 4, 2, 2, { { 0 } } },
	{ "RX24", JCS_EXT_XBGR, 4, 2, 2, { { 0 } } },
	{ "RA24", JCS_EXT_XBGR, 4, 2, 2, { { 0 } } },
	{ "BX24", JCS_EXT_XRGB, 4, 2, 2, { { 0 } } },
	{ "BA24", JCS_EXT_XRGB, 4, 2, 2, { { 0 } } },
	{ "RGB24", JCS_EXT_RGB, 3, 2, 2, { { 0 } } },
	{ "BGR24", JCS_EXT_BGR, 3, 2, 2, { { 0 } } },
};

static bool is_rgb(const struct jpeg_picture *picture)
{
	return picture->space != JCS_YCbCr && picture->space != JCS_GRAYSCALE;
}

/* ---- life ---- */

static void begin_output(j_compress_ptr jpeg)
{
	(void)jpeg;
}

static boolean output_full(j_compress_ptr jpeg)
{
	jpeg_errors_fail((j_common_ptr)jpeg, "the image does not fit its slot");
}

int jpeg_encoder_init(struct jpeg_encoder *encoder)
{
	*encoder = (struct jpeg_encoder){
		.to = { .init_destination = begin_output,
			.empty_output_buffer = output_full,
			.term_destination = begin_output },
	};
	encoder->jpeg.err = jpeg_errors_init(&encoder->errors);
	if (setjmp(encoder->errors.failed)) {
		jpeg_destroy_compress(&encoder->jpeg);
		return -ENOMEM;
	}
	jpeg_create_compress(&encoder->jpeg);
	encoder->jpeg.dest = &encoder->to;
	encoder->jpeg.in_color_space = JCS_YCbCr;
	encoder->jpeg.input_components = JPEG_COMPONENTS;
	jpeg_set_defaults(&encoder->jpeg);
	return 0;
}

void jpeg_encoder_finish(struct jpeg_encoder *encoder)
{
	jpeg_destroy_compress(&encoder->jpeg);
	free(encoder->buffer);
}

void jpeg_encoder_list(char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < WEIR_COUNT(pictures) && used < size; i++)
		used += (size_t)snprintf(
			text + used, size - used, "%s%s", i ? ", " : "", pictures[i].name);
}

/* ---- before frames flow ---- */

static const struct jpeg_picture *picture_of(const struct weir_format *format)
{
	for (size_t i = 0; i < WEIR_COUNT(pictures); i++)
		if (weir_format_by_name(pictures[i].name) == format)
			return &pictures[i];
	return NULL;
}

/* Samples of a component in a line, and with what makes its MCUs whole. */
static size_t samples(const struct jpeg_encoder *encoder, unsigned component)
{
	unsigned across = component ? encoder->picture->across : 1;

	return (encoder->jpeg.image_width + across - 1) / across;
}

static size_t padded(const struct jpeg_encoder *encoder, unsigned component)
{
	unsigned mcu = encoder->picture->across * DCTSIZE;
	size_t width = (size_t)(encoder->jpeg.image_width + mcu - 1) / mcu * mcu;

	return component ? width / encoder->picture->across : width;
}

static unsigned lines_of(const struct jpeg_encoder *encoder, unsigned component)
{
	return component ? DCTSIZE : encoder->picture->down * DCTSIZE;
}

static bool reads_in_place(const struct jpeg_encoder *encoder, unsigned component)
{
	return encoder->picture->place[component].step == 1 && !encoder->expands &&
	       samples(encoder, component) == padded(encoder, component);
}

/* Lines of all components: the first ones of a row of MCUs. */
static int make_buffer(struct jpeg_encoder *encoder)
{
	size_t size = 0;
	uint8_t *line;

	free(encoder->buffer);
	for (unsigned i = 0; i < encoder->picture->components; i++)
		size += padded(encoder, i) * lines_of(encoder, i);
	encoder->buffer = line = calloc(1, size);
	if (!line)
		return -ENOMEM;
	for (unsigned i = 0; i < encoder->picture->components; i++)
		for (unsigned j = 0; j < lines_of(encoder, i); j++, line += padded(encoder, i))
			encoder->rows[i][j] = line;
	return 0;
}

/* What libjpeg remembers from one image to the next. */
static int set_parameters(struct jpeg_encoder *encoder)
{
	const struct jpeg_picture *picture = encoder->picture;
	struct jpeg_compress_struct *jpeg = &encoder->jpeg;

	if (setjmp(encoder->errors.failed))
		return -ENOMEM;
	jpeg->input_components = picture->components;
	jpeg->in_color_space = picture->space;
	jpeg_set_defaults(jpeg);
	jpeg_set_quality(jpeg, (int)encoder->quality, TRUE);
	jpeg->raw_data_in = !is_rgb(picture);
	jpeg->comp_info[0].h_samp_factor = picture->across;
	jpeg->comp_info[0].v_samp_factor = picture->down;
	return 0;
}

int jpeg_encoder_configure(
	struct jpeg_encoder *encoder, const struct weir_video *video, unsigned quality)
{
	encoder->picture = picture_of(video->format);
	if (!encoder->picture)
		return -ENOTSUP;
	encoder->quality = quality;
	encoder->jpeg.image_width = video->width;
	encoder->jpeg.image_height = video->height;
	encoder->expands = !is_rgb(encoder->picture) && video->range != WEIR_RANGE_FULL;
	if (set_parameters(encoder))
		return -ENOMEM;
	return is_rgb(encoder->picture) ? 0 : make_buffer(encoder);
}

size_t jpeg_encoder_most_bytes(const struct jpeg_encoder *encoder)
{
	const struct jpeg_picture *picture = encoder->picture;
	size_t width = padded(encoder, 0);
	size_t height = encoder->jpeg.image_height + (size_t)picture->down * DCTSIZE;
	size_t bytes = width * height;

	if (picture->components > 1)
		bytes += 2 * bytes / picture->across / picture->down;
	return (encoder->quality > ONE_BYTE ? 2 * bytes : bytes) + HEADER_BYTES;
}

/* ---- images ---- */

static void fetch_line(
	const struct jpeg_encoder *encoder, unsigned component, const uint8_t *from, uint8_t *to)
{
	const struct place *place = &encoder->picture->place[component];
	enum jpeg_lines_range range = !encoder->expands ? JPEG_LINES_AS_THEY_ARE
				      : component       ? JPEG_LINES_CHROMA
							: JPEG_LINES_LUMA;
	size_t n = samples(encoder, component);

	jpeg_lines_take(from, place->step, place->offset, range, to, n);
	jpeg_lines_pad(to, n, padded(encoder, component));
}

/* The lines of a component from line `first` of the picture on; below its last line comes that one
 * again. */
static void fetch(struct jpeg_encoder *encoder, unsigned component,
	const struct weir_pixels *pixels, unsigned first, JSAMPROW rows[])
{
	const struct place *place = &encoder->picture->place[component];
	unsigned down = component ? encoder->picture->down : 1;
	unsigned last = (encoder->jpeg.image_height - 1) / down;

	for (unsigned i = 0; i < lines_of(encoder, component); i++) {
		unsigned y = first / down + i;
		uint8_t *line = pixels->data[place->plane] +
				(size_t)(y < last ? y : last) * pixels->stride[place->plane];

		rows[i] = encoder->rows[component][i];
		if (reads_in_place(encoder, component))
			rows[i] = line;
		else
			fetch_line(encoder, component, line, rows[i]);
	}
}

static void write_samples(struct jpeg_encoder *encoder, const struct weir_pixels *pixels)
{
	JSAMPROW rows[JPEG_COMPONENTS][JPEG_MAX_LINES];
	JSAMPARRAY planes[JPEG_COMPONENTS] = { rows[0], rows[1], rows[2] };
	struct jpeg_compress_struct *jpeg = &encoder->jpeg;

	while (jpeg->next_scanline < jpeg->image_height) {
		for (unsigned i = 0; i < encoder->picture->components; i++)
			fetch(encoder, i, pixels, jpeg->next_scanline, rows[i]);
		jpeg_write_raw_data(jpeg, planes, lines_of(encoder, 0));
	}
}

static void write_rgb(struct jpeg_encoder *encoder, const struct weir_pixels *pixels)
{
	struct jpeg_compress_struct *jpeg = &encoder->jpeg;

	while (jpeg->next_scanline < jpeg->image_height) {
		JSAMPROW line = pixels->data[0] + (size_t)jpeg->next_scanline * pixels->stride[0];

		jpeg_write_scanlines(jpeg, &line, 1);
	}
}

int jpeg_encoder_run(struct jpeg_encoder *encoder, const struct weir_pixels *pixels, uint8_t *out,
	size_t capacity, uint32_t *size)
{
	encoder->to.next_output_byte = out;
	encoder->to.free_in_buffer = capacity;
	if (setjmp(encoder->errors.failed)) {
		jpeg_abort_compress(&encoder->jpeg);
		return -EAGAIN;
	}
	jpeg_start_compress(&encoder->jpeg, TRUE);
	if (is_rgb(encoder->picture))
		write_rgb(encoder, pixels);
	else
		write_samples(encoder, pixels);
	jpeg_finish_compress(&encoder->jpeg);
	*size = (uint32_t)(capacity - encoder->to.free_in_buffer);
	return 0;
}
