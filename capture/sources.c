/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture/pattern/pattern.h"
#include "capture/rtp/rtp.h"
#include "capture/v4l2/v4l2.h"
#include "core/source.h"

const struct weir_source_impl *const weir_source_impls[] = {
	&weir_source_v4l2,
	&weir_source_pattern,
	&weir_source_rtp,
	NULL,
};
