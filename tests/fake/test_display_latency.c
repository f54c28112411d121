/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whole runs from a camera to the display of the fake card, which refreshes in time: what the books
 * and the figures say of them. Prints how long a frame takes from its arrival to its commit, which
 * tests/bench/run display shows; it is judged only where it must be wrong. */

#include <inttypes.h>

#include <weir/weir.h>

#include "core/source.h"
#include "tests/fake/display_scene.h"

#define FRAMES   400
#define INTERVAL (4 * STAND_MS)

/* A camera whose memory only the fake knows. */
struct source {
	struct weir_source base;
	struct weir_source_host host;
	struct weir_timer frame, refresh;
	uint64_t next, waits_ns; /* so long does a frame lie there before it is fetched */
};

static int accepts(
	struct weir_source *source, const struct weir_memory_kind *kind, char *why, size_t size)
{
	(void)source;
	snprintf(why, size, "has memory of its own");
	return kind == &weir_memory_mmap ? 0 : -ENOTSUP;
}

static int frame_bytes(struct weir_source *source, size_t *out)
{
	*out = (size_t)source->video.stride * source->video.height;
	return 0;
}

static void close_dmabufs(void *block)
{
	struct weir_slab *slab = *(struct weir_slab **)block;

	for (unsigned i = 0; i < slab->n_made; i++)
		close(slab->slots[i].parts[0].dmabuf);
	free(block);
}

static int allocate(struct weir_source *source, const struct weir_memory_kind *kind,
	const struct weir_slab_settings *settings, struct weir_slab **out)
{
	struct weir_slab **block = malloc(sizeof(*block));
	int err = weir_slab_create(kind, settings, out);

	(void)source;
	assert_true(block && !err);
	*block = *out;
	for (unsigned i = 0; i < (*out)->n_slots; i++)
		(*out)->slots[i].parts[0].dmabuf = memfd_create("fake dma-buf", MFD_CLOEXEC);
	return weir_slab_attach(*out, block, close_dmabufs);
}

static void make_frame(struct weir_timer *timer)
{
	struct source *source = timer->data;
	struct weir_slot *slot = weir_slab_take(source->host.slab);
	uint64_t now = weir_now_ns();
	struct weir_frame *frame;

	weir_loop_arm(source->host.loop, timer, now + INTERVAL);
	if (!slot)
		return;
	frame = weir_slot_issue(slot);
	frame->info.sequence = source->next++;
	frame->info.timestamp_ns = now - source->waits_ns;
	frame->info.arrived_ns = now;
	source->host.deliver(source->host.data, frame);
}

static void refresh(struct weir_timer *timer)
{
	struct source *source = timer->data;

	fake_refresh();
	weir_loop_arm(source->host.loop, timer, weir_now_ns() + INTERVAL / 2);
}

static int start(struct weir_source *base, const struct weir_source_host *host)
{
	struct source *source = (struct source *)base;

	source->host = *host;
	source->frame = (struct weir_timer){ .fired = make_frame, .data = source };
	source->refresh = (struct weir_timer){ .fired = refresh, .data = source };
	weir_loop_arm(host->loop, &source->refresh, weir_now_ns());
	return weir_loop_arm(host->loop, &source->frame, weir_now_ns());
}

/* The display goes on to refresh. */
static void stop(struct weir_source *base)
{
	struct source *source = (struct source *)base;

	weir_loop_disarm(source->host.loop, &source->frame);
}

/* It looks for a slot at the next frame. */
static void resume(struct weir_source *source)
{
	(void)source;
}

static void close_source(struct weir_source *source)
{
	free(source);
}

static const struct weir_source_impl impl = {
	.scheme = "fake",
	.accepts = accepts,
	.frame_bytes = frame_bytes,
	.allocate = allocate,
	.start = start,
	.resume = resume,
	.stop = stop,
	.close = close_source,
};

static struct weir_source *open_source(const struct weir_log *log, uint64_t waits_ns)
{
	struct source *source = calloc(1, sizeof(*source));

	assert_non_null(source);
	source->base = (struct weir_source){ .impl = &impl,
		.log = log,
		.uri = strdup("fake:"),
		.video = { .format = weir_format_by_name("XR24"),
			.width = 640,
			.height = 480,
			.stride = 2560,
			.rate = { 250, 1 } },
		.live = true,
		.device = true,
		.unfenced = true,
		.min_slots = 2 };
	source->waits_ns = waits_ns;
	return &source->base;
}

static void run(uint64_t waits_ns, struct weir_ledger *out)
{
	struct stand_log heard;
	struct weir_pipeline_settings settings = {
		.max_frames = FRAMES, .memory = "mmap", .require_zero_copy = true, .log = &heard.log
	};
	struct weir_sink_settings sink_settings = { .log = &heard.log };
	struct weir_pipeline *pipeline;
	struct weir_source *source;
	struct weir_sink *sink;

	stand_listen(&heard);
	fake_init();
	fake.modes[1].hz = 500;
	source = open_source(&heard.log, waits_ns);
	assert_int_equal(weir_sink_open("display", &sink_settings, &sink), 0);
	assert_int_equal(weir_pipeline_create(&settings, &pipeline), 0);
	assert_int_equal(weir_pipeline_set_source(pipeline, &source), 0);
	assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	if (weir_pipeline_run(pipeline))
		fail_msg("%s", heard.last);
	weir_pipeline_ledger(pipeline, out);
	out->sinks[0].verdict = out->sinks[0].uri = NULL; /* they go with the pipeline */
	weir_pipeline_destroy(&pipeline);
	assert_int_equal(fake_fbs(), 0);
	fake_finish();
}

static double figure(const struct weir_sink_ledger *sink, const char *name)
{
	for (size_t i = 0; i < sink->n_figures; i++)
		if (!strcmp(sink->figures[i].name, name))
			return sink->figures[i].value;
	fail_msg("no figure %s", name);
	return 0;
}

static void frames_are_accounted_for(void **state)
{
	struct weir_ledger ledger;
	const struct weir_sink_ledger *sink = &ledger.sinks[0];
	char why[256];

	(void)state;
	run(0, &ledger);
	if (weir_ledger_reconcile(&ledger, why, sizeof(why)))
		fail_msg("%s", why);
	assert_int_equal(ledger.captured, FRAMES);
	assert_int_equal(ledger.user_copied_bytes + ledger.kernel_copied_bytes, 0);
	assert_true(figure(sink, "shown") > 0 && figure(sink, "shown") <= sink->delivered);
	assert_true(sink->added.count >= sink->delivered);
	print_message("from arrival to commit: p50 %.1f us, p99 %.1f us, max %.1f us; %" PRIu64
		      " frames; a commit p99 %.1f us\n",
		(double)sink->added.p50 / 1e3, (double)sink->added.p99 / 1e3,
		(double)sink->added.max / 1e3, sink->added.count, figure(sink, "commit_us_p99"));
}

/* What happened before a frame arrived is in the one figure and not in the other. */
static void waiting_at_the_camera_is_not_added(void **state)
{
	struct weir_ledger ledger;
	const struct weir_sink_ledger *sink = &ledger.sinks[0];

	(void)state;
	run(1000 * STAND_MS, &ledger);
	assert_true(ledger.latency.p50 >= 1000 * STAND_MS);
	assert_true(figure(sink, "to_screen_us_p50") >= 1e6);
	assert_true(sink->added.p50 < 1000 * STAND_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_are_accounted_for),
		cmocka_unit_test(waiting_at_the_camera_is_not_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
