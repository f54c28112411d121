/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/v4l2.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <linux/dma-buf.h>
#include <linux/udmabuf.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/memory/parts.h"
#include "tests/unit/cmocka_all.h"

struct fake_camera fake;

#define PATH "/dev/video0"

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
static void update_readiness(void)
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
	update_readiness();
}

void fake_unplug(void)
{
	fake.gone = true;
	update_readiness();
}

void fake_replug(void)
{
	fake.gone = false;
	fake.next_sequence = 0;
	update_readiness();
	if (fake.hotplug)
		fake.hotplug->changed(fake.hotplug->data);
}

/* ---- udmabuf ---- */

/* A udmabuf is the memfd and a place in it; an exported buffer is a memfd of its own. */
static struct {
	int fd;
	off_t offset;
} udmabufs[FAKE_BUFFERS * WEIR_MAX_PLANES];
static unsigned n_udmabufs;

static off_t offset_of(int dmabuf)
{
	for (unsigned i = 0; i < n_udmabufs; i++)
		if (udmabufs[i].fd == dmabuf)
			return udmabufs[i].offset;
	return 0;
}

static void forget_udmabuf(int fd)
{
	for (unsigned i = 0; i < n_udmabufs; i++)
		if (udmabufs[i].fd == fd)
			udmabufs[i--] = udmabufs[--n_udmabufs];
}

static int create_udmabuf(uint32_t memfd, uint64_t offset)
{
	int fd = fcntl((int)memfd, F_DUPFD_CLOEXEC, 0);

	assert_true(fd >= 0);
	forget_udmabuf(fd);
	assert_true(n_udmabufs < sizeof(udmabufs) / sizeof(udmabufs[0]));
	udmabufs[n_udmabufs].fd = fd;
	udmabufs[n_udmabufs++].offset = (off_t)offset;
	return fd;
}

static int create_plain(const struct udmabuf_create *create)
{
	return create_udmabuf(create->memfd, create->offset);
}

/* To be shown only. */
static int create_list(const struct udmabuf_create_list *create)
{
	assert_true(create->count > 0);
	return create_udmabuf(create->list[0].memfd, create->list[0].offset);
}

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	va_start(args, flags);
	if (flags & O_CREAT)
		mode = va_arg(args, mode_t);
	va_end(args);
	if (strcmp(path, "/dev/udmabuf"))
		return __real_open(path, flags, mode);
	if (!fake.no_udmabuf)
		return eventfd(0, EFD_CLOEXEC);
	errno = ENOENT;
	return -1;
}

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (request == UDMABUF_CREATE)
		return create_plain(arg);
	if (request == UDMABUF_CREATE_LIST)
		return create_list(arg);
	if (request == DMA_BUF_IOCTL_SYNC)
		return 0;
	return __real_ioctl(fd, request, arg);
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
	update_readiness();
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
			forget_udmabuf(fake.buffer[i].fd[p]);
			assert_int_equal(ftruncate(fake.buffer[i].fd[p],
						 (off_t)fake.piece_bytes[p]), 0);
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

		if (is_mplane()) {
			buffer->m.planes[p].length = (uint32_t)fake.piece_bytes[p];
			buffer->m.planes[p].m.mem_offset = offset;
		} else {
			buffer->length = (uint32_t)fake.piece_bytes[p];
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
	forget_udmabuf(request->fd);
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
	fake.buffer[index].offset[plane] = offset_of(dmabuf);
	return 0;
}

static int qbuf(struct v4l2_buffer *buffer)
{
	int error = 0;

	assert_true(buffer->index < fake.n_buffers);
	assert_int_equal(buffer->memory, fake.memory);
	assert_false(fake.buffer[buffer->index].queued);
	assert_true(!is_mplane() || buffer->length >= fake.pieces);
	for (unsigned p = 0; p < fake.pieces && fake.memory == V4L2_MEMORY_DMABUF && !error; p++)
		error = import(buffer->index, p,
			is_mplane() ? buffer->m.planes[p].m.fd : buffer->m.fd);
	if (error)
		return error;
	fake.hinted += (buffer->flags & V4L2_BUF_FLAG_NO_CACHE_CLEAN) != 0;
	fake.buffer[buffer->index].queued = true;
	fake.buffer[buffer->index].order = ++fake.queued_ever;
	update_readiness();
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
		update_readiness();
		return s->error;
	}
	describe(buffer, s);
	if (!s->unwritten)
		paint(index, buffer->sequence);
	fake.buffer[index].queued = false;
	buffer->index = (uint32_t)index + s->index_plus;
	update_readiness();
	return 0;
}

static int streamon(void)
{
	assert_true(fake.n_buffers > 0);
	fake.streaming = true;
	fake.next_sequence = 0;
	update_readiness();
	return 0;
}

