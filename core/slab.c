/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/slab.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"

struct weir_attachment {
	void *block;
	void (*destroy)(void *block);
	struct weir_attachment *next;
};

/* Runs on whichever thread drops a frame's last reference. Once the bit is set the loop may take
 * the slot again; the slab itself stays until its reference is dropped, last of all. */
static void hand_back(struct weir_frame *frame, void *data)
{
	struct weir_slot *slot = data;
	struct weir_slab *slab = slot->slab;

	atomic_fetch_add_explicit(&frame->generation, 1, memory_order_relaxed);
	weir_slab_put(slot);
	weir_slab_unref(&slab);
}

static void init_slot(
	struct weir_slab *slab, unsigned index, const struct weir_slab_settings *settings)
{
	struct weir_slot *slot = &slab->slots[index];

	slot->index = slot->place = index;
	slot->slab = slab;
	slot->n_parts = settings->n_parts ? settings->n_parts : 1;
	for (unsigned i = 0; i < WEIR_MAX_PLANES; i++) {
		slot->parts[i].dmabuf = -1;
		slot->parts[i].length = settings->part_bytes[i];
	}
	if (slot->n_parts == 1)
		slot->parts[0].length = settings->frame_bytes;
	slot->frame.slot = slot;
	slot->frame.released = hand_back;
	slot->frame.data = slot;
	slot->frame.info.slot = index;
	pthread_mutex_init(&slot->brackets.lock, NULL);
}

int weir_slab_create(const struct weir_memory_kind *kind, const struct weir_slab_settings *settings,
	struct weir_slab **out)
{
	struct weir_slab *slab;
	int err;

	assert(settings->slots > 0 && settings->slots <= WEIR_SLAB_MAX_SLOTS);
	slab = calloc(1, sizeof(*slab));
	if (!slab)
		return -ENOMEM;
	slab->kind = kind;
	slab->memfd = -1;
	slab->frame_bytes = settings->frame_bytes;
	slab->n_slots = slab->n_made = settings->slots;
	slab->synced = true;
	atomic_init(&slab->refs, 1);
	atomic_init(&slab->free, (uint32_t)((1ull << slab->n_slots) - 1));
	for (unsigned i = 0; i < slab->n_slots; i++)
		init_slot(slab, i, settings);

	err = weir_waker_init(&slab->waker);
	if (err) {
		weir_error_errno(settings->log, "eventfd", err);
		goto free_slab;
	}
	err = kind->create ? kind->create(slab, settings) : 0;
	if (err)
		goto finish_waker;
	*out = slab;
	return 0;

finish_waker:
	weir_waker_finish(&slab->waker);
free_slab:
	free(slab);
	return err;
}

static void destroy(struct weir_slab *slab)
{
	struct weir_attachment *attachment;

	while ((attachment = slab->attachments)) {
		slab->attachments = attachment->next;
		attachment->destroy(attachment->block);
		free(attachment);
	}
	if (slab->kind->destroy)
		slab->kind->destroy(slab);
	weir_waker_finish(&slab->waker);
	for (unsigned i = 0; i < slab->n_made; i++)
		pthread_mutex_destroy(&slab->slots[i].brackets.lock);
	free(slab);
}

struct weir_slab *weir_slab_ref(struct weir_slab *slab)
{
	atomic_fetch_add_explicit(&slab->refs, 1, memory_order_relaxed);
	return slab;
}

void weir_slab_unref(struct weir_slab **slab)
{
	struct weir_slab *dropped = *slab;

	*slab = NULL;
	if (dropped && atomic_fetch_sub_explicit(&dropped->refs, 1, memory_order_acq_rel) == 1)
		destroy(dropped);
}

int weir_slab_attach(struct weir_slab *slab, void *block, void (*destroy_block)(void *block))
{
	struct weir_attachment *attachment = malloc(sizeof(*attachment));

	if (!attachment)
		return -ENOMEM;
	*attachment = (struct weir_attachment){ block, destroy_block, slab->attachments };
	slab->attachments = attachment;
	return 0;
}

void *weir_slab_claim(struct weir_slab *slab, const void *claimant, void *claim)
{
	const void *holder = NULL;

	if (!claim) {
		holder = atomic_load(&slab->claimant);
	} else if (atomic_compare_exchange_strong(&slab->claimant, &holder, claimant)) {
		slab->claim = claim;
		return claim;
	}
	return holder == claimant ? slab->claim : NULL;
}

