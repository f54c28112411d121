/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "pipeline/planner_picture.h"

/* Why this picture, and why not the others. */

/* Another stride of what is refused anyway is not worth a line. */
static bool is_worth_telling(
	const struct weir_picture_choice *choice, const struct weir_picture *picture)
{
	if (picture->respaced && picture->cost == WEIR_REFUSED)
		for (size_t i = 0; i < choice->n; i++)
			if (choice->picture[i].video.format == picture->video.format &&
				!choice->picture[i].respaced)
				return choice->picture[i].cost != WEIR_REFUSED;
	return true;
}

static bool has_siblings(
	const struct weir_picture_choice *choice, const struct weir_picture *picture)
{
	for (size_t i = 0; i < choice->n; i++)
		if (&choice->picture[i] != picture &&
			choice->picture[i].video.format == picture->video.format &&
			is_worth_telling(choice, &choice->picture[i]))
			return true;
	return false;
}

static const char *describe(
	const struct weir_picture_choice *choice, const struct weir_picture *picture)
{
	const struct weir_video *video = &picture->video;

	if (!video->stride || !has_siblings(choice, picture))
		return video->format->name;
	return weir_plan_text(&choice->pipeline->plan, "%s at %" PRIu32 " bytes a line",
		video->format->name, video->stride);
}

static const char *tell_loss(struct weir_plan_draft *plan, const struct weir_picture *picture)
{
	if (picture->loss & WEIR_LOSS_SPEED)
		return weir_plan_text(plan, "comes at %.4g fps at most",
			(double)picture->fastest.num / picture->fastest.den);
	if (picture->loss & WEIR_LOSS_COMPRESSION)
		return "is compressed";
	if (picture->loss & WEIR_LOSS_COLOUR)
		return "has no colours";
	if (picture->loss & WEIR_LOSS_COARSE)
		return "has fewer colours";
	return picture->loss & WEIR_LOSS_DETAIL ? "has less detail" : "is converted by the source";
}

static const char *compare(struct weir_plan_draft *plan, const struct weir_picture *other,
	unsigned loss, uint64_t cost)
{
	if (other->cost == WEIR_REFUSED)
		return other->why;
	if (other->loss > loss && other->cost < cost)
		return weir_plan_text(plan, "spares %" PRIu64 " bytes a frame, but %s",
			cost - other->cost, tell_loss(plan, other));
	if (other->loss > loss)
		return tell_loss(plan, other);
	if (other->cost > cost)
		return weir_plan_text(
			plan, "costs %" PRIu64 " bytes a frame more", other->cost - cost);
	return "no better";
}

static void tell(const struct weir_picture_choice *choice, const struct weir_picture *chosen,
	const char *why, unsigned loss, uint64_t cost)
{
	struct weir_plan_draft *plan = &choice->pipeline->plan;

	weir_plan_add_choice(plan, "format", describe(choice, chosen), true, why);
	for (size_t i = 0; i < choice->n; i++)
		if (&choice->picture[i] != chosen && is_worth_telling(choice, &choice->picture[i]))
			weir_plan_add_choice(plan, "format", describe(choice, &choice->picture[i]),
				false, compare(plan, &choice->picture[i], loss, cost));
}

static const char *tell_why(
	const struct weir_picture_choice *choice, const struct weir_picture *chosen)
{
	struct weir_plan_draft *plan = &choice->pipeline->plan;
	const struct weir_picture *own = choice->picture;

	if (chosen == own)
		return "what the source delivers by itself";
	if (own->cost == chosen->cost && own->cost != WEIR_REFUSED)
		return "spares sinks work: its lines are as far apart as they want them";
	if (own->cost != WEIR_REFUSED)
		return weir_plan_text(
			plan, "spares %" PRIu64 " bytes a frame", own->cost - chosen->cost);
	if (chosen->loss < WEIR_LOSS_COARSE)
		return weir_plan_text(plan, "in place of %s", describe(choice, own));
	return weir_plan_text(
		plan, "in place of %s; %s", describe(choice, own), tell_loss(plan, chosen));
}

void weir_pictures_tell(const struct weir_picture_choice *choice, const struct weir_picture *chosen)
{
	if (choice->n > 1)
		tell(choice, chosen, tell_why(choice, chosen), chosen->loss, chosen->cost);
}

/* Of what serves, something worse would have come: it is told of further down. */
static const char *tell_conversion(
	const struct weir_picture_choice *choice, const struct weir_conversion *conversion)
{
	const struct weir_picture *from = &choice->picture[conversion->from];
	struct weir_plan_draft *plan = &choice->pipeline->plan;
	const char *list = "";
	unsigned n = 0;

	for (unsigned i = 0; i < conversion->n_ways; i++)
		for (unsigned s = 0; s < conversion->ways[i].n_stages; s++)
			list = weir_plan_text(plan, "%s%s%s", list, n++ ? " and " : "",
				conversion->ways[i].texts[s]);
	return weir_plan_text(plan, "%s follow%s: %s", list, n > 1 ? "" : "s",
		from->cost == WEIR_REFUSED ? from->why : "better than what comes");
}

void weir_pictures_tell_conversion(
	const struct weir_picture_choice *choice, const struct weir_conversion *conversion)
{
	tell(choice, &choice->picture[conversion->from], tell_conversion(choice, conversion),
		conversion->loss, conversion->cost);
}
