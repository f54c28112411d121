/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later *
 * Proves the life of a slot: taken, issued, held by many on several threads, handed back once, and
 * memory that outlives its run. */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/slab.h"

static const struct weir_log silent = { .level = WEIR_LOG_SILENT };

static struct weir_slab *make(unsigned slots, size_t bytes)
{
	struct weir_slab_settings settings = {
		.log = &silent, .slots = slots, .frame_bytes = bytes
	};
	struct weir_slab *slab = NULL;

	assert_int_equal(weir_slab_create(&weir_memory_host, &settings, &slab), 0);
	return slab;
}

static void describe(struct weir_slab *slab)
{
	for (unsigned i = 0; i < slab->n_slots; i++) {
		struct weir_frame_info *info = &slab->slots[i].frame.info;

		info->n_planes = 1;
		info->plane[0] =
			(struct weir_frame_plane){ .fd = -1, .stride = 64, .length = 4096 };
	}
}

static void test_slots_do_not_overlap(void **state)
{
	const size_t sizes[] = { 1, 63, 4032, 4033, 4096, 460800, 460801 };

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		struct weir_slab *slab = make(3, sizes[s]);
		const size_t page = (size_t)sysconf(_SC_PAGESIZE);

		for (unsigned i = 0; i < 3; i++) {
			const struct weir_slot *slot = &slab->slots[i];
			const uint8_t *end =
				i < 2 ? slab->slots[i + 1].headroom : slab->base + slab->length;

			assert_int_equal((uintptr_t)slot->parts[0].memory % page, 0);
			assert_int_equal(slot->parts[0].memory - slot->headroom, page);
			assert_true(end - slot->parts[0].memory - (ptrdiff_t)sizes[s] >=
				    WEIR_SLAB_TAILROOM);
			memset(slot->headroom, (int)i, (size_t)(end - slot->headroom));
		}
		assert_int_equal(slab->slots[0].parts[0].memory[0], 0);
		assert_int_equal(slab->slots[1].headroom[0], 1);
		weir_slab_unref(&slab);
		assert_null(slab);
	}
}

static void test_memory_is_sealed_and_resident(void **state)
{
	struct weir_slab *slab = make(2, 100000);
	unsigned char resident[128];
	const size_t pages = slab->length / (size_t)sysconf(_SC_PAGESIZE);

	(void)state;
	assert_int_equal(fcntl(slab->memfd, F_GET_SEALS), F_SEAL_SHRINK | F_SEAL_GROW);
	assert_int_equal(ftruncate(slab->memfd, 0), -1);
	assert_in_range(pages, 1, sizeof(resident));
	assert_int_equal(mincore(slab->base, slab->length, resident), 0);
	for (size_t i = 0; i < pages; i++)
		assert_true(resident[i] & 1);
	weir_slab_unref(&slab);
}

static void test_slots_rotate_and_run_out(void **state)
{
	struct weir_slab *slab = make(3, 4096);
	struct weir_slot *a = weir_slab_take(slab), *b = weir_slab_take(slab);
	struct weir_slot *c = weir_slab_take(slab);

	(void)state;
	assert_int_equal(a->index, 0);
	assert_int_equal(b->index, 1);
	assert_int_equal(c->index, 2);
	assert_null(weir_slab_take(slab));
	assert_int_equal(weir_slab_out(slab), 3);
	weir_slab_put(a);
	weir_slab_put(c);
	assert_ptr_equal(weir_slab_take(slab), a);
	weir_slab_put(a);
	/* The one after the last taken comes first, so that every slot gets its turn. */
	assert_ptr_equal(weir_slab_take(slab), c);
	weir_slab_put(b);
	weir_slab_put(c);
	weir_slab_unref(&slab);
}

static void test_every_slot_of_a_full_slab(void **state)
{
	struct weir_slab *slab = make(WEIR_SLAB_MAX_SLOTS, 16);

	(void)state;
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < WEIR_SLAB_MAX_SLOTS; i++)
			assert_int_equal(weir_slab_take(slab)->index, i);
		assert_null(weir_slab_take(slab));
		for (unsigned i = 0; i < WEIR_SLAB_MAX_SLOTS; i++)
			weir_slab_put(&slab->slots[i]);
	}
	weir_slab_unref(&slab);
}

static void test_generation_names_one_use(void **state)
{
	struct weir_slab *slab = make(1, 4096);
	struct weir_frame *frame = weir_slot_issue(weir_slab_take(slab));
	struct weir_frame *again;
	uint32_t generation = weir_frame_info(frame)->generation;

	(void)state;
	assert_true(weir_frame_is_current(&slab->slots[0].frame, generation));
	weir_frame_unref(&frame);
	assert_null(frame);
	assert_false(weir_frame_is_current(&slab->slots[0].frame, generation));
	again = weir_slot_issue(weir_slab_take(slab));
	assert_false(weir_frame_is_current(again, generation));
	assert_int_equal(weir_frame_info(again)->generation, generation + 1);
	weir_frame_unref(&again);
	weir_slab_unref(&slab);
}

static unsigned views_released;

static void count_release(struct weir_frame *view, void *data)
{
	assert_ptr_equal(view, data);
	views_released++;
}