void weir_slab_disclaim(struct weir_slab *slab, const void *claimant)
{
	atomic_compare_exchange_strong(&slab->claimant, &claimant, NULL);
}

void weir_slab_shrink(struct weir_slab *slab, unsigned n_slots)
{
	assert(n_slots > 0 && n_slots <= slab->n_slots);
	slab->n_slots = n_slots;
	atomic_fetch_and(&slab->free, (uint32_t)((1ull << n_slots) - 1));
}

void weir_slab_place(struct weir_slab *slab, unsigned first)
{
	assert(first + slab->n_slots <= WEIR_SLAB_MAX_SLOTS);
	for (unsigned i = 0; i < slab->n_slots; i++)
		slab->slots[i].place = slab->slots[i].frame.info.slot = first + i;
}

struct weir_slot *weir_slab_take(struct weir_slab *slab)
{
	uint32_t free = atomic_load_explicit(&slab->free, memory_order_acquire);
	uint32_t ahead = free & ~(uint32_t)((1ull << slab->next) - 1);
	unsigned index;

	if (!free)
		return NULL;
	index = (unsigned)__builtin_ctz(ahead ? ahead : free);
	slab->next = index + 1;
	atomic_fetch_and_explicit(&slab->free, ~(1u << index), memory_order_acquire);
	return &slab->slots[index];
}

bool weir_slab_is_free(const struct weir_slot *slot)
{
	return atomic_load_explicit(&slot->slab->free, memory_order_acquire) & 1u << slot->index;
}

bool weir_slab_take_slot(struct weir_slot *slot)
{
	uint32_t bit = 1u << slot->index;

	return atomic_fetch_and_explicit(&slot->slab->free, ~bit, memory_order_acquire) & bit;
}

void weir_slab_put(struct weir_slot *slot)
{
	struct weir_slab *slab = slot->slab;

	weir_frame_check_devices(&slot->frame);
	/* Sequentially consistent with weir_slab_want(): either it sees the bit, or we see its
	 * wish. */
	atomic_fetch_or(&slab->free, 1u << slot->index);
	if (atomic_load(&slab->wanted) && atomic_exchange(&slab->wanted, false))
		weir_slab_wake(slab);
}

struct weir_frame *weir_slot_issue(struct weir_slot *slot)
{
	struct weir_frame *frame = &slot->frame;

	assert(atomic_load_explicit(&frame->refs, memory_order_relaxed) == 0);
	frame->info.flags = 0;
	frame->info.arrived_ns = 0;
	frame->info.generation = atomic_load_explicit(&frame->generation, memory_order_relaxed);
	weir_slab_ref(slot->slab);
	atomic_store_explicit(&frame->refs, 1, memory_order_release);
	return frame;
}

unsigned weir_slab_out(const struct weir_slab *slab)
{
	uint32_t free = atomic_load_explicit(&slab->free, memory_order_acquire);

	return slab->n_slots - (unsigned)__builtin_popcount(free);
}

int weir_slab_listen(
	struct weir_slab *slab, struct weir_loop *loop, void (*returned)(void *data), void *data)
{
	slab->listener = pthread_self();
	slab->returned = returned;
	slab->returned_data = data;
	return weir_waker_listen(&slab->waker, loop, returned, data);
}

void weir_slab_ignore(struct weir_slab *slab, struct weir_loop *loop)
{
	slab->listener = (pthread_t)0;
	weir_waker_ignore(&slab->waker, loop);
	slab->returned = NULL;
}

void weir_slab_rest(struct weir_slab *slab)
{
	atomic_store(&slab->wanted, false);
	/* Others may want slots still: they are told by the eventfd, since nobody runs the loop. */
	atomic_store(&slab->listener, (pthread_t)0);
}

void weir_slab_go_on(struct weir_slab *slab)
{
	atomic_store(&slab->listener, pthread_self());
}

void weir_slab_want(struct weir_slab *slab)
{
	atomic_store(&slab->wanted, true);
	if (atomic_load(&slab->free) && atomic_exchange(&slab->wanted, false))
		weir_slab_wake(slab);
}

void weir_slab_wake(struct weir_slab *slab)
{
	if (!pthread_equal(slab->listener, pthread_self()))
		weir_waker_wake(&slab->waker);
	else if (slab->returned)
		slab->returned(slab->returned_data);
}
