/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "capture/rtp/source.h"
#include "core/log.h"
#include "core/rtp/h264.h"

/* Frames end. */

static const uint8_t start_code[] = { 0, 0, 0, 1 };

#define DELIMITER_BYTES (sizeof(start_code) + 2)

/* ---- a run of the source ---- */

/* As a byte stream: for frames that need them, and do not bring them. */
static void read_sets(struct weir_rtp_chains *chains, const char *text)
{
	size_t used = 0;
	int length = 1;

	while (length > 0 && used + sizeof(start_code) < sizeof(chains->sets)) {
		uint8_t *to = chains->sets + used;

		memcpy(to, start_code, sizeof(start_code));
		length = weir_h264_read_set(&text, to + sizeof(start_code),
			sizeof(chains->sets) - used - sizeof(start_code));
		if (length > 0)
			used += sizeof(start_code) + (size_t)length;
	}
	chains->sets_bytes = length < 0 ? 0 : (uint32_t)used;
}

int weir_rtp_chain_prepare(struct weir_rtp_source *source)
{
	struct weir_rtp_chains *chains = &source->assembly.chains;
	void *room;

	*chains = (struct weir_rtp_chains){ .room = source->assembly.total };
	if (!source->form->link)
		return 0;
	read_sets(chains, source->wishes.sprop);
	room = mmap(NULL, chains->room, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (room == MAP_FAILED)
		return -errno;
	chains->scratch = room;
	return 0;
}

void weir_rtp_chain_release(struct weir_rtp_source *source)
{
	struct weir_rtp_chains *chains = &source->assembly.chains;

	if (chains->scratch)
		munmap(chains->scratch, chains->room);
	chains->scratch = NULL;
}

void weir_rtp_chain_restart(struct weir_rtp_chains *chains)
{
	chains->any = chains->any_skipped = false;
	chains->ready = chains->waiting = false;
	chains->brings_sets = chains->delimited = false;
	chains->foreseen = false;
}

/* ---- what is missing ---- */

static uint16_t behind(const struct weir_rtp_run *run)
{
	return (uint16_t)(run->first + run->n);
}

static uint16_t end_of(const struct weir_rtp_chain *chain)
{
	return behind(&chain->run[chain->n - 1]);
}

static unsigned missing_within(const struct weir_rtp_chain *chain)
{
	unsigned missing = 0;

	for (unsigned i = 1; i < chain->n; i++)
		missing += (uint16_t)(chain->run[i].first - behind(&chain->run[i - 1]));
	return missing;
}

/* Packets between this frame and the one before: whose they were, nobody knows, but that one of
 * them is its last where that did not come. */
static unsigned missing_before(
	const struct weir_rtp_chains *chains, const struct weir_rtp_chain *chain)
{
	const struct weir_rtp_run *first = &chain->run[0];
	int gap = (int16_t)(uint16_t)(first->first - chains->next);

	if (!chains->any || gap <= chains->open_end || first->heads == WEIR_RTP_HEADS_SURELY ||
		(first->heads == WEIR_RTP_HEADS_UNDELIMITED && !chains->delimited) ||
		(chains->any_skipped && first->first == chains->skip_next))
		return 0;
	return (unsigned)gap;
}

/* Whether its last packet came: one with the marker, or what is behind it begins another frame. */
static bool has_end(const struct weir_rtp_assembly *assembly, const struct weir_rtp_chain *chain)
{
	const struct weir_rtp_frame *next = assembly->n > 1 ? assembly->order[1] : NULL;

	if (chain->ended)
		return (uint16_t)(chain->last + 1) == end_of(chain);
	return next && next->stamped && next->chain.n && next->chain.run[0].first == end_of(chain);
}

bool weir_rtp_chain_whole(const struct weir_rtp_source *source, const struct weir_rtp_frame *frame)
{
	const struct weir_rtp_assembly *assembly = &source->assembly;
	const struct weir_rtp_chain *chain = &frame->chain;

	return chain->n && !missing_within(chain) && has_end(assembly, chain) &&
	       !missing_before(&assembly->chains, chain);
}

/* ---- order ---- */

/* Leaves out what goes on with a unit that is not there. */
static void trim(struct weir_rtp_chain *chain)
{
	for (unsigned i = 0; i < chain->n; i++) {
		struct weir_rtp_run *run = &chain->run[i], *before = i ? run - 1 : NULL;
		bool follows = before && behind(before) == run->first;
		bool goes_on = follows && before->open && before->unit == run->loose_unit;

		if (run->loose && !goes_on) {
			chain->broken |= !before || follows;
			run->at += run->loose;
			run->bytes -= run->loose;
			run->open &= run->bytes != 0;
		} else if (follows && before->open && !run->loose) {
			chain->broken = true;
		}
	}
	chain->broken |= chain->run[chain->n - 1].open;
}

static bool is_in_order(const struct weir_rtp_chain *chain)
{
	for (unsigned i = 1; i < chain->n; i++)
		if (chain->run[i].at < chain->run[i - 1].at)
			return false;
	return true;
}

/* How many bytes there are then. */
static uint32_t put_in_order(
	struct weir_rtp_chains *chains, const struct weir_rtp_chain *chain, uint8_t *memory)
{
	bool in_order = is_in_order(chain);
	uint32_t used = 0;

	for (unsigned i = 0; i < chain->n; i++) {
		const struct weir_rtp_run *run = &chain->run[i];

		if (!in_order)
			memcpy(chains->scratch + used, memory + run->at, run->bytes);
		else if (run->at != used)
			memmove(memory + used, memory + run->at, run->bytes);
		used += run->bytes;
	}
	if (!in_order)
		memcpy(memory, chains->scratch, used);
	return used;
}

/* A decoder that begins here needs the sets of the description. */
static uint32_t add_sets(
	const struct weir_rtp_source *source, uint8_t *memory, uint32_t bytes, bool delimited)
{
	const struct weir_rtp_chains *chains = &source->assembly.chains;
	uint32_t at = delimited ? DELIMITER_BYTES : 0, n = chains->sets_bytes;

	if (n > source->assembly.total - bytes || at > bytes)
		return bytes;
	memmove(memory + at + n, memory + at, bytes - at);
	memcpy(memory + at, chains->sets, n);
	return bytes + n;
}

static bool begins_with_delimiter(const uint8_t *memory, uint32_t bytes)
{
	return bytes > sizeof(start_code) &&
	       weir_h264_type(memory[sizeof(start_code)]) == WEIR_H264_DELIMITER;
}

/* ---- the end ---- */

/* What precedes the first frame that can be decoded is of no use to anybody. */
static bool is_awaited(struct weir_rtp_source *source, const struct weir_rtp_chain *chain)
{
	struct weir_rtp_chains *chains = &source->assembly.chains;

	chains->ready |= chain->key;
	if (!chains->ready && !chains->waiting)
		weir_info(source->base.log,
			"rtp: the stream has begun before: waiting for a picture that can be "
			"decoded without those before it");
	chains->waiting |= !chains->ready;
	return chains->ready;
}

static void note_end(struct weir_rtp_assembly *assembly, const struct weir_rtp_chain *chain)
{
	struct weir_rtp_chains *chains = &assembly->chains;

	chains->open_end = !has_end(assembly, chain);
	chains->next = end_of(chain);
	chains->any = true;
	chains->brings_sets |= chain->brings_sets;
}

bool weir_rtp_chain_close(
	struct weir_rtp_source *source, struct weir_rtp_frame *frame, uint32_t *bytes)
{
	struct weir_rtp_chains *chains = &source->assembly.chains;
	struct weir_rtp_chain *chain = &frame->chain;
	bool whole = weir_rtp_chain_whole(source, frame);

	*bytes = 0;
	if (!chain->n)
		return true;
	trim(chain);
	if (!whole || chain->broken)
		weir_debug(source->base.log,
			"rtp: a frame misses %u packets, and may miss %u before it%s",
			missing_within(chain), missing_before(chains, chain),
			chain->broken ? "; some are not what they should be" : "");
	note_end(&source->assembly, chain);
	if (!is_awaited(source, chain))
		return false;
	*bytes = put_in_order(chains, chain, frame->memory);
	if (*bytes && chain->idr && !chains->brings_sets)
		*bytes = add_sets(source, frame->memory, *bytes,
			begins_with_delimiter(frame->memory, *bytes));
	return !whole || chain->broken;
}
