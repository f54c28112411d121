/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/loop/tasks.h"

void weir_loop_tasks_init(struct weir_task *head)
{
	head->loop.next = head->loop.prev = head;
}

struct weir_task *weir_loop_tasks_first(const struct weir_task *head)
{
	return head->loop.next == head ? NULL : head->loop.next;
}

void weir_loop_tasks_append(struct weir_task *head, struct weir_task *task)
{
	if (task->loop.queued)
		return;
	task->loop.queued = true;
	task->loop.next = head;
	task->loop.prev = head->loop.prev;
	task->loop.prev->loop.next = task;
	head->loop.prev = task;
}

void weir_loop_tasks_remove(struct weir_task *task)
{
	if (!task->loop.queued)
		return;
	task->loop.queued = false;
	task->loop.prev->loop.next = task->loop.next;
	task->loop.next->loop.prev = task->loop.prev;
}

void weir_loop_tasks_prepend_all(struct weir_task *to, struct weir_task *from)
{
	struct weir_task *first = from->loop.next, *last = from->loop.prev;

	if (first == from)
		return;
	last->loop.next = to->loop.next;
	to->loop.next->loop.prev = last;
	to->loop.next = first;
	first->loop.prev = to;
	weir_loop_tasks_init(from);
}
