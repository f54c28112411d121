/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <linux/dma-heap.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "core/doctor/doctor.h"
#include "core/node.h"

/* Every dma-heap, by a buffer of it. */

#define FRAME (1920 * 1080 * 2)

static const struct weir_finding about = {
	.about = "/dev/dma_heap",
	.ability = "dma-heap",
	.cost = "no contiguous memory for cameras and displays that take nothing else; where "
		"udmabuf "
		"or the camera's own buffers serve, nothing",
};

/* 0 or -errno, and which call it was. */
static int allocate(const char *path, const char **what)
{
	struct dma_heap_allocation_data data = { .len = FRAME, .fd_flags = O_RDWR | O_CLOEXEC };
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;

	*what = "open";
	if (fd < 0)
		return -errno;
	*what = "DMA_HEAP_IOCTL_ALLOC";
	if (ioctl(fd, DMA_HEAP_IOCTL_ALLOC, &data) < 0)
		err = -errno;
	else
		close((int)data.fd);
	close(fd);
	return err;
}

static int examine(const struct weir_doctor *doctor, const char *path)
{
	struct weir_finding finding = about;
	char text[WEIR_ERRNO_TEXT], remedy[256];
	const char *what;
	int err = allocate(path, &what);

	finding.about = path;
	finding.verdict = err ? WEIR_MISSING : WEIR_WORKS;
	if (!err)
		return weir_doctor_tell(doctor, &finding, "gave the memory of a 1080p frame");
	if (err == -EACCES || err == -EPERM) {
		weir_node_remedy(path, "SUBSYSTEM==\"dma_heap\"", "video", remedy, sizeof(remedy));
		finding.remedy = remedy;
	} else if (err == -ENOMEM) {
		finding.remedy = "reserve contiguous memory: cma=128M on the kernel's command line";
	}
	return weir_doctor_tell(doctor, &finding, "%s: %s", what, weir_errno_text(err, text));
}

int weir_examine_heaps(const struct weir_doctor *doctor)
{
	struct weir_finding none = about;
	int stopped = 0;
	glob_t heaps;

	none.verdict = WEIR_MISSING;
	none.remedy = "a kernel with CONFIG_DMABUF_HEAPS_SYSTEM (Debian: 6.12 and later)";
	if (glob("/dev/dma_heap/*", 0, NULL, &heaps) != 0)
		return weir_doctor_tell(doctor, &none, "this kernel has none");
	for (size_t i = 0; i < heaps.gl_pathc && !stopped; i++)
		stopped = examine(doctor, heaps.gl_pathv[i]);
	globfree(&heaps);
	return stopped;
}
