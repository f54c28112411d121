/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* The jpeg stage against libjpeg's plain interface on the other side: every format and subsampling,
 * odd sizes, both ranges; images without tables, cut off, and of kinds that are refused. */
#include "frames.h"

#ifdef WEIR_HAVE_LIBJPEG

#include "core/stage.h"
#include "tests/unit/jpeg_images.h"
#include "tests/unit/pictures.h"

static const struct picture_colour jfif = { 0.299, 0.114, true };

/* A stage, and a frame on either side of it. */
struct bench {
	struct weir_stage *stage;
	struct weir_video in, out;
	struct picture a, b;
	struct heard heard;
};

static void set_up(
	struct bench *bench, const char *stage, const struct weir_video *video, size_t bytes)
{
	listen_to(&bench->heard);
	bench->heard.log.level = WEIR_LOG_WARN;
	bench->stage = NULL;
	assert_int_equal(weir_stage_open(stage, &bench->heard.log, &bench->stage), 0);
	bench->in = bench->out = *video;
	assert_int_equal(
		bench->stage->impl->configure(bench->stage->state, &bench->out, &bench->heard.log),
		0);
	picture_open(&bench->a, &bench->in, bytes);
	bytes = bench->stage->impl->output_bytes(bench->stage->state);
	assert_true(bytes > 0);
	picture_open(&bench->b, &bench->out, bytes);
	bench->b.frame->info.plane[0].length = (uint32_t)bytes;
}

static int run(struct bench *bench, uint32_t *size)
{
	*size = bench->b.frame->info.bytes_used;
	return bench->stage->impl->convert(
		bench->stage->state, bench->a.frame, bench->b.frame, size);
}

static void tear_down(struct bench *bench)
{
	picture_close(&bench->a);
	picture_close(&bench->b);
	weir_stage_close(&bench->stage);
}

static struct weir_pixels pixels_of(const struct picture *picture)
{
	struct weir_pixels pixels;

	assert_int_equal(weir_frame_begin_cpu(picture->frame, WEIR_CPU_READ, &pixels), 0);
	assert_int_equal(weir_frame_end_cpu(picture->frame), 0);
	return pixels;
}

/* 35 dB and better. */
static void assert_near(double squares, size_t n, const char *what)
{
	if (squares / (double)n > 255.0 * 255.0 / 3162.3)
		fail_msg("%s: a mean square error of %.1f is below 35 dB", what,
			squares / (double)n);
}

/* ---- to JPEG ---- */

/* The picture of jpeg_images.h. */
static void draw(const struct picture *picture, const struct picture_format *format,
	const struct weir_video *video)
{
	struct weir_pixels pixels = pixels_of(picture);
	bool limited = !picture_is_rgb(format) && video->range != WEIR_RANGE_FULL;

	for (unsigned y = 0; y < video->height; y++)
		for (unsigned x = 0; x < video->width; x++) {
			double yuv[3], values[3];
			uint8_t *at[4];

			for (unsigned i = 0; i < 3; i++)
				yuv[i] = image_sample(i, x, y, video->width, video->height);
			if (picture_is_rgb(format))
				picture_to_rgb(&jfif, yuv, values);
			for (unsigned i = 0; i < 3 && limited; i++)
				values[i] = i ? 128 + (yuv[i] - 128) * 224 / 255
					      : 16 + yuv[i] * 219 / 255;
			for (unsigned i = 0; i < 3 && !limited && !picture_is_rgb(format); i++)
				values[i] = yuv[i];
			picture_at(format, &pixels, x, y, at);
			for (unsigned i = 0; i < 3; i++)
				if (at[i])
					*at[i] = (uint8_t)(values[i] + 0.5);
		}
}

/* Reads it back with libjpeg and compares. */
static void check_image(
	const struct bench *bench, uint32_t size, const struct picture_format *format)
{
	unsigned width, height, n = format->way == WAY_GREY ? 1 : 3;
	uint8_t *got = image_read(picture_memory(&bench->b), size, JCS_YCbCr, &width, &height);
	double squares = 0;

	assert_int_equal(width, bench->in.width);
	assert_int_equal(height, bench->in.height);
	for (unsigned y = 0; y < height; y++)
		for (unsigned x = 0; x < width; x++)
			for (unsigned i = 0; i < n; i++) {
				double error = image_sample(i, x, y, width, height) -
					       (double)got[((size_t)y * width + x) * n + i];

				squares += error * error;
			}
	assert_near(squares, (size_t)width * height * n, format->name);
	free(got);
}

