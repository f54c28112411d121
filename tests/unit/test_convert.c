/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every pair of formats that the convert stage takes, against the standards' formulas: random
 * pixels, odd sizes, padded lines, parts of pictures, every matrix and range. */
#include "pictures.h"

#include "core/stage.h"

static const struct picture_colour bt601 = { 0.299, 0.114, false };

static struct weir_stage *open_stage(const char *to, const struct weir_log *log)
{
	struct weir_stage *stage = NULL;
	char text[32];

	snprintf(text, sizeof(text), "convert=%s", to);
	assert_int_equal(weir_stage_open(text, log, &stage), 0);
	return stage;
}

static int configure(struct weir_stage *stage, struct weir_video *video, const struct weir_log *log)
{
	return stage->impl->configure(stage->state, video, log);
}

static void convert(struct weir_stage *stage, struct weir_frame *in, struct weir_frame *out)
{
	uint32_t bytes = out->info.bytes_used;

	assert_int_equal(stage->impl->convert(stage->state, in, out, &bytes), 0);
	assert_int_equal(bytes, out->info.bytes_used);
}

static void fill_with_noise(const struct picture *picture, uint32_t seed)
{
	for (size_t i = 0; i < picture->size; i++)
		picture_memory(picture)[i] = (uint8_t)picture_random(&seed);
}

/* ---- what has to come out ---- */

struct comparison {
	const struct picture_format *from, *to;
	struct weir_pixels in, out;
	unsigned width, height;
	struct picture_colour colour;
};

/* From the nearest whole number. */
static bool differs(double expected, double got, double slack)
{
	double whole = (double)(int)(expected + 0.5);

	return whole - got > slack || got - whole > slack;
}

static void fail_at(const struct comparison *c, const char *what, unsigned x, unsigned y,
	double expected, int got)
{
	fail_msg("%s to %s, %ux%u, red %.4f %s: %s at %u,%u is %d, not %.1f", c->from->name,
		c->to->name, c->width, c->height, c->colour.red,
		c->colour.full ? "full" : "limited", what, x, y, got, expected);
}

static void get_in(const struct comparison *c, unsigned x, unsigned y, double out[3])
{
	uint8_t values[4];

	picture_get(c->from, &c->in, x, y, values);
	for (unsigned i = 0; i < 3; i++)
		out[i] = values[i];
}

static void check_rgb(const struct comparison *c, unsigned x, unsigned y)
{
	/* Of five or six bits, a value may be one step off; and libyuv has a function of its own
	 * for packed YUV, with a weight that is too small. */
	double slack = c->to->way == WAY_565 ? 11 : c->from->way == WAY_PACKED ? 3 : 2;
	double in[3], expected[3];
	uint8_t out[4];

	get_in(c, x, y, in);
	picture_get(c->to, &c->out, x, y, out);
	if (picture_is_rgb(c->from)) {
		memcpy(expected, in, sizeof(in));
		slack = c->to->way == WAY_565 ? 9 : c->from->way == WAY_565 ? 1 : 0;
	} else {
		picture_to_rgb(&c->colour, in, expected);
	}
	for (unsigned i = 0; i < 3; i++)
		if (differs(expected[i], out[i], slack))
			fail_at(c, i == 0 ? "R" : i == 1 ? "G" : "B", x, y, expected[i], out[i]);
}

static void check_luma(const struct comparison *c, unsigned x, unsigned y)
{
	double in[3], yuv[3], slack = 0;
	uint8_t out[4];

	get_in(c, x, y, in);
	picture_get(c->to, &c->out, x, y, out);
	if (picture_is_rgb(c->from)) {
		picture_to_yuv(&bt601, in, yuv);
		in[0] = yuv[0];
		slack = 2;
	}
	if (differs(in[0], out[0], slack))
		fail_at(c, "Y", x, y, in[0], out[0]);
}

