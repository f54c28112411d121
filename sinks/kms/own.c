/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "core/memory/parts.h"
#include "sinks/kms/dumb.h"
#include "sinks/kms/sink.h"

/* Memory of the card's own, offered to whoever writes frames: what a display shows that imports no
 * other. */

int weir_kms_make_part(struct weir_sink *sink, uint32_t stride, struct weir_slot_part *part,
	char *why, size_t size)
{
	const struct weir_kms_sink *display = (const struct weir_kms_sink *)sink;

	return weir_kms_dumb_make(&display->output.card, stride, part, why, size);
}

/* Made as for a run: whether the card exports it at all, and by which pitch, is known only then. */
static int try_own(struct weir_kms_sink *display, uint32_t stride, size_t bytes)
{
	struct weir_slot_part part = { .length = bytes, .dmabuf = -1 };
	int err = weir_kms_dumb_make(
		&display->output.card, stride, &part, display->own.why, sizeof(display->own.why));

	if (!err)
		weir_part_release(&part);
	return err;
}

/* A card that thinks of such a buffer as of a picture may show it from its first byte on, whatever
 * a framebuffer says: virtio-gpu does, and takes it without a word. */
static int refuse_view(const struct weir_kms_sink *display, char *why, size_t size)
{
	snprintf(why, size,
		"a part of a picture is not shown out of the own memory of %s: have the source "
		"deliver that part (-s)",
		display->output.card.path);
	return -ENOTSUP;
}

int weir_kms_check_own(
	struct weir_kms_sink *display, const struct weir_offer *offer, char *why, size_t size)
{
	struct weir_layout layout;
	uint32_t stride;

	if (offer->view)
		return refuse_view(display, why, size);
	if (weir_format_layout(&offer->video, &layout)) {
		snprintf(why, size, "%s has no lines", offer->video.format->name);
		return -ENOTSUP;
	}
	stride = (uint32_t)layout.plane[0].stride;
	if (!display->own.valid || display->own.stride != stride ||
		display->own.bytes != layout.size) {
		display->own.valid = true;
		display->own.stride = stride;
		display->own.bytes = layout.size;
		display->own.error = try_own(display, stride, layout.size);
	}
	if (!display->own.error)
		return 0;
	snprintf(why, size, "%s", display->own.why);
	return -ENOTSUP;
}
