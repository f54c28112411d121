/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "core/log.h"
#include "core/memory/parts.h"
#include "core/sink.h"

/* Some displays show nothing but memory of their own: then that is what frames are captured into.
 * Who makes it is a sink of the run; what it has made is the slab's, down to the last release. */

static int refuse_row(char *why, size_t size)
{
	snprintf(why, size,
		"only a display makes it, and no sink of the run is one that can: add --to "
		"display");
	return -ENOTSUP;
}

static int probe_copy(char *why, size_t size)
{
	(void)why;
	(void)size;
	return 0;
}

/* Of the plane that the part is for. */
static uint32_t stride_of(const struct weir_slab_settings *settings, unsigned part)
{
	struct weir_layout layout;

	if (!settings->video || settings->video->format->flags & WEIR_FORMAT_COMPRESSED ||
		weir_format_layout(settings->video, &layout))
		return 0;
	return (uint32_t)layout.plane[part].stride;
}

static int make_slot(struct weir_sink *maker, struct weir_slot *slot,
	const struct weir_slab_settings *settings, char *why, size_t size)
{
	int err = 0;

	for (unsigned p = 0; p < slot->n_parts && !err; p++)
		err = maker->impl->make_part(
			maker, stride_of(settings, p), &slot->parts[p], why, size);
	return err;
}

static int create(struct weir_slab *slab, const struct weir_slab_settings *settings)
{
	struct weir_sink *maker = slab->kind->maker;
	char why[256] = "";
	int err = maker ? 0 : refuse_row(why, sizeof(why));

	slab->kind = &weir_memory_scanout; /* which stays when the copy goes */
	for (unsigned i = 0; i < slab->n_slots && !err; i++)
		err = make_slot(maker, &slab->slots[i], settings, why, sizeof(why));
	if (err) {
		weir_error(settings->log, "no scanout memory for %u frames of %zu bytes: %s",
			slab->n_slots, slab->frame_bytes, why);
		weir_parts_release_all(slab);
		return err;
	}
	weir_parts_judge(slab);
	return 0;
}

const struct weir_memory_kind weir_memory_scanout = {
	.name = "scanout",
	.summary = "a display's own buffers, for displays that show no memory but theirs",
	.traits = { .dmabuf = true, .contiguous = true },
	.by_sink = true,
	.probe = refuse_row,
	.create = create,
	.destroy = weir_parts_release_all,
};

struct weir_memory_kind weir_memory_of_sink(struct weir_sink *sink)
{
	struct weir_memory_kind kind = weir_memory_scanout;

	kind.maker = sink;
	kind.probe = probe_copy;
	return kind;
}
