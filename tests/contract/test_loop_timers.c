/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What core/loop.h promises about timers and tasks. */
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include "loop_fixture.h"

#define MANY 1000

struct crowd {
	struct weir_loop *loop;
	struct weir_timer timers[MANY];
	uint64_t last_ns;
	unsigned fired, early, unordered, expected;
};

static void crowd_fired(struct weir_timer *timer)
{
	struct crowd *crowd = timer->data;

	crowd->early += weir_now_ns() < timer->deadline_ns;
	crowd->unordered += timer->deadline_ns < crowd->last_ns;
	crowd->last_ns = timer->deadline_ns;
	/* It is idle in its own callback. */
	assert_int_equal(timer->loop.index, 0);
	if (++crowd->fired == crowd->expected)
		weir_loop_stop(crowd->loop);
}

static void many_timers_fire_in_order_and_not_early(void **state)
{
	struct fixture *fixture = *state;
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	struct weir_loop *own = NULL;
	unsigned seed = 4711;
	uint64_t now;

	assert_int_equal(open_loop(fixture->backend, MANY + 1, &own), 0);
	weir_loop_close(&fixture->loop);
	fixture->loop = crowd->loop = own;
	now = weir_now_ns();
	for (int i = 0; i < MANY; i++) {
		crowd->timers[i] = (struct weir_timer){ .fired = crowd_fired, .data = crowd };
		weir_loop_arm(own, &crowd->timers[i], now + (unsigned)rand_r(&seed) % (50 * MS));
	}
	/* Every third moves, every fifth is taken out, some of those come back. */
	for (int i = 0; i < MANY; i += 3)
		weir_loop_arm(own, &crowd->timers[i], now + (unsigned)rand_r(&seed) % (50 * MS));
	for (int i = 0; i < MANY; i += 5)
		weir_loop_disarm(own, &crowd->timers[i]);
	for (int i = 0; i < MANY; i += 25)
		weir_loop_arm(own, &crowd->timers[i], now - (unsigned)rand_r(&seed) % (50 * MS));
	crowd->expected = MANY - MANY / 5 + MANY / 25;
	run(fixture);
	assert_int_equal(crowd->fired, crowd->expected);
	assert_int_equal(crowd->early, 0);
	assert_int_equal(crowd->unordered, 0);
	free(crowd);
}

/* Further away than what a loop may leave with the kernel while it waits for something else. */
struct horizon {
	struct weir_loop *loop;
	struct weir_timer far, farther, near;
	unsigned fired, early;
};

static void horizon_fired(struct weir_timer *timer)
{
	struct horizon *horizon = timer->data;

	horizon->early += weir_now_ns() < timer->deadline_ns;
	horizon->fired++;
	if (timer == &horizon->far)
		weir_loop_stop(horizon->loop);
}

/* Comes first, and brings forward what was far. */
static void come_nearer(struct weir_timer *timer)
{
	struct horizon *horizon = timer->data;

	horizon->fired++;
	assert_int_equal(weir_loop_arm(horizon->loop, &horizon->far, weir_now_ns() + 70 * MS), 0);
}

static void far_timers_can_be_moved_nearer(void **state)
{
	struct fixture *fixture = *state;
	struct horizon horizon = { .loop = fixture->loop };
	uint64_t start = weir_now_ns();

	horizon.far = (struct weir_timer){ .fired = horizon_fired, .data = &horizon };
	horizon.farther = horizon.far;
	horizon.near = (struct weir_timer){ .fired = come_nearer, .data = &horizon };
	weir_loop_arm(fixture->loop, &horizon.far, start + 3600000 * MS);
	weir_loop_arm(fixture->loop, &horizon.farther, start + 7200000 * MS);
	weir_loop_arm(fixture->loop, &horizon.near, start + 10 * MS);
	run(fixture);
	assert_int_equal(horizon.fired, 2);
	assert_int_equal(horizon.early, 0);
	assert_in_range(weir_now_ns() - start, 80 * MS, GIVE_UP_NS / 2);

	/* An alarm that is left over is no harm. */
	weir_loop_disarm(fixture->loop, &horizon.farther);
	weir_loop_arm(fixture->loop, &horizon.far, weir_now_ns() + 200 * MS);
	weir_loop_disarm(fixture->loop, &horizon.far);
	weir_loop_arm(fixture->loop, &horizon.far, weir_now_ns() + 300 * MS);
	run(fixture);
	assert_int_equal(horizon.fired, 3);
	assert_int_equal(horizon.early, 0);
}

