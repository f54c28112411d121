/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/loop/transfer.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct weir_loop_piece weir_loop_piece_left(const struct weir_op *op)
{
	size_t gone = (size_t)op->loop.result;
	const struct iovec *part = op->parts;
	unsigned n = op->n_parts;

	if (op->io != WEIR_IO_SENDV)
		return (struct weir_loop_piece){
			.buffer = (uint8_t *)op->buffer + gone,
			.length = op->length - gone,
		};
	for (; n && gone >= part->iov_len; n--)
		gone -= part++->iov_len;
	if (n && gone)
		return (struct weir_loop_piece){
			.buffer = (uint8_t *)part->iov_base + gone,
			.length = part->iov_len - gone,
		};
	return (struct weir_loop_piece){ .parts = part, .n_parts = n };
}

bool weir_loop_went(struct weir_op *op, int64_t bytes)
{
	struct weir_loop_piece left;

	op->loop.result += bytes;
	if (!op->whole)
		return false;
	left = weir_loop_piece_left(op);
	return left.n_parts || left.length;
}

static ssize_t plain_parts(const struct weir_op *op)
{
	return op->offset == WEIR_IO_NO_OFFSET
		       ? writev(op->fd, op->parts, (int)op->n_parts)
		       : pwritev(op->fd, op->parts, (int)op->n_parts, (off_t)op->offset);
}

static ssize_t plain(const struct weir_op *op, size_t length)
{
	off_t offset = (off_t)op->offset;

	if (op->io == WEIR_IO_WRITEV)
		return plain_parts(op);
	if (op->io == WEIR_IO_READ)
		return op->offset == WEIR_IO_NO_OFFSET ? read(op->fd, op->buffer, length)
						       : pread(op->fd, op->buffer, length, offset);
	return op->offset == WEIR_IO_NO_OFFSET ? write(op->fd, op->buffer, length)
					       : pwrite(op->fd, op->buffer, length, offset);
}

/* Works on pipes since Linux 6.4, on sockets since 6.5, on most regular files when reading. */
static ssize_t nowait(const struct weir_op *op, size_t length)
{
	struct iovec part = { .iov_base = op->buffer, .iov_len = length };
	off_t offset = (off_t)op->offset;

	if (op->io == WEIR_IO_READ)
		return preadv2(op->fd, &part, 1, offset, RWF_NOWAIT);
	if (op->io == WEIR_IO_WRITEV)
		return pwritev2(op->fd, op->parts, (int)op->n_parts, offset, RWF_NOWAIT);
	return pwritev2(op->fd, &part, 1, offset, RWF_NOWAIT);
}

static ssize_t on_socket(const struct weir_op *op, size_t length)
{
	struct weir_loop_piece piece = { op->buffer, length, op->parts, 0 };
	struct msghdr message = { 0 };

	if (op->io == WEIR_IO_READ)
		return recv(op->fd, op->buffer, length, MSG_DONTWAIT);
	if (weir_loop_is_send(op))
		piece = weir_loop_piece_left(op);
	else if (op->io == WEIR_IO_WRITEV)
		piece.n_parts = op->n_parts;
	if (!piece.n_parts)
		return send(op->fd, piece.buffer, piece.length, MSG_DONTWAIT | MSG_NOSIGNAL);
	message.msg_iov = (struct iovec *)(uintptr_t)piece.parts;
	message.msg_iovlen = piece.n_parts;
	message.msg_control = op->control;
	message.msg_controllen = op->control ? op->control_length : 0;
	return sendmsg(op->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* As much as a pipe takes that polls as writable: PIPE_BUF bytes. */
static ssize_t write_little(const struct weir_op *op, size_t length)
{
	struct weir_op little = *op;

	if (op->io == WEIR_IO_WRITEV) {
		little.io = WEIR_IO_WRITE;
		little.buffer = op->parts[0].iov_base;
		length = op->parts[0].iov_len;
	}
	return plain(&little, length < PIPE_BUF ? length : PIPE_BUF);
}

/* One that polls as readable never waits. */
static ssize_t when_ready(const struct weir_op *op, size_t length)
{
	bool reads = op->io == WEIR_IO_READ;
	struct pollfd poller = { .fd = op->fd, .events = reads ? POLLIN : POLLOUT };
	int r = poll(&poller, 1, 0);

	if (r == 0)
		errno = EAGAIN;
	if (r <= 0)
		return -1;
	return reads ? plain(op, length) : write_little(op, length);
}

typedef ssize_t (*transfer_fn)(const struct weir_op *op, size_t length);

static int64_t perform(transfer_fn transfer, const struct weir_op *op, uint64_t *syscalls)
{
	ssize_t r;

	do {
		r = transfer(op, op->length);
		*syscalls += transfer == when_ready ? 2 : 1;
	} while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}

static transfer_fn fitting(mode_t mode)
{
	if (S_ISSOCK(mode))
		return on_socket;
	if (S_ISREG(mode) || S_ISBLK(mode) || S_ISDIR(mode))
		return plain;
	return when_ready;
}

int64_t weir_loop_transfer_now(const struct weir_op *op, uint64_t *syscalls)
{
	struct stat status;
	bool sends = weir_loop_is_send(op);
	int64_t r = perform(sends ? on_socket : nowait, op, syscalls);

	if (r != -EOPNOTSUPP || sends)
		return r;
	*syscalls += 1;
	if (fstat(op->fd, &status) < 0)
		return -errno;
	return perform(fitting(status.st_mode), op, syscalls);
}

int64_t weir_loop_transfer_blocking(const struct weir_op *op, uint64_t *syscalls)
{
	return perform(plain, op, syscalls);
}
