// SPDX-License-Identifier: LGPL-2.1-or-later
// SPDX-FileCopyrightText: 2026 The weir authors
/*
 * Proves that our slab can be a camera's memory: its slots are imported by a V4L2 capture device;
 * every word of every frame is overwritten where we see it, and nothing around the frames is.
 *
 *   test_import [DEVICE]           DEVICE (default /dev/video0) imports and fills the slots
 *   test_import --refused DEVICE   DEVICE says no (contiguous memory only)
 *
 * TAP on stdout. Exit 0, 1 for a failed check, 77 where there is no device or no udmabuf.
 */
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

#include <linux/videodev2.h>

#include "core/slab.h"

enum {
	slot_count = 4,
	frame_count = 40,
	stall_ms = 5000, /* far beyond a frame interval, even under emulation */
};

/* The slab, with every slot's frame issued: through it the pixels are reached. */
struct memory {
	struct weir_slab *slab;
	struct weir_frame *frame[slot_count];
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

/* ---- the slab */

static void create_slab(const struct weir_slab_settings *settings, struct weir_slab **out)
{
	char why[160];
	int err = weir_memory_slab.probe(why, sizeof(why));

	if (err) {
		printf("1..0 # SKIP %s\n", why);
		exit(77);
	}
	err = weir_slab_create(&weir_memory_slab, settings, out);
	if (err) {
		errno = -err;
		die("weir_slab_create");
	}
}

static void memory_create(struct memory *memory, size_t frame_bytes)
{
	const struct weir_slab_settings settings = { .slots = slot_count,
		.frame_bytes = frame_bytes };

	create_slab(&settings, &memory->slab);
	for (size_t i = 0; i < slot_count; i++) {
		memory->slab->slots[i].frame.info.n_planes = 1;
		memory->frame[i] = weir_slot_issue(weir_slab_take(memory->slab));
	}
}

static void memory_destroy(struct memory *memory)
{
	for (size_t i = 0; i < slot_count; i++)
		weir_frame_unref(&memory->frame[i]);
	weir_slab_unref(&memory->slab);
}

static int dmabuf_of(const struct memory *memory, size_t index)
{
	return memory->slab->slots[index].parts[0].dmabuf;
}

/* ---- the canary: a word that depends on its offset in the slab, so that no picture contains it */

static uint64_t canary_word(size_t offset)
{
	uint64_t word = (offset + 1) * 0x9e3779b97f4a7c15u;

	return word ^ word >> 29;
}

static void canary_fill(const struct weir_slab *slab, size_t from, size_t to)
{
	for (size_t at = from; at < to; at += sizeof(uint64_t)) {
		uint64_t word = canary_word(at);

		memcpy(slab->base + at, &word, sizeof(word));
	}
}

/* how many words of the range still hold the canary */
static size_t canary_intact(const struct weir_slab *slab, size_t from, size_t to)
{
	size_t intact = 0;

	for (size_t at = from; at < to; at += sizeof(uint64_t)) {
		uint64_t word = canary_word(at);

		intact += memcmp(slab->base + at, &word, sizeof(word)) == 0;
	}
	return intact;
}

/* reads the frame's words that the device left alone and puts the canary back */
static size_t frame_take(const struct memory *memory, size_t index)
{
	const struct weir_slab *slab = memory->slab;
	struct weir_pixels pixels;
	size_t from, stale;

	if (weir_frame_begin_cpu(memory->frame[index], WEIR_CPU_RW, &pixels) < 0)
		die("weir_frame_begin_cpu");
	from = (size_t)(pixels.data[0] - slab->base);
	stale = canary_intact(slab, from, from + slab->frame_bytes);
	canary_fill(slab, from, from + slab->frame_bytes);
	if (weir_frame_end_cpu(memory->frame[index]) < 0)
		die("weir_frame_end_cpu");
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

static int camera_queue(const struct camera *camera, const struct memory *memory, uint32_t index)
{
	struct v4l2_plane plane = { .m.fd = dmabuf_of(memory, index) };
	struct v4l2_buffer buffer = {
		.index = index,
		.type = camera->type,
		.memory = V4L2_MEMORY_DMABUF,
	};

	if (is_mplane(camera)) {
		buffer.m.planes = &plane;
		buffer.length = 1;
	} else {
		buffer.m.fd = dmabuf_of(memory, index);
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

static void check_surroundings(const struct weir_slab *slab)
{
	size_t head = 0, tail = 0;

	for (size_t i = 0; i < slot_count; i++) {
		size_t slot = i * slab->pitch;
		size_t frame = slot + slab->headroom_bytes;
		size_t end = (frame + slab->frame_bytes + 7) / 8 * 8;

		head += (frame - slot) / sizeof(uint64_t) - canary_intact(slab, slot, frame);
		tail += (slot + slab->pitch - end) / sizeof(uint64_t) -
			canary_intact(slab, end, slot + slab->pitch);
	}
	check(head == 0, "headroom untouched in %d slots (%zu words changed)", slot_count, head);
	check(tail == 0, "tailroom untouched in %d slots (%zu words changed)", slot_count, tail);
}

static void stream(const struct camera *camera, const struct memory *memory)
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
		/* vivid numbers frames by the clock: a loaded host makes it skip or repeat a
		 * number. */
		out_of_order += (int64_t)buffer.sequence < last;
		lost += (uint32_t)((int64_t)buffer.sequence - last - 1);
		last = buffer.sequence;
		flagged += (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0;
		slots_seen |= 1u << buffer.index;
		stale_words += frame_take(memory, buffer.index);
		err = camera_queue(camera, memory, buffer.index);
		if (err < 0) {
			printf("# QBUF again: %s\n", strerror(-err));
			break;
		}
	}
	check(frames == frame_count, "%zu of %d frames arrived", frames, frame_count);
	check(slots_seen == (1u << slot_count) - 1, "every slot was used (mask 0x%x)", slots_seen);
	check(flagged == 0, "no frame is marked broken (%zu are)", flagged);
	check(out_of_order == 0,
		"sequence numbers never go back, up to %lld (%u lost by the device)",
		(long long)last, lost);
	check(stale_words == 0, "every word of every frame was overwritten in the memfd (%zu not)",
		stale_words);
}

static void prove_import(const struct camera *camera, const struct memory *memory)
{
	int err = camera_request(camera);

	check(err == 0, "REQBUFS takes V4L2_MEMORY_DMABUF (%s)", strerror(-err));
	for (uint32_t i = 0; !err && i < slot_count; i++)
		err = camera_queue(camera, memory, i);
	check(err == 0, "%d udmabufs are queued (%s)", slot_count, strerror(-err));
	if (err)
		return;
	if (xioctl(camera->fd, VIDIOC_STREAMON, (void *)&camera->type) < 0)
		die("VIDIOC_STREAMON");
	stream(camera, memory);
	if (xioctl(camera->fd, VIDIOC_STREAMOFF, (void *)&camera->type) < 0)
		die("VIDIOC_STREAMOFF");
}

/* Not with pages of the slab's own, which are neighbours in memory by luck now and then. */
static void prove_refusal(const struct camera *camera)
{
	const struct weir_slab_settings settings = {
		.slots = 1, .frame_bytes = camera->frame_size, .probe = true
	};
	struct memory memory = { NULL };
	int err;

	create_slab(&settings, &memory.slab);
	err = camera_request(camera);
	if (!err)
		err = camera_queue(camera, &memory, 0);
	check(err < 0, "scattered pages are refused (%s)", strerror(-err));
	weir_slab_unref(&memory.slab);
}

static void prove(const struct camera *camera)
{
	struct memory memory;

	memory_create(&memory, camera->frame_size);
	canary_fill(memory.slab, 0, memory.slab->length);
	prove_import(camera, &memory);
	check_surroundings(memory.slab);
	memory_destroy(&memory);
}

int main(int argc, char **argv)
{
	bool refused = argc > 1 && strcmp(argv[1], "--refused") == 0;
	const char *path = argc > 1 + refused ? argv[1 + refused] : "/dev/video0";
	struct camera camera;

	setvbuf(stdout, NULL, _IOLBF, 0);
	camera_open(&camera, path);
	camera_configure(&camera);
	if (refused)
		prove_refusal(&camera);
	else
		prove(&camera);
	close(camera.fd);
	printf("1..%d\n", checks);
	return failures ? 1 : 0;
}
