/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/stages.h"

#include <errno.h>
#include <stdlib.h>

#include "core/log.h"
#include "core/paint.h"
#include "pipeline/stages/access.h"

/* Blackens a rectangle for privacy: what was asked for and, where samples are shared, what lies
 * around it. */

struct mask {
	struct weir_rect asked, covered;
	struct weir_paint paint;
	const struct weir_log *log;
};

static int open_mask(const char *args, const struct weir_log *log, void **state)
{
	struct weir_rect asked;
	struct mask *mask;

	if (!weir_rect_parse(args, &asked) || !asked.width || !asked.height) {
		weir_error(log, "mask: \"%s\" is no rectangle WxH+X+Y, such as 640x360+0+0", args);
		return -EINVAL;
	}
	mask = calloc(1, sizeof(*mask));
	if (!mask)
		return -ENOMEM;
	mask->asked = asked;
	mask->log = log;
	*state = mask;
	return 0;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

static int configure(void *state, struct weir_video *video, const struct weir_log *log)
{
	struct mask *mask = state;
	struct weir_rect inside = mask->asked;
	int err = weir_stage_wants_pixels("mask", video, log);

	if (err)
		return err;
	if (inside.x >= video->width || inside.y >= video->height) {
		weir_error(log, "mask: %ux%u+%u+%u lies outside of %ux%u and would hide nothing",
			inside.width, inside.height, inside.x, inside.y, video->width,
			video->height);
		return -ENOTSUP;
	}
	inside.width = least(inside.width, video->width - inside.x);
	inside.height = least(inside.height, video->height - inside.y);
	/* Pictures are whole blocks: the wider rectangle lies within, too. */
	mask->covered = weir_rect_on_blocks(&inside, video->format);
	return weir_paint_init(&mask->paint, video);
}

/* Asks for reading as well: where the edge shares a cache line with the picture, a write alone
 * would give back what the cache held of it before. */
static int process(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	const struct mask *mask = state;
	struct weir_pixels pixels;
	int err = weir_frame_begin_cpu(*frame, WEIR_CPU_RW, &pixels);

	(void)stage;
	if (!err) {
		weir_paint_fill(&mask->paint, WEIR_BLACK, &pixels, &mask->covered);
		err = weir_frame_end_cpu(*frame);
	}
	return err ? weir_stage_no_pixels("mask", mask->log, err) : 0;
}

const struct weir_stage_impl weir_stage_mask = {
	.name = "mask",
	.summary = "WxH+X+Y: blackens a part of the picture, in place",
	.access = WEIR_STAGE_WRITE,
	.open = open_mask,
	.configure = configure,
	.process = process,
	.close = free,
};
