/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FAKE_PLAN_CAMERA_H
#define WEIR_TESTS_FAKE_PLAN_CAMERA_H

#include "core/source.h"

/* Cameras by what a planner asks of them. They answer in the words of capture/v4l2, and never
 * start. */

enum camera_memory { NO_MEMORY, SCATTERED_MEMORY, CONTIGUOUS_MEMORY };

#define CAMERA_FORMATS 12

struct plan_camera {
	const char *path; /* "/dev/video0" */
	uint32_t width, height, fps;
	struct {
		const char *name;
		uint32_t fps; /* at most; 0: the camera's */
	} formats[CAMERA_FORMATS]; /* what it delivers by itself is the first */
	enum camera_memory own;    /* that it allocates */
	bool keeps;                /* does not export it */
	enum camera_memory imports; /* that it needs: scattered is any */
	uint32_t stride_step;       /* of its lines, which come a multiple of it apart; 0: tight */
	unsigned min_buffers;       /* 0: two */
	bool apart;                 /* a buffer for each plane */
	const char *wanted;         /* the user's format */
};

int plan_camera_open(
	const struct plan_camera *camera, const struct weir_log *log, struct weir_source **out);

#endif
