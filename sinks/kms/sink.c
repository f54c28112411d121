/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/sink.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xf86drm.h>

#include "core/log.h"
#include "sinks/kms/displays.h"
#include "sinks/kms/kms.h"

/* Frames on a display, from the memory that they are captured into. */

/* ---- opening ---- */

/* "nearest", "preferred" or a size. */
static int read_mode(
	const struct weir_uri *uri, const struct weir_log *log, struct weir_kms_mode_wish *wish)
{
	const char *text = weir_uri_get(uri, "mode");

	if (!text || !strcmp(text, "nearest"))
		return 0;
	if (!strcmp(text, "preferred")) {
		wish->kind = WEIR_KMS_MODE_PREFERRED;
		return 0;
	}
	wish->kind = WEIR_KMS_MODE_SIZE;
	return weir_parse_size(
		"mode (nearest, preferred or a size)", text, log, &wish->width, &wish->height);
}

static int read_options(
	struct weir_kms_sink *display, const struct weir_uri *uri, struct weir_kms_request *request)
{
	const char *vsync = weir_uri_get(uri, "vsync"), *lease = weir_uri_get(uri, "lease");
	uint32_t descriptor = 0;
	int err = vsync ? weir_parse_bool("vsync", vsync, request->log, &display->vsync) : 0;

	if (!err && lease)
		err = weir_parse_u32("lease", lease, 0, INT_MAX, request->log, &descriptor);
	request->lease = lease ? (int)descriptor : -1;
	return err ? err : read_mode(uri, request->log, &display->wish);
}

/* The cards of displays that were opened before: the run's sinks share what only one may have. */
static unsigned find_beside(
	const struct weir_sink_settings *settings, struct weir_kms_card *beside[WEIR_MAX_SINKS])
{
	unsigned n = 0;

	for (unsigned i = 0; i < settings->n_beside && n < WEIR_MAX_SINKS; i++)
		if (settings->beside[i]->impl == &weir_sink_kms)
			beside[n++] = &((struct weir_kms_sink *)settings->beside[i])->output.card;
	return n;
}

static int open_display(const struct weir_uri *uri, const struct weir_sink_settings *settings,
	struct weir_sink **out)
{
	struct weir_kms_sink *display = calloc(1, sizeof(*display));
	struct weir_kms_card *beside[WEIR_MAX_SINKS];
	struct weir_kms_request request = { .log = settings->log,
		.connector = uri->scheme[0] ? uri->rest : "",
		.beside = beside,
		.n_beside = find_beside(settings, beside) };
	int err;

	if (!display)
		return -ENOMEM;
	display->vsync = 1;
	err = read_options(display, uri, &request);
	if (!err)
		err = weir_kms_output_open(&display->output, &request);
	if (err) {
		free(display);
		return err;
	}
	display->base.impl = &weir_sink_kms;
	display->output.card.syscalls = &display->base.syscalls;
	*out = &display->base;
	return 0;
}

static void close_display(struct weir_sink *sink)
{
	struct weir_kms_sink *display = (struct weir_kms_sink *)sink;

	weir_kms_output_close(&display->output);
	free(display);
}

/* ---- a run ---- */

static void flips_failed(void *data, int error)
{
	weir_kms_go_away(data, error);
}

static void flips_committed(void *data, const struct weir_frame *frame, uint64_t at_ns)
{
	struct weir_kms_sink *display = data;

	display->host.handed(display->host.data, &display->base, frame, at_ns);
}

/* The last frame was seen: it is done with once something else is shown. */
static void flips_finished(void *data)
{
	struct weir_kms_sink *display = data;

	display->away = true;
	weir_kms_presence_stop(display);
	weir_kms_leave_screen(display, WEIR_DROP_NONE);
}

static void prepare_flips(struct weir_kms_sink *display, bool goes_on)
{
	const struct weir_kms_card *card = &display->output.card;
	struct weir_kms_flips *flips = &display->flips;

	if (!goes_on)
		memset(&flips->count, 0, sizeof(flips->count));
	if (!display->vsync && !card->async_flips)
		weir_warn(display->base.log,
			"display: the driver %s has no atomic flips without vsync: frames wait for "
			"the refresh",
			card->driver);
	flips->output = &display->output;
	flips->at_once = !display->vsync && card->async_flips;
	flips->failed = flips_failed;
	flips->finished = flips_finished;
	flips->committed = flips_committed;
	flips->data = display;
}

static int start(
	struct weir_sink *sink, const struct weir_sink_host *host, const struct weir_video *video)
{
	struct weir_kms_sink *display = (struct weir_kms_sink *)sink;
	char text[WEIR_ERRNO_TEXT];
	int err;

	display->host = *host;
	display->video = *video;
	prepare_flips(display, host->goes_on);
	err = weir_kms_flips_start(&display->flips, host->loop);
	if (err) {
		weir_error(sink->log, "display: the loop cannot watch %s: %s",
			display->output.card.path, weir_errno_text(err, text));
		return err;
	}
	err = weir_kms_presence_start(display);
	if (err) {
		weir_kms_leave_screen(display, WEIR_DROP_NONE);
		weir_kms_flips_stop(&display->flips);
	}
	display->running = !err;
	return err;
}

