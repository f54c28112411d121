/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What core/cpu_access.c asks of a dma-buf's exporter, seen from the exporter: ioctl() is ours here
 * and keeps a state a descriptor. An END before its START, a START inside a bracket or an END with
 * other flags than its START fails at once, whatever is being tested. */

#include "tests/contract/stand.h"

#include <errno.h>
#include <linux/dma-buf.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#define PARTS  2
#define ALWAYS 1000000

/* One exporter a dma-buf. */
struct exporter {
	int fd;
	bool open;
	uint64_t flags;
	unsigned starts, ends, refused;
	int error;      /* it answers with, … */
	uint64_t edge;  /* … to this edge, … */
	unsigned times; /* … so often */
};

static struct exporter exporters[PARTS];
static unsigned other_ioctls;

int __wrap_ioctl(int fd, unsigned long request, ...);

static int answer(struct exporter *exporter, uint64_t flags)
{
	uint64_t edge = flags & DMA_BUF_SYNC_END, access = flags & DMA_BUF_SYNC_RW;

	assert_int_equal(flags & ~(uint64_t)DMA_BUF_SYNC_VALID_FLAGS_MASK, 0);
	assert_int_not_equal(access, 0);
	assert_int_equal(exporter->open, edge == DMA_BUF_SYNC_END);
	if (exporter->open)
		assert_int_equal(access, exporter->flags);
	if (exporter->times && exporter->edge == edge) {
		exporter->times--;
		exporter->refused++;
		errno = exporter->error;
		return -1;
	}
	exporter->open = edge != DMA_BUF_SYNC_END;
	exporter->flags = access;
	exporter->starts += exporter->open;
	exporter->ends += !exporter->open;
	return 0;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	const struct dma_buf_sync *sync;
	va_list args;

	va_start(args, request);
	sync = va_arg(args, const struct dma_buf_sync *);
	va_end(args);
	for (unsigned i = 0; i < PARTS; i++)
		if (request == DMA_BUF_IOCTL_SYNC && exporters[i].fd == fd)
			return answer(&exporters[i], sync->flags);
	other_ioctls++;
	errno = ENOTTY;
	return -1;
}

/* ---- a slab with dma-bufs that only the fake knows ---- */

struct fixture {
	struct weir_slab *slab;
	struct weir_frame *frame;
	struct weir_pixels pixels;
};

static int set_up(void **state)
{
	const struct weir_slab_settings settings = {
		.slots = 1, .frame_bytes = 8192, .no_lock = true
	};
	const struct weir_video video = {
		.format = weir_format_by_name("NV12"), .width = 64, .height = 48
	};
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	assert_int_equal(weir_slab_create(&weir_memory_host, &settings, &fixture->slab), 0);
	for (unsigned i = 0; i < PARTS; i++) {
		exporters[i] = (struct exporter){ .fd = memfd_create("fake", MFD_CLOEXEC) };
		assert_true(exporters[i].fd >= 0);
	}
	fixture->slab->slots[0].parts[0].dmabuf = exporters[0].fd;
	stand_describe_slots(fixture->slab, &video);
	fixture->frame = weir_slot_issue(weir_slab_take(fixture->slab));
	other_ioctls = 0;
	*state = fixture;
	return 0;
}

/* Two parts a slot, one a plane, as a device that wants planes apart makes them. */
static void split(struct fixture *fixture)
{
	struct weir_slot *slot = fixture->frame->slot;

	slot->n_parts = PARTS;
	slot->parts[1].memory = slot->parts[0].memory + fixture->frame->info.plane[1].offset;
	slot->parts[1].dmabuf = exporters[1].fd;
	fixture->frame->info.plane[1].offset = 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	bool balanced = true;

	weir_frame_unref(&fixture->frame);
	weir_slab_unref(&fixture->slab);
	for (unsigned i = 0; i < PARTS; i++) {
		balanced &= !exporters[i].open && exporters[i].starts == exporters[i].ends;
		close(exporters[i].fd);
	}
	free(fixture);
	return balanced && !other_ioctls ? 0 : -1;
}

static int begin(struct fixture *fixture, enum weir_cpu_access access)
{
	return weir_frame_begin_cpu(fixture->frame, access, &fixture->pixels);
}

