/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <unistd.h>

#include "core/checked.h"
#include "core/log.h"
#include "pipeline/stages/m2m/m2m.h"

/* The side that takes frames. A slot's frame goes into the buffer of the same number, so that the
 * driver meets the same dma-buf there again and has nothing to map. */

static unsigned most(const struct weir_m2m *m2m)
{
	struct weir_stage_needs needs;

	weir_m2m_needs(m2m, &needs);
	return needs.takes;
}

/* With a plan on its way, whatever comes is taken: the frames before it end here. */
bool weir_m2m_input_has_room(const struct weir_m2m *m2m)
{
	unsigned queued = (unsigned)__builtin_popcount(m2m->input.queued);

	return !m2m->draining && m2m->tickets.n < WEIR_M2M_TICKETS &&
	       queued < (m2m->parted ? m2m->input.n_buffers : most(m2m)) &&
	       queued < m2m->input.n_buffers;
}

/* Where the driver granted fewer buffers than there are slots, or has one of the same number from
 * before a change, another serves. */
static unsigned choose_buffer(const struct weir_m2m_queue *queue, unsigned slot)
{
	uint32_t all = (uint32_t)((1ull << queue->n_buffers) - 1);

	if (slot < queue->n_buffers && !(queue->queued & 1u << slot))
		return slot;
	return (unsigned)__builtin_ctz(all & ~queue->queued);
}

static int check(struct weir_m2m *m2m, const struct weir_frame *frame)
{
	const struct weir_frame_plane *plane = &frame->info.plane[0];

	if (plane->fd >= 0 && !plane->offset)
		return 0;
	if (plane->fd < 0)
		weir_error(m2m->device.log,
			"%s takes dma-bufs only, and the source does not export its buffers: take "
			"--memory slab",
			m2m->device.path);
	else
		weir_error(m2m->device.log,
			"%s takes dma-bufs from their first byte on, and the frames that come "
			"begin %u bytes later: take another format at the source",
			m2m->device.path, plane->offset);
	return -ENOTSUP;
}

/* Memory comes in whole pages, which a driver may need to the last byte of its own reckoning. */
static uint32_t length_of(const struct weir_frame *frame)
{
	size_t length = frame->slot->parts[0].length;

	(void)weir_round_up(length, (size_t)sysconf(_SC_PAGESIZE), &length);
	return (uint32_t)length;
}

static int give(struct weir_m2m *m2m, struct weir_frame *frame, uint64_t stamp_us)
{
	bool coded = weir_m2m_is_coded(m2m->comes.format);
	struct weir_m2m_give give = {
		.index = choose_buffer(&m2m->input, frame->slot->index),
		.dmabuf = frame->info.plane[0].fd,
		.length = length_of(frame),
		.bytes = coded ? frame->info.bytes_used : (uint32_t)m2m->takes.bytes,
		.stamp_us = stamp_us,
	};
	int err = weir_m2m_queue_give(&m2m->input, &give);

	if (!err)
		m2m->frames[give.index] = frame;
	return err;
}

void weir_m2m_input_give(struct weir_m2m *m2m, struct weir_frame *frame)
{
	uint64_t stamp_us = weir_m2m_ticket_write(&m2m->tickets, &frame->info);
	int err = check(m2m, frame);

	if (err) {
		weir_frame_unref(&frame);
		weir_m2m_break(m2m, err);
		return;
	}
	err = give(m2m, frame, stamp_us);
	if (err) {
		weir_frame_unref(&frame);
		weir_m2m_break(m2m, weir_m2m_queue_fail(&m2m->input, "VIDIOC_QBUF", err));
	}
}

/* What was wrong with a frame shows in what is made of it. */
bool weir_m2m_input_return(struct weir_m2m *m2m)
{
	struct weir_m2m_took took;
	bool any = false;
	int err = 0;

	while (m2m->input.queued && !(err = weir_m2m_queue_take(&m2m->input, &took))) {
		weir_frame_unref(&m2m->frames[took.index]);
		any = true;
	}
	if (err && err != -EAGAIN)
		weir_m2m_break(m2m, weir_m2m_queue_fail(&m2m->input, "VIDIOC_DQBUF", err));
	return any;
}

/* ---- its life ---- */

int weir_m2m_input_begin(struct weir_m2m *m2m)
{
	unsigned n = m2m->host.from->n_slots;
	int err = weir_m2m_settle_for(m2m, m2m->host.from->frame_bytes);

	if (err)
		return err;
	err = weir_m2m_queue_request(&m2m->input, V4L2_MEMORY_DMABUF, &n);
	if (err)
		return weir_m2m_queue_fail(&m2m->input, "VIDIOC_REQBUFS", err);
	err = weir_m2m_queue_start(&m2m->input);
	if (!err)
		return 0;
	err = weir_m2m_queue_fail(&m2m->input, "VIDIOC_STREAMON", err);
	weir_m2m_queue_close(&m2m->input);
	return err;
}

void weir_m2m_input_halt(struct weir_m2m *m2m)
{
	weir_m2m_queue_close(&m2m->input);
	for (unsigned i = 0; i < WEIR_SLAB_MAX_SLOTS; i++)
		weir_frame_unref(&m2m->frames[i]);
	m2m->tickets.n = 0;
	m2m->kept = false;
}
