/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Memory of the card's own: made, shown without an import, and given back, whoever goes first and
 * whatever fails. */

#include "tests/fake/display_scene.h"

#include <dirent.h>
#include <drm_fourcc.h>

#define A_LOOK (700 * STAND_MS)

static unsigned count_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* ---- a slab of it ---- */

static int make_slab(struct scene *scene, size_t bytes, struct weir_slab **out)
{
	const struct weir_memory_kind kind = weir_memory_of_sink(scene->sink);
	const struct weir_slab_settings settings = { .log = &scene->heard.log,
		.slots = SCENE_SLOTS,
		.frame_bytes = bytes,
		.video = &scene->video };

	return weir_slab_create(&kind, &settings, out);
}

/* In place of the scene's. */
static void use_own(struct scene *scene)
{
	struct weir_layout layout;

	scene_destroy_slab(scene);
	assert_int_equal(weir_format_layout(&scene->video, &layout), 0);
	assert_int_equal(make_slab(scene, layout.size, &scene->slab), 0);
}

static void drop_own(struct scene *scene)
{
	scene_stop(scene);
	weir_slab_unref(&scene->slab);
	scene_make_slab(scene);
}

static int offer(struct scene *scene, const char *memory, struct weir_sink *maker, char *why)
{
	const struct weir_offer offered = {
		.video = scene->video,
		.memory = memory,
		.traits = { .dmabuf = true },
		.maker = maker,
	};

	why[0] = '\0';
	return scene->sink->impl->accepts(scene->sink, &offered, why, 256);
}

static void expect_refusal(struct scene *scene, const char *words)
{
	char why[256];

	assert_int_equal(offer(scene, "scanout", scene->sink, why), -ENOTSUP);
	if (!strstr(why, words))
		fail_msg("\"%s\" does not say \"%s\"", why, words);
}

static void expect_taken(struct scene *scene)
{
	char why[256];

	if (offer(scene, "scanout", scene->sink, why))
		fail_msg("%s", why);
}

static void expect_no_handles(void)
{
	assert_int_equal(fake_handles(), 0);
	assert_int_equal(fake.bad_closes, 0);
}

/* ---- made and shown ---- */

static void shown_without_an_import(void **state)
{
	struct scene *scene = *state;

	fake.import_error = ENODEV; /* of anything else */
	scene_open(scene, "display");
	expect_taken(scene);
	use_own(scene);
	assert_ptr_equal(scene->slab->kind, &weir_memory_scanout);
	assert_int_equal(scene->slab->headroom_bytes, 0);
	expect_no_handles();
	scene_start(scene);
	for (unsigned i = 0; i < 3 * SCENE_SLOTS; i++) {
		unsigned index = scene_show(scene);

		scene_refresh(scene);
		assert_true(fake_reads(scene->slab->slots[index].parts[0].dmabuf));
	}
	assert_int_equal(fake.imports, 0);
	drop_own(scene);
	expect_no_handles();
	scene_expect_old_screen();
}

/* One dumb buffer, one plane after the other. */
static void planes_in_one_buffer(void **state)
{
	struct scene *scene = *state;

	fake.primary.formats[2] = DRM_FORMAT_NV12;
	scene_open(scene, "display");
	scene->video.format = weir_format_by_name("NV12");
	scene->video.stride = 640;
	expect_taken(scene);
	use_own(scene);
	scene_start(scene);
	scene_show(scene);
	assert_int_equal(fake.fb_pitch[0], 640);
	assert_int_equal(fake.fb_pitch[1], 640);
	assert_int_equal(fake.fb_offset[1], 640 * 480);
	assert_int_equal(lseek(scene->slab->slots[0].parts[0].dmabuf, 0, SEEK_END),
		(640 * 720 + 4095) / 4096 * 4096);
	expect_no_handles();
	drop_own(scene);
}

/* A device that wants planes apart gets a buffer for each. */
static void planes_apart(void **state)
{
	struct scene *scene = *state;
	struct weir_memory_kind kind;
	struct weir_slab *slab;

	scene_open(scene, "display");
	scene->video.format = weir_format_by_name("YUV420");
	scene->video.stride = 640;
	kind = weir_memory_of_sink(scene->sink);
	fake.dumb_align = 4;
	assert_int_equal(weir_slab_create(&kind,
				 &(struct weir_slab_settings){ .log = &scene->heard.log,
					 .slots = 2,
					 .frame_bytes = 640 * 720,
					 .n_parts = 3,
					 .part_bytes = { 640 * 480, 320 * 240, 320 * 240 },
					 .video = &scene->video },
				 &slab),
		0);
	for (unsigned p = 0; p < 3; p++) {
		assert_non_null(slab->slots[1].parts[p].memory);
		assert_true(slab->slots[1].parts[p].dmabuf >= 0);
	}
	expect_no_handles();
	weir_slab_unref(&slab);
}