static int end(struct fixture *fixture)
{
	return weir_frame_end_cpu(fixture->frame);
}

static void expect_syncs(const struct fixture *fixture, unsigned starts, unsigned ends)
{
	assert_int_equal(exporters[0].starts, starts);
	assert_int_equal(exporters[0].ends, ends);
	assert_int_equal(atomic_load(&fixture->slab->syncs), starts + ends);
}

/* ---- what is asked for ---- */

static void access_is_told_in_both_directions(void **state)
{
	static const struct {
		enum weir_cpu_access access;
		uint64_t flags;
	} rows[] = {
		{ WEIR_CPU_READ, DMA_BUF_SYNC_READ },
		{ WEIR_CPU_WRITE, DMA_BUF_SYNC_WRITE },
		{ WEIR_CPU_RW, DMA_BUF_SYNC_RW },
	};
	struct fixture *fixture = *state;

	for (unsigned i = 0; i < WEIR_COUNT(rows); i++) {
		assert_int_equal(begin(fixture, rows[i].access), 0);
		assert_true(exporters[0].open);
		assert_int_equal(exporters[0].flags, rows[i].flags);
		assert_int_equal(end(fixture), 0);
		assert_false(exporters[0].open);
		expect_syncs(fixture, i + 1, i + 1);
	}
}

static void nested_brackets_sync_once(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 3; i++)
		assert_int_equal(begin(fixture, WEIR_CPU_READ), 0);
	expect_syncs(fixture, 1, 0);
	assert_int_equal(end(fixture), 0);
	assert_int_equal(end(fixture), 0);
	expect_syncs(fixture, 1, 0);
	assert_int_equal(end(fixture), 0);
	expect_syncs(fixture, 1, 1);

	assert_int_equal(begin(fixture, WEIR_CPU_RW), 0);
	assert_int_equal(begin(fixture, WEIR_CPU_READ), 0);
	assert_int_equal(begin(fixture, WEIR_CPU_WRITE), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(end(fixture), 0);
	expect_syncs(fixture, 2, 2);
}

/* A write inside a read would need what the START did not ask for. */
static void wider_access_inside_is_refused(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(begin(fixture, WEIR_CPU_READ), 0);
	assert_int_equal(begin(fixture, WEIR_CPU_WRITE), -EBUSY);
	assert_int_equal(begin(fixture, WEIR_CPU_RW), -EBUSY);
	expect_syncs(fixture, 1, 0);
	assert_int_equal(end(fixture), 0);
	expect_syncs(fixture, 1, 1);
}

/* Two holders, one bracket of the dma-buf. */
static void views_share_the_bracket(void **state)
{
	struct fixture *fixture = *state;
	struct weir_frame *other = weir_frame_ref(fixture->frame);
	struct weir_pixels pixels;

	assert_int_equal(begin(fixture, WEIR_CPU_READ), 0);
	assert_int_equal(weir_frame_begin_cpu(other, WEIR_CPU_READ, &pixels), 0);
	assert_int_equal(end(fixture), 0);
	expect_syncs(fixture, 1, 0);
	assert_int_equal(weir_frame_end_cpu(other), 0);
	expect_syncs(fixture, 1, 1);
	weir_frame_unref(&other);
}

static void *read_often(void *data)
{
	struct weir_frame *frame = data;
	struct weir_pixels pixels;

	for (int i = 0; i < 1000; i++) {
		assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
		assert_int_equal(weir_frame_end_cpu(frame), 0);
	}
	weir_frame_unref(&frame);
	return NULL;
}

/* However the brackets of two threads overlap, the exporter sees them one after the other. */
static void threads_never_mix_edges(void **state)
{
	struct fixture *fixture = *state;
	pthread_t threads[2];

	for (unsigned i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, read_often,
					 weir_frame_ref(fixture->frame)),
			0);
	for (unsigned i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	assert_in_range(exporters[0].starts, 1, 2000);
	expect_syncs(fixture, exporters[0].starts, exporters[0].starts);
}