/* A period is kept by adding to the deadline, never to the present. */
struct beat {
	struct weir_loop *loop;
	struct weir_timer timer;
	uint64_t start_ns, early;
	unsigned beats;
};

static void beat(struct weir_timer *timer)
{
	struct beat *beats = timer->data;

	beats->early += weir_now_ns() < timer->deadline_ns;
	beats->beats++;
	assert_int_equal(timer->deadline_ns, beats->start_ns + beats->beats * MS / 2);
	if (beats->beats == 100)
		weir_loop_stop(beats->loop);
	else
		weir_loop_arm(beats->loop, timer, timer->deadline_ns + MS / 2);
}

static void a_beat_does_not_drift(void **state)
{
	struct fixture *fixture = *state;
	struct beat beats = { .loop = fixture->loop, .start_ns = weir_now_ns() };

	beats.timer = (struct weir_timer){ .fired = beat, .data = &beats };
	weir_loop_arm(fixture->loop, &beats.timer, beats.start_ns + MS / 2);
	run(fixture);
	assert_int_equal(beats.beats, 100);
	assert_int_equal(beats.early, 0);
	assert_true(weir_now_ns() - beats.start_ns >= 50 * MS);
}

struct always {
	struct weir_loop *loop;
	unsigned calls;
};

static void again_at_once(struct weir_timer *timer)
{
	struct always *always = timer->data;

	always->calls++;
	weir_loop_arm(always->loop, timer, 0);
}

static void stop_loop(struct weir_timer *timer)
{
	weir_loop_stop(timer->data);
}

static void a_timer_in_the_past_starves_nobody(void **state)
{
	struct fixture *fixture = *state;
	struct always always = { .loop = fixture->loop };
	struct weir_timer hog = { .fired = again_at_once, .data = &always };
	struct weir_timer other = { .fired = stop_loop, .data = fixture->loop };

	weir_loop_arm(fixture->loop, &hog, 0);
	weir_loop_arm(fixture->loop, &other, weir_now_ns() + 2 * MS);
	run(fixture);
	assert_true(always.calls > 1);
	weir_loop_disarm(fixture->loop, &hog);
}

struct pair {
	struct weir_loop *loop;
	struct weir_timer first, second;
	unsigned calls;
};

static void disarm_second(struct weir_timer *timer)
{
	struct pair *pair = timer->data;

	pair->calls++;
	weir_loop_disarm(pair->loop, &pair->second);
}

static void stop_when_ready(struct weir_watch *watch, uint32_t events)
{
	(void)events;
	weir_loop_stop(watch->data);
}

static void the_farthest_deadline_is_slept_for(void **state)
{
	struct fixture *fixture = *state;
	struct always always = { .loop = fixture->loop };
	struct weir_timer never = { .fired = again_at_once, .data = &always };
	struct weir_watch watch = { .ready = stop_when_ready, .data = fixture->loop };
	struct itimerspec soon = { .it_value.tv_nsec = 5 * MS };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	uint64_t calls;

	assert_int_equal(weir_loop_watch(fixture->loop, &watch, fd, POLLIN), 0);
	assert_int_equal(weir_loop_arm(fixture->loop, &never, UINT64_MAX), 0);
	calls = weir_loop_syscalls(fixture->loop);
	assert_int_equal(timerfd_settime(fd, 0, &soon, NULL), 0);
	assert_int_equal(weir_loop_run(fixture->loop), 0);
	assert_true(weir_loop_syscalls(fixture->loop) - calls < 10);
	assert_int_equal(always.calls, 0);
	weir_loop_disarm(fixture->loop, &never);
	weir_loop_unwatch(fixture->loop, &watch);
	close(fd);
}

