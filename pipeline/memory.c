/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "pipeline/pipeline.h"
#include "pipeline/planner.h"
#include "pipeline/private.h"

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
		.video = &pipeline->plan.legs[0].video,
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
		.video = &plan->video,
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

static int attach_outlet(struct weir_pipeline *pipeline, size_t index, struct weir_slab *slab,
	struct weir_outlet **out)
{
	const struct weir_plan_hop *hop = weir_planner_sink_hop(pipeline, index);
	struct weir_outlet *outlet = calloc(1, sizeof(*outlet));
	int err;

	if (!outlet)
		return -ENOMEM;
	explicit_bzero(outlet, sizeof(*outlet)); /* touched: places used late fault no page */
	weir_outlet_init(outlet, pipeline->errors[index] ? NULL : pipeline->sinks[index], slab,
		&pipeline->sinks_books->sink[index]);
	err = weir_masked_init(&outlet->masked, pipeline->plan.masking[index],
		&pipeline->sinks[index]->masks, &hop->video);
	if (!err)
		err = weir_slab_attach(slab, outlet, free);
	if (err)
		free(outlet);
	else
		*out = outlet;
	return err;
}

static int attach_views(
	struct weir_pipeline *pipeline, const struct weir_leg_plan *plan, struct weir_slab *slab)
{
	for (size_t i = plan->first; i < plan->end; i++) {
		struct weir_stage *stage = pipeline->stages[i];

		if (stage->impl->access != WEIR_STAGE_RESHAPE)
			continue;
		stage->views = calloc(WEIR_SLAB_MAX_SLOTS, sizeof(*stage->views));
		if (!stage->views)
			return -ENOMEM;
		explicit_bzero(stage->views, WEIR_SLAB_MAX_SLOTS * sizeof(*stage->views));
		if (weir_slab_attach(slab, stage->views, free)) {
			free(stage->views);
			return -ENOMEM;
		}
	}
	return 0;
}

/* What a leg has of memory; the private slots, where there are any, keep the others alive. */
struct leg_memory {
	struct weir_slab *slab, *private;
};

static void drop_memory(struct leg_memory *memory)
{
	weir_slab_unref(&memory->private);
	weir_slab_unref(&memory->slab);
}

static int open_private(
	struct weir_pipeline *pipeline, const struct weir_leg_plan *plan, struct leg_memory *memory)
{
	const struct weir_slab_settings settings = {
		.log = pipeline->settings.log,
		.slots = plan->private_slots,
		.video = &plan->video,
		.no_lock = pipeline->settings.no_lock,
	};

	if (!plan->private_slots)
		return 0;
	return weir_private_open(plan, memory->slab, &settings, &memory->private);
}

int weir_stretch_open_private(struct weir_pipeline *pipeline)
{
	struct weir_leg *leg = &pipeline->stretch.legs[0];
	struct leg_memory memory = { leg->slab, leg->private };
	int err = 0;

	if (!memory.private)
		err = open_private(pipeline, &pipeline->plan.legs[0], &memory);
	pthread_mutex_lock(&pipeline->lock);
	leg->private = memory.private;
	pthread_mutex_unlock(&pipeline->lock);
	return err;
}

static int open_leg(struct weir_pipeline *pipeline, size_t number, struct leg_memory *out)
{
	const struct weir_leg_plan *plan = &pipeline->plan.legs[number];
	struct leg_memory memory = { NULL, NULL };
	int err = number ? create_stage_slab(pipeline, plan, &memory.slab)
			 : create_source_slab(pipeline, &memory.slab);

	if (err)
		return err;
	memory.slab->synced = plan->synced;
	memory.slab->unfenced =
		number || (pipeline->source->unfenced && plan->kind != &weir_memory_given);
	err = describe_slots(memory.slab, &plan->video);
	if (!err)
		err = attach_views(pipeline, plan, memory.slab);
	if (!err)
		err = open_private(pipeline, plan, &memory);
	if (err)
		drop_memory(&memory);
	else
		*out = memory;
	return err;
}

