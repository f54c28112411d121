/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_GIVEN_H
#define WEIR_PIPELINE_GIVEN_H

#include <weir/log.h>
#include <weir/plan.h>

/* The dma-bufs that the program gave for frames to live in: descriptors of ours, buffer after
 * buffer, each with all its parts. Slabs made of them have their own, so that frames may outlive
 * this. */
struct weir_given {
	int *fds;
	unsigned n_buffers, n_parts; /* 0: none were given */
};

/* Duplicates the descriptors; *given is untouched on error. 0 or -errno, logged. */
int weir_given_take(struct weir_given *given, const int *fds, unsigned n_buffers, unsigned n_parts,
	const struct weir_log *log);
void weir_given_drop(struct weir_given *given);

/* Whether frames as planned fit. 0 or -EINVAL, logged. */
int weir_given_check(const struct weir_given *given, const struct weir_plan *plan,
	unsigned least_buffers, const struct weir_log *log);

#endif
