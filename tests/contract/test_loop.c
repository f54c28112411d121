/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What core/loop.h promises about watches and about running and stopping. */
#include <fcntl.h>
#include <sys/eventfd.h>

#include "loop_fixture.h"

/* A pipe whose reading end is watched. */
struct reader {
	struct fixture *fixture;
	struct weir_watch watch;
	int in, out;
	unsigned calls;
	unsigned stop_after;
	uint32_t events;
};

static void count(struct weir_watch *watch, uint32_t events)
{
	struct reader *reader = watch->data;

	reader->events = events;
	if (++reader->calls == reader->stop_after)
		weir_loop_stop(reader->fixture->loop);
}

static void open_reader(struct reader *reader, struct fixture *fixture)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	*reader = (struct reader){ .fixture = fixture, .in = ends[0], .out = ends[1] };
	reader->watch = (struct weir_watch){ .ready = count, .data = reader };
}

static void watch_reader(struct reader *reader)
{
	assert_int_equal(
		weir_loop_watch(reader->fixture->loop, &reader->watch, reader->in, POLLIN), 0);
}

static void close_reader(struct reader *reader)
{
	weir_loop_unwatch(reader->fixture->loop, &reader->watch);
	close(reader->in);
	if (reader->out >= 0)
		close(reader->out);
}

static void put(const struct reader *reader)
{
	assert_int_equal(write(reader->out, "x", 1), 1);
}

static void get(const struct reader *reader)
{
	char byte;

	assert_int_equal(read(reader->in, &byte, 1), 1);
}

static void ready_comes_again_until_it_is_cleared(void **state)
{
	struct reader reader;

	open_reader(&reader, *state);
	watch_reader(&reader);
	put(&reader);
	reader.stop_after = 5;
	run(*state);
	assert_int_equal(reader.calls, 5);
	assert_int_equal(reader.events, POLLIN);
	get(&reader);
	reader.calls = 0;
	/* What was collected before the read may still be told; nothing after it. */
	run_for(*state, 20 * MS);
	assert_true(reader.calls <= 1);
	close_reader(&reader);
}

static void ready_comes_after_the_level_rises_again(void **state)
{
	struct reader reader;

	open_reader(&reader, *state);
	watch_reader(&reader);
	for (unsigned i = 0; i < 100; i++) {
		put(&reader);
		reader.stop_after = reader.calls + 1;
		run(*state);
		get(&reader);
	}
	close_reader(&reader);
}

static void take_and_leave(struct weir_watch *watch, uint32_t events)
{
	struct reader *reader = watch->data;

	(void)events;
	reader->calls++;
	weir_loop_unwatch(reader->fixture->loop, watch);
	/* The memory may be anything from here on. */
	free(watch);
}

static void watch_goes_in_its_own_callback(void **state)
{
	struct fixture *fixture = *state;
	struct weir_watch *watch = calloc(1, sizeof(*watch));
	struct reader reader;

	open_reader(&reader, fixture);
	watch->ready = take_and_leave;
	watch->data = &reader;
	assert_int_equal(weir_loop_watch(fixture->loop, watch, reader.in, POLLIN), 0);
	put(&reader);
	run_for(fixture, 200 * MS);
	assert_int_equal(reader.calls, 1);
	close_reader(&reader);
}

/* Two that are ready in the same turn: whoever is called first removes the other. */
struct duel {
	struct fixture *fixture;
	struct weir_watch *watches[2];
	unsigned calls;
};

static void remove_other(struct weir_watch *watch, uint32_t events)
{
	struct duel *duel = watch->data;
	int other = duel->watches[0] == watch;

	(void)events;
	duel->calls++;
	weir_loop_unwatch(duel->fixture->loop, duel->watches[other]);
	free(duel->watches[other]);
	weir_loop_unwatch(duel->fixture->loop, watch);
	free(watch);
}

static void watch_goes_in_anothers_callback(void **state)
{
	struct duel duel = { .fixture = *state };
	struct reader readers[2];

	for (int i = 0; i < 2; i++) {
		open_reader(&readers[i], *state);
		put(&readers[i]);
		duel.watches[i] = calloc(1, sizeof(*duel.watches[i]));
		duel.watches[i]->ready = remove_other;
		duel.watches[i]->data = &duel;
		assert_int_equal(
			weir_loop_watch(duel.fixture->loop, duel.watches[i], readers[i].in, POLLIN),
			0);
	}
	run_for(*state, 200 * MS);
	assert_int_equal(duel.calls, 1);
	close_reader(&readers[0]);
	close_reader(&readers[1]);
}

