/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/jpeg_decode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/checked.h"
#include "pipeline/stages/jpeg_lines.h"

#define NEUTRAL 128

/* Lines of each component, and one for what lies below the picture. */
#define BUFFER_LINES (JPEG_DECODED_PLANES * JPEG_DECODED_LINES + 1)

static const struct {
	const char *name;
	unsigned planes[JPEG_DECODED_PLANES];
} outputs[] = {
	{ "YUV422P", { 0, 1, 2 } },
	{ "YVU422P", { 0, 2, 1 } },
	{ "YUV420", { 0, 1, 2 } },
	{ "YVU420", { 0, 2, 1 } },
	{ "YUV444P", { 0, 1, 2 } },
	{ "YVU444P", { 0, 2, 1 } },
	{ "GREY", { 0 } },
};

const char *jpeg_decoder_format_at(size_t index)
{
	return index < WEIR_COUNT(outputs) ? outputs[index].name : NULL;
}

/* ---- what libjpeg asks for ---- */

static void begin_input(j_decompress_ptr jpeg)
{
	(void)jpeg;
}

/* The image is all there, or nothing more comes of it: some cameras leave out its end marker, which
 * harms nobody. If pixels are missing the decoder notices. */
static boolean end_input(j_decompress_ptr jpeg)
{
	static const JOCTET end[] = { 0xff, JPEG_EOI };

	jpeg->src->next_input_byte = end;
	jpeg->src->bytes_in_buffer = sizeof(end);
	return TRUE;
}

static void skip_input(j_decompress_ptr jpeg, long bytes)
{
	if (bytes <= 0)
		return;
	if ((size_t)bytes > jpeg->src->bytes_in_buffer) {
		end_input(jpeg);
		return;
	}
	jpeg->src->next_input_byte += bytes;
	jpeg->src->bytes_in_buffer -= (size_t)bytes;
}

/* ---- life ---- */

static void keep_standard_tables(
	struct jpeg_decoder *decoder, const struct jpeg_compress_struct *encoder)
{
	j_common_ptr jpeg = (j_common_ptr)&decoder->jpeg;

	for (unsigned i = 0; i < JPEG_HUFFMAN_TABLES; i++) {
		decoder->dc[i] = *encoder->dc_huff_tbl_ptrs[i];
		decoder->ac[i] = *encoder->ac_huff_tbl_ptrs[i];
		decoder->jpeg.dc_huff_tbl_ptrs[i] = jpeg_alloc_huff_table(jpeg);
		decoder->jpeg.ac_huff_tbl_ptrs[i] = jpeg_alloc_huff_table(jpeg);
	}
}

int jpeg_decoder_init(struct jpeg_decoder *decoder, const struct jpeg_compress_struct *encoder)
{
	*decoder = (struct jpeg_decoder){
		.from = { .init_source = begin_input,
			.fill_input_buffer = end_input,
			.skip_input_data = skip_input,
			.resync_to_restart = jpeg_resync_to_restart,
			.term_source = begin_input },
	};
	decoder->jpeg.err = jpeg_errors_init(&decoder->errors);
	if (setjmp(decoder->errors.failed)) {
		jpeg_destroy_decompress(&decoder->jpeg);
		return -ENOMEM;
	}
	jpeg_create_decompress(&decoder->jpeg);
	decoder->jpeg.src = &decoder->from;
	keep_standard_tables(decoder, encoder);
	return 0;
}

void jpeg_decoder_finish(struct jpeg_decoder *decoder)
{
	jpeg_destroy_decompress(&decoder->jpeg);
	free(decoder->buffer);
}

int jpeg_decoder_configure(struct jpeg_decoder *decoder, const struct weir_format *format,
	uint32_t width, uint32_t height)
{
	size_t i = 0;

	while (weir_format_by_name(outputs[i].name) != format)
		i++;
	memcpy(decoder->planes, outputs[i].planes, sizeof(decoder->planes));
	decoder->format = format;
	decoder->width = width;
	decoder->height = height;
	decoder->line_bytes = (width + JPEG_DECODED_LINES - 1) & ~(size_t)(JPEG_DECODED_LINES - 1);
	free(decoder->buffer);
	decoder->buffer = calloc(BUFFER_LINES, decoder->line_bytes);
	return decoder->buffer ? 0 : -ENOMEM;
}

