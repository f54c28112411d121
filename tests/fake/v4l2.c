/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/v4l2.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/clock.h"
#include "tests/unit/cmocka_all.h"

struct fake_camera fake;

/* ---- what a test does to it ---- */

void fake_init(const char *format, uint32_t width, uint32_t height)
{
	memset(&fake, 0, sizeof(fake));
	fake.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	fake.format = weir_format_by_name(format);
	assert_non_null(fake.format);
	fake.width = width;
	fake.height = height;
	fake.pieces = 1;
	fake.stride = weir_format_line_bytes(fake.format, 0, width);
	fake.piece_bytes[0] = (size_t)width * height * 2;
	fake.exports = fake.imports = true;
	fake.grants = FAKE_BUFFERS;
	fake.fd = -1;
	for (unsigned i = 0; i < FAKE_BUFFERS; i++)
		for (unsigned p = 0; p < WEIR_MAX_PLANES; p++)
			fake.buffer[i].fd[p] = -1;
}

static void free_buffers(void)
{
	for (unsigned i = 0; i < fake.n_buffers; i++) {
		for (unsigned p = 0; p < WEIR_MAX_PLANES; p++) {
			if (fake.buffer[i].fd[p] >= 0)
				close(fake.buffer[i].fd[p]);
			fake.buffer[i].fd[p] = -1;
		}
		fake.buffer[i].queued = false;
	}
	fake.n_buffers = 0;
}

void fake_finish(void)
{
	free_buffers();
}

uint8_t fake_paint(uint32_t sequence)
{
	return (uint8_t)(sequence * 7 + 1);
}

static const struct fake_shot *shot(void)
{
	static const struct fake_shot good;

	return fake.shot < fake.n_shots ? &fake.script[fake.shot] : &good;
}

static int oldest(void)
{
	int found = -1;

	for (unsigned i = 0; i < fake.n_buffers; i++)
		if (fake.buffer[i].queued &&
			(found < 0 || fake.buffer[i].order < fake.buffer[found].order))
			found = (int)i;
	return found;
}

/* Readable while a frame could be had, or the camera is gone. */
void fake_update_readiness(void)
{
	bool ready = fake.gone ||
		(fake.streaming && oldest() >= 0 && !shot()->nothing && !fake.stalled);
	uint64_t count = 1;
	ssize_t done;

	if (fake.fd < 0)
		return;
	done = ready ? write(fake.fd, &count, sizeof(count)) : read(fake.fd, &count, sizeof(count));
	(void)done;
}

void fake_go_on(void)
{
	fake.shot++;
	fake_update_readiness();
}

void fake_unplug(void)
{
	fake.gone = true;
	fake_update_readiness();
}

void fake_replug(void)
{
	fake.gone = false;
	fake.next_sequence = 0;
	fake_update_readiness();
	if (fake.hotplug)
		fake.hotplug->changed(fake.hotplug->data);
}

/* ---- ioctls ---- */

static int queryformat(struct v4l2_format *format)
{
	if (V4L2_TYPE_IS_MULTIPLANAR(fake.type)) {
		format->fmt.pix_mp.num_planes = (uint8_t)fake.pieces;
		for (unsigned i = 0; i < fake.pieces; i++) {
			format->fmt.pix_mp.plane_fmt[i].sizeimage = (uint32_t)fake.piece_bytes[i];
			format->fmt.pix_mp.plane_fmt[i].bytesperline = (uint32_t)fake.stride;
		}
	} else {
		format->fmt.pix.bytesperline = (uint32_t)fake.stride;
		format->fmt.pix.sizeimage = (uint32_t)fake.piece_bytes[0];
	}
	/* These share their places in pix and pix_mp. */
	format->fmt.pix.width = fake.width;
	format->fmt.pix.height = fake.height;
	format->fmt.pix.pixelformat =
		fake.pieces > 1 ? fake.format->v4l2_mplane : fake.format->v4l2;
	return 0;
}

static int set_format(struct v4l2_format *format)
{
	return fake.n_buffers ? EBUSY : queryformat(format);
}

static int reqbufs(struct v4l2_requestbuffers *request)
{
	if (request->memory == V4L2_MEMORY_DMABUF && !fake.imports)
		return EINVAL;
	free_buffers();
	fake.streaming = false;
	fake_update_readiness();
	if (!request->count)
		return 0;
	if (request->count < fake.least)
		request->count = fake.least;
	if (request->count > fake.grants)
		request->count = fake.grants;
	fake.n_buffers = request->count;
	fake.memory = request->memory;
	request->capabilities = fake.hints ? V4L2_BUF_CAP_SUPPORTS_MMAP_CACHE_HINTS : 0;
	for (unsigned i = 0; i < fake.n_buffers && fake.memory == V4L2_MEMORY_MMAP; i++)
		for (unsigned p = 0; p < fake.pieces; p++) {
			fake.buffer[i].fd[p] = memfd_create("fake", MFD_CLOEXEC);
			fake.buffer[i].offset[p] = 0;
			fake_forget_udmabuf(fake.buffer[i].fd[p]);
			assert_int_equal(
				ftruncate(fake.buffer[i].fd[p], (off_t)fake.piece_bytes[p]), 0);
		}
	return 0;
}