static void freed_watch_hears_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	open_reader(&reader, fixture);
	put(&reader);
	for (unsigned i = 0; i < 3000; i++) {
		struct weir_watch *watch = calloc(1, sizeof(*watch));

		watch->ready = count;
		watch->data = &reader;
		assert_int_equal(weir_loop_watch(fixture->loop, watch, reader.in, POLLIN), 0);
		weir_loop_unwatch(fixture->loop, watch);
		free(watch);
	}
	run_for(fixture, 20 * MS);
	assert_int_equal(reader.calls, 0);
	close_reader(&reader);
}

static void rewatch(struct weir_watch *watch, uint32_t events)
{
	struct reader *reader = watch->data;

	count(watch, events);
	weir_loop_unwatch(reader->fixture->loop, watch);
	watch_reader(reader);
}

static void watch_moves_to_itself_in_its_callback(void **state)
{
	struct reader reader;

	open_reader(&reader, *state);
	reader.watch.ready = rewatch;
	watch_reader(&reader);
	put(&reader);
	reader.stop_after = 1000;
	run(*state);
	close_reader(&reader);
}

static void file_closes_with_its_watch(void **state)
{
	struct fixture *fixture = *state;
	struct pollfd other;
	struct reader reader;
	bool closed;

	open_reader(&reader, fixture);
	watch_reader(&reader);
	run_for(fixture, 2 * MS);
	weir_loop_unwatch(fixture->loop, &reader.watch);
	close(reader.in);
	other = (struct pollfd){ .fd = reader.out, .events = 0 };
	/* The polling thread of sqpoll takes its time. */
	closed = poll(&other, 1, strcmp(fixture->backend, "sqpoll") ? 0 : 5000) == 1;
	assert_true(closed);
	assert_int_equal(other.revents, POLLERR);
	close(reader.out);
}

/* More than the rings of a small loop hold, in one turn. */
struct storm {
	struct weir_loop *loop;
	struct reader *reader;
};

static void brew(struct weir_timer *timer)
{
	struct storm *storm = timer->data;

	for (unsigned i = 0; i < 1000; i++) {
		struct weir_watch *watch = &storm->reader->watch;

		assert_int_equal(weir_loop_watch(storm->loop, watch, storm->reader->in, POLLIN), 0);
		weir_loop_unwatch(storm->loop, watch);
	}
	assert_int_equal(
		weir_loop_watch(storm->loop, &storm->reader->watch, storm->reader->in, POLLIN), 0);
}

static void a_storm_of_watches_is_weathered(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;
	struct storm storm = { .reader = &reader };
	struct weir_timer timer = { .fired = brew, .data = &storm };

	weir_loop_close(&fixture->loop);
	assert_int_equal(open_loop(fixture->backend, 2, &fixture->loop), 0);
	storm.loop = fixture->loop;
	open_reader(&reader, fixture);
	put(&reader);
	weir_loop_arm(fixture->loop, &timer, 0);
	reader.stop_after = 3;
	run(fixture);
	assert_int_equal(reader.calls, 3);
	close_reader(&reader);
}

static void hangup_is_told_unasked(void **state)
{
	struct reader reader;

	open_reader(&reader, *state);
	assert_int_equal(weir_loop_watch(reader.fixture->loop, &reader.watch, reader.in, 0), 0);
	close(reader.out);
	reader.out = -1;
	reader.stop_after = 3;
	run(*state);
	assert_int_equal(reader.events, POLLHUP);
	close_reader(&reader);
}

static void two_watches_share_a_descriptor(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;
	struct weir_watch second = { .ready = count };
	struct reader other = { .fixture = fixture };
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	reader = (struct reader){ .fixture = fixture, .in = ends[0], .out = ends[1] };
	reader.watch = (struct weir_watch){ .ready = count, .data = &reader };
	second.data = &other;
	watch_reader(&reader);
	assert_int_equal(weir_loop_watch(fixture->loop, &second, reader.in, POLLOUT), 0);
	other.stop_after = 2;
	run(fixture);
	assert_int_equal(other.events, POLLOUT);
	assert_int_equal(reader.calls, 0);
	weir_loop_unwatch(fixture->loop, &second);
	put(&reader);
	reader.stop_after = 2;
	run(fixture);
	assert_int_equal(reader.events, POLLIN);
	close_reader(&reader);
}

static void what_cannot_be_watched_is_refused(void **state)
{
	struct fixture *fixture = *state;
	struct weir_watch watch = { .ready = count };
	char path[] = "/tmp/weir-loop-XXXXXX";
	int file = mkstemp(path);

	assert_true(file >= 0);
	unlink(path);
	assert_int_equal(weir_loop_watch(fixture->loop, &watch, file, POLLIN), -EPERM);
	close(file);
	assert_int_equal(weir_loop_watch(fixture->loop, &watch, file, POLLIN), -EBADF);
	assert_int_equal(weir_loop_watch(fixture->loop, &watch, -1, POLLIN), -EBADF);
	assert_false(watch.loop.active);
	weir_loop_unwatch(fixture->loop, &watch);
}

