/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Feeds bytes as a camera's JPEG image and H.264 frame to be cut into packets, and as a packet of
 * JPEG, and checks what must hold for all of them: what is sent lies within the frame, what is
 * received within the packet.
 *
 * clang -std=gnu11 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined -I. -Iinclude
 * 	tests/fuzz/fuzz_rtp_coded.c sinks/rtp/{jpeg,h264,slices}.c
 * 	core/jpeg_huffman.c core/rtp/{packet,jpeg,jpeg_parse,h264}.c
 * 	core/{format,format_table,layout,rate,scan}.c -o fuzz_rtp_coded */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/rtp/h264.h"
#include "core/rtp/jpeg.h"
#include "sinks/rtp/slices.h"

#define ROOM 548

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void cut_as(const struct weir_rtp_coding *coding, const uint8_t *frame, size_t size)
{
	const struct weir_rtp_sheet sheet = { .sequence = 7 };
	uint32_t most = weir_rtp_slices_most(coding, size, ROOM), n;
	uint8_t *memory = malloc(weir_rtp_slices_bytes(most));
	struct weir_rtp_slices slices;
	char why[200] = "";
	int err;

	require(memory != NULL);
	weir_rtp_slices_init(&slices, memory, most, ROOM);
	err = coding->cut(&slices, frame, size, why, sizeof(why));
	require(err == 0 || ((err == -EBADMSG || err == -ENOTSUP) && why[0]));
	if (!err) {
		require(slices.n > 0);
		weir_rtp_slices_number(&slices, &sheet);
	}
	for (uint32_t i = 0; !err && i < slices.n; i += n) {
		const struct weir_rtp_slice *slice = &slices.slice[i];

		require(slice->bytes && slice->at + slice->bytes <= size);
		require(slice->header_bytes + slice->bytes <= ROOM);
		n = weir_rtp_slices_equal(slices.slice, i, slices.n - i, ROOM);
		require(n > 0 && n <= slices.n - i);
	}
	free(memory);
}

static void read_jpeg(const uint8_t *payload, size_t size)
{
	uint8_t tables[2 * WEIR_RTP_JPEG_TABLE], image[WEIR_RTP_JPEG_IMAGE_HEADER];
	struct weir_rtp_jpeg jpeg;
	const uint8_t *bytes;
	uint32_t offset;
	char why[120] = "";
	int err =
		weir_rtp_jpeg_read(payload, size, tables, &jpeg, &offset, &bytes, why, sizeof(why));

	require(err == 0 || err == -EBADMSG || (err == -ENOTSUP && why[0]));
	if (err)
		return;
	require(bytes > payload && bytes <= payload + size && offset < WEIR_RTP_JPEG_MAX_SCAN);
	require(!jpeg.tables[0] == !jpeg.tables[1]);
	if (jpeg.tables[0])
		weir_rtp_jpeg_rebuild(image, &jpeg);
}

static void describe(const uint8_t *frame, size_t size)
{
	const char *sets;
	uint8_t set[512];
	char text[512];

	weir_h264_describe(frame, size, text, sizeof(text));
	sets = text;
	require(!text[0] || weir_h264_read_set(&sets, set, sizeof(set)) > 0);
	require(!text[0] || weir_h264_read_set(&sets, set, sizeof(set)) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Exactly as long as it is, for the sanitizer to see past it. */
	uint8_t *copy = malloc(size ? size : 1);

	require(copy != NULL);
	if (size)
		memcpy(copy, data, size);
	cut_as(&weir_rtp_coding_jpeg, copy, size);
	cut_as(&weir_rtp_coding_h264, copy, size);
	describe(copy, size);
	read_jpeg(copy, size);
	free(copy);
	return 0;
}
