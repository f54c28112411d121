/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/v4l2/v4l2.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/v4l2/controls.h"
#include "core/log.h"

#define TRY_WHY 256

/* One that is filled and one that is next. */
#define MIN_BUFFERS 2

static int read_word(const struct weir_uri *uri, const char *key, const char *const *words,
	const struct weir_log *log, unsigned *out)
{
	const char *value = weir_uri_get(uri, key);

	return value ? weir_parse_word(key, value, words, log, out) : 0;
}

static int read_wishes(const struct weir_uri *uri, const struct weir_video *wanted,
	const struct weir_source_settings *settings, struct weir_v4l2_wishes *out)
{
	static const char *const planes[] = { "joined", "apart", NULL };
	static const char *const corrupt[] = { "drop", "deliver", NULL };
	const char *stride = weir_uri_get(uri, "stride");
	const char *reconnect = weir_uri_get(uri, "reconnect");
	const struct weir_log *log = settings->log;
	unsigned apart = 0, deliver = 0;
	int reconnects = true, err;

	out->video = *wanted;
	err = read_word(uri, "planes", planes, log, &apart);
	if (!err)
		err = read_word(uri, "corrupt", corrupt, log, &deliver);
	if (!err && stride && !out->video.stride)
		err = weir_parse_u32("stride", stride, 1, INT32_MAX, log, &out->video.stride);
	if (!err && reconnect)
		err = weir_parse_bool("reconnect", reconnect, log, &reconnects);
	out->names_input = weir_uri_get(uri, "input") != NULL;
	out->apart = apart;
	out->deliver_corrupt = deliver;
	out->reconnect = reconnects && !settings->no_reconnect;
	return err;
}

/* ---- opening, step by step ---- */

static int find_node(const char *text, const struct weir_log *log, char *path, size_t size)
{
	char quoted[WEIR_QUOTED];
	int err = weir_v4l2_resolve(text, path, size);

	if (err == -EINVAL)
		weir_error(log,
			"v4l2: %s names no camera: write N, /dev/videoN, by-id/… or by-path/…",
			weir_quote(text, quoted));
	else if (err)
		weir_error(log, "there is no camera %s: weir list shows those there are",
			weir_quote(text, quoted));
	return err;
}

/* Without a signal there is a picture all the same, of the size that was set last: the run says
 * more when none comes. */
static int lock_timings(struct weir_v4l2 *v4l2)
{
	int err = weir_v4l2_lock_timings(&v4l2->device);

	if (err != -ENOLINK)
		return err;
	weir_warn(v4l2->device.log, "%s has no signal at its input", v4l2->device.path);
	return 0;
}

/* EINVAL of a driver is no fault of the user's words. */
static int not_usage(int err)
{
	return err == -EINVAL ? -EIO : err;
}

static unsigned min_buffers(struct weir_v4l2_device *device)
{
	struct v4l2_control control = { .id = V4L2_CID_MIN_BUFFERS_FOR_CAPTURE };

	if (weir_v4l2_ioctl(device, VIDIOC_G_CTRL, &control) || control.value < MIN_BUFFERS)
		return MIN_BUFFERS;
	return (unsigned)control.value;
}

/* What the pipeline and the flow go by. */
static void tell(struct weir_v4l2 *v4l2)
{
	struct weir_source *base = &v4l2->base;

	base->video = v4l2->format.video;
	base->live = true;
	base->device = true;
	base->delivers_corrupt = v4l2->wishes.deliver_corrupt;
	base->unfenced = true; /* DQBUF comes after the last write, of any driver */
	base->n_parts = v4l2->format.n_buffers_planes;
	for (unsigned i = 0; i < base->n_parts; i++)
		base->part_bytes[i] = v4l2->format.piece[i].size;
	base->min_slots = min_buffers(&v4l2->device);
	v4l2->queue.device = &v4l2->device;
	v4l2->queue.format = &v4l2->format;
	v4l2->queue.min_buffers = base->min_slots;
}