static void nothing_is_asked_without_need(void **state)
{
	struct fixture *fixture = *state;

	fixture->slab->synced = false; /* nobody but the CPU uses it */
	assert_int_equal(begin(fixture, WEIR_CPU_RW), 0);
	assert_int_equal(end(fixture), 0);
	fixture->slab->synced = true;
	fixture->frame->slot->parts[0].dmabuf = -1; /* there is nobody to ask */
	assert_int_equal(begin(fixture, WEIR_CPU_RW), 0);
	assert_int_equal(end(fixture), 0);
	expect_syncs(fixture, 0, 0);
}

static void every_part_is_synced(void **state)
{
	struct fixture *fixture = *state;

	split(fixture);
	assert_int_equal(begin(fixture, WEIR_CPU_READ), 0);
	assert_ptr_equal(fixture->pixels.data[1], fixture->frame->slot->parts[1].memory);
	assert_true(exporters[0].open && exporters[1].open);
	assert_int_equal(end(fixture), 0);
	for (unsigned i = 0; i < PARTS; i++)
		assert_int_equal(exporters[i].starts, 1);
	assert_int_equal(atomic_load(&fixture->slab->syncs), 4);
}

/* ---- what the exporter may answer ---- */

static void not_yet_is_asked_again(void **state)
{
	const int errors[] = { EINTR, EAGAIN };
	const uint64_t edges[] = { DMA_BUF_SYNC_START, DMA_BUF_SYNC_END };
	struct fixture *fixture = *state;

	for (unsigned e = 0; e < WEIR_COUNT(errors); e++) {
		for (unsigned i = 0; i < WEIR_COUNT(edges); i++) {
			exporters[0].error = errors[e];
			exporters[0].edge = edges[i];
			exporters[0].times = 5;
			assert_int_equal(begin(fixture, WEIR_CPU_READ), 0);
			assert_int_equal(end(fixture), 0);
			assert_int_equal(exporters[0].times, 0);
		}
	}
	assert_int_equal(exporters[0].refused, 20);
	assert_int_equal(exporters[0].starts, 4);
}

/* No bracket is open then: neither ours nor the exporter's, of any part. */
static void refused_start_opens_nothing(void **state)
{
	struct fixture *fixture = *state;

	split(fixture);
	for (unsigned i = 0; i < PARTS; i++) {
		exporters[i].error = EINVAL;
		exporters[i].edge = DMA_BUF_SYNC_START;
		exporters[i].times = ALWAYS;
		assert_int_equal(begin(fixture, WEIR_CPU_READ), -EIO);
		assert_false(exporters[0].open || exporters[1].open);
		exporters[i].times = 0;
		assert_int_equal(begin(fixture, WEIR_CPU_WRITE), 0); /* as if nothing had been */
		assert_int_equal(end(fixture), 0);
	}
}

/* Our bracket is closed then, and so are those of the other parts. */
static void refused_end_is_told(void **state)
{
	struct fixture *fixture = *state;

	split(fixture);
	exporters[0].error = EIO;
	exporters[0].edge = DMA_BUF_SYNC_END;
	exporters[0].times = 1;
	assert_int_equal(begin(fixture, WEIR_CPU_WRITE), 0);
	assert_int_equal(end(fixture), -EIO);
	assert_true(exporters[0].open); /* it said so */
	assert_false(exporters[1].open);
	exporters[0].open = false;
	exporters[0].ends++;
	assert_int_equal(begin(fixture, WEIR_CPU_READ), 0);
	assert_int_equal(end(fixture), 0);
}

#ifndef WEIR_DEBUG_CHECKS
/* Where it does not abort, a forgotten END is made up for before the device gets the buffer. */
static void release_closes_the_bracket(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(begin(fixture, WEIR_CPU_READ), 0);
	assert_int_equal(begin(fixture, WEIR_CPU_READ), 0);
	weir_frame_unref(&fixture->frame);
	expect_syncs(fixture, 1, 1);
}
#endif

#define sync_test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		sync_test(access_is_told_in_both_directions),
		sync_test(nested_brackets_sync_once),
		sync_test(wider_access_inside_is_refused),
		sync_test(views_share_the_bracket),
		sync_test(threads_never_mix_edges),
		sync_test(nothing_is_asked_without_need),
		sync_test(every_part_is_synced),
		sync_test(not_yet_is_asked_again),
		sync_test(refused_start_opens_nothing),
		sync_test(refused_end_is_told),
#ifndef WEIR_DEBUG_CHECKS
		sync_test(release_closes_the_bracket),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
