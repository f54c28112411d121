/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/assembly.h"

#include <string.h>

#include "capture/rtp/source.h"
#include "core/clock.h"
#include "core/log.h"

static struct weir_rtp_frame *free_place(struct weir_rtp_source *source)
{
	struct weir_rtp_assembly *assembly = &source->assembly;
	unsigned most = source->nack.hold_ns ? WEIR_RTP_FRAMES : WEIR_RTP_FRAMES_LATE;

	for (unsigned i = 0; i < most; i++)
		if (!assembly->frames[i].frame)
			return &assembly->frames[i];
	return NULL;
}

static void say_no_access(struct weir_rtp_source *source, int err)
{
	char text[WEIR_ERRNO_TEXT];

	if (weir_rtp_once(source, WEIR_RTP_SAID_SLOT))
		weir_error(source->base.log, "rtp: frame memory cannot be written: %s",
			weir_errno_text(err, text));
}

static struct weir_rtp_frame *open_frame(struct weir_rtp_source *source)
{
	struct weir_rtp_assembly *assembly = &source->assembly;
	struct weir_rtp_frame *place = free_place(source);
	struct weir_slot *slot = place ? weir_slab_take(source->host.slab) : NULL;
	struct weir_pixels pixels;
	struct weir_frame *frame;
	int err;

	if (!slot)
		return NULL;
	frame = weir_slot_issue(slot);
	err = weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels);
	if (err) {
		say_no_access(source, err);
		weir_frame_unref(&frame);
		return NULL;
	}
	place->frame = frame;
	place->serial = ++assembly->serials;
	place->memory = pixels.data[0];
	place->stride = pixels.stride[0];
	place->stamped = place->numbered = place->led = place->over = false;
	place->deadline_ns = 0;
	place->next = source->form->lead;
	place->end = source->form->coded ? UINT32_MAX : assembly->total;
	weir_coverage_clear(&place->coverage);
	weir_rtp_chain_clear(&place->chain);
	/* What does not travel is not missed. */
	if (source->form->lead)
		weir_coverage_add(&place->coverage, 0, source->form->lead);
	assembly->order[assembly->n++] = place;
	return place;
}

struct weir_rtp_frame *weir_rtp_assembly_ahead(struct weir_rtp_source *source)
{
	struct weir_rtp_assembly *assembly = &source->assembly;

	if (assembly->n && !assembly->order[assembly->n - 1]->stamped)
		return assembly->order[assembly->n - 1];
	return open_frame(source);
}

/* Frames that only wait for late packets make room for one that comes. */
static struct weir_rtp_frame *ahead_at_any_price(struct weir_rtp_source *source, uint64_t now)
{
	struct weir_rtp_frame *frame = weir_rtp_assembly_ahead(source);

	if (frame || !source->assembly.n)
		return frame;
	source->assembly.order[0]->deadline_ns = now;
	weir_rtp_assembly_settle(source, now);
	return source->running ? weir_rtp_assembly_ahead(source) : NULL;
}

static void end_all(struct weir_rtp_source *source, uint64_t now)
{
	const struct weir_rtp_assembly *assembly = &source->assembly;

	for (unsigned i = 0; i < assembly->n && assembly->order[i]->stamped; i++)
		weir_rtp_assembly_end(source, assembly->order[i], now);
}

void weir_rtp_assembly_mark(
	struct weir_rtp_source *source, struct weir_rtp_frame *frame, uint32_t end)
{
	if (source->form->coded && end >= frame->coverage.reached)
		frame->end = end;
}

void weir_rtp_assembly_end(
	struct weir_rtp_source *source, struct weir_rtp_frame *frame, uint64_t now)
{
	if (!frame->over && source->nack.hold_ns)
		source->assembly.span_ns = now - frame->arrived_ns;
	frame->over = true;
	if (!frame->deadline_ns)
		frame->deadline_ns = now + source->wishes.jitter_ms * UINT64_C(1000000);
}

