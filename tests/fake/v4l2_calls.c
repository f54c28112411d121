/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/dma-buf.h>
#include <linux/udmabuf.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "capture/v4l2/identity.h"
#include "core/clock.h"
#include "tests/fake/v4l2.h"
#include "tests/unit/cmocka_all.h"

/* The system calls by which the library finds the fake camera and /dev/udmabuf. */

/* ---- udmabuf ---- */

/* A udmabuf is the memfd and a place in it; an exported buffer is a memfd of its own. */
static struct {
	int fd;
	off_t offset;
} udmabufs[FAKE_BUFFERS * WEIR_MAX_PLANES];
static unsigned n_udmabufs;

off_t fake_udmabuf_offset(int dmabuf)
{
	for (unsigned i = 0; i < n_udmabufs; i++)
		if (udmabufs[i].fd == dmabuf)
			return udmabufs[i].offset;
	return 0;
}

void fake_forget_udmabuf(int fd)
{
	for (unsigned i = 0; i < n_udmabufs; i++)
		if (udmabufs[i].fd == fd)
			udmabufs[i--] = udmabufs[--n_udmabufs];
}

static int create_udmabuf(uint32_t memfd, uint64_t offset)
{
	int fd = fcntl((int)memfd, F_DUPFD_CLOEXEC, 0);

	assert_true(fd >= 0);
	fake_forget_udmabuf(fd);
	assert_true(n_udmabufs < sizeof(udmabufs) / sizeof(udmabufs[0]));
	udmabufs[n_udmabufs].fd = fd;
	udmabufs[n_udmabufs++].offset = (off_t)offset;
	return fd;
}

static int create_plain(const struct udmabuf_create *create)
{
	return create_udmabuf(create->memfd, create->offset);
}

/* To be shown only. */
static int create_list(const struct udmabuf_create_list *create)
{
	assert_true(create->count > 0);
	return create_udmabuf(create->list[0].memfd, create->list[0].offset);
}

/* ---- ioctl ---- */

/* Whatever a run may ask. Each has to be here, so that a test can say that it has met all of them.
 */
static const struct {
	unsigned long request;
	const char *name;
} names[] = {
#define NAME(request)                                                                              \
	{                                                                                          \
		request, #request                                                                  \
	}
	NAME(VIDIOC_QUERYCAP),
	NAME(VIDIOC_ENUM_FMT),
	NAME(VIDIOC_ENUM_FRAMESIZES),
	NAME(VIDIOC_ENUM_FRAMEINTERVALS),
	NAME(VIDIOC_G_FMT),
	NAME(VIDIOC_TRY_FMT),
	NAME(VIDIOC_S_FMT),
	NAME(VIDIOC_G_SELECTION),
	NAME(VIDIOC_S_SELECTION),
	NAME(VIDIOC_G_PARM),
	NAME(VIDIOC_S_PARM),
	NAME(VIDIOC_ENUMINPUT),
	NAME(VIDIOC_G_INPUT),
	NAME(VIDIOC_S_INPUT),
	NAME(VIDIOC_QUERY_DV_TIMINGS),
	NAME(VIDIOC_G_DV_TIMINGS),
	NAME(VIDIOC_S_DV_TIMINGS),
	NAME(VIDIOC_G_CTRL),
	NAME(VIDIOC_QUERY_EXT_CTRL),
	NAME(VIDIOC_QUERYMENU),
	NAME(VIDIOC_G_EXT_CTRLS),
	NAME(VIDIOC_S_EXT_CTRLS),
	NAME(VIDIOC_SUBSCRIBE_EVENT),
	NAME(VIDIOC_DQEVENT),
	NAME(VIDIOC_REQBUFS),
	NAME(VIDIOC_QUERYBUF),
	NAME(VIDIOC_EXPBUF),
	NAME(VIDIOC_QBUF),
	NAME(VIDIOC_DQBUF),
	NAME(VIDIOC_STREAMON),
	NAME(VIDIOC_STREAMOFF),
	NAME(UDMABUF_CREATE),
	NAME(UDMABUF_CREATE_LIST),
	NAME(DMA_BUF_IOCTL_SYNC),
#undef NAME
};

const char *fake_call_name(size_t index)
{
	return index < sizeof(names) / sizeof(names[0]) ? names[index].name : NULL;
}

static size_t index_of(unsigned long request)
{
	size_t i = 0;

	while (i < sizeof(names) / sizeof(names[0]) && names[i].request != (uint32_t)request)
		i++;
	return i;
}

static bool must_fail(const char *name)
{
	return fake.calls == fake.fail_nth || (fake.fail_call && !strcmp(name, fake.fail_call));
}

