/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* rate passes, for each even time, the frame that is nearest to it, whatever the rate that frames
 * come at; jitter and gaps neither add frames nor skip any. */

#include "core/clock.h"
#include "core/log.h"
#include "tests/unit/stages.h"

#define BEGIN (1000 * WEIR_NS_PER_S)

struct flow {
	struct weir_slab *slab;
	struct weir_stage *stage;
	uint64_t sequence;
	uint64_t passed[20000]; /* timestamps */
	size_t n;
};

static struct flow flow;

static void begin(const char *rate, struct weir_rate in)
{
	struct weir_video video = video_of("GREY", 16, 16);

	flow = (struct flow){ .slab = make_slab(&video, 1, 0), .stage = open_stage(rate) };
	video.rate = in;
	ready(flow.stage, &video, flow.slab);
}

static void end(void)
{
	weir_stage_close(&flow.stage);
	weir_slab_unref(&flow.slab);
}

static bool show(uint64_t timestamp_ns, uint32_t flags)
{
	struct weir_frame *frame = make_frame(flow.slab, flow.sequence++);
	bool passes;

	frame->info.timestamp_ns = timestamp_ns;
	frame->info.flags = flags;
	assert_int_equal(process(flow.stage, &frame), 0);
	passes = frame != NULL;
	if (passes) {
		assert_true(flow.n < WEIR_COUNT(flow.passed));
		flow.passed[flow.n++] = timestamp_ns;
	}
	weir_frame_unref(&frame);
	return passes;
}

static double next_random(uint64_t *seed)
{
	*seed ^= *seed << 13, *seed ^= *seed >> 7, *seed ^= *seed << 17;
	return (double)(*seed >> 11) / (double)(UINT64_C(1) << 53);
}

/* Shows frames at a rate for some seconds, each up to `jitter` of their distance off its time. */
static uint64_t show_all(double rate, double seconds, double jitter)
{
	double distance = 1e9 / rate;
	uint64_t n = (uint64_t)(seconds * rate), seed = 88172645463325252;

	for (uint64_t i = 0; i < n; i++) {
		double off = (2 * next_random(&seed) - 1) * jitter * distance;

		show(BEGIN + (uint64_t)((double)i * distance + off), 0);
	}
	return n;
}

static double off_grid(size_t i, double period)
{
	double off = (double)(flow.passed[i] - flow.passed[0]) - (double)i * period;

	return off < 0 ? -off : off;
}

static void check_rates(double in, struct weir_rate nominal, double out, double jitter)
{
	double distance = 1e9 / in, period = 1e9 / out, worst = 0;
	char text[32];
	uint64_t n;

	snprintf(text, sizeof(text), "rate=%.4g", out);
	begin(text, nominal);
	n = show_all(in, 20, jitter);
	if (in <= out) {
		assert_int_equal(flow.n, n);
	} else {
		for (size_t i = 0; i < flow.n; i++)
			worst = off_grid(i, period) > worst ? off_grid(i, period) : worst;
		/* Half a distance off is the nearest that there can be; both it and the first
		 * frame jitter. */
		if (worst > distance * (0.5 + 2 * jitter) + 1000)
			fail_msg("%g to %g: %g of a frame off", in, out, worst / distance);
		assert_in_range(flow.n, (size_t)(20 * out - 1), (size_t)(20 * out + 1));
	}
	end();
}

static const double rates_in[] = { 8, 15, 24, 29, 30, 31, 50, 60, 90, 240 };
static const double rates_out[] = { 0.5, 1, 7.5, 10, 15, 20, 24, 25, 30, 48 };

static void check_all_rates(double jitter, bool says_rate)
{
	for (size_t i = 0; i < WEIR_COUNT(rates_in); i++)
		for (size_t o = 0; o < WEIR_COUNT(rates_out); o++)
			check_rates(rates_in[i],
				(struct weir_rate){ says_rate ? (uint32_t)rates_in[i] : 0, 1 },
				rates_out[o], jitter);
}

static void test_every_rate(void **state)
{
	(void)state;
	check_all_rates(0, true);
	check_all_rates(0, false);
}

static void test_jitter(void **state)
{
	(void)state;
	check_all_rates(0.1, true);
	check_all_rates(0.2, true);
	check_all_rates(0.2, false);
}