static struct weir_rtp_frame *find_open(
	const struct weir_rtp_assembly *assembly, uint32_t timestamp)
{
	for (unsigned i = assembly->n; i-- > 0;)
		if (assembly->order[i]->stamped && assembly->order[i]->timestamp == timestamp)
			return assembly->order[i];
	return NULL;
}

uint64_t weir_rtp_assembly_left(const struct weir_rtp_assembly *assembly, uint64_t now)
{
	const struct weir_rtp_frame *newest =
		assembly->any ? find_open(assembly, assembly->timestamp) : NULL;
	uint64_t elapsed = newest ? now - newest->arrived_ns : 0;

	if (!newest || newest->over || elapsed >= assembly->span_ns)
		return 0;
	return assembly->span_ns - elapsed;
}

static void skip(struct weir_rtp_source *source, uint32_t timestamp, uint64_t now)
{
	end_all(source, now);
	source->assembly.any = true;
	source->assembly.timestamp = timestamp;
	source->assembly.skipping = true;
}

struct weir_rtp_frame *weir_rtp_assembly_find(
	struct weir_rtp_source *source, uint32_t timestamp, uint64_t now)
{
	const struct weir_rtp_assembly *assembly = &source->assembly;

	if (assembly->any && (int32_t)(timestamp - assembly->timestamp) <= 0)
		return find_open(assembly, timestamp);
	return weir_rtp_assembly_new(source, timestamp, now);
}

struct weir_rtp_frame *weir_rtp_assembly_new(
	struct weir_rtp_source *source, uint32_t timestamp, uint64_t now)
{
	struct weir_rtp_frame *frame = ahead_at_any_price(source, now);

	if (frame)
		weir_rtp_assembly_begin(source, frame, timestamp, now);
	else if (source->running)
		skip(source, timestamp, now);
	return frame;
}

void weir_rtp_assembly_begin(struct weir_rtp_source *source, struct weir_rtp_frame *frame,
	uint32_t timestamp, uint64_t now)
{
	struct weir_rtp_assembly *assembly = &source->assembly;

	end_all(source, now);
	frame->stamped = true;
	frame->timestamp = timestamp;
	frame->arrived_ns = now;
	frame->deadline_ns = source->nack.hold_ns ? now + source->nack.hold_ns : 0;
	assembly->any = true;
	assembly->timestamp = timestamp;
	assembly->skipping = false;
}

uint8_t *weir_rtp_assembly_at(const struct weir_rtp_assembly *assembly,
	const struct weir_rtp_frame *frame, uint32_t start, uint32_t *length)
{
	uint32_t line = assembly->line_bytes, across;

	if (!line || line == frame->stride)
		return frame->memory + start;
	across = start % line;
	if (*length > line - across)
		*length = line - across;
	return frame->memory + (size_t)(start / line) * frame->stride + across;
}

bool weir_rtp_assembly_place(struct weir_rtp_source *source, struct weir_rtp_frame *frame,
	const struct weir_rtp_part *part)
{
	uint32_t at = part->start, end = part->start + part->length;

	if (!weir_coverage_add(&frame->coverage, at, end))
		return false;
	while (at < end) {
		uint32_t length = end - at;
		uint8_t *to = weir_rtp_assembly_at(&source->assembly, frame, at, &length);

		memcpy(to, part->bytes + (at - part->start), length);
		at += length;
	}
	return true;
}

struct weir_rtp_frame *weir_rtp_assembly_next(struct weir_rtp_source *source)
{
	struct weir_rtp_assembly *assembly = &source->assembly;
	struct weir_rtp_frame *newest;

	if (!assembly->any || assembly->skipping)
		return NULL;
	newest = find_open(assembly, assembly->timestamp);
	if (newest && newest->next < newest->end && newest->next < assembly->total)
		return newest;
	return weir_rtp_assembly_ahead(source);
}