static void test_views_release_inside_out(void **state)
{
	struct weir_slab *slab = make(1, 4096);
	struct weir_frame *frame = weir_slot_issue(weir_slab_take(slab));
	struct weir_frame inner = { 0 }, outer = { 0 };
	struct weir_frame *handle = &outer;

	(void)state;
	views_released = 0;
	weir_frame_init_view(&inner, frame, count_release, &inner);
	assert_true(weir_frame_is_sole(&inner));
	weir_frame_init_view(&outer, &inner, count_release, &outer);
	assert_ptr_equal(weir_frame_root(&outer), &slab->slots[0].frame);
	weir_frame_ref(&outer);
	assert_false(weir_frame_is_sole(&outer));
	weir_frame_unref(&handle);
	assert_int_equal(views_released, 0);
	handle = &outer;
	weir_frame_unref(&handle);
	assert_int_equal(views_released, 2);
	assert_int_equal(weir_slab_out(slab), 0);
	weir_slab_unref(&slab);
}

static void test_frame_outlives_its_run(void **state)
{
	struct weir_slab *slab = make(2, 4096);
	struct weir_frame *frame = weir_slot_issue(weir_slab_take(slab));
	struct weir_slot *slot = frame->slot;
	unsigned *block = malloc(sizeof(*block));

	(void)state;
	assert_int_equal(weir_slab_attach(slab, block, free), 0);
	weir_slab_unref(&slab);
	memset(slot->parts[0].memory, 7, 4096);
	*block = 1;               /* still there */
	weir_frame_unref(&frame); /* frees all: the sanitizers would tell otherwise */
}

static void test_write_needs_a_sole_holder(void **state)
{
	struct weir_slab *slab = make(1, 4096);
	struct weir_frame *frame, *other;
	struct weir_pixels pixels;

	(void)state;
	describe(slab);
	frame = weir_slot_issue(weir_slab_take(slab));
	other = weir_frame_ref(frame);
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels), -EBUSY);
	weir_frame_unref(&other);
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels), 0);
	assert_ptr_equal(pixels.data[0], slab->slots[0].parts[0].memory);
	/* Inside a write there is nothing to read yet. */
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), -EBUSY);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_RW, &pixels), 0);
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	weir_frame_unref(&frame);
	weir_slab_unref(&slab);
}

/* As in dma-bufs of the program's own, some of which the CPU can map. */
static void test_pixels_need_every_part(void **state)
{
	struct weir_slab_settings settings = { .log = &silent,
		.slots = 1,
		.frame_bytes = 8192,
		.n_parts = 2,
		.part_bytes = { 4096, 4096 } };
	struct weir_frame *frame;
	struct weir_pixels pixels;
	struct weir_slab *slab;

	(void)state;
	assert_int_equal(weir_slab_create(&weir_memory_host, &settings, &slab), 0);
	describe(slab);
	frame = weir_slot_issue(weir_slab_take(slab));
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	slab->slots[0].parts[1].memory = NULL;
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), -EACCES);
	weir_frame_unref(&frame);
	weir_slab_unref(&slab);
}

/* Runs `misuse` in a child and tells whether it was stopped. */
static bool is_stopped(void (*misuse)(struct weir_frame *frame))
{
	struct weir_slab *slab = make(1, 4096);
	struct weir_frame *frame;
	int status = 0;
	pid_t child;

	describe(slab);
	frame = weir_slot_issue(weir_slab_take(slab));
	child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);

		dup2(null, STDERR_FILENO);
		misuse(frame);
		_exit(0);
	}
	waitpid(child, &status, 0);
	weir_frame_unref(&frame);
	weir_slab_unref(&slab);
	return WIFSIGNALED(status) || WEXITSTATUS(status) != 0;
}

static void ref_after_hand_back(struct weir_frame *frame)
{
	struct weir_frame *stale = frame;

	weir_frame_unref(&frame);
	weir_frame_ref(stale);
}

static void unref_twice(struct weir_frame *frame)
{
	struct weir_frame *stale = frame;

	weir_frame_unref(&frame);
	weir_frame_unref(&stale);
}

static void release_in_bracket(struct weir_frame *frame)
{
	struct weir_pixels pixels;

	weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels);
	weir_frame_unref(&frame);
}

static void end_without_begin(struct weir_frame *frame)
{
	weir_frame_end_cpu(frame);
}

static void end_twice(struct weir_frame *frame)
{
	struct weir_pixels pixels;

	weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels);
	weir_frame_end_cpu(frame);
	weir_frame_end_cpu(frame);
}

static void hand_back_while_shown(struct weir_frame *frame)
{
	weir_frame_begin_device(frame, "a display");
	weir_frame_unref(&frame);
}

/* Whoever forgot the one reference took another use of the slot for its own. */
static void shown_in_another_use(struct weir_frame *frame)
{
	struct weir_frame stale = *frame;

	weir_frame_unref(&frame);
	frame = weir_slot_issue(weir_slab_take(stale.slot->slab));
	weir_frame_begin_device(frame, "a display");
	weir_frame_end_device(&stale);
}

