/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>

#include "core/loop/transfer.h"
#include "core/loop/uring_state.h"

/* Transfers: asked for, tried again where the kernel does not do that itself, and over when it has
 * nothing of them any more. */

static void prepare_file(
	struct io_uring_sqe *sqe, const struct weir_op *op, const struct weir_uring_region *region)
{
	/* The kernel's own limit of one transfer; the caller goes on with the rest. */
	unsigned length = op->length < 0x7ffff000 ? (unsigned)op->length : 0x7ffff000;
	bool fixed = op->io != WEIR_IO_WRITEV && weir_uring_holds(region, op->buffer, op->length);

	if (op->io == WEIR_IO_WRITEV)
		io_uring_prep_writev(sqe, op->fd, op->parts, op->n_parts, op->offset);
	else if (op->io == WEIR_IO_READ && fixed)
		io_uring_prep_read_fixed(sqe, op->fd, op->buffer, length, op->offset, 0);
	else if (op->io == WEIR_IO_READ)
		io_uring_prep_read(sqe, op->fd, op->buffer, length, op->offset);
	else if (fixed)
		io_uring_prep_write_fixed(sqe, op->fd, op->buffer, length, op->offset, 0);
	else
		io_uring_prep_write(sqe, op->fd, op->buffer, length, op->offset);
}

static int prepare_transfer(struct weir_loop *loop, uint32_t slot)
{
	static const struct weir_loop_zero_copy none;
	struct weir_uring *uring = loop->state;
	struct weir_uring_request *request = &uring->requests[slot];
	struct weir_op *op = weir_loop_op_at(loop, slot);
	struct io_uring_sqe *sqe = weir_uring_prepare(loop, &uring->ring);

	if (!sqe)
		return -EAGAIN;
	request->waits_to_try = request->zero_copy = false;
	if (weir_loop_is_send(op)) {
		request->zero_copy = weir_uring_prepare_send(
			sqe, op, &uring->region, request->copies ? &none : &loop->zero_copy);
		op->copied |= op->zero_copy && !request->zero_copy;
	} else {
		prepare_file(sqe, op, &uring->region);
	}
	weir_uring_started(loop, slot, sqe);
	return 0;
}

int weir_uring_start_transfer(struct weir_loop *loop, uint32_t slot)
{
	struct weir_uring *uring = loop->state;

	uring->requests[slot] = (struct weir_uring_request){ 0 };
	return prepare_transfer(loop, slot);
}

enum outcome { OVER, AGAIN, WHEN_READY };

static enum outcome outcome_of(struct weir_uring_request *request, struct weir_op *op, int result)
{
	if (result == -EINTR || (request->waits_to_try && result >= 0))
		return AGAIN;
	/* A non-blocking file that io_uring does not wait for by itself. */
	if (result == -EAGAIN)
		return WHEN_READY;
	if (!weir_loop_is_send(op))
		return OVER;
	if (result >= 0)
		return weir_loop_went(op, result) ? WHEN_READY : OVER;
	request->copies = request->zero_copy && weir_uring_may_copy(result);
	return request->copies ? AGAIN : OVER;
}

/* The kernel has nothing more of it than memory that the network is to let go of. */
static void transfer_over(struct weir_loop *loop, uint32_t slot, int64_t result)
{
	const struct weir_uring *uring = loop->state;

	if (uring->requests[slot].notifications)
		weir_loop_sent(loop, slot, result);
	else
		weir_loop_finish(loop, slot, result);
}

static void transfer_tried(struct weir_loop *loop, uint32_t slot, int result)
{
	struct weir_uring *uring = loop->state;
	struct weir_uring_request *request = &uring->requests[slot];
	struct weir_op *op = weir_loop_op_at(loop, slot);
	enum outcome outcome = outcome_of(request, op, result);
	bool early = op->loop.cancelled && (outcome != OVER || result == -ECANCELED);
	int64_t r = result >= 0 && weir_loop_is_send(op) ? op->loop.result : result;

	if (early) {
		r = weir_loop_unfinished(op);
	} else if (outcome == AGAIN) {
		r = prepare_transfer(loop, slot);
	} else if (outcome == WHEN_READY) {
		r = weir_uring_prepare_poll(
			loop, slot, op->fd, op->io == WEIR_IO_READ ? POLLIN : POLLOUT, false);
		request->waits_to_try = true;
	}
	if (!request->active)
		transfer_over(loop, slot, r);
}

static void transfer_notified(struct weir_loop *loop, uint32_t slot, int result)
{
	struct weir_uring *uring = loop->state;
	struct weir_uring_request *request = &uring->requests[slot];
	struct weir_op *op = weir_loop_op_at(loop, slot);

	request->notifications--;
	if (request->failed) {
		request->failed = false;
		transfer_tried(loop, slot, request->error);
		return;
	}
	op->copied |= weir_uring_copied(result);
	if (op->loop.sent && !request->notifications)
		weir_loop_finish(loop, slot, op->loop.result);
}

void weir_uring_transfer_answered(
	struct weir_loop *loop, uint32_t slot, const struct weir_uring_answer *answer)
{
	struct weir_uring *uring = loop->state;
	struct weir_uring_request *request = &uring->requests[slot];

	if (answer->notification) {
		transfer_notified(loop, slot, answer->result);
		return;
	}
	request->active = false;
	if (answer->more)
		request->notifications++;
	/* Its notification, which comes at once, tells of no bytes. */
	request->failed = answer->more && answer->result < 0;
	request->error = answer->result;
	if (!request->failed)
		transfer_tried(loop, slot, answer->result);
}
