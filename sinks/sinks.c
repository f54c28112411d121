/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/sink.h"
#include "sinks/http/http.h"
#include "sinks/kms/kms.h"
#include "sinks/null/null.h"
#include "sinks/pipe/pipe.h"
#include "sinks/rtp/rtp.h"
#include "sinks/tcp/tcp.h"
#include "sinks/verify/verify.h"

/* The program's own sinks (callback/) have no row: they are not opened by their names. */
const struct weir_sink_impl *const weir_sink_impls[] = {
	&weir_sink_null,
	&weir_sink_verify,
	&weir_sink_pipe,
	&weir_sink_rtp,
	&weir_sink_kms,
	&weir_sink_tcp,
	&weir_sink_http,
	NULL,
};
