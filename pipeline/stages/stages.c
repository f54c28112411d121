/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/stages.h"

#include "core/stage.h"
#include "pipeline/stages/m2m/m2m.h"

const struct weir_stage_impl *const weir_stage_impls[] = {
	&weir_stage_convert,
	&weir_stage_crop,
	&weir_stage_m2m,
	&weir_stage_rate,
	&weir_stage_mask,
	&weir_stage_stamp,
	&weir_stage_motion,
	&weir_stage_jpeg,
	&weir_stage_pass,
	NULL,
};