static int streamoff(void)
{
	for (unsigned i = 0; i < fake.n_buffers; i++)
		fake.buffer[i].queued = false;
	fake.streaming = false;
	update_readiness();
	return 0;
}

static int dqevent(struct v4l2_event *event)
{
	if (!fake.changed)
		return ENOENT;
	fake.changed = false;
	event->type = V4L2_EVENT_SOURCE_CHANGE;
	event->u.src_change.changes = V4L2_EVENT_SRC_CH_RESOLUTION;
	return 0;
}

static int enuminput(struct v4l2_input *input)
{
	input->status = fake.no_signal ? V4L2_IN_ST_NO_SIGNAL : 0;
	return 0;
}

static int dispatch(unsigned long request, void *arg)
{
	switch (request) {
	case VIDIOC_QUERYCAP:
	case VIDIOC_SUBSCRIBE_EVENT:
	case VIDIOC_G_INPUT:
	case VIDIOC_S_PARM:
		return 0;
	case VIDIOC_G_FMT: return queryformat(arg);
	case VIDIOC_TRY_FMT: return queryformat(arg);
	case VIDIOC_S_FMT: return set_format(arg);
	case VIDIOC_REQBUFS: return reqbufs(arg);
	case VIDIOC_QUERYBUF: return querybuf(arg);
	case VIDIOC_EXPBUF: return expbuf(arg);
	case VIDIOC_QBUF: return qbuf(arg);
	case VIDIOC_DQBUF: return dqbuf(arg);
	case VIDIOC_STREAMON: return streamon();
	case VIDIOC_STREAMOFF: return streamoff();
	case VIDIOC_DQEVENT: return dqevent(arg);
	case VIDIOC_ENUMINPUT: return enuminput(arg);
	default: return ENOTTY;
	}
}

static const char *name_of(unsigned long request)
{
	static const struct {
		unsigned long request;
		const char *name;
	} names[] = {
		{ VIDIOC_QUERYCAP, "VIDIOC_QUERYCAP" }, { VIDIOC_S_FMT, "VIDIOC_S_FMT" },
		{ VIDIOC_REQBUFS, "VIDIOC_REQBUFS" }, { VIDIOC_QUERYBUF, "VIDIOC_QUERYBUF" },
		{ VIDIOC_EXPBUF, "VIDIOC_EXPBUF" }, { VIDIOC_QBUF, "VIDIOC_QBUF" },
		{ VIDIOC_DQBUF, "VIDIOC_DQBUF" }, { VIDIOC_STREAMON, "VIDIOC_STREAMON" },
		{ VIDIOC_STREAMOFF, "VIDIOC_STREAMOFF" },
		{ VIDIOC_SUBSCRIBE_EVENT, "VIDIOC_SUBSCRIBE_EVENT" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].request == request)
			return names[i].name;
	return "another call";
}

/* ---- in place of capture/v4l2/device.c ---- */

int weir_v4l2_ioctl(struct weir_v4l2_device *device, unsigned long request, void *arg)
{
	assert_true(device->fd >= 0);
	fake.calls++;
	if (device->syscalls)
		weir_counter_add(device->syscalls, 1);
	if (fake.gone)
		return -ENODEV;
	if (fake.calls == fake.fail_nth) {
		fake.failed = name_of(request);
		update_readiness(); /* the next frame is told anew */
		return -fake.fail_error;
	}
	return -dispatch(request, arg);
}

int weir_v4l2_device_open(
	struct weir_v4l2_device *device, const char *path, const struct weir_log *log)
{
	memset(device, 0, sizeof(*device));
	device->fd = -1;
	device->log = log;
	device->type = fake.type;
	snprintf(device->path, sizeof(device->path), "%s", path);
	if (fake.gone)
		return -ENODEV;
	assert_int_equal(fake.fd, -1);
	device->fd = fake.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(fake.fd >= 0);
	fake.opens++;
	return 0;
}

void weir_v4l2_device_close(struct weir_v4l2_device *device)
{
	if (device->fd < 0)
		return;
	streamoff();
	free_buffers();
	close(fake.fd);
	device->fd = fake.fd = -1;
	fake.closes++;
}

int weir_v4l2_fail(struct weir_v4l2_device *device, const char *what, int error)
{
	char text[WEIR_ERRNO_TEXT];

	weir_error(device->log, "%s on %s: %s", what, device->path, weir_errno_text(error, text));
	return error;
}

void *weir_v4l2_mmap(struct weir_v4l2_device *device, size_t length, int64_t offset)
{
	unsigned index = (unsigned)(offset >> 24), plane = (unsigned)(offset >> 20) & 15;

	(void)device;
	assert_true(index < fake.n_buffers && plane < fake.pieces);
	return mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_SHARED,
		fake.buffer[index].fd[plane], 0);
}

