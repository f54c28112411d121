/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <linux/kd.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <libseat.h>
#include <xf86drm.h>

#include "core/clock.h"
#include "core/log.h"
#include "sinks/kms/access.h"

/* The right to show from a seat manager (logind, seatd), by libseat: who is on the screen changes
 * with the console that is switched to, and everybody is told. */

/* A manager that lets us on the screen says so at once. */
#define ENABLE_NS (WEIR_NS_PER_S / 2)

struct seat {
	struct weir_kms_access *access;
	struct libseat *libseat;
	int device; /* the manager's number of the card; -1: none */
	bool active;
	struct weir_loop *loop;
	struct weir_watch watch;
	int console;  /* our terminal, where that is one; -1 */
	int keyboard; /* its mode, before the manager took the keys away */
};

/* ---- its own words ---- */

/* libseat's handler has no room for a pointer of ours; it is called from inside libseat's functions
 * only, so this says for whom this thread is in one. */
static _Thread_local const struct weir_log *listener;

__attribute__((format(printf, 2, 0))) static void hear(
	enum libseat_log_level level, const char *format, va_list args)
{
	char text[256];

	(void)level;
	if (!listener)
		return;
	vsnprintf(text, sizeof(text), format, args);
	weir_debug(listener, "display: libseat: %s", text);
}

/* Its complaints are about ways that it tries in vain, so they are for those who look closely; for
 * others it stays as it is, which is silent unless the program wants it otherwise. */
static void listen_to_libseat(const struct weir_log *log)
{
	listener = log;
	if (!log || !weir_log_wants(log, WEIR_LOG_DEBUG))
		return;
	libseat_set_log_handler(hear);
	libseat_set_log_level(LIBSEAT_LOG_LEVEL_DEBUG);
}

/* ---- whether to ask ---- */

/* Major number 4, 1 to 63: a virtual console. */
static bool terminal_is_a_console(void)
{
	int tty = 0, session = 0;
	char line[512];
	const char *rest;
	FILE *file = fopen("/proc/self/stat", "re");

	if (!file)
		return false;
	rest = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
	fclose(file);
	if (!rest || sscanf(rest, ") %*c %*d %*d %d %d", &session, &tty) != 2)
		return false;
	return tty >> 8 == 4 && (tty & 0xff) >= 1 && (tty & 0xff) <= 63;
}

/* A manager gives the console in front of the machine to whoever asks from that, and from elsewhere
 * too: who is logged in from afar, or runs as a service, does not take it away from the one who
 * sits there unless the user says so. */
static bool is_wanted(void)
{
	return getenv("LIBSEAT_BACKEND") || getenv("SEATD_SOCK") || getenv("XDG_VTNR") ||
	       terminal_is_a_console();
}

/* ---- the keyboard ---- */

/* Managers silence the console's keyboard for programs that read it themselves. We do not, and the
 * user is to reach Ctrl+C and Ctrl+Alt+F2. */
static void note_keyboard(struct seat *seat)
{
	seat->console = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (seat->console >= 0 && ioctl(seat->console, KDGKBMODE, &seat->keyboard) == 0)
		return;
	if (seat->console >= 0)
		close(seat->console);
	seat->console = -1;
}

static void give_keyboard_back(const struct seat *seat)
{
	if (seat->console >= 0 && ioctl(seat->console, KDSKBMODE, seat->keyboard) < 0)
		weir_debug(seat->access->log, "display: the console's keyboard stays silent");
}

/* ---- events ---- */

static void enabled(struct libseat *libseat, void *data)
{
	struct seat *seat = data;

	(void)libseat;
	seat->active = true;
	give_keyboard_back(seat);
	weir_kms_access_given(seat->access);
}

/* The console's switch waits for our answer. */
static void disabled(struct libseat *libseat, void *data)
{
	struct seat *seat = data;

	weir_kms_access_taken(seat->access, -EACCES);
	seat->active = false;
	libseat_disable_seat(libseat);
}

static const struct libseat_seat_listener events = {
	.enable_seat = enabled,
	.disable_seat = disabled,
};

static void dispatch(struct seat *seat)
{
	listen_to_libseat(seat->access->log);
	if (libseat_dispatch(seat->libseat, 0) < 0) {
		weir_warn(seat->access->log, "display: the seat manager is gone: nobody tells any "
					     "more when another console is switched to");
		weir_loop_unwatch(seat->loop, &seat->watch);
	}
	listen_to_libseat(NULL);
}

static void ready(struct weir_watch *watch, uint32_t what)
{
	(void)what;
	dispatch(watch->data);
}

/* ---- opening ---- */

static void await_enabled(struct seat *seat)
{
	uint64_t end = weir_now_ns() + ENABLE_NS, now = weir_now_ns();

	while (!seat->active && now < end &&
		libseat_dispatch(seat->libseat, (int)((end - now) / 1000000) + 1) >= 0)
		now = weir_now_ns();
}

static void destroy(struct seat *seat)
{
	if (seat->device >= 0)
		libseat_close_device(seat->libseat, seat->device);
	if (seat->libseat)
		libseat_close_seat(seat->libseat);
	if (seat->console >= 0)
		close(seat->console);
	free(seat);
}

static bool take_seat(struct seat *seat)
{
	note_keyboard(seat);
	seat->libseat = libseat_open_seat(&events, seat);
	if (!seat->libseat)
		return false;
	await_enabled(seat);
	if (seat->active)
		seat->device =
			libseat_open_device(seat->libseat, seat->access->path, &seat->access->fd);
	return seat->device >= 0;
}

/* Where it does not work there is the node itself. */
static int open_seat(struct weir_kms_access *access)
{
	struct seat *seat;
	bool taken;

	if (!is_wanted())
		return -ENOENT;
	seat = calloc(1, sizeof(*seat));
	if (!seat)
		return -ENOMEM;
	*seat = (struct seat){ .access = access, .device = -1, .console = -1 };
	listen_to_libseat(access->log);
	taken = take_seat(seat);
	if (taken)
		access->seat = seat;
	else
		destroy(seat);
	listen_to_libseat(NULL);
	return taken ? 0 : -ENOENT;
}

static void close_seat(struct weir_kms_access *access)
{
	struct seat *seat = access->seat;

	listen_to_libseat(seat->access->log);
	close(access->fd);
	destroy(seat);
	listen_to_libseat(NULL);
	access->seat = NULL;
	access->fd = -1;
}

static bool may_show(struct weir_kms_access *access)
{
	const struct seat *seat = access->seat;

	return seat->active && drmIsMaster(access->fd);
}

/* What happened since it was opened has come by now, and wakes nobody any more. */
static int watch(struct weir_kms_access *access, struct weir_loop *loop)
{
	struct seat *seat = access->seat;
	int fd = libseat_get_fd(seat->libseat), err;

	seat->watch = (struct weir_watch){ .ready = ready, .data = seat };
	seat->loop = loop;
	err = weir_loop_watch(loop, &seat->watch, fd, POLLIN);
	if (!err)
		dispatch(seat);
	return err;
}

static void unwatch(struct weir_kms_access *access)
{
	struct seat *seat = access->seat;

	weir_loop_unwatch(seat->loop, &seat->watch);
	seat->loop = NULL;
}

const struct weir_kms_way weir_kms_way_seat = {
	.name = "the seat manager",
	.taken = "another console is on the screen now",
	.open = open_seat,
	.close = close_seat,
	.may_show = may_show,
	.watch = watch,
	.unwatch = unwatch,
};
