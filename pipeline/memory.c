/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "pipeline/pipeline.h"

/* The frame memory of a stretch: its slabs, and what must live as long as their frames. */

/* What every frame of this slot has in common, so that issuing one costs nothing. */
static void describe_slot(
	struct weir_slot *slot, const struct weir_video *video, const struct weir_layout *layout)
{
	struct weir_frame_info *info = &slot->frame.info;

	info->format = video->format;
	info->width = video->width;
	info->height = video->height;
	info->n_planes = layout->n_planes;
	info->bytes_used = 0;
	for (uint32_t i = 0; i < layout->n_planes; i++) {
		info->plane[i].fd = weir_slot_part(slot, i)->dmabuf;
		info->plane[i].offset = slot->n_parts > 1 ? 0 : (uint32_t)layout->plane[i].offset;
		info->plane[i].stride = (uint32_t)layout->plane[i].stride;
		info->plane[i].length = (uint32_t)layout->plane[i].size;
		info->bytes_used += info->plane[i].length;
	}
}

static int describe_slots(struct weir_slab *slab, const struct weir_video *video)
{
	struct weir_layout layout = { .n_planes = 1, .size = slab->frame_bytes };
	int err = 0;

	if (video->format->flags & WEIR_FORMAT_COMPRESSED)
		layout.plane[0].size = slab->frame_bytes;
	else
		err = weir_format_layout(video, &layout);
	for (unsigned i = 0; i < slab->n_slots && !err; i++)
		describe_slot(&slab->slots[i], video, &layout);
	return err;
}

static int create_source_slab(struct weir_pipeline *pipeline, struct weir_slab **out)
{
	const struct weir_memory_kind *kind = pipeline->plan.legs[0].kind;
	struct weir_slab_settings settings = {
		.log = pipeline->settings.log,
		.slots = pipeline->plan.value.slots,
		.frame_bytes = pipeline->plan.value.slot_bytes,
		.n_parts = pipeline->plan.value.n_parts,
		.given = pipeline->given.fds,
		.no_lock = pipeline->settings.no_lock,
	};
	struct weir_source *source = pipeline->source;
	int err;

	memcpy(settings.part_bytes, pipeline->plan.value.part_bytes, sizeof(settings.part_bytes));
	err = kind->create ? weir_slab_create(kind, &settings, out)
			   : source->impl->allocate(source, kind, &settings, out);
	return err == -EINVAL ? -EIO : err; /* EINVAL is for what users type */
}

static int create_stage_slab(
	struct weir_pipeline *pipeline, const struct weir_leg_plan *plan, struct weir_slab **out)
{
	const struct weir_slab_settings settings = {
		.log = pipeline->settings.log,
		.slots = plan->slots,
		.frame_bytes = plan->slot_bytes,
		.no_lock = pipeline->settings.no_lock,
	};

	return weir_slab_create(plan->kind, &settings, out);
}

static void unref_books(void *books)
{
	weir_sinks_books_unref(books);
}

static int attach_books(struct weir_pipeline *pipeline, struct weir_slab *slab)
{
	struct weir_sinks_books *books = weir_sinks_books_ref(pipeline->sinks_books);
	int err = weir_slab_attach(slab, books, unref_books);

	if (err)
		weir_sinks_books_unref(books);
	return err;
}

static int attach_outlets(
	struct weir_pipeline *pipeline, struct weir_slab *slab, struct weir_outlets **out)
{
	size_t size = sizeof(struct weir_outlets) + pipeline->n_sinks * sizeof(struct weir_outlet);
	struct weir_outlets *outlets;

	outlets = calloc(1, size);
	if (!outlets)
		return -ENOMEM;
	outlets->n = pipeline->n_sinks;
	for (size_t i = 0; i < outlets->n; i++)
		weir_outlet_init(&outlets->outlet[i],
			pipeline->errors[i] ? NULL : pipeline->sinks[i], slab,
			&pipeline->sinks_books->sink[i]);
	if (weir_slab_attach(slab, outlets, free)) {
		free(outlets);
		return -ENOMEM;
	}
	*out = outlets;
	return 0;
}

