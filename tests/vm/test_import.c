// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The weir authors
/*
 * Proves that a slab can be a camera's memory: slots of one sealed memfd, each behind a udmabuf
 * that covers the frame's pages only, are imported by a V4L2 capture device; every word of every
 * frame is overwritten where we see it, and nothing around the frames is.
 *
 *   test_import [DEVICE]           DEVICE (default /dev/video0) imports and fills the slots
 *   test_import --refused DEVICE   DEVICE says no (contiguous memory only) and leaves them alone
 *
 * TAP on stdout. Exit 0, 1 for a failed check, 77 where there is no device or no udmabuf.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/dma-buf.h>
#include <linux/udmabuf.h>
#include <linux/videodev2.h>

enum {
	slot_count = 4,
	frame_count = 40,
	tail_min = 64,
	stall_ms = 5000, /* far beyond a frame interval, even under emulation */
};

struct slab {
	int memfd;
	int dmabuf[slot_count];
	uint8_t *map;
	size_t page, slot_size, frame_size;
};

struct camera {
	int fd;
	uint32_t type; /* V4L2_BUF_TYPE_VIDEO_CAPTURE or its multi-planar form */
	uint32_t frame_size;
};

static int checks, failures;

__attribute__((format(printf, 2, 3)))
static void check(bool good, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	printf("%sok %d - ", good ? "" : "not ", ++checks);
	vprintf(format, args);
	printf("\n");
	va_end(args);
	if (!good)
		failures++;
}

static _Noreturn void skip(const char *what)
{
	printf("1..0 # SKIP %s: %s\n", what, strerror(errno));
	exit(77);
}

static _Noreturn void die(const char *what)
{
	int cause = errno;

	check(false, "%s: %s", what, strerror(cause));
	exit(1);
}

static int xioctl(int fd, unsigned long request, void *argument)
{
	int ret;

	do {
		ret = ioctl(fd, request, argument);
	} while (ret < 0 && errno == EINTR);
	return ret;
}

static size_t align_up(size_t size, size_t to)
{
	return (size + to - 1) / to * to;
}

/* ---- the slab */

static int udmabuf_create(int udmabuf, int memfd, size_t offset, size_t size)
{
	struct udmabuf_create create = {
		.memfd = (uint32_t)memfd,
		.flags = UDMABUF_FLAGS_CLOEXEC,
		.offset = offset,
		.size = size,
	};

	return xioctl(udmabuf, UDMABUF_CREATE, &create);
}

/*
 * Gives the slab its pages, odd ones after even ones. Faulted in order they can be contiguous by
 * luck, and then even a device that wants contiguous memory takes them.
 */
static void scatter_pages(const struct slab *slab)
{
	size_t size = slot_count * slab->slot_size;

	for (size_t first = 0; first < 2; first++)
		for (size_t at = first * slab->page; at < size; at += 2 * slab->page)
			*(volatile uint8_t *)(slab->map + at) = 0;
}

