/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "core/log.h"
#include "pipeline/planner.h"

/* What a choice would cost: bytes that are written a second time, for each frame. */

uint64_t weir_planner_cost(const struct weir_pipeline *pipeline, const struct weir_video *video,
	const struct weir_memory_kind *kind, const struct weir_memory_traits *traits, char *why,
	size_t size)
{
	const struct weir_offer offer = weir_planner_offer(pipeline, video, kind, traits);
	uint64_t sum = 0;
	char text[WEIR_PLAN_WHY];

	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		struct weir_sink *sink = pipeline->sinks[i];

		if (!weir_planner_is_asked(pipeline, i))
			continue;
		if (weir_sink_accepts(sink, &offer, text, sizeof(text))) {
			snprintf(why, size, "%s: %s", sink->uri, text);
			return WEIR_REFUSED;
		}
		if (sink->impl->copies && !sink->impl->always_copies)
			sum += sink->impl->copies(sink, &offer, text, sizeof(text));
	}
	return sum;
}

/* ---- what is lost of a picture ---- */

/* Samples that stand without gaps count as those in words of 16 bits do. */
static unsigned bits_a_pixel(const struct weir_format *format)
{
	unsigned bits = 0;

	if (format->flags & WEIR_FORMAT_COMPRESSED)
		return 16; /* cameras code 4:2:2 at best */
	for (unsigned i = 0; i < format->n_planes; i++)
		bits += format->plane[i].block_bytes * 8u /
			(format->plane[i].block_width * format->plane[i].block_height);
	return format->rtp_depth == 10 ? bits * 16 / 10 : bits;
}

static bool is_grey(const struct weir_format *format)
{
	return format->flags & WEIR_FORMAT_YUV && format->n_planes == 1 &&
	       format->plane[0].block_width == 1 && format->plane[0].block_bytes <= 2;
}

static bool is_coarse(const struct weir_format *format)
{
	return format->flags & WEIR_FORMAT_RGB && bits_a_pixel(format) < 24;
}

unsigned weir_planner_loss(const struct weir_format *from, const struct weir_format *to)
{
	const uint32_t family = WEIR_FORMAT_YUV | WEIR_FORMAT_RGB | WEIR_FORMAT_BAYER;
	bool decodes = from->flags & WEIR_FORMAT_COMPRESSED;
	unsigned loss = 0;

	if (from == to)
		return 0;
	if (to->flags & WEIR_FORMAT_COMPRESSED)
		return WEIR_LOSS_COMPRESSION;
	if (is_grey(to) && !is_grey(from))
		loss |= WEIR_LOSS_COLOUR;
	if (is_coarse(to) && !is_coarse(from))
		loss |= WEIR_LOSS_COARSE;
	if (bits_a_pixel(to) < bits_a_pixel(from))
		loss |= WEIR_LOSS_DETAIL;
	if (decodes || (from->flags & family) != (to->flags & family))
		loss |= WEIR_LOSS_FAMILY;
	return loss;
}

/* ---- stages ---- */

uint32_t weir_planner_wish(const struct weir_pipeline *pipeline, struct weir_video video)
{
	/* What one sink wishes for may be less than enough for the next. */
	for (size_t round = 0; round < pipeline->n_sinks; round++)
		for (size_t i = 0; i < pipeline->n_sinks; i++) {
			struct weir_sink *sink = pipeline->sinks[i];
			uint32_t stride = 0;

			if (sink->impl->stride && weir_planner_is_asked(pipeline, i))
				stride = sink->impl->stride(sink, &video);
			if (stride > video.stride)
				video.stride = stride;
		}
	return video.stride;
}

int weir_planner_output_bytes(
	const struct weir_stage *stage, const struct weir_video *video, size_t *out)
{
	struct weir_layout layout;
	int err;

	if (stage->impl->output_bytes) {
		*out = stage->impl->output_bytes(stage->state);
		return *out ? 0 : -ENOTSUP;
	}
	err = weir_format_layout(video, &layout);
	if (!err)
		*out = layout.size;
	return err;
}

uint64_t weir_planner_visible_bytes(const struct weir_video *video)
{
	struct weir_video tight = *video;
	struct weir_layout layout = { 0 };

	tight.stride = 0;
	return weir_format_layout(&tight, &layout) ? 0 : layout.size;
}

/* Lines of what we make ourselves are as far apart as sinks wish. A stage that says how many bytes
 * it makes has its own mind. */
static void space_lines(const struct weir_pipeline *pipeline, const struct weir_stage *stage,
	struct weir_video *video)
{
	struct weir_video spaced = *video;
	struct weir_layout layout;

	if (video->stride || video->format->flags & WEIR_FORMAT_COMPRESSED)
		return;
	video->stride = (uint32_t)weir_format_line_bytes(video->format, 0, video->width);
	if (stage->impl->output_bytes)
		return;
	spaced.stride = video->stride;
	spaced.stride = weir_planner_wish(pipeline, spaced);
	if (!weir_format_layout(&spaced, &layout))
		video->stride = spaced.stride;
}

/* A device is shown dma-bufs from their first byte on. */
static int refuse_views(
	const struct weir_pipeline *pipeline, size_t index, const struct weir_log *log)
{
	for (size_t i = index; i-- > 0 && !pipeline->stages[i]->engine;) {
		if (pipeline->stages[i]->impl->access != WEIR_STAGE_RESHAPE)
			continue;
		weir_error(log,
			"%s takes whole frames: let %s come after it, or ask the source for such a "
			"picture",
			pipeline->stages[index]->text, pipeline->stages[i]->text);
		return -ENOTSUP;
	}
	return 0;
}

int weir_planner_configure(const struct weir_pipeline *pipeline, size_t index,
	struct weir_video *video, const struct weir_log *log)
{
	const struct weir_stage *stage = pipeline->stages[index];
	bool device = stage->engine && stage->engine->is_device;
	int err = device ? refuse_views(pipeline, index, log) : 0;

	if (!err && stage->impl->configure)
		err = stage->impl->configure(stage->state, video, log);
	if (!err && stage->impl->access == WEIR_STAGE_CONVERT)
		space_lines(pipeline, stage, video);
	return err;
}

static void note(void *data, enum weir_log_level level, const char *line)
{
	(void)level;
	snprintf(data, WEIR_PLAN_WHY, "%s", line);
}

int weir_planner_pass_stages(const struct weir_pipeline *pipeline, struct weir_video *video,
	uint64_t *converted, bool *converts, char *why, size_t size)
{
	char text[WEIR_PLAN_WHY] = "";
	const struct weir_log log = { WEIR_LOG_ERROR, note, text };

	*converted = 0;
	*converts = false;
	for (size_t i = pipeline->plan.asked.first; i < pipeline->plan.asked.end; i++) {
		const struct weir_stage *stage = pipeline->stages[i];
		size_t bytes = 0;
		int err = weir_planner_configure(pipeline, i, video, &log);

		if (!err && stage->impl->access == WEIR_STAGE_CONVERT) {
			*converts = true;
			err = weir_planner_output_bytes(stage, video, &bytes);
			*converted += stage->engine->is_device ? 0 : bytes;
		}
		if (err) {
			snprintf(why, size, "%s", text[0] ? text : stage->text);
			return -ENOTSUP;
		}
	}
	return 0;
}
