/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/v4l2/describe.h"
#include "capture/v4l2/queue.h"
#include "core/log.h"

#ifndef MADV_POPULATE_READ /* Linux 5.14 */
#define MADV_POPULATE_READ 22
#endif

/* Abilities of a node, each found out by using it. */

struct findings {
	struct weir_source_ability *out;
	size_t n;
};

static void note(struct findings *findings, const char *name, bool works, const char *detail)
{
	char *text = strdup(detail);

	if (text && findings->n < WEIR_V4L2_MAX_ABILITIES)
		findings->out[findings->n++] = (struct weir_source_ability){ name, works, text };
	else
		free(text);
}

static void note_error(struct findings *findings, const char *name, const char *what, int err)
{
	char text[WEIR_ERRNO_TEXT], detail[WEIR_ERRNO_TEXT + 40];

	snprintf(detail, sizeof(detail), "%s: %s", what, weir_errno_text(err, text));
	note(findings, name, false, detail);
}

/* As many as a run asks for: v4l2loopback goes on with the fewest that anybody ever asked for, and
 * with one it would write into what is being read. */
#define BUFFERS 4

static int request(struct weir_v4l2_device *device, unsigned n, uint32_t *abilities)
{
	struct v4l2_requestbuffers buffers = {
		.count = n, .type = device->type, .memory = V4L2_MEMORY_MMAP
	};
	int err = weir_v4l2_ioctl(device, VIDIOC_REQBUFS, &buffers);

	if (!err && abilities)
		*abilities = buffers.capabilities;
	return err;
}

/* A request for none tells, and leaves the device as it is. */
int weir_v4l2_try_mmap(struct weir_v4l2_device *device, char *why, size_t size)
{
	char text[WEIR_ERRNO_TEXT];
	int err = request(device, 0, NULL);

	if (err)
		snprintf(why, size, "VIDIOC_REQBUFS: %s", weir_errno_text(err, text));
	return err;
}

/* ---- with one buffer of the device's own ---- */

static int map_first(struct weir_v4l2_device *device, void **memory, size_t *length)
{
	struct v4l2_plane planes[VIDEO_MAX_PLANES] = { 0 };
	struct v4l2_buffer buffer = { .type = device->type, .memory = V4L2_MEMORY_MMAP };
	bool mplane = weir_v4l2_is_mplane(device);
	int err;

	if (mplane) {
		buffer.m.planes = planes;
		buffer.length = VIDEO_MAX_PLANES;
	}
	err = weir_v4l2_ioctl(device, VIDIOC_QUERYBUF, &buffer);
	if (err)
		return err;
	*length = mplane ? planes[0].length : buffer.length;
	*memory =
		weir_v4l2_mmap(device, *length, mplane ? planes[0].m.mem_offset : buffer.m.offset);
	return *memory == MAP_FAILED ? -errno : 0;
}

/* The kernel makes the same check for pinning: no struct pages, no pinning. */
static bool is_pinnable(void *memory, size_t length)
{
	return madvise(memory, length, MADV_POPULATE_READ) == 0;
}

static void try_pinning(struct findings *findings, void *memory, size_t length)
{
	bool pinnable = is_pinnable(memory, length);

	if (!pinnable && errno != EINVAL && errno != EFAULT) {
		note_error(findings, "pinnable", "madvise(MADV_POPULATE_READ)", -errno);
		return;
	}
	note(findings, "pinnable", pinnable,
		pinnable ? "network and disk take its frames without a copy"
			 : "network and disk have to copy from its own buffers");
	note(findings, "allocator", true,
		pinnable ? "pages from all over memory (vb2-vmalloc or vb2-dma-sg)"
			 : "contiguous memory (vb2-dma-contig)");
}

static int export_first(struct weir_v4l2_device *device)
{
	struct v4l2_exportbuffer export = { .type = device->type, .flags = O_RDWR | O_CLOEXEC };
	int err = weir_v4l2_ioctl(device, VIDIOC_EXPBUF, &export);

	if (!err)
		close(export.fd);
	return err;
}

static void try_export(struct findings *findings, struct weir_v4l2_device *device)
{
	int err = export_first(device);

	if (err) {
		note_error(findings, "export", "VIDIOC_EXPBUF", err);
		return;
	}
	note(findings, "export", true, "its own buffers are shared as dma-bufs (VIDIOC_EXPBUF)");
}

static void try_own_buffer(struct findings *findings, struct weir_v4l2_device *device)
{
	uint32_t abilities = 0;
	size_t length;
	void *memory;
	int err = request(device, BUFFERS, &abilities);

	if (err) {
		note_error(findings, "mmap", "VIDIOC_REQBUFS", err);
		return;
	}
	err = map_first(device, &memory, &length);
	if (err) {
		note_error(findings, "mmap", "mapping a buffer", err);
	} else {
		note(findings, "mmap", true, weir_memory_mmap.summary);
		try_pinning(findings, memory, length);
		weir_v4l2_munmap(
			memory, length); /* before REQBUFS 0, which old kernels refuse else */
	}
	try_export(findings, device);
	note(findings, "hints", abilities & V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS,
		abilities & V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS
			? "its buffers go round without cache maintenance where nobody touches "
			  "pixels"
			: "the driver maintains caches for every frame, or needs not");
	request(device, 0, NULL);
}

void weir_v4l2_refine_mmap(struct weir_v4l2_device *device, struct weir_memory_traits *traits)
{
	size_t length;
	void *memory;

	if (request(device, BUFFERS, NULL))
		return;
	traits->dmabuf = export_first(device) == 0;
	if (!map_first(device, &memory, &length)) {
		traits->pinnable = is_pinnable(memory, length);
		/* vb2-dma-contig is what cannot be pinned; of others nothing is known. */
		traits->contiguous = !traits->pinnable;
		weir_v4l2_munmap(memory, length);
	}
	request(device, 0, NULL);
}

/* ---- with ours ---- */

static void try_import(struct findings *findings, struct weir_v4l2_device *device,
	const struct weir_v4l2_format *format, const struct weir_memory_kind *kind)
{
	char why[200] = "";
	int err = kind->probe(why, sizeof(why));

	if (!err)
		err = weir_v4l2_queue_try_import(device, format, kind, why, sizeof(why));
	note(findings, kind->name, !err, err ? why : kind->summary);
}

size_t weir_v4l2_try_abilities(struct weir_v4l2_device *device,
	const struct weir_v4l2_format *format,
	struct weir_source_ability out[WEIR_V4L2_MAX_ABILITIES])
{
	struct findings findings = { .out = out };

	try_own_buffer(&findings, device);
	for (size_t i = 0; weir_memory_kinds[i]; i++)
		if (weir_memory_kinds[i]->create && weir_memory_kinds[i] != &weir_memory_host &&
			!weir_memory_kinds[i]->by_sink)
			try_import(&findings, device, format, weir_memory_kinds[i]);
	return findings.n;
}
