/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* A source whose frames lie in dma-bufs of the program's, for which memfds stand here: ioctl()
 * takes every descriptor for one that is marked so. */

#include <fcntl.h>
#include <linux/dma-buf.h>
#include <sys/mman.h>

#include "tests/contract/feed_stand.h"

#define WIDTH  64
#define HEIGHT 32
#define BYTES  (WIDTH * HEIGHT * 3 / 2)
#define MANY   40

int __wrap_ioctl(int fd, unsigned long request, ...);
int __real_ioctl(int fd, unsigned long request, ...);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list list;
	void *argument;

	va_start(list, request);
	argument = va_arg(list, void *);
	va_end(list);
	if (request == DMA_BUF_IOCTL_SYNC && fcntl(fd, F_GET_SEALS) > F_SEAL_SEAL)
		return 0;
	return __real_ioctl(fd, request, argument);
}

/* The program's memory: NV12 pictures of one value. */
struct memory {
	int fd[MANY];
	unsigned n;
	_Atomic unsigned released[MANY];
};

static void memory_open(struct memory *memory, unsigned n, size_t bytes)
{
	memset(memory, 0, sizeof(*memory));
	memory->n = n;
	for (unsigned i = 0; i < n; i++) {
		uint8_t picture[2 * BYTES];

		memset(picture, (int)i, sizeof(picture));
		memory->fd[i] =
			memfd_create("stands for a dma-buf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		assert_true(memory->fd[i] >= 0);
		assert_int_equal(write(memory->fd[i], picture, bytes), bytes);
		assert_int_equal(fcntl(memory->fd[i], F_ADD_SEALS, F_SEAL_SHRINK), 0);
	}
}

static void memory_close(struct memory *memory)
{
	for (unsigned i = 0; i < memory->n; i++)
		close(memory->fd[i]);
}

static void released(void *data)
{
	++*(_Atomic unsigned *)data;
}

static struct weir_feed_settings nv12(void)
{
	return (struct weir_feed_settings){
		.log = &silent,
		.video = { .format = weir_format_by_name("NV12"),
			.width = WIDTH,
			.height = HEIGHT },
		.dmabufs = true,
	};
}

static struct weir_feed_dmabufs frame_of(struct memory *memory, unsigned i)
{
	return (struct weir_feed_dmabufs){
		.fd = { memory->fd[i], memory->fd[i] },
		.offset = { 0, WIDTH * HEIGHT },
		.stride = { WIDTH, WIDTH },
		.released = released,
		.data = &memory->released[i],
	};
}

static int push(struct feed_stand *stand, struct memory *memory, unsigned i)
{
	struct weir_feed_dmabufs frame = frame_of(memory, i);

	return weir_feed_push_dmabufs(stand->feed, &frame, NULL, FEED_PATIENT);
}

static unsigned all_released(const struct memory *memory)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < memory->n; i++)
		sum += memory->released[i];
	return sum;
}

static void test_buffers_go_round(void **state)
{
	const struct weir_pipeline_settings nothing = { .buffers = 16 };
	const struct weir_feed_settings settings = nv12();
	struct weir_ledger ledger;
	struct feed_stand stand;
	struct memory memory;

	(void)state;
	memory_open(&memory, 4, BYTES);
	feed_build(&stand, &settings, &nothing);
	feed_start(&stand);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(push(&stand, &memory, i % 4), 0);
	feed_finish(&stand);
	assert_int_equal(stand.result, 0);
	assert_int_equal(stand.came, 100);
	assert_int_equal(stand.sum, 25 * (0 + 1 + 2 + 3));
	assert_int_equal(stand.planned, 1);
	assert_int_equal(all_released(&memory), 100);
	assert_int_equal(stand.last.plane[1].offset, WIDTH * HEIGHT);
	weir_pipeline_ledger(stand.pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.user_copied_bytes, 0);
	feed_tear_down(&stand);
	memory_close(&memory);
}