static void check_coding(const struct picture_format *format, unsigned width, unsigned height,
	unsigned padding, enum weir_range range)
{
	struct weir_video video = video_of(format->name, width, height);
	struct bench bench;
	uint32_t size;

	video.stride =
		padding ? (uint32_t)weir_format_line_bytes(video.format, 0, width) + padding : 0;
	video.range = range;
	video.matrix = WEIR_MATRIX_601;
	set_up(&bench, "jpeg", &video, 0);
	assert_ptr_equal(bench.out.format, weir_format_by_name("MJPEG"));
	assert_int_equal(bench.out.range, WEIR_RANGE_FULL);
	assert_int_equal(bench.out.matrix, WEIR_MATRIX_601);
	assert_int_equal(bench.out.stride, 0);
	draw(&bench.a, format, &video);
	assert_int_equal(run(&bench, &size), 0);
	assert_int_equal(run(&bench, &size), 0); /* the second is as good as the first */
	check_image(&bench, size, format);
	tear_down(&bench);
}

static bool can_be_coded(const char *name)
{
	return strcmp(name, "RGB565") && strncmp(name, "P01", 3) && strncmp(name, "BGR4", 4) &&
	       strncmp(name, "RGB4", 4);
}

static void test_every_format_to_jpeg(void **state)
{
	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(picture_formats); i++) {
		const struct picture_format *format = &picture_formats[i];

		if (!can_be_coded(format->name))
			continue;
		check_coding(format, 64, 48, 0, WEIR_RANGE_FULL);
		check_coding(format, 64, 48, 32, WEIR_RANGE_LIMITED);
		check_coding(format, 66, 50, 0, WEIR_RANGE_FULL);
		check_coding(format, 34, 18, 16, WEIR_RANGE_UNKNOWN);
		if (format->across * format->down == 1)
			check_coding(format, 33, 17, 3, WEIR_RANGE_FULL);
	}
}

/* Noise is the worst there is. */
static void test_the_worst_fits(void **state)
{
	static const char *const formats[] = { "YUYV", "NV12", "GREY", "XR24", "YUV444P" };
	char stage[16];

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(formats); i++)
		for (unsigned quality = 1; quality <= 100; quality += 11) {
			struct weir_video video = video_of(formats[i], 320, 240);
			uint32_t seed = 1, size;
			struct bench bench;

			video.range = WEIR_RANGE_FULL;
			snprintf(stage, sizeof(stage), "jpeg=%u", quality);
			set_up(&bench, stage, &video, 0);
			for (size_t j = 0; j < bench.a.size; j++)
				picture_memory(&bench.a)[j] = (uint8_t)picture_random(&seed);
			assert_int_equal(run(&bench, &size), 0);
			assert_true(size <= bench.b.size);
			tear_down(&bench);
		}
}

static void test_a_slot_that_is_too_small(void **state)
{
	struct weir_video video = video_of("YUYV", 64, 48);
	struct bench bench;
	uint32_t size;

	(void)state;
	set_up(&bench, "jpeg", &video, 0);
	draw(&bench.a, picture_format("YUYV"), &video);
	bench.b.frame->info.plane[0].length = 700;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(run(&bench, &size), -EAGAIN);
	assert_int_equal(bench.heard.lines, 1);
	assert_non_null(strstr(bench.heard.last, "does not fit"));
	bench.b.frame->info.plane[0].length = (uint32_t)bench.b.size;
	assert_int_equal(run(&bench, &size), 0);
	check_image(&bench, size, picture_format("YUYV"));
	tear_down(&bench);
}

/* ---- from JPEG ---- */

static const struct image_kind kinds[] = { { 2, 1 }, { 2, 2 }, { 1, 1 }, { 1, 2 }, { 4, 1 }, { 0 },
	{ .across = 2, .down = 1, .restart = 3 }, { .across = 2, .down = 2, .optimised = true } };

static void load(struct bench *bench, const struct image *image)
{
	assert_true(image->size <= bench->a.size);
	memcpy(picture_memory(&bench->a), image->bytes, image->size);
	bench->a.frame->info.bytes_used = (uint32_t)image->size;
}

static void set_up_decoder(struct bench *bench, const char *stage, unsigned width, unsigned height)
{
	struct weir_video video = video_of("MJPEG", width, height);

	set_up(bench, stage, &video, (size_t)width * height * 4 + 4096);
}

/* Near the picture that the image was made of. */
static void check_frame(const struct bench *bench)
{
	const struct picture_format *format = picture_format(bench->out.format->name);
	struct weir_pixels pixels = pixels_of(&bench->b);
	unsigned width = bench->out.width, height = bench->out.height;
	double squares = 0;

	for (unsigned y = 0; y < height; y++)
		for (unsigned x = 0; x < width; x++) {
			uint8_t got[4];

			picture_get(format, &pixels, x, y, got);
			for (unsigned i = 0; i < 3; i++) {
				double error =
					got[i] - (double)image_sample(i, x, y, width, height);

				squares += i && format->way == WAY_GREY ? 0 : error * error;
			}
		}
	assert_near(squares, (size_t)width * height * 3, format->name);
}

