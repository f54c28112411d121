/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include <xf86drm.h>

#include "core/clock.h"
#include "core/log.h"
#include "sinks/kms/sink.h"

/* Monitors are unplugged, drivers stop answering, mastership is taken: the run goes on without the
 * display, and it comes back when it can. */

#define TICK_NS (WEIR_NS_PER_S / 2)

void weir_kms_leave_screen(struct weir_kms_sink *display, enum weir_drop verdict)
{
	weir_kms_output_restore(&display->output);
	weir_kms_framebuffers_drop(&display->framebuffers, &display->output.card);
	weir_kms_flips_let_go(&display->flips, verdict);
}

void weir_kms_go_away(struct weir_kms_sink *display, int error)
{
	const char *name = display->output.connector.name;
	const struct weir_log *log = display->base.log;
	char text[WEIR_ERRNO_TEXT];

	if (display->away)
		return;
	display->away = true;
	weir_kms_leave_screen(display, WEIR_DROP_FAILED);
	if (!weir_kms_connector_is_connected(&display->output.connector))
		weir_warn(log, "display: %s is unplugged: the run goes on without it", name);
	else if (error == -EACCES)
		weir_warn(log, "display: somebody else shows on %s now: the run goes on without it",
			display->output.card.path);
	else
		weir_warn(log,
			"display: %s shows no frames any more (%s): the run goes on "
			"without it",
			name, weir_errno_text(error, text));
}

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

static void come_back(struct weir_kms_sink *display)
{
	const struct weir_kms_output *output = &display->output;
	char why[256] = "";
	int err;

	if (!weir_kms_connector_is_connected(&output->connector) || !drmIsMaster(output->card.fd))
		return;
	err = settle(display, why, sizeof(why));
	if (!err) {
		display->away = false;
		weir_warn(display->base.log, "display: %s is back: %ux%u", output->connector.name,
			output->placement.mode.hdisplay, output->placement.mode.vdisplay);
	} else if (err == -ENOTSUP) {
		/* Another monitor, say: other formats and sizes may do. */
		display->host.changed(display->host.data, &display->base);
	}
}

static void look(struct weir_timer *timer)
{
	struct weir_kms_sink *display = timer->data;
	int err = 0;

	weir_counter_add(&display->base.syscalls, 1);
	if (display->away)
		come_back(display);
	else if (!weir_kms_connector_is_connected(&display->output.connector))
		err = -ENODEV;
	else
		err = weir_kms_flips_check(&display->flips);
	if (err)
		weir_kms_go_away(display, err);
	weir_loop_arm(display->host.loop, timer, weir_now_ns() + TICK_NS);
}

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

int weir_kms_presence_start(struct weir_kms_sink *display)
{
	char why[256] = "", text[WEIR_ERRNO_TEXT];
	int err = settle(display, why, sizeof(why));

	display->away = err == -ENODEV;
	if (err && !display->away) {
		weir_error(display->base.log, "display: %s: %s", display->output.connector.name,
			why[0] ? why : weir_errno_text(err, text));
		return err;
	}
	if (display->away)
		weir_warn(display->base.log, "display: nothing is connected to %s just now",
			display->output.connector.name);
	else
		say_placement(display);
	display->tick = (struct weir_timer){ .fired = look, .data = display };
	return weir_loop_arm(display->host.loop, &display->tick, weir_now_ns() + TICK_NS);
}

void weir_kms_presence_stop(struct weir_kms_sink *display)
{
	weir_loop_disarm(display->host.loop, &display->tick);
}
