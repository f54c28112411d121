/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/m2m.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

#include "tests/unit/cmocka_all.h"

struct codec codec;

/* ---- what a test does to it ---- */

static uint32_t image_bytes(const struct codec_side *side)
{
	return side->width * side->height * 2;
}

static void init_side(struct codec_side *side, const char *format, uint32_t width, uint32_t height)
{
	const struct weir_format *row = weir_format_by_name(format);

	assert_non_null(row);
	side->code = row->v4l2;
	side->width = width;
	side->height = height;
	side->stride = (uint32_t)weir_format_line_bytes(row, 0, width);
	side->bytes = image_bytes(side);
	for (unsigned i = 0; i < CODEC_BUFFERS; i++)
		side->fd[i] = -1;
}

void codec_init(const char *in, const char *out, uint32_t width, uint32_t height)
{
	memset(&codec, 0, sizeof(codec));
	init_side(&codec.in, in, width, height);
	init_side(&codec.out, out, width, height);
	codec.visible_width = width;
	codec.visible_height = height;
	codec.first_byte = 0x80;
}

static unsigned oldest(const struct codec_side *side)
{
	unsigned found = CODEC_BUFFERS;

	for (unsigned i = 0; i < CODEC_BUFFERS; i++)
		if (side->queued & 1u << i &&
			(found == CODEC_BUFFERS || side->order[i] < side->order[found]))
			found = i;
	assert_true(found < CODEC_BUFFERS);
	return found;
}

static void finish(
	struct codec_side *side, unsigned index, uint32_t bytes, uint32_t flags, uint64_t stamp_us)
{
	assert_true(side->n_done < CODEC_BUFFERS);
	side->queued &= ~(1u << index);
	side->done[side->n_done].index = index;
	side->done[side->n_done].bytes = bytes;
	side->done[side->n_done].flags = flags | V4L2_BUF_FLAG_TIMESTAMP_COPY;
	side->done[side->n_done].error = 0;
	side->done[side->n_done++].stamp_us = stamp_us;
}

uint64_t codec_return(uint32_t flags)
{
	unsigned index = oldest(&codec.in);

	finish(&codec.in, index, 0, flags, codec.in.stamp_us[index]);
	return codec.in.stamp_us[index];
}

