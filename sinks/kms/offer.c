/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "sinks/kms/sink.h"

/* What the planner asks: each answer was given by the driver, about a picture like the one that
 * would come and memory of the kind that it would lie in. */

#define PROBE_BYTES 65536

/* ---- memory ---- */

/* A kind that we can make, made as for a run; by `maker`, where it is a sink's. */
static int try_made(const struct weir_kms_card *card, const struct weir_memory_kind *kind,
	struct weir_sink *maker)
{
	const struct weir_log silent = { .level = WEIR_LOG_SILENT };
	const struct weir_slab_settings settings = { .log = &silent,
		.slots = 1,
		.frame_bytes = PROBE_BYTES,
		.no_lock = true,
		.probe = true };
	struct weir_memory_kind made = maker ? weir_memory_of_sink(maker) : *kind;
	struct weir_slab *slab;
	int err;

	if (weir_slab_create(maker ? &made : kind, &settings, &slab))
		return 0;
	err = weir_kms_dmabuf_try(card, slab->slots[0].parts[0].dmabuf);
	weir_slab_unref(&slab);
	return err;
}

static int import_verdict(struct weir_kms_sink *display, const struct weir_memory_kind *kind,
	struct weir_sink *maker);

/* What only a device can make is seen when it comes; but a driver that imports nothing at all says
 * so of everything. */
static int guess(struct weir_kms_sink *display)
{
	for (size_t i = 0; weir_memory_kinds[i]; i++) {
		const struct weir_memory_kind *kind = weir_memory_kinds[i];
		int err = 0;

		if (kind->create && kind->traits.dmabuf && !kind->by_sink)
			err = import_verdict(display, kind, NULL);
		if (err == -ENODEV || err == -ENOSYS)
			return err;
	}
	return 0;
}

static void note_verdict(struct weir_kms_sink *display, const struct weir_memory_kind *kind,
	const struct weir_sink *maker, int error)
{
	unsigned i = 0;

	while (i < display->n_imports &&
		(display->imports[i].kind != kind || display->imports[i].maker != maker))
		i++;
	if (i == WEIR_KMS_MAX_KINDS)
		return;
	display->imports[i].kind = kind;
	display->imports[i].maker = maker;
	display->imports[i].error = error;
	if (i == display->n_imports)
		display->n_imports++;
}

static bool find_verdict(const struct weir_kms_sink *display, const struct weir_memory_kind *kind,
	const struct weir_sink *maker, int *out)
{
	for (unsigned i = 0; i < display->n_imports; i++) {
		const struct weir_sink *whose = display->imports[i].maker;

		if (display->imports[i].kind != kind || (whose && whose != maker))
			continue;
		*out = display->imports[i].error;
		return true;
	}
	return false;
}

static int import_verdict(
	struct weir_kms_sink *display, const struct weir_memory_kind *kind, struct weir_sink *maker)
{
	int err;

	if (find_verdict(display, kind, maker, &err))
		return err;
	err = kind->create ? try_made(&display->output.card, kind, maker) : guess(display);
	note_verdict(display, kind, maker, err);
	return err;
}

void weir_kms_refuse_memory(
	struct weir_kms_sink *display, const struct weir_memory_kind *kind, int error)
{
	note_verdict(display, kind, NULL, error);
}

static int check_import(struct weir_kms_sink *display, const struct weir_offer *offer,
	const struct weir_memory_kind *kind, char *why, size_t size)
{
	int err = import_verdict(display, kind, offer->maker);
	char text[WEIR_ERRNO_TEXT];

	if (!err)
		return 0;
	snprintf(why, size, "the driver %s of %s does not import %s memory%s%s: %s",
		display->output.card.driver, display->output.card.path, offer->memory,
		offer->maker ? " of " : "", offer->maker ? offer->maker->uri : "",
		weir_errno_text(err, text));
	return -ENOTSUP;
}

static int check_memory(
	struct weir_kms_sink *display, const struct weir_offer *offer, char *why, size_t size)
{
	const struct weir_memory_kind *kind = weir_memory_kind_by_name(offer->memory);
	int err;

	if (!offer->traits.dmabuf) {
		snprintf(why, size, "a display reads dma-bufs, and %s memory has none",
			offer->memory);
		return -ENOTSUP;
	}
	if (offer->maker == &display->base && !find_verdict(display, kind, NULL, &err))
		return weir_kms_check_own(display, offer, why, size);
	return kind ? check_import(display, offer, kind, why, size) : 0;
}

/* ---- pictures ---- */

static bool is_same(const struct weir_video *a, const struct weir_video *b)
{
	return a->format == b->format && a->width == b->width && a->height == b->height &&
	       a->stride == b->stride && a->matrix == b->matrix && a->range == b->range &&
	       a->rate.num == b->rate.num && a->rate.den == b->rate.den;
}

/* The planner asks about one picture in every kind of memory, one after the other. */
static int check_picture(
	struct weir_kms_sink *display, const struct weir_video *video, char *why, size_t size)
{
	if (!display->placed.valid || !is_same(&display->placed.video, video)) {
		display->placed.why[0] = '\0';
		display->placed.error = weir_kms_output_place(&display->output, video,
			&display->wish, display->placed.why, sizeof(display->placed.why));
		display->placed.video = *video;
		display->placed.valid = true;
	}
	if (display->placed.error)
		snprintf(why, size, "%s", display->placed.why);
	return display->placed.error;
}

int weir_kms_accepts(struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	struct weir_kms_sink *display = (struct weir_kms_sink *)sink;
	const struct weir_format *format = offer->video.format;
	int err;

	if (!format->drm) {
		snprintf(why, size, "a display shows pixels, not %s", format->name);
		return -ENOTSUP;
	}
	err = check_picture(display, &offer->video, why, size);
	return err ? err : check_memory(display, offer, why, size);
}

/* Many drivers want lines that begin on 64 bytes or more, and lay out their own memory so. */
uint32_t weir_kms_stride(struct weir_sink *sink, const struct weir_video *video)
{
	struct weir_kms_sink *display = (struct weir_kms_sink *)sink;
	uint32_t pitch;

	if (!weir_kms_output_takes(&display->output, video->format))
		return 0;
	pitch = weir_kms_picture_stride(&display->output.card, video);
	return pitch == video->stride ? 0 : pitch;
}
