/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The libraries alone, for tests/bench/convert.sh: bare WHAT WIDTH HEIGHT FRAMES <FRAME prints the
 * microseconds of CPU a frame of what the convert or jpeg stage does. As in a pipeline, frames and
 * results rotate over four buffers each, so that neither side has its data in the cache.
 *
 * cc -O2 tests/bench/bare.c -lyuv -ljpeg -o bare */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jpeglib.h>
#include <libyuv.h>

#define BUFFERS 4
#define QUALITY 85

struct call {
	uint8_t *in, *out, *between;
	size_t size; /* of what comes in */
	int w, h;
};

static uint8_t *plane(uint8_t *frame, const struct call *c, int number)
{
	size_t pixels = (size_t)c->w * c->h;

	return frame + pixels * (number > 0) + pixels / 4 * (number > 1);
}

static void yuyv_nv12(const struct call *c)
{
	YUY2ToNV12(c->in, 2 * c->w, c->out, c->w, plane(c->out, c, 1), c->w, c->w, c->h);
}

static void yuyv_xr24(const struct call *c)
{
	size_t pixels = (size_t)c->w * c->h;
	uint8_t *u = c->between + pixels, *v = u + pixels / 2;

	YUY2ToI422(c->in, 2 * c->w, c->between, c->w, u, c->w / 2, v, c->w / 2, c->w, c->h);
	I422ToARGBMatrix(c->between, c->w, u, c->w / 2, v, c->w / 2, c->out, 4 * c->w,
		&kYuvH709Constants, c->w, c->h);
}

static void nv12_xr24(const struct call *c)
{
	NV12ToARGBMatrix(c->in, c->w, plane(c->in, c, 1), c->w, c->out, 4 * c->w,
		&kYuvH709Constants, c->w, c->h);
}

static void nv12_yuv420(const struct call *c)
{
	NV12ToI420(c->in, c->w, plane(c->in, c, 1), c->w, c->out, c->w, plane(c->out, c, 1),
		c->w / 2, plane(c->out, c, 2), c->w / 2, c->w, c->h);
}

static void xr24_nv12(const struct call *c)
{
	ARGBToNV12(c->in, 4 * c->w, c->out, c->w, plane(c->out, c, 1), c->w, c->w, c->h);
}

static void xr24_rgb24(const struct call *c)
{
	ARGBToRAW(c->in, 4 * c->w, c->out, 3 * c->w, c->w, c->h);
}

/* ---- JPEG ---- */

static struct jpeg_error_mgr errors;

static void begin_image(struct jpeg_compress_struct *jpeg, const struct call *c, uint8_t **out,
	unsigned long *size, J_COLOR_SPACE space, int components)
{
	jpeg->err = jpeg_std_error(&errors);
	jpeg_create_compress(jpeg);
	*out = c->out;
	*size = (size_t)c->w * c->h * 4;
	jpeg_mem_dest(jpeg, out, size);
	jpeg->image_width = (JDIMENSION)c->w;
	jpeg->image_height = (JDIMENSION)c->h;
	jpeg->input_components = components;
	jpeg->in_color_space = space;
	jpeg_set_defaults(jpeg);
	jpeg_set_quality(jpeg, QUALITY, TRUE);
}

static void end_image(struct jpeg_compress_struct *jpeg)
{
	jpeg_finish_compress(jpeg);
	jpeg_destroy_compress(jpeg);
}

/* `down` lines share chroma; no chroma at all for 0. */
static void code_planes(const struct call *c, uint8_t *y, uint8_t *u, uint8_t *v, int down)
{
	struct jpeg_compress_struct jpeg;
	uint8_t *out;
	unsigned long size;
	JSAMPROW rows[3][16];
	JSAMPARRAY planes[] = { rows[0], rows[1], rows[2] };
	int lines = down == 2 ? 16 : 8;

	begin_image(&jpeg, c, &out, &size, down ? JCS_YCbCr : JCS_GRAYSCALE, down ? 3 : 1);
	jpeg.raw_data_in = TRUE;
	if (down)
		jpeg.comp_info[0].v_samp_factor = down;
	jpeg_start_compress(&jpeg, TRUE);
	for (int top = 0; top < c->h; top += lines) {
		for (int i = 0; i < lines; i++) {
			int line = top + i < c->h ? top + i : c->h - 1;

			rows[0][i] = y + (size_t)line * c->w;
		}
		for (int i = 0; i < 8 && down; i++) {
			int line = top / down + i, last = c->h / down - 1;

			line = line < last ? line : last;
			rows[1][i] = u + (size_t)line * (c->w / 2);
			rows[2][i] = v + (size_t)line * (c->w / 2);
		}
		jpeg_write_raw_data(&jpeg, planes, (JDIMENSION)lines);
	}
	end_image(&jpeg);
}

static void grey_jpeg(const struct call *c)
{
	code_planes(c, c->in, NULL, NULL, 0);
}

