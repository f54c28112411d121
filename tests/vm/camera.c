/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the rig's camera tests need beside weir itself:
 *
 *   vm_camera set DEVICE NAME=VALUE…        sets controls: vivid's errors, what is connected to
 * what vm_camera timings DEVICE INDEX          brings an HDMI input or output to that enumerated
 * mode vm_camera whole DEVICE…                 whether each shows or takes whole pictures: no crop,
 * no scaling vm_camera write DEVICE FORMAT [DAMAGE]  shows pictures at a video output until it is
 * killed; says "ready" when it does. DAMAGE: flip, tear vm_camera prove SOURCE KIND PICTURES
 * captures them into that kind of memory and compares every byte vm_camera unplug DEVICE SOURCE
 * KIND N   unplugs a vivid camera so often while weir captures from it vm_camera feed DEVICE SOURCE
 * [DAMAGE]   writes frames of one of weir's sources to a v4l2loopback device until it is killed.
 * DAMAGE: empty, half
 */
#include "tests/vm/camera.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/videodev2.h>

#include <weir/weir.h>

#include "capture/v4l2/controls.h"

_Noreturn void die(const char *what)
{
	fprintf(stderr, "vm_camera: %s: %s\n", what, strerror(errno));
	exit(1);
}

int xioctl(int fd, unsigned long request, void *argument)
{
	int ret;

	do {
		ret = ioctl(fd, request, argument);
	} while (ret < 0 && errno == EINTR);
	return ret;
}

/* ---- set, timings ---- */

int set_control(const char *path, const char *assignment)
{
	struct weir_v4l2_device device = { .fd = -1 };
	int err = weir_v4l2_device_open(&device, path, NULL);

	if (!err)
		err = weir_v4l2_set_control(&device, assignment);
	weir_v4l2_device_close(&device);
	return err;
}

static int command_set(char **arguments)
{
	int err = 0;

	for (char **name = arguments + 1; !err && *name; name++)
		err = set_control(arguments[0], *name);
	return err ? 1 : 0;
}

static int open_node(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die(path);
	return fd;
}

static int command_timings(char **arguments)
{
	struct v4l2_enum_dv_timings timings = { .index = (uint32_t)atoi(arguments[1]) };
	int fd = open_node(arguments[0]);

	if (xioctl(fd, VIDIOC_ENUM_DV_TIMINGS, &timings) < 0 ||
		xioctl(fd, VIDIOC_S_DV_TIMINGS, &timings.timings) < 0)
		die("VIDIOC_S_DV_TIMINGS");
	close(fd);
	return 0;
}

/* ---- whole ---- */

static struct v4l2_rect selection(int fd, uint32_t type, uint32_t target)
{
	struct v4l2_selection selection = { .type = type, .target = target };

	if (xioctl(fd, VIDIOC_G_SELECTION, &selection) < 0)
		die("VIDIOC_G_SELECTION");
	return selection.r;
}

static bool covers(const struct v4l2_rect *rect, const struct v4l2_pix_format *pix)
{
	return rect->left == 0 && rect->top == 0 && rect->width == pix->width &&
	       rect->height == pix->height;
}

/* Formats have both forms, selections only one. */
static bool is_whole(const char *path)
{
	struct v4l2_capability caps = { 0 };
	struct v4l2_format format = { 0 };
	struct v4l2_rect crop, compose;
	uint32_t type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
	int fd = open_node(path);

	if (xioctl(fd, VIDIOC_QUERYCAP, &caps) < 0)
		die(path);
	if (caps.device_caps & (V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_VIDEO_OUTPUT_MPLANE))
		type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
	format.type = type;
	if (caps.device_caps & V4L2_CAP_VIDEO_CAPTURE_MPLANE)
		format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
	if (caps.device_caps & V4L2_CAP_VIDEO_OUTPUT_MPLANE)
		format.type = V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
	if (xioctl(fd, VIDIOC_G_FMT, &format) < 0)
		die("VIDIOC_G_FMT");
	crop = selection(fd, type, V4L2_SEL_TGT_CROP);
	compose = selection(fd, type, V4L2_SEL_TGT_COMPOSE);
	close(fd);
	/* Width and height share their places in pix and pix_mp. */
	return covers(&crop, &format.fmt.pix) && covers(&compose, &format.fmt.pix);
}

static int command_whole(char **arguments)
{
	int status = 0;

	for (; *arguments; arguments++) {
		if (is_whole(*arguments))
			continue;
		printf("%s crops or scales\n", *arguments);
		status = 1;
	}
	return status;
}

/* ---- feed ---- */

struct feed {
	int fd;
	size_t halves; /* of every other frame that are written */
	uint64_t frames;
};

/* A camera without a frame is none yet, and a frame that is older than its reader's buffers is
 * none. */
static void wait_for_reader(void)
{
	puts("ready");
	while (getchar() != '\n' && !feof(stdin))
		;
}

static int feed_frame(void *data, struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct feed *feed = data;
	size_t length = info->bytes_used;
	struct weir_pixels pixels;

	if (++feed->frames % 2 == 0)
		length = length * feed->halves / 2;
	if (weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels))
		die("pixels");
	if (write(feed->fd, pixels.data[0], length) != (ssize_t)length)
		die("write");
	if (feed->frames == 1)
		wait_for_reader();
	return weir_frame_end_cpu(frame);
}

static void set_feed_format(int fd, const struct weir_video *video)
{
	struct v4l2_format format = { .type = V4L2_BUF_TYPE_VIDEO_OUTPUT };

	format.fmt.pix.width = video->width;
	format.fmt.pix.height = video->height;
	format.fmt.pix.pixelformat = video->format->v4l2;
	format.fmt.pix.field = V4L2_FIELD_NONE;
	format.fmt.pix.sizeimage = video->width * video->height * 2;
	if (xioctl(fd, VIDIOC_S_FMT, &format) < 0)
		die("VIDIOC_S_FMT");
}

static size_t halves_of(const char *damage)
{
	if (!damage)
		return 2;
	return strcmp(damage, "half") ? 0 : 1;
}

static int command_feed(char **arguments)
{
	struct feed feed = { .fd = open_node(arguments[0]), .halves = halves_of(arguments[2]) };
	struct weir_pipeline *pipeline;
	struct weir_source *source;
	struct weir_sink *sink;

	if (weir_source_open(arguments[1], NULL, &source))
		return 1;
	set_feed_format(feed.fd, weir_source_video(source));
	if (weir_pipeline_create(NULL, &pipeline) ||
		weir_sink_open_callback(feed_frame, &feed, NULL, &sink) ||
		weir_pipeline_set_source(pipeline, &source) ||
		weir_pipeline_add_sink(pipeline, &sink))
		die("pipeline");
	return weir_pipeline_run(pipeline) ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int least;
		int (*run)(char **arguments);
	} commands[] = {
		{ "set", 2, command_set },
		{ "timings", 2, command_timings },
		{ "whole", 1, command_whole },
		{ "write", 2, command_write },
		{ "prove", 3, command_prove },
		{ "unplug", 4, command_unplug },
		{ "feed", 2, command_feed },
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; argc > 1 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (!strcmp(argv[1], commands[i].name) && argc - 2 >= commands[i].least)
			return commands[i].run(argv + 2);
	fprintf(stderr, "usage: vm_camera set|timings|whole|write|prove|unplug|feed …\n");
	return 2;
}
