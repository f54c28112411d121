/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Feeds bytes as a packet of uncompressed video and as RTCP, and checks what must hold for all of
 * them: nothing outside the copy is touched, parts lie within the packet and within the picture.
 *
 * clang -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined -I. -Iinclude tests/fuzz/fuzz_rtp.c
 * 	capture/rtp/raw.c core/rtp/{packet,raw,rtcp_read}.c
 * core/{format,format_table,layout,rate,scan}.c -o fuzz_rtp */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/rtp/form.h"
#include "core/rtp/packet.h"
#include "core/rtp/rtcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void read_as(const char *format, const uint8_t *packet, size_t size)
{
	const struct weir_video video = { weir_format_by_name(format), 640, 32 };
	uint32_t total = (uint32_t)weir_format_line_bytes(video.format, 0, 640) * 32;
	struct weir_rtp_header header;
	struct weir_rtp_parts parts;
	const uint8_t *payload;
	char why[120] = "";
	size_t length;
	int err = weir_rtp_read(packet, size, &header, &payload, &length);

	require(err == 0 || err == -EBADMSG);
	if (err)
		return;
	require(payload >= packet && payload + length <= packet + size);
	err = weir_rtp_form_raw.read(&video, payload, length, &parts, why, sizeof(why));
	require(err == 0 || err == -EBADMSG || (err == -ENOTSUP && why[0]));
	for (unsigned i = 0; !err && i < parts.n; i++) {
		const struct weir_rtp_part *part = &parts.part[i];

		require(part->length && part->length <= total);
		require(part->start <= total - part->length);
		require(part->bytes >= payload && part->bytes + part->length <= payload + length);
	}
}

static void note_report(void *data, const struct weir_rtcp_report *report)
{
	*(uint32_t *)data += report->packets;
}

static void note_number(void *data, uint32_t ssrc)
{
	*(uint32_t *)data += ssrc;
}

static void note_missing(void *data, uint32_t ssrc, uint16_t sequence)
{
	*(uint32_t *)data += ssrc + sequence;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t sum = 0;
	const struct weir_rtcp_reader reader = { &sum, note_report, note_number, note_missing };
	const struct weir_rtcp_reader deaf = { 0 };
	/* Exactly as long as it is, for the sanitizer to see past it. */
	uint8_t *copy = malloc(size ? size : 1);
	int err;

	require(copy != NULL);
	if (size)
		memcpy(copy, data, size);
	read_as("UYVY", copy, size);
	read_as("RGB24", copy, size);
	err = weir_rtcp_read(copy, size, &reader);
	require(err == 0 || err == -EBADMSG);
	require(weir_rtcp_read(copy, size, &deaf) == err);
	free(copy);
	return 0;
}
