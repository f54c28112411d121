/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FAKE_M2M_SCENE_H
#define WEIR_TESTS_FAKE_M2M_SCENE_H

#include <errno.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/fake/m2m.h"
#include "tests/unit/cmocka_all.h"

/* The stage m2m by itself, between frames that a test gives it and a pipeline that takes notes. */

#define SCENE_SLOTS 6
#define SCENE_NOTES 64

struct scene {
	struct captured log;
	struct weir_loop *loop;
	struct weir_stage *stage;
	struct weir_m2m *m2m;
	struct weir_slab *from, *out;
	uint64_t next_sequence;

	/* What the pipeline was told. */
	struct weir_frame *delivered[SCENE_NOTES];
	unsigned n_delivered, skipped, ready, changed, failed;
	int error, kept;
	bool unwanted;
	int in_work;
};

/* ---- memory: a memfd for each slot stands for a dma-buf ---- */

static inline int scene_create_slots(
	struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	for (unsigned i = 0; i < slab->n_slots; i++) {
		struct weir_slot_part *part = &slab->slots[i].parts[0];

		part->dmabuf = memfd_create("fake", MFD_CLOEXEC);
		assert_int_equal(ftruncate(part->dmabuf, (off_t)settings->frame_bytes), 0);
		part->memory = mmap(NULL, settings->frame_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			part->dmabuf, 0);
		assert_ptr_not_equal(part->memory, MAP_FAILED);
	}
	return 0;
}

static inline void scene_destroy_slots(struct weir_slab *slab)
{
	for (unsigned i = 0; i < slab->n_made; i++) {
		munmap(slab->slots[i].parts[0].memory, slab->slots[i].parts[0].length);
		close(slab->slots[i].parts[0].dmabuf);
	}
}

static const struct weir_memory_kind scene_kind = {
	.name = "fake", .create = scene_create_slots, .destroy = scene_destroy_slots
};

static inline struct weir_slab *scene_slab(size_t bytes, unsigned slots)
{
	const struct weir_slab_settings settings = { .slots = slots, .frame_bytes = bytes };
	struct weir_slab *slab = NULL;

	assert_int_equal(weir_slab_create(&scene_kind, &settings, &slab), 0);
	slab->synced = false; /* a memfd knows no DMA_BUF_IOCTL_SYNC */
	for (unsigned i = 0; i < slab->n_slots; i++) {
		struct weir_frame_info *info = &slab->slots[i].frame.info;

		info->n_planes = 1;
		info->bytes_used = (uint32_t)bytes;
		info->plane[0].fd = slab->slots[i].parts[0].dmabuf;
		info->plane[0].length = (uint32_t)bytes;
	}
	return slab;
}

/* ---- the pipeline ---- */

static inline void scene_deliver(void *data, struct weir_frame *frame)
{
	struct scene *scene = data;

	scene->in_work--;
	assert_true(scene->n_delivered < SCENE_NOTES);
	scene->delivered[scene->n_delivered++] = frame;
}

static inline void scene_skipped(void *data)
{
	struct scene *scene = data;

	scene->in_work--;
	scene->skipped++;
}

static inline bool scene_wanted(void *data)
{
	return !((struct scene *)data)->unwanted;
}

static inline void scene_ready(void *data)
{
	((struct scene *)data)->ready++;
}

static inline void scene_failed(void *data, int error)
{
	struct scene *scene = data;

	scene->failed++;
	scene->error = error;
}

static inline void scene_changed(void *data)
{
	((struct scene *)data)->changed++;
}

static inline void scene_keeps(void *data, int frames)
{
	struct scene *scene = data;

	scene->in_work -= frames;
	scene->kept += frames;
}

static inline int scene_start(struct scene *scene)
{
	const struct weir_stage_host host = {
		.log = &scene->log.log,
		.loop = scene->loop,
		.slab = scene->out,
		.from = scene->from,
		.deliver = scene_deliver,
		.skipped = scene_skipped,
		.wanted = scene_wanted,
		.ready = scene_ready,
		.failed = scene_failed,
		.changed = scene_changed,
		.keeps = scene_keeps,
		.data = scene,
	};

	return scene->stage->engine->start(scene->stage, &host);
}

static inline int scene_configure(struct scene *scene, const char *in, struct weir_video *video)
{
	*video = (struct weir_video){ .format = weir_format_by_name(in),
		.width = codec.in.width,
		.height = codec.in.height,
		.rate = { 30, 1 } };
	return scene->stage->impl->configure(scene->stage->state, video, &scene->log.log);
}

/* Everything but start(): a codec of 64x48 pictures. A test may change it first. */
static inline void scene_prepare(struct scene *scene, const char *in, const char *out, bool mplane)
{
	const struct weir_loop_settings settings = { .backend = "epoll" };
	struct weir_video video;
	char text[64];

	memset(scene, 0, sizeof(*scene));
	captured_init(&scene->log);
	scene->log.log.level = WEIR_LOG_WARN;
	codec_init(in, out, 64, 48);
	snprintf(text, sizeof(text), "m2m=/dev/video7,%s", out);
	assert_int_equal(weir_loop_open(&settings, &scene->loop), 0);
	assert_int_equal(weir_stage_open(text, &scene->log.log, &scene->stage), 0);
	scene->m2m = scene->stage->state;
	scene->m2m->device.mplane = mplane;
	assert_int_equal(scene_configure(scene, in, &video), 0);
	scene->from = scene_slab(codec.in.bytes, SCENE_SLOTS);
	scene->out = scene_slab(codec.out.bytes, SCENE_SLOTS);
}

static inline void scene_open(struct scene *scene, const char *in, const char *out)
{
	scene_prepare(scene, in, out, false);
	assert_int_equal(scene_start(scene), 0);
}

/* A frame, if it is taken: with numbers that grow, all at one time. */
static inline bool scene_take(struct scene *scene)
{
	struct weir_frame *frame;
	struct weir_slot *slot;

	if (!scene->stage->engine->has_room(scene->stage))
		return false;
	slot = weir_slab_take(scene->from);
	assert_non_null(slot);
	frame = weir_slot_issue(slot);
	frame->info.sequence = scene->next_sequence++;
	frame->info.timestamp_ns = 1000000500;
	scene->in_work++;
	scene->stage->engine->take(scene->stage, frame);
	return true;
}

/* The device's fd is readable, or whatever. */
static inline void scene_poke(struct scene *scene)
{
	scene->m2m->watch.ready(&scene->m2m->watch, POLLIN);
}

static inline void scene_let_go(struct scene *scene)
{
	for (unsigned i = 0; i < scene->n_delivered; i++)
		weir_frame_unref(&scene->delivered[i]);
}

static inline void scene_stop(struct scene *scene)
{
	scene->stage->engine->stop(scene->stage);
}

/* Nothing may be left: all slots are back. */
static inline void scene_close(struct scene *scene)
{
	scene_let_go(scene);
	if (scene->stage->running)
		scene_stop(scene);
	scene->stage->engine->forget(scene->stage);
	assert_int_equal(weir_slab_out(scene->from), 0);
	assert_int_equal(weir_slab_out(scene->out), 0);
	weir_stage_close(&scene->stage);
	weir_slab_unref(&scene->from);
	weir_slab_unref(&scene->out);
	weir_loop_close(&scene->loop);
}

/* The last line has these words. */
static inline void scene_said(struct scene *scene, const char *words)
{
	if (!strstr(scene->log.line, words))
		fail_msg("\"%s\" does not say \"%s\"", scene->log.line, words);
	scene->log.line[0] = '\0';
	scene->log.lines = 0;
}

#endif
