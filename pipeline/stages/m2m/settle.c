/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "core/log.h"
#include "pipeline/stages/m2m/m2m.h"

/* What the device is brought to before anything flows. */

/* Colours follow the picture; between RGB and YUV the device chooses, and does not tell us. */
static struct weir_video wanted_picture(const struct weir_m2m *m2m, const struct weir_video *video)
{
	uint32_t rgb = WEIR_FORMAT_RGB, coded = WEIR_FORMAT_COMPRESSED;
	struct weir_video wanted = *video;

	wanted.format = m2m->wanted;
	wanted.stride = 0;
	if (m2m->width) {
		wanted.width = m2m->width;
		wanted.height = m2m->height;
	}
	if (!((wanted.format->flags | video->format->flags) & coded) &&
		(wanted.format->flags & rgb) != (video->format->flags & rgb)) {
		wanted.matrix = wanted.format->flags & rgb ? WEIR_MATRIX_RGB : WEIR_MATRIX_UNKNOWN;
		wanted.range = WEIR_RANGE_UNKNOWN;
	}
	return wanted;
}

static unsigned read_least(struct weir_m2m *m2m, uint32_t id)
{
	struct v4l2_control control = { .id = id };

	if (weir_m2m_ioctl(&m2m->device, VIDIOC_G_CTRL, &control) || control.value < 0)
		return 0;
	return (unsigned)control.value;
}

void weir_m2m_read_needs(struct weir_m2m *m2m)
{
	m2m->takes_least = read_least(m2m, V4L2_CID_MIN_BUFFERS_FOR_OUTPUT);
	m2m->gives_least = read_least(m2m, V4L2_CID_MIN_BUFFERS_FOR_CAPTURE);
}

/* Two on each side: one that is worked on, and the next. */
void weir_m2m_needs(const struct weir_m2m *m2m, struct weir_stage_needs *out)
{
	out->takes = m2m->takes_least > 2 ? m2m->takes_least : 2;
	out->own = m2m->gives_least > 2 ? m2m->gives_least : 2;
}

static bool has_stop(struct weir_m2m *m2m)
{
	struct v4l2_encoder_cmd encoder = { .cmd = V4L2_ENC_CMD_STOP };
	struct v4l2_decoder_cmd decoder = { .cmd = V4L2_DEC_CMD_STOP };

	if (m2m->decodes)
		return !weir_m2m_ioctl(&m2m->device, VIDIOC_TRY_DECODER_CMD, &decoder);
	if (m2m->encodes)
		return !weir_m2m_ioctl(&m2m->device, VIDIOC_TRY_ENCODER_CMD, &encoder);
	return false;
}

static bool tells_changes(struct weir_m2m *m2m)
{
	struct v4l2_event_subscription subscription = { .type = V4L2_EVENT_SOURCE_CHANGE };

	return m2m->decodes && !weir_m2m_ioctl(&m2m->device, VIDIOC_SUBSCRIBE_EVENT, &subscription);
}

/* Encoders plan their bits by it; those that do not ask for it do not mind. */
static void tell_rate(struct weir_m2m *m2m, struct weir_rate rate)
{
	struct v4l2_streamparm parm = { .type = m2m->input.type };

	if (!m2m->encodes || !rate.num)
		return;
	parm.parm.output.timeperframe = (struct v4l2_fract){ rate.den, rate.num };
	weir_m2m_ioctl(&m2m->device, VIDIOC_S_PARM, &parm);
}

static int set_sides(struct weir_m2m *m2m, const struct weir_video *video, size_t bytes)
{
	struct weir_video wanted = wanted_picture(m2m, video);
	int err = 0;

	/* Encoders are told first what they make, all others what they take. */
	if (m2m->encodes)
		err = weir_m2m_set_output(&m2m->output, &wanted, false, &m2m->gives);
	if (!err)
		err = weir_m2m_set_input(&m2m->input, video, bytes, &m2m->takes);
	if (!err)
		err = weir_m2m_set_output(&m2m->output, &wanted, m2m->decodes, &m2m->gives);
	return err;
}

int weir_m2m_settle_for(struct weir_m2m *m2m, size_t bytes)
{
	if (!weir_m2m_is_coded(m2m->comes.format) || m2m->takes.bytes == bytes)
		return 0;
	return set_sides(m2m, &m2m->comes, bytes);
}

static int check_wishes(struct weir_m2m *m2m, const struct weir_video *video)
{
	bool scales = !m2m->encodes && !m2m->decodes;

	if (!m2m->width || scales || (m2m->width == video->width && m2m->height == video->height))
		return 0;
	weir_error(m2m->device.log, "%s: a codec does not scale: leave out \"%ux%u\"",
		m2m->device.path, m2m->width, m2m->height);
	return -ENOTSUP;
}

int weir_m2m_settle(struct weir_m2m *m2m, const struct weir_video *video)
{

	bool from_coded = weir_m2m_is_coded(video->format);
	bool to_coded = weir_m2m_is_coded(m2m->wanted);
	int err = m2m->device.fd < 0 ? weir_m2m_device_open(&m2m->device) : 0;

	if (err)
		return err;
	weir_m2m_queue_init(&m2m->input, &m2m->device, true);
	weir_m2m_queue_init(&m2m->output, &m2m->device, false);
	m2m->comes = (struct weir_video){ .format = NULL };
	m2m->decodes = from_coded && !to_coded;
	m2m->encodes = to_coded && !from_coded;
	err = check_wishes(m2m, video);
	if (!err)
		err = set_sides(m2m, video, 0);
	if (err)
		return err;
	m2m->comes = *video;
	tell_rate(m2m, video->rate);
	weir_m2m_read_needs(m2m);
	m2m->stops = has_stop(m2m);
	m2m->follows_stream = tells_changes(m2m);
	return 0;
}
