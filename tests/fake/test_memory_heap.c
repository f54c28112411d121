/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Which dma-heap a slab comes from: open() and ioctl() are ours here, and heaps are memfds that
 * have room for so many buffers. */

#include <dirent.h>
#include <errno.h>
#include <linux/dma-heap.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/slab.h"
#include "tests/unit/captured.h"

#define SLOTS 3

static struct heap {
	const char *path;
	int open_error, error; /* of open() and of DMA_HEAP_IOCTL_ALLOC */
	unsigned room;         /* buffers */
	int fd;
	unsigned n_opened, n_allocated;
} heaps[2];

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	if (strncmp(path, "/dev/dma_heap/", 14))
		return __real_open(path, flags);
	for (size_t i = 0; i < 2; i++) {
		if (!heaps[i].path || strcmp(heaps[i].path, path) != 0)
			continue;
		errno = heaps[i].open_error;
		if (errno)
			return -1;
		heaps[i].n_opened++;
		heaps[i].fd = memfd_create(path, MFD_CLOEXEC);
		return heaps[i].fd;
	}
	errno = ENOENT;
	return -1;
}

static int allocate(struct heap *heap, struct dma_heap_allocation_data *data)
{
	int fd;

	if (heap->n_allocated >= heap->room) {
		errno = heap->error;
		return -1;
	}
	heap->n_allocated++;
	fd = memfd_create("buffer", MFD_CLOEXEC);
	assert_int_equal(ftruncate(fd, (off_t)data->len), 0);
	data->fd = (uint32_t)fd;
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...)
{
	struct dma_heap_allocation_data *data;
	va_list args;

	va_start(args, request);
	data = va_arg(args, void *);
	va_end(args);
	assert_true(request == DMA_HEAP_IOCTL_ALLOC);
	for (size_t i = 2; i-- > 0;) /* the later one may have the number of the one before */
		if (heaps[i].n_opened && heaps[i].fd == fd)
			return allocate(&heaps[i], data);
	fail_msg("descriptor %d is no heap", fd);
	return -1;
}

static unsigned open_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned n = 0;

	assert_non_null(folder);
	while (readdir(folder))
		n++;
	closedir(folder);
	return n;
}

/* Whether they can be had; nothing is left of them either way. */
static int make(struct captured *heard)
{
	struct weir_slab_settings settings = { .slots = SLOTS, .frame_bytes = 5000 };
	struct weir_slab *slab = NULL;
	unsigned fds = open_fds();
	int err;

	captured_init(heard);
	settings.log = &heard->log;
	err = weir_slab_create(&weir_memory_heap, &settings, &slab);
	if (!err) {
		for (unsigned i = 0; i < SLOTS; i++) {
			assert_true(slab->slots[i].parts[0].dmabuf >= 0);
			assert_non_null(slab->slots[i].parts[0].memory);
		}
		weir_slab_unref(&slab);
	}
	assert_int_equal(open_fds(), fds);
	return err;
}

static void set_up(unsigned contiguous, unsigned scattered, int error)
{
	heaps[0] = (struct heap){
		.path = "/dev/dma_heap/linux,cma", .room = contiguous, .error = error
	};
	heaps[1] = (struct heap){
		.path = "/dev/dma_heap/system", .room = scattered, .error = error
	};
}

static void test_contiguous_memory_comes_first(void **state)
{
	struct captured heard;

	(void)state;
	set_up(SLOTS, SLOTS, ENOMEM);
	assert_int_equal(make(&heard), 0);
	assert_int_equal(heaps[0].n_allocated, SLOTS);
	assert_int_equal(heaps[1].n_opened, 0);
}

static void test_where_it_is_scarce_the_systems_heap_serves(void **state)
{
	struct captured heard;

	(void)state;
	for (unsigned room = 0; room < SLOTS; room++) {
		set_up(room, SLOTS, ENOMEM);
		assert_int_equal(make(&heard), 0);
		assert_int_equal(heaps[1].n_allocated, SLOTS);
	}
	set_up(0, SLOTS, 0);
	heaps[0].open_error = EACCES;
	assert_int_equal(make(&heard), 0);
}

static void test_no_room_anywhere(void **state)
{
	struct captured heard;

	(void)state;
	set_up(1, 2, ENOMEM);
	assert_int_equal(make(&heard), -ENOMEM);
	assert_non_null(strstr(heard.line, "no dma-heap for 3 frames of 5000 bytes: Cannot alloc"));

	set_up(SLOTS, SLOTS, 0);
	heaps[0].open_error = heaps[1].open_error = EACCES;
	assert_int_equal(make(&heard), -EACCES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contiguous_memory_comes_first),
		cmocka_unit_test(test_where_it_is_scarce_the_systems_heap_serves),
		cmocka_unit_test(test_no_room_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