static bool is_mplane(void)
{
	return V4L2_TYPE_IS_MULTIPLANAR(fake.type);
}

static int querybuf(struct v4l2_buffer *buffer)
{
	assert_true(buffer->index < fake.n_buffers);
	for (unsigned p = 0; p < fake.pieces; p++) {
		uint32_t offset = (buffer->index << 4 | p) << 20;
		uint32_t length = (uint32_t)fake.piece_bytes[p] - fake.lacks_bytes;

		if (is_mplane()) {
			buffer->m.planes[p].length = length;
			buffer->m.planes[p].m.mem_offset = offset;
		} else {
			buffer->length = length;
			buffer->m.offset = offset;
		}
	}
	return 0;
}

static int expbuf(struct v4l2_exportbuffer *request)
{
	if (!fake.exports)
		return EINVAL;
	assert_true(request->index < fake.n_buffers && request->plane < fake.pieces);
	assert_int_equal(request->flags, O_RDWR | O_CLOEXEC);
	request->fd = fcntl(fake.buffer[request->index].fd[request->plane], F_DUPFD_CLOEXEC, 0);
	fake_forget_udmabuf(request->fd);
	fake.exported++;
	return 0;
}

static int import(unsigned index, unsigned plane, int dmabuf)
{
	int *fd = &fake.buffer[index].fd[plane];

	if (fake.refuses_second_import && fake.imported)
		return EFAULT;
	fake.imported++;
	if (*fd >= 0)
		close(*fd);
	*fd = fcntl(dmabuf, F_DUPFD_CLOEXEC, 0);
	assert_true(*fd >= 0);
	fake.buffer[index].offset[plane] = fake_udmabuf_offset(dmabuf);
	return 0;
}

static int qbuf(struct v4l2_buffer *buffer)
{
	int error = 0;

	assert_true(buffer->index < fake.n_buffers);
	assert_int_equal(buffer->memory, fake.memory);
	if (fake.buffer[buffer->index].queued) {
		assert_string_equal(fake.failed, "VIDIOC_STREAMOFF"); /* it did not give it back */
		return EINVAL;
	}
	assert_true(!is_mplane() || buffer->length >= fake.pieces);
	for (unsigned p = 0; p < fake.pieces && fake.memory == V4L2_MEMORY_DMABUF && !error; p++)
		error = import(buffer->index, p,
			is_mplane() ? buffer->m.planes[p].m.fd : buffer->m.fd);
	if (error)
		return error;
	fake.hinted += (buffer->flags & V4L2_BUF_FLAG_NO_CACHE_CLEAN) != 0;
	fake.buffer[buffer->index].queued = true;
	fake.buffer[buffer->index].order = ++fake.queued_ever;
	fake_update_readiness();
	return 0;
}

/* The device's DMA. */
static void paint(int index, uint32_t sequence)
{
	for (unsigned p = 0; p < fake.pieces; p++) {
		void *memory = mmap(NULL, fake.piece_bytes[p], PROT_READ | PROT_WRITE, MAP_SHARED,
			fake.buffer[index].fd[p], fake.buffer[index].offset[p]);

		assert_ptr_not_equal(memory, MAP_FAILED);
		memset(memory, fake_paint(sequence), fake.piece_bytes[p]);
		munmap(memory, fake.piece_bytes[p]);
	}
}

static void describe(struct v4l2_buffer *buffer, const struct fake_shot *s)
{
	uint64_t stamp = s->has_stamp ? (uint64_t)s->stamp_ns : weir_now_ns();

	buffer->flags = s->flags | V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
	buffer->sequence = s->has_sequence ? s->sequence : fake.next_sequence;
	fake.next_sequence = buffer->sequence + 1;
	buffer->timestamp.tv_sec = (long)(stamp / WEIR_NS_PER_S);
	buffer->timestamp.tv_usec = (long)(stamp % WEIR_NS_PER_S / 1000);
	buffer->bytesused = s->has_bytes ? s->bytes : (uint32_t)fake.piece_bytes[0];
	for (unsigned p = 0; p < fake.pieces && is_mplane(); p++) {
		buffer->m.planes[p].bytesused =
			s->has_bytes ? s->bytes : (uint32_t)fake.piece_bytes[p];
		buffer->m.planes[p].data_offset = s->data_offset;
	}
}

