/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "pipeline/planner.h"

/* Where nothing that the source delivers suits every sink: stages that convert, after those that
 * the user asked for. */

void weir_planner_drop_conversion(struct weir_pipeline *pipeline)
{
	for (; pipeline->n_own_stages; pipeline->n_own_stages--)
		weir_stage_close(&pipeline->stages[--pipeline->n_stages]);
}

/* ---- one way ---- */

static int add_stages(struct weir_pipeline *pipeline, const struct weir_conversion *way,
	const struct weir_log *log)
{
	int err = 0;

	for (unsigned i = 0; i < way->n_stages && !err; i++) {
		struct weir_stage *stage = NULL;

		err = weir_stage_open(way->texts[i], log, &stage);
		if (!err)
			err = weir_pipeline_add_stage_now(pipeline, stage);
		if (!err)
			pipeline->n_own_stages++;
	}
	if (err)
		weir_planner_drop_conversion(pipeline);
	return err;
}

/* Sets what it costs. Whether everybody takes it. */
static bool try_way(struct weir_pipeline *pipeline, const struct weir_candidate *picture,
	struct weir_conversion *way)
{
	const struct weir_log silent = { .level = WEIR_LOG_SILENT };
	struct weir_video video = *picture->video;
	uint64_t converted, copied = WEIR_REFUSED;
	char why[WEIR_PLAN_WHY];
	struct weir_made made;
	bool converts;

	if (add_stages(pipeline, way, &silent))
		return false;
	if (!weir_planner_pass_stages(pipeline, &video, &converted, &converts, why, sizeof(why)))
		copied = weir_planner_weigh_made(pipeline, &video, &made, why, sizeof(why));
	weir_planner_drop_conversion(pipeline);
	if (copied != WEIR_REFUSED)
		way->cost = converted + copied;
	return copied != WEIR_REFUSED;
}

/* ---- all ways ---- */

struct search {
	struct weir_pipeline *pipeline;
	const struct weir_candidate *pictures;
	struct weir_conversion best;
	unsigned limit; /* of loss: less than it */
};

static bool is_better(const struct search *search, const struct weir_conversion *way)
{
	if (!search->best.n_stages)
		return way->loss < search->limit;
	return way->loss < search->best.loss ||
	       (way->loss == search->best.loss && way->cost < search->best.cost);
}

static void consider(struct search *search, struct weir_conversion *way)
{
	/* Bits of what is lost twice are lost once. */
	if (way->loss <= (search->best.n_stages ? search->best.loss : search->limit) &&
		try_way(search->pipeline, &search->pictures[way->from], way) &&
		is_better(search, way))
		search->best = *way;
}

/* From what comes to the end of the user's stages, straight or, for images, through what they are
 * decoded to. */
static void try_format(struct search *search, size_t from, const struct weir_format *comes,
	const struct weir_format *format)
{
	struct weir_conversion way = { .from = from, .n_stages = 1 };
	size_t size = sizeof(way.texts[0]);

	if (format == comes)
		return;
	way.loss = search->pictures[from].loss | weir_planner_loss(comes, format);
	if (format->flags & WEIR_FORMAT_COMPRESSED)
		snprintf(way.texts[0], size, "jpeg");
	else if (comes->flags & WEIR_FORMAT_COMPRESSED)
		snprintf(way.texts[0], size, "jpeg=%s", format->name);
	else
		snprintf(way.texts[0], size, "convert=%s", format->name);
	consider(search, &way);
	if (!(comes->flags & WEIR_FORMAT_COMPRESSED) || format->flags & WEIR_FORMAT_COMPRESSED)
		return;
	way.n_stages = 2;
	snprintf(way.texts[0], size, "jpeg");
	snprintf(way.texts[1], size, "convert=%s", format->name);
	consider(search, &way);
}

/* Of a stage that is not there yet: what comes before it does not matter. */
static bool would_be_taken(struct weir_pipeline *pipeline, const struct weir_video *video)
{
	size_t n_stages = pipeline->n_stages;
	struct weir_made made;
	char why[WEIR_PLAN_WHY];
	uint64_t cost;

	pipeline->n_stages = 0;
	cost = weir_planner_weigh_made(pipeline, video, &made, why, sizeof(why));
	pipeline->n_stages = n_stages;
	return cost != WEIR_REFUSED;
}

/* Whether sinks take the format at all: all the ways to others are not worth a try. */
static bool is_wanted(
	const struct search *search, struct weir_video video, const struct weir_format *format)
{
	if (format->flags & WEIR_FORMAT_COMPRESSED)
		return !strcmp(format->name, "MJPEG");
	video.format = format;
	video.stride = (uint32_t)weir_format_line_bytes(format, 0, video.width);
	video.stride = weir_planner_wish(search->pipeline, video);
	return would_be_taken(search->pipeline, &video);
}

static void search_from(struct search *search, size_t from)
{
	struct weir_video video = *search->pictures[from].video;
	char why[WEIR_PLAN_WHY];
	uint64_t converted;
	bool converts;

	if (weir_planner_pass_stages(
		    search->pipeline, &video, &converted, &converts, why, sizeof(why)))
		return;
	for (size_t i = 0; i < weir_format_count(); i++)
		if (is_wanted(search, video, weir_format_at(i)))
			try_format(search, from, video.format, weir_format_at(i));
}

bool weir_planner_find_conversion(struct weir_pipeline *pipeline,
	const struct weir_candidate *pictures, size_t n_pictures, unsigned limit,
	struct weir_conversion *out)
{
	struct search search = { .pipeline = pipeline, .pictures = pictures, .limit = limit };

	for (size_t i = 0; i < n_pictures; i++)
		if (pictures[i].video)
			search_from(&search, i);
	*out = search.best;
	return search.best.n_stages;
}

int weir_planner_add_conversion(
	struct weir_pipeline *pipeline, const struct weir_conversion *conversion)
{
	return add_stages(pipeline, conversion, pipeline->settings.log);
}

/* ---- there is none ---- */

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

int weir_planner_refuse(struct weir_pipeline *pipeline)
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
	if (!weir_planner_find_refuser(pipeline, &video, converts, &who, why, sizeof(why)))
		return 0;
	others = pipeline->running && !is_the_last(pipeline, who);
	if (!others && !pipeline->begun && minds_memory(pipeline, who, &video))
		return 0; /* memory is what is missing, and each kind is told of */
	weir_error(pipeline->settings.log, "%s; and no conversion suits every sink", why);
	if (!pipeline->running || !weir_run_note_lost_sink(pipeline, who, -ENOTSUP))
		return -ENOTSUP;
	return weir_planner_weigh_memory(pipeline, false);
}
