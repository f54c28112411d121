/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_LAG_H
#define WEIR_PIPELINE_LAG_H

#include "pipeline/outlet.h"

/* Where buffers are short, the sinks share what the source can spare. One that holds a frame past
 * its deadline lags: what it holds beyond its share is copied into private slots, so that the
 * source has its buffers back. */

/* Called with a frame that does not fit the sink's share. Either moves something that the sink
 * holds and does not need yet, and the frame may fit now; or returns a copy to be offered in its
 * place, with one reference, the caller's. NULL: neither, or moved. */
struct weir_frame *weir_lag_relieve(struct weir_outlet *outlet, struct weir_frame *frame);

#endif
