/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/source.h"

/* Which frame a packet is of. */

/* Some senders have no time; their frames are told apart by the marker. */
static bool is_of(const struct weir_rtp_frame *frame, const struct weir_rtp_header *header)
{
	const struct weir_rtp_chain *chain = &frame->chain;

	return frame->stamped && frame->timestamp == header->timestamp &&
	       !(chain->ended && (int16_t)(uint16_t)(header->sequence - chain->last) > 0);
}

struct weir_rtp_frame *weir_rtp_chain_find(struct weir_rtp_source *source,
	const struct weir_rtp_header *header, bool late, uint64_t now)
{
	struct weir_rtp_assembly *assembly = &source->assembly;
	struct weir_rtp_frame *frame = NULL;

	for (unsigned i = assembly->n; i-- > 0;)
		if (is_of(assembly->order[i], header))
			return assembly->order[i];
	if (late)
		return NULL;
	if (!assembly->skipping || header->timestamp != assembly->timestamp)
		frame = weir_rtp_assembly_new(source, header->timestamp, now);
	if (!frame) {
		assembly->chains.any_skipped = true;
		assembly->chains.skip_next = (uint16_t)(header->sequence + 1);
	}
	return frame;
}
