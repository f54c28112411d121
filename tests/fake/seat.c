/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/seat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <libseat.h>

#include "tests/fake/drm.h"
#include "tests/unit/cmocka_all.h"

struct fake_seat fake_seat;

static struct libseat *the_seat(void)
{
	return (struct libseat *)&fake_seat;
}

void fake_seat_init(void)
{
	memset(&fake_seat, 0, sizeof(fake_seat));
	fake_seat.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(fake_seat.fd >= 0);
}

void fake_seat_finish(void)
{
	assert_int_equal(fake_seat.seats, 0);
	assert_int_equal(fake_seat.devices, 0);
	close(fake_seat.fd);
}

static void send_event(int event)
{
	const uint64_t one = 1;

	fake_seat.event = event;
	assert_int_equal(write(fake_seat.fd, &one, sizeof(one)), sizeof(one));
}

void fake_seat_enable(void)
{
	fake.not_master = false;
	send_event(1);
}

void fake_seat_disable(void)
{
	send_event(-1);
}

/* ---- libseat ---- */

struct libseat *__wrap_libseat_open_seat(
	const struct libseat_seat_listener *listener, void *userdata);
struct libseat *__wrap_libseat_open_seat(
	const struct libseat_seat_listener *listener, void *userdata)
{
	fake_seat.asked++;
	if (fake_seat.refuses) {
		errno = ENOENT;
		return NULL;
	}
	fake_seat.listener = listener;
	fake_seat.listener_data = userdata;
	fake_seat.event = !fake_seat.never_ready;
	fake_seat.seats++;
	return the_seat();
}

int __wrap_libseat_close_seat(struct libseat *seat);
int __wrap_libseat_close_seat(struct libseat *seat)
{
	assert_ptr_equal(seat, the_seat());
	fake_seat.seats--;
	return 0;
}

int __wrap_libseat_open_device(struct libseat *seat, const char *path, int *fd);
int __wrap_libseat_open_device(struct libseat *seat, const char *path, int *fd)
{
	assert_ptr_equal(seat, the_seat());
	assert_string_equal(path, FAKE_CARD);
	if (fake_seat.no_device) {
		errno = EPERM;
		return -1;
	}
	*fd = fcntl(fake.fd, F_DUPFD_CLOEXEC, 0);
	fake_seat.devices++;
	return 7;
}

int __wrap_libseat_close_device(struct libseat *seat, int device_id);
int __wrap_libseat_close_device(struct libseat *seat, int device_id)
{
	assert_ptr_equal(seat, the_seat());
	assert_int_equal(device_id, 7);
	fake_seat.devices--;
	return 0;
}

int __wrap_libseat_get_fd(struct libseat *seat);
int __wrap_libseat_get_fd(struct libseat *seat)
{
	assert_ptr_equal(seat, the_seat());
	return fake_seat.fd;
}

int __wrap_libseat_disable_seat(struct libseat *seat);
int __wrap_libseat_disable_seat(struct libseat *seat)
{
	assert_ptr_equal(seat, the_seat());
	if (fake_seat.on_acknowledged)
		fake_seat.on_acknowledged(fake_seat.data);
	fake.not_master = true;
	fake_seat.acknowledged++;
	return 0;
}

int __wrap_libseat_dispatch(struct libseat *seat, int timeout);
int __wrap_libseat_dispatch(struct libseat *seat, int timeout)
{
	const struct libseat_seat_listener *listener = fake_seat.listener;
	int event = fake_seat.event;
	uint64_t count;

	assert_ptr_equal(seat, the_seat());
	if (fake_seat.gone) {
		errno = EPIPE;
		return -1;
	}
	if (!event && timeout > 0)
		usleep((unsigned)timeout * 1000);
	fake_seat.event = 0;
	if (read(fake_seat.fd, &count, sizeof(count)) < 0)
		assert_int_equal(errno, EAGAIN);
	if (event > 0)
		listener->enable_seat(seat, fake_seat.listener_data);
	else if (event < 0)
		listener->disable_seat(seat, fake_seat.listener_data);
	return event != 0;
}
