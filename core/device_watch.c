/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <weir/device.h>

#include "core/clock.h"
#include "core/loop.h"
#include "core/source.h"

/* An event says that something changed; what, is found by looking again and comparing. A camera
 * comes as several nodes, each with an event or two and moments before it may be opened, so the
 * look waits. */
#define SETTLE_NS   (200 * 1000000ull)
#define MAX_WATCHES 16

struct kept {
	struct weir_device device; /* the strings are ours */
	bool seen;                 /* in the last look */
	bool fresh;                /* which has yet to be told */
	bool outdated;             /* another one says what is true now */
	struct kept *next;
};

struct watcher {
	int (*changed)(void *data, bool added, const struct weir_device *device);
	void *data;
	struct weir_loop *loop;
	struct weir_watch stop;
	struct weir_timer settle;
	const struct weir_source_impl *impls[MAX_WATCHES]; /* that watch */
	void *watches[MAX_WATCHES];
	size_t n_watches;
	struct kept *kept;
	int result;
};

static void release(struct kept *kept)
{
	free((char *)kept->device.uri);
	free((char *)kept->device.name);
	free((char *)kept->device.detail);
	free((char *)kept->device.remedy);
	free(kept);
}

static struct kept *keep(const struct weir_device *device)
{
	struct kept *kept = calloc(1, sizeof(*kept));

	if (!kept)
		return NULL;
	kept->device = *device;
	kept->device.uri = strdup(device->uri);
	kept->device.name = strdup(device->name);
	kept->device.detail = strdup(device->detail);
	kept->device.remedy = strdup(device->remedy);
	if (kept->device.uri && kept->device.name && kept->device.detail && kept->device.remedy)
		return kept;
	release(kept);
	return NULL;
}

static bool is_open(const struct weir_device *device)
{
	return device->driver.name[0];
}

/* Another camera may have the number that one had before. */
static bool is_same(const struct weir_device *a, const struct weir_device *b)
{
	return a->kind == b->kind && !strcmp(a->uri, b->uri) && !strcmp(a->name, b->name) &&
	       (!is_open(a) || !is_open(b) || !strcmp(a->driver.bus, b->driver.bus));
}

/* Of the same one. What cannot be opened now may be so because it is used. */
static bool tells_more(const struct weir_device *now, const struct weir_device *before)
{
	return is_open(now) && memcmp(&now->driver, &before->driver, sizeof(now->driver)) != 0;
}

static int found(void *data, const struct weir_device *device)
{
	struct watcher *watcher = data;
	struct kept **end = &watcher->kept, *before = NULL, *kept;

	for (; *end; end = &(*end)->next)
		if (is_same(&(*end)->device, device))
			before = *end;
	if (before && !tells_more(device, &before->device)) {
		before->seen = true;
		return 0;
	}
	kept = keep(device);
	if (!kept)
		return -ENOMEM;
	if (before)
		before->outdated = true;
	kept->seen = kept->fresh = true;
	*end = kept;
	return 0;
}

static int tell_gone(struct watcher *watcher)
{
	struct kept **at = &watcher->kept;
	int result = 0;

	while (*at && !result) {
		struct kept *kept = *at;

		if (kept->seen) {
			at = &kept->next;
			continue;
		}
		*at = kept->next;
		if (!kept->outdated)
			result = watcher->changed(watcher->data, false, &kept->device);
		release(kept);
	}
	return result;
}

static int tell_new(struct watcher *watcher)
{
	int result = 0;

	for (struct kept *kept = watcher->kept; kept && !result; kept = kept->next) {
		if (kept->fresh)
			result = watcher->changed(watcher->data, true, &kept->device);
		kept->fresh = false;
	}
	return result;
}

static int look(struct watcher *watcher)
{
	int result;

	for (struct kept *kept = watcher->kept; kept; kept = kept->next)
		kept->seen = false;
	result = weir_device_list(found, watcher);
	if (!result) /* before another one with the same number comes */
		result = tell_gone(watcher);
	return result ? result : tell_new(watcher);
}

static void settled(struct weir_timer *timer)
{
	struct watcher *watcher = timer->data;

	watcher->result = look(watcher);
	if (watcher->result)
		weir_loop_stop(watcher->loop);
}

static void something_changed(void *data)
{
	struct watcher *watcher = data;

	weir_loop_arm(watcher->loop, &watcher->settle, weir_now_ns() + SETTLE_NS);
}

static void stop(struct weir_watch *watch, uint32_t events)
{
	struct watcher *watcher = watch->data;

	(void)events;
	weir_loop_stop(watcher->loop);
}

static int watch_sources(struct watcher *watcher)
{
	int err = 0;

	for (size_t i = 0; weir_source_impls[i] && watcher->n_watches < MAX_WATCHES && !err; i++) {
		if (!weir_source_impls[i]->watch)
			continue;
		err = weir_source_impls[i]->watch(watcher->loop, something_changed, watcher,
			&watcher->watches[watcher->n_watches]);
		if (!err)
			watcher->impls[watcher->n_watches++] = weir_source_impls[i];
	}
	return err;
}

static void unwatch_sources(struct watcher *watcher)
{
	while (watcher->n_watches) {
		watcher->n_watches--;
		watcher->impls[watcher->n_watches]->unwatch(watcher->watches[watcher->n_watches]);
	}
}

/* Watches before it looks, so that nothing falls in between. */
static int run(struct watcher *watcher, int stop_fd)
{
	int err = watch_sources(watcher);

	if (!err && stop_fd >= 0)
		err = weir_loop_watch(watcher->loop, &watcher->stop, stop_fd, POLLIN);
	if (!err)
		err = look(watcher);
	if (!err)
		err = weir_loop_run(watcher->loop);
	return err ? err : watcher->result;
}

int weir_device_watch(int stop_fd,
	int (*changed)(void *data, bool added, const struct weir_device *device), void *data)
{
	struct weir_loop_settings settings = { .backend = "epoll" };
	struct watcher watcher = { .changed = changed, .data = data };
	int err = weir_loop_open(&settings, &watcher.loop);

	if (err)
		return err;
	watcher.stop = (struct weir_watch){ .ready = stop, .data = &watcher };
	watcher.settle = (struct weir_timer){ .fired = settled, .data = &watcher };
	err = run(&watcher, stop_fd);
	unwatch_sources(&watcher);
	weir_loop_close(&watcher.loop);
	while (watcher.kept) {
		struct kept *kept = watcher.kept;

		watcher.kept = kept->next;
		release(kept);
	}
	return err;
}
