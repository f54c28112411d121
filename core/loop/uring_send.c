/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/loop/uring_send.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/loop/transfer.h"

/* Names that liburing 2.3 and older kernels' headers lack. */
#define REPORT_USAGE (1u << 3)
#define COPIED       (1u << 31)

/* The kernel's own limit of one transfer. */
#define MOST 0x7ffff000u

bool weir_uring_holds(const struct weir_uring_region *region, const void *start, size_t length)
{
	uintptr_t from = (uintptr_t)start;

	return region->length && from >= region->base && length <= region->length &&
	       from - region->base <= region->length - length;
}

static bool holds_parts(
	const struct weir_uring_region *region, const struct iovec *parts, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (!weir_uring_holds(region, parts[i].iov_base, parts[i].iov_len))
			return false;
	return n > 0;
}

static bool prepare_buffer(struct io_uring_sqe *sqe, const struct weir_op *op,
	const struct weir_loop_piece *piece, const struct weir_uring_region *region, bool zero_copy)
{
	unsigned length = piece->length < MOST ? (unsigned)piece->length : MOST;
	int flags = MSG_NOSIGNAL | (op->whole ? MSG_WAITALL : 0);

	if (!zero_copy)
		io_uring_prep_send(sqe, op->fd, piece->buffer, length, flags);
	else if (weir_uring_holds(region, piece->buffer, length))
		io_uring_prep_send_zc_fixed(
			sqe, op->fd, piece->buffer, length, flags, REPORT_USAGE, 0);
	else
		io_uring_prep_send_zc(sqe, op->fd, piece->buffer, length, flags, REPORT_USAGE);
	return zero_copy;
}

static void prepare_message_zc(
	struct io_uring_sqe *sqe, int fd, const struct msghdr *message, unsigned flags, bool fixed)
{
	io_uring_prep_sendmsg_zc(sqe, fd, message, flags);
	sqe->ioprio = (uint16_t)(REPORT_USAGE | (fixed ? IORING_RECVSEND_FIXED_BUF : 0));
	sqe->buf_index = 0;
}

bool weir_uring_prepare_send(struct io_uring_sqe *sqe, struct weir_op *op,
	const struct weir_uring_region *region, const struct weir_loop_zero_copy *can)
{
	struct weir_loop_piece piece = weir_loop_piece_left(op);
	unsigned flags = MSG_NOSIGNAL | (op->whole ? MSG_WAITALL : 0);

	if (!piece.n_parts)
		return prepare_buffer(sqe, op, &piece, region, op->zero_copy && can->sends);
	op->loop.message = (struct msghdr){
		.msg_iov = (struct iovec *)(uintptr_t)piece.parts,
		.msg_iovlen = piece.n_parts,
		.msg_control = op->control,
		.msg_controllen = op->control ? op->control_length : 0,
	};
	if (!op->zero_copy || !can->vectors) {
		io_uring_prep_sendmsg(sqe, op->fd, &op->loop.message, flags);
		return false;
	}
	prepare_message_zc(sqe, op->fd, &op->loop.message, flags,
		can->registered_vectors && holds_parts(region, piece.parts, piece.n_parts));
	return true;
}

bool weir_uring_may_copy(int error)
{
	return error == -EOPNOTSUPP || error == -EINVAL || error == -ENOMEM || error == -EFAULT;
}

bool weir_uring_copied(int result)
{
	return (unsigned)result & COPIED;
}

/* The result of the one request that is prepared, its notification taken as well. */
static int answer_of(struct weir_loop *loop, struct io_uring *ring)
{
	struct io_uring_cqe *cqe;
	int r, result = 0;
	bool more = true;

	for (bool first = true; more; first = false) {
		loop->syscalls++;
		do
			r = io_uring_submit_and_wait(ring, 1);
		while (r == -EINTR);
		if (r >= 0)
			r = io_uring_peek_cqe(ring, &cqe);
		if (r < 0)
			return r;
		if (first)
			result = cqe->res;
		more = cqe->flags & IORING_CQE_F_MORE;
		io_uring_cqe_seen(ring, cqe);
	}
	return result;
}

/* Who is to send without an address says so, and who cannot send like this says so before. */
static bool is_known(int result)
{
	return result == -EDESTADDRREQ || result == -EFAULT;
}

struct weir_loop_zero_copy weir_uring_try_sends(struct weir_loop *loop, struct io_uring *ring)
{
	struct weir_loop_zero_copy can = { false };
	char byte = 0;
	struct iovec part = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return can;
	io_uring_prep_send_zc(io_uring_get_sqe(ring), fd, &byte, 1, MSG_NOSIGNAL, REPORT_USAGE);
	can.sends = is_known(answer_of(loop, ring));
	if (can.sends) {
		prepare_message_zc(io_uring_get_sqe(ring), fd, &message, MSG_NOSIGNAL, false);
		can.vectors = is_known(answer_of(loop, ring));
	}
	if (can.vectors) {
		/* No memory is registered, and it takes a kernel that knows of this to miss it. */
		prepare_message_zc(io_uring_get_sqe(ring), fd, &message, MSG_NOSIGNAL, true);
		can.registered_vectors = is_known(answer_of(loop, ring));
	}
	close(fd);
	return can;
}