static int write_uri(struct weir_v4l2 *v4l2)
{
	const struct weir_v4l2_wishes *wishes = &v4l2->wishes;
	const struct weir_video *video = &v4l2->base.video;
	char rate[40] = "", stride[24] = "", input[24] = "", *uri;

	if (video->rate.num && video->rate.den == 1)
		snprintf(rate, sizeof(rate), "&fps=%" PRIu32, video->rate.num);
	else if (video->rate.num)
		snprintf(rate, sizeof(rate), "&fps=%" PRIu32 "/%" PRIu32, video->rate.num,
			video->rate.den);
	if (wishes->video.stride)
		snprintf(stride, sizeof(stride), "&stride=%" PRIu32, video->stride);
	if (wishes->names_input)
		snprintf(input, sizeof(input), "&input=%" PRIu32, v4l2->format.input);
	if (asprintf(&uri, "v4l2:%s?size=%" PRIu32 "x%" PRIu32 "%s&format=%s%s%s%s%s%s",
		    v4l2->device.path, video->width, video->height, rate, video->format->name,
		    stride, input, wishes->apart ? "&planes=apart" : "",
		    wishes->deliver_corrupt ? "&corrupt=deliver" : "",
		    wishes->reconnect ? "" : "&reconnect=no") < 0)
		return -ENOMEM;
	free(v4l2->base.uri);
	v4l2->base.uri = uri;
	v4l2->info.uri = uri;
	return 0;
}

static int bring_to(struct weir_v4l2 *v4l2, const struct weir_video *wanted)
{
	int err = not_usage(
		weir_v4l2_negotiate(&v4l2->device, wanted, v4l2->wishes.apart, &v4l2->format));

	if (err)
		return err;
	tell(v4l2);
	return write_uri(v4l2);
}

int weir_v4l2_settle(struct weir_v4l2 *v4l2)
{
	int err = not_usage(lock_timings(v4l2));

	return err ? err : bring_to(v4l2, &v4l2->wishes.video);
}

static int set_up(struct weir_v4l2 *v4l2, const char *input)
{
	int err = 0;

	if (input)
		err = weir_v4l2_set_input(&v4l2->device, input);
	if (!err)
		err = weir_v4l2_apply_controls(v4l2);
	return err ? err : weir_v4l2_settle(v4l2);
}

static void close_camera(struct weir_source *source)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)source;

	if (v4l2->described)
		weir_v4l2_free_description(&v4l2->info);
	weir_v4l2_device_close(&v4l2->device);
	weir_v4l2_forget_controls(v4l2);
	free(v4l2);
}

static int open_camera(const struct weir_uri *uri, const struct weir_video *wanted,
	const struct weir_source_settings *settings, struct weir_source **out)
{
	struct weir_v4l2 *v4l2 = calloc(1, sizeof(*v4l2));
	char path[sizeof(v4l2->device.path)];
	int err;

	if (!v4l2)
		return -ENOMEM;
	v4l2->base.impl = &weir_source_v4l2;
	v4l2->device.fd = -1;
	v4l2->device.syscalls = &v4l2->base.syscalls;
	err = read_wishes(uri, wanted, settings, &v4l2->wishes);
	if (!err)
		err = weir_v4l2_keep_controls(v4l2, settings->controls);
	if (!err)
		err = find_node(uri->rest, settings->log, path, sizeof(path));
	if (!err)
		err = weir_v4l2_device_open(&v4l2->device, path, settings->log);
	if (!err)
		err = set_up(v4l2, weir_uri_get(uri, "input"));
	if (err) {
		close_camera(&v4l2->base);
		return err;
	}
	weir_v4l2_identify(path, &v4l2->identity); /* a camera without sysfs has none */
	*out = &v4l2->base;
	return 0;
}

/* ---- before a run ---- */

static int describe(struct weir_source *source, const struct weir_source_info **out)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)source;
	int err;

	if (!v4l2->described) {
		err = weir_v4l2_describe(
			&v4l2->device, &v4l2->format, v4l2->queue.n_buffers == 0, &v4l2->info);
		if (err)
			return err;
		v4l2->described = true;
		v4l2->info.uri = source->uri;
	}
	*out = &v4l2->info;
	return 0;
}

