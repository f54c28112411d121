/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>

#include "core/clock.h"
#include "core/log.h"
#include "sinks/kms/access.h"
#include "sinks/kms/sink.h"

/* Monitors are unplugged, drivers stop answering, somebody else comes on the screen: the run goes
 * on without the display, and it comes back when it can. */

#define TICK_NS (WEIR_NS_PER_S / 2)

/* One that comes back in vain is tried less and less often, up to every 16 s. */
#define MAX_PATIENCE 5

void weir_kms_leave_screen(struct weir_kms_sink *display, enum weir_drop verdict)
{
	weir_kms_output_restore(&display->output);
	weir_kms_framebuffers_drop(&display->framebuffers, &display->output.card);
	weir_kms_flips_let_go(&display->flips, verdict);
}

/* ---- away ---- */

static void say_away(const struct weir_kms_sink *display, int error)
{
	const char *name = display->output.connector.name;
	const struct weir_kms_access *access = display->output.card.access;
	const struct weir_log *log = display->base.log;
	char text[WEIR_ERRNO_TEXT];

	if (!weir_kms_connector_is_connected(&display->output.connector))
		weir_warn(log, "display: %s is unplugged: the run goes on without it", name);
	else if (error == -EACCES)
		weir_warn(log, "display: %s (%s): the run goes on without it", access->way->taken,
			name);
	else if (error == -ENOENT && access->lease >= 0)
		weir_warn(log, "display: the lease of %s was revoked: the run goes on without it",
			name);
	else
		weir_warn(log,
			"display: %s shows no frames any more (%s): the run goes on "
			"without it",
			name, weir_errno_text(error, text));
}

static void look_again(struct weir_kms_sink *display)
{
	weir_loop_arm(display->host.loop, &display->tick,
		weir_now_ns() + (TICK_NS << (display->away ? display->fruitless : 0)));
}

/* One that comes and goes without showing anything is told of once. */
void weir_kms_go_away(struct weir_kms_sink *display, int error)
{
	bool in_vain = display->flips.count.shown == display->shown_before;

	if (display->away)
		return;
	display->away = true;
	weir_kms_leave_screen(display, WEIR_DROP_FAILED);
	if (!in_vain)
		display->fruitless = 0;
	else if (display->fruitless < MAX_PATIENCE)
		display->fruitless++;
	if (display->fruitless <= 1)
		say_away(display, error);
	look_again(display);
}

/* ---- and back ---- */

/* 0: the next frame is shown. */
static int settle(struct weir_kms_sink *display, char *why, size_t size)
{
	int err = weir_kms_output_read(&display->output);

	display->placed.valid = false;
	if (!err)
		err = weir_kms_output_place(
			&display->output, &display->video, &display->wish, why, size);
	return err ? err : weir_kms_output_prepare(&display->output);
}

static void say_back(const struct weir_kms_sink *display)
{
	const struct weir_kms_output *output = &display->output;

	weir_warn(display->base.log, "display: %s is back: %ux%u", output->connector.name,
		output->placement.mode.hdisplay, output->placement.mode.vdisplay);
}

static void come_back(struct weir_kms_sink *display)
{
	const struct weir_kms_output *output = &display->output;
	char why[256] = "";
	int err;

	if (!weir_kms_connector_is_connected(&output->connector) ||
		!weir_kms_may_show(&output->card))
		return;
	err = settle(display, why, sizeof(why));
	if (!err) {
		display->away = false;
		display->shown_before = display->flips.count.shown;
		if (!display->fruitless)
			say_back(display);
	} else if (err == -ENOTSUP) {
		/* Another monitor, say: other formats and sizes may do. */
		display->host.changed(display->host.data, &display->base);
	}
}

/* ---- when to look ---- */

static void look_at_monitor(struct weir_kms_sink *display)
{
	weir_counter_add(&display->base.syscalls, 1);
	if (display->away)
		come_back(display);
	else if (!weir_kms_connector_is_connected(&display->output.connector))
		weir_kms_go_away(display, -ENODEV);
}

