/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_STAGES_H
#define WEIR_PIPELINE_STAGES_H

#include <weir/stage.h>

extern const struct weir_stage_impl weir_stage_convert, weir_stage_crop, weir_stage_jpeg,
	weir_stage_mask, weir_stage_motion, weir_stage_pass, weir_stage_rate, weir_stage_stamp;

#endif
