/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_FENCE_H
#define WEIR_SINKS_KMS_FENCE_H

#include "core/frame.h"
#include "sinks/kms/card.h"

/* What a frame's memory still waits for, as a sync file that is the caller's to close; -1 where
 * nothing writes any more, which is what cameras leave behind. */
int weir_kms_fence_take(const struct weir_kms_card *card, const struct weir_frame_info *info);

#endif
