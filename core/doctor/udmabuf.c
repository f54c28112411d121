/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/checked.h"
#include "core/doctor/doctor.h"
#include "core/node.h"
#include "core/slab.h"

/* The device that makes dma-bufs of our own memory, and how large it makes them. */

#define DEVICE     "/dev/udmabuf"
#define PARAMETERS "/sys/module/udmabuf/parameters/"
#define SMALL      65536

static const struct weir_finding about = {
	.about = DEVICE,
	.cost = "cameras write into their own buffers: what goes to network and disk may have to "
		"be "
		"copied, and software sources have nothing to show to a display without a copy",
};

/* As in a run, and as the planner asks cameras: of few pages, each there many times. */
static int make(size_t frame_bytes, bool probe, const struct weir_log *log)
{
	struct weir_slab_settings settings = {
		.log = log, .slots = 1, .frame_bytes = frame_bytes, .no_lock = true, .probe = probe
	};
	struct weir_slab *slab;
	int err = weir_slab_create(&weir_memory_slab, &settings, &slab);

	if (!err)
		weir_slab_unref(&slab);
	return err;
}

/* 0 when it cannot be read. */
static unsigned read_limit(const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned value = 0;

	if (!file)
		return 0;
	if (fscanf(file, "%u", &value) != 1)
		value = 0;
	fclose(file);
	return value;
}

static int tell_limit(const struct weir_doctor *doctor, const char *ability, size_t frame_bytes)
{
	struct weir_finding finding = about;
	struct weir_overheard heard;
	unsigned megabytes = read_limit(PARAMETERS "size_limit_mb");
	unsigned items = read_limit(PARAMETERS "list_limit");
	int err;

	weir_overhear(&heard);
	err = make(frame_bytes, false, &heard.log);
	if (!err)
		err = make(frame_bytes, true, &heard.log);
	finding.ability = ability;
	finding.verdict = err ? WEIR_MISSING : WEIR_WORKS;
	finding.remedy =
		"echo 64 | sudo tee " PARAMETERS "size_limit_mb; echo 1024 | sudo tee " PARAMETERS
		"list_limit; to stay: options udmabuf size_limit_mb=64 list_limit=1024 "
		"in /etc/modprobe.d/weir.conf";
	if (err)
		return weir_doctor_tell(doctor, &finding, "%s", heard.line);
	return weir_doctor_tell(doctor, &finding,
		"%.1f MiB a frame; size_limit_mb is %u, list_limit %u",
		(double)frame_bytes / (1 << 20), megabytes, items);
}

static int tell_missing(const struct weir_doctor *doctor, int err)
{
	struct weir_finding finding = about;
	char text[WEIR_ERRNO_TEXT], remedy[256];

	finding.ability = "udmabuf";
	finding.verdict = WEIR_MISSING;
	finding.remedy = "sudo modprobe udmabuf, and echo udmabuf | sudo tee "
			 "/etc/modules-load.d/weir.conf; it comes with kernels built with "
			 "CONFIG_UDMABUF (Debian: 6.12 and later)";
	if (err == EACCES || err == EPERM) {
		weir_node_remedy(DEVICE, "KERNEL==\"udmabuf\"", "kvm", remedy, sizeof(remedy));
		finding.remedy = remedy;
	}
	return weir_doctor_tell(doctor, &finding, "open: %s", weir_errno_text(err, text));
}

int weir_examine_udmabuf(const struct weir_doctor *doctor)
{
	struct weir_finding finding = about;
	struct weir_overheard heard;
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC), stopped;

	if (fd < 0)
		return tell_missing(doctor, errno);
	close(fd);
	weir_overhear(&heard);
	finding.ability = "udmabuf";
	finding.verdict = make(SMALL, false, &heard.log) ? WEIR_MISSING : WEIR_WORKS;
	stopped = weir_doctor_tell(doctor, &finding, "%s",
		finding.verdict == WEIR_WORKS ? "a dma-buf was made of a memfd" : heard.line);
	if (!stopped && finding.verdict == WEIR_WORKS)
		stopped = tell_limit(doctor, "1080p frames", 1920 * 1080 * 2);
	if (!stopped && finding.verdict == WEIR_WORKS)
		stopped = tell_limit(doctor, "4K frames", 3840 * 2160 * 2);
	return stopped;
}
