/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/stages.h"

static int process(void *state, struct weir_stage *stage, struct weir_frame **frame)
{
	(void)state;
	(void)stage;
	(void)frame;
	return 0;
}

const struct weir_stage_impl weir_stage_pass = {
	.name = "pass",
	.summary = "passes every frame on: shows what a hop costs",
	.access = WEIR_STAGE_PASS,
	.process = process,
};
