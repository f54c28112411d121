/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/fence.h"

#include <linux/dma-buf.h>
#include <poll.h>
#include <sys/ioctl.h>

/* Readable: no fence of a writer is left. */
static bool is_being_written(const struct weir_kms_card *card, int dmabuf)
{
	struct pollfd ask = { .fd = dmabuf, .events = POLLIN };

	if (card->syscalls)
		weir_counter_add(card->syscalls, 1);
	return poll(&ask, 1, 0) == 0;
}

/* A commit has room for one fence a plane. Of planes that lie apart the first that is being written
 * is named; the kernel waits for the others itself, as it does where this fails. */
int weir_kms_fence_take(const struct weir_kms_card *card, const struct weir_frame_info *info)
{
	for (unsigned i = 0; i < info->n_planes; i++) {
		struct dma_buf_export_sync_file request = { .flags = DMA_BUF_SYNC_READ, .fd = -1 };
		int dmabuf = info->plane[i].fd;

		if ((i && dmabuf == info->plane[i - 1].fd) || !is_being_written(card, dmabuf))
			continue;
		if (ioctl(dmabuf, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, &request) == 0)
			return request.fd;
	}
	return -1;
}
