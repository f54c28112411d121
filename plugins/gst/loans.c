/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/loans.h"

/* Microseconds. */
#define LOOK_AGAIN     20000
#define MOST_PATIENCE  200000
#define LEAST_PATIENCE 1000

struct weir_loans {
	gint refs; /* atomic */
	guint most;

	GMutex lock;
	GCond came_back;
	guint lent;
	gint64 patience; /* with an idle sink */
	gboolean ran_short;
};

struct weir_loans *weir_loans_new(guint most)
{
	struct weir_loans *loans = g_new0(struct weir_loans, 1);

	g_mutex_init(&loans->lock);
	g_cond_init(&loans->came_back);
	loans->refs = 1;
	loans->most = most;
	loans->patience = MOST_PATIENCE;
	return loans;
}

struct weir_loans *weir_loans_ref(struct weir_loans *loans)
{
	g_atomic_int_inc(&loans->refs);
	return loans;
}

void weir_loans_unref(struct weir_loans *loans)
{
	if (!loans || !g_atomic_int_dec_and_test(&loans->refs))
		return;
	g_cond_clear(&loans->came_back);
	g_mutex_clear(&loans->lock);
	g_free(loans);
}

void weir_loans_give_back(struct weir_loans *loans)
{
	g_mutex_lock(&loans->lock);
	loans->lent--;
	g_cond_signal(&loans->came_back);
	g_mutex_unlock(&loans->lock);
}

gboolean weir_loans_ran_short(struct weir_loans *loans)
{
	gboolean short_of;

	g_mutex_lock(&loans->lock);
	short_of = loans->ran_short;
	g_mutex_unlock(&loans->lock);
	return short_of;
}

/* Under the lock. FALSE: the sink has been idle for long enough since *since; 0: it was not. */
static gboolean wait_on(
	struct weir_loans *loans, const struct weir_loans_waiter *waiter, gint64 *since)
{
	gint64 now = g_get_monotonic_time();

	if (!waiter->is_idle(waiter->data))
		*since = 0;
	else if (!*since)
		*since = now;
	if (*since && now - *since >= loans->patience)
		return FALSE;
	g_cond_wait_until(&loans->came_back, &loans->lock,
		now + (*since ? MIN(loans->patience, LOOK_AGAIN) : LOOK_AGAIN));
	return TRUE;
}

/* A decoder that keeps more frames than there are does so again and again: it is not kept up each
 * time. */
static void learn(struct weir_loans *loans, enum weir_loans_outcome outcome)
{
	if (outcome == WEIR_LOANS_LENT)
		loans->patience = MOST_PATIENCE;
	if (outcome != WEIR_LOANS_IN_VAIN)
		return;
	loans->patience = MAX(loans->patience / 2, LEAST_PATIENCE);
	loans->ran_short = TRUE;
}

enum weir_loans_outcome weir_loans_lend(
	struct weir_loans *loans, const struct weir_loans_waiter *waiter)
{
	enum weir_loans_outcome outcome = WEIR_LOANS_LENT;
	gint64 since = 0;

	g_mutex_lock(&loans->lock);
	if (loans->lent >= loans->most) {
		while (outcome == WEIR_LOANS_LENT && loans->lent >= loans->most)
			if (waiter->gives_up(waiter->data))
				outcome = WEIR_LOANS_GAVE_UP;
			else if (!wait_on(loans, waiter, &since))
				outcome = WEIR_LOANS_IN_VAIN;
		learn(loans, outcome);
	}
	loans->lent += outcome == WEIR_LOANS_LENT;
	g_mutex_unlock(&loans->lock);
	return outcome;
}