static void room_ends_at_the_entries(void **state)
{
	struct fixture *fixture = *state;
	struct weir_watch watches[9] = { 0 };
	struct weir_timer timers[9] = { 0 };
	struct weir_loop *loop = NULL;
	int fd = eventfd(0, EFD_CLOEXEC);

	assert_int_equal(open_loop(fixture->backend, 8, &loop), 0);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(weir_loop_watch(loop, &watches[i], fd, POLLIN), 0);
		assert_int_equal(weir_loop_arm(loop, &timers[i], UINT64_MAX), 0);
	}
	assert_int_equal(weir_loop_watch(loop, &watches[8], fd, POLLIN), -ENOSPC);
	assert_int_equal(weir_loop_arm(loop, &timers[8], 1), -ENOSPC);
	assert_int_equal(weir_loop_watch(loop, &watches[0], fd, POLLIN), -EBUSY);
	weir_loop_unwatch(loop, &watches[3]);
	weir_loop_disarm(loop, &timers[3]);
	assert_int_equal(weir_loop_watch(loop, &watches[8], fd, POLLIN), 0);
	assert_int_equal(weir_loop_arm(loop, &timers[8], 1), 0);
	weir_loop_close(&loop);
	assert_null(loop);
	assert_false(watches[0].loop.active);
	assert_int_equal(timers[0].loop.index, 0);
	close(fd);
}

static void idle_things_can_be_stopped(void **state)
{
	struct fixture *fixture = *state;
	struct weir_watch watch = { 0 };
	struct weir_timer timer = { 0 };
	struct weir_task task = { 0 };
	struct weir_op op = { 0 };

	weir_loop_unwatch(fixture->loop, &watch);
	weir_loop_disarm(fixture->loop, &timer);
	weir_loop_unqueue(fixture->loop, &task);
	weir_loop_cancel(fixture->loop, &op);
	run_for(fixture, MS);
}

static void stop_before_run_returns_at_once(void **state)
{
	struct fixture *fixture = *state;
	struct reader reader;

	open_reader(&reader, fixture);
	watch_reader(&reader);
	put(&reader);
	weir_loop_stop(fixture->loop);
	assert_int_equal(weir_loop_run(fixture->loop), 0);
	assert_int_equal(reader.calls, 0);
	reader.stop_after = 1;
	run(fixture);
	assert_int_equal(reader.calls, 1);
	close_reader(&reader);
}

static void nothing_runs_after_stop_and_nothing_is_lost(void **state)
{
	struct fixture *fixture = *state;
	struct reader readers[8];
	unsigned total = 0;

	for (int i = 0; i < 8; i++) {
		open_reader(&readers[i], fixture);
		readers[i].stop_after = 1;
		watch_reader(&readers[i]);
		put(&readers[i]);
	}
	/* Each run ends with its first callback; each reader is heard, then silenced. */
	for (int round = 1; round <= 8; round++) {
		run(fixture);
		total = 0;
		for (int i = 0; i < 8; i++) {
			total += readers[i].calls;
			if (readers[i].calls)
				weir_loop_unwatch(fixture->loop, &readers[i].watch);
		}
		assert_int_equal(total, round);
	}
	for (int i = 0; i < 8; i++)
		close_reader(&readers[i]);
}

static void run_inside_run(struct weir_timer *timer)
{
	struct fixture *fixture = timer->data;

	assert_int_equal(weir_loop_run(fixture->loop), -EBUSY);
	weir_loop_stop(fixture->loop);
}

static void runs_do_not_nest(void **state)
{
	struct fixture *fixture = *state;
	struct weir_timer timer = { .fired = run_inside_run, .data = fixture };

	assert_int_equal(weir_loop_arm(fixture->loop, &timer, 0), 0);
	run(fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ready_comes_again_until_it_is_cleared),
		cmocka_unit_test(ready_comes_after_the_level_rises_again),
		cmocka_unit_test(watch_goes_in_its_own_callback),
		cmocka_unit_test(watch_goes_in_anothers_callback),
		cmocka_unit_test(freed_watch_hears_nothing),
		cmocka_unit_test(watch_moves_to_itself_in_its_callback),
		cmocka_unit_test(file_closes_with_its_watch),
		cmocka_unit_test(a_storm_of_watches_is_weathered),
		cmocka_unit_test(hangup_is_told_unasked),
		cmocka_unit_test(two_watches_share_a_descriptor),
		cmocka_unit_test(what_cannot_be_watched_is_refused),
		cmocka_unit_test(room_ends_at_the_entries),
		cmocka_unit_test(idle_things_can_be_stopped),
		cmocka_unit_test(stop_before_run_returns_at_once),
		cmocka_unit_test(nothing_runs_after_stop_and_nothing_is_lost),
		cmocka_unit_test(runs_do_not_nest),
	};

	return run_on_each_backend(tests, WEIR_COUNT(tests));
}
