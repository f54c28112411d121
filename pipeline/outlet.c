/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/outlet.h"

#include "core/clock.h"
#include "pipeline/lag.h"

static void count(weir_counter *counter, uint64_t value)
{
	atomic_fetch_add_explicit(counter, value, memory_order_relaxed);
}

void weir_outlet_init(struct weir_outlet *outlet, struct weir_sink *sink, struct weir_slab *slab,
	struct weir_sink_books *books)
{
	outlet->sink = sink;
	outlet->slab = slab;
	outlet->books = books;
}

void weir_outlet_allow(struct weir_outlet *outlet, unsigned budget, unsigned share, bool may_wait)
{
	outlet->budget = budget;
	outlet->share = share;
	outlet->keeps_newest =
		outlet->sink && outlet->sink->policy == WEIR_POLICY_NEWEST && may_wait;
}

void weir_outlet_allow_copies(
	struct weir_outlet *outlet, struct weir_slab *private, uint64_t deadline_ns)
{
	outlet->private = private;
	outlet->deadline_ns = deadline_ns;
}

void weir_outlet_drop(struct weir_outlet *outlet, enum weir_drop reason)
{
	count(&outlet->books->drops[reason], 1);
}

static void note_delivery(struct weir_sink_books *books, const struct weir_frame_info *info)
{
	uint64_t now = weir_now_ns();

	count(&books->delivered, 1);
	count(&books->bytes, info->bytes_used);
	weir_histogram_add(
		&books->latency, now > info->timestamp_ns ? now - info->timestamp_ns : 0);
}

void weir_outlet_note_handed(
	struct weir_outlet *outlet, const struct weir_frame_info *info, uint64_t at_ns)
{
	uint64_t arrived_ns = info->arrived_ns;

	weir_histogram_add(&outlet->books->added, at_ns > arrived_ns ? at_ns - arrived_ns : 0);
}

static unsigned count_held(struct weir_outlet *outlet)
{
	return (unsigned)__builtin_popcount(atomic_load(&outlet->held));
}

static void note_end(struct weir_outlet *outlet, const struct weir_frame *view)
{
	enum weir_drop verdict = view->verdict;

	if (verdict == WEIR_DROP_NONE)
		verdict = (enum weir_drop)atomic_load_explicit(
			&outlet->verdict, memory_order_relaxed);
	if (verdict == WEIR_DROP_NONE)
		note_delivery(outlet->books, &view->info);
	else
		weir_outlet_drop(outlet, verdict);
	atomic_fetch_sub_explicit(&outlet->books->pending, 1, memory_order_relaxed);
}

/* Any thread. Releasing `held` comes last of what touches the view: the loop may reuse it then. */
static void view_released(struct weir_frame *view, void *data)
{
	struct weir_outlet *outlet = data;
	uint32_t bit = 1u << view->slot->place;

	if (!(atomic_fetch_and(&outlet->moved, ~bit) & bit))
		note_end(outlet, view);
	atomic_fetch_and(&outlet->held, ~bit);
	if (atomic_load(&outlet->starved) && atomic_exchange(&outlet->starved, false))
		weir_slab_wake(outlet->slab);
}

/* Takes a frame that was pending and that the sink will not see. */
static void give_up(struct weir_outlet *outlet, struct weir_frame *frame, enum weir_drop reason)
{
	weir_outlet_drop(outlet, reason);
	atomic_fetch_sub_explicit(&outlet->books->pending, 1, memory_order_relaxed);
	weir_frame_unref(&frame);
}

/* Takes the frame, which is pending already. */
static int hand(struct weir_outlet *outlet, struct weir_frame *frame)
{
	struct weir_frame *view = &outlet->views[frame->slot->place];
	uint32_t bit = 1u << frame->slot->place;
	int err;

	/* A stage passes on a frame that it has passed on before, and the sink has it still. */
	if (atomic_fetch_or(&outlet->held, bit) & bit) {
		give_up(outlet, frame, WEIR_DROP_BUDGET);
		return 0;
	}
	weir_frame_init_view(view, frame, view_released, outlet);
	outlet->came_ns[frame->slot->place] = outlet->private ? weir_now_ns() : 0;
	weir_counter_raise(&outlet->books->held_max, count_held(outlet));
	err = outlet->sink->impl->take(outlet->sink, view);
	if (err) {
		view->verdict = WEIR_DROP_FAILED;
		outlet->error = err;
	} else if (!outlet->sink->impl->hands_over) {
		weir_outlet_note_handed(outlet, &view->info, weir_now_ns());
	}
	weir_frame_unref(&view);
	return err;
}

static unsigned count_own(struct weir_outlet *outlet)
{
	uint32_t own = (uint32_t)((1ull << outlet->slab->n_slots) - 1);

	return (unsigned)__builtin_popcount(atomic_load(&outlet->held) & own);
}

static bool sink_has_room(struct weir_outlet *outlet)
{
	return count_held(outlet) < outlet->budget && count_own(outlet) < outlet->share;
}