static void nv12_jpeg(const struct call *c)
{
	uint8_t *u = c->between, *v = u + (size_t)c->w * c->h / 4;

	SplitUVPlane(plane(c->in, c, 1), c->w, u, c->w / 2, v, c->w / 2, c->w / 2, c->h / 2);
	code_planes(c, c->in, u, v, 2);
}

static void yuyv_jpeg(const struct call *c)
{
	size_t pixels = (size_t)c->w * c->h;
	uint8_t *u = c->between + pixels, *v = u + pixels / 2;

	YUY2ToI422(c->in, 2 * c->w, c->between, c->w, u, c->w / 2, v, c->w / 2, c->w, c->h);
	code_planes(c, c->between, u, v, 1);
}

static void xr24_jpeg(const struct call *c)
{
	struct jpeg_compress_struct jpeg;
	uint8_t *out;
	unsigned long size;

	begin_image(&jpeg, c, &out, &size, JCS_EXT_BGRX, 4);
	jpeg_start_compress(&jpeg, TRUE);
	while (jpeg.next_scanline < jpeg.image_height) {
		JSAMPROW line = c->in + (size_t)jpeg.next_scanline * 4 * c->w;

		jpeg_write_scanlines(&jpeg, &line, 1);
	}
	end_image(&jpeg);
}

/* Of 4:2:0, which is what pattern:mjpeg gives. */
static void mjpeg_yuv420(const struct call *c)
{
	static uint8_t below[8192];
	struct jpeg_decompress_struct jpeg;
	JSAMPROW rows[3][16];
	JSAMPARRAY planes[] = { rows[0], rows[1], rows[2] };

	jpeg.err = jpeg_std_error(&errors);
	jpeg_create_decompress(&jpeg);
	jpeg_mem_src(&jpeg, c->in, c->size);
	jpeg_read_header(&jpeg, TRUE);
	jpeg.out_color_space = JCS_YCbCr;
	jpeg.raw_data_out = TRUE;
	jpeg_start_decompress(&jpeg);
	while (jpeg.output_scanline < jpeg.output_height) {
		int top = (int)jpeg.output_scanline;

		for (int i = 0; i < 16; i++)
			rows[0][i] = top + i < c->h ? c->out + (size_t)(top + i) * c->w : below;
		for (int i = 0; i < 16; i++) {
			int line = top / 2 + i % 8;

			rows[1 + i / 8][i % 8] = line < c->h / 2 ? plane(c->out, c, 1 + i / 8) +
									   (size_t)line * (c->w / 2)
								 : below;
		}
		jpeg_read_raw_data(&jpeg, planes, 16);
	}
	jpeg_finish_decompress(&jpeg);
	jpeg_destroy_decompress(&jpeg);
}

static void uyvy_copy(const struct call *c)
{
	memcpy(c->out, c->in, (size_t)c->w * c->h * 2);
}

static const struct {
	const char *name;
	void (*run)(const struct call *c);
} calls[] = {
	{ "YUYV-NV12", yuyv_nv12 },
	{ "YUYV-XR24", yuyv_xr24 },
	{ "NV12-XR24", nv12_xr24 },
	{ "NV12-YUV420", nv12_yuv420 },
	{ "XR24-NV12", xr24_nv12 },
	{ "XR24-RGB24", xr24_rgb24 },
	{ "GREY-jpeg", grey_jpeg },
	{ "NV12-jpeg", nv12_jpeg },
	{ "YUYV-jpeg", yuyv_jpeg },
	{ "XR24-jpeg", xr24_jpeg },
	{ "MJPEG-YUV420", mjpeg_yuv420 },
	{ "UYVY-copy", uyvy_copy },
};

static double cpu_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

int main(int argc, char **argv)
{
	struct call buffers[BUFFERS] = { { 0 } };
	size_t which = 0;
	double start = 0;
	int frames;

	if (argc != 5)
		return 2;
	while (which < sizeof(calls) / sizeof(calls[0]) && strcmp(calls[which].name, argv[1]))
		which++;
	if (which == sizeof(calls) / sizeof(calls[0]))
		return 2;
	frames = atoi(argv[4]);
	for (int i = 0; i < BUFFERS; i++) {
		struct call *c = &buffers[i];
		size_t most;

		c->w = atoi(argv[2]);
		c->h = atoi(argv[3]);
		most = (size_t)c->w * c->h * 4;
		c->in = malloc(most);
		c->out = malloc(most);
		c->between = i ? buffers[0].between : malloc(most);
		if (!c->in || !c->out || !c->between)
			return 1;
		memset(c->out, 0, most);
		memset(c->between, 0, most);
		c->size = i ? buffers[0].size : fread(c->in, 1, most, stdin);
		memcpy(c->in, buffers[0].in, c->size);
	}
	for (int i = -2 * BUFFERS; i < frames; i++) {
		if (i == 0)
			start = cpu_us();
		calls[which].run(&buffers[(i + 2 * BUFFERS) % BUFFERS]);
	}
	printf("%.1f\n", (cpu_us() - start) / frames);
	return 0;
}
