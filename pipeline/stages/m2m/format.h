/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_M2M_FORMAT_H
#define WEIR_PIPELINE_M2M_FORMAT_H

#include <weir/format.h>

#include "pipeline/stages/m2m/queue.h"

/* What one side of the device was brought to. */
struct weir_m2m_format {
	struct weir_video video;   /* what can be seen */
	struct weir_layout layout; /* where it lies in a buffer */
	size_t bytes;              /* that a buffer must have */
};

static inline bool weir_m2m_is_coded(const struct weir_format *format)
{
	return format->flags & WEIR_FORMAT_COMPRESSED;
}

/* Brings the side that takes frames to `video`, exactly. `bytes`: of the memory that compressed
 * frames come in; 0: as the driver likes. 0, or -ENOTSUP … with the nearest that it takes, logged.
 */
int weir_m2m_set_input(struct weir_m2m_queue *queue, const struct weir_video *video, size_t bytes,
	struct weir_m2m_format *out);

/* Brings the side that gives frames to `video`. A device that decodes may put more around it. 0, or
 * -ENOTSUP … with the nearest that it gives, logged. */
int weir_m2m_set_output(struct weir_m2m_queue *queue, const struct weir_video *video, bool decodes,
	struct weir_m2m_format *out);

/* Of a decoder that has seen the stream: the size is the stream's, in the format of `video` if it
 * has that. 0 or -errno, logged. */
int weir_m2m_follow_stream(
	struct weir_m2m_queue *queue, const struct weir_video *video, struct weir_m2m_format *out);

/* Whether frames that were planned as one come out of the device as the other. */
bool weir_m2m_is_same(const struct weir_m2m_format *a, const struct weir_m2m_format *b);

#endif
