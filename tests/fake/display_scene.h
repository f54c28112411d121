/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FAKE_DISPLAY_SCENE_H
#define WEIR_TESTS_FAKE_DISPLAY_SCENE_H

#include "tests/contract/stand.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/sink.h"
#include "tests/fake/drm.h"

/* The display sink on the fake card, and a pipeline that shows it frames whose dma-bufs only the
 * fake knows. No frame may go while the display can still read it: every release checks that. */

#define SCENE_SLOTS 6

struct scene {
	struct stand_log heard;
	struct weir_sink *sink;
	struct weir_loop *loop;
	struct weir_slab *slab;
	struct weir_video video;
	struct weir_frame views[SCENE_SLOTS];
	bool held[SCENE_SLOTS];
	enum weir_drop verdict[SCENE_SLOTS]; /* of the last release */
	uint64_t sequence, handed_ns;
	unsigned released, changed, handed;
	bool started, may_be_read; /* a driver that refuses everything cannot be helped */
};

static inline void scene_released(struct weir_frame *view, void *data)
{
	struct scene *scene = data;
	unsigned index = view->slot->index;

	if (!scene->may_be_read)
		assert_false(fake_reads(view->slot->parts[0].dmabuf));
	assert_true(scene->held[index]);
	scene->held[index] = false;
	scene->verdict[index] = view->verdict;
	scene->released++;
}

static inline void scene_handed(
	void *data, struct weir_sink *sink, const struct weir_frame *frame, uint64_t at_ns)
{
	struct scene *scene = data;

	assert_ptr_equal(sink, scene->sink);
	assert_true(scene->held[frame->slot->index]);
	assert_true(at_ns >= frame->info.timestamp_ns);
	scene->handed_ns = at_ns;
	scene->handed++;
}

static inline void scene_changed(void *data, struct weir_sink *sink)
{
	struct scene *scene = data;

	assert_ptr_equal(sink, scene->sink);
	scene->changed++;
}

static inline void scene_make_slab(struct scene *scene)
{
	const struct weir_slab_settings settings = {
		.slots = SCENE_SLOTS, .frame_bytes = 640 * 480 * 4, .no_lock = true
	};

	assert_int_equal(weir_slab_create(&weir_memory_host, &settings, &scene->slab), 0);
	for (unsigned i = 0; i < SCENE_SLOTS; i++) {
		int fd = memfd_create("fake dma-buf", MFD_CLOEXEC);

		assert_true(fd >= 0);
		scene->slab->slots[i].parts[0].dmabuf = fd;
	}
}

static inline void scene_destroy_slab(struct scene *scene)
{
	for (unsigned i = 0; i < SCENE_SLOTS; i++)
		close(scene->slab->slots[i].parts[0].dmabuf);
	weir_slab_unref(&scene->slab);
}

static inline int scene_set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_non_null(scene);
	fake_init();
	stand_listen(&scene->heard);
	scene->loop = stand_open_loop();
	scene_make_slab(scene);
	scene->video = (struct weir_video){ .format = weir_format_by_name("XR24"),
		.width = 640,
		.height = 480,
		.stride = 2560,
		.rate = { 30, 1 } };
	*state = scene;
	return 0;
}

static inline int scene_open_as(struct scene *scene, const char *uri)
{
	const struct weir_sink_settings settings = { .log = &scene->heard.log };

	return weir_sink_open(uri, &settings, &scene->sink);
}

static inline void scene_open(struct scene *scene, const char *uri)
{
	assert_int_equal(scene_open_as(scene, uri), 0);
}

static inline int scene_offer(struct scene *scene, char *why, size_t size)
{
	const struct weir_offer offer = { scene->video, "mmap", { .dmabuf = true } };

	return scene->sink->impl->accepts(scene->sink, &offer, why, size);
}

static inline int scene_try_start(struct scene *scene)
{
	const struct weir_sink_host host = { .loop = scene->loop,
		.slab = scene->slab,
		.handed = scene_handed,
		.changed = scene_changed,
		.data = scene };
	int err;

	stand_describe_slots(scene->slab, &scene->video);
	err = scene->sink->impl->start(scene->sink, &host, &scene->video);
	scene->started = !err;
	return err;
}

static inline void scene_start(struct scene *scene)
{
	assert_int_equal(scene_try_start(scene), 0);
}

/* Shows the frame of a free slot, whose index it returns. */
static inline unsigned scene_show(struct scene *scene)
{
	struct weir_slot *slot = weir_slab_take(scene->slab);
	struct weir_frame *frame, *view;

	assert_non_null(slot);
	frame = weir_slot_issue(slot);
	frame->info.sequence = scene->sequence++;
	frame->info.timestamp_ns = weir_now_ns();
	view = &scene->views[slot->index];
	weir_frame_init_view(view, frame, scene_released, scene);
	scene->held[slot->index] = true;
	assert_int_equal(scene->sink->impl->take(scene->sink, view), 0);
	weir_frame_unref(&view);
	return slot->index;
}

/* Lets the loop see what there is. */
static inline void scene_turn(struct scene *scene)
{
	stand_run(scene->loop, 2 * STAND_MS);
}

static inline void scene_refresh(struct scene *scene)
{
	fake_refresh();
	scene_turn(scene);
}

static inline void scene_stop(struct scene *scene)
{
	if (scene->started)
		scene->sink->impl->stop(scene->sink);
	scene->started = false;
}

/* Whether it is as before the sink came. */
static inline void scene_expect_old_screen(void)
{
	assert_int_equal(fake.on_screen[0], FAKE_OLD_FB);
	assert_int_equal(fake.on_screen[1], 0);
	assert_int_equal(fake.mode_width, 1024);
	assert_int_equal(fake.primary.value[FAKE_CRTC_W], 1024);
	assert_int_equal(fake_fbs(), 0);
}

static inline void scene_expect_word(const struct scene *scene, const char *word)
{
	if (!strstr(scene->heard.last, word))
		fail_msg("\"%s\" does not say \"%s\"", scene->heard.last, word);
}

static inline int scene_tear_down(void **state)
{
	struct scene *scene = *state;
	unsigned out, fbs;

	scene_stop(scene);
	weir_sink_close(&scene->sink);
	out = weir_slab_out(scene->slab);
	fbs = fake_fbs();
	weir_loop_close(&scene->loop);
	scene_destroy_slab(scene);
	fake_finish();
	free(scene);
	return out || fbs ? -1 : 0;
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, scene_set_up, scene_tear_down)

#endif