/* Luma, and chroma where nothing is resampled, are what libjpeg gives, bit for bit. */
static void check_exact(
	const struct bench *bench, const struct image *image, const struct image_kind *kind)
{
	const struct picture_format *format = picture_format(bench->out.format->name);
	struct weir_pixels pixels = pixels_of(&bench->b);
	unsigned width, height, n = kind->across ? 3 : 1;
	uint8_t *expected = image_read(image->bytes, image->size, JCS_YCbCr, &width, &height);
	bool repeats = kind->across >= format->across && kind->down >= format->down;

	assert_int_equal(width, bench->out.width);
	assert_int_equal(height, bench->out.height);
	for (unsigned y = 0; y < height; y++)
		for (unsigned x = 0; x < width; x++) {
			const uint8_t *wanted = expected + ((size_t)y * width + x) * n;
			uint8_t got[4];

			picture_get(format, &pixels, x, y, got);
			assert_int_equal(got[0], wanted[0]);
			for (unsigned i = 1; i < 3; i++) {
				if (n == 1 || format->way == WAY_GREY)
					assert_int_equal(got[i], 128);
				else if (repeats)
					assert_int_equal(got[i], wanted[i]);
			}
		}
	free(expected);
}

static void check_decoding(
	const char *to, const struct image_kind *kind, unsigned width, unsigned height)
{
	struct image image = image_make(kind, width, height);
	struct bench bench;
	char stage[32];
	uint32_t size;

	snprintf(stage, sizeof(stage), "jpeg=%s", to);
	set_up_decoder(&bench, *to ? stage : "jpeg", width, height);
	assert_ptr_equal(bench.out.format, weir_format_by_name(*to ? to : "YUV422P"));
	assert_int_equal(bench.out.range, WEIR_RANGE_FULL);
	assert_int_equal(bench.out.matrix, WEIR_MATRIX_601);
	load(&bench, &image);
	assert_int_equal(run(&bench, &size), 0);
	assert_int_equal(run(&bench, &size), 0);
	assert_int_equal(size, bench.b.frame->info.bytes_used);
	check_exact(&bench, &image, kind);
	if (kind->across)
		check_frame(&bench);
	assert_int_equal(bench.heard.lines, 0);
	tear_down(&bench);
	free(image.bytes);
}

static void test_every_subsampling_from_jpeg(void **state)
{
	static const char *const to[] = { "", "YUV422P", "YVU422P", "YUV420", "YVU420", "YUV444P",
		"YVU444P", "GREY" };

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(to); i++)
		for (size_t j = 0; j < WEIR_COUNT(kinds); j++) {
			check_decoding(to[i], &kinds[j], 64, 48);
			check_decoding(to[i], &kinds[j], 66, 50);
			check_decoding(to[i], &kinds[j], 162, 18);
			if (i > 4)
				check_decoding(to[i], &kinds[j], 33, 17);
		}
}

/* What one image brings along is not for the next one. */
static void test_missing_tables(void **state)
{
	static const struct image_kind plain = { 2, 1 },
				       own = { .across = 2, .down = 1, .optimised = true };
	struct image image = image_make(&plain, 64, 48), other = image_make(&own, 64, 48);
	struct image whole = image_make(&plain, 64, 48);
	struct bench bench;
	uint32_t size;

	(void)state;
	image_strip_tables(&image);
	assert_true(image.size < whole.size - 300);
	set_up_decoder(&bench, "jpeg", 64, 48);
	for (unsigned i = 0; i < 3; i++) {
		load(&bench, &image);
		assert_int_equal(run(&bench, &size), 0);
		check_exact(&bench, &whole, &plain);
		load(&bench, &other);
		assert_int_equal(run(&bench, &size), 0);
		check_exact(&bench, &other, &own);
	}
	tear_down(&bench);
	free(image.bytes);
	free(other.bytes);
	free(whole.bytes);
}

/* Cut off anywhere: but for the end marker, and what only fills the last byte, all is needed. */
static void test_cut_off(void **state)
{
	struct image image = image_make(&kinds[0], 64, 48), part;
	struct bench bench;
	uint32_t size;

	(void)state;
	set_up_decoder(&bench, "jpeg", 64, 48);
	for (size_t n = 0; n < image.size; n++) {
		part = (struct image){ image.bytes, n };
		load(&bench, &part);
		bench.a.frame->info.bytes_used = (uint32_t)n;
		if (n + 8 < image.size)
			assert_int_equal(run(&bench, &size), -EAGAIN);
		else if (n + 2 >= image.size)
			assert_int_equal(run(&bench, &size), 0);
	}
	assert_int_equal(bench.heard.lines, 1); /* of hundreds */
	assert_non_null(strstr(bench.heard.last, "further ones are only counted"));
	tear_down(&bench);
	free(image.bytes);
}

