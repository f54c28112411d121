/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CLI_SIGNALS_H
#define WEIR_CLI_SIGNALS_H

#include <weir/pipeline.h>

/* From here on the first SIGINT or SIGTERM stops the pipeline, and the second ends the program at
 * once with 128 plus its number. */
void signals_catch(struct weir_pipeline *pipeline);

/* Back to the defaults; the pipeline may then be destroyed. */
void signals_release(void);

#endif