/* A camera that is a little slower than it says loses nothing to the rate that it says. */
static void test_slightly_slower(void **state)
{
	uint64_t n;

	(void)state;
	begin("rate=30", (struct weir_rate){ 30, 1 });
	n = show_all(29.97, 600, 0.2);
	assert_int_equal(flow.n, n);
	end();
}

/* What counts is how frames come, not what the source says of it. */
static void test_says_the_wrong_rate(void **state)
{
	(void)state;
	begin("rate=15", (struct weir_rate){ 30, 1 });
	show_all(60, 20, 0.1);
	assert_in_range(flow.n, 299, 301);
	end();
}

/* Frames that are lost leave a gap, and no crowd behind it. */
static void test_gaps(void **state)
{
	const uint64_t distance = 33333333;

	(void)state;
	for (unsigned lost = 1; lost < 40; lost++) {
		begin("rate=15", (struct weir_rate){ 30, 1 });
		for (uint64_t i = 0; i < 100; i++)
			if (i < 31 || i > 30 + lost)
				show(BEGIN + i * distance, 0);
		for (size_t i = 1; i < flow.n; i++)
			assert_true(flow.passed[i] - flow.passed[i - 1] >= distance);
		for (size_t i = 18; i < flow.n; i++) /* on the grid again */
			assert_true((flow.passed[i] - BEGIN) % (2 * distance) < 1000);
		end();
	}
}

static void test_breaks(void **state)
{
	(void)state;
	begin("rate=1", (struct weir_rate){ 30, 1 });
	assert_true(show(BEGIN, 0));
	assert_false(show(BEGIN + 33333333, 0));
	assert_true(show(BEGIN + 66666666, WEIR_FRAME_DISCONT));
	assert_false(show(BEGIN + 99999999, 0));
	assert_true(show(BEGIN - 5, 0)); /* the clock was set back */
	assert_false(show(BEGIN + 33333333, 0));
	assert_true(show(BEGIN + 1000000000, 0));
	assert_true(show(BEGIN + 100 * WEIR_NS_PER_S, 0));
	end();
}

/* Runs do not know of each other. */
static void test_configured_again(void **state)
{
	struct weir_video video = video_of("GREY", 16, 16);

	(void)state;
	begin("rate=1", (struct weir_rate){ 30, 1 });
	assert_true(show(BEGIN, 0));
	ready(flow.stage, &video, flow.slab);
	assert_true(show(BEGIN + 1, 0));
	end();
}

static void test_what_goes_out(void **state)
{
	static const struct {
		const char *text;
		struct weir_rate in, out;
		unsigned warnings;
	} cases[] = {
		{ "rate=15", { 30, 1 }, { 15, 1 }, 0 },
		{ "rate=7.5", { 30, 1 }, { 15, 2 }, 0 },
		{ "rate=30000/1001", { 60, 1 }, { 30000, 1001 }, 0 },
		{ "rate=29.97", { 60, 1 }, { 30000, 1001 }, 0 },
		{ "rate=30", { 30, 1 }, { 30, 1 }, 0 },
		{ "rate=30", { 0, 1 }, { 30, 1 }, 0 },
		{ "rate=30", { 0, 0 }, { 30, 1 }, 0 },
		{ "rate=60", { 30000, 1001 }, { 30000, 1001 }, 1 },
	};

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(cases); i++) {
		struct weir_video video = video_of("MJPEG", 64, 48);
		struct weir_stage *stage = open_stage(cases[i].text);
		struct heard heard;

		listen_to(&heard);
		heard.log.level = WEIR_LOG_WARN;
		video.rate = cases[i].in;
		assert_int_equal(stage->impl->configure(stage->state, &video, &heard.log), 0);
		assert_int_equal(video.rate.num, cases[i].out.num);
		assert_int_equal(video.rate.den, cases[i].out.den);
		assert_int_equal(heard.lines, cases[i].warnings);
		weir_stage_close(&stage);
	}
}

static void test_refusals(void **state)
{
	static const char *const misspelt[] = { "rate", "rate=", "rate=0", "rate=0/1", "rate=fast",
		"rate=-1", "rate=30/0", "rate=2000000", "rate=30 " };

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(misspelt); i++)
		assert_misspelt(misspelt[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_rate),
		cmocka_unit_test(test_jitter),
		cmocka_unit_test(test_slightly_slower),
		cmocka_unit_test(test_says_the_wrong_rate),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_breaks),
		cmocka_unit_test(test_configured_again),
		cmocka_unit_test(test_what_goes_out),
		cmocka_unit_test(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
