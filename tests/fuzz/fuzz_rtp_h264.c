/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Feeds bytes as the packets of one H.264 frame, in any order, with any numbers, and as a sequence
 * parameter set; and checks what must hold for all of them: nothing outside the frame is written,
 * and what comes out is units with start codes.
 *
 * clang -std=gnu11 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined -I. -Iinclude
 * 	tests/fuzz/fuzz_rtp_h264.c capture/rtp/{h264,chain,chain_close}.c
 * 	core/rtp/{h264,h264_size}.c core/{format,format_table,layout,rate,scan,log}.c
 * 	-o fuzz_rtp_h264 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/rtp/source.h"
#include "core/rtp/h264.h"

#define TOTAL 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

/* A packet by itself. 0 if it is one. */
static int read_payload(const uint8_t *payload, size_t length, struct weir_rtp_parts *parts)
{
	const struct weir_rtp_form *form = &weir_rtp_form_h264;
	struct weir_rtp_link link;
	char why[120] = "";
	uint8_t *to, header[WEIR_RTP_FORESEEN];
	int err = form->read(NULL, payload, length, parts, why, sizeof(why));

	require(err == 0 || err == -EBADMSG || (err == -ENOTSUP && why[0]));
	require(form->link(payload, length, &link) == err);
	if (err)
		return err;
	require(link.bytes && !(link.continues && link.heads));
	require(!link.sps ||
		(link.sps >= payload && link.sps + link.sps_length <= payload + length));
	to = malloc(link.bytes);
	require(to != NULL);
	form->unpack(payload, length, to);
	if (!link.continues)
		require(link.bytes > 4 && !memcmp(to, "\0\0\0\1", 4));
	if (link.open)
		require(form->foresee(payload, header) <= sizeof(header));
	free(to);
	return 0;
}

static void take(struct weir_rtp_source *source, struct weir_rtp_frame *frame, const uint8_t *data,
	size_t size)
{
	struct weir_rtp_header header = { .sequence = 65530 };

	while (size > 2) {
		size_t length = data[1] % 64 < size - 2 ? data[1] % 64 : size - 2;
		struct weir_rtp_parts parts;
		/* Exactly as long as it is, for the sanitizer to see past it. */
		uint8_t *copy = malloc(length ? length : 1);

		require(copy != NULL);
		memcpy(copy, data + 2, length);
		header.sequence = (uint16_t)(header.sequence + (int8_t)(data[0] & 0xfe) / 16 + 1);
		header.marker = data[0] & 1;
		if (!read_payload(copy, length, &parts)) {
			weir_rtp_chain_take(source, frame, &header, &parts.part[0]);
			weir_rtp_chain_learn(source, copy, length, &parts.part[0]);
		}
		require(frame->chain.used <= TOTAL && frame->chain.n <= WEIR_RTP_RUNS);
		free(copy);
		data += 2 + length;
		size -= 2 + length;
	}
}

static void assemble(const uint8_t *data, size_t size)
{
	static const struct weir_log silent = { .level = WEIR_LOG_SILENT };
	struct weir_rtp_source *source = calloc(1, sizeof(*source));
	struct weir_rtp_frame *frame = &source->assembly.frames[0];
	uint32_t bytes;

	require(source != NULL);
	source->base.log = &silent;
	source->base.video = (struct weir_video){ weir_format_by_name("H264"), 64, 64 };
	source->form = &weir_rtp_form_h264;
	source->assembly.total = TOTAL;
	memcpy(source->wishes.sprop, "Z0IAKeKQ,aM4xUg==", 18);
	require(!weir_rtp_chain_prepare(source));
	frame->memory = malloc(TOTAL);
	frame->stamped = true;
	source->assembly.order[0] = frame;
	source->assembly.n = 1;
	require(frame->memory != NULL);
	take(source, frame, data, size);
	weir_rtp_chain_whole(source, frame);
	weir_rtp_chain_close(source, frame, &bytes);
	require(bytes <= TOTAL);
	require(!bytes || (bytes > 4 && !memcmp(frame->memory, "\0\0\0\1", 4)));
	free(frame->memory);
	weir_rtp_chain_release(source);
	free(source);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t width = 1, height = 1;
	uint8_t *copy = malloc(size ? size : 1);

	require(copy != NULL);
	if (size)
		memcpy(copy, data, size);
	assemble(copy, size);
	weir_h264_read_size(copy, size, &width, &height);
	require(width && width <= WEIR_MAX_SIZE && height && height <= WEIR_MAX_SIZE);
	free(copy);
	return 0;
}