static void shown_in_order(struct weir_frame *frame)
{
	weir_frame_begin_device(frame, "a display");
	weir_frame_begin_device(frame, "another");
	weir_frame_end_device(frame);
	weir_frame_end_device(frame);
	weir_frame_unref(&frame);
}

static void test_misuse_is_stopped(void **state)
{
	(void)state;
	assert_false(is_stopped(shown_in_order));
	assert_true(is_stopped(ref_after_hand_back));
	assert_true(is_stopped(unref_twice));
#ifdef WEIR_DEBUG_CHECKS
	assert_true(is_stopped(release_in_bracket));
	assert_true(is_stopped(end_without_begin));
	assert_true(is_stopped(end_twice));
	assert_true(is_stopped(hand_back_while_shown));
	assert_true(is_stopped(shown_in_another_use));
#else
	assert_false(is_stopped(release_in_bracket));
	assert_false(is_stopped(end_without_begin));
	assert_false(is_stopped(end_twice));
	assert_false(is_stopped(hand_back_while_shown));
	assert_false(is_stopped(shown_in_another_use));
#endif
}

struct reader {
	pthread_t thread;
	struct weir_frame *frame;
	uint64_t sum;
};

static void *read_and_release(void *data)
{
	struct reader *reader = data;
	struct weir_pixels pixels;

	for (int i = 0; i < 100; i++) {
		assert_int_equal(weir_frame_begin_cpu(reader->frame, WEIR_CPU_READ, &pixels), 0);
		reader->sum += pixels.data[0][i];
		weir_frame_end_cpu(reader->frame);
	}
	weir_frame_unref(&reader->frame);
	return NULL;
}

static void test_holders_on_many_threads(void **state)
{
	struct weir_slab *slab = make(2, 4096);
	struct reader readers[4];

	(void)state;
	describe(slab);
	for (int round = 0; round < 50; round++) {
		struct weir_frame *frame = weir_slot_issue(weir_slab_take(slab));
		struct weir_pixels pixels;

		assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels), 0);
		memset(pixels.data[0], round, 100);
		weir_frame_end_cpu(frame);
		for (int i = 0; i < 4; i++) {
			readers[i] = (struct reader){ .frame = weir_frame_ref(frame) };
			pthread_create(&readers[i].thread, NULL, read_and_release, &readers[i]);
		}
		weir_frame_unref(&frame);
		for (int i = 0; i < 4; i++) {
			pthread_join(readers[i].thread, NULL);
			assert_int_equal(readers[i].sum, 100 * round);
		}
		assert_int_equal(weir_slab_out(slab), 0);
	}
	weir_slab_unref(&slab);
}

static void count_return(void *data)
{
	++*(unsigned *)data;
}

static void *release_later(void *data)
{
	struct weir_frame *frame = data;

	usleep(1000);
	weir_frame_unref(&frame);
	return NULL;
}

static void stop_loop(void *data)
{
	weir_loop_stop(data);
}

static void test_return_wakes_who_waits(void **state)
{
	struct weir_loop_settings settings = { .log = &silent, .backend = "epoll" };
	struct weir_slab *slab = make(1, 4096);
	struct weir_loop *loop = NULL;
	struct weir_frame *frame;
	unsigned returns = 0;
	pthread_t thread;

	(void)state;
	assert_int_equal(weir_loop_open(&settings, &loop), 0);
	assert_int_equal(weir_slab_listen(slab, loop, count_return, &returns), 0);

	frame = weir_slot_issue(weir_slab_take(slab));
	weir_frame_unref(&frame);
	assert_int_equal(returns, 0); /* nobody asked */

	frame = weir_slot_issue(weir_slab_take(slab));
	weir_slab_want(slab);
	assert_int_equal(returns, 0);
	weir_frame_unref(&frame);
	assert_int_equal(returns, 1);
	weir_slab_want(slab); /* free already: told at once */
	assert_int_equal(returns, 2);
	weir_slab_ignore(slab, loop);

	assert_int_equal(weir_slab_listen(slab, loop, stop_loop, loop), 0);
	frame = weir_slot_issue(weir_slab_take(slab));
	weir_slab_want(slab);
	pthread_create(&thread, NULL, release_later, frame);
	assert_int_equal(weir_loop_run(loop), 0); /* ends because the other thread released */
	pthread_join(thread, NULL);
	weir_slab_ignore(slab, loop);
	weir_loop_close(&loop);
	weir_slab_unref(&slab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slots_do_not_overlap),
		cmocka_unit_test(test_memory_is_sealed_and_resident),
		cmocka_unit_test(test_slots_rotate_and_run_out),
		cmocka_unit_test(test_every_slot_of_a_full_slab),
		cmocka_unit_test(test_generation_names_one_use),
		cmocka_unit_test(test_views_release_inside_out),
		cmocka_unit_test(test_frame_outlives_its_run),
		cmocka_unit_test(test_write_needs_a_sole_holder),
		cmocka_unit_test(test_pixels_need_every_part),
		cmocka_unit_test(test_misuse_is_stopped),
		cmocka_unit_test(test_holders_on_many_threads),
		cmocka_unit_test(test_return_wakes_who_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
