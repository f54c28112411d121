/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "pipeline/planner.h"

/* Where nothing that the source delivers suits every sink: a stage that converts, after those that
 * the user asked for. */

void weir_planner_drop_conversion(struct weir_pipeline *pipeline)
{
	if (!pipeline->converts_by_itself)
		return;
	weir_stage_close(&pipeline->stages[--pipeline->n_stages]);
	pipeline->converts_by_itself = false;
}

/* Bytes a frame with that stage, or WEIR_REFUSED. */
static uint64_t try_stage(struct weir_pipeline *pipeline, struct weir_stage *stage)
{
	const struct weir_memory_kind *kind = weir_planner_stage_kind(pipeline);
	struct weir_video video = pipeline->source->video;
	uint64_t converted, copied;
	char why[WEIR_PLAN_WHY];
	bool converts;

	if (weir_pipeline_add_stage_now(pipeline, stage))
		return WEIR_REFUSED;
	pipeline->converts_by_itself = true;
	copied = WEIR_REFUSED;
	if (!weir_planner_pass_stages(pipeline, &video, &converted, &converts, why, sizeof(why)))
		copied = weir_planner_cost(pipeline, &video, kind, &kind->traits, why, sizeof(why));
	return copied == WEIR_REFUSED ? copied : converted + copied;
}

static struct weir_stage *open_stage(const struct weir_pipeline *pipeline, const char *format)
{
	const struct weir_log silent = { .level = WEIR_LOG_SILENT };
	struct weir_stage *stage = NULL;
	char text[64];

	if (pipeline->source->video.format->flags & WEIR_FORMAT_COMPRESSED)
		snprintf(text, sizeof(text), "jpeg");
	else
		snprintf(text, sizeof(text), "convert=%s", format);
	return weir_stage_open(text, &silent, &stage) ? NULL : stage;
}

static const struct weir_format *cheapest(struct weir_pipeline *pipeline)
{
	const struct weir_format *found = NULL;
	uint64_t least = WEIR_REFUSED;

	for (size_t i = 0; i < weir_format_count(); i++) {
		const struct weir_format *format = weir_format_at(i);
		struct weir_stage *stage;
		uint64_t cost;

		if (format->flags & (WEIR_FORMAT_COMPRESSED | WEIR_FORMAT_BAYER))
			continue;
		stage = open_stage(pipeline, format->name);
		if (!stage)
			continue;
		cost = try_stage(pipeline, stage);
		weir_planner_drop_conversion(pipeline);
		if (cost < least) {
			least = cost;
			found = format;
		}
	}
	return found;
}

/* Who does not take what comes, in his words; in the middle of a run he is lost, if others stay. */
static int refuse(struct weir_pipeline *pipeline)
{
	struct weir_video video = pipeline->source->video;
	char why[WEIR_PLAN_WHY] = "";
	uint64_t converted;
	bool converts;
	size_t who;

	if (weir_planner_pass_stages(pipeline, &video, &converted, &converts, why, sizeof(why))) {
		weir_error(pipeline->settings.log, "%s", why);
		return -ENOTSUP;
	}
	if (!weir_planner_find_refuser(pipeline, &video, converts, &who, why, sizeof(why)))
		return 0; /* memory is what is missing, and is told of */
	weir_error(pipeline->settings.log, "%s", why);
	if (!pipeline->running || !weir_run_note_lost_sink(pipeline, who, -ENOTSUP))
		return -ENOTSUP;
	return weir_planner_weigh_memory(pipeline);
}

int weir_planner_add_conversion(struct weir_pipeline *pipeline)
{
	const struct weir_format *format = cheapest(pipeline);
	struct weir_stage *stage = format ? open_stage(pipeline, format->name) : NULL;

	if (!stage)
		return refuse(pipeline);
	if (try_stage(pipeline, stage) == WEIR_REFUSED)
		return -ENOMEM;
	weir_plan_add_choice(&pipeline->plan, "format", pipeline->source->video.format->name, true,
		weir_plan_text(&pipeline->plan,
			"%s follows: no format suits every sink as it comes", stage->text));
	return weir_planner_weigh_memory(pipeline);
}
