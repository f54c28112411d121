/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/private.h"

#include <errno.h>
#include <unistd.h>

#include "core/checked.h"
#include "core/copy.h"
#include "core/log.h"
#include "pipeline/pipeline.h"

static void unref_slab(void *slab)
{
	struct weir_slab *unneeded = slab;

	weir_slab_unref(&unneeded);
}

/* As much memory as the leg's own slots have, which may be more than the picture takes. */
static int measure(const struct weir_slot *slot, struct weir_slab_settings *settings)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), pages;

	settings->frame_bytes = slot->parts[0].length;
	settings->n_parts = slot->n_parts;
	settings->part_bytes[0] = slot->parts[0].length;
	if (slot->n_parts == 1)
		return 0;
	settings->frame_bytes = 0;
	for (unsigned i = 0; i < slot->n_parts; i++) {
		settings->part_bytes[i] = slot->parts[i].length;
		if (!weir_round_up(slot->parts[i].length, page, &pages) ||
			!weir_add(settings->frame_bytes, pages, &settings->frame_bytes))
			return -EOVERFLOW;
	}
	return 0;
}

int weir_private_open(const struct weir_leg_plan *plan, struct weir_slab *slab,
	const struct weir_slab_settings *base, struct weir_slab **out)
{
	struct weir_slab_settings settings = *base;
	struct weir_slab *private;
	int err;

	/* A device may have granted more buffers than were planned. */
	if (settings.slots > WEIR_SLAB_MAX_SLOTS - slab->n_slots)
		settings.slots = WEIR_SLAB_MAX_SLOTS - slab->n_slots;
	if (!settings.slots)
		return 0;
	err = measure(&slab->slots[0], &settings);
	if (!err)
		err = weir_slab_create(plan->private_kind, &settings, &private);
	if (err)
		return err;
	private->synced = plan->synced;
	weir_slab_place(private, WEIR_SLAB_MAX_SLOTS - private->n_slots);
	err = weir_slab_attach(private, weir_slab_ref(slab), unref_slab);
	if (err) {
		weir_slab_unref(&private);
		weir_slab_unref(&slab);
		return err;
	}
	*out = private;
	return 0;
}

static int refuse(const struct weir_pipeline *pipeline, const char *writer)
{
	weir_error(pipeline->settings.log,
		"zero copy was required, but %s writes in place on a frame that a stage before "
		"keeps: it would have to be copied",
		writer);
	return -EPERM;
}

int weir_private_replace(
	struct weir_leg *leg, const char *writer, weir_counter *bytes, struct weir_frame **frame)
{
	struct weir_pipeline *pipeline = leg->pipeline;
	struct weir_frame *held = *frame;
	char text[WEIR_ERRNO_TEXT];
	struct weir_slot *slot;
	uint64_t copied = 0;
	int err = 0;

	if (pipeline->settings.require_zero_copy)
		return refuse(pipeline, writer);
	*frame = NULL;
	slot = leg->private ? weir_slab_take(leg->private) : NULL;
	if (slot)
		err = weir_frame_copy(held, slot, frame, &copied);
	weir_frame_unref(&held);
	weir_counter_add(bytes, copied);
	if (err)
		weir_error(pipeline->settings.log,
			"a frame that a stage before %s keeps cannot be copied: %s", writer,
			weir_errno_text(err, text));
	return err;
}