/* Of the pixels that share a sample, as many as there are. */
static void mean(const struct comparison *c, unsigned x, unsigned y, unsigned across, unsigned down,
	double sum[3])
{
	unsigned n = 0;

	sum[0] = sum[1] = sum[2] = 0;
	for (unsigned j = y; j < y + down && j < c->height; j++)
		for (unsigned i = x; i < x + across && i < c->width; i++, n++) {
			double in[3];

			get_in(c, i, j, in);
			for (unsigned k = 0; k < 3; k++)
				sum[k] += in[k];
		}
	for (unsigned k = 0; k < 3; k++)
		sum[k] /= n;
}

/* The least and the most among a sample and its neighbours, which finer chroma is made from. */
static void widen(
	const struct comparison *c, unsigned x, unsigned y, double least[3], double most[3])
{
	for (int dy = -2; dy <= 2; dy++)
		for (int dx = -2; dx <= 2; dx++) {
			int i = (int)x + dx, j = (int)y + dy;
			double in[3];

			if (i < 0 || j < 0 || i >= (int)c->width || j >= (int)c->height)
				continue;
			get_in(c, (unsigned)i, (unsigned)j, in);
			for (unsigned k = 1; k < 3; k++) {
				least[k] = in[k] < least[k] ? in[k] : least[k];
				most[k] = in[k] > most[k] ? in[k] : most[k];
			}
		}
}

static void check_chroma(const struct comparison *c, unsigned x, unsigned y)
{
	bool finer = c->to->across < c->from->across || c->to->down < c->from->down;
	double least[3], most[3], sum[3];
	uint8_t out[4];

	mean(c, x, y, c->to->across, c->to->down, sum);
	if (picture_is_rgb(c->from)) {
		double rgb[3] = { sum[0], sum[1], sum[2] };

		picture_to_yuv(&bt601, rgb, sum);
	}
	memcpy(least, sum, sizeof(sum));
	memcpy(most, sum, sizeof(sum));
	if (finer)
		widen(c, x, y, least, most);
	picture_get(c->to, &c->out, x, y, out);
	for (unsigned k = 1; k < 3; k++)
		if (out[k] < least[k] - 2 || out[k] > most[k] + 2)
			fail_at(c, k == 1 ? "U" : "V", x, y, sum[k], out[k]);
}

static void check_alpha(const struct comparison *c, unsigned x, unsigned y)
{
	const struct weir_format *from = weir_format_by_name(c->from->name);
	const struct weir_format *to = weir_format_by_name(c->to->name);
	uint8_t in[4], out[4];

	if (!(to->flags & WEIR_FORMAT_ALPHA))
		return;
	picture_get(c->from, &c->in, x, y, in);
	picture_get(c->to, &c->out, x, y, out);
	if (out[3] != (from->flags & WEIR_FORMAT_ALPHA ? in[3] : 255))
		fail_at(c, "alpha", x, y, in[3], out[3]);
}

/* The lines at the top, and those around the seam of two pieces, which are of 32 lines. */
static bool tells(unsigned y)
{
	return y < 4 || y >= 30;
}

static void check_pixel(const struct comparison *c, unsigned x, unsigned y)
{
	check_alpha(c, x, y);
	if (picture_is_rgb(c->to)) {
		check_rgb(c, x, y);
		return;
	}
	check_luma(c, x, y);
	if (c->to->way != WAY_GREY && x % c->to->across == 0 && y % c->to->down == 0)
		check_chroma(c, x, y);
}

static void check_all(const struct comparison *c)
{
	for (unsigned y = 0; y < c->height; y++)
		for (unsigned x = 0; x < c->width && tells(y); x++)
			check_pixel(c, x, y);
}

/* ---- all pairs ---- */

struct look {
	enum weir_matrix matrix;
	enum weir_range range;
	double red, blue;
};