static void a_timer_disarms_another_that_is_due(void **state)
{
	struct fixture *fixture = *state;
	struct pair pair = { .loop = fixture->loop };

	pair.first = (struct weir_timer){ .fired = disarm_second, .data = &pair };
	pair.second = (struct weir_timer){ .fired = disarm_second, .data = &pair };
	weir_loop_arm(fixture->loop, &pair.second, 2);
	weir_loop_arm(fixture->loop, &pair.first, 1);
	run_for(fixture, MS);
	assert_int_equal(pair.calls, 1);
}

/* Tasks */

struct worker {
	struct weir_loop *loop;
	struct weir_task task;
	struct worker *other;
	char *trace;
	char letter;
	unsigned runs, stop_after;
};

static void work(struct weir_task *task)
{
	struct worker *worker = task->data;

	worker->runs++;
	if (worker->trace)
		worker->trace[strlen(worker->trace)] = worker->letter;
	if (worker->runs == worker->stop_after)
		weir_loop_stop(worker->loop);
}

static void work_again(struct weir_task *task)
{
	struct worker *worker = task->data;

	weir_loop_queue(worker->loop, task);
	work(task);
}

static void work_and_unqueue_other(struct weir_task *task)
{
	struct worker *worker = task->data;

	work(task);
	weir_loop_unqueue(worker->loop, &worker->other->task);
}

static struct worker new_worker(struct fixture *fixture, void (*run_task)(struct weir_task *))
{
	return (struct worker){ .loop = fixture->loop, .task = { .run = run_task } };
}

static void tasks_run_once_and_in_order(void **state)
{
	struct fixture *fixture = *state;
	struct worker workers[4];
	char trace[16] = "";

	for (int i = 0; i < 4; i++) {
		workers[i] = new_worker(fixture, work);
		workers[i].task.data = &workers[i];
		workers[i].trace = trace;
		workers[i].letter = (char)('a' + i);
	}
	for (int i = 0; i < 4; i++)
		weir_loop_queue(fixture->loop, &workers[i].task);
	weir_loop_queue(fixture->loop, &workers[0].task);
	weir_loop_unqueue(fixture->loop, &workers[2].task);
	run_for(fixture, MS);
	assert_string_equal(trace, "abd");
}

static void a_task_unqueues_another_of_its_turn(void **state)
{
	struct fixture *fixture = *state;
	struct worker first = new_worker(fixture, work_and_unqueue_other);
	struct worker second = new_worker(fixture, work);

	first.task.data = &first;
	first.other = &second;
	second.task.data = &second;
	weir_loop_queue(fixture->loop, &first.task);
	weir_loop_queue(fixture->loop, &second.task);
	run_for(fixture, MS);
	assert_int_equal(first.runs, 1);
	assert_int_equal(second.runs, 0);
}

static void tasks_stopped_in_between_run_later_in_order(void **state)
{
	struct fixture *fixture = *state;
	struct worker workers[3];
	char trace[16] = "";

	for (int i = 0; i < 3; i++) {
		workers[i] = new_worker(fixture, work);
		workers[i].task.data = &workers[i];
		workers[i].trace = trace;
		workers[i].letter = (char)('a' + i);
		workers[i].stop_after = 1;
		weir_loop_queue(fixture->loop, &workers[i].task);
	}
	run(fixture);
	assert_string_equal(trace, "a");
	run(fixture);
	run(fixture);
	assert_string_equal(trace, "abc");
}

static void two_busy_tasks_take_turns(void **state)
{
	struct fixture *fixture = *state;
	struct worker first = new_worker(fixture, work_again);
	struct worker second = new_worker(fixture, work_again);

	first.task.data = &first;
	second.task.data = &second;
	second.stop_after = 1000;
	weir_loop_queue(fixture->loop, &first.task);
	weir_loop_queue(fixture->loop, &second.task);
	run(fixture);
	assert_int_equal(first.runs, second.runs);
	weir_loop_unqueue(fixture->loop, &first.task);
	weir_loop_unqueue(fixture->loop, &second.task);
}

