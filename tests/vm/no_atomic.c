/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Loaded before libc, makes every graphics driver one without atomic modesetting. */

#include <errno.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <xf86drm.h>

__attribute__((visibility("default"))) int ioctl(int fd, unsigned long request, ...)
{
	const struct drm_set_client_cap *cap;
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	cap = arg;
	if (request == DRM_IOCTL_SET_CLIENT_CAP && cap->capability == DRM_CLIENT_CAP_ATOMIC) {
		errno = EOPNOTSUPP;
		return -1;
	}
	return (int)syscall(SYS_ioctl, fd, request, arg);
}
