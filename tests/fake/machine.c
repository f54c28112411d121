/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#ifdef WEIR_HAVE_LIBURING
#include <liburing.h>
#endif

static struct machine now;

void machine_is(const struct machine *machine)
{
	now = *machine;
}

bool machine_has_contiguous_heap(void)
{
	return !now.heap && !now.scattered;
}

/* ---- devices ---- */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

static int answer(int error)
{
	errno = error;
	return error ? -1 : __real_open("/dev/null", O_RDWR | O_CLOEXEC);
}

int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, mode_t);
	va_end(args);
	if (!strcmp(path, "/dev/udmabuf"))
		return answer(now.udmabuf);
	if (!strcmp(path, "/dev/dma_heap/system"))
		return answer(now.heap);
	if (!strcmp(path, "/dev/dma_heap/linux,cma"))
		return answer(now.scattered ? ENOENT : now.heap);
	if (!strncmp(path, "/dev/dma_heap/", 14))
		return answer(ENOENT);
	return __real_open(path, flags, mode);
}

/* ---- limits ---- */

int __wrap_mlock2(const void *at, size_t length, unsigned flags);
int __wrap_mlock2(const void *at, size_t length, unsigned flags)
{
	(void)at;
	errno = flags == MLOCK_ONFAULT ? ENOMEM : EINVAL;
	return flags == MLOCK_ONFAULT && (!now.memlock_kib || length <= now.memlock_kib << 10) ? 0
											       : -1;
}

int __real_getrlimit(int resource, struct rlimit *limit);
int __wrap_getrlimit(int resource, struct rlimit *limit);
int __wrap_getrlimit(int resource, struct rlimit *limit)
{
	if (resource != RLIMIT_MEMLOCK)
		return __real_getrlimit(resource, limit);
	limit->rlim_cur = limit->rlim_max =
		now.memlock_kib ? (rlim_t)now.memlock_kib << 10 : RLIM_INFINITY;
	return 0;
}

/* ---- io_uring ---- */

FILE *__real_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode)
{
	static char off[] = "2\n", on[] = "0\n";

	if (strcmp(path, "/proc/sys/kernel/io_uring_disabled") != 0)
		return __real_fopen(path, mode);
	return fmemopen(now.uring_off ? off : on, 2, "r");
}

#ifdef WEIR_HAVE_LIBURING
int __real_io_uring_queue_init_params(
	unsigned entries, struct io_uring *ring, struct io_uring_params *params);
int __wrap_io_uring_queue_init_params(
	unsigned entries, struct io_uring *ring, struct io_uring_params *params);
int __wrap_io_uring_queue_init_params(
	unsigned entries, struct io_uring *ring, struct io_uring_params *params)
{
	return now.uring ? -now.uring : __real_io_uring_queue_init_params(entries, ring, params);
}
#endif