bool weir_outlet_fits(struct weir_outlet *outlet, const struct weir_frame *frame)
{
	return frame->slot->slab == outlet->slab ? sink_has_room(outlet)
						 : count_held(outlet) < outlet->budget;
}

bool weir_outlet_keeps(struct weir_outlet *outlet)
{
	return outlet->keeps_newest || count_held(outlet) < outlet->budget;
}

static void drop_waiting(struct weir_outlet *outlet, enum weir_drop reason)
{
	struct weir_frame *frame = outlet->waiting;

	if (!frame)
		return;
	outlet->waiting = NULL;
	give_up(outlet, frame, reason);
}

/* Takes the newest frame, which waits. The sink may have released one between our look and our wish
 * to be told, so look again. */
static int wait_for_room(struct weir_outlet *outlet, struct weir_frame *frame)
{
	drop_waiting(outlet, WEIR_DROP_REPLACED);
	outlet->waiting = frame;
	atomic_store(&outlet->starved, true);
	return weir_outlet_refill(outlet);
}

/* `may_wait`: where it does not fit. */
static int offer(struct weir_outlet *outlet, struct weir_frame *frame, bool may_wait)
{
	bool fits = weir_outlet_fits(outlet, frame);

	if (!may_wait && !fits) {
		weir_outlet_drop(outlet, WEIR_DROP_BUDGET);
		return 0;
	}
	atomic_fetch_add_explicit(&outlet->books->pending, 1, memory_order_relaxed);
	weir_frame_ref(frame);
	if (!outlet->waiting && fits)
		return hand(outlet, frame);
	return wait_for_room(outlet, frame);
}

bool weir_outlet_wants(const struct weir_outlet *outlet)
{
	const struct weir_sink *sink = outlet->sink;

	return sink && (!sink->impl->wants || sink->impl->wants(sink));
}

int weir_outlet_offer(struct weir_outlet *outlet, struct weir_frame *frame)
{
	/* The sink may have room since, and nobody have had the time to hand on what waits. */
	int err = weir_outlet_refill(outlet);
	struct weir_frame *copy = NULL;

	if (err || !outlet->sink) {
		weir_outlet_drop(outlet, WEIR_DROP_FAILED);
		return err;
	}
	if (outlet->private && !weir_outlet_fits(outlet, frame))
		copy = weir_lag_relieve(outlet, frame);
	if (!copy)
		return offer(outlet, frame, outlet->keeps_newest);
	err = offer(outlet, copy, outlet->sink->policy == WEIR_POLICY_NEWEST);
	weir_frame_unref(&copy);
	return err;
}

void weir_outlet_give_way(struct weir_outlet *outlet)
{
	drop_waiting(outlet, WEIR_DROP_REPLACED);
}

void weir_outlet_move(struct weir_outlet *outlet, unsigned place, struct weir_frame *copy)
{
	struct weir_frame *from = &outlet->views[place];
	unsigned to = copy->slot->place;

	atomic_fetch_or(&outlet->held, 1u << to);
	atomic_fetch_or(&outlet->moved, 1u << place);
	outlet->came_ns[to] = outlet->came_ns[place];
	weir_frame_init_view(&outlet->views[to], copy, view_released, outlet);
	outlet->sink->impl->move(outlet->sink, from, &outlet->views[to]);
	from = &outlet->views[to];
	weir_frame_unref(&from);
}

bool weir_outlet_has_room(struct weir_outlet *outlet)
{
	if (!outlet->sink || (outlet->keeps_newest && !outlet->waiting) || sink_has_room(outlet))
		return true;
	atomic_store(&outlet->starved, true);
	return sink_has_room(outlet);
}

int weir_outlet_refill(struct weir_outlet *outlet)
{
	struct weir_frame *frame = outlet->waiting;

	if (!frame || !outlet->sink)
		return 0;
	if (!weir_outlet_fits(outlet, frame)) {
		atomic_store(&outlet->starved, true);
		if (!weir_outlet_fits(outlet, frame))
			return 0;
	}
	outlet->waiting = NULL;
	return hand(outlet, frame);
}

void weir_outlet_rest(struct weir_outlet *outlet)
{
	atomic_store(&outlet->starved, false);
}

bool weir_outlet_is_drained(struct weir_outlet *outlet)
{
	if (!outlet->sink)
		return true;
	atomic_store(&outlet->starved, true);
	return !outlet->waiting &&
	       (outlet->sink->impl->program_holds || atomic_load(&outlet->held) == 0);
}

void weir_outlet_stop(struct weir_outlet *outlet, enum weir_drop reason)
{
	struct weir_sink *sink = outlet->sink;

	if (!sink)
		return;
	outlet->sink = NULL;
	/* What a program still holds was shown to it, and counts as delivered once it lets go. */
	if (!sink->impl->program_holds)
		atomic_store(&outlet->verdict, (int)reason);
	drop_waiting(outlet, reason);
	if (sink->impl->stop)
		sink->impl->stop(sink);
}

unsigned weir_outlet_held(struct weir_outlet *outlet)
{
	return count_held(outlet) + (outlet->waiting ? 1u : 0u);
}
