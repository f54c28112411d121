/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What core/waker.h promises, on every backend. */
#include <pthread.h>
#include <signal.h>

#include "core/waker.h"
#include "loop_fixture.h"

#define THREADS 4
#define WAKES   2000

struct listener {
	struct fixture *fixture;
	struct weir_waker waker;
	unsigned calls, stop_after;
};

static void woken(void *data)
{
	struct listener *listener = data;

	if (++listener->calls == listener->stop_after)
		weir_loop_stop(listener->fixture->loop);
}

static void open_listener(struct listener *listener, struct fixture *fixture)
{
	*listener = (struct listener){ .fixture = fixture };
	assert_int_equal(weir_waker_init(&listener->waker), 0);
}

static void listen_for(struct listener *listener)
{
	assert_int_equal(
		weir_waker_listen(&listener->waker, listener->fixture->loop, woken, listener), 0);
}

static void close_listener(struct listener *listener)
{
	weir_waker_ignore(&listener->waker, listener->fixture->loop);
	weir_waker_finish(&listener->waker);
	assert_int_equal(listener->waker.fd, -1);
}

static void any_number_of_wakes_is_one_call(void **state)
{
	struct listener listener;

	open_listener(&listener, *state);
	listen_for(&listener);
	for (int i = 0; i < 10; i++)
		weir_waker_wake(&listener.waker);
	listener.stop_after = 1; /* which may take sqpoll's thread a while */
	run(*state);
	run_for(*state, 5 * MS);
	assert_int_equal(listener.calls, 1);
	close_listener(&listener);
}

static void a_wake_waits_for_its_listener(void **state)
{
	struct listener listener;

	open_listener(&listener, *state);
	weir_waker_wake(&listener.waker);
	listen_for(&listener);
	listener.stop_after = 1;
	run(*state);
	close_listener(&listener);
}

static void wake_keeps_errno(void **state)
{
	struct weir_waker closed = { .fd = -1 };
	struct listener listener;

	open_listener(&listener, *state);
	errno = ERANGE;
	weir_waker_wake(&listener.waker);
	weir_waker_wake(&closed);
	assert_int_equal(errno, ERANGE);
	close_listener(&listener);
}

static void *wake_often(void *data)
{
	struct listener *listener = data;

	for (int i = 0; i < WAKES; i++)
		weir_waker_wake(&listener->waker);
	return NULL;
}

/* Valgrind (3.19) runs one thread at a time, signal handlers included, and does not know that
 * io_uring_enter sleeps. */
static bool sleep_stops_the_world(const struct fixture *fixture)
{
	const char *preloaded = getenv("LD_PRELOAD");

	return preloaded && strstr(preloaded, "vgpreload") && strcmp(fixture->backend, "epoll");
}

static void threads_wake(void **state)
{
	struct listener listener;
	pthread_t threads[THREADS];

	if (sleep_stops_the_world(*state))
		skip();
	open_listener(&listener, *state);
	listen_for(&listener);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, wake_often, &listener), 0);
	listener.stop_after = 1;
	run(*state);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	/* The last wake is never lost, whatever was heard before. */
	weir_waker_wake(&listener.waker);
	listener.stop_after = listener.calls + 1;
	run(*state);
	close_listener(&listener);
}

static void *wake_late(void *data)
{
	struct listener *listener = data;
	struct timespec pause = { .tv_nsec = 5 * MS };

	nanosleep(&pause, NULL);
	weir_waker_wake(&listener->waker);
	return NULL;
}

static void a_sleeping_loop_wakes(void **state)
{
	struct listener listener;
	pthread_t thread;

	if (sleep_stops_the_world(*state))
		skip();
	open_listener(&listener, *state);
	listen_for(&listener);
	listener.stop_after = 1;
	assert_int_equal(pthread_create(&thread, NULL, wake_late, &listener), 0);
	run(*state);
	pthread_join(thread, NULL);
	close_listener(&listener);
}

/* The handler has no other way to know whom to wake. */
static const struct weir_waker *signalled;

static void on_signal(int number)
{
	(void)number;
	weir_waker_wake(signalled);
}

static void a_signal_handler_wakes(void **state)
{
	struct sigaction action = { .sa_handler = on_signal }, previous;
	struct itimerspec soon = { .it_value.tv_nsec = 5 * MS };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	struct listener listener;
	timer_t timer;

	if (sleep_stops_the_world(*state))
		skip();
	open_listener(&listener, *state);
	listen_for(&listener);
	signalled = &listener.waker;
	assert_int_equal(sigaction(SIGALRM, &action, &previous), 0);
	assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	assert_int_equal(timer_settime(timer, 0, &soon, NULL), 0);
	listener.stop_after = 1;
	run(*state);
	timer_delete(timer);
	sigaction(SIGALRM, &previous, NULL);
	close_listener(&listener);
}

static void wake_self(void *data)
{
	struct listener *listener = data;

	weir_waker_wake(&listener->waker);
	woken(listener);
}

static void a_wake_during_the_call_leads_to_another(void **state)
{
	struct listener listener;

	open_listener(&listener, *state);
	assert_int_equal(
		weir_waker_listen(&listener.waker, listener.fixture->loop, wake_self, &listener),
		0);
	weir_waker_wake(&listener.waker);
	listener.stop_after = 100;
	run(*state);
	close_listener(&listener);
}

static void a_waker_outlives_its_loop(void **state)
{
	struct fixture *fixture = *state;
	struct listener listener;

	open_listener(&listener, fixture);
	listen_for(&listener);
	weir_loop_close(&fixture->loop);
	weir_waker_wake(&listener.waker);
	assert_int_equal(open_loop(fixture->backend, 0, &fixture->loop), 0);
	listen_for(&listener);
	listener.stop_after = 1;
	run(fixture);
	close_listener(&listener);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_number_of_wakes_is_one_call),
		cmocka_unit_test(a_wake_waits_for_its_listener),
		cmocka_unit_test(wake_keeps_errno),
		cmocka_unit_test(threads_wake),
		cmocka_unit_test(a_sleeping_loop_wakes),
		cmocka_unit_test(a_signal_handler_wakes),
		cmocka_unit_test(a_wake_during_the_call_leads_to_another),
		cmocka_unit_test(a_waker_outlives_its_loop),
	};

	return run_on_each_backend(tests, WEIR_COUNT(tests));
}
