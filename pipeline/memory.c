/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "pipeline/pipeline.h"

/* The frame memory of a run: the slab, and what must live as long as its frames. */

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

static int create_slab(struct weir_pipeline *pipeline, struct weir_slab **out)
{
	const struct weir_memory_kind *kind = pipeline->plan.kind;
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

static int attach_views(struct weir_pipeline *pipeline, struct weir_slab *slab)
{
	for (size_t i = 0; i < pipeline->n_stages; i++) {
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

int weir_stretch_open_memory(struct weir_pipeline *pipeline)
{
	struct weir_outlets *outlets = NULL;
	struct weir_slab *slab;
	int err = create_slab(pipeline, &slab);

	if (err)
		return err;
	slab->synced = pipeline->plan.synced;
	err = describe_slots(slab, &pipeline->source->video);
	if (!err)
		err = attach_views(pipeline, slab);
	if (!err)
		err = attach_books(pipeline, slab);
	if (!err)
		err = attach_outlets(pipeline, slab, &outlets);
	if (err) {
		weir_slab_unref(&slab);
		return err;
	}
	pthread_mutex_lock(&pipeline->lock);
	pipeline->stretch.slab = slab;
	pipeline->stretch.outlets = outlets;
	pthread_mutex_unlock(&pipeline->lock);
	return 0;
}

/* Registered memory only makes transfers cheaper: a refusal is worth a line, not an end. */
void weir_stretch_register_memory(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	char text[WEIR_ERRNO_TEXT];
	bool wanted = false;
	int err;

	for (size_t i = 0; i < pipeline->n_sinks; i++)
		wanted |= pipeline->sinks[i]->impl->wants_registered;
	if (!wanted || !stretch->slab->base)
		return;
	err = weir_loop_register(stretch->loop, stretch->slab->base, stretch->slab->length);
	stretch->registered = !err;
	if (err)
		weir_info(pipeline->settings.log, "frame memory is not registered with %s: %s%s",
			pipeline->plan.value.loop, weir_errno_text(err, text),
			err == -ENOMEM ? " (raise LimitMEMLOCK= or ulimit -l)" : "");
}
