/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <linux/videodev2.h>

#include "tests/vm/camera.h"
#include "tests/vm/picture.h"

/* Shows pictures at a video output, one number after the other, until it is killed. */

#define BUFFERS 4

struct output {
	int fd;
	uint32_t type;
	struct picture picture; /* drawn here, then copied to the pieces */
	unsigned pieces;
	uint8_t *memory[BUFFERS][WEIR_MAX_PLANES];
	void (*damage)(struct output *output, uint64_t number);
};

static bool is_mplane(const struct output *output)
{
	return output->type == V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
}

/* ---- negative controls: what a check that deserves the name has to notice ---- */

/* One bit, another one in every picture, far from the stamps. */
static void flip(struct output *output, uint64_t number)
{
	size_t size = output->picture.layout.size;
	size_t bit = (size_t)(number * 7919 % (size * 8 / 4));

	output->picture.memory[size / 4 + bit / 8] ^= (uint8_t)(1u << bit % 8);
}

/* The lower half is that of the picture before. */
static void tear(struct output *output, uint64_t number)
{
	const struct weir_layout *layout = &output->picture.layout;
	size_t half = layout->plane[0].stride * (layout->plane[0].lines / 2);
	uint8_t *upper = malloc(half);

	if (!upper)
		die("memory");
	memcpy(upper, output->picture.memory, half);
	picture_draw(&output->picture, number - 1);
	memcpy(output->picture.memory, upper, half);
	free(upper);
}

static void choose_damage(struct output *output, const char *name)
{
	if (name && !strcmp(name, "flip"))
		output->damage = flip;
	else if (name && !strcmp(name, "tear"))
		output->damage = tear;
	else if (name)
		die(name);
}

/* ---- opening ---- */

/* FORMAT+ has its planes apart. */
static uint32_t find_format(char *name, const struct weir_format **format)
{
	size_t length = strlen(name);
	bool apart = length && name[length - 1] == '+';

	if (apart)
		name[length - 1] = '\0';
	*format = weir_format_by_name(name);
	if (!*format)
		die(name);
	return apart ? (*format)->v4l2_mplane : (*format)->v4l2;
}

static void open_output(struct output *output, const char *path, char *name)
{
	struct v4l2_capability caps = { 0 };
	const struct weir_format *row;
	struct v4l2_format format;

	output->fd = open(path, O_RDWR | O_CLOEXEC);
	if (output->fd < 0 || xioctl(output->fd, VIDIOC_QUERYCAP, &caps) < 0)
		die(path);
	output->type = caps.device_caps & V4L2_CAP_VIDEO_OUTPUT_MPLANE
			       ? V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE
			       : V4L2_BUF_TYPE_VIDEO_OUTPUT;
	format = (struct v4l2_format){ .type = output->type };
	if (xioctl(output->fd, VIDIOC_G_FMT, &format) < 0)
		die("VIDIOC_G_FMT");
	/* Width, height and pixelformat share their places in pix and pix_mp. */
	format.fmt.pix.pixelformat = find_format(name, &row);
	if (is_mplane(output))
		memset(format.fmt.pix_mp.plane_fmt, 0, sizeof(format.fmt.pix_mp.plane_fmt));
	else
		format.fmt.pix.bytesperline = 0;
	if (xioctl(output->fd, VIDIOC_S_FMT, &format) < 0)
		die("VIDIOC_S_FMT");
	output->pieces = is_mplane(output) ? format.fmt.pix_mp.num_planes : 1;
	if (picture_init(&output->picture, row, format.fmt.pix.width, format.fmt.pix.height))
		die("picture");
}

/* ---- the round of a buffer ---- */

static void address(const struct output *output, struct v4l2_buffer *buffer,
	struct v4l2_plane *planes, uint32_t index)
{
	*buffer = (struct v4l2_buffer){
		.index = index,
		.type = output->type,
		.memory = V4L2_MEMORY_MMAP,
		.field = V4L2_FIELD_NONE,
	};
	if (!is_mplane(output))
		return;
	memset(planes, 0, WEIR_MAX_PLANES * sizeof(*planes));
	buffer->m.planes = planes;
	buffer->length = output->pieces;
}

static void fill(const struct output *output, struct v4l2_buffer *buffer)
{
	const struct weir_layout *layout = &output->picture.layout;

	for (unsigned p = 0; p < output->pieces; p++) {
		bool whole = output->pieces == 1;
		size_t size = whole ? layout->size : layout->plane[p].size;
		size_t offset = whole ? 0 : layout->plane[p].offset;

		memcpy(output->memory[buffer->index][p], output->picture.memory + offset, size);
		if (is_mplane(output))
			buffer->m.planes[p].bytesused = (uint32_t)size;
		else
			buffer->bytesused = (uint32_t)size;
	}
}

static void queue(struct output *output, uint32_t index, uint64_t number)
{
	struct v4l2_plane planes[WEIR_MAX_PLANES];
	struct v4l2_buffer buffer;

	address(output, &buffer, planes, index);
	picture_draw(&output->picture, number);
	if (output->damage)
		output->damage(output, number);
	fill(output, &buffer);
	if (xioctl(output->fd, VIDIOC_QBUF, &buffer) < 0)
		die("VIDIOC_QBUF");
}

static void map_buffer(struct output *output, uint32_t index)
{
	struct v4l2_plane planes[WEIR_MAX_PLANES];
	struct v4l2_buffer buffer;

	address(output, &buffer, planes, index);
	if (xioctl(output->fd, VIDIOC_QUERYBUF, &buffer) < 0)
		die("VIDIOC_QUERYBUF");
	for (unsigned p = 0; p < output->pieces; p++) {
		bool mplane = is_mplane(output);

		output->memory[index][p] = mmap(NULL, mplane ? planes[p].length : buffer.length,
			PROT_READ | PROT_WRITE, MAP_SHARED, output->fd,
			mplane ? planes[p].m.mem_offset : buffer.m.offset);
		if (output->memory[index][p] == MAP_FAILED)
			die("mmap");
	}
}

static void start(struct output *output)
{
	struct v4l2_requestbuffers request = {
		.count = BUFFERS, .type = output->type, .memory = V4L2_MEMORY_MMAP
	};

	if (xioctl(output->fd, VIDIOC_REQBUFS, &request) < 0 || request.count != BUFFERS)
		die("VIDIOC_REQBUFS");
	for (uint32_t i = 0; i < BUFFERS; i++) {
		map_buffer(output, i);
		queue(output, i, i + 1);
	}
	if (xioctl(output->fd, VIDIOC_STREAMON, &output->type) < 0)
		die("VIDIOC_STREAMON");
	puts("ready");
}

int command_write(char **arguments)
{
	struct output output = { 0 };

	choose_damage(&output, arguments[2]);
	open_output(&output, arguments[0], arguments[1]);
	start(&output);
	for (uint64_t number = BUFFERS + 1;; number++) {
		struct v4l2_plane planes[WEIR_MAX_PLANES];
		struct v4l2_buffer buffer;

		address(&output, &buffer, planes, 0);
		if (xioctl(output.fd, VIDIOC_DQBUF, &buffer) < 0)
			die("VIDIOC_DQBUF");
		queue(&output, buffer.index, number);
	}
}