static int dqbuf(struct v4l2_buffer *buffer)
{
	const struct fake_shot *s = shot();
	int index = oldest();

	assert_int_equal(buffer->memory, fake.memory);
	if (!fake.streaming)
		return EINVAL;
	if (index < 0 || s->nothing || fake.stalled)
		return EAGAIN;
	fake.shot++;
	if (s->error) {
		fake_update_readiness();
		return s->error;
	}
	describe(buffer, s);
	if (!s->unwritten)
		paint(index, buffer->sequence);
	fake.buffer[index].queued = false;
	buffer->index = (uint32_t)index + s->index_plus;
	fake_update_readiness();
	return 0;
}

static int streamon(void)
{
	assert_true(fake.n_buffers > 0);
	fake.streaming = true;
	fake.next_sequence = 0;
	fake_update_readiness();
	return 0;
}

static int streamoff(void)
{
	for (unsigned i = 0; i < fake.n_buffers; i++)
		fake.buffer[i].queued = false;
	fake.streaming = false;
	fake_update_readiness();
	return 0;
}

static int dqevent(struct v4l2_event *event)
{
	if (fake.changed) {
		fake.changed = false;
		event->type = V4L2_EVENT_SOURCE_CHANGE;
		event->u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION;
		return 0;
	}
	if (!fake.ended)
		return ENOENT;
	fake.ended = false;
	event->type = V4L2_EVENT_EOS;
	return 0;
}

static int querycap(struct v4l2_capability *caps)
{
	strcpy((char *)caps->driver, "fake");
	strcpy((char *)caps->card, "fake camera");
	caps->capabilities = caps->device_caps =
		(is_mplane() ? V4L2_CAP_VIDEO_CAPTURE_MPLANE : V4L2_CAP_VIDEO_CAPTURE) |
		V4L2_CAP_STREAMING | V4L2_CAP_DEVICE_CAPS | fake.caps;
	return 0;
}

static int enum_format(struct v4l2_fmtdesc *entry)
{
	if (entry->index)
		return EINVAL;
	entry->pixelformat = fake.pieces > 1 ? fake.format->v4l2_mplane : fake.format->v4l2;
	return 0;
}

/* Of a thousand frames a second. */
static int parm(struct v4l2_streamparm *parm)
{
	parm->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
	parm->parm.capture.timeperframe = (struct v4l2_fract){ 1, 1000 };
	return 0;
}

static int ask(unsigned long request, void *arg)
{
	return fake.answers ? -__wrap_weir_v4l2_ioctl(&fake.answers->device, request, arg) : ENOTTY;
}

static int input(unsigned long request, void *arg)
{
	int err = fake.answers ? ask(request, arg) : 0;

	if (!err && request == VIDIOC_ENUMINPUT && fake.no_signal)
		((struct v4l2_input *)arg)->status = V4L2_IN_ST_NO_SIGNAL;
	return err;
}

/* Somebody has composed into a smaller picture before. */
static int selection(unsigned long request, struct v4l2_selection *selection)
{
	assert_int_equal(selection->target, V4L2_SEL_TGT_COMPOSE);
	if (request == VIDIOC_S_SELECTION)
		fake.composed = selection->r;
	else
		selection->r = fake.composed;
	return 0;
}

int fake_ioctl(unsigned long request, void *arg)
{
	switch (request) {
	case VIDIOC_QUERYCAP:
		return querycap(arg);
	case VIDIOC_SUBSCRIBE_EVENT:
		return 0;
	case VIDIOC_ENUM_FMT:
		return enum_format(arg);
	case VIDIOC_G_PARM:
	case VIDIOC_S_PARM:
		return parm(arg);
	case VIDIOC_G_FMT:
		return queryformat(arg);
	case VIDIOC_TRY_FMT:
		return queryformat(arg);
	case VIDIOC_S_FMT:
		return set_format(arg);
	case VIDIOC_G_SELECTION:
	case VIDIOC_S_SELECTION:
		return selection(request, arg);
	case VIDIOC_REQBUFS:
		return reqbufs(arg);
	case VIDIOC_QUERYBUF:
		return querybuf(arg);
	case VIDIOC_EXPBUF:
		return expbuf(arg);
	case VIDIOC_QBUF:
		return qbuf(arg);
	case VIDIOC_DQBUF:
		return dqbuf(arg);
	case VIDIOC_STREAMON:
		return streamon();
	case VIDIOC_STREAMOFF:
		return streamoff();
	case VIDIOC_DQEVENT:
		return dqevent(arg);
	case VIDIOC_ENUMINPUT:
	case VIDIOC_G_INPUT:
	case VIDIOC_S_INPUT:
		return input(request, arg);
	default:
		return ask(request, arg);
	}
}

void fake_close(void)
{
	streamoff();
	free_buffers();
	fake.fd = -1;
	fake.closes++;
}

int fake_memory_at(int64_t offset)
{
	unsigned index = (unsigned)(offset >> 24), plane = (unsigned)(offset >> 20) & 15;

	assert_true(index < fake.n_buffers && plane < fake.pieces);
	return fake.buffer[index].fd[plane];
}
