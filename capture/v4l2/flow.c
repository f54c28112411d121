/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "capture/v4l2/v4l2.h"
#include "core/clock.h"
#include "core/log.h"
#include "core/memory/canary.h"

/* ---- buffers to the driver ---- */

static int give_idle(struct weir_v4l2 *v4l2)
{
	struct weir_slot *slot;
	int err;

	while ((slot = weir_slab_take(v4l2->host.slab))) {
		err = weir_v4l2_queue_give(&v4l2->queue, slot);
		if (err) {
			weir_slab_put(slot);
			return err;
		}
	}
	return 0;
}

/* Every slot that comes back is wanted: the release that brings it runs resume(), once a turn of
 * the loop, whatever thread it happens on. */
void weir_v4l2_resume(struct weir_source *source)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)source;
	int err;

	if (!v4l2->queue.streaming)
		return;
	err = give_idle(v4l2);
	if (err)
		weir_v4l2_recover(v4l2, "VIDIOC_QBUF", err);
	else
		weir_slab_want(v4l2->host.slab);
}

/* ---- frames from the driver ---- */

#define UNREADABLE "the CPU cannot look at it (DMA_BUF_IOCTL_SYNC)"

static void refute(struct weir_v4l2 *v4l2, const char *why)
{
	weir_v4l2_stop(&v4l2->base);
	v4l2->host.refuted(v4l2->host.data, why);
}

/* What speaks against its memory, or NULL. A damaged frame proves nothing; the slot's next one
 * will. */
static const char *doubt(struct weir_v4l2 *v4l2, struct weir_frame *frame)
{
	uint32_t bit = 1u << frame->slot->index;
	int err;

	if (!(v4l2->unproven & bit) || (frame->info.flags & WEIR_FRAME_CORRUPT))
		return NULL;
	v4l2->unproven &= ~bit;
	err = weir_canary_check(frame);
	if (err == -ESTALE)
		return "the camera took it and wrote elsewhere";
	return err ? UNREADABLE : NULL;
}

/* Whether the next frame may have come already: this one lay there for half an interval longer than
 * the youngest did. Without a rate, or by a clock that runs away, each may have; and the first says
 * nothing, since there was none to compare it with. */
static bool is_late(struct weir_v4l2 *v4l2, int64_t age_ns)
{
	bool first = v4l2->least_age_ns == INT64_MAX;
	uint64_t older;

	if (age_ns < v4l2->least_age_ns)
		v4l2->least_age_ns = age_ns;
	older = (uint64_t)age_ns - (uint64_t)v4l2->least_age_ns;
	return first || older >= (uint64_t)v4l2->half_interval_ns;
}

static struct weir_frame *make_frame(struct weir_v4l2 *v4l2, const struct v4l2_buffer *buffer)
{
	struct weir_frame *frame = weir_slot_issue(&v4l2->host.slab->slots[buffer->index]);
	uint64_t stamp = (uint64_t)buffer->timestamp.tv_sec * WEIR_NS_PER_S +
			 (uint64_t)buffer->timestamp.tv_usec * 1000;
	bool monotonic =
		(buffer->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
	struct weir_timeline_frame at;
	uint64_t now = weir_now_ns();

	v4l2->late = is_late(v4l2, (int64_t)(now - stamp));
	weir_timeline_next(&v4l2->timeline, buffer->sequence, stamp, monotonic, now, &at);
	weir_counter_add(&v4l2->base.lost, at.lost);
	weir_v4l2_watchdog_feed(v4l2, now);
	weir_v4l2_fill(v4l2, buffer, &frame->info);
	frame->info.sequence = at.sequence;
	frame->info.timestamp_ns = at.timestamp_ns;
	frame->info.arrived_ns = now;
	if (at.guessed)
		frame->info.flags |= WEIR_FRAME_TIME_GUESSED;
	if (v4l2->discont)
		frame->info.flags |= WEIR_FRAME_DISCONT;
	v4l2->discont = false;
	return frame;
}

/* False when there is none, for now or for good. */
static bool take_frame(struct weir_v4l2 *v4l2, bool failed)
{
	struct v4l2_plane planes[VIDEO_MAX_PLANES];
	struct v4l2_buffer buffer;
	struct weir_frame *frame;
	const char *why;
	int err = weir_v4l2_queue_take(&v4l2->queue, &buffer, planes);

	if (err == -EAGAIN && !failed)
		return false;
	if (err) {
		weir_v4l2_recover(v4l2, "VIDIOC_DQBUF", err == -EAGAIN ? -EIO : err);
		return false;
	}
	frame = make_frame(v4l2, &buffer);
	why = doubt(v4l2, frame);
	if (why) {
		weir_counter_add(&v4l2->base.lost, 1); /* its number is spent */
		weir_frame_unref(&frame);
		refute(v4l2, why);
		return false;
	}
	v4l2->host.deliver(v4l2->host.data, frame);
	return true;
}

/* All that have come, and no call for the sake of an EAGAIN: a frame that was fetched at once is
 * the only one. Should it not be, which takes a driver that hurries, then the next one shows it. */
static void take_frames(struct weir_v4l2 *v4l2, bool failed)
{
	while (v4l2->queue.streaming && take_frame(v4l2, failed) && (v4l2->late || failed))
		;
}

bool weir_v4l2_look_again(struct weir_v4l2 *v4l2)
{
	uint64_t before = v4l2->watchdog.last_ns;

	take_frames(v4l2, false);
	return v4l2->watchdog.last_ns != before || !v4l2->queue.streaming;
}

/* ---- events ---- */

static void subscribe(struct weir_v4l2 *v4l2)
{
	static const uint32_t types[] = { V4L2_EVENT_SOURCE_CHANGE, V4L2_EVENT_EOS };

	v4l2->has_events = false;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct v4l2_event_subscription subscription = { .type = types[i] };

		if (!weir_v4l2_ioctl(&v4l2->device, VIDIOC_SUBSCRIBE_EVENT, &subscription))
			v4l2->has_events = true;
	}
}