/* The slab alone stands for the memory. */
static void it_outlives_the_sink(void **state)
{
	struct scene *scene = *state;
	unsigned fds = count_fds();
	struct weir_slab *slab = NULL;
	struct weir_frame *frame;

	scene_open(scene, "display");
	assert_int_equal(make_slab(scene, 640 * 480 * 4, &slab), 0);
	frame = weir_slot_issue(weir_slab_take(slab));
	weir_slab_unref(&slab);
	weir_sink_close(&scene->sink);
	fake.gone = true;
	memset(frame->slot->parts[0].memory, 0x5a, frame->slot->parts[0].length);
	assert_true(lseek(frame->slot->parts[0].dmabuf, 0, SEEK_END) >= 640 * 480 * 4);
	weir_frame_unref(&frame);
	fake_forget_memory();
	assert_int_equal(count_fds(), fds);
}

/* ---- pitch and size ---- */

static void its_pitch_is_the_drivers(void **state)
{
	struct scene *scene = *state;

	scene_open(scene, "display");
	scene->video.width = 630;
	scene->video.stride = 2520;
	expect_refusal(scene, "puts lines in its own memory 2560 bytes apart, not 2520");
	assert_int_equal(scene->sink->impl->stride(scene->sink, &scene->video), 2560);
	scene->video.stride = 2560;
	assert_int_equal(scene->sink->impl->stride(scene->sink, &scene->video), 0);
	expect_taken(scene);
	scene->video.stride = 2580; /* as another sink would have it */
	expect_refusal(scene, "2624 bytes apart, not 2580");
	assert_int_equal(scene->sink->impl->stride(scene->sink, &scene->video), 2624);
	expect_no_handles();
}

static void sizes_that_cannot_be(void **state)
{
	static const size_t sizes[] = { SIZE_MAX, SIZE_MAX / 2, (size_t)2560 * UINT32_MAX,
		(size_t)2560 * UINT32_MAX + 1, (size_t)1 << 40 };
	struct scene *scene = *state;
	struct weir_slab *slab = NULL;

	scene_open(scene, "display");
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		scene->heard.lines = 0;
		assert_true(make_slab(scene, sizes[i], &slab) < 0);
		assert_null(slab);
		assert_int_equal(scene->heard.lines, 1);
		scene_expect_word(scene, "take fewer (-b)");
	}
	expect_no_handles();
}

/* Some cards show their memory from its first byte on, and say nothing. */
static void not_from_the_middle(void **state)
{
	struct scene *scene = *state;
	struct weir_offer offered;
	char why[256];

	scene_open(scene, "display");
	offered = (struct weir_offer){
		.video = scene->video,
		.memory = "scanout",
		.traits = { .dmabuf = true },
		.maker = scene->sink,
		.view = true,
	};
	assert_int_equal(
		scene->sink->impl->accepts(scene->sink, &offered, why, sizeof(why)), -ENOTSUP);
	assert_non_null(strstr(why, "a part of a picture is not shown"));
	offered.memory = "mmap";
	offered.maker = NULL;
	assert_int_equal(scene->sink->impl->accepts(scene->sink, &offered, why, sizeof(why)), 0);
}

/* ---- mapping ---- */

static void mapped_by_the_card(void **state)
{
	struct scene *scene = *state;

	fake.unmappable = true;
	scene_open(scene, "display");
	expect_taken(scene);
	use_own(scene);
	assert_true(fake.card_maps >= SCENE_SLOTS);
	memset(scene->slab->slots[0].parts[0].memory, 1, 640 * 480 * 4);
	expect_no_handles();
	drop_own(scene);
}

static void not_mapped_at_all(void **state)
{
	struct scene *scene = *state;

	fake.unmappable = fake.unmappable_card = true;
	scene_open(scene, "display");
	expect_refusal(scene, "does not let its own buffers be mapped");
	expect_no_handles();
}

/* ---- others' memory ---- */

struct maker {
	struct weir_sink base;
	unsigned made;
};

static int make_part(struct weir_sink *sink, uint32_t stride, struct weir_slot_part *part,
	char *why, size_t size)
{
	(void)stride;
	(void)why;
	(void)size;
	part->dmabuf = memfd_create("another card's", MFD_CLOEXEC);
	assert_true(part->dmabuf >= 0);
	((struct maker *)sink)->made++;
	return 0;
}

/* What another display makes is tried like any memory, once. */
static void memory_of_another_display(void **state)
{
	static const struct weir_sink_impl impl = { .make_part = make_part };
	struct maker other = { .base = { .impl = &impl, .uri = (char *)"display:DP-1" } };
	struct maker third = { .base = { .impl = &impl, .uri = (char *)"display:DP-2" } };
	struct scene *scene = *state;
	char why[256];

	scene_open(scene, "display");
	assert_int_equal(offer(scene, "scanout", &other.base, why), 0);
	fake.import_error = ENODEV;
	assert_int_equal(offer(scene, "scanout", &other.base, why), 0);
	assert_int_equal(other.made, 1);
	assert_int_equal(offer(scene, "scanout", &third.base, why), -ENOTSUP);
	assert_non_null(strstr(why, "does not import scanout memory of display:DP-2"));
	expect_taken(scene);
	expect_no_handles();
}

