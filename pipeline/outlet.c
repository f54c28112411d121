/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/outlet.h"

#include "core/clock.h"

static void count(weir_counter *counter, uint64_t value)
{
	atomic_fetch_add_explicit(counter, value, memory_order_relaxed);
}

void weir_outlet_init(struct weir_outlet *outlet, struct weir_sink *sink, struct weir_slab *slab,
	unsigned budget, bool may_wait)
{
	outlet->sink = sink;
	outlet->slab = slab;
	outlet->budget = budget;
	outlet->keeps_newest = sink->policy == WEIR_POLICY_NEWEST && may_wait;
}

void weir_outlet_drop(struct weir_outlet *outlet, enum weir_drop reason)
{
	count(&outlet->drops[reason], 1);
}

static void note_delivery(struct weir_outlet *outlet, const struct weir_frame_info *info)
{
	uint64_t now = weir_now_ns();

	count(&outlet->delivered, 1);
	count(&outlet->bytes, info->bytes_used);
	weir_histogram_add(&outlet->latency,
		now > info->timestamp_ns ? now - info->timestamp_ns : 0);
}

static unsigned count_held(struct weir_outlet *outlet)
{
	return (unsigned)__builtin_popcount(atomic_load(&outlet->held));
}

/* Any thread. Releasing `held` comes last of what touches the view: the loop may reuse it then. */
static void view_released(struct weir_frame *view, void *data)
{
	struct weir_outlet *outlet = data;
	enum weir_drop verdict = view->verdict;
	uint32_t bit = 1u << view->slot->index;

	if (verdict == WEIR_DROP_NONE)
		verdict = (enum weir_drop)atomic_load_explicit(
			&outlet->verdict, memory_order_relaxed);
	if (verdict == WEIR_DROP_NONE)
		note_delivery(outlet, &view->info);
	else
		weir_outlet_drop(outlet, verdict);
	atomic_fetch_and(&outlet->held, ~bit);
	if (atomic_load(&outlet->starved) && atomic_exchange(&outlet->starved, false))
		weir_slab_wake(outlet->slab);
}

/* Takes the frame. */
static int hand(struct weir_outlet *outlet, struct weir_frame *frame)
{
	struct weir_frame *view = &outlet->views[frame->slot->index];
	uint32_t bit = 1u << frame->slot->index;
	int err;

	/* A stage passes on a frame that it has passed on before, and the sink has it still. */
	if (atomic_fetch_or(&outlet->held, bit) & bit) {
		weir_outlet_drop(outlet, WEIR_DROP_BUDGET);
		weir_frame_unref(&frame);
		return 0;
	}
	weir_frame_init_view(view, frame, view_released, outlet);
	weir_counter_raise(&outlet->held_max, count_held(outlet));
	err = outlet->sink->impl->take(outlet->sink, view);
	if (err) {
		view->verdict = WEIR_DROP_FAILED;
		outlet->error = err;
	}
	weir_frame_unref(&view);
	return err;
}

static bool sink_has_room(struct weir_outlet *outlet)
{
	return count_held(outlet) < outlet->budget;
}

static void drop_waiting(struct weir_outlet *outlet, enum weir_drop reason)
{
	struct weir_frame *frame = outlet->waiting;

	if (!frame)
		return;
	outlet->waiting = NULL;
	weir_outlet_drop(outlet, reason);
	weir_frame_unref(&frame);
}

/* The newest frame waits. The sink may have released one between our look and our wish to be told,
 * so look again. */
static int wait_for_room(struct weir_outlet *outlet, struct weir_frame *frame)
{
	drop_waiting(outlet, WEIR_DROP_REPLACED);
	outlet->waiting = weir_frame_ref(frame);
	atomic_store(&outlet->starved, true);
	return weir_outlet_refill(outlet);
}

int weir_outlet_offer(struct weir_outlet *outlet, struct weir_frame *frame)
{
	/* The sink may have room since, and nobody have had the time to hand on what waits. */
	int err = weir_outlet_refill(outlet);

	if (err || !outlet->sink) {
		weir_outlet_drop(outlet, WEIR_DROP_FAILED);
		return err;
	}
	if (!outlet->waiting && sink_has_room(outlet))
		return hand(outlet, weir_frame_ref(frame));
	if (outlet->keeps_newest)
		return wait_for_room(outlet, frame);
	weir_outlet_drop(outlet, WEIR_DROP_BUDGET);
	return 0;
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
	if (!sink_has_room(outlet)) {
		atomic_store(&outlet->starved, true);
		if (!sink_has_room(outlet))
			return 0;
	}
	outlet->waiting = NULL;
	return hand(outlet, frame);
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

void weir_outlet_read(struct weir_outlet *outlet, struct weir_sink_ledger *out)
{
	out->delivered = weir_counter_get(&outlet->delivered);
	out->dropped = 0;
	for (unsigned i = 0; i < WEIR_N_DROPS; i++) {
		out->drops[i] = weir_counter_get(&outlet->drops[i]);
		out->dropped += out->drops[i];
	}
	out->pending = count_held(outlet) + (outlet->waiting ? 1u : 0u);
	out->bytes = weir_counter_get(&outlet->bytes);
	out->held_max = weir_counter_get(&outlet->held_max);
	weir_histogram_read(&outlet->latency, &out->latency);
}