static const struct look looks[] = {
	{ WEIR_MATRIX_601, WEIR_RANGE_LIMITED, 0.299, 0.114 },
	{ WEIR_MATRIX_601, WEIR_RANGE_FULL, 0.299, 0.114 },
	{ WEIR_MATRIX_709, WEIR_RANGE_LIMITED, 0.2126, 0.0722 },
	{ WEIR_MATRIX_709, WEIR_RANGE_FULL, 0.2126, 0.0722 },
	{ WEIR_MATRIX_2020, WEIR_RANGE_LIMITED, 0.2627, 0.0593 },
	{ WEIR_MATRIX_2020, WEIR_RANGE_FULL, 0.2627, 0.0593 },
	{ WEIR_MATRIX_UNKNOWN, WEIR_RANGE_UNKNOWN, 0.299, 0.114 },
};

static void check_told(const struct comparison *c, const struct look *look,
	const struct weir_video *in, const struct weir_video *out)
{
	assert_ptr_equal(out->format, weir_format_by_name(c->to->name));
	assert_int_equal(out->width, c->width);
	assert_int_equal(out->height, c->height);
	assert_int_equal(out->primaries, in->primaries);
	assert_int_equal(out->transfer, in->transfer);
	if (picture_is_rgb(c->from) == picture_is_rgb(c->to)) {
		assert_int_equal(out->matrix, in->matrix);
		assert_int_equal(out->range, in->range);
	} else if (picture_is_rgb(c->to)) {
		assert_int_equal(out->matrix, WEIR_MATRIX_RGB);
		assert_int_equal(out->range, WEIR_RANGE_FULL);
	} else {
		assert_int_equal(out->matrix, WEIR_MATRIX_601);
		assert_int_equal(out->range, WEIR_RANGE_LIMITED);
	}
	(void)look;
}

/* Converts noise and checks every pixel. `padding` is behind each line of what comes in. */
static void check_pair(const struct picture_format *from, const struct picture_format *to,
	unsigned width, unsigned height, unsigned padding, const struct look *look)
{
	struct weir_stage *stage = open_stage(to->name, NULL);
	struct weir_video in = video_of(from->name, width, height), out;
	struct comparison c = { .from = from, .to = to, .width = width, .height = height };
	struct picture a, b;

	in.matrix = picture_is_rgb(from) ? WEIR_MATRIX_RGB : look->matrix;
	in.range = picture_is_rgb(from) ? WEIR_RANGE_FULL : look->range;
	in.primaries = WEIR_PRIMARIES_709;
	in.transfer = WEIR_TRANSFER_SRGB;
	in.stride = padding ? (uint32_t)weir_format_line_bytes(in.format, 0, width) + padding : 0;
	c.colour = (struct picture_colour){ look->red, look->blue, look->range == WEIR_RANGE_FULL };
	out = in;
	assert_int_equal(configure(stage, &out, NULL), 0);
	check_told(&c, look, &in, &out);
	picture_open(&a, &in, 0);
	picture_open(&b, &out, 0);
	fill_with_noise(&a, width * 31 + height);
	convert(stage, a.frame, b.frame);
	assert_int_equal(weir_frame_begin_cpu(a.frame, WEIR_CPU_READ, &c.in), 0);
	assert_int_equal(weir_frame_begin_cpu(b.frame, WEIR_CPU_READ, &c.out), 0);
	check_all(&c);
	assert_int_equal(weir_frame_end_cpu(a.frame), 0);
	assert_int_equal(weir_frame_end_cpu(b.frame), 0);
	memset(picture_memory(&a) + a.size, PICTURE_FILL, PICTURE_MARGIN);
	picture_close(&a);
	picture_close(&b);
	weir_stage_close(&stage);
}

/* Of 8 bits to the 10 that travel, to words of 16, and back: nothing is lost on the way, and the
 * bytes are those of RFC 4175, 4.3. */
