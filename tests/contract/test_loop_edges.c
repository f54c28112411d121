/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What core/loop.h promises about watches that are told only what is new. */
#include <pthread.h>
#include <sys/eventfd.h>

#include "loop_fixture.h"

#define ROUNDS 2000

/* An eventfd: each write is news, whatever was there before. */
struct bell {
	struct fixture *fixture;
	struct weir_watch watch;
	int fd;
	bool takes;
	unsigned calls, stop_after;
	uint64_t taken, stop_at;
};

static void rung(struct weir_watch *watch, uint32_t events)
{
	struct bell *bell = watch->data;
	uint64_t count;

	assert_int_equal(events, POLLIN);
	bell->calls++;
	if (bell->takes && read(bell->fd, &count, sizeof(count)) == sizeof(count))
		bell->taken += count;
	if (bell->calls == bell->stop_after || (bell->stop_at && bell->taken >= bell->stop_at))
		weir_loop_stop(bell->fixture->loop);
}

static void open_bell(struct bell *bell, struct fixture *fixture, bool edge)
{
	*bell = (struct bell){ .fixture = fixture };
	bell->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(bell->fd >= 0);
	bell->watch = (struct weir_watch){ .ready = rung, .data = bell, .edge = edge };
}

static void watch_bell(struct bell *bell)
{
	assert_int_equal(
		weir_loop_watch(bell->fixture->loop, &bell->watch, bell->fd, POLLIN), 0);
}

static void close_bell(struct bell *bell)
{
	weir_loop_unwatch(bell->fixture->loop, &bell->watch);
	close(bell->fd);
}

static void ring(const struct bell *bell)
{
	uint64_t one = 1;

	assert_int_equal(write(bell->fd, &one, sizeof(one)), sizeof(one));
}

static void what_is_left_is_not_told_for_ever(void **state)
{
	struct bell bell;

	open_bell(&bell, *state, true);
	watch_bell(&bell);
	ring(&bell);
	bell.stop_after = 1;
	run(*state);
	bell.stop_after = 0;
	run_for(*state, 20 * MS);
	assert_in_range(bell.calls, 1, 2); /* the second in vain */
	close_bell(&bell);
}

static void what_comes_on_top_is_told(void **state)
{
	struct bell bell;

	open_bell(&bell, *state, true);
	watch_bell(&bell);
	for (unsigned i = 1; i <= 100; i++) {
		ring(&bell);
		bell.stop_after = bell.calls + 1;
		run(*state);
	}
	assert_int_equal(bell.taken, 0);
	close_bell(&bell);
}

static void what_was_there_before_is_told(void **state)
{
	struct bell bell;

	open_bell(&bell, *state, true);
	ring(&bell);
	bell.stop_after = 1;
	watch_bell(&bell);
	run(*state);
	weir_loop_unwatch(bell.fixture->loop, &bell.watch);

	/* And again to the same watch. */
	bell.stop_after = 2;
	watch_bell(&bell);
	run(*state);
	close_bell(&bell);
}

static void a_second_one_is_told_too(void **state)
{
	struct bell first, second;

	open_bell(&first, *state, true);
	open_bell(&second, *state, true);
	close(second.fd);
	second.fd = first.fd;
	watch_bell(&first);
	ring(&first);
	first.stop_after = 1;
	run(*state);
	first.stop_after = 0;
	second.stop_after = 1;
	watch_bell(&second);
	run(*state);
	assert_int_equal(second.calls, 1);
	weir_loop_unwatch(second.fixture->loop, &second.watch);
	close_bell(&first);
}

static void *ring_on(void *data)
{
	const struct bell *bell = data;
	unsigned seed = 4711;

	for (unsigned i = 0; i < ROUNDS; i++) {
		uint64_t one = 1;

		if (write(bell->fd, &one, sizeof(one)) != sizeof(one))
			return NULL;
		for (unsigned pause = (unsigned)rand_r(&seed) % 512; pause; pause--)
			__asm__ volatile("" ::: "memory");
	}
	return NULL;
}

static void nothing_is_lost_to_whoever_takes_all(void **state)
{
	struct bell bell;
	pthread_t thread;

	open_bell(&bell, *state, true);
	bell.takes = true;
	bell.stop_at = ROUNDS;
	watch_bell(&bell);
	assert_int_equal(pthread_create(&thread, NULL, ring_on, &bell), 0);
	run(*state);
	pthread_join(thread, NULL);
	assert_int_equal(bell.taken, ROUNDS);
	close_bell(&bell);
}

static void a_level_beside_it_is_told_on(void **state)
{
	struct bell bell, level;

	open_bell(&bell, *state, true);
	open_bell(&level, *state, false);
	close(level.fd);
	level.fd = bell.fd;
	watch_bell(&bell);
	watch_bell(&level);
	ring(&bell);
	level.stop_after = 10;
	run(*state);
	assert_true(bell.calls >= 1);

	/* Which changes nothing for the one that stays. */
	weir_loop_unwatch(level.fixture->loop, &level.watch);
	bell.calls = 0;
	run_for(*state, 20 * MS);
	assert_in_range(bell.calls, 0, 2);
	close_bell(&bell);
}

static void leave(struct weir_watch *watch, uint32_t events)
{
	struct bell *bell = watch->data;

	rung(watch, events);
	weir_loop_unwatch(bell->fixture->loop, watch);
}

static void it_goes_in_its_own_callback(void **state)
{
	struct bell bell;

	open_bell(&bell, *state, true);
	bell.watch.ready = leave;
	watch_bell(&bell);
	ring(&bell);
	ring(&bell);
	bell.stop_after = 1;
	run(*state);
	bell.stop_after = 0;
	run_for(*state, 20 * MS);
	assert_int_equal(bell.calls, 1);
	ring(&bell);
	run_for(*state, 20 * MS);
	assert_int_equal(bell.calls, 1);
	close(bell.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_is_not_told_for_ever),
		cmocka_unit_test(what_comes_on_top_is_told),
		cmocka_unit_test(what_was_there_before_is_told),
		cmocka_unit_test(a_second_one_is_told_too),
		cmocka_unit_test(nothing_is_lost_to_whoever_takes_all),
		cmocka_unit_test(a_level_beside_it_is_told_on),
		cmocka_unit_test(it_goes_in_its_own_callback),
	};

	return run_on_each_backend(tests, WEIR_COUNT(tests));
}
