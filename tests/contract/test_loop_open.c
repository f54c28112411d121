/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Which backend a loop gets, what it says when it cannot have one, and what it costs once open. */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "core/waker.h"
#include "loop_fixture.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COUNTS_ALLOCATIONS false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define COUNTS_ALLOCATIONS false
#endif
#endif

#ifndef COUNTS_ALLOCATIONS
#define COUNTS_ALLOCATIONS true

/* The C library's own, under the names it keeps for those who interpose. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static unsigned allocations;

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	allocations++;
	return __libc_realloc(old, size);
}
#else
static unsigned allocations;
#endif

/* Log lines of a loop that is refused. */
struct notes {
	unsigned lines;
	char last[512];
};

static void note(void *data, enum weir_log_level level, const char *line)
{
	struct notes *notes = data;

	if (level > WEIR_LOG_ERROR)
		return;
	notes->lines++;
	snprintf(notes->last, sizeof(notes->last), "%s", line);
}

static int open_noted(const char *backend, struct notes *notes, struct weir_loop **out)
{
	const struct weir_log log = { .level = WEIR_LOG_ERROR, .write = note, .data = notes };
	const struct weir_loop_settings settings = { .log = &log, .backend = backend };
	int r;

	*notes = (struct notes){ 0 };
	r = weir_loop_open(&settings, out);
	/* The log does not outlive this function; a loop is only asked, not run. */
	return r;
}

static bool has(const char *backend)
{
	struct weir_loop *loop = NULL;
	int r = open_loop(backend, 0, &loop);

	weir_loop_close(&loop);
	return r == 0;
}

static void an_unknown_backend_is_refused(void **state)
{
	struct weir_loop *loop = NULL;
	struct notes notes;

	(void)state;
	assert_int_equal(open_noted("kqueue", &notes, &loop), -EINVAL);
	assert_null(loop);
	assert_int_equal(notes.lines, 1);
	assert_non_null(strstr(notes.last, "kqueue"));
	assert_non_null(strstr(notes.last, "epoll"));
}

static void auto_takes_the_first_that_works(void **state)
{
	const char *wanted = has("uring") ? "uring" : "epoll";
	const char *names[] = { NULL, "auto" };

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(names); i++) {
		struct weir_loop *loop = NULL;

		assert_int_equal(open_loop(names[i], 0, &loop), 0);
		assert_string_equal(weir_loop_backend(loop), wanted);
		assert_true(strlen(weir_loop_reason(loop)) > 0);
		weir_loop_close(&loop);
	}
	weir_loop_close(&(struct weir_loop *){ NULL });
}

static void a_backend_by_name_is_that_one(void **state)
{
	(void)state;
	for (const char *const *name = weir_loop_backends; *name; name++) {
		struct weir_loop *loop = NULL;

		if (open_loop(*name, 0, &loop) < 0)
			continue;
		assert_string_equal(weir_loop_backend(loop), *name);
		assert_int_equal(weir_loop_syscalls(loop), 0);
		weir_loop_close(&loop);
	}
}

static int forbid_io_uring(int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = WEIR_COUNT(code), .filter = code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0 ? -errno : 0;
}

enum { AS_PROMISED = 0, BROKEN = 1, CANNOT_TEST = 77 };

static int open_without_io_uring(int error, const char *remedy)
{
	struct weir_loop *loop = NULL;
	struct notes notes;

	if (forbid_io_uring(error) < 0)
		return CANNOT_TEST;
	if (open_noted("uring", &notes, &loop) != -error || loop || notes.lines != 1 ||
		!strstr(notes.last, remedy))
		return BROKEN;
	if (open_noted("auto", &notes, &loop) != 0 || notes.lines != 0)
		return BROKEN;
	if (strcmp(weir_loop_backend(loop), "epoll") != 0 ||
		!strstr(weir_loop_reason(loop), remedy))
		return BROKEN;
	weir_loop_close(&loop);
	return AS_PROMISED;
}

static int open_without_descriptors(int error, const char *remedy)
{
	struct rlimit limit;
	struct weir_loop *loop = NULL;
	struct notes notes;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return CANNOT_TEST;
	limit.rlim_cur = 3;
	closefrom(3);
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return CANNOT_TEST;
	for (const char *const *name = weir_loop_backends; *name; name++)
		if (open_noted(*name, &notes, &loop) != -error || notes.lines != 1 ||
			!strstr(notes.last, remedy))
			return BROKEN;
	if (open_noted("auto", &notes, &loop) != -error || notes.lines != 1)
		return BROKEN;
	return loop ? BROKEN : AS_PROMISED;
}

/* In a process of its own, which is never the same again. */
static void in_child(int (*act)(int error, const char *remedy), int error, const char *remedy)
{
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0)
		_exit(act(error, remedy));
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_TEST)
		skip();
	assert_int_equal(status, 0);
}