static void test_ten_bits(void **state)
{
	static const char *const way[] = { "UYVY", "UYVP", "Y210", "UYVP", "UYVY" };
	static const uint8_t first[] = { 0x12, 0x34, 0xf6, 0x78 };
	/* 12 34 f6 78, times four, in 10 bits each; and in words, Y first. */
	static const uint8_t travels[] = { 0x12, 0x0d, 0x0f, 0x61, 0xe0 };
	static const uint8_t words[] = { 0x00, 0x34, 0x00, 0x12, 0x00, 0x78, 0x00, 0xf6 };
	struct picture picture[WEIR_COUNT(way)];

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(way); i++) {
		struct weir_video video = video_of(way[i], 64, 48);

		picture_open(&picture[i], &video, 0);
		if (!i) {
			fill_with_noise(&picture[0], 7);
			memcpy(picture_memory(&picture[0]), first, sizeof(first));
			continue;
		}
		struct weir_stage *stage = open_stage(way[i], NULL);

		video = video_of(way[i - 1], 64, 48);
		assert_int_equal(configure(stage, &video, NULL), 0);
		convert(stage, picture[i - 1].frame, picture[i].frame);
		weir_stage_close(&stage);
	}
	assert_memory_equal(picture_memory(&picture[1]), travels, sizeof(travels));
	assert_memory_equal(picture_memory(&picture[2]), words, sizeof(words));
	assert_memory_equal(
		picture_memory(&picture[4]), picture_memory(&picture[0]), picture[0].size);
	for (size_t i = 0; i < WEIR_COUNT(way); i++)
		picture_close(&picture[i]);
}

/* What there is no way for, among formats that libyuv knows. */
static bool is_missing(const char *from, const char *to)
{
	static const char *const missing[][2] = { { "NV21", "NV42" }, { "P010", "NV42" },
		{ "P010", "YUV444P" }, { "P010", "YVU444P" }, { "P012", "NV42" },
		{ "P012", "YUV444P" }, { "P012", "YVU444P" } };

	if (!strcmp(to, "P010") || !strcmp(to, "P012"))
		return true;
	for (size_t i = 0; i < WEIR_COUNT(missing); i++)
		if (!strcmp(from, missing[i][0]) && !strcmp(to, missing[i][1]))
			return true;
	return false;
}

static void check_refused(const struct picture_format *from, const struct picture_format *to)
{
	struct weir_stage *stage = open_stage(to->name, NULL);
	struct weir_video video = video_of(from->name, 64, 48), before = video;
	struct heard heard;

	listen_to(&heard);
	assert_int_equal(configure(stage, &video, &heard.log), -ENOTSUP);
	assert_int_equal(heard.lines, 1);
	/* But for the padding behind the last member, which may be anything. */
	assert_memory_equal(
		&video, &before, offsetof(struct weir_video, transfer) + sizeof(video.transfer));
	assert_non_null(strstr(heard.last, from->name));
	assert_non_null(strstr(heard.last, "it can become"));
	weir_stage_close(&stage);
}

/* 34 lines are more than one piece, and 34 pixels no multiple of anything that SIMD likes. */
static void test_every_pair(void **state)
{
	unsigned pairs = 0;

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(picture_formats); i++)
		for (size_t j = 0; j < WEIR_COUNT(picture_formats); j++) {
			const struct picture_format *from = &picture_formats[i];
			const struct picture_format *to = &picture_formats[j];

			if (is_missing(from->name, to->name)) {
				if (from->way != WAY_SEMI_16 || to->way != WAY_SEMI_16)
					check_refused(from, to);
				continue;
			}
			check_pair(from, to, 34, 34, 16, &looks[0]);
			pairs++;
		}
	print_message("%u pairs\n", pairs);
	assert_true(pairs > 800);
}

static void test_odd_sizes(void **state)
{
	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(picture_formats); i++)
		for (size_t j = 0; j < WEIR_COUNT(picture_formats); j++) {
			const struct picture_format *from = &picture_formats[i];
			const struct picture_format *to = &picture_formats[j];

			if (is_missing(from->name, to->name))
				continue;
			if (from->across * to->across == 1 && from->down * to->down == 1)
				check_pair(from, to, 33, 35, 5, &looks[0]);
			else if (from->down * to->down == 1)
				check_pair(from, to, 38, 35, 8, &looks[0]);
		}
}

