/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <poll.h>
#include <stdio.h>

#include "core/log.h"
#include "pipeline/stages/m2m/m2m.h"

/* The device while frames flow: one watch for both sides and for events. */

/* ---- ends ---- */

/* Whatever has not come out by now gives nothing. */
static void finish(struct weir_m2m *m2m)
{
	struct weir_m2m_ticket ticket;

	m2m->over = true;
	while (weir_m2m_ticket_pop(&m2m->tickets, &ticket))
		m2m->host.skipped(m2m->host.data);
	m2m->host.ready(m2m->host.data);
}

void weir_m2m_break(struct weir_m2m *m2m, int error)
{
	m2m->gone = error == -ENODEV;
	finish(m2m);
	m2m->host.failed(m2m->host.data, error);
}

void weir_m2m_refute(struct weir_m2m *m2m, const char *why)
{
	const struct weir_memory_kind *kind = m2m->host.slab->kind;

	weir_warn(m2m->device.log, "%s cannot be trusted with memory of kind %s: %s",
		m2m->device.path, kind->name, why);
	m2m->refuted |= 1u << weir_m2m_number_of(kind);
	finish(m2m);
	m2m->host.changed(m2m->host.data);
}

/* ---- a stream whose picture becomes another ---- */

/* The side that takes frames goes on, with all it has, under the next plan. */
static void part(struct weir_m2m *m2m)
{
	if (m2m->draining) {
		weir_warn(m2m->device.log,
			"%s: the picture became another one at the very end: what came of it is "
			"lost",
			m2m->device.path);
		finish(m2m);
		return;
	}
	weir_info(m2m->device.log, "%s gives %ux%u from now on", m2m->device.path,
		m2m->gives.video.width, m2m->gives.video.height);
	m2m->parted = true;
	m2m->host.keeps(m2m->host.data, (int)m2m->tickets.n);
	m2m->host.changed(m2m->host.data);
}

static bool has_slots(const struct weir_m2m *m2m)
{
	struct weir_stage_needs needs;

	weir_m2m_needs(m2m, &needs);
	return m2m->host.slab->n_slots > needs.own;
}

/* Memory of the driver's own goes with its buffers: other slots are needed then. */
static void follow(struct weir_m2m *m2m)
{
	bool had_own = m2m->output.n_buffers && m2m->output.memory == V4L2_MEMORY_MMAP;
	struct weir_m2m_format gives;
	int err;

	m2m->changing = false;
	weir_m2m_output_halt(m2m);
	err = weir_m2m_follow_stream(&m2m->output, &m2m->gives.video, &gives);
	if (!err) {
		bool same = weir_m2m_is_same(&gives, &m2m->gives);

		m2m->gives = gives;
		weir_m2m_read_needs(m2m);
		if (!same || had_own || !has_slots(m2m)) {
			part(m2m);
			return;
		}
		err = weir_m2m_output_begin(m2m);
	}
	if (err && err != -ESTALE)
		weir_m2m_break(m2m, err);
}

static bool is_change(struct weir_m2m *m2m)
{
	struct v4l2_event event = { 0 };
	bool changed = false;

	while (m2m->follows_stream && !weir_m2m_ioctl(&m2m->device, VIDIOC_DQEVENT, &event))
		changed |= event.type == V4L2_EVENT_SOURCE_CHANGE &&
			   (event.u.src_change.changes & V4L2_EVENT_SRC_CH_RESOLUTION);
	return changed;
}

/* What was made of the old picture comes first, unless there was none. */
static void take_events(struct weir_m2m *m2m)
{
	if (!is_change(m2m) || m2m->parted)
		return;
	m2m->changing = true;
	if (!m2m->output.streaming)
		follow(m2m);
}

void weir_m2m_last(struct weir_m2m *m2m)
{
	if (m2m->changing || is_change(m2m))
		follow(m2m);
	else if (m2m->draining)
		finish(m2m);
	else
		weir_m2m_break(m2m, weir_m2m_queue_fail(&m2m->output, "VIDIOC_DQBUF", -EPIPE));
}

/* ---- frames ---- */

/* Of a stream in which the decoder found no picture at all nothing comes. */
static void look_for_end(struct weir_m2m *m2m)
{
	if (m2m->draining && !m2m->over && !m2m->output.streaming && !m2m->input.queued)
		finish(m2m);
}

static void ready(struct weir_watch *watch, uint32_t events)
{
	struct weir_m2m *m2m = watch->data;

	if (m2m->over)
		return;
	if (events & POLLNVAL) {
		weir_m2m_break(m2m, weir_m2m_fail(&m2m->device, "poll", NULL, -EIO));
		return;
	}
	if (weir_m2m_device_poll(&m2m->device) & POLLPRI)
		take_events(m2m);
	if (weir_m2m_input_return(m2m))
		m2m->host.ready(m2m->host.data);
	weir_m2m_output_take(m2m);
	weir_m2m_output_refill(m2m);
	look_for_end(m2m);
}

