/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FAKE_CAMERA_H
#define WEIR_TESTS_FAKE_CAMERA_H

#include "capture/v4l2/device.h"
#include "tests/unit/captured.h"

/* A driver's answers about formats, rates, inputs and controls, behind weir_v4l2_ioctl() (the
 * linker's
 * --wrap): honest by default, and wrong in the ways that real ones are where a test says so. */

#define CAMERA_MAX 8

struct camera_format {
	uint32_t code;
	struct {
		uint32_t width, height;
		uint32_t rates[4]; /* discrete, frames a second, ended by 0 */
	} sizes[4];
};

struct camera_control {
	struct v4l2_query_ext_ctrl query;
	int64_t value;
	char text[16];
	const char *items[6]; /* of a menu; NULL: a hole */
	int64_t numbers[6];   /* of an integer menu */
};

struct camera {
	struct weir_v4l2_device device; /* first: how the wrapper finds the rest */
	struct captured log;

	/* What it is like. */
	const struct camera_format *formats; /* ended by code 0 */
	struct camera_control *controls;     /* ended by id 0 */
	const char *inputs[CAMERA_MAX];
	uint32_t stride_step;   /* lines are multiples of this; 0: of one byte */
	uint32_t slowest, fastest; /* a range of rates in place of the discrete ones */
	uint32_t colorspace, encoding, quantization, transfer;
	uint32_t field;
	uint32_t pixelclock;    /* of the signal at a DV input; 0: no such input */
	int signal_error;       /* of VIDIOC_QUERY_DV_TIMINGS */
	unsigned merges;        /* planes that its apart formats really have; 0: all */
	int fails_set;          /* -errno of VIDIOC_S_FMT */
	bool lacks_try, lies_in_try, lacks_parm, shrinks_image, no_image, no_stride, runs_on;
	bool keeps_rate;        /* whatever it is asked for */

	/* What it was brought to. */
	struct v4l2_format now;
	uint32_t rate;
	int input;
	unsigned n_set;         /* VIDIOC_S_FMT, S_PARM, S_DV_TIMINGS */
	unsigned n_rate_set, n_timings_set;
};

int __wrap_weir_v4l2_ioctl(struct weir_v4l2_device *device, unsigned long request, void *arg);

/* A quiet single-planar camera without formats, at YUYV 640x480, 30 fps. */
void camera_init(struct camera *camera, const struct camera_format *formats);
void camera_make_mplane(struct camera *camera);

/* Lines heard since the last time that have these words; at least one or the test fails. */
void camera_said(struct camera *camera, const char *words);
void camera_said_nothing(struct camera *camera);

#endif