static void without_io_uring_there_is_epoll_and_a_remedy(void **state)
{
	(void)state;
	if (!has("uring"))
		skip();
	in_child(open_without_io_uring, EPERM, "seccomp");
	in_child(open_without_io_uring, ENOSYS, "seccomp");
	in_child(open_without_io_uring, ENOMEM, "LimitMEMLOCK");
}

static void without_descriptors_there_is_a_remedy(void **state)
{
	(void)state;
	in_child(open_without_descriptors, EMFILE, "ulimit -n");
}

/* What a loop costs once it is open */

struct business {
	struct fixture *fixture;
	struct weir_watch watch;
	struct weir_timer timer;
	struct weir_task task;
	struct weir_op op;
	int ends[2];
	char text[8];
	unsigned rounds;
};

static void take(struct weir_watch *watch, uint32_t events)
{
	struct business *business = watch->data;

	(void)events;
	weir_loop_unwatch(business->fixture->loop, watch);
	weir_loop_submit(business->fixture->loop, &business->op);
}

static void taken(struct weir_op *op, int64_t result)
{
	struct business *business = op->data;

	(void)result;
	weir_loop_queue(business->fixture->loop, &business->task);
	weir_loop_watch(business->fixture->loop, &business->watch, business->ends[0], POLLIN);
}

static void rearm(struct weir_task *task)
{
	struct business *business = task->data;

	weir_loop_arm(business->fixture->loop, &business->timer, weir_now_ns() + MS / 10);
}

static void give(struct weir_timer *timer)
{
	struct business *business = timer->data;

	if (++business->rounds == 100)
		weir_loop_stop(business->fixture->loop);
	if (write(business->ends[1], "weir", 4) != 4)
		weir_loop_stop(business->fixture->loop);
}

static void an_open_loop_allocates_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct business business = { .fixture = fixture };
	unsigned before;

	if (!COUNTS_ALLOCATIONS)
		skip();
	assert_int_equal(pipe2(business.ends, O_CLOEXEC), 0);
	business.watch = (struct weir_watch){ .ready = take, .data = &business };
	business.timer = (struct weir_timer){ .fired = give, .data = &business };
	business.task = (struct weir_task){ .run = rearm, .data = &business };
	business.op = (struct weir_op){ .done = taken, .data = &business, .io = WEIR_IO_READ };
	business.op.fd = business.ends[0];
	business.op.buffer = business.text;
	business.op.length = sizeof(business.text);
	business.op.offset = WEIR_IO_NO_OFFSET;

	before = allocations;
	weir_loop_watch(fixture->loop, &business.watch, business.ends[0], POLLIN);
	weir_loop_queue(fixture->loop, &business.task);
	weir_loop_register(fixture->loop, &business, sizeof(business));
	run(fixture);
	weir_loop_unregister(fixture->loop);
	assert_int_equal(allocations, before);
	assert_int_equal(business.rounds, 100);
	weir_loop_close(&fixture->loop);
	assert_int_equal(allocations, before);
	close(business.ends[0]);
	close(business.ends[1]);
}

static void woken(void *data)
{
	weir_loop_stop(data);
}

static uint64_t syscalls_of_a_wake_up(struct fixture *fixture, struct weir_waker *waker)
{
	uint64_t before = weir_loop_syscalls(fixture->loop);

	weir_waker_wake(waker);
	run(fixture);
	return weir_loop_syscalls(fixture->loop) - before;
}

/* Each wake-up is one entry into the kernel; the reading of the eventfd is the waker's. */
static void a_wake_up_is_one_system_call(void **state)
{
	struct fixture *fixture = *state;
	struct weir_waker waker;

	if (!strcmp(fixture->backend, "sqpoll"))
		skip();
	assert_int_equal(weir_waker_init(&waker), 0);
	assert_int_equal(weir_waker_listen(&waker, fixture->loop, woken, fixture->loop), 0);
	syscalls_of_a_wake_up(fixture, &waker);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(syscalls_of_a_wake_up(fixture, &waker), 1);
	weir_waker_ignore(&waker, fixture->loop);
	weir_waker_finish(&waker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_loop_allocates_nothing),
		cmocka_unit_test(a_wake_up_is_one_system_call),
	};
	const struct CMUnitTest openings[] = {
		cmocka_unit_test(an_unknown_backend_is_refused),
		cmocka_unit_test(auto_takes_the_first_that_works),
		cmocka_unit_test(a_backend_by_name_is_that_one),
		cmocka_unit_test(without_io_uring_there_is_epoll_and_a_remedy),
		cmocka_unit_test(without_descriptors_there_is_a_remedy),
	};
	int failed = cmocka_run_group_tests(openings, NULL, NULL);

	return failed + run_on_each_backend(tests, WEIR_COUNT(tests));
}
