/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_RTP_RTP_H
#define WEIR_SINKS_RTP_RTP_H

#include "core/sink.h"

/* Frames to whoever receives RTP, from the memory that the camera wrote. */
extern const struct weir_sink_impl weir_sink_rtp;

#endif
