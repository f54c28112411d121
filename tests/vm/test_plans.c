/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* In the rig: what is planned for vivid's cameras and sinks with a display's, a network's and a
 * disk's needs, and that it runs. Sinks are doubles; cameras and memory are real. */

#include <errno.h>
#include <unistd.h>

#include <weir/weir.h>

#include "cli/exit_code.h"
#include "cli/text.h"
#include "tests/fake/plan_sinks.h"
#include "tests/unit/captured.h"

#define FRAMES 30
#define BYTES  (320 * 180 * 2)

static const struct plan_sink
	display = { .kind = DISPLAY, .uri = "display:any", .formats = { "UYVY", "XR24" } },
	lcd = { .kind = DISPLAY, .uri = "display:lcd", .formats = { "UYVY" }, .contiguous = true },
	network = { .kind = NETWORK, .uri = "rtp://192.0.2.7:5004", .formats = { "UYVY" } },
	disk = { .kind = DISK, .uri = "take1.mkv" };

struct act {
	const char *camera;
	const struct plan_sink *sinks[3];
	bool require_zero_copy;
	int error;
	const char *memory;
	uint64_t copied;
	size_t n_copies; /* hops that copy */
};

/* ---- a pipeline ---- */

static struct weir_pipeline *open_act(const struct act *act, struct captured *heard)
{
	struct weir_pipeline_settings settings = { .log = &heard->log,
		.max_frames = FRAMES,
		.require_zero_copy = act->require_zero_copy };
	struct weir_source_settings source_settings = { .log = &heard->log };
	struct weir_pipeline *pipeline = NULL;
	struct weir_source *source = NULL;
	char uri[80];

	captured_init(heard);
	heard->log.level = WEIR_LOG_ERROR;
	snprintf(uri, sizeof(uri), "%s?size=320x180&fps=60", act->camera);
	assert_int_equal(weir_source_open(uri, &source_settings, &source), 0);
	assert_int_equal(weir_pipeline_create(&settings, &pipeline), 0);
	assert_int_equal(weir_pipeline_set_source(pipeline, &source), 0);
	for (size_t i = 0; i < 3 && act->sinks[i]; i++) {
		struct weir_sink *sink = NULL;

		assert_int_equal(plan_sink_open(act->sinks[i], &heard->log, &sink), 0);
		assert_int_equal(weir_pipeline_add_sink(pipeline, &sink), 0);
	}
	return pipeline;
}

/* ---- what is planned ---- */

static size_t count_copies(const struct weir_plan *plan)
{
	size_t n = 0;

	for (size_t i = 0; i < plan->n_hops; i++) {
		const struct weir_plan_hop *hop = &plan->hops[i];

		n += hop->memory == WEIR_MEMORY_COPY;
		if (hop->memory == WEIR_MEMORY_COPY)
			assert_non_null(strstr(hop->reason, "the kernel copies"));
	}
	return n;
}

static const char *reason_of(const struct weir_plan *plan, const char *what, const char *name)
{
	for (size_t i = 0; i < plan->n_choices; i++)
		if (!strcmp(plan->choices[i].what, what) && !strcmp(plan->choices[i].name, name))
			return plan->choices[i].reason;
	return NULL;
}

static void look_at_plan(const struct act *act, const struct weir_plan *plan)
{
	const char *lock = reason_of(plan, "lock", "source");

	text_plan(stdout, plan);
	fflush(stdout);
	assert_string_equal(plan->memory, act->memory);
	assert_string_equal(plan->video.format->name, "UYVY");
	assert_int_equal(plan->bytes_copied, act->copied);
	assert_int_equal(count_copies(plan), act->n_copies);
	assert_string_equal(
		lock, strcmp(act->memory, "slab") ? "kernel memory, never swapped" : "locked");
	if (strcmp(act->memory, "slab") != 0)
		assert_non_null(strstr(reason_of(plan, "memory", "slab"), "VIDIOC_QBUF"));
}

/* ---- that it runs ---- */

static void look_at_run(const struct act *act, struct weir_pipeline *pipeline)
{
	struct weir_memory_report report;
	struct weir_ledger ledger;

	assert_int_equal(weir_pipeline_run(pipeline), 0);
	weir_pipeline_memory(pipeline, &report);
	weir_pipeline_ledger(pipeline, &ledger);
	assert_string_equal(report.kind, act->memory);
	assert_int_equal(ledger.captured, FRAMES);
	assert_int_equal(ledger.user_copied_bytes, 0);
	for (size_t i = 0; i < 3 && act->sinks[i]; i++)
		assert_true(ledger.sinks[i].delivered > 0);
}

static void plans(void **state)
{
	const struct act *act = *state;
	const struct weir_plan *plan = NULL;
	struct captured heard;
	struct weir_pipeline *pipeline = open_act(act, &heard);
	int err = weir_pipeline_plan(pipeline, &plan);

	assert_int_equal(err, act->error);
	if (plan)
		look_at_plan(act, plan);
	if (!err)
		look_at_run(act, pipeline);
	else
		assert_true(heard.lines > 0);
	if (err == -EPERM) {
		assert_int_equal(exit_code_of(err), EXIT_CODE_POLICY);
		assert_int_equal(weir_pipeline_run(pipeline), -EPERM);
	}
	weir_pipeline_destroy(&pipeline);
}

#define ACT(name)                                                                                  \
	{                                                                                          \
#name, plans, NULL, NULL, (void *)&name                                            \
	}

int main(void)
{
	static const struct act one_memory_for_three = { "/dev/video0",
		{ &display, &network, &disk }, .memory = "slab" };
	static const struct act the_same_with_planes = { "/dev/video1",
		{ &display, &network, &disk }, .memory = "slab" };
	static const struct act zero_copy_is_granted = { "/dev/video0",
		{ &display, &network, &disk }, .require_zero_copy = true, .memory = "slab" };
	static const struct act contiguous_costs_one_copy = { "/dev/video2", { &lcd, &network },
		.memory = "mmap", .copied = BYTES, .n_copies = 1 };
	static const struct act the_disk_costs_another = { "/dev/video3", { &lcd, &network, &disk },
		.memory = "mmap", .copied = 2 * BYTES, .n_copies = 2 };
	static const struct act zero_copy_is_refused = { "/dev/video2", { &lcd, &network },
		.require_zero_copy = true, .error = -EPERM, .memory = "mmap", .copied = BYTES,
		.n_copies = 1 };
	static const struct act scattered_is_not_for_the_lcd = { "/dev/video0", { &lcd },
		.error = -ENOTSUP };
	const struct CMUnitTest tests[] = {
		ACT(one_memory_for_three),
		ACT(the_same_with_planes),
		ACT(zero_copy_is_granted),
		ACT(contiguous_costs_one_copy),
		ACT(the_disk_costs_another),
		ACT(zero_copy_is_refused),
		ACT(scattered_is_not_for_the_lcd),
	};

	if (access("/dev/udmabuf", R_OK | W_OK) || access("/dev/video2", R_OK)) {
		print_message("skipped: no /dev/udmabuf or no cameras\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
