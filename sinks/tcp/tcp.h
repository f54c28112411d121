/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_TCP_TCP_H
#define WEIR_SINKS_TCP_TCP_H

#include "core/sink.h"

extern const struct weir_sink_impl weir_sink_tcp;

#endif
