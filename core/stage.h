/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_STAGE_H
#define WEIR_CORE_STAGE_H

#include <weir/stage.h>

#include "core/frame.h"

/* A stage as the pipeline sees it. */
struct weir_stage {
	const struct weir_stage_impl *impl;
	void *state;
	char *text; /* as it was opened */
	struct weir_frame
		*views; /* one a slot, for RESHAPE stages; belongs to the slab of the run */
};

/* Defined in pipeline/stages/stages.c: every stage of this build, ended by NULL. */
extern const struct weir_stage_impl *const weir_stage_impls[];

#endif
