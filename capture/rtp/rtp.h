/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CAPTURE_RTP_RTP_H
#define WEIR_CAPTURE_RTP_RTP_H

#include "core/source.h"

extern const struct weir_source_impl weir_source_rtp;

#endif
