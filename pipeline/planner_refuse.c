/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "core/log.h"
#include "pipeline/planner.h"

/* Where nothing suits a sink: who it is, and what that means for the run. */

/* Whether it would take such frames in the best of all memories. */
static bool minds_memory(
	const struct weir_pipeline *pipeline, size_t who, const struct weir_video *video)
{
	struct weir_sink *sink = pipeline->sinks[who];
	bool makes = sink->impl->make_part;
	const struct weir_offer offer = {
		.video = *video,
		.memory = makes ? weir_memory_scanout.name : weir_memory_slab.name,
		.traits = { .dmabuf = true,
			.pinnable = true,
			.headroom = true,
			.contiguous = true },
		.maker = makes ? sink : NULL,
	};
	char why[WEIR_PLAN_WHY];

	return !weir_sink_accepts(sink, &offer, why, sizeof(why));
}

static bool is_the_last(const struct weir_pipeline *pipeline, size_t who)
{
	for (size_t i = 0; i < pipeline->n_sinks; i++)
		if (i != who && !weir_planner_has_lost(pipeline, i))
			return false;
	return true;
}

/* Of those whom no conversion serves the first that refuses what comes by itself. */
static bool find_refuser(struct weir_pipeline *pipeline, const struct weir_video *video,
	bool converts, uint32_t unserved, size_t *who, char *why, size_t size)
{
	struct weir_branch asked = pipeline->plan.asked;
	struct weir_branch before = asked;
	bool found;

	if (unserved)
		asked.sinks = unserved;
	weir_planner_ask(pipeline, asked);
	found = weir_planner_find_refuser(pipeline, video, converts, who, why, size);
	weir_planner_ask(pipeline, before);
	return found;
}

int weir_planner_refuse(struct weir_pipeline *pipeline, uint32_t unserved)
{
	struct weir_video video = pipeline->source->video;
	char why[WEIR_PLAN_WHY] = "";
	uint64_t converted;
	bool converts, others;
	size_t who;

	if (weir_planner_pass_stages(pipeline, &video, &converted, &converts, why, sizeof(why))) {
		weir_error(pipeline->settings.log, "%s", why);
		return -ENOTSUP;
	}
	if (!find_refuser(pipeline, &video, converts, unserved, &who, why, sizeof(why)))
		return 0;
	others = pipeline->running && !is_the_last(pipeline, who);
	if (!others && !pipeline->begun && minds_memory(pipeline, who, &video))
		return 0; /* memory is what is missing, and each kind is told of */
	weir_error(pipeline->settings.log, "%s; and no conversion suits it", why);
	if (!pipeline->running || !weir_run_note_lost_sink(pipeline, who, -ENOTSUP))
		return -ENOTSUP;
	return 1;
}
