/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What must hold of every plan, on thousands of machines, cameras and wishes that chance puts
 * together; costs are found here by trying everything. WEIR_SEED=N looks at one of them alone. */

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/checked.h"
#include "pipeline/planner.h"
#include "tests/fake/plan_scene.h"
#include "tests/unit/cmocka_all.h"

#define SEEDS 4000

/* ---- chance ---- */

static uint64_t chance;

static unsigned pick(unsigned n)
{
	chance ^= chance << 13;
	chance ^= chance >> 7;
	chance ^= chance << 17;
	return (unsigned)(chance >> 33) % n;
}

#define PICK(array) (array)[pick(WEIR_COUNT(array))]

static const char *const formats[] = { "YUYV", "UYVY", "NV12", "YUV420", "XR24", "RGB565", "GREY",
	"MJPEG" };

static void pick_machine(struct machine *machine)
{
	static const int errors[] = { 0, 0, 0, ENOENT, EACCES };

	machine->udmabuf = PICK(errors);
	machine->heap = PICK(errors);
	machine->scattered = pick(2);
	machine->memlock_kib = pick(2) ? 8192 : 0;
}

static void pick_camera(struct plan_camera *camera)
{
	static const uint32_t steps[] = { 0, 1, 1, 16, 64, 128, 4096 };
	size_t n = 1 + pick(5), at = 0;

	camera->path = "/dev/video0";
	camera->width = 640;
	camera->height = 480;
	camera->fps = 30;
	for (size_t i = 0; i < n; i++) {
		const char *name = PICK(formats);
		bool again = false;

		for (size_t j = 0; j < at; j++)
			again |= !strcmp(camera->formats[j].name, name);
		if (again)
			continue;
		camera->formats[at].name = name;
		camera->formats[at].fps = at && !pick(5) ? 10 : 0;
		at++;
	}
	camera->own = (enum camera_memory)pick(3);
	camera->keeps = !pick(4);
	camera->imports = (enum camera_memory)pick(3);
	camera->stride_step = PICK(steps);
	camera->min_buffers = pick(4);
	if (!pick(5))
		camera->wanted = camera->formats[pick((unsigned)at)].name;
}

static void pick_sink(struct plan_sink *sink, unsigned number)
{
	static const char *const names[] = { "first:", "second:", "third:" };
	static const uint32_t aligns[] = { 0, 4, 64, 256 };

	sink->kind = (enum plan_sink_kind)(DISPLAY + pick(3));
	sink->uri = names[number];
	for (size_t i = 0; i < SINK_FORMATS && pick(4); i++)
		sink->formats[i] = PICK(formats);
	sink->contiguous = pick(2);
	sink->align = PICK(aligns);
	if (sink->kind == DISPLAY && !pick(2)) {
		sink->own = 1 + pick(2) * 63;
		sink->imports_none = pick(2);
	}
	sink->image = pick(2);
	sink->budget = pick(4);
}

static void pick_scene(struct scene *scene, uint64_t seed)
{
	static const char *const kinds[] = { "slab", "mmap", "heap", "host", "scanout" };
	static const char *const stages[] = { "pass", "mask=8x8+0+0", "crop=320x240+16+16",
		"convert=NV12", "jpeg" };
	unsigned n = 1 + pick(3);

	memset(scene, 0, sizeof(*scene));
	chance = seed * 0x9e3779b97f4a7c15u + 1;
	for (unsigned i = 0; i < 8; i++)
		pick(2);
	pick_machine(&scene->machine);
	pick_camera(&scene->camera);
	for (unsigned i = 0; i < n; i++)
		pick_sink(&scene->sinks[i], i);
	if (!pick(4))
		scene->stages[0] = PICK(stages);
	if (!pick(5))
		scene->memory = PICK(kinds);
	scene->buffers = pick(3) ? 0 : 3 + pick(10);
	scene->require_zero_copy = !pick(4);
}

/* ---- everything tried ---- */

static bool may_be(const struct weir_pipeline *pipeline, const struct weir_memory_kind *kind,
	struct weir_memory_traits *traits)
{
	struct weir_source *source = pipeline->source;
	const char *forced = pipeline->settings.memory;
	char why[WEIR_PLAN_WHY];