/* After those that go out from it. */
static void set_up_leg(
	struct weir_pipeline *pipeline, size_t number, const struct leg_memory *memory)
{
	const struct weir_leg_plan *plan = &pipeline->plan.legs[number];
	struct weir_leg *legs = pipeline->stretch.legs;
	struct weir_stage *head = number ? pipeline->stages[plan->first - 1] : NULL;
	uint32_t sinks = 0, beyond = 0, living = 0;

	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		sinks |= (uint32_t)(weir_planner_leg_of(pipeline, i) == number) << i;
		living |= (uint32_t)!pipeline->errors[i] << i;
	}
	for (size_t i = number + 1; i < pipeline->plan.n_legs; i++)
		if (pipeline->plan.legs[i].from == number)
			beyond |= legs[i].all_sinks;
	legs[number] = (struct weir_leg){
		.pipeline = pipeline,
		.head = head,
		.from = number ? &legs[plan->from] : NULL,
		.conversion = head ? weir_books_of_conversion(&pipeline->books, head->text) : NULL,
		.sinks = sinks,
		.all_sinks = sinks | beyond,
		.is_branch = plan->branch && living & ~(sinks | beyond),
		.waits = plan->waits,
		.slab = memory->slab,
		.private = memory->private,
		.first = plan->first,
		.end = plan->end,
	};
}

int weir_stretch_open_memory(struct weir_pipeline *pipeline)
{
	struct leg_memory memory[WEIR_MAX_LEGS] = { { NULL, NULL } };
	struct weir_outlet *outlets[WEIR_MAX_SINKS] = { NULL };
	size_t n = pipeline->plan.n_legs;
	int err = 0;

	for (size_t i = 0; i < n && !err; i++)
		err = open_leg(pipeline, i, &memory[i]);
	for (size_t i = 0; i < pipeline->n_sinks && !err; i++) {
		struct weir_slab *slab = memory[weir_planner_leg_of(pipeline, i)].slab;

		err = attach_books(pipeline, slab);
		if (!err)
			err = attach_outlet(pipeline, i, slab, &outlets[i]);
	}
	if (err) {
		for (size_t i = 0; i < n; i++)
			drop_memory(&memory[i]);
		return err;
	}
	pthread_mutex_lock(&pipeline->lock);
	for (size_t i = n; i-- > 0;)
		set_up_leg(pipeline, i, &memory[i]);
	pipeline->stretch.n_legs = n;
	memcpy(pipeline->stretch.outlets, outlets, sizeof(outlets));
	pthread_mutex_unlock(&pipeline->lock);
	return 0;
}

void weir_stretch_forget(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	struct leg_memory memory[WEIR_MAX_LEGS] = { { NULL, NULL } };

	pthread_mutex_lock(&pipeline->lock);
	weir_counter_add(&pipeline->books.syncs, weir_stretch_syncs(stretch));
	for (size_t i = 0; i < stretch->n_legs; i++) {
		memory[i] = (struct leg_memory){ stretch->legs[i].slab, stretch->legs[i].private };
		stretch->legs[i].slab = stretch->legs[i].private = NULL;
	}
	stretch->n_legs = 0;
	memset(stretch->outlets, 0, sizeof(stretch->outlets));
	pthread_mutex_unlock(&pipeline->lock);
	for (size_t i = 0; i < WEIR_MAX_LEGS; i++)
		drop_memory(&memory[i]);
}

static uint64_t syncs_of(const struct weir_slab *slab)
{
	return slab ? atomic_load_explicit(&slab->syncs, memory_order_relaxed) : 0;
}

uint64_t weir_stretch_syncs(const struct weir_stretch *stretch)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < stretch->n_legs; i++)
		sum += syncs_of(stretch->legs[i].slab) + syncs_of(stretch->legs[i].private);
	return sum;
}

/* Of the first leg with a sink that transfers straight from it. */
static struct weir_slab *find_transferred(const struct weir_pipeline *pipeline)
{
	const struct weir_stretch *stretch = &pipeline->stretch;

	for (size_t i = 0; i < stretch->n_legs; i++)
		for (uint32_t sinks = stretch->legs[i].sinks; sinks; sinks &= sinks - 1)
			if (pipeline->sinks[__builtin_ctz(sinks)]->impl->wants_registered)
				return stretch->legs[i].slab;
	return NULL;
}

/* Registered memory only makes transfers cheaper: a refusal is worth a line, not an end. */
void weir_stretch_register_memory(struct weir_pipeline *pipeline)
{
	struct weir_stretch *stretch = &pipeline->stretch;
	struct weir_slab *slab = find_transferred(pipeline);
	char text[WEIR_ERRNO_TEXT];
	int err;

	if (!slab || !slab->base)
		return;
	err = weir_loop_register(stretch->loop, slab->base, slab->length);
	stretch->registered = !err;
	if (err)
		weir_info(pipeline->settings.log, "frame memory is not registered with %s: %s%s",
			pipeline->plan.value.loop, weir_errno_text(err, text),
			err == -ENOMEM ? " (raise LimitMEMLOCK= or ulimit -l)" : "");
}
