/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_LOOP_TASKS_H
#define WEIR_CORE_LOOP_TASKS_H

#include "core/loop.h"

/* A ring of queued tasks around a head that is never run. */

void weir_loop_tasks_init(struct weir_task *head);

/* The first task; NULL when none is queued. */
struct weir_task *weir_loop_tasks_first(const struct weir_task *head);

void weir_loop_tasks_append(struct weir_task *head, struct weir_task *task);
void weir_loop_tasks_remove(struct weir_task *task);

/* Moves all of `from` in front of those of `to`. */
void weir_loop_tasks_prepend_all(struct weir_task *to, struct weir_task *from);

#endif
