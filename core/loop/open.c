/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/checked.h"
#include "core/log.h"
#include "core/loop/backend.h"
#include "core/loop/sigpipe.h"

/* Which backend a loop gets, and its beginning and end. */

#define DEFAULT_ENTRIES 256
#define MOST_ENTRIES    16384

static const struct weir_loop_backend *const backends[] = {
#ifdef WEIR_HAVE_LIBURING
	&weir_loop_uring,
	&weir_loop_sqpoll,
#endif
	&weir_loop_epoll,
};

const char *const weir_loop_backends[] = {
#ifdef WEIR_HAVE_LIBURING
	"uring",
	"sqpoll",
#endif
	"epoll",
	NULL,
};

static_assert(WEIR_COUNT(backends) + 1 == WEIR_COUNT(weir_loop_backends), "one name a backend");

void weir_loop_explain(struct weir_loop *loop, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(loop->reason, sizeof(loop->reason), format, arguments);
	va_end(arguments);
}

static const char *remedy(int error)
{
	const char *usual = weir_errno_remedy(error);

	if (usual)
		return usual;
	return error == -ENOMEM ? "free memory, or raise the limit of locked memory (ulimit -l, "
				  "LimitMEMLOCK=)"
				: "use another backend";
}

int weir_loop_refuse(struct weir_loop *loop, const char *what, int error, const char *cure)
{
	char text[WEIR_ERRNO_TEXT];

	weir_loop_explain(loop, "%s: %s; %s", what, weir_errno_text(error, text),
		cure ? cure : remedy(error));
	return error;
}

static int open_backend(struct weir_loop *loop, const struct weir_loop_backend *backend)
{
	int r;

	loop->backend = backend;
	r = backend->open(loop);
	if (r < 0)
		loop->backend = NULL;
	loop->syscalls = 0;
	return r;
}

static int refuse_name(const struct weir_loop *loop, const char *name)
{
#ifndef WEIR_HAVE_LIBURING
	if (!strcmp(name, "uring") || !strcmp(name, "sqpoll")) {
		weir_error(loop->log,
			"loop backend %s: this build has no io_uring; "
			"build with liburing or use epoll",
			name);
		return -ENOSYS;
	}
#endif
	weir_error(loop->log,
		"loop backend %s: no such backend; there are auto, uring, sqpoll and epoll", name);
	return -EINVAL;
}

static int open_named(struct weir_loop *loop, const char *name)
{
	for (size_t i = 0; i < WEIR_COUNT(backends); i++) {
		int r;

		if (strcmp(backends[i]->name, name) != 0)
			continue;
		r = open_backend(loop, backends[i]);
		if (r < 0)
			weir_error(loop->log, "loop backend %s: %s", name, loop->reason);
		else
			weir_loop_explain(loop, "asked for by name");
		return r;
	}
	return refuse_name(loop, name);
}

static int open_automatic(struct weir_loop *loop)
{
	char failed[sizeof(loop->reason)] = "";
	int r = -ENOSYS;

	for (size_t i = 0; i < WEIR_COUNT(backends); i++) {
		if (!backends[i]->automatic)
			continue;
		r = open_backend(loop, backends[i]);
		if (r == 0)
			break;
		memcpy(failed, loop->reason, sizeof(failed));
	}
	if (r < 0)
		weir_error(loop->log, "no loop backend works: %s", failed);
	else if (failed[0])
		weir_loop_explain(loop, "%s", failed);
#ifndef WEIR_HAVE_LIBURING
	else
		weir_loop_explain(loop, "this build has no io_uring");
#endif
	return r;
}

static struct weir_loop *create(const struct weir_loop_settings *settings)
{
	unsigned entries = settings->entries ? settings->entries : DEFAULT_ENTRIES;
	struct weir_loop *loop = calloc(1, sizeof(*loop));

	if (!loop)
		return NULL;
	loop->log = settings->log;
	weir_loop_tasks_init(&loop->queued);
	weir_loop_tasks_init(&loop->due);
	if (entries > MOST_ENTRIES)
		entries = MOST_ENTRIES;
	if (weir_loop_slots_init(&loop->slots, entries) == 0 &&
		weir_loop_timers_init(&loop->timers, entries) == 0)
		return loop;
	weir_loop_slots_finish(&loop->slots);
	free(loop);
	return NULL;
}

static void destroy(struct weir_loop *loop)
{
	weir_loop_timers_finish(&loop->timers);
	weir_loop_slots_finish(&loop->slots);
	free(loop);
}

int weir_loop_open(const struct weir_loop_settings *settings, struct weir_loop **out)
{
	const char *name = settings->backend;
	struct weir_loop *loop = create(settings);
	int r;

	if (!loop) {
		weir_error(settings->log, "loop: out of memory");
		return -ENOMEM;
	}
	r = !name || !strcmp(name, "auto") ? open_automatic(loop) : open_named(loop, name);
	if (r < 0) {
		destroy(loop);
		return r;
	}
	weir_debug(loop->log, "loop backend %s: %s", loop->backend->name, loop->reason);
	*out = loop;
	return 0;
}

static void unwatch_all(struct weir_loop *loop)
{
	for (uint32_t i = 0; i < loop->slots.count; i++)
		if (loop->slots.table[i].kind == WEIR_LOOP_SLOT_WATCH)
			weir_loop_unwatch(loop, weir_loop_watch_at(loop, i));
}

static void unqueue_all(struct weir_task *head)
{
	struct weir_task *task;

	while ((task = weir_loop_tasks_first(head)))
		weir_loop_tasks_remove(task);
}

void weir_loop_close(struct weir_loop **address)
{
	struct weir_loop_sigpipe held;
	struct weir_loop *loop = *address;

	*address = NULL;
	if (!loop)
		return;
	assert(!loop->running);
	loop->closing = true;
	/* What was submitted but never looked at goes to the kernel now, writes included. */
	weir_loop_sigpipe_hold(&held);
	unwatch_all(loop);
	loop->backend->close(loop);
	weir_loop_sigpipe_release(&held);
	unqueue_all(&loop->due);
	unqueue_all(&loop->queued);
	destroy(loop);
}
