/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xf86drm.h>

#include "core/checked.h"
#include "tests/fake/drm.h"
#include "tests/unit/cmocka_all.h"

/* The card's memory: buffers that it has made (memfds, so that they can be exported and mapped) and
 * those that it was shown. As in the kernel, a buffer has one handle however often it is imported,
 * and the first close ends it. */

int fake_drm_memory(unsigned long request, void *arg); /* for drm.c */
ino_t fake_drm_inode(int fd);
ino_t fake_drm_memory_of(uint32_t handle);

#define FIRST_HANDLE 1000
#define MAP_OFFSET   0x10000000

ino_t fake_drm_inode(int fd)
{
	struct stat status;

	assert_int_equal(fstat(fd, &status), 0);
	return status.st_ino;
}

static struct fake_buffer *buffer_of(uint32_t handle)
{
	struct fake_buffer *buffer = &fake.buffers[handle - FIRST_HANDLE];

	if (handle < FIRST_HANDLE || handle >= FIRST_HANDLE + FAKE_MAX_BUFFERS || !buffer->open)
		return NULL;
	return buffer;
}

static uint32_t handle_of(const struct fake_buffer *buffer)
{
	return FIRST_HANDLE + (uint32_t)(buffer - fake.buffers);
}

static struct fake_buffer *find(ino_t inode)
{
	for (unsigned i = 0; i < FAKE_MAX_BUFFERS; i++)
		if (fake.buffers[i].inode == inode)
			return &fake.buffers[i];
	return NULL;
}

ino_t fake_drm_memory_of(uint32_t handle)
{
	const struct fake_buffer *buffer = buffer_of(handle);

	return buffer ? buffer->inode : 0;
}

unsigned fake_handles(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < FAKE_MAX_BUFFERS; i++)
		n += fake.buffers[i].open;
	return n;
}

void fake_forget_memory(void)
{
	for (unsigned i = 0; i < FAKE_MAX_BUFFERS; i++)
		if (fake.buffers[i].own)
			close(fake.buffers[i].fd);
	memset(fake.buffers, 0, sizeof(fake.buffers));
}

/* ---- what it is asked ---- */

static struct fake_buffer *new_buffer(ino_t inode)
{
	struct fake_buffer *buffer = find(0);

	assert_non_null(buffer);
	*buffer = (struct fake_buffer){ .inode = inode, .open = true, .fd = -1 };
	return buffer;
}

static int create_dumb(struct drm_mode_create_dumb *dumb)
{
	uint32_t align = fake.dumb_align ? fake.dumb_align : 64;
	struct fake_buffer *buffer;
	int fd;

	dumb->pitch = (dumb->width * dumb->bpp / 8 + align - 1) / align * align;
	dumb->size = ((uint64_t)dumb->pitch * dumb->height + 4095) & ~4095ull;
	if (!dumb->size || dumb->size > 1 << 30)
		return ENOMEM;
	fd = memfd_create("fake dumb buffer", MFD_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)dumb->size), 0);
	buffer = new_buffer(fake_drm_inode(fd));
	buffer->own = true;
	buffer->fd = fd;
	dumb->handle = handle_of(buffer);
	fake.dumbs++;
	return 0;
}

static int export(struct drm_prime_handle *request)
{
	struct fake_buffer *buffer = buffer_of(request->handle);

	if (!buffer || !buffer->own)
		return ENOENT;
	buffer->shared = true;
	assert_int_equal(request->flags, DRM_CLOEXEC | DRM_RDWR);
	request->fd = fcntl(buffer->fd, F_DUPFD_CLOEXEC, 0);
	return 0;
}

/* It knows its own, and needs no import then. */
static int import(struct drm_prime_handle *request)
{
	ino_t inode = fake_drm_inode(request->fd);
	struct fake_buffer *buffer = find(inode);

	if (!buffer || !buffer->own) {
		if (fake.import_error)
			return fake.import_error;
		fake.imports++;
	}
	if (!buffer)
		buffer = new_buffer(inode);
	buffer->open = true;
	request->handle = handle_of(buffer);
	return 0;
}

/* What others have too stays; the fake keeps it to the end. */
static int close_handle(uint32_t handle)
{
	struct fake_buffer *buffer = buffer_of(handle);

	if (!buffer) {
		fake.bad_closes++;
		return EINVAL;
	}
	buffer->open = false;
	if (buffer->shared)
		return 0;
	if (buffer->own)
		close(buffer->fd);
	*buffer = (struct fake_buffer){ 0 };
	return 0;
}

static int map_dumb(struct drm_mode_map_dumb *request)
{
	const struct fake_buffer *buffer = buffer_of(request->handle);

	if (!buffer || !buffer->own)
		return ENOENT;
	request->offset = (uint64_t)(handle_of(buffer) - FIRST_HANDLE + 1) * MAP_OFFSET;
	return 0;
}

int fake_drm_memory(unsigned long request, void *arg)
{
	switch (request) {
	case DRM_IOCTL_MODE_CREATE_DUMB:
		return create_dumb(arg);
	case DRM_IOCTL_MODE_MAP_DUMB:
		return map_dumb(arg);
	case DRM_IOCTL_MODE_DESTROY_DUMB:
		return close_handle(((struct drm_mode_destroy_dumb *)arg)->handle);
	case DRM_IOCTL_GEM_CLOSE:
		return close_handle(((struct drm_gem_close *)arg)->handle);
	case DRM_IOCTL_PRIME_HANDLE_TO_FD:
		return export(arg);
	case DRM_IOCTL_PRIME_FD_TO_HANDLE:
		return import(arg);
	default:
		return -1;
	}
}

/* ---- mapping ---- */

void *__wrap_mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset);
void *__real_mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *at, size_t length, int prot, int flags, int fd, off_t offset)
{
	const struct fake_buffer *buffer = fd >= 0 ? find(fake_drm_inode(fd)) : NULL;
	bool through_card = offset >= MAP_OFFSET;

	if (through_card)
		buffer = &fake.buffers[offset / MAP_OFFSET - 1];
	if (!buffer || !buffer->own)
		return __real_mmap(at, length, prot, flags, fd, offset);
	if (through_card ? fake.unmappable_card : fake.unmappable) {
		errno = EOPNOTSUPP;
		return MAP_FAILED;
	}
	fake.card_maps += through_card;
	return __real_mmap(at, length, prot, flags, buffer->fd, 0);
}