static int accepts(
	struct weir_source *source, const struct weir_memory_kind *kind, char *why, size_t size)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)source;

	if (kind == &weir_memory_mmap)
		return weir_v4l2_try_mmap(&v4l2->device, why, size);
	if (kind == &weir_memory_host) {
		snprintf(why, size, "a camera writes into its own buffers or into dma-bufs only");
		return -ENOTSUP;
	}
	return weir_v4l2_queue_try_import(&v4l2->device, &v4l2->format, kind, why, size);
}

static void refine(struct weir_source *source, const struct weir_memory_kind *kind,
	struct weir_memory_traits *traits)
{
	if (kind == &weir_memory_mmap)
		weir_v4l2_refine_mmap(&((struct weir_v4l2 *)source)->device, traits);
}

static void note_why(void *data, enum weir_log_level level, const char *line)
{
	(void)level;
	snprintf(data, TRY_WHY, "%s", line);
}

static int try_video(struct weir_source *source, struct weir_video *video, char *why, size_t size)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)source;
	const struct weir_log *before = v4l2->device.log;
	char text[TRY_WHY] = "";
	const struct weir_log log = { WEIR_LOG_ERROR, note_why, text };
	struct weir_v4l2_format would;
	int err;

	v4l2->device.log = &log;
	err = weir_v4l2_would_give(&v4l2->device, video, v4l2->wishes.apart, &would);
	v4l2->device.log = before;
	/* Drivers round up, and that may suit as well. */
	if (!err && would.video.stride < video->stride) {
		snprintf(text, sizeof(text), "%s does not put lines %" PRIu32 " bytes apart",
			v4l2->device.path, video->stride);
		err = -ENOTSUP;
	}
	if (err) {
		snprintf(why, size, "%s", text);
		return err;
	}
	would.video.rate = source->video.rate;
	*video = would.video;
	return 0;
}

static int set_video(struct weir_source *source, const struct weir_video *video)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)source;
	struct weir_video wanted = v4l2->wishes.video;

	wanted.format = video->format;
	wanted.width = video->width;
	wanted.height = video->height;
	wanted.stride = video->stride;
	return bring_to(v4l2, &wanted);
}

static int allocate(struct weir_source *source, const struct weir_memory_kind *kind,
	const struct weir_slab_settings *settings, struct weir_slab **out)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)source;

	return weir_v4l2_queue_allocate(&v4l2->queue, kind, settings, out);
}

/* The first that a plan asks: an unplug may have ended the run before. */
static int frame_bytes(struct weir_source *source, size_t *out)
{
	const struct weir_v4l2 *v4l2 = (const struct weir_v4l2 *)source;

	if (v4l2->device.fd < 0) {
		weir_error(source->log, "%s was unplugged: open it anew", v4l2->device.path);
		return -ENODEV;
	}
	*out = v4l2->format.frame_bytes;
	return 0;
}

static const char *const options[] = { "input", "stride", "planes", "corrupt", "reconnect", NULL };

const struct weir_source_impl weir_source_v4l2 = {
	.scheme = "v4l2",
	.summary = "/dev/videoN, N, v4l2:by-id/…, v4l2:by-path/…, a camera",
	.options = options,
	.has_controls = true,
	.claims = weir_v4l2_claims,
	.list = weir_v4l2_list,
	.watch = weir_v4l2_watch,
	.unwatch = weir_v4l2_unwatch,
	.open = open_camera,
	.close = close_camera,
	.describe = describe,
	.read_controls = weir_v4l2_show_controls,
	.free_controls = weir_v4l2_free_controls,
	.set_control = weir_v4l2_change_control,
	.accepts = accepts,
	.refine = refine,
	.try_video = try_video,
	.set_video = set_video,
	.allocate = allocate,
	.frame_bytes = frame_bytes,
	.start = weir_v4l2_start,
	.resume = weir_v4l2_resume,
	.stop = weir_v4l2_stop,
};