/* ---- images ---- */

/* One component of an image on its way into a plane. */
struct lane {
	unsigned across_from, down_from; /* pixels that a sample stands for, in the image … */
	unsigned across_to, down_to;     /* … and in the plane */
	uint32_t samples, lines;         /* of the plane */
	unsigned rows;                   /* of the image's component, at once */
	uint8_t *to;
	size_t stride;
	bool in_place;
	uint8_t *buffer;
};

static uint8_t *buffer_line(const struct jpeg_decoder *decoder, unsigned component, unsigned row)
{
	return decoder->buffer + (component * JPEG_DECODED_LINES + row) * decoder->line_bytes;
}

/* Cameras send what is straightforward; the rest would need memory without bounds. */
static void check_header(struct jpeg_decoder *decoder)
{
	struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
	j_common_ptr common = (j_common_ptr)jpeg;

	if (jpeg->image_width != decoder->width || jpeg->image_height != decoder->height)
		jpeg_errors_fail(common, "it is of %ux%u, not %ux%u", jpeg->image_width,
			jpeg->image_height, decoder->width, decoder->height);
	if (jpeg->jpeg_color_space != JCS_YCbCr && jpeg->jpeg_color_space != JCS_GRAYSCALE)
		jpeg_errors_fail(common, "it is neither YCbCr nor grey");
	if (jpeg_has_multiple_scans(jpeg))
		jpeg_errors_fail(common, "it comes in several scans, as progressive images do");
	for (int i = 0; i < jpeg->num_components; i++) {
		const jpeg_component_info *c = &jpeg->comp_info[i];

		if (jpeg->max_h_samp_factor % c->h_samp_factor ||
			jpeg->max_v_samp_factor % c->v_samp_factor ||
			(i == 0 && (c->h_samp_factor != jpeg->max_h_samp_factor ||
					   c->v_samp_factor != jpeg->max_v_samp_factor)) ||
			jpeg->max_h_samp_factor / c->h_samp_factor == 3 ||
			jpeg->max_v_samp_factor / c->v_samp_factor == 3)
			jpeg_errors_fail(common, "its subsampling is of no usual kind");
	}
}

static struct lane lane_of(
	const struct jpeg_decoder *decoder, unsigned component, const struct weir_pixels *out)
{
	const struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
	const jpeg_component_info *info = &jpeg->comp_info[component];
	unsigned plane = decoder->planes[component];
	struct lane lane = {
		.across_from = (unsigned)(jpeg->max_h_samp_factor / info->h_samp_factor),
		.down_from = (unsigned)(jpeg->max_v_samp_factor / info->v_samp_factor),
		.across_to = decoder->format->plane[plane].block_width,
		.down_to = decoder->format->plane[plane].block_height,
		.rows = (unsigned)info->v_samp_factor * DCTSIZE,
		.to = out->data[plane],
		.stride = out->stride[plane],
	};

	lane.samples = decoder->width / lane.across_to;
	lane.lines = decoder->height / lane.down_to;
	/* Blocks are written whole: they may end in the padding, not in the next line. */
	lane.in_place = lane.across_from == lane.across_to && lane.down_from == lane.down_to &&
			(size_t)info->width_in_blocks * DCTSIZE <= lane.stride;
	return lane;
}

static void aim(const struct jpeg_decoder *decoder, unsigned component, const struct lane *lane,
	unsigned first, JSAMPROW rows[])
{
	uint8_t *below = buffer_line(decoder, JPEG_DECODED_PLANES, 0);

	for (unsigned i = 0; i < lane->rows; i++) {
		unsigned y = first / lane->down_from + i;

		if (!lane->in_place)
			rows[i] = buffer_line(decoder, component, i);
		else
			rows[i] = y < lane->lines ? lane->to + y * lane->stride : below;
	}
}

