// SPDX-FileCopyrightText: 2026 The weir authors
// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the rig's capture tests need beside weir itself:
 *
 *   vm_camera set DEVICE NAME=VALUE…      sets controls: vivid's errors, what is connected to what
 *   vm_camera timings DEVICE INDEX        brings an HDMI input or output to that enumerated mode
 *   vm_camera write DEVICE FORMAT         shows frames at a video output until it is killed
 *   vm_camera feed DEVICE SOURCE          writes frames of one of weir's sources to a v4l2loopback device
 *   vm_camera check FORMAT WxH FRAMES     reads raw frames of weir from stdin and proves each of them
 *
 * Every byte of a written frame follows from its number, which the frame's stamp tells: `check` makes
 * the same frame again and compares all of it. TAP on stdout.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/videodev2.h>

#include <weir/weir.h>

#include "capture/v4l2/controls.h"
#include "core/stamp.h"

#define BUFFERS 4

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "vm_camera: %s: %s\n", what, strerror(errno));
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

/* ---- a frame that follows from its number ---- */

static void describe(const struct weir_video *video, const struct weir_layout *layout,
	uint8_t *memory, struct weir_pixels *out)
{
	(void)video;
	out->n_planes = layout->n_planes;
	for (uint32_t i = 0; i < layout->n_planes; i++) {
		out->data[i] = memory + layout->plane[i].offset;
		out->stride[i] = (uint32_t)layout->plane[i].stride;
	}
}

static void draw(const struct weir_video *video, const struct weir_layout *layout, uint8_t *memory,
	uint64_t number)
{
	uint64_t state = (number + 1) * 0x9e3779b97f4a7c15u;
	struct weir_pixels pixels;

	for (size_t at = 0; at + sizeof(state) <= layout->size; at += sizeof(state)) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		memcpy(memory + at, &state, sizeof(state));
	}
	describe(video, layout, memory, &pixels);
	weir_stamp_write(video, &pixels, number);
}

/* ---- set, timings ---- */

static int set(char **arguments)
{
	struct weir_v4l2_device device = { .fd = -1 };
	int err = weir_v4l2_device_open(&device, arguments[0], NULL);

	for (char **name = arguments + 1; !err && *name; name++)
		err = weir_v4l2_set_control(&device, *name);
	weir_v4l2_device_close(&device);
	return err ? 1 : 0;
}

static int set_timings(char **arguments)
{
	struct v4l2_enum_dv_timings timings = { .index = (uint32_t)atoi(arguments[1]) };
	int fd = open(arguments[0], O_RDWR);

	if (fd < 0)
		die(arguments[0]);
	if (xioctl(fd, VIDIOC_ENUM_DV_TIMINGS, &timings) < 0 ||
		xioctl(fd, VIDIOC_S_DV_TIMINGS, &timings.timings) < 0)
		die("VIDIOC_S_DV_TIMINGS");
	close(fd);
	return 0;
}

/* ---- write ---- */

struct output {
	int fd;
	uint32_t type;
	struct weir_video video;
	struct weir_layout layout;
	uint8_t *frame; /* drawn here, then copied to the pieces */
	unsigned pieces;
	uint8_t *memory[BUFFERS][WEIR_MAX_PLANES];
};

static bool is_mplane(const struct output *output)
{
	return output->type == V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE;
}

/* FORMAT+ has its planes apart. */
static uint32_t find_format(struct output *output, char *name)
{
	size_t length = strlen(name);
	bool apart = length && name[length - 1] == '+';

	if (apart)
		name[length - 1] = '\0';
	output->video.format = weir_format_by_name(name);
	if (!output->video.format)
		die(name);
	return apart ? output->video.format->v4l2_mplane : output->video.format->v4l2;
}