static void a_busy_task_starves_neither_io_nor_timers(void **state)
{
	struct fixture *fixture = *state;
	struct worker busy = new_worker(fixture, work_again);
	struct weir_watch watch = { .ready = stop_when_ready, .data = fixture->loop };
	struct weir_timer timer = { .fired = stop_loop, .data = fixture->loop };
	uint64_t one = 1;
	int fd = eventfd(0, EFD_CLOEXEC);

	busy.task.data = &busy;
	weir_loop_queue(fixture->loop, &busy.task);
	weir_loop_arm(fixture->loop, &timer, weir_now_ns() + MS);
	run(fixture);
	assert_true(busy.runs > 1);
	assert_int_equal(weir_loop_watch(fixture->loop, &watch, fd, POLLIN), 0);
	run_for(fixture, MS);
	assert_int_equal(write(fd, &one, sizeof(one)), sizeof(one));
	busy.runs = 0;
	run(fixture);
	/* sqpoll's thread is another one, and may have to wait for a processor. */
	if (strcmp(fixture->backend, "sqpoll") != 0)
		assert_true(busy.runs <= 33);
	weir_loop_unqueue(fixture->loop, &busy.task);
	weir_loop_unwatch(fixture->loop, &watch);
	close(fd);
}

static void a_busy_task_costs_few_system_calls(void **state)
{
	struct fixture *fixture = *state;
	struct worker busy = new_worker(fixture, work_again);
	struct weir_watch watch = { .ready = stop_when_ready, .data = fixture->loop };
	uint64_t calls, start;
	int fd = eventfd(0, EFD_CLOEXEC);

	assert_int_equal(weir_loop_watch(fixture->loop, &watch, fd, POLLIN), 0);
	run_for(fixture, MS);
	busy.task.data = &busy;
	busy.stop_after = 32000;
	weir_loop_queue(fixture->loop, &busy.task);
	calls = weir_loop_syscalls(fixture->loop);
	start = weir_now_ns();
	run(fixture);
	calls = weir_loop_syscalls(fixture->loop) - calls;
	/* A slow machine looks each millisecond. */
	assert_true(calls <= 32000 / 32 + (weir_now_ns() - start) / MS);
	assert_int_equal(busy.runs, 32000);
	weir_loop_unqueue(fixture->loop, &busy.task);
	weir_loop_unwatch(fixture->loop, &watch);
	close(fd);
}

static void ignore_ready(struct weir_watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
}

static void a_busy_watch_starves_neither_tasks_nor_timers(void **state)
{
	struct fixture *fixture = *state;
	struct worker busy = new_worker(fixture, work_again);
	struct weir_watch watch = { .ready = ignore_ready };
	int fd = eventfd(1, EFD_CLOEXEC);

	assert_int_equal(weir_loop_watch(fixture->loop, &watch, fd, POLLIN), 0);
	busy.task.data = &busy;
	busy.stop_after = 100;
	weir_loop_queue(fixture->loop, &busy.task);
	run(fixture);
	weir_loop_unqueue(fixture->loop, &busy.task);
	run_for(fixture, MS);
	weir_loop_unwatch(fixture->loop, &watch);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_timers_fire_in_order_and_not_early),
		cmocka_unit_test(far_timers_can_be_moved_nearer),
		cmocka_unit_test(a_beat_does_not_drift),
		cmocka_unit_test(a_timer_in_the_past_starves_nobody),
		cmocka_unit_test(the_farthest_deadline_is_slept_for),
		cmocka_unit_test(a_timer_disarms_another_that_is_due),
		cmocka_unit_test(tasks_run_once_and_in_order),
		cmocka_unit_test(a_task_unqueues_another_of_its_turn),
		cmocka_unit_test(tasks_stopped_in_between_run_later_in_order),
		cmocka_unit_test(two_busy_tasks_take_turns),
		cmocka_unit_test(a_busy_task_starves_neither_io_nor_timers),
		cmocka_unit_test(a_busy_task_costs_few_system_calls),
		cmocka_unit_test(a_busy_watch_starves_neither_tasks_nor_timers),
	};

	return run_on_each_backend(tests, WEIR_COUNT(tests));
}