/* The same buffer twice, while the first is still held: two slots stand for it. */
static void test_a_buffer_shown_twice(void **state)
{
	const struct weir_pipeline_settings nothing = { .buffers = 16 };
	const struct weir_feed_settings settings = nv12();
	struct feed_stand stand;
	struct memory memory;

	(void)state;
	memory_open(&memory, 1, BYTES);
	feed_build(&stand, &settings, &nothing);
	stand.keeps = true;
	feed_start(&stand);
	assert_int_equal(push(&stand, &memory, 0), 0);
	assert_int_equal(push(&stand, &memory, 0), 0);
	feed_wait_for(&stand, 2);
	assert_int_equal(memory.released[0], 0);
	assert_int_not_equal(
		weir_frame_info(stand.kept[0])->slot, weir_frame_info(stand.kept[1])->slot);
	weir_frame_unref(&stand.kept[--stand.n_kept]);
	assert_int_equal(memory.released[0], 1);
	feed_let_go(&stand);
	assert_int_equal(memory.released[0], 2);
	feed_finish(&stand);
	feed_tear_down(&stand);
	memory_close(&memory);
}

/* More memory than slots: the run is planned again, and goes on with what comes. */
static void test_more_memory_than_slots(void **state)
{
	const struct weir_pipeline_settings few = { .buffers = 4 };
	const struct weir_feed_settings settings = nv12();
	struct weir_ledger ledger;
	struct feed_stand stand;
	struct memory memory;

	(void)state;
	memory_open(&memory, MANY, BYTES);
	feed_build(&stand, &settings, &few);
	feed_start(&stand);
	for (unsigned i = 0; i < MANY; i++)
		assert_int_equal(push(&stand, &memory, i), 0);
	feed_finish(&stand);
	assert_int_equal(stand.result, 0);
	assert_true(stand.planned > 1);
	assert_int_equal(all_released(&memory), MANY);
	weir_pipeline_ledger(stand.pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.captured + ledger.lost_by_device, MANY);
	assert_int_equal(stand.came, ledger.captured);
	feed_tear_down(&stand);
	memory_close(&memory);
}

static void test_what_does_not_fit(void **state)
{
	const struct weir_pipeline_settings nothing = { 0 };
	const struct weir_feed_settings settings = nv12();
	struct weir_feed_dmabufs frame;
	struct weir_frame *taken = NULL;
	struct feed_stand stand;
	struct memory memory, small;
	int ends[2];

	(void)state;
	memory_open(&memory, 1, BYTES);
	memory_open(&small, 1, BYTES - 1);
	assert_int_equal(pipe(ends), 0);
	feed_build(&stand, &settings, &nothing);
	feed_start(&stand);
	assert_int_equal(push(&stand, &small, 0), -EINVAL);
	frame = frame_of(&memory, 0);
	frame.fd[0] = ends[0];
	assert_int_equal(weir_feed_push_dmabufs(stand.feed, &frame, NULL, FEED_PATIENT), -EINVAL);
	frame = frame_of(&memory, 0);
	frame.stride[0] = WIDTH + 1;
	assert_int_equal(weir_feed_push_dmabufs(stand.feed, &frame, NULL, FEED_PATIENT), -EINVAL);
	frame = frame_of(&memory, 0);
	frame.offset[1] = UINT32_MAX;
	assert_int_equal(weir_feed_push_dmabufs(stand.feed, &frame, NULL, FEED_PATIENT), -EINVAL);
	assert_int_equal(weir_feed_take(stand.feed, FEED_PATIENT, &taken), -EINVAL);
	assert_int_equal(push(&stand, &memory, 0), 0);
	feed_finish(&stand);
	assert_int_equal(stand.came, 1);
	assert_int_equal(all_released(&memory), 1);
	assert_int_equal(all_released(&small), 0);
	feed_tear_down(&stand);
	memory_close(&memory);
	memory_close(&small);
	close(ends[0]);
	close(ends[1]);
}

/* Undelivered frames are the program's again. */
static void test_closing_with_frames_under_way(void **state)
{
	const struct weir_pipeline_settings nothing = { .buffers = 16 };
	const struct weir_feed_settings settings = nv12();
	struct feed_stand stand;
	struct memory memory;

	(void)state;
	memory_open(&memory, 4, BYTES);
	feed_build(&stand, &settings, &nothing);
	feed_start(&stand);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(push(&stand, &memory, i), 0);
	weir_feed_close(&stand.feed);
	pthread_join(stand.thread, NULL);
	feed_tear_down(&stand);
	assert_int_equal(all_released(&memory), 4);
	memory_close(&memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buffers_go_round),
		cmocka_unit_test(test_a_buffer_shown_twice),
		cmocka_unit_test(test_more_memory_than_slots),
		cmocka_unit_test(test_what_does_not_fit),
		cmocka_unit_test(test_closing_with_frames_under_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