/* Memory that only its device could make: the plan is made anew without it. */
static void refuse_frame(struct weir_kms_sink *display, struct weir_frame *frame, int error)
{
	const struct weir_memory_kind *kind = frame->slot->slab->kind;
	char text[WEIR_ERRNO_TEXT];

	weir_warn(display->base.log, "display: %s makes no framebuffer of a frame in %s memory: %s",
		display->output.card.path, kind->name, weir_errno_text(error, text));
	frame->verdict = WEIR_DROP_FAILED;
	weir_kms_refuse_memory(display, kind, error);
	display->away = true; /* until the new plan */
	weir_kms_leave_screen(display, WEIR_DROP_FAILED);
	display->host.changed(display->host.data, &display->base);
}

/* Pulled out: its driver answers nothing else from then on. */
static bool is_gone(const struct weir_kms_card *card)
{
	struct drm_get_cap request = { .capability = DRM_CAP_DUMB_BUFFER };

	return weir_kms_ioctl(card, DRM_IOCTL_GET_CAP, &request) == -ENODEV;
}

static int take(struct weir_sink *sink, struct weir_frame *frame)
{
	struct weir_kms_sink *display = (struct weir_kms_sink *)sink;
	uint32_t framebuffer;
	int err;

	if (display->away) {
		frame->verdict = WEIR_DROP_FAILED;
		return 0;
	}
	err = weir_kms_framebuffers_get(
		&display->framebuffers, &display->output.card, frame, &framebuffer);
	if (err && !is_gone(&display->output.card)) {
		refuse_frame(display, frame, err);
		return 0;
	}
	if (err)
		frame->verdict = WEIR_DROP_FAILED;
	else
		err = weir_kms_flips_show(&display->flips, frame, framebuffer);
	if (err)
		weir_kms_go_away(display, err);
	return 0;
}

static void drain(struct weir_sink *sink)
{
	struct weir_kms_sink *display = (struct weir_kms_sink *)sink;

	weir_kms_flips_finish(&display->flips);
}

static void stop(struct weir_sink *sink)
{
	struct weir_kms_sink *display = (struct weir_kms_sink *)sink;

	if (!display->running)
		return;
	display->running = false;
	weir_kms_presence_stop(display);
	weir_kms_leave_screen(display, WEIR_DROP_STOPPED);
	weir_kms_flips_stop(&display->flips);
}

/* ---- afterwards ---- */

static int result(struct weir_sink *sink, char *text, size_t size)
{
	const struct weir_kms_sink *display = (const struct weir_kms_sink *)sink;
	const struct weir_kms_flips *flips = &display->flips;
	const char *name = display->output.connector.name;
	struct weir_latency latency;
	int used;

	if (!flips->count.shown) {
		snprintf(text, size, "display: %s showed no frame", name);
		return 0;
	}
	weir_histogram_read(&flips->count.latency, &latency);
	used = snprintf(text, size,
		"display: %s showed %" PRIu64 " frames, %" PRIu64 " of them late (%" PRIu64
		" refreshes repeated); from timestamp to screen p50 %.1f ms, p99 %.1f ms, max "
		"%.1f ms",
		name, flips->count.shown, flips->count.late, flips->count.repeated,
		(double)latency.p50 / 1e6, (double)latency.p99 / 1e6, (double)latency.max / 1e6);
	if (flips->count.lost && used > 0 && (size_t)used < size)
		snprintf(text + used, size - (size_t)used, "; %" PRIu64 " flip events never came",
			flips->count.lost);
	return 0;
}

static size_t figures(const struct weir_sink *sink, struct weir_figure *out)
{
	const struct weir_kms_flips *flips = &((const struct weir_kms_sink *)sink)->flips;
	struct weir_latency latency, commit;
	size_t n = 0;

	weir_histogram_read(&flips->count.latency, &latency);
	weir_histogram_read(&flips->count.commit, &commit);
	out[n++] = (struct weir_figure){ "shown", (double)flips->count.shown };
	out[n++] = (struct weir_figure){ "late", (double)flips->count.late };
	out[n++] = (struct weir_figure){ "repeated", (double)flips->count.repeated };
	out[n++] = (struct weir_figure){ "lost_events", (double)flips->count.lost };
	out[n++] = (struct weir_figure){ "to_screen_us_p50", (double)latency.p50 / 1e3 };
	out[n++] = (struct weir_figure){ "to_screen_us_p99", (double)latency.p99 / 1e3 };
	out[n++] = (struct weir_figure){ "to_screen_us_max", (double)latency.max / 1e3 };
	out[n++] = (struct weir_figure){ "commit_us_p99", (double)commit.p99 / 1e3 };
	return n;
}

static const char *const options[] = { "vsync", "mode", "lease", NULL };

const struct weir_sink_impl weir_sink_kms = {
	.scheme = "display",
	.summary = "display[:CONNECTOR][?vsync=1&mode=nearest|preferred|WxH&lease=FD], frames on a "
		   "monitor",
	.options = options,
	.has_address = true,
	.shows_dmabufs = true,
	.hands_over = true,
	.list = weir_kms_list,
	.examine = weir_kms_examine,
	.open = open_display,
	.close = close_display,
	.accepts = weir_kms_accepts,
	.stride = weir_kms_stride,
	.make_part = weir_kms_make_part,
	.start = start,
	.take = take,
	.drain = drain,
	.stop = stop,
	.result = result,
	.figures = figures,
};
