/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fault/injector.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifdef WEIR_HAVE_LIBURING
#include <liburing.h>
#endif

static atomic_uint calls;
static unsigned fail_at, fail_variant, failed_variants;
static bool armed;
static char failed[64];
static _Atomic int64_t live_blocks;
static _Atomic uint64_t allocations;

void injector_arm(unsigned nth, unsigned variant)
{
	atomic_store(&calls, 0);
	fail_at = nth;
	fail_variant = variant;
	failed[0] = 0;
	armed = true;
}

void injector_disarm(void)
{
	armed = false;
}

unsigned injector_calls(void)
{
	return atomic_load(&calls);
}

const char *injector_failed(unsigned *variants)
{
	*variants = failed_variants;
	return failed[0] ? failed : NULL;
}

int64_t injector_live_blocks(void)
{
	return atomic_load(&live_blocks);
}

uint64_t injector_allocations(void)
{
	return atomic_load(&allocations);
}

/* The error this call shall give, or 0. `errors` ends with 0. */
static int injected(const char *name, const int *errors)
{
	unsigned n = 0;

	if (!armed || atomic_fetch_add(&calls, 1) + 1 != fail_at)
		return 0;
	while (errors[n])
		n++;
	failed_variants = n;
	snprintf(failed, sizeof(failed), "%s: %s", name, strerrorname_np(errors[fail_variant % n]));
	return errors[fail_variant % n];
}

#define ERRORS(...) ((const int[]){ __VA_ARGS__, 0 })

static void *counted(void *block)
{
	if (block) {
		atomic_fetch_add(&live_blocks, 1);
		atomic_fetch_add(&allocations, 1);
	}
	return block;
}

/* ---- memory ---- */