/* The device's DMA. */
static void paint(int fd)
{
	uint8_t *memory = mmap(NULL, codec.out.bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_ptr_not_equal(memory, MAP_FAILED);
	memset(memory, (int)codec.first_byte, codec.out.bytes);
	munmap(memory, codec.out.bytes);
}

void codec_give(uint64_t stamp_us, uint32_t bytes, uint32_t flags)
{
	unsigned index = oldest(&codec.out);

	assert_true(codec.out.streaming);
	if (bytes && codec.out.fd[index] >= 0 && !codec.writes_elsewhere)
		paint(codec.out.fd[index]);
	finish(&codec.out, index, bytes, flags, stamp_us);
}

void codec_fail_dqbuf(struct codec_side *side, int error)
{
	side->done[side->n_done++].error = error;
}

/* ---- ioctls ---- */

static struct codec_side *side_of(uint32_t type)
{
	return V4L2_TYPE_IS_OUTPUT(type) ? &codec.in : &codec.out;
}

static int enum_format(struct v4l2_fmtdesc *entry)
{
	if (entry->index)
		return -EINVAL;
	entry->pixelformat = side_of(entry->type)->code;
	return 0;
}

static void describe(const struct codec_side *side, struct v4l2_format *format)
{
	struct v4l2_plane_pix_format *plane = &format->fmt.pix_mp.plane_fmt[0];

	format->fmt.pix.width = side->width;
	format->fmt.pix.height = side->height;
	format->fmt.pix.pixelformat = side->code;
	if (V4L2_TYPE_IS_MULTIPLANAR(format->type)) {
		format->fmt.pix_mp.num_planes = 1;
		plane->bytesperline = side->stride;
		plane->sizeimage = side->bytes;
	} else {
		format->fmt.pix.bytesperline = side->stride;
		format->fmt.pix.sizeimage = side->bytes;
	}
}

static int set_format(struct v4l2_format *format)
{
	struct codec_side *side = side_of(format->type);

	if (side->n_buffers)
		return -EBUSY;
	describe(side, format);
	return 0;
}

static int reqbufs(struct v4l2_requestbuffers *request)
{
	struct codec_side *side = side_of(request->type);

	assert_false(side->streaming && request->count);
	if (request->memory == V4L2_MEMORY_DMABUF && side->no_import)
		return -EINVAL;
	if (side->grants && request->count > side->grants)
		request->count = side->grants;
	side->n_buffers = request->count;
	side->queued = side->n_done = 0;
	if (!request->count)
		side->streaming = false;
	return 0;
}

static int qbuf(struct v4l2_buffer *buffer)
{
	struct codec_side *side = side_of(buffer->type);
	bool mplane = V4L2_TYPE_IS_MULTIPLANAR(buffer->type);
	int fd = mplane ? buffer->m.planes[0].m.fd : buffer->m.fd;

	assert_true(buffer->index < side->n_buffers);
	assert_false(side->queued & 1u << buffer->index);
	if (buffer->memory == V4L2_MEMORY_DMABUF) {
		assert_true(fd >= 0);
		side->remapped += side->fd[buffer->index] >= 0 && side->fd[buffer->index] != fd;
		side->fd[buffer->index] = fd;
	}
	if (side == &codec.in && side->streaming)
		assert_true((mplane ? buffer->m.planes[0].bytesused : buffer->bytesused) > 0);
	side->stamp_us[buffer->index] =
		(uint64_t)buffer->timestamp.tv_sec * 1000000 + (uint64_t)buffer->timestamp.tv_usec;
	side->queued |= 1u << buffer->index;
	side->order[buffer->index] = ++side->n_queued;
	return 0;
}

static int dqbuf(struct v4l2_buffer *buffer)
{
	struct codec_side *side = side_of(buffer->type);

	assert_true(side->streaming);
	if (side == &codec.out && codec.ended && !side->n_done)
		return -EPIPE;
	if (!side->n_done)
		return -EAGAIN;
	side->n_done--;
	buffer->index = side->done[0].index;
	buffer->flags = side->done[0].flags;
	buffer->timestamp.tv_sec = (long)(side->done[0].stamp_us / 1000000);
	buffer->timestamp.tv_usec = (long)(side->done[0].stamp_us % 1000000);
	if (V4L2_TYPE_IS_MULTIPLANAR(buffer->type))
		buffer->m.planes[0].bytesused = side->done[0].bytes;
	else
		buffer->bytesused = side->done[0].bytes;
	if (side->done[0].error) {
		int error = side->done[0].error;

		memmove(side->done, side->done + 1, side->n_done * sizeof(side->done[0]));
		return error;
	}
	codec.ended |= side == &codec.out && (side->done[0].flags & V4L2_BUF_FLAG_LAST);
	memmove(side->done, side->done + 1, side->n_done * sizeof(side->done[0]));
	return 0;
}

static int stream(int type, bool on)
{
	struct codec_side *side = side_of((uint32_t)type);

	assert_true(!on || side->n_buffers);
	side->streaming = on;
	if (on)
		return 0;
	side->queued = side->n_done = 0;
	if (side == &codec.out)
		codec.ended = false;
	return 0;
}

static int dqevent(struct v4l2_event *event)
{
	if (!codec.event)
		return -ENOENT;
	codec.event = false;
	event->type = V4L2_EVENT_SOURCE_CHANGE;
	event->u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION;
	return 0;
}

static int get_control(struct v4l2_control *control)
{
	control->value = (int)(control->id == V4L2_CID_MIN_BUFFERS_FOR_OUTPUT ? codec.least_in
									      : codec.least_out);
	return control->value ? 0 : -EINVAL;
}

static int get_selection(struct v4l2_selection *selection)
{
	selection->r.width = codec.visible_width;
	selection->r.height = codec.visible_height;
	return 0;
}

static int stop_command(bool really)
{
	if (codec.no_stop)
		return -ENOTTY;
	codec.stops += really;
	return 0;
}

/* The side's type is where each keeps it; calls without a side are of the one frames come from. */
static bool is_in(unsigned long request, void *arg)
{
	switch (request) {
	case VIDIOC_REQBUFS:
		return V4L2_TYPE_IS_OUTPUT(((struct v4l2_requestbuffers *)arg)->type);
	case VIDIOC_QBUF:
	case VIDIOC_DQBUF:
		return V4L2_TYPE_IS_OUTPUT(((struct v4l2_buffer *)arg)->type);
	case VIDIOC_STREAMON:
	case VIDIOC_STREAMOFF:
		return V4L2_TYPE_IS_OUTPUT(*(uint32_t *)arg);
	case VIDIOC_S_FMT:
		return V4L2_TYPE_IS_OUTPUT(((struct v4l2_format *)arg)->type);
	}
	return false;
}

static const char *name_of(unsigned long request)
{
	static const struct {
		unsigned long request;
		const char *name;
	} names[] = {
		{ VIDIOC_REQBUFS, "VIDIOC_REQBUFS" },
		{ VIDIOC_QBUF, "VIDIOC_QBUF" },
		{ VIDIOC_DQBUF, "VIDIOC_DQBUF" },
		{ VIDIOC_STREAMON, "VIDIOC_STREAMON" },
		{ VIDIOC_S_FMT, "VIDIOC_S_FMT" },
		{ VIDIOC_G_FMT, "VIDIOC_G_FMT" },
		{ VIDIOC_G_SELECTION, "VIDIOC_G_SELECTION" },
		{ VIDIOC_DECODER_CMD, "VIDIOC_DECODER_CMD" },
		{ VIDIOC_ENCODER_CMD, "VIDIOC_ENCODER_CMD" },
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].request == (uint32_t)request)
			return names[i].name;
	return "";
}