	if ((forced && strcmp(forced, kind->name) != 0) || kind->probe(why, sizeof(why)) ||
		source->impl->accepts(source, kind, why, sizeof(why)))
		return false;
	*traits = kind->traits;
	if (kind->refine)
		kind->refine(traits);
	source->impl->refine(source, kind, traits);
	return true;
}

static uint64_t cost_of(const struct weir_pipeline *pipeline, struct weir_video video)
{
	const struct weir_memory_kind *kinds[WEIR_MAX_KINDS];
	size_t n = weir_planner_kinds(pipeline, weir_memory_kinds, kinds);
	uint64_t least = WEIR_REFUSED, converted;
	char why[WEIR_PLAN_WHY];
	struct weir_made made;
	bool converts;

	if (weir_planner_pass_stages(pipeline, &video, &converted, &converts, why, sizeof(why)))
		return WEIR_REFUSED;
	for (size_t i = 0; i < n; i++) {
		struct weir_memory_traits traits;
		uint64_t cost;

		if (!may_be(pipeline, kinds[i], &traits))
			continue;
		cost = converts ? weir_planner_weigh_made(pipeline, &video, &made, why, sizeof(why))
				: weir_planner_cost(
					  pipeline, &video, kinds[i], &traits, why, sizeof(why));
		if (cost < least)
			least = cost;
	}
	return least == WEIR_REFUSED ? least : least + converted;
}

/* All strides that the camera has, up to some more than any sink wishes for. */
static uint64_t least_in_format(const struct weir_pipeline *pipeline, const char *name)
{
	struct weir_source *source = pipeline->source;
	struct weir_video video = source->video;
	uint64_t least = WEIR_REFUSED;
	char why[WEIR_PLAN_WHY];
	uint32_t line;

	video.format = weir_format_by_name(name);
	line = (uint32_t)weir_format_line_bytes(video.format, 0, video.width);
	for (uint32_t more = 0; more <= 512; more += 4) {
		struct weir_video would = video;
		uint64_t cost;

		would.stride = line + more;
		if (source->impl->try_video(source, &would, why, sizeof(why)))
			break;
		cost = cost_of(pipeline, would);
		if (cost < least)
			least = cost;
		if (!line)
			break;
	}
	return least;
}

/* Of those that hold the same as what the camera delivers by itself, and as fast. */
static uint64_t least_of_all(const struct weir_pipeline *pipeline, const struct scene *scene)
{
	const struct plan_camera *camera = &scene->camera;
	const char *own = camera->wanted ? camera->wanted : camera->formats[0].name;
	uint64_t least = least_in_format(pipeline, own);

	for (size_t i = 0; i < CAMERA_FORMATS && camera->formats[i].name && !camera->wanted; i++) {
		const char *name = camera->formats[i].name;
		bool same = (!strcmp(own, "YUYV") && !strcmp(name, "UYVY")) ||
			    (!strcmp(own, "UYVY") && !strcmp(name, "YUYV")) ||
			    (!strcmp(own, "NV12") && !strcmp(name, "YUV420")) ||
			    (!strcmp(own, "YUV420") && !strcmp(name, "NV12"));
		uint64_t cost;

		if (!same || camera->formats[i].fps)
			continue;
		cost = least_in_format(pipeline, name);
		if (cost < least)
			least = cost;
	}
	return least;
}

/* ---- what must hold ---- */

static void look_at_reasons(const struct weir_plan *plan, const struct scene *scene)
{
	size_t memories = 0, locks = 0, makers = 0;

	for (size_t i = 0; i < WEIR_COUNT(scene->sinks); i++)
		makers += scene->sinks[i].own > 0;

	for (size_t i = 0; i < plan->n_choices; i++) {
		assert_true(plan->choices[i].reason[0]);
		memories += !strcmp(plan->choices[i].what, "memory");
		locks += !strcmp(plan->choices[i].what, "lock");
	}
	assert_int_equal(memories, makers ? 4 + makers : 5);
	assert_true(locks >= 1);
	for (size_t i = 0; i < plan->n_hops; i++) {
		assert_true(plan->hops[i].reason[0]);
		assert_int_equal(
			plan->hops[i].memory == WEIR_MEMORY_COPY, plan->hops[i].bytes_copied > 0);
		assert_int_equal(plan->hops[i].memory == WEIR_MEMORY_CONVERTED,
			plan->hops[i].bytes_converted > 0);
	}
}