/* What the driver had finished before is not lost. */
static void take_the_end(struct weir_v4l2 *v4l2)
{
	while (v4l2->queue.streaming && take_frame(v4l2, false))
		;
	if (v4l2->running)
		weir_v4l2_end(v4l2, 0);
}

static void take_events(struct weir_v4l2 *v4l2)
{
	struct v4l2_event event = { 0 };
	bool changed = false, ended = false;

	while (!weir_v4l2_ioctl(&v4l2->device, VIDIOC_DQEVENT, &event)) {
		changed |= event.type == V4L2_EVENT_SOURCE_CHANGE &&
			   (event.u.src_change.changes & V4L2_EVENT_SRC_CH_RESOLUTION);
		ended |= event.type == V4L2_EVENT_EOS;
	}
	if (changed)
		weir_v4l2_recover(v4l2, NULL, 0);
	else if (ended)
		take_the_end(v4l2);
}

static void ready(struct weir_watch *watch, uint32_t events)
{
	struct weir_v4l2 *v4l2 = watch->data;

	if (events & POLLNVAL) {
		weir_v4l2_recover(v4l2, "poll", -EIO);
		return;
	}
	if (events & POLLPRI)
		take_events(v4l2);
	if (v4l2->queue.streaming && (events & (POLLIN | POLLERR | POLLHUP)))
		take_frames(v4l2, events & (POLLERR | POLLHUP));
}

/* ---- begin and halt ---- */

static int give_all(struct weir_v4l2 *v4l2, const char **refused)
{
	bool imported = v4l2->queue.memory == V4L2_MEMORY_DMABUF;
	struct weir_slab *slab = v4l2->host.slab;
	int err = imported ? weir_canary_plant(slab) : 0;

	if (err == -EACCES) {
		weir_info(v4l2->base.log,
			"nothing shows whether %s writes into these buffers: "
			"the CPU cannot map them",
			v4l2->device.path);
	} else if (err) {
		*refused = UNREADABLE;
		return err;
	}
	v4l2->unproven = imported && !err ? atomic_load(&slab->free) : 0;
	err = give_idle(v4l2);
	if (imported && err && err != -ENODEV)
		*refused = "the camera refuses its pages (VIDIOC_QBUF)";
	else if (err)
		weir_v4l2_fail(&v4l2->device, "VIDIOC_QBUF", err);
	return err;
}

/* A camera behind a media controller: its node captures what the pads before it are set to. */
static int refuse_pipeline(struct weir_v4l2 *v4l2, int err)
{
	const struct weir_video *video = &v4l2->base.video;
	char text[WEIR_ERRNO_TEXT];

	weir_error(v4l2->device.log,
		"VIDIOC_STREAMON on %s: %s: the camera's media pipeline does not deliver %ux%u %s; "
		"media-ctl -p shows its links and pads, -l and -V set them",
		v4l2->device.path, weir_errno_text(err, text), video->width, video->height,
		video->format->name);
	return -ENOTSUP;
}