static void test_every_colour(void **state)
{
	static const char *const to[] = { "XR24", "XB24", "RX24", "BA24", "RGB24", "BGR24",
		"RGB565" };

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(picture_formats); i++)
		for (size_t j = 0; j < WEIR_COUNT(to); j++)
			for (size_t k = 0; k < WEIR_COUNT(looks); k++)
				if (!picture_is_rgb(&picture_formats[i]))
					check_pair(&picture_formats[i], picture_format(to[j]), 64,
						34, 0, &looks[k]);
}

/* Nobody says: what players take for granted of that size. */
static void test_unknown_colour_in_hd(void **state)
{
	static const struct look look = { WEIR_MATRIX_UNKNOWN, WEIR_RANGE_UNKNOWN, 0.2126, 0.0722 };

	(void)state;
	check_pair(picture_format("YUYV"), picture_format("XR24"), 16, 720, 0, &look);
}

/* ---- refusals ---- */

static void expect_refusal(const char *from, const char *to, unsigned width, unsigned height,
	enum weir_range range, const char *words)
{
	struct weir_video video = video_of(from, width, height);
	struct heard heard;
	struct weir_stage *stage;

	listen_to(&heard);
	stage = open_stage(to, &heard.log);
	video.range = range;
	assert_int_equal(configure(stage, &video, &heard.log), -ENOTSUP);
	assert_int_equal(heard.lines, 1);
	if (!strstr(heard.last, words))
		fail_msg("\"%s\" does not say \"%s\"", heard.last, words);
	weir_stage_close(&stage);
}

static void test_refusals_say_why(void **state)
{
	struct weir_stage *stage = NULL;
	struct heard heard;

	(void)state;
	expect_refusal("YUYV", "H264", 64, 48, 0, "YUYV cannot become H264; it can become UYVY, ");
	expect_refusal("MJPEG", "YUYV", 64, 48, 0, "--stage jpeg before it");
	expect_refusal("Y16", "GREY", 64, 48, 0, "nothing can be made of Y16");
	expect_refusal("XR24", "YUYV", 33, 48, 0, "33x48 is odd");
	expect_refusal("YUYV", "NV12", 32, 47, 0, "32x47 is odd");
	expect_refusal("XR24", "YUYV", 64, 48, WEIR_RANGE_LIMITED, "limited range");
	listen_to(&heard);
	assert_int_equal(weir_stage_open("convert", &heard.log, &stage), -EINVAL);
	assert_int_equal(weir_stage_open("convert=NV13", &heard.log, &stage), -EINVAL);
	assert_int_equal(heard.lines, 2);
	assert_non_null(strstr(heard.last, "NV1"));
}

/* One stage, planned again and again for other pictures. */
static void test_configured_again(void **state)
{
	static const char *const from[] = { "RGB565", "YUYV", "NV16", "XR24", "GREY", "RGB565" };
	struct weir_stage *stage = open_stage("NV16", NULL);

	(void)state;
	for (unsigned i = 0; i < 30; i++) {
		struct weir_video in = video_of(from[i % 6], 64 + 2 * i, 48), out = in;
		struct picture a, b;

		assert_int_equal(configure(stage, &out, NULL), 0);
		picture_open(&a, &in, 0);
		picture_open(&b, &out, 0);
		convert(stage, a.frame, b.frame);
		picture_close(&a);
		picture_close(&b);
	}
	weir_stage_close(&stage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_pair),
		cmocka_unit_test(test_ten_bits),
		cmocka_unit_test(test_odd_sizes),
		cmocka_unit_test(test_every_colour),
		cmocka_unit_test(test_unknown_colour_in_hd),
		cmocka_unit_test(test_refusals_say_why),
		cmocka_unit_test(test_configured_again),
	};

#ifndef WEIR_HAVE_LIBYUV
	struct weir_stage *stage = NULL;
	struct heard heard;

	listen_to(&heard);
	assert_int_equal(weir_stage_open("convert=NV12", &heard.log, &stage), -ENOTSUP);
	assert_non_null(strstr(heard.last, "libyuv-dev"));
	return 0;
#endif
	return cmocka_run_group_tests(tests, NULL, NULL);
}
