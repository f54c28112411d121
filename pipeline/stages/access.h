/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_STAGES_ACCESS_H
#define WEIR_PIPELINE_STAGES_ACCESS_H

#include <weir/log.h>
#include <weir/format.h>

/* What the stages that look at pixels have in common. */

/* Refuses compressed frames with one line: "mask: MJPEG frames have no pixels …". 0 or -ENOTSUP. */
int weir_stage_wants_pixels(
	const char *name, const struct weir_video *video, const struct weir_log *log);

/* Says why the pixels of a frame could not be had, and returns `err`. Silent about -EBUSY: others
 * hold the frame, and what becomes of that is the pipeline's to say. */
int weir_stage_no_pixels(const char *name, const struct weir_log *log, int err);

#endif
