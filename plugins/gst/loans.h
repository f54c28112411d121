/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_LOANS_H
#define WEIR_PLUGINS_GST_LOANS_H

#include <gst/gst.h>

/* The slots of one feed that upstream has, through whichever pool. It has each for as long as it
 * holds the buffer, which may be long after the frame was shown: decoders look back at theirs. Once
 * all are there, waiting may help, as where a queue is full of frames to come, or may not. */
struct weir_loans;

/* One reference, the caller's; upstream may have `most` slots at a time. */
struct weir_loans *weir_loans_new(guint most);
struct weir_loans *weir_loans_ref(struct weir_loans *loans);
void weir_loans_unref(struct weir_loans *loans);

/* Who waits, and for what. */
struct weir_loans_waiter {
	gboolean (*gives_up)(void *data); /* it has something else to do */
	gboolean (*is_idle)(void *data);  /* the sink has no frame: whatever upstream has, it keeps,
					   * or works on */
	void *data;
};

enum weir_loans_outcome { WEIR_LOANS_LENT, WEIR_LOANS_GAVE_UP, WEIR_LOANS_IN_VAIN };

/* Lets one slot go upstream, to come back by weir_loans_give_back(); waits for it for as long as
 * somebody may end that. How long that is goes by how it went before. */
enum weir_loans_outcome weir_loans_lend(
	struct weir_loans *loans, const struct weir_loans_waiter *waiter);
void weir_loans_give_back(struct weir_loans *loans);

/* Whether somebody ever waited in vain. */
gboolean weir_loans_ran_short(struct weir_loans *loans);

#endif
