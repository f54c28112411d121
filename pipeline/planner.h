/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_PLANNER_H
#define WEIR_PIPELINE_PLANNER_H

#include "pipeline/pipeline.h"

/* Room for a reason in words. */
#define WEIR_PLAN_WHY 256

/* Fills pipeline->plan from its source, stages, sinks and settings. Probes what it must and leaves
 * nothing behind but, if that is wanted, the loop of a run that follows at once: *loop is the
 * caller's on success. 0, or as weir_pipeline_plan(). */
int weir_planner_make(struct weir_pipeline *pipeline, struct weir_loop **loop);

/* Lowers the sinks' budgets to what `slots` buffers allow, and says so in the plan. */
void weir_planner_fit(struct weir_pipeline *pipeline, unsigned slots);

/* Shares the buffers among the sinks that are left, after one was lost. */
void weir_planner_share(struct weir_pipeline *pipeline);

/* planner_branch.c: whether that sink was lost in this run: what the books of the last one say does
 * not matter. */
bool weir_planner_has_lost(const struct weir_pipeline *pipeline, size_t index);

/* planner_branch.c: back to the trunk alone, with every living sink at its end. */
void weir_planner_begin_branches(struct weir_pipeline *pipeline);

/* planner_branch.c: whom the questions go to from now on: those sinks, behind those stages. While
 * planning it is the trunk, but for as long as somebody looks at another branch. What it was. */
struct weir_branch weir_planner_ask(struct weir_pipeline *pipeline, struct weir_branch whom);
bool weir_planner_is_asked(const struct weir_pipeline *pipeline, size_t index);

/* planner_branch.c: which branch a sink is on, and which leg that ends with. */
size_t weir_planner_branch_of(const struct weir_pipeline *pipeline, size_t index);
size_t weir_planner_leg_of(const struct weir_pipeline *pipeline, size_t index);

/* planner_kinds.c: what sinks are asked about: such a picture, that comes to them in that memory.
 */
struct weir_offer weir_planner_offer(const struct weir_pipeline *pipeline,
	const struct weir_video *video, const struct weir_memory_kind *kind,
	const struct weir_memory_traits *traits);

/* Of the questions that follow, those about sinks and stages are about who is asked. */

/* planner_cost.c: what the sinks copy of each frame of such a picture, beside what some copy of
 * any; WEIR_REFUSED, with the one that does not take it in `why`. `video` is what comes to the
 * sinks. */
#define WEIR_REFUSED UINT64_MAX
uint64_t weir_planner_cost(const struct weir_pipeline *pipeline, const struct weir_video *video,
	const struct weir_memory_kind *kind, const struct weir_memory_traits *traits, char *why,
	size_t size);

/* planner_cost.c: tells a stage what comes to it; *video becomes what it makes of that. 0 or
 * -ENOTSUP, logged. */
int weir_planner_configure(const struct weir_pipeline *pipeline, size_t index,
	struct weir_video *video, const struct weir_log *log);

/* planner_cost.c: takes *video through the stages, silently; *converted is what they write of each
 * frame, and *converts whether they do. 0, or -ENOTSUP with the stage that refuses in `why`. */
int weir_planner_pass_stages(const struct weir_pipeline *pipeline, struct weir_video *video,
	uint64_t *converted, bool *converts, char *why, size_t size);

/* planner_cost.c: the stride, video->stride at least, that spares every sink a copy. */
uint32_t weir_planner_wish(const struct weir_pipeline *pipeline, struct weir_video video);

/* planner_cost.c: what is lost when the one becomes the other, the worst in the highest bit. 0: it
 * holds the same. */
#define WEIR_LOSS_FAMILY      1u /* decoded, or into the other family of colours and back */
#define WEIR_LOSS_DETAIL      2u
#define WEIR_LOSS_COARSE      4u /* from here on people see it */
#define WEIR_LOSS_COLOUR      8u
#define WEIR_LOSS_COMPRESSION 16u
#define WEIR_LOSS_SPEED       32u
unsigned weir_planner_loss(const struct weir_format *from, const struct weir_format *to);

/* planner_kinds.c: the kinds of `rows` (ended by NULL) as they are in this run: one that sinks make
 * comes once for each sink that does, or as the row, which says why it is not to be had. How many.
 */
size_t weir_planner_kinds(const struct weir_pipeline *pipeline,
	const struct weir_memory_kind *const *rows,
	const struct weir_memory_kind *out[WEIR_MAX_KINDS]);

/* planner_kinds.c: the reason, and whose memory it is about where several sinks make some. */
const char *weir_planner_name_maker(
	struct weir_pipeline *pipeline, const struct weir_memory_kind *kind, const char *reason);

/* planner_made.c: tries once for a plan which kinds of memory there are for what stages make. */
void weir_planner_probe_made(struct weir_pipeline *pipeline);

/* planner_made.c: of these kinds of memory, the one in which sinks copy
 * least of such frames, and what they copy, as weir_planner_cost(). */
uint64_t weir_planner_weigh_made(const struct weir_pipeline *pipeline,
	const struct weir_video *at_sinks, struct weir_made *out, char *why, size_t size);