/* No buffer of a camera's is there to try with: the driver's word on others has to do. */
static void a_driver_that_imports_nothing(void **state)
{
	struct scene *scene = *state;
	char why[256];

	if (weir_memory_slab.probe(why, sizeof(why)) && weir_memory_heap.probe(why, sizeof(why)))
		skip();
	fake.import_error = ENODEV;
	scene_open(scene, "display");
	assert_int_equal(offer(scene, "mmap", NULL, why), -ENOTSUP);
	assert_non_null(strstr(why, "does not import mmap memory"));
	expect_taken(scene);
}

/* ---- trouble ---- */

/* A framebuffer that its own driver refuses: not offered again. */
static void refused_when_it_comes(void **state)
{
	struct scene *scene = *state;

	scene->heard.log.level = WEIR_LOG_WARN;
	scene_open(scene, "display");
	use_own(scene);
	scene_start(scene);
	fake.pitch_align = 4096;
	scene_show(scene);
	assert_int_equal(scene->changed, 1);
	scene_expect_word(scene, "no framebuffer of a frame in scanout memory");
	scene_stop(scene);
	fake.pitch_align = 0;
	expect_refusal(scene, "does not import scanout memory");
	drop_own(scene);
	expect_no_handles();
}

static void show_one(struct scene *scene)
{
	scene_show(scene);
	scene_refresh(scene);
}

static void unplugged_and_back(void **state)
{
	struct scene *scene = *state;

	scene->heard.log.level = WEIR_LOG_WARN;
	scene_open(scene, "display");
	use_own(scene);
	scene_start(scene);
	show_one(scene);
	fake_set_status("disconnected\n");
	stand_run(scene->loop, A_LOOK);
	scene_expect_word(scene, "HDMI-A-1 is unplugged");
	assert_int_equal(weir_slab_out(scene->slab), 0);
	fake_set_status("connected\n");
	stand_run(scene->loop, A_LOOK);
	scene_expect_word(scene, "is back");
	show_one(scene);
	assert_int_equal(weir_slab_out(scene->slab), 1);
	assert_int_equal(fake.imports, 0); /* its frames are where they were */
	drop_own(scene);
	expect_no_handles();
}

/* The frames have their memory still, and the run goes on. */
static void the_card_goes_away(void **state)
{
	struct scene *scene = *state;
	struct weir_slab *slab = NULL;
	unsigned index;

	scene->heard.log.level = WEIR_LOG_WARN;
	scene->may_be_read = true; /* a card that is gone does not say what it shows */
	scene_open(scene, "display");
	use_own(scene);
	scene_start(scene);
	show_one(scene);
	fake.gone = true;
	index = scene_show(scene);
	assert_int_equal(scene->verdict[index], WEIR_DROP_FAILED);
	scene_expect_word(scene, "the run goes on without it");
	assert_int_equal(weir_slab_out(scene->slab), 0);
	assert_int_equal(scene->changed, 0);
	memset(scene->slab->slots[0].parts[0].memory, 1, 640 * 480 * 4);
	assert_true(make_slab(scene, 640 * 480 * 4, &slab) < 0);
	scene_expect_word(scene, "No such device");
	scene_stop(scene);
	fake.gone = false;
	for (unsigned i = 0; i < FAKE_MAX_FBS; i++)
		fake.fbs[i].used = false; /* went with it */
	drop_own(scene);
}

/* Creating, exporting, destroying: of each slot. */
#define STEPS 3

/* Whichever step fails, everything that was made is gone again; but for a handle that could not be
 * closed, which goes with the card. */
static void every_step_may_fail(void **state)
{
	struct scene *scene = *state;

	scene_open(scene, "display");
	for (unsigned nth = 1; nth <= STEPS * SCENE_SLOTS; nth++) {
		bool closing = nth % STEPS == 0;
		struct weir_slab *slab = NULL;
		unsigned fds = count_fds();

		scene->heard.lines = 0;
		fake.ioctls = 0;
		fake.fail_nth = nth;
		fake.fail_error = ENOMEM;
		assert_int_equal(make_slab(scene, 640 * 480 * 4, &slab), closing ? 0 : -ENOMEM);
		assert_true(fake.ioctls >= nth);
		assert_int_equal(scene->heard.lines, !closing);
		if (!closing)
			scene_expect_word(scene, "no scanout memory for 6 frames");
		assert_int_equal(fake_handles(), closing);
		weir_slab_unref(&slab);
		fake_forget_memory();
		assert_int_equal(count_fds(), fds);
	}
	fake.fail_nth = 0;
	assert_int_equal(fake.bad_closes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(shown_without_an_import),
		SCENE(planes_in_one_buffer),
		SCENE(planes_apart),
		SCENE(it_outlives_the_sink),
		SCENE(its_pitch_is_the_drivers),
		SCENE(sizes_that_cannot_be),
		SCENE(not_from_the_middle),
		SCENE(mapped_by_the_card),
		SCENE(not_mapped_at_all),
		SCENE(memory_of_another_display),
		SCENE(a_driver_that_imports_nothing),
		SCENE(refused_when_it_comes),
		SCENE(unplugged_and_back),
		SCENE(the_card_goes_away),
		SCENE(every_step_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