/* Zeroes before the end marker and behind it, as healthy cameras send. */
static void test_bytes_too_many(void **state)
{
	struct image image = image_make(&kinds[1], 64, 48), more;
	struct bench bench;
	uint32_t size;

	(void)state;
	more = (struct image){ calloc(1, image.size + 64), image.size + 64 };
	assert_non_null(more.bytes);
	memcpy(more.bytes, image.bytes, image.size - 2);
	memcpy(more.bytes + image.size + 20, image.bytes + image.size - 2, 2);
	set_up_decoder(&bench, "jpeg", 64, 48);
	load(&bench, &more);
	assert_int_equal(run(&bench, &size), 0);
	check_exact(&bench, &image, &kinds[1]);
	assert_int_equal(bench.heard.lines, 0);
	tear_down(&bench);
	free(image.bytes);
	free(more.bytes);
}

static void test_images_that_are_left_out(void **state)
{
	static const struct {
		struct image_kind kind;
		unsigned width, height;
		const char *words;
	} rows[] = {
		{ { 2, 1 }, 48, 64, "of 48x64, not 64x48" },
		{ { 2, 1 }, 128, 96, "of 128x96, not 64x48" },
		{ { .across = 2, .down = 2, .progressive = true }, 64, 48, "several scans" },
		{ { .across = 1, .down = 1, .rgb = true }, 64, 48, "neither YCbCr nor grey" },
		{ { .across = 3, .down = 1 }, 64, 48, "no usual kind" },
	};

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(rows); i++) {
		struct image image = image_make(&rows[i].kind, rows[i].width, rows[i].height);
		struct bench bench;
		uint32_t size;

		set_up_decoder(&bench, "jpeg", 64, 48);
		load(&bench, &image);
		assert_int_equal(run(&bench, &size), -EAGAIN);
		assert_int_equal(bench.heard.lines, 1);
		if (!strstr(bench.heard.last, rows[i].words))
			fail_msg("\"%s\" does not say \"%s\"", bench.heard.last, rows[i].words);
		tear_down(&bench);
		free(image.bytes);
	}
}

/* ---- refusals ---- */

static void expect_refusal(const char *stage, const char *format, unsigned width, const char *words)
{
	struct weir_video video = video_of(format, width, 48);
	struct weir_stage *opened = NULL;
	struct heard heard;

	listen_to(&heard);
	assert_int_equal(weir_stage_open(stage, &heard.log, &opened), 0);
	assert_int_equal(opened->impl->configure(opened->state, &video, &heard.log), -ENOTSUP);
	assert_int_equal(heard.lines, 1);
	if (!strstr(heard.last, words))
		fail_msg("\"%s\" does not say \"%s\"", heard.last, words);
	weir_stage_close(&opened);
}

static void test_refusals_say_why(void **state)
{
	static const char *const bad[] = { "jpeg=0", "jpeg=101", "jpeg=85x", "jpeg=YUYV", "jpeg=x",
		"jpeg=-1" };
	struct weir_stage *stage = NULL;
	struct heard heard;

	(void)state;
	expect_refusal("jpeg", "RGB565", 64, "no image can be made of RGB565, but of YUYV, ");
	expect_refusal("jpeg", "H264", 64, "no image can be made of H264");
	expect_refusal("jpeg=YUV420", "YUYV", 64, "to decode images, and YUYV comes in");
	expect_refusal("jpeg=85", "MJPEG", 64, "write jpeg alone");
	expect_refusal("jpeg", "MJPEG", 63, "write jpeg=YUV444P");
	for (size_t i = 0; i < WEIR_COUNT(bad); i++) {
		listen_to(&heard);
		assert_int_equal(weir_stage_open(bad[i], &heard.log, &stage), -EINVAL);
		assert_int_equal(heard.lines, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_format_to_jpeg),
		cmocka_unit_test(test_the_worst_fits),
		cmocka_unit_test(test_a_slot_that_is_too_small),
		cmocka_unit_test(test_every_subsampling_from_jpeg),
		cmocka_unit_test(test_missing_tables),
		cmocka_unit_test(test_cut_off),
		cmocka_unit_test(test_bytes_too_many),
		cmocka_unit_test(test_images_that_are_left_out),
		cmocka_unit_test(test_refusals_say_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

#include "core/stage.h"

int main(void)
{
	struct weir_stage *stage = NULL;
	struct heard heard;

	listen_to(&heard);
	weir_stage_open("jpeg", &heard.log, &stage);
	return stage || !strstr(heard.last, "libjpeg-dev");
}

#endif
