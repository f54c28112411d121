/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/rtp/chain.h"

#include <string.h>

#include "capture/rtp/source.h"
#include "core/log.h"
#include "core/rtp/h264.h"

/* Packets come in. */

/* The numbers of a frame are fewer than what tells before from after. */
#define MOST_PACKETS 0x7fff

/* Runs that are not there stay as they are: there is room for many. */
void weir_rtp_chain_clear(struct weir_rtp_chain *chain)
{
	chain->n = 0;
	chain->used = 0;
	chain->ended = chain->broken = false;
	chain->key = chain->idr = chain->brings_sets = false;
}

/* ---- runs ---- */

/* The number of runs that begin at or before that packet. */
static unsigned runs_before(const struct weir_rtp_chain *chain, uint16_t sequence)
{
	unsigned n = chain->n;

	while (n && (int16_t)(uint16_t)(sequence - chain->run[n - 1].first) < 0)
		n--;
	return n;
}

static void open_run(struct weir_rtp_chain *chain, unsigned i, uint16_t sequence,
	const struct weir_rtp_link *link)
{
	struct weir_rtp_run *run = &chain->run[i];

	memmove(run + 1, run, (chain->n - i) * sizeof(*run));
	chain->n++;
	*run = (struct weir_rtp_run){
		.first = sequence,
		.n = 1,
		.at = chain->used,
		.bytes = link->bytes,
		.loose = link->continues ? link->bytes : 0,
		.loose_unit = link->unit,
		.unit = link->unit,
		.open = link->open,
		.heads = link->heads,
	};
}

/* False: the packet goes on with what was not begun, and its bytes with nothing. */
static bool extend_run(
	struct weir_rtp_chain *chain, struct weir_rtp_run *run, const struct weir_rtp_link *link)
{
	bool goes_on = run->open && run->unit == link->unit;

	run->n++;
	chain->broken |= link->continues ? !goes_on : run->open;
	run->open = link->open && (goes_on || !link->continues);
	if (link->continues && !goes_on)
		return false;
	if (link->continues && run->loose == run->bytes)
		run->loose += link->bytes;
	run->unit = link->unit;
	run->bytes += link->bytes;
	return true;
}

/* Where the packet's bytes go, or NULL: nowhere. */
static uint8_t *add(const struct weir_rtp_source *source, struct weir_rtp_frame *frame,
	uint16_t sequence, struct weir_rtp_link *link, bool *news)
{
	struct weir_rtp_chain *chain = &frame->chain;
	unsigned i = runs_before(chain, sequence);
	struct weir_rtp_run *run = i ? &chain->run[i - 1] : NULL;
	uint16_t ahead = run ? (uint16_t)(sequence - run->first) : 0;
	uint8_t *to = frame->memory + chain->used;

	*news = !run || ahead >= run->n;
	if (!*news)
		return NULL;
	if (link->bytes > source->assembly.total - chain->used) {
		chain->broken = true;
		link->bytes = 0;
	}
	if (run && ahead == run->n && run->at + run->bytes == chain->used &&
		run->n < MOST_PACKETS) {
		if (!extend_run(chain, run, link))
			return NULL;
	} else if (chain->n == WEIR_RTP_RUNS) {
		chain->broken = true;
		return NULL;
	} else {
		open_run(chain, i, sequence, link);
	}
	chain->used += link->bytes;
	frame->next = chain->used;
	return link->bytes ? to : NULL;
}

/* ---- packets ---- */

/* Decoders read it in the stream; whoever asked weir for the size has been told another one. */
static void check_size(struct weir_rtp_source *source, const struct weir_rtp_link *link)
{
	const struct weir_video *video = &source->base.video;
	uint32_t width, height;

	if (!link->sps || weir_h264_read_size(link->sps, link->sps_length, &width, &height))
		return;
	if ((width != video->width || height != video->height) &&
		weir_rtp_once(source, WEIR_RTP_SAID_SIZE))
		weir_warn(source->base.log,
			"rtp: the stream has pictures of %ux%u, not of %ux%u as size= or the "
			"description has it",
			width, height, video->width, video->height);
}

bool weir_rtp_chain_take(struct weir_rtp_source *source, struct weir_rtp_frame *frame,
	const struct weir_rtp_header *header, const struct weir_rtp_part *payload)
{
	struct weir_rtp_chain *chain = &frame->chain;
	struct weir_rtp_link link;
	uint8_t *to;
	bool news;

	if (source->form->link(payload->bytes, payload->length, &link))
		return false;
	to = add(source, frame, header->sequence, &link, &news);
	if (!news)
		return false;
	check_size(source, &link);
	source->assembly.chains.delimited |= link.heads == WEIR_RTP_HEADS_SURELY;
	chain->key |= link.key;
	chain->idr |= link.idr;
	chain->brings_sets |= link.sps != NULL;
	if (to)
		source->form->unpack(payload->bytes, payload->length, to);
	if (header->marker) {
		chain->ended = true;
		chain->last = header->sequence;
	}
	return true;
}

bool weir_rtp_chain_came(struct weir_rtp_source *source, struct weir_rtp_frame *frame,
	const struct weir_rtp_expected *expected)
{
	struct weir_rtp_link link = {
		.bytes = expected->length,
		.continues = true,
		.open = true,
		.unit = source->assembly.chains.unit,
	};
	bool news;
	uint8_t *to = add(source, frame, expected->sequence, &link, &news);

	/* One before it was not taken. */
	if (to && to != frame->memory + expected->start)
		memmove(to, frame->memory + expected->start, expected->length);
	return news;
}

/* ---- those that are to come ---- */

void weir_rtp_chain_learn(struct weir_rtp_source *source, const uint8_t *packet, size_t length,
	const struct weir_rtp_part *payload)
{
	struct weir_rtp_chains *chains = &source->assembly.chains;
	size_t head = (size_t)(payload->bytes - packet);
	size_t tail = length - head - payload->length;
	struct weir_cut_piece *piece = &chains->piece;
	struct weir_rtp_link link;
	unsigned own;

	if (source->form->link(payload->bytes, payload->length, &link) || !link.open)
		return;
	chains->foreseen = false;
	if (head + WEIR_RTP_FORESEEN > WEIR_CUT_HEAD || tail > UINT8_MAX ||
		payload->length > UINT16_MAX)
		return;
	memcpy(piece->header, packet, head);
	piece->header[1] &= 0x7f; /* no marker */
	own = source->form->foresee(payload->bytes, piece->header + head);
	piece->head = (uint8_t)(head + own);
	piece->tail = (uint8_t)tail;
	piece->length = (uint16_t)(payload->length - own);
	chains->unit = link.unit;
	chains->foreseen = true;
}

const struct weir_cut_piece *weir_rtp_chain_foresee(
	const struct weir_rtp_source *source, const struct weir_rtp_frame *frame, uint32_t start)
{
	const struct weir_rtp_chains *chains = &source->assembly.chains;
	const struct weir_rtp_chain *chain = &frame->chain;
	const struct weir_rtp_run *run = chain->n ? &chain->run[chain->n - 1] : NULL;

	if (!run || !chains->foreseen || !frame->stamped || !run->open ||
		run->unit != chains->unit || start < chain->used ||
		(uint16_t)(run->first + run->n) != (uint16_t)source->sender.next)
		return NULL;
	return chains->piece.length <= source->assembly.total - start ? &chains->piece : NULL;
}
