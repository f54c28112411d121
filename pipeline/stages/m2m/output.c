/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "core/log.h"
#include "core/memory/canary.h"
#include "pipeline/stages/m2m/m2m.h"

/* The side that gives frames: buffer i is slot i of the stage's slab, imported or the driver's own.
 */

static bool has_own(const struct weir_m2m *m2m)
{
	return m2m->host.slab->kind == &weir_memory_mmap;
}

static void place_planes(const struct weir_m2m *m2m)
{
	const struct weir_layout *layout = &m2m->gives.layout;

	for (unsigned i = 0; i < m2m->host.slab->n_slots; i++) {
		struct weir_slot *slot = &m2m->host.slab->slots[i];
		struct weir_frame_info *info = &slot->frame.info;

		for (unsigned p = 0; p < layout->n_planes; p++)
			info->plane[p] = (struct weir_frame_plane){
				.fd = slot->parts[0].dmabuf,
				.offset = (uint32_t)layout->plane[p].offset,
				.stride = (uint32_t)layout->plane[p].stride,
				.length = (uint32_t)layout->plane[p].size,
			};
	}
}

/* ---- slots to the device ---- */

static int give_idle(struct weir_m2m *m2m)
{
	struct weir_slot *slot;
	int err = 0;

	while (!err && (slot = weir_slab_take(m2m->host.slab))) {
		err = weir_m2m_queue_give(
			&m2m->output, &(struct weir_m2m_give){ .index = slot->index,
					      .dmabuf = slot->parts[0].dmabuf });
		if (err)
			weir_slab_put(slot);
	}
	return err;
}

/* ---- pictures from the device ---- */

/* What speaks against its memory, or NULL. */
static const char *doubt(struct weir_m2m *m2m, struct weir_frame *frame)
{
	uint32_t bit = 1u << frame->slot->index;
	int err;

	if (!(m2m->unproven & bit))
		return NULL;
	m2m->unproven &= ~bit;
	err = weir_canary_check(frame);
	if (err == -ESTALE)
		return "the device took it and wrote elsewhere";
	return err ? "the CPU cannot look at it (DMA_BUF_IOCTL_SYNC)" : NULL;
}

static void fill(struct weir_m2m *m2m, const struct weir_m2m_took *took,
	const struct weir_m2m_ticket *ticket, struct weir_frame_info *info)
{
	const struct weir_layout *layout = &m2m->gives.layout;

	info->sequence = ticket->sequence;
	info->timestamp_ns = ticket->timestamp_ns;
	info->arrived_ns = ticket->arrived_ns;
	info->flags = ticket->flags;
	for (unsigned i = 0; i < layout->n_planes; i++)
		info->plane[i].offset = (uint32_t)layout->plane[i].offset + took->offset;
	if (weir_m2m_is_coded(m2m->gives.video.format))
		info->bytes_used = took->bytes;
}

/* Drivers that copy no timestamps do one frame after the other. */
static bool find_ticket(
	struct weir_m2m *m2m, const struct weir_m2m_took *took, struct weir_m2m_ticket *out)
{
	if ((took->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) != V4L2_BUF_FLAG_TIMESTAMP_COPY)
		return weir_m2m_ticket_pop(&m2m->tickets, out);
	return weir_m2m_ticket_find(&m2m->tickets, took->stamp_us, out);
}

static void skip(struct weir_m2m *m2m, const struct weir_m2m_took *took)
{
	struct weir_m2m_ticket ticket;

	if (!find_ticket(m2m, took, &ticket))
		return;
	m2m->host.skipped(m2m->host.data);
	m2m->host.ready(m2m->host.data);
}

static void deliver(struct weir_m2m *m2m, const struct weir_m2m_took *took)
{
	struct weir_slot *slot = &m2m->host.slab->slots[took->index];
	struct weir_m2m_ticket ticket;
	struct weir_frame *frame;
	const char *why;

	if (!find_ticket(m2m, took, &ticket)) {
		weir_slab_put(slot); /* a second picture of one frame: nobody waits for it */
		return;
	}
	frame = weir_slot_issue(slot);
	fill(m2m, took, &ticket, &frame->info);
	why = doubt(m2m, frame);
	if (!why) {
		m2m->host.deliver(m2m->host.data, frame);
		m2m->host.ready(m2m->host.data);
		return;
	}
	weir_frame_unref(&frame);
	m2m->host.skipped(m2m->host.data);
	weir_m2m_refute(m2m, why);
}

/* An empty buffer without an error only carries the end, of the stream or of its old picture. It
 * may bear the stamp of a frame that is to come yet. */