/* planner_made.c: what frames that stages make lie in, chosen for what comes to the sinks of each
 * branch. */
void weir_planner_choose_made(struct weir_pipeline *pipeline);

/* planner_stages.c: whether the stage that takes the frames of a leg can have them in that kind of
 * memory. 0, or -errno with the reason in `why`. */
int weir_planner_taker_accepts(const struct weir_pipeline *pipeline, size_t leg,
	const struct weir_memory_kind *kind, char *why, size_t size);

/* planner_stages.c: the kind of memory for what the stages make. 0 or -ENOTSUP, logged. */
int weir_planner_choose_stage_memory(struct weir_pipeline *pipeline);

/* planner_memory.c: tries the kinds of memory for source->video until one spares every copy, or
 * `all` of them, and weighs them. 0, or as weir_pipeline_plan() where none can serve. */
int weir_planner_weigh_memory(struct weir_pipeline *pipeline, bool all);

/* planner_memory.c: takes the best one, and says why not the others. */
int weir_planner_choose_memory(struct weir_pipeline *pipeline);

/* planner_memory.c: whether the source takes that kind, and the user does not want another; and
 * what the sinks copy in it, as weir_planner_cost(). `converts`: a stage makes what comes to them.
 */
bool weir_planner_may_use(
	const struct weir_pipeline *pipeline, const struct weir_kind_weight *weight);
uint64_t weir_planner_cost_in(const struct weir_pipeline *pipeline,
	const struct weir_kind_weight *weight, const struct weir_video *at_sinks, bool converts,
	char *why, size_t size);

/* planner_memory.c: whether a sink refuses *video in every memory that could serve; which one. */
bool weir_planner_find_refuser(const struct weir_pipeline *pipeline, const struct weir_video *video,
	bool converts, size_t *who, char *why, size_t size);

/* planner_cost.c: bytes of what a stage that converts makes, after its configure(). 0 or -errno. */
int weir_planner_output_bytes(
	const struct weir_stage *stage, const struct weir_video *video, size_t *out);

/* planner_cost.c: what a copy of an uncompressed picture takes, padding left out. */
uint64_t weir_planner_visible_bytes(const struct weir_video *video);

/* planner_convert.c: finds what is to be converted for whom, of one of these pictures of the
 * source's, losing least, then writing least: sinks that take the picture get it as it is, and
 * those that do not share as few ways as serve them all. What loses `limit` or more does not count.
 * Whether there is any; nothing is added yet. *unserved becomes those of the first picture's that
 * no way serves. */
struct weir_way {
	char texts[2][40]; /* of the stages */
	unsigned n_stages, loss;
	uint32_t sinks;
	uint64_t cost;
};
#define WEIR_MAX_WAYS 6
struct weir_conversion {
	size_t from; /* the picture */
	struct weir_way ways[WEIR_MAX_WAYS];
	unsigned n_ways, loss;
	uint64_t cost;
};
struct weir_candidate {
	const struct weir_video *video; /* NULL: not to be converted */
	unsigned loss;
};
bool weir_planner_find_conversion(struct weir_pipeline *pipeline,
	const struct weir_candidate *pictures, size_t n_pictures, unsigned limit,
	struct weir_conversion *out, uint32_t *unserved);

/* planner_convert.c: branches off for each of its ways, with stages after all others; and lets go
 * of all stages but the first `n`. 0 or -errno. */
int weir_planner_add_conversion(
	struct weir_pipeline *pipeline, const struct weir_conversion *conversion);
void weir_planner_drop_stages(struct weir_pipeline *pipeline, size_t n);

/* planner_refuse.c: logs who of `unserved` does not take what comes: -ENOTSUP. 0 when memory is
 * what is missing; 1 when in the middle of a run others stay: the one who refuses is lost, and
 * another plan is to be made for the others. */
int weir_planner_refuse(struct weir_pipeline *pipeline, uint32_t unserved);

/* planner_picture.c: keeps what the source delivers, or brings it to another format or stride that
 * spares a copy or a refusal, or adds a stage that converts, within the user's wishes. Memory has
 * been weighed, and is again if need be. 0 or -errno, logged. */
int weir_planner_choose_picture(struct weir_pipeline *pipeline);

/* planner_picture.c: whether a plan of before brought the source to what it delivers now. */
bool weir_planner_was_brought(const struct weir_pipeline *pipeline);

/* planner_mask.c: adds to the hop of a living sink what its masks take. */
void weir_planner_mask_sink(
	struct weir_pipeline *pipeline, size_t index, struct weir_plan_hop *hop);

/* planner_slots.c: the hop of that sink, once there is one; and how long it may hold a frame before
 * it lags. */
struct weir_plan_hop *weir_planner_sink_hop(struct weir_pipeline *pipeline, size_t index);
uint64_t weir_planner_deadline_ns(const struct weir_pipeline *pipeline, size_t index);

/* planner_slots.c: how many slots each leg has, and the sinks' budgets. */
void weir_planner_share_slots(struct weir_pipeline *pipeline);

/* planner_lock.c: whether the memory of each leg will be locked; slots are shared. */
void weir_planner_foresee_locks(struct weir_pipeline *pipeline);

#endif
