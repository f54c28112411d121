/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/lag.h"

#include <limits.h>

#include "core/clock.h"
#include "core/copy.h"
#include "core/log.h"

#define NOWHERE UINT_MAX

static bool lags(const struct weir_outlet *outlet)
{
	uint32_t held = atomic_load(&outlet->held);
	uint64_t now = weir_now_ns();

	for (; held; held &= held - 1) {
		unsigned place = (unsigned)__builtin_ctz(held);

		if (now - outlet->came_ns[place] >= outlet->deadline_ns)
			return true;
	}
	return false;
}

/* Of no use to the source while somebody else holds the frame as well. */
static bool is_movable(const struct weir_outlet *outlet, unsigned place)
{
	const struct weir_sink *sink = outlet->sink;
	const struct weir_frame *view = &outlet->views[place];

	return weir_frame_is_sole(view) && sink->impl->can_move(sink, view);
}

/* The oldest that the sink would let go. */
static unsigned find_movable(const struct weir_outlet *outlet)
{
	uint32_t held = atomic_load(&outlet->held);
	unsigned found = NOWHERE;

	if (!outlet->sink->impl->can_move)
		return NOWHERE;
	for (unsigned i = 0; i < outlet->slab->n_slots; i++)
		if ((held & 1u << i) &&
			(found == NOWHERE || outlet->came_ns[i] < outlet->came_ns[found]) &&
			is_movable(outlet, i))
			found = i;
	return found;
}

/* NULL where no private slot is free, or none can be written: then copies are over with. */
static struct weir_frame *copy(struct weir_outlet *outlet, struct weir_frame *frame)
{
	struct weir_slot *slot = weir_slab_take(outlet->private);
	struct weir_frame *made = NULL;
	char text[WEIR_ERRNO_TEXT];
	uint64_t bytes = 0;
	int err;

	if (!slot)
		return NULL;
	err = weir_frame_copy(frame, slot, &made, &bytes);
	weir_counter_add(&outlet->books->copied_bytes, bytes);
	if (err) {
		weir_warn(outlet->sink->log,
			"%s lags, and frames cannot be copied for it: %s; it gets fewer",
			outlet->sink->uri, weir_errno_text(err, text));
		outlet->private = NULL;
	}
	return made;
}

static bool move_one(struct weir_outlet *outlet)
{
	unsigned place = find_movable(outlet);
	struct weir_frame *made = place == NOWHERE ? NULL : copy(outlet, &outlet->views[place]);

	if (made)
		weir_outlet_move(outlet, place, made);
	return made;
}

static bool is_at_budget(const struct weir_outlet *outlet)
{
	return (unsigned)__builtin_popcount(atomic_load(&outlet->held)) >= outlet->budget;
}

struct weir_frame *weir_lag_relieve(struct weir_outlet *outlet, struct weir_frame *frame)
{
	bool is_full = is_at_budget(outlet);
	bool waits = outlet->sink->policy == WEIR_POLICY_NEWEST && !outlet->keeps_newest;

	if (frame->slot->slab != outlet->slab || (is_full && !waits) || !lags(outlet))
		return NULL;
	if (!is_full && move_one(outlet))
		return NULL;
	if (is_full)
		weir_outlet_give_way(outlet);
	return outlet->private ? copy(outlet, frame) : NULL;
}