/* Nobody tells when somebody else leaves the screen, or that an event was lost. */
static void look(struct weir_timer *timer)
{
	struct weir_kms_sink *display = timer->data;
	int err = 0;

	if (display->fruitless && display->flips.count.shown > display->shown_before) {
		display->fruitless = 0;
		say_back(display);
	}
	if (display->away || !display->udev)
		look_at_monitor(display);
	if (!display->away)
		err = weir_kms_flips_check(&display->flips);
	if (err)
		weir_kms_go_away(display, err);
	look_again(display);
}

static void plugged(struct weir_watch *watch, uint32_t events)
{
	struct weir_kms_sink *display = watch->data;

	(void)events;
	if (weir_udev_read(display->udev))
		look_at_monitor(display);
}

static void taken(void *data, int error)
{
	weir_kms_go_away(data, error);
}

static void given(void *data)
{
	struct weir_kms_sink *display = data;

	if (display->away)
		come_back(display);
}

/* Without udev the monitor is looked at now and then. */
static void watch_monitor(struct weir_kms_sink *display)
{
	int fd = weir_udev_open("drm", &display->udev);

	display->udev_watch = (struct weir_watch){ .ready = plugged, .data = display };
	if (fd < 0 || !weir_loop_watch(display->host.loop, &display->udev_watch, fd, POLLIN))
		return;
	weir_udev_close(display->udev);
	display->udev = NULL;
}

static int begin_to_look(struct weir_kms_sink *display)
{
	struct weir_kms_card *card = &display->output.card;
	char text[WEIR_ERRNO_TEXT];
	int err;

	card->taken = taken;
	card->given = given;
	card->data = display;
	display->tick = (struct weir_timer){ .fired = look, .data = display };
	err = weir_kms_access_watch(card, display->host.loop);
	if (!err)
		err = weir_loop_arm(display->host.loop, &display->tick, weir_now_ns() + TICK_NS);
	if (err) {
		weir_error(display->base.log, "display: the loop cannot watch %s: %s", card->path,
			weir_errno_text(err, text));
		weir_kms_access_unwatch(card);
		return err;
	}
	watch_monitor(display);
	return 0;
}

/* ---- beginning and end ---- */

static void say_placement(const struct weir_kms_sink *display)
{
	const struct weir_kms_output *output = &display->output;
	const struct weir_kms_placement *placement = &output->placement;
	bool fills = placement->width == placement->mode.hdisplay &&
		     placement->height == placement->mode.vdisplay;

	weir_info(display->base.log,
		"display: %s on %s (%s): %ux%u at %.2f Hz, plane %u%s, %ux%u at %d,%d",
		output->connector.name, output->card.path, output->card.driver,
		placement->mode.hdisplay, placement->mode.vdisplay,
		(double)WEIR_NS_PER_S / (double)weir_kms_mode_interval_ns(&placement->mode),
		placement->plane->object.id, fills ? ", all of it" : "", placement->width,
		placement->height, placement->x, placement->y);
}

/* 0: it is there, or away for now. */
static int appear(struct weir_kms_sink *display)
{
	const char *name = display->output.connector.name;
	char why[256] = "", text[WEIR_ERRNO_TEXT];
	bool may_show = weir_kms_may_show(&display->output.card);
	int err = may_show ? settle(display, why, sizeof(why)) : -EACCES;

	display->away = err == -ENODEV || !may_show;
	display->fruitless = 0;
	display->shown_before = UINT64_MAX;
	if (!err)
		say_placement(display);
	else if (!may_show)
		say_away(display, err);
	else if (display->away)
		weir_warn(display->base.log, "display: nothing is connected to %s just now", name);
	else
		weir_error(display->base.log, "display: %s: %s", name,
			why[0] ? why : weir_errno_text(err, text));
	return display->away ? 0 : err;
}

int weir_kms_presence_start(struct weir_kms_sink *display)
{
	int err = appear(display);

	return err ? err : begin_to_look(display);
}

void weir_kms_presence_stop(struct weir_kms_sink *display)
{
	weir_loop_disarm(display->host.loop, &display->tick);
	if (display->udev) {
		weir_loop_unwatch(display->host.loop, &display->udev_watch);
		weir_udev_close(display->udev);
		display->udev = NULL;
	}
	weir_kms_access_unwatch(&display->output.card);
}