static void open_output(struct output *output, const char *path, char *name)
{
	struct v4l2_capability caps = { 0 };
	struct v4l2_format format = { 0 };

	output->fd = open(path, O_RDWR);
	if (output->fd < 0 || xioctl(output->fd, VIDIOC_QUERYCAP, &caps) < 0)
		die(path);
	output->type = caps.device_caps & V4L2_CAP_VIDEO_OUTPUT_MPLANE
			       ? V4L2_BUF_TYPE_VIDEO_OUTPUT_MPLANE
			       : V4L2_BUF_TYPE_VIDEO_OUTPUT;
	format.type = output->type;
	if (xioctl(output->fd, VIDIOC_G_FMT, &format) < 0)
		die("VIDIOC_G_FMT");
	/* Width, height and pixelformat share their places in pix and pix_mp. */
	format.fmt.pix.pixelformat = find_format(output, name);
	if (is_mplane(output))
		memset(format.fmt.pix_mp.plane_fmt, 0, sizeof(format.fmt.pix_mp.plane_fmt));
	else
		format.fmt.pix.bytesperline = 0;
	if (xioctl(output->fd, VIDIOC_S_FMT, &format) < 0)
		die("VIDIOC_S_FMT");
	output->pieces = is_mplane(output) ? format.fmt.pix_mp.num_planes : 1;
	output->video.width = format.fmt.pix.width;
	output->video.height = format.fmt.pix.height;
	if (weir_format_layout(&output->video, &output->layout))
		die("layout");
	output->frame = malloc(output->layout.size);
	if (!output->frame)
		die("memory");
}

static void address(const struct output *output, struct v4l2_buffer *buffer,
	struct v4l2_plane *planes, uint32_t index)
{
	memset(buffer, 0, sizeof(*buffer));
	buffer->index = index;
	buffer->type = output->type;
	buffer->memory = V4L2_MEMORY_MMAP;
	buffer->field = V4L2_FIELD_NONE;
	if (!is_mplane(output))
		return;
	memset(planes, 0, WEIR_MAX_PLANES * sizeof(*planes));
	buffer->m.planes = planes;
	buffer->length = output->pieces;
}

