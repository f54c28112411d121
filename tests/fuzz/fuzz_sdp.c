/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Feeds bytes as a session description, and checks what must hold for all of them: nothing outside
 * the copy is touched, a failure says why and leaves the result alone, and what is taken is whole.
 *
 * clang -std=gnu11 -g -O1 -fsanitize=fuzzer,address,undefined -I. -Iinclude tests/fuzz/fuzz_sdp.c
 * 	core/rtp/sdp_{parse,values}.c core/{scan,format,format_table,layout,rate}.c -o fuzz_sdp */
#include "core/rtp/sdp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(int holds)
{
	if (!holds)
		abort();
}

static void check(const struct weir_sdp *sdp)
{
	require(sdp->port != 0 && sdp->payload_type < 128);
	require(sdp->video.format != NULL);
	require(sdp->video.width <= WEIR_MAX_SIZE && sdp->video.height <= WEIR_MAX_SIZE);
	require(memchr(sdp->address, '\0', sizeof(sdp->address)) != NULL);
	require(memchr(sdp->source, '\0', sizeof(sdp->source)) != NULL);
	require(memchr(sdp->sprop, '\0', sizeof(sdp->sprop)) != NULL);
	require(memchr(sdp->name, '\0', sizeof(sdp->name)) != NULL);
	if (sdp->payload == WEIR_RTP_RAW)
		require(sdp->video.format->rtp != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct weir_sdp sdp, untouched;
	char why[160] = "";
	/* Exactly as long as it is, for the sanitizer to see past it. */
	char *copy = malloc(size ? size : 1);
	int err;

	require(copy != NULL);
	if (size)
		memcpy(copy, data, size);
	memset(&untouched, 0xa5, sizeof(untouched));
	sdp = untouched;
	err = weir_sdp_parse(copy, size, &sdp, why, sizeof(why));
	require(err == 0 || err == -EINVAL || err == -ENOTSUP);
	if (err)
		require(why[0] && !memcmp(&sdp, &untouched, sizeof(sdp)));
	else
		check(&sdp);
	free(copy);
	return 0;
}