/* The same for every descriptor: what a call does, unless it is its turn to fail. */
static int answer(int fd, unsigned long request, void *arg)
{
	size_t index = index_of(request);
	const char *name = fake_call_name(index);

	if (!name)
		fail_msg("ioctl %#lx is none that is known", request);
	fake.calls++;
	if (fd == fake.fd && fake.gone)
		return ENODEV;
	if (must_fail(name)) {
		fake.failed = name;
		fake_update_readiness(); /* the next frame is told anew */
		return fake.fail_error;
	}
	fake.made |= 1ull << index;
	if (request == UDMABUF_CREATE || request == UDMABUF_CREATE_LIST ||
		request == DMA_BUF_IOCTL_SYNC)
		return 0;
	return fake_ioctl(request, arg);
}

int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	errno = answer(fd, request, arg);
	if (errno)
		return -1;
	if (request == UDMABUF_CREATE)
		return create_plain(arg);
	return request == UDMABUF_CREATE_LIST ? create_list(arg) : 0;
}

/* ---- open, stat, mmap, close ---- */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_stat(const char *path, struct stat *out);
int __wrap_stat(const char *path, struct stat *out);
int __real_close(int fd);
int __wrap_close(int fd);
void *__real_mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset);

static int open_camera(void)
{
	if (fake.gone) {
		errno = ENODEV;
		return -1;
	}
	assert_int_equal(fake.fd, -1);
	fake.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	fake.opens++;
	return fake.fd;
}

int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, mode_t);
	va_end(args);
	if (!strcmp(path, FAKE_PATH))
		return open_camera();
	if (!strcmp(path, "/dev/udmabuf") && !fake.no_udmabuf)
		return eventfd(0, EFD_CLOEXEC);
	if (strncmp(path, "/dev/udmabuf", 12) && strncmp(path, "/dev/dma_heap", 13))
		return __real_open(path, flags, mode);
	errno = ENOENT;
	return -1;
}

int __wrap_stat(const char *path, struct stat *out)
{
	if (strcmp(path, FAKE_PATH))
		return __real_stat(path, out);
	memset(out, 0, sizeof(*out));
	out->st_mode = S_IFCHR | 0666;
	out->st_rdev = makedev(81, 255);
	return 0;
}

int __wrap_close(int fd)
{
	if (fd >= 0 && fd == fake.fd)
		fake_close();
	fake_forget_udmabuf(fd);
	return __real_close(fd);
}

void *__wrap_mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset)
{
	if (fd < 0 || fd != fake.fd)
		return __real_mmap(at, length, prot, flags, fd, offset);
	return __real_mmap(at, length, prot, flags, fake_memory_at(offset), 0);
}

int __real_weir_loop_arm(struct weir_loop *loop, struct weir_timer *timer, uint64_t deadline_ns);
int __wrap_weir_loop_arm(struct weir_loop *loop, struct weir_timer *timer, uint64_t deadline_ns);
int __wrap_weir_loop_arm(struct weir_loop *loop, struct weir_timer *timer, uint64_t deadline_ns)
{
	return __real_weir_loop_arm(
		loop, timer, timer == fake.hurried ? weir_now_ns() : deadline_ns);
}

/* libv4l2 would call the kernel past us. */
int __wrap_v4l2_fd_open(int fd, int flags);
int __wrap_v4l2_fd_open(int fd, int flags)
{
	(void)fd;
	(void)flags;
	return -1;
}

/* ---- in place of identity.c and hotplug.c: a camera that sysfs does not know ---- */

int weir_v4l2_resolve(const char *text, char *path, size_t size)
{
	snprintf(path, size, "%s", text);
	return 0;
}

int weir_v4l2_identify(const char *path, struct weir_v4l2_identity *out)
{
	assert_string_equal(path, FAKE_PATH);
	*out = (struct weir_v4l2_identity){ .serial = "fake" };
	return 0;
}

int weir_v4l2_locate(const struct weir_v4l2_identity *identity, char *path, size_t size)
{
	assert_string_equal(identity->serial, "fake");
	snprintf(path, size, FAKE_PATH);
	return fake.gone ? -ENODEV : 0;
}

int weir_v4l2_hotplug_open(struct weir_v4l2_hotplug *hotplug, struct weir_loop *loop,
	void (*changed)(void *data), void *data)
{
	hotplug->loop = loop;
	hotplug->changed = changed;
	hotplug->data = data;
	fake.hotplug = hotplug;
	return 0;
}

void weir_v4l2_hotplug_close(struct weir_v4l2_hotplug *hotplug)
{
	assert_ptr_equal(fake.hotplug, hotplug);
	fake.hotplug = NULL;
}
