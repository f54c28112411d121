/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/mask.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"

#define RECT_TEXT 32 /* more than four numbers take */

static int refuse(const char *text, const struct weir_log *log)
{
	char quoted[WEIR_QUOTED];

	weir_error(log,
		"mask: %s is not of the form WxH+X+Y, such as 64x48+0+0, or up to %d of these with "
		"commas between",
		weir_quote(text, quoted), WEIR_MAX_MASKS);
	return -EINVAL;
}

/* The one that `text` begins with. */
static bool scan_one(const char *text, size_t length, struct weir_rect *out)
{
	char one[RECT_TEXT];

	if (length >= sizeof(one))
		return false;
	memcpy(one, text, length);
	one[length] = '\0';
	return weir_rect_parse(one, out) && out->width && out->height;
}

int weir_masks_parse(const char *text, const struct weir_log *log, struct weir_masks *out)
{
	struct weir_masks masks = { 0 };
	const char *rest = text;
	size_t length;

	do {
		length = strcspn(rest, ",");
		if (masks.n == WEIR_MAX_MASKS || !scan_one(rest, length, &masks.rect[masks.n++]))
			return refuse(text, log);
		rest += length;
	} while (*rest++ == ',');
	*out = masks;
	return 0;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static bool fit_one(
	const struct weir_rect *asked, const struct weir_video *video, struct weir_rect *out)
{
	struct weir_rect inside = *asked;

	if (inside.x >= video->width || inside.y >= video->height)
		return false;
	inside.width = least(inside.width, video->width - inside.x);
	inside.height = least(inside.height, video->height - inside.y);
	/* Pictures are whole blocks: the wider rectangle lies within, too. */
	*out = weir_rect_on_blocks(&inside, video->format);
	return true;
}

int weir_masks_fit(const struct weir_masks *asked, const struct weir_video *video,
	struct weir_masks *out, char *why, size_t size)
{
	struct weir_masks masks = { .n = asked->n };
	struct weir_paint paint;

	if (asked->n && weir_paint_init(&paint, video)) {
		snprintf(why, size, "%s frames cannot be masked: choose an uncompressed format",
			video->format->name);
		return -ENOTSUP;
	}
	for (unsigned i = 0; i < asked->n; i++) {
		const struct weir_rect *rect = &asked->rect[i];

		if (fit_one(rect, video, &masks.rect[i]))
			continue;
		snprintf(why, size, "mask %ux%u+%u+%u lies outside of %ux%u and would hide nothing",
			rect->width, rect->height, rect->x, rect->y, video->width, video->height);
		return -ENOTSUP;
	}
	*out = masks;
	return 0;
}

void weir_masks_fill(const struct weir_masks *masks, const struct weir_paint *paint,
	const struct weir_pixels *pixels)
{
	for (unsigned i = 0; i < masks->n; i++)
		weir_paint_fill(paint, WEIR_BLACK, pixels, &masks->rect[i]);
}
