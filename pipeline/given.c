/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/given.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/log.h"
#include "core/memory/parts.h"
#include "pipeline/pipeline.h"

static int take(const struct weir_log *log, int fd, int *out)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	char text[WEIR_ERRNO_TEXT];

	if (copy < 0) {
		int err = -errno;

		weir_error(log, "descriptor %d was given as a dma-buf: %s", fd,
			weir_errno_text(err, text));
		return err;
	}
	if (!weir_is_dmabuf(copy)) {
		weir_error(log, "descriptor %d was given as a dma-buf and is none", fd);
		close(copy);
		return -EINVAL;
	}
	*out = copy;
	return 0;
}

static void drop(int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
	free(fds);
}

int weir_given_take(struct weir_given *given, const int *fds, unsigned n_buffers, unsigned n_parts,
	const struct weir_log *log)
{
	size_t n = (size_t)n_buffers * n_parts;
	int *copies;

	if (n_buffers > WEIR_MAX_BUFFERS || n_parts < 1 || n_parts > WEIR_MAX_PLANES) {
		weir_error(log,
			"%u buffers of %u parts were given: at most %d buffers, of 1 to %d parts",
			n_buffers, n_parts, WEIR_MAX_BUFFERS, WEIR_MAX_PLANES);
		return -EINVAL;
	}
	copies = calloc(n, sizeof(*copies));
	if (!copies)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		int err = take(log, fds[i], &copies[i]);

		if (err) {
			drop(copies, i);
			return err;
		}
	}
	weir_given_drop(given);
	*given = (struct weir_given){ copies, n_buffers, n_parts };
	return 0;
}

void weir_given_drop(struct weir_given *given)
{
	drop(given->fds, (size_t)given->n_buffers * given->n_parts);
	memset(given, 0, sizeof(*given));
}

int weir_given_check(const struct weir_given *given, const struct weir_plan *plan,
	unsigned least_buffers, const struct weir_log *log)
{
	if (given->n_parts != plan->n_parts) {
		weir_error(log, "frames lie in %u dma-bufs each, and buffers of %u were given",
			plan->n_parts, given->n_parts);
		return -EINVAL;
	}
	if (given->n_buffers < least_buffers) {
		weir_error(log, "%u buffers were given, and the source needs %u", given->n_buffers,
			least_buffers);
		return -EINVAL;
	}
	for (unsigned i = 0; i < given->n_buffers * given->n_parts; i++) {
		off_t length = lseek(given->fds[i], 0, SEEK_END);
		size_t needed = plan->part_bytes[i % given->n_parts];

		if (length >= 0 && (size_t)length >= needed)
			continue;
		weir_error(log, "buffer %u was given with %lld bytes, and a frame takes %zu there",
			i / given->n_parts, (long long)length, needed);
		return -EINVAL;
	}
	return 0;
}

/* What was proven of other buffers says nothing about these. */
static void forget_verdict(struct weir_pipeline *pipeline)
{
	for (size_t i = 0; i < pipeline->n_refuted; i++)
		if (pipeline->refuted[i].kind == &weir_memory_given)
			pipeline->refuted[i--] = pipeline->refuted[--pipeline->n_refuted];
}

int weir_pipeline_use_dmabufs(
	struct weir_pipeline *pipeline, const int *fds, unsigned n_buffers, unsigned n_parts)
{
	int err = 0;

	if (pipeline->running)
		return -EBUSY;
	if (n_buffers)
		err = weir_given_take(
			&pipeline->given, fds, n_buffers, n_parts, pipeline->settings.log);
	else
		weir_given_drop(&pipeline->given);
	if (!err)
		forget_verdict(pipeline);
	return err;
}