static void look_at_cost(struct weir_pipeline *pipeline, const struct scene *scene, int err,
	const struct weir_plan *plan)
{
	const struct weir_branch all = {
		.sinks = (1u << pipeline->n_sinks) - 1,
		.end = pipeline->n_stages - pipeline->n_own_stages,
	};
	uint64_t copied = plan->bytes_copied + plan->bytes_converted;
	size_t n_own = pipeline->n_own_stages;
	struct weir_branch before;
	uint64_t least;

	/* Without what the planner added. */
	before = weir_planner_ask(pipeline, all);
	least = least_of_all(pipeline, scene);
	weir_planner_ask(pipeline, before);
	if (err == -ENOTSUP)
		assert_true(least == WEIR_REFUSED);
	else if (n_own)
		assert_true(least == WEIR_REFUSED);
	else
		assert_true(copied <= least);
	if (!err && scene->require_zero_copy)
		assert_int_equal(copied, 0);
	if (err == -EPERM)
		assert_true(least > 0 && copied > 0);
}

static int plan_to_text(
	struct weir_pipeline *pipeline, struct scene_log *log, char **text, size_t *length)
{
	const struct weir_plan *plan;
	FILE *to = open_memstream(text, length);
	int err;

	assert_non_null(to);
	log->to = to;
	err = scene_plan(pipeline, to, &plan);
	assert_int_equal(plan != NULL, !err || err == -EPERM);
	fclose(to);
	log->to = NULL;
	return err;
}

static uint64_t looking_at; /* 0: all is well */

static int name_seed(void **state)
{
	(void)state;
	if (looking_at)
		print_error("WEIR_SEED=%" PRIu64 " shows it\n", looking_at);
	return 0;
}

struct counts {
	unsigned made, copying, refused, unserved, converted, brought;
};

static void look_at(uint64_t seed, struct counts *counts)
{
	struct weir_pipeline *pipeline;
	char *first, *second;
	struct scene_log log;
	struct scene scene;
	size_t length;
	int err;

	pick_scene(&scene, seed);
	scene_log_to(&log, NULL);
	pipeline = scene_open(&scene, &log.log);
	err = plan_to_text(pipeline, &log, &first, &length);
	assert_true(err == 0 || err == -EPERM || err == -ENOTSUP);
	look_at_cost(pipeline, &scene, err, &pipeline->plan.value);
	if (err != -ENOTSUP)
		look_at_reasons(&pipeline->plan.value, &scene);
	counts->made += !err;
	counts->refused += err == -EPERM;
	counts->unserved += err == -ENOTSUP;
	counts->copying +=
		!err && pipeline->plan.value.bytes_copied + pipeline->plan.value.bytes_converted;
	counts->converted += !err && pipeline->n_own_stages;
	counts->brought += !err && weir_planner_was_brought(pipeline);
	assert_int_equal(plan_to_text(pipeline, &log, &second, &length), err);
	assert_string_equal(second, first);
	free(first);
	free(second);
	weir_pipeline_destroy(&pipeline);
}

static void what_must_hold_of_every_plan(void **state)
{
	const char *only = getenv("WEIR_SEED");
	struct counts counts = { 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		if (only && strtoull(only, NULL, 10) != seed)
			continue;
		looking_at = seed;
		look_at(seed, &counts);
	}
	looking_at = 0;
	print_message(
		"%u plans: %u copy, %u convert, %u with another picture; %u refused for their "
		"copies, %u impossible\n",
		counts.made, counts.copying, counts.converted, counts.brought, counts.refused,
		counts.unserved);
	if (only)
		return;
	/* Chance has met everything. */
	assert_true(counts.made > 100 && counts.copying > 50 && counts.converted > 50);
	assert_true(counts.brought > 50 && counts.refused > 50 && counts.unserved > 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_teardown(
		what_must_hold_of_every_plan, name_seed) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