static void take_picture(struct weir_m2m *m2m, const struct weir_m2m_took *took)
{
	struct weir_slot *slot = &m2m->host.slab->slots[took->index];
	bool empty = !took->bytes;
	bool failed = took->flags & V4L2_BUF_FLAG_ERROR ||
		      (size_t)took->offset + took->bytes > slot->parts[0].length;

	if (!failed && !empty) {
		deliver(m2m, took);
	} else {
		weir_slab_put(slot);
		if (failed)
			skip(m2m, took);
	}
	/* Drivers from before there was V4L2_BUF_FLAG_LAST end a stream with an empty buffer. */
	if (took->flags & V4L2_BUF_FLAG_LAST || (m2m->draining && empty && !failed))
		weir_m2m_last(m2m);
}

static bool may_take(struct weir_m2m *m2m)
{
	if (m2m->over || !m2m->output.streaming || !m2m->output.queued)
		return false;
	m2m->held_back = !m2m->host.wanted(m2m->host.data);
	return !m2m->held_back;
}

void weir_m2m_output_take(struct weir_m2m *m2m)
{
	struct weir_m2m_took took;

	while (may_take(m2m)) {
		int err = weir_m2m_queue_take(&m2m->output, &took);

		if (err == -EAGAIN)
			return;
		if (err == -EPIPE)
			weir_m2m_last(m2m);
		else if (err)
			weir_m2m_break(m2m, weir_m2m_queue_fail(&m2m->output, "VIDIOC_DQBUF", err));
		else
			take_picture(m2m, &took);
		if (err)
			return;
	}
}

void weir_m2m_output_refill(struct weir_m2m *m2m)
{
	int err;

	if (m2m->over || !m2m->output.streaming)
		return;
	err = give_idle(m2m);
	if (err)
		weir_m2m_break(m2m, weir_m2m_queue_fail(&m2m->output, "VIDIOC_QBUF", err));
	else
		weir_slab_want(m2m->host.slab);
}

/* ---- begin and halt ---- */

static int say_too_few(struct weir_m2m *m2m, unsigned granted)
{
	weir_error(m2m->device.log,
		"%s grants %u buffers of %zu bytes where %u were asked for: take a smaller size "
		"(-s), or raise cma= on the kernel's command line",
		m2m->device.path, granted, m2m->gives.bytes, m2m->host.slab->n_slots);
	return -ENOMEM;
}

static int open_queue(struct weir_m2m *m2m)
{
	struct weir_slab *slab = m2m->host.slab;
	unsigned n = slab->n_slots;
	struct weir_stage_needs needs;
	int err = weir_m2m_queue_request(
		&m2m->output, has_own(m2m) ? V4L2_MEMORY_MMAP : V4L2_MEMORY_DMABUF, &n);

	if (err)
		return weir_m2m_queue_fail(&m2m->output, "VIDIOC_REQBUFS", err);
	weir_m2m_needs(m2m, &needs);
	if (n < slab->n_slots && n <= needs.own)
		return say_too_few(m2m, n);
	if (n < slab->n_slots)
		weir_slab_shrink(slab, n);
	return has_own(m2m) ? weir_m2m_queue_map(&m2m->output, slab) : 0;
}

/* Memory that the driver refuses now is refused for good; another kind may serve. */
static int give_all(struct weir_m2m *m2m)
{
	struct weir_slab *slab = m2m->host.slab;
	char text[WEIR_ERRNO_TEXT], why[160];
	int err = has_own(m2m) ? 0 : weir_canary_plant(slab);

	if (err && err != -EACCES) {
		weir_m2m_refute(m2m, "the CPU cannot look at it (DMA_BUF_IOCTL_SYNC)");
		return -ESTALE;
	}
	m2m->unproven = has_own(m2m) || err ? 0 : atomic_load(&slab->free);
	err = give_idle(m2m);
	if (err && (has_own(m2m) || err == -ENODEV))
		return weir_m2m_queue_fail(&m2m->output, "VIDIOC_QBUF", err);
	if (!err)
		return 0;
	snprintf(why, sizeof(why), "it refuses the pages: %s", weir_errno_text(err, text));
	weir_m2m_refute(m2m, why);
	return -ESTALE;
}

int weir_m2m_output_begin(struct weir_m2m *m2m)
{
	int err = open_queue(m2m);

	if (!err) {
		place_planes(m2m);
		err = give_all(m2m);
	}
	if (!err) {
		err = weir_m2m_queue_start(&m2m->output);
		if (err)
			err = weir_m2m_queue_fail(&m2m->output, "VIDIOC_STREAMON", err);
	}
	if (err)
		weir_m2m_output_halt(m2m);
	else
		weir_slab_want(m2m->host.slab);
	return err;
}

void weir_m2m_output_halt(struct weir_m2m *m2m)
{
	uint32_t queued = m2m->output.queued;

	weir_m2m_queue_close(&m2m->output);
	for (unsigned i = 0; queued; i++, queued >>= 1)
		if (queued & 1)
			weir_slab_put(&m2m->host.slab->slots[i]);
}