int weir_v4l2_munmap(void *memory, size_t length)
{
	return munmap(memory, length);
}

bool weir_v4l2_holder(const char *path, char *text, size_t size)
{
	(void)path;
	(void)text;
	(void)size;
	return false;
}

/* ---- in place of identity.c and hot-plug ---- */

int weir_v4l2_locate(const struct weir_v4l2_identity *identity, char *path, size_t size)
{
	assert_string_equal(identity->serial, "fake");
	snprintf(path, size, PATH);
	return fake.gone ? -ENODEV : 0;
}

int weir_v4l2_hotplug_open(struct weir_v4l2_hotplug *hotplug, struct weir_loop *loop,
	void (*changed)(void *data), void *data)
{
	hotplug->loop = loop;
	hotplug->changed = changed;
	hotplug->data = data;
	fake.hotplug = hotplug;
	return 0;
}

void weir_v4l2_hotplug_close(struct weir_v4l2_hotplug *hotplug)
{
	assert_ptr_equal(fake.hotplug, hotplug);
	fake.hotplug = NULL;
}

/* ---- the source, as v4l2.c would open it ---- */

static const struct weir_source_impl impl;

static int settle(struct weir_v4l2 *v4l2)
{
	struct weir_v4l2_format *format = &v4l2->format;
	bool compressed = fake.format->flags & WEIR_FORMAT_COMPRESSED;
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	format->video = (struct weir_video){
		.format = fake.format,
		.width = fake.width,
		.height = fake.height,
		.stride = (uint32_t)fake.stride,
		.rate = { 1000, 1 },
	};
	format->raw.type = fake.type;
	queryformat(&format->raw);
	format->n_buffers_planes = fake.pieces;
	for (unsigned i = 0; i < fake.pieces; i++) {
		format->piece[i].size = fake.piece_bytes[i];
		format->piece[i].stride = fake.stride;
		format->frame_bytes += (fake.piece_bytes[i] + page - 1) / page * page;
	}
	if (compressed)
		format->layout = (struct weir_layout){ .n_planes = 1,
			.plane[0].size = fake.piece_bytes[0] };
	else
		assert_int_equal(weir_format_layout(&format->video, &format->layout), 0);
	for (unsigned i = 0; fake.pieces > 1 && i < format->layout.n_planes; i++)
		format->layout.plane[i].offset = 0;
	return 0;
}

struct weir_source *fake_open_source(const struct weir_log *log)
{
	struct weir_v4l2 *v4l2 = calloc(1, sizeof(*v4l2));

	assert_non_null(v4l2);
	assert_int_equal(weir_v4l2_device_open(&v4l2->device, PATH, log), 0);
	v4l2->device.syscalls = &v4l2->base.syscalls;
	settle(v4l2);
	snprintf(v4l2->identity.serial, sizeof(v4l2->identity.serial), "fake");
	v4l2->base.impl = &impl;
	v4l2->base.log = log;
	v4l2->base.uri = strdup(PATH);
	v4l2->base.video = v4l2->format.video;
	v4l2->base.live = v4l2->base.device = true;
	v4l2->base.min_slots = 2;
	v4l2->base.n_parts = fake.pieces;
	memcpy(v4l2->base.part_bytes, fake.piece_bytes, sizeof(fake.piece_bytes));
	v4l2->reconnect = true;
	v4l2->queue.device = &v4l2->device;
	v4l2->queue.format = &v4l2->format;
	return &v4l2->base;
}

static void close_source(struct weir_source *source)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)source;

	weir_v4l2_device_close(&v4l2->device);
	free(v4l2);
}

static int accepts(
	struct weir_source *source, const struct weir_memory_kind *kind, char *why, size_t size)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)source;

	if (kind == &weir_memory_mmap)
		return 0;
	return weir_v4l2_queue_try_import(&v4l2->device, &v4l2->format, kind, why, size);
}

static int allocate(struct weir_source *source, const struct weir_memory_kind *kind,
	const struct weir_slab_settings *settings, struct weir_slab **out)
{
	return weir_v4l2_queue_allocate(&((struct weir_v4l2 *)source)->queue, kind, settings, out);
}

static int frame_bytes(struct weir_source *source, size_t *out)
{
	*out = ((struct weir_v4l2 *)source)->format.frame_bytes;
	return 0;
}

static const struct weir_source_impl impl = {
	.scheme = "fake",
	.close = close_source,
	.accepts = accepts,
	.allocate = allocate,
	.frame_bytes = frame_bytes,
	.start = weir_v4l2_start,
	.resume = weir_v4l2_resume,
	.stop = weir_v4l2_stop,
};
