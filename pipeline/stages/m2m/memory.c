/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/log.h"
#include "pipeline/stages/m2m/m2m.h"

/* Which memory the device reads, and which it writes. QBUF answers that: it is where drivers attach
 * and map a dma-buf, streaming or not. */

static int queue_one(
	struct weir_m2m_queue *queue, const struct weir_slot_part *part, char *why, size_t size)
{
	struct weir_m2m_give give = { .dmabuf = part->dmabuf };
	unsigned n = 1;
	int err = weir_m2m_queue_request(queue, V4L2_MEMORY_DMABUF, &n);

	if (err)
		return weir_because(
			why, size, "its driver imports no dma-bufs (VIDIOC_REQBUFS)", err);
	/* A frame that is full: some drivers look for a header in it, and find none. */
	if (V4L2_TYPE_IS_OUTPUT(queue->type))
		give.length = give.bytes = (uint32_t)part->length;
	err = weir_m2m_queue_give(queue, &give);
	return err ? weir_because(why, size, "its driver refuses such pages (VIDIOC_QBUF)", err)
		   : 0;
}

static int try_import(struct weir_m2m_queue *queue, const struct weir_memory_kind *kind,
	size_t bytes, char *why, size_t size)
{
	struct weir_reason reason = { why, size };
	const struct weir_log log = weir_log_as_reason(&reason);
	const struct weir_slab_settings settings = {
		.log = &log,
		.slots = 1,
		.frame_bytes = bytes,
		.no_lock = true,
		.probe = true,
	};
	struct weir_slab *slab;
	int err;

	/* Unless it says more. */
	weir_because(why, size, "no memory of that kind for one frame", -ENOMEM);
	err = weir_slab_create(kind, &settings, &slab);
	if (err)
		return err;
	err = queue_one(queue, &slab->slots[0].parts[0], why, size);
	weir_m2m_queue_close(queue);
	weir_slab_unref(&slab);
	return err;
}

/* Buffers that a device or the program has already: there is nothing to try with. */
static int try_request(struct weir_m2m_queue *queue, uint32_t memory, char *why, size_t size)
{
	unsigned n = 1;
	int err = weir_m2m_queue_request(queue, memory, &n);

	if (err)
		return weir_because(why, size,
			memory == V4L2_MEMORY_MMAP
				? "its driver has no buffers of its own (VIDIOC_REQBUFS)"
				: "its driver imports no dma-bufs (VIDIOC_REQBUFS)",
			err);
	weir_m2m_queue_close(queue);
	return 0;
}

static int refuse_host(struct weir_m2m *m2m, char *why, size_t size)
{
	char remedy[160] = "take slab";

	weir_memory_slab.probe(remedy, sizeof(remedy));
	snprintf(why, size, "it has no dma-bufs, and %s takes nothing else (%s)", m2m->device.path,
		remedy);
	return -ENOTSUP;
}

static int check_shape(
	struct weir_m2m *m2m, const struct weir_slab_settings *slot, char *why, size_t size)
{
	struct weir_reason reason = { why, size };
	const struct weir_log log = weir_log_as_reason(&reason);
	int err = 0;

	if (slot->n_parts > 1) {
		snprintf(why, size, "%s takes a frame in one piece, not its planes apart",
			m2m->device.path);
		return -ENOTSUP;
	}
	m2m->device.log = &log;
	err = weir_m2m_settle_for(m2m, slot->frame_bytes);
	m2m->device.log = NULL;
	return err;
}

unsigned weir_m2m_number_of(const struct weir_memory_kind *kind)
{
	unsigned number = 0;

	while (weir_memory_kinds[number] && weir_memory_kinds[number] != kind)
		number++;
	return number;
}

int weir_m2m_accepts(struct weir_stage *stage, const struct weir_memory_kind *kind,
	const struct weir_slab_settings *slot, char *why, size_t size)
{
	struct weir_m2m *m2m = stage->state;
	int err;

	if (kind == &weir_memory_host)
		return refuse_host(m2m, why, size);
	if (m2m->kept || !m2m->comes.format)
		return 0; /* it has buffers, and reads them; or it refuses more than memory */
	err = check_shape(m2m, slot, why, size);
	if (err)
		return err;
	if (!kind->create || kind == &weir_memory_given)
		return try_request(&m2m->input, V4L2_MEMORY_DMABUF, why, size);
	return try_import(&m2m->input, kind, slot->frame_bytes, why, size);
}

int weir_m2m_fills(
	struct weir_stage *stage, const struct weir_memory_kind *kind, char *why, size_t size)
{
	struct weir_m2m *m2m = stage->state;

	if (kind == &weir_memory_host)
		return refuse_host(m2m, why, size);
	if (m2m->refuted & 1u << weir_m2m_number_of(kind)) {
		snprintf(why, size, "it did not do in the run what it promised");
		return -ENOTSUP;
	}
	if (!kind->create)
		return try_request(&m2m->output, V4L2_MEMORY_MMAP, why, size);
	return try_import(&m2m->output, kind, m2m->gives.bytes, why, size);
}