static int refuse_stream(struct weir_v4l2 *v4l2, int err)
{
	bool has_pads = weir_v4l2_caps(&v4l2->device.caps) & V4L2_CAP_IO_MC;

	if (has_pads && (err == -EPIPE || err == -ENOLINK))
		return refuse_pipeline(v4l2, err);
	return weir_v4l2_fail(&v4l2->device, "VIDIOC_STREAMON", err);
}

static int stream(struct weir_v4l2 *v4l2)
{
	uint32_t events = POLLIN | POLLERR | (v4l2->has_events ? POLLPRI : 0);
	char text[WEIR_ERRNO_TEXT];
	int err = weir_v4l2_queue_start(&v4l2->queue);

	if (err)
		return refuse_stream(v4l2, err);
	v4l2->least_age_ns = INT64_MAX;
	v4l2->half_interval_ns = (int64_t)(weir_rate_interval_ns(v4l2->base.video.rate) / 2);
	v4l2->late = false;
	v4l2->watch.ready = ready;
	v4l2->watch.data = v4l2;
	v4l2->watch.edge = true;
	err = weir_loop_watch(v4l2->host.loop, &v4l2->watch, v4l2->device.fd, events);
	if (err)
		weir_error(v4l2->base.log, "%s cannot be polled: %s", v4l2->device.path,
			weir_errno_text(err, text));
	return err;
}

int weir_v4l2_flow_begin(struct weir_v4l2 *v4l2, const char **refused)
{
	struct weir_v4l2_queue *queue = &v4l2->queue;
	struct weir_slab *slab = v4l2->host.slab;
	int err = weir_v4l2_queue_open(queue, slab);

	if (err)
		return err;
	queue->hints = !v4l2->host.touched && queue->memory == V4L2_MEMORY_MMAP &&
		       (queue->abilities & V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS);
	weir_v4l2_place_planes(v4l2, slab);
	subscribe(v4l2);
	err = give_all(v4l2, refused);
	if (!err)
		err = stream(v4l2);
	if (err) {
		weir_v4l2_flow_halt(v4l2);
		return err;
	}
	weir_slab_want(slab);
	return 0;
}

void weir_v4l2_flow_halt(struct weir_v4l2 *v4l2)
{
	weir_loop_unwatch(v4l2->host.loop, &v4l2->watch);
	weir_v4l2_queue_stop(&v4l2->queue);
}

/* ---- the source's start and stop ---- */

static int refuse(struct weir_v4l2 *v4l2, const char *refused, int err)
{
	char why[160], text[WEIR_ERRNO_TEXT];

	snprintf(why, sizeof(why), "%s: %s", refused, weir_errno_text(err, text));
	refute(v4l2, why);
	return 0;
}

int weir_v4l2_start(struct weir_source *source, const struct weir_source_host *host)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)source;
	const char *refused = NULL;
	int err;

	v4l2->host = *host;
	v4l2->running = true;
	v4l2->discont = host->goes_on;
	if (host->goes_on) {
		weir_timeline_restart(&v4l2->timeline);
	} else {
		weir_timeline_init(&v4l2->timeline, source->log);
		weir_counter_set(&source->lost, 0);
	}
	weir_v4l2_recovery_init(v4l2);
	weir_v4l2_measure(v4l2);
	weir_v4l2_watchdog_start(v4l2);
	err = weir_v4l2_flow_begin(v4l2, &refused);
	if (!err)
		return 0;
	if (refused)
		return refuse(v4l2, refused, err);
	weir_v4l2_stop(source);
	/* EINVAL of a driver is no fault of the user's words. */
	return err == -EINVAL ? -EIO : err;
}

void weir_v4l2_stop(struct weir_source *source)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)source;

	if (v4l2->running) {
		v4l2->running = false;
		weir_v4l2_watchdog_stop(v4l2);
		weir_v4l2_recovery_stop(v4l2);
		weir_v4l2_flow_halt(v4l2);
	}
	/* Memory of its own may have been made for a run that did not begin. */
	weir_v4l2_queue_close(&v4l2->queue);
}

void weir_v4l2_end(struct weir_v4l2 *v4l2, int error)
{
	weir_v4l2_stop(&v4l2->base);
	v4l2->host.ended(v4l2->host.data, error);
}
