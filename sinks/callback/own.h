/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_CALLBACK_OWN_H
#define WEIR_SINKS_CALLBACK_OWN_H

#include "core/sink.h"

/* What the library user's own sinks share: they are not opened by their names. */
struct weir_own_sink {
	struct weir_sink base;
	uint32_t stride; /* that the program wishes for; 0: any */
};

/* Fills in what core/sink.c does for the others; NULL settings are the defaults. 0, or -EINVAL,
 * logged, or -ENOMEM. */
int weir_own_sink_init(struct weir_own_sink *own, const struct weir_sink_impl *impl,
	const struct weir_sink_settings *settings);

/* As impl->stride. */
uint32_t weir_own_sink_stride(struct weir_sink *sink, const struct weir_video *video);

#endif