static int answer(unsigned long request, void *arg)
{
	switch (request) {
	case VIDIOC_ENUM_FMT:
		return enum_format(arg);
	case VIDIOC_S_FMT:
		return set_format(arg);
	case VIDIOC_G_FMT:
		describe(side_of(((struct v4l2_format *)arg)->type), arg);
		return 0;
	case VIDIOC_G_SELECTION:
		return get_selection(arg);
	case VIDIOC_G_CTRL:
		return get_control(arg);
	case VIDIOC_REQBUFS:
		return reqbufs(arg);
	case VIDIOC_QBUF:
		return qbuf(arg);
	case VIDIOC_DQBUF:
		return dqbuf(arg);
	case VIDIOC_STREAMON:
		return stream(*(int *)arg, true);
	case VIDIOC_STREAMOFF:
		return stream(*(int *)arg, false);
	case VIDIOC_SUBSCRIBE_EVENT:
		return codec.no_events ? -EINVAL : 0;
	case VIDIOC_DQEVENT:
		return dqevent(arg);
	case VIDIOC_TRY_DECODER_CMD:
	case VIDIOC_TRY_ENCODER_CMD:
		return stop_command(false);
	case VIDIOC_DECODER_CMD:
	case VIDIOC_ENCODER_CMD:
		return stop_command(true);
	case VIDIOC_S_PARM:
		return -ENOTTY;
	}
	fail_msg("ioctl %#lx is none that is known", request);
	return -ENOTTY;
}

int __wrap_weir_m2m_ioctl(struct weir_m2m_device *device, unsigned long request, void *arg);
int __wrap_weir_m2m_ioctl(struct weir_m2m_device *device, unsigned long request, void *arg)
{
	(void)device;
	codec.calls++;
	if (codec.gone)
		return -ENODEV;
	if (codec.fail_call && !strcmp(codec.fail_call, name_of(request)) &&
		codec.fail_in == is_in(request, arg))
		return codec.fail_error;
	return answer(request, arg);
}

int __wrap_weir_m2m_device_open(struct weir_m2m_device *device);
int __wrap_weir_m2m_device_open(struct weir_m2m_device *device)
{
	if (codec.gone)
		return -ENODEV;
	device->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	device->epoll = epoll_create1(EPOLL_CLOEXEC);
	return 0;
}

/* Tests call the watch themselves, and everything may have happened. */
uint32_t __wrap_weir_m2m_device_poll(struct weir_m2m_device *device);
uint32_t __wrap_weir_m2m_device_poll(struct weir_m2m_device *device)
{
	(void)device;
	return EPOLLIN | EPOLLOUT | EPOLLPRI;
}