static void queue(const struct output *output, uint32_t index, uint64_t number)
{
	struct v4l2_plane planes[WEIR_MAX_PLANES];
	struct v4l2_buffer buffer;

	address(output, &buffer, planes, index);
	draw(&output->video, &output->layout, output->frame, number);
	for (unsigned p = 0; p < output->pieces; p++) {
		size_t size = output->pieces > 1 ? output->layout.plane[p].size
						 : output->layout.size;
		size_t offset = output->pieces > 1 ? output->layout.plane[p].offset : 0;

		memcpy(output->memory[index][p], output->frame + offset, size);
		if (is_mplane(output))
			planes[p].bytesused = (uint32_t)size;
		else
			buffer.bytesused = (uint32_t)size;
	}
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

static int write_frames(char **arguments)
{
	struct v4l2_requestbuffers request = { .count = BUFFERS, .memory = V4L2_MEMORY_MMAP };
	struct output output = { 0 };
	uint64_t number = 0;

	open_output(&output, arguments[0], arguments[1]);
	request.type = output.type;
	if (xioctl(output.fd, VIDIOC_REQBUFS, &request) < 0 || request.count != BUFFERS)
		die("VIDIOC_REQBUFS");
	for (uint32_t i = 0; i < BUFFERS; i++) {
		map_buffer(&output, i);
		queue(&output, i, number++);
	}
	if (xioctl(output.fd, VIDIOC_STREAMON, &output.type) < 0)
		die("VIDIOC_STREAMON");
	for (;;) {
		struct v4l2_plane planes[WEIR_MAX_PLANES];
		struct v4l2_buffer buffer;

		address(&output, &buffer, planes, 0);
		if (xioctl(output.fd, VIDIOC_DQBUF, &buffer) < 0)
			die("VIDIOC_DQBUF");
		queue(&output, buffer.index, number++);
	}
}

/* ---- feed ---- */

static int feed_frame(void *data, struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct weir_pixels pixels;
	ssize_t written;

	if (weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels))
		die("pixels");
	written = write(*(int *)data, pixels.data[0], info->bytes_used);
	if (written != (ssize_t)info->bytes_used)
		die("write");
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

static int feed(char **arguments)
{
	int fd = open(arguments[0], O_RDWR);
	struct weir_pipeline *pipeline;
	struct weir_source *source;
	struct weir_sink *sink;

	if (fd < 0 || weir_source_open(arguments[1], NULL, &source))
		die(arguments[0]);
	set_feed_format(fd, weir_source_video(source));
	if (weir_pipeline_create(NULL, &pipeline) ||
		weir_sink_open_callback(feed_frame, &fd, NULL, &sink) ||
		weir_pipeline_set_source(pipeline, &source) ||
		weir_pipeline_add_sink(pipeline, &sink))
		die("pipeline");
	return weir_pipeline_run(pipeline) ? 1 : 0;
}

/* ---- check ---- */

static bool read_frame(uint8_t *memory, size_t size)
{
	size_t at = 0;
	ssize_t got;

	while (at < size && (got = read(STDIN_FILENO, memory + at, size - at)) > 0)
		at += (size_t)got;
	return at == size;
}

struct tally {
	unsigned frames, strange, torn, again, back, different;
	bool any;
	uint64_t last;
};

static void check_frame(const struct weir_video *video, const struct weir_layout *layout,
	uint8_t *memory, uint8_t *expected, struct tally *tally)
{
	struct weir_pixels pixels;
	uint64_t number;

	describe(video, layout, memory, &pixels);
	tally->frames++;
	switch (weir_stamp_read(video, &pixels, &number)) {
	case WEIR_STAMP_WHOLE: break;
	case WEIR_STAMP_TORN: tally->torn++; return;
	default: tally->strange++; return;
	}
	draw(video, layout, expected, number);
	tally->different += memcmp(memory, expected, layout->size) != 0;
	tally->again += tally->any && number == tally->last;
	tally->back += tally->any && number < tally->last;
	tally->any = true;
	tally->last = number;
}

static int checks, failures;

static void check(bool good, const char *text, unsigned number)
{
	printf("%sok %d - %s (%u)\n", good ? "" : "not ", ++checks, text, number);
	failures += !good;
}

/* An output and an input have clocks of their own: a frame may be seen twice, or never. */
static int check_frames(char **arguments)
{
	struct weir_video video = { .format = weir_format_by_name(arguments[0]) };
	unsigned wanted = (unsigned)atoi(arguments[2]);
	struct weir_layout layout;
	struct tally tally = { 0 };
	uint8_t *memory, *expected;

	if (!video.format || weir_size_parse(arguments[1], &video.width, &video.height) ||
		weir_format_layout(&video, &layout))
		die("format or size");
	memory = malloc(layout.size);
	expected = malloc(layout.size);
	if (!memory || !expected)
		die("memory");
	while (read_frame(memory, layout.size))
		check_frame(&video, &layout, memory, expected, &tally);
	free(memory);
	free(expected);
	check(tally.frames - tally.again >= wanted, "different frames arrived",
		tally.frames - tally.again);
	check(tally.strange == 0, "frames without a stamp", tally.strange);
	check(tally.torn == 0, "frames of two pieces", tally.torn);
	check(tally.different == 0, "frames that differ from what was written", tally.different);
	check(tally.back == 0, "frames out of order", tally.back);
	printf("1..%d\n", checks);
	return failures ? 1 : 0;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "set") && argc > 3)
		return set(argv + 2);
	if (!strcmp(verb, "timings") && argc == 4)
		return set_timings(argv + 2);
	if (!strcmp(verb, "write") && argc == 4)
		return write_frames(argv + 2);
	if (!strcmp(verb, "feed") && argc == 4)
		return feed(argv + 2);
	if (!strcmp(verb, "check") && argc == 5)
		return check_frames(argv + 2);
	fprintf(stderr, "usage: vm_camera set|timings|write|feed|check …\n");
	return 2;
}