static bool has_room(struct weir_stage *stage)
{
	const struct weir_m2m *m2m = stage->state;

	/* What comes after the end comes to nothing, at once. */
	return m2m->over || weir_m2m_input_has_room(m2m);
}

static void take(struct weir_stage *stage, struct weir_frame *frame)
{
	struct weir_m2m *m2m = stage->state;

	if (m2m->over) {
		weir_frame_unref(&frame);
		m2m->host.skipped(m2m->host.data);
		return;
	}
	weir_m2m_input_give(m2m, frame);
	if (m2m->parted && !m2m->over)
		m2m->host.keeps(m2m->host.data, 1);
}

static void resume(struct weir_stage *stage)
{
	struct weir_m2m *m2m = stage->state;

	if (m2m->held_back)
		weir_m2m_output_take(m2m);
	weir_m2m_output_refill(m2m);
}

static void drain(struct weir_stage *stage)
{
	struct v4l2_encoder_cmd encoder = { .cmd = V4L2_ENC_CMD_STOP };
	struct v4l2_decoder_cmd decoder = { .cmd = V4L2_DEC_CMD_STOP };
	struct weir_m2m *m2m = stage->state;
	int err = 0;

	if (m2m->over || m2m->parted || m2m->draining)
		return;
	m2m->draining = true;
	if (m2m->stops)
		err = m2m->decodes ? weir_m2m_ioctl(&m2m->device, VIDIOC_DECODER_CMD, &decoder)
				   : weir_m2m_ioctl(&m2m->device, VIDIOC_ENCODER_CMD, &encoder);
	if (err)
		weir_m2m_break(
			m2m, weir_m2m_fail(&m2m->device,
				     m2m->decodes ? "VIDIOC_DECODER_CMD" : "VIDIOC_ENCODER_CMD",
				     NULL, err));
	look_for_end(m2m);
}

/* ---- its life ---- */

static int watch(struct weir_m2m *m2m)
{
	char text[WEIR_ERRNO_TEXT];
	int err;

	m2m->watch.ready = ready;
	m2m->watch.data = m2m;
	m2m->watch.edge = true;
	err = weir_loop_watch(m2m->host.loop, &m2m->watch, m2m->device.epoll, POLLIN);
	if (err)
		weir_error(m2m->device.log, "%s cannot be polled: %s", m2m->device.path,
			weir_errno_text(err, text));
	return err;
}

static void halt(struct weir_m2m *m2m)
{
	weir_loop_unwatch(m2m->host.loop, &m2m->watch);
	weir_m2m_output_halt(m2m);
	m2m->kept = m2m->parted && !m2m->over;
	if (!m2m->kept)
		weir_m2m_input_halt(m2m);
	m2m->device.log = NULL;
	if (m2m->gone)
		weir_m2m_device_close(&m2m->device);
}

static int begin_input(struct weir_m2m *m2m)
{
	if (m2m->kept) {
		m2m->host.keeps(m2m->host.data, -(int)m2m->tickets.n);
		return 0;
	}
	is_change(m2m); /* what an earlier stream has told is over */
	return weir_m2m_input_begin(m2m);
}

static int start(struct weir_stage *stage, const struct weir_stage_host *host)
{
	struct weir_m2m *m2m = stage->state;
	bool knows_stream = m2m->kept || !m2m->follows_stream;
	int err;

	m2m->host = *host;
	m2m->device.log = host->log;
	m2m->over = m2m->draining = m2m->changing = m2m->parted = m2m->gone = false;
	m2m->held_back = false;
	err = begin_input(m2m);
	if (!err)
		err = watch(m2m);
	if (!err && knows_stream)
		err = weir_m2m_output_begin(m2m);
	if (!err) {
		m2m->kept = false;
		stage->running = m2m;
		return 0;
	}
	halt(m2m);
	return err;
}

static void stop(struct weir_stage *stage)
{
	stage->running = NULL;
	halt(stage->state);
}

static void forget(struct weir_stage *stage)
{
	struct weir_m2m *m2m = stage->state;

	if (m2m->kept)
		weir_m2m_input_halt(m2m);
}

static void usage(const struct weir_stage *stage, struct weir_stage_usage *out)
{
	const struct weir_m2m *m2m = stage->state;

	out->syscalls = m2m->device.syscalls;
}

static void needs(const struct weir_stage *stage, struct weir_stage_needs *out)
{
	weir_m2m_needs(stage->state, out);
}

const struct weir_stage_engine weir_stage_m2m_engine = {
	.start = start,
	.has_room = has_room,
	.take = take,
	.resume = resume,
	.drain = drain,
	.stop = stop,
	.forget = forget,
	.usage = usage,
	.needs = needs,
	.accepts = weir_m2m_accepts,
	.fills = weir_m2m_fills,
	.is_device = true,
};