static int attach_views(
	struct weir_pipeline *pipeline, const struct weir_leg_plan *plan, struct weir_slab *slab)
{
	for (size_t i = plan->first; i < plan->end; i++) {
		struct weir_stage *stage = pipeline->stages[i];

		if (stage->impl->access != WEIR_STAGE_RESHAPE)
			continue;
		stage->views = calloc(slab->n_slots, sizeof(*stage->views));
		if (!stage->views)
			return -ENOMEM;
		if (weir_slab_attach(slab, stage->views, free)) {
			free(stage->views);
			return -ENOMEM;
		}
	}
	return 0;
}

static int open_leg(struct weir_pipeline *pipeline, size_t number, struct weir_slab **out)
{
	const struct weir_leg_plan *plan = &pipeline->plan.legs[number];
	struct weir_slab *slab;
	int err = number ? create_stage_slab(pipeline, plan, &slab)
			 : create_source_slab(pipeline, &slab);

	if (err)
		return err;
	slab->synced = plan->synced;
	err = describe_slots(slab, &plan->video);
	if (!err)
		err = attach_views(pipeline, plan, slab);
	if (err)
		weir_slab_unref(&slab);
	else
		*out = slab;
	return err;
}

static void set_up_leg(struct weir_pipeline *pipeline, size_t number, struct weir_slab *slab)
{
	const struct weir_leg_plan *plan = &pipeline->plan.legs[number];

	pipeline->stretch.legs[number] = (struct weir_leg){
		.pipeline = pipeline,
		.head = number ? pipeline->stages[plan->first - 1] : NULL,
		.slab = slab,
		.first = plan->first,
		.end = plan->end,
	};
}

int weir_stretch_open_memory(struct weir_pipeline *pipeline)
{
	struct weir_slab *slabs[WEIR_MAX_LEGS] = { NULL };
	struct weir_outlets *outlets = NULL;
	size_t n = pipeline->plan.n_legs;
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = open_leg(pipeline, i, &slabs[i]);
	if (!err)
		err = attach_books(pipeline, slabs[n - 1]);
	if (!err)
		err = attach_outlets(pipeline, slabs[n - 1], &outlets);
	if (err) {
		for (size_t i = 0; i < n; i++)
			weir_slab_unref(&slabs[i]);
		return err;
	}
	pthread_mutex_lock(&pipeline->lock);
	for (size_t i = 0; i < n; i++)
		set_up_leg(pipeline, i, slabs[i]);
	pipeline->stretch.n_legs = n;
	pipeline->stretch.outlets = outlets;
	pthread_mutex_unlock(&pipeline->lock);
	return 0;
}

void weir_stretch_forget(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	struct weir_slab *slabs[WEIR_MAX_LEGS] = { NULL };

	pthread_mutex_lock(&pipeline->lock);
	weir_counter_add(&pipeline->books.syncs, weir_stretch_syncs(stretch));
	for (size_t i = 0; i < stretch->n_legs; i++) {
		slabs[i] = stretch->legs[i].slab;
		stretch->legs[i].slab = NULL;
	}
	stretch->n_legs = 0;
	stretch->outlets = NULL;
	pthread_mutex_unlock(&pipeline->lock);
	for (size_t i = 0; i < WEIR_MAX_LEGS; i++)
		weir_slab_unref(&slabs[i]);
}

uint64_t weir_stretch_syncs(const struct weir_stretch *stretch)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < stretch->n_legs; i++)
		sum += atomic_load_explicit(&stretch->legs[i].slab->syncs, memory_order_relaxed);
	return sum;
}

struct weir_slab *weir_stretch_sinks_slab(const struct weir_stretch *stretch)
{
	return stretch->legs[stretch->n_legs - 1].slab;
}

/* Registered memory only makes transfers cheaper: a refusal is worth a line, not an end. */
void weir_stretch_register_memory(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	struct weir_slab *slab = weir_stretch_sinks_slab(stretch);
	char text[WEIR_ERRNO_TEXT];
	bool wanted = false;
	int err;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		wanted |= pipeline->sinks[i]->impl->wants_registered;
	if (!wanted || !slab->base)
		return;
	err = weir_loop_register(stretch->loop, slab->base, slab->length);
	stretch->registered = !err;
	if (err)
		weir_info(pipeline->settings.log, "frame memory is not registered with %s: %s%s",
			pipeline->plan.value.loop, weir_errno_text(err, text),
			err == -ENOMEM ? " (raise LimitMEMLOCK= or ulimit -l)" : "");
}