/* headroom of one page, the frame, tailroom to the page's end; the device sees the frame's pages */
static void slab_create(struct slab *slab, size_t frame_size)
{
	int udmabuf = open("/dev/udmabuf", O_RDWR | O_CLOEXEC);

	if (udmabuf < 0)
		skip("/dev/udmabuf");
	slab->page = (size_t)sysconf(_SC_PAGESIZE);
	slab->frame_size = frame_size;
	slab->slot_size = slab->page + align_up(frame_size + tail_min, slab->page);
	slab->memfd = memfd_create("slab", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (slab->memfd < 0 || ftruncate(slab->memfd, (off_t)(slot_count * slab->slot_size)) < 0)
		die("memfd");
	if (fcntl(slab->memfd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) < 0)
		die("F_ADD_SEALS");
	slab->map = mmap(NULL, slot_count * slab->slot_size, PROT_READ | PROT_WRITE, MAP_SHARED,
		slab->memfd, 0);
	if (slab->map == MAP_FAILED)
		die("mmap of the memfd");
	scatter_pages(slab);
	for (size_t i = 0; i < slot_count; i++) {
		slab->dmabuf[i] = udmabuf_create(udmabuf, slab->memfd,
			i * slab->slot_size + slab->page, align_up(frame_size, slab->page));
		if (slab->dmabuf[i] < 0)
			die("UDMABUF_CREATE");
	}
	close(udmabuf);
}

static void slab_destroy(struct slab *slab)
{
	for (size_t i = 0; i < slot_count; i++)
		close(slab->dmabuf[i]);
	munmap(slab->map, slot_count * slab->slot_size);
	close(slab->memfd);
}

/* ---- the canary: a word that depends on its offset in the slab, so that no picture contains it */

static uint64_t canary_word(size_t offset)
{
	uint64_t word = (offset + 1) * 0x9e3779b97f4a7c15u;

	return word ^ word >> 29;
}

static void canary_fill(struct slab *slab, size_t from, size_t to)
{
	for (size_t at = from; at < to; at += sizeof(uint64_t)) {
		uint64_t word = canary_word(at);

		memcpy(slab->map + at, &word, sizeof(word));
	}
}

/* how many words of the range still hold the canary */
static size_t canary_intact(const struct slab *slab, size_t from, size_t to)
{
	size_t intact = 0;

	for (size_t at = from; at < to; at += sizeof(uint64_t)) {
		uint64_t word = canary_word(at);

		intact += memcmp(slab->map + at, &word, sizeof(word)) == 0;
	}
	return intact;
}

static void cpu_access(int dmabuf, uint64_t edge)
{
	struct dma_buf_sync sync = { .flags = edge | DMA_BUF_SYNC_RW };
	int ret;

	do {
		ret = xioctl(dmabuf, DMA_BUF_IOCTL_SYNC, &sync);
	} while (ret < 0 && errno == EAGAIN);
	if (ret < 0)
		die("DMA_BUF_IOCTL_SYNC");
}

/* reads the frame's words that the device left alone and puts the canary back */
static size_t frame_take(struct slab *slab, size_t index)
{
	size_t from = index * slab->slot_size + slab->page;
	size_t stale;

	cpu_access(slab->dmabuf[index], DMA_BUF_SYNC_START);
	stale = canary_intact(slab, from, from + slab->frame_size);
	canary_fill(slab, from, from + slab->frame_size);
	cpu_access(slab->dmabuf[index], DMA_BUF_SYNC_END);
	return stale;
}

/* ---- the camera */

static bool is_mplane(const struct camera *camera)
{
	return camera->type == V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
}

static void camera_open(struct camera *camera, const char *path)
{
	struct v4l2_capability capability = { 0 };

	camera->fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (camera->fd < 0)
		skip(path);
	if (xioctl(camera->fd, VIDIOC_QUERYCAP, &capability) < 0)
		die("VIDIOC_QUERYCAP");
	camera->type = capability.device_caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE
			       ? V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE
			       : V4L2_BUF_TYPE_VIDEO_CAPTURE;
	printf("# %s: %s, %s\n", path, capability.driver,
		is_mplane(camera) ? "multi-planar" : "single-planar");
}

static void camera_configure(struct camera *camera)
{
	struct v4l2_format format = { .type = camera->type };
	struct v4l2_streamparm interval = { .type = camera->type };

	/* Width, height and pixelformat share their places in pix and pix_mp. */
	format.fmt.pix.width = 640;
	format.fmt.pix.height = 360;
	format.fmt.pix.pixelformat = V4L2_PIX_FMT_YUYV;
	if (xioctl(camera->fd, VIDIOC_S_FMT, &format) < 0)
		die("VIDIOC_S_FMT");
	camera->frame_size = is_mplane(camera) ? format.fmt.pix_mp.plane_fmt[0].sizeimage
					       : format.fmt.pix.sizeimage;
	interval.parm.capture.timeperframe = (struct v4l2_fract){ 1, 30 };
	xioctl(camera->fd, VIDIOC_S_PARM, &interval); /* without it the test is only slower */
	printf("# %ux%u, %u bytes a frame\n", format.fmt.pix.width, format.fmt.pix.height,
		camera->frame_size);
}

static int camera_request(const struct camera *camera)
{
	struct v4l2_requestbuffers request = {
		.count = slot_count,
		.type = camera->type,
		.memory = V4L2_MEMORY_DMABUF,
	};

	if (xioctl(camera->fd, VIDIOC_REQBUFS, &request) < 0)
		return -errno;
	return request.count == slot_count ? 0 : -ENOBUFS;
}

static int camera_queue(const struct camera *camera, const struct slab *slab, uint32_t index)
{
	struct v4l2_plane plane = { .m.fd = slab->dmabuf[index] };
	struct v4l2_buffer buffer = {
		.index = index,
		.type = camera->type,
		.memory = V4L2_MEMORY_DMABUF,
	};

	if (is_mplane(camera)) {
		buffer.m.planes = &plane;
		buffer.length = 1;
	} else {
		buffer.m.fd = slab->dmabuf[index];
	}
	return xioctl(camera->fd, VIDIOC_QBUF, &buffer) < 0 ? -errno : 0;
}

/* waits for a frame; fills index, sequence, flags and timestamp of *buffer */
static int camera_dequeue(const struct camera *camera, struct v4l2_buffer *buffer)
{
	struct pollfd ready = { .fd = camera->fd, .events = POLLIN };
	struct v4l2_plane plane = { 0 };

	*buffer = (struct v4l2_buffer){ .type = camera->type, .memory = V4L2_MEMORY_DMABUF };
	if (is_mplane(camera)) {
		buffer->m.planes = &plane;
		buffer->length = 1;
	}
	if (poll(&ready, 1, stall_ms) != 1)
		return -ETIMEDOUT;
	return xioctl(camera->fd, VIDIOC_DQBUF, buffer) < 0 ? -errno : 0;
}

/* ---- the two proofs */

static void check_surroundings(const struct slab *slab)
{
	size_t head = 0, tail = 0;

	for (size_t i = 0; i < slot_count; i++) {
		size_t slot = i * slab->slot_size;
		size_t frame = slot + slab->page;
		size_t end = align_up(frame + slab->frame_size, sizeof(uint64_t));

		head += (frame - slot) / sizeof(uint64_t) - canary_intact(slab, slot, frame);
		tail += (slot + slab->slot_size - end) / sizeof(uint64_t) -
			canary_intact(slab, end, slot + slab->slot_size);
	}
	check(head == 0, "headroom untouched in %d slots (%zu words changed)", slot_count, head);
	check(tail == 0, "tailroom untouched in %d slots (%zu words changed)", slot_count, tail);
}

static void stream(const struct camera *camera, struct slab *slab)
{
	size_t stale_words = 0, flagged = 0, out_of_order = 0, frames = 0;
	unsigned slots_seen = 0;
	int64_t last = -1;
	uint32_t lost = 0;

	for (; frames < frame_count; frames++) {
		struct v4l2_buffer buffer;
		int err = camera_dequeue(camera, &buffer);

		if (err < 0) {
			printf("# frame %zu: %s\n", frames, strerror(-err));
			break;
		}
		out_of_order += (int64_t)buffer.sequence <= last;
		lost += (uint32_t)((int64_t)buffer.sequence - last - 1);
		last = buffer.sequence;
		flagged += (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0;
		slots_seen |= 1u << buffer.index;
		stale_words += frame_take(slab, buffer.index);
		err = camera_queue(camera, slab, buffer.index);
		if (err < 0) {
			printf("# QBUF again: %s\n", strerror(-err));
			break;
		}
	}
	check(frames == frame_count, "%zu of %d frames arrived", frames, frame_count);
	check(slots_seen == (1u << slot_count) - 1, "every slot was used (mask 0x%x)", slots_seen);
	check(flagged == 0, "no frame is marked broken (%zu are)", flagged);
	check(out_of_order == 0, "sequence numbers advance, up to %lld (%u lost by the device)",
		(long long)last, lost);
	check(stale_words == 0, "every word of every frame was overwritten in the memfd (%zu not)",
		stale_words);
}

static void prove_import(const struct camera *camera, struct slab *slab)
{
	int err = camera_request(camera);

	check(err == 0, "REQBUFS takes V4L2_MEMORY_DMABUF (%s)", strerror(-err));
	for (uint32_t i = 0; !err && i < slot_count; i++)
		err = camera_queue(camera, slab, i);
	check(err == 0, "%d udmabufs are queued (%s)", slot_count, strerror(-err));
	if (err)
		return;
	if (xioctl(camera->fd, VIDIOC_STREAMON, (void *)&camera->type) < 0)
		die("VIDIOC_STREAMON");
	stream(camera, slab);
	if (xioctl(camera->fd, VIDIOC_STREAMOFF, (void *)&camera->type) < 0)
		die("VIDIOC_STREAMOFF");
}

static void prove_refusal(const struct camera *camera, const struct slab *slab)
{
	int err = camera_request(camera);

	if (!err)
		err = camera_queue(camera, slab, 0);
	check(err < 0, "scattered pages are refused (%s)", strerror(-err));
	check(canary_intact(slab, 0, slot_count * slab->slot_size) * sizeof(uint64_t) ==
			slot_count * slab->slot_size,
		"the slab is untouched");
}

int main(int argc, char **argv)
{
	bool refused = argc > 1 && strcmp(argv[1], "--refused") == 0;
	const char *path = argc > 1 + refused ? argv[1 + refused] : "/dev/video0";
	struct camera camera;
	struct slab slab;

	setvbuf(stdout, NULL, _IOLBF, 0);
	camera_open(&camera, path);
	camera_configure(&camera);
	slab_create(&slab, camera.frame_size);
	canary_fill(&slab, 0, slot_count * slab.slot_size);
	if (refused)
		prove_refusal(&camera, &slab);
	else
		prove_import(&camera, &slab);
	check_surroundings(&slab);
	close(camera.fd);
	slab_destroy(&slab);
	printf("1..%d\n", checks);
	return failures ? 1 : 0;
}