/* From the buffer into the plane: the lines of one row of MCUs. */
static void deliver(const struct lane *lane, unsigned first, JSAMPROW rows[])
{
	unsigned end = (first + lane->rows * lane->down_from) / lane->down_to;

	for (unsigned y = first / lane->down_to; y < end && y < lane->lines; y++) {
		unsigned row = (y * lane->down_to - first) / lane->down_from;
		unsigned next = row + (lane->down_to > lane->down_from);
		const uint8_t *lines[] = { rows[row], rows[next] };

		jpeg_lines_resample(lines, lane->across_from, lane->to + y * lane->stride,
			lane->across_to, lane->samples);
	}
}

static void read_samples(struct jpeg_decoder *decoder, const struct weir_pixels *out)
{
	JSAMPROW rows[JPEG_DECODED_PLANES][JPEG_DECODED_LINES];
	JSAMPARRAY planes[JPEG_DECODED_PLANES] = { rows[0], rows[1], rows[2] };
	struct jpeg_decompress_struct *jpeg = &decoder->jpeg;
	unsigned wanted = decoder->format->n_planes, had = (unsigned)jpeg->num_components;
	struct lane lanes[JPEG_DECODED_PLANES];

	for (unsigned i = 0; i < had && i < wanted; i++)
		lanes[i] = lane_of(decoder, i, out);
	for (unsigned i = wanted; i < had; i++)
		lanes[i] = (struct lane){ .rows = JPEG_DECODED_LINES, .down_from = 1 };

	while (jpeg->output_scanline < jpeg->output_height) {
		unsigned first = jpeg->output_scanline;

		for (unsigned i = 0; i < had; i++)
			aim(decoder, i, &lanes[i], first, rows[i]);
		jpeg_read_raw_data(jpeg, planes, (JDIMENSION)(jpeg->max_v_samp_factor * DCTSIZE));
		for (unsigned i = 0; i < had && i < wanted; i++)
			if (!lanes[i].in_place)
				deliver(&lanes[i], first, rows[i]);
	}
}

static void fill_neutral(const struct jpeg_decoder *decoder, const struct weir_pixels *out)
{
	for (unsigned i = 1; i < decoder->format->n_planes; i++) {
		uint32_t lines = decoder->height / decoder->format->plane[i].block_height;

		for (uint32_t y = 0; y < lines; y++)
			memset(out->data[i] + (size_t)y * out->stride[i], NEUTRAL,
				decoder->width / decoder->format->plane[i].block_width);
	}
}

/* Many cameras leave the standard's tables out, and those of the image before are not meant. */
static void restore_tables(struct jpeg_decoder *decoder)
{
	for (unsigned i = 0; i < JPEG_HUFFMAN_TABLES; i++) {
		*decoder->jpeg.dc_huff_tbl_ptrs[i] = decoder->dc[i];
		*decoder->jpeg.ac_huff_tbl_ptrs[i] = decoder->ac[i];
	}
}

int jpeg_decoder_run(struct jpeg_decoder *decoder, const uint8_t *image, size_t size,
	const struct weir_pixels *out)
{
	struct jpeg_decompress_struct *jpeg = &decoder->jpeg;

	if (setjmp(decoder->errors.failed)) {
		jpeg_abort_decompress(&decoder->jpeg);
		return -EAGAIN;
	}
	decoder->from.next_input_byte = image;
	decoder->from.bytes_in_buffer = size;
	restore_tables(decoder);
	jpeg_read_header(jpeg, TRUE);
	check_header(decoder);
	jpeg->out_color_space = jpeg->jpeg_color_space;
	jpeg->raw_data_out = TRUE;
	jpeg->do_fancy_upsampling = FALSE;
	jpeg_start_decompress(jpeg);
	if (jpeg->num_components == 1)
		fill_neutral(decoder, out);
	read_samples(decoder, out);
	jpeg_finish_decompress(jpeg);
	return 0;
}