#define WRAP_ALLOCATION(name, params, args)                              \
	void *__real_##name params;                                      \
	void *__wrap_##name params;                                      \
	void *__wrap_##name params                                       \
	{                                                                \
		errno = injected(#name, ERRORS(ENOMEM));                 \
		return errno ? NULL : counted(__real_##name args);       \
	}

WRAP_ALLOCATION(malloc, (size_t size), (size))
WRAP_ALLOCATION(aligned_alloc, (size_t alignment, size_t size), (alignment, size))
WRAP_ALLOCATION(calloc, (size_t n, size_t size), (n, size))
WRAP_ALLOCATION(strdup, (const char *text), (text))
WRAP_ALLOCATION(strndup, (const char *text, size_t n), (text, n))

#define WRAP_REALLOCATION(name, params, args)                            \
	void *__real_##name params;                                      \
	void *__wrap_##name params;                                      \
	void *__wrap_##name params                                       \
	{                                                                \
		void *grown;                                             \
                                                                         \
		errno = injected(#name, ERRORS(ENOMEM));                 \
		grown = errno ? NULL : __real_##name args;               \
		return block ? grown : counted(grown);                   \
	}

WRAP_REALLOCATION(realloc, (void *block, size_t size), (block, size))
WRAP_REALLOCATION(reallocarray, (void *block, size_t n, size_t size), (block, n, size))

int __wrap_asprintf(char **out, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap_asprintf(char **out, const char *format, ...)
{
	va_list args;
	int length;

	if (injected("asprintf", ERRORS(ENOMEM)))
		return -1;
	va_start(args, format);
	length = vasprintf(out, format, args);
	va_end(args);
	if (length >= 0)
		counted(*out);
	return length;
}

void __real_free(void *block);
void __wrap_free(void *block);
void __wrap_free(void *block)
{
	if (block)
		atomic_fetch_sub(&live_blocks, 1);
	__real_free(block);
}

/* ---- system calls ---- */

#define WRAP_CALL(type, name, params, args, ...)                         \
	type __real_##name params;                                       \
	type __wrap_##name params;                                       \
	type __wrap_##name params                                        \
	{                                                                \
		int error = injected(#name, ERRORS(__VA_ARGS__));        \
                                                                         \
		if (!error)                                              \
			return __real_##name args;                       \
		errno = error;                                           \
		return (type)-1;                                         \
	}

WRAP_CALL(int, memfd_create, (const char *name, unsigned flags), (name, flags), EMFILE, ENOMEM)
WRAP_CALL(int, ftruncate, (int fd, off_t length), (fd, length), EFBIG, ENOSPC)
WRAP_CALL(void *, mmap, (void *at, size_t length, int prot, int flags, int fd, off_t offset),
	(at, length, prot, flags, fd, offset), ENOMEM, EPERM)
WRAP_CALL(int, madvise, (void *at, size_t length, int advice), (at, length, advice), EINVAL, EFAULT,
	ENOMEM)
WRAP_CALL(int, mlock, (const void *at, size_t length), (at, length), ENOMEM, EPERM)
WRAP_CALL(int, mlock2, (const void *at, size_t length, unsigned flags), (at, length, flags), ENOMEM,
	EPERM)
WRAP_CALL(int, eventfd, (unsigned count, int flags), (count, flags), EMFILE, ENOMEM)
WRAP_CALL(int, epoll_create1, (int flags), (flags), EMFILE, ENOMEM)
WRAP_CALL(int, epoll_ctl, (int fd, int op, int on, struct epoll_event *event), (fd, op, on, event),
	ENOSPC, ENOMEM)
WRAP_CALL(int, epoll_wait, (int fd, struct epoll_event *events, int n, int timeout),
	(fd, events, n, timeout), EINTR)
WRAP_CALL(int, epoll_pwait2,
	(int fd, struct epoll_event *events, int n, const struct timespec *timeout,
		const sigset_t *mask),
	(fd, events, n, timeout, mask), EINTR, ENOSYS)
WRAP_CALL(int, timerfd_create, (int clock, int flags), (clock, flags), EMFILE, ENOMEM)
WRAP_CALL(ssize_t, read, (int fd, void *buffer, size_t length), (fd, buffer, length), EINTR, EAGAIN)
WRAP_CALL(ssize_t, pwritev2, (int fd, const struct iovec *vector, int n, off_t offset, int flags),
	(fd, vector, n, offset, flags), EINTR, EAGAIN, EOPNOTSUPP)
WRAP_CALL(int, fstat, (int fd, struct stat *out), (fd, out), EIO)
WRAP_CALL(int, poll, (struct pollfd *fds, nfds_t n, int timeout), (fds, n, timeout), EINTR)

/* ---- the network ---- */

WRAP_CALL(int, socket, (int family, int type, int protocol), (family, type, protocol), EMFILE,
	EACCES)
WRAP_CALL(int, bind, (int fd, const struct sockaddr *at, socklen_t length), (fd, at, length),
	EADDRINUSE, EACCES)
WRAP_CALL(int, listen, (int fd, int most), (fd, most), EADDRINUSE)
WRAP_CALL(int, connect, (int fd, const struct sockaddr *to, socklen_t length), (fd, to, length),
	ENETUNREACH, ECONNREFUSED)
WRAP_CALL(int, setsockopt, (int fd, int level, int name, const void *value, socklen_t length),
	(fd, level, name, value, length), ENOPROTOOPT, ENOMEM)
WRAP_CALL(int, getsockopt, (int fd, int level, int name, void *value, socklen_t *length),
	(fd, level, name, value, length), ENOPROTOOPT)
WRAP_CALL(int, getsockname, (int fd, struct sockaddr *at, socklen_t *length), (fd, at, length),
	ENOBUFS)
WRAP_CALL(ssize_t, send, (int fd, const void *bytes, size_t length, int flags),
	(fd, bytes, length, flags), ECONNREFUSED, ENOBUFS)
WRAP_CALL(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags),
	ECONNREFUSED, ENOBUFS, EIO)

/* ---- those whose errors depend on what they are given ---- */

/* An eventfd has nobody at its other end who could be gone. */
static bool is_eventfd(int fd)
{
	struct stat stat;

	return __real_fstat(fd, &stat) == 0 && (stat.st_mode & S_IFMT) == 0;
}

ssize_t __real_write(int fd, const void *buffer, size_t length);
ssize_t __wrap_write(int fd, const void *buffer, size_t length);
ssize_t __wrap_write(int fd, const void *buffer, size_t length)
{
	int error = injected("write", is_eventfd(fd) ? ERRORS(EINTR) : ERRORS(EINTR, EPIPE));

	if (!error)
		return __real_write(fd, buffer, length);
	errno = error;
	return -1;
}

/* The variadic ones take one further word at most. */

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	int error = injected("open", ERRORS(EMFILE, EACCES, EIO));
	va_list args;
	int fd;

	if (error) {
		errno = error;
		return -1;
	}
	va_start(args, flags);
	fd = __real_open(path, flags, flags & O_CREAT ? va_arg(args, unsigned) : 0);
	va_end(args);
	return fd;
}

int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...)
{
	int error = injected("ioctl", ERRORS(EINTR, EINVAL, ENOMEM));
	va_list args;
	int result;

	if (error) {
		errno = error;
		return -1;
	}
	va_start(args, request);
	result = __real_ioctl(fd, request, va_arg(args, void *));
	va_end(args);
	return result;
}

int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...)
{
	int error = injected("fcntl", ERRORS(EPERM, EBUSY));
	va_list args;
	int result;

	if (error) {
		errno = error;
		return -1;
	}
	va_start(args, command);
	result = __real_fcntl(fd, command, va_arg(args, void *));
	va_end(args);
	return result;
}

/* ---- liburing: returns -errno ---- */

#ifdef WEIR_HAVE_LIBURING
#define WRAP_RING(name, params, args, ...)                               \
	int __real_##name params;                                        \
	int __wrap_##name params;                                        \
	int __wrap_##name params                                         \
	{                                                                \
		int error = injected(#name, ERRORS(__VA_ARGS__));        \
                                                                         \
		return error ? -error : __real_##name args;              \
	}

WRAP_RING(io_uring_queue_init_params,
	(unsigned entries, struct io_uring *ring, struct io_uring_params *params),
	(entries, ring, params), ENOMEM, EPERM, ENOSYS, EMFILE)
WRAP_RING(io_uring_enter2,
	(unsigned fd, unsigned to_submit, unsigned min_complete, unsigned flags, sigset_t *mask,
		size_t size),
	(fd, to_submit, min_complete, flags, mask, size), EINTR, ETIME, EAGAIN, EBUSY)
WRAP_RING(io_uring_submit_and_wait, (struct io_uring *ring, unsigned n), (ring, n), EINTR, EAGAIN)
WRAP_RING(io_uring_register_buffers,
	(struct io_uring *ring, const struct iovec *vectors, unsigned n), (ring, vectors, n),
	ENOMEM, EFAULT, EOPNOTSUPP)
#endif
