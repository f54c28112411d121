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
	const struct weir_offer offer = { *video, kind->name, *traits };
	uint64_t sum = 0;
	char text[WEIR_PLAN_WHY];

	for (size_t i = 0; i < pipeline->n_sinks; i++) {
		struct weir_sink *sink = pipeline->sinks[i];

		if (weir_planner_has_lost(pipeline, i))
			continue;
		if (weir_sink_accepts(sink, &offer, text, sizeof(text))) {
			snprintf(why, size, "%s: %s", sink->uri, text);
			return WEIR_REFUSED;
		}
		if (sink->impl->copies)
			sum += sink->impl->copies(sink, &offer, text, sizeof(text));
	}
	return sum;
}

static void note(void *data, enum weir_log_level level, const char *line)
{
	(void)level;
	snprintf(data, WEIR_PLAN_WHY, "%s", line);
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

int weir_planner_pass_stages(const struct weir_pipeline *pipeline, struct weir_video *video,
	uint64_t *converted, bool *converts, char *why, size_t size)
{
	char text[WEIR_PLAN_WHY] = "";
	const struct weir_log log = { WEIR_LOG_ERROR, note, text };

	*converted = 0;
	*converts = false;
	for (size_t i = 0; i < pipeline->n_stages; i++) {
		const struct weir_stage *stage = pipeline->stages[i];
		size_t bytes = 0;
		int err = 0;

		if (stage->impl->configure)
			err = stage->impl->configure(stage->state, video, &log);
		if (!err && stage->impl->access == WEIR_STAGE_CONVERT) {
			*converts = true;
			err = weir_planner_output_bytes(stage, video, &bytes);
			*converted += bytes;
		}
		if (err) {
			snprintf(why, size, "%s", text[0] ? text : stage->text);
			return -ENOTSUP;
		}
	}
	return 0;
}
