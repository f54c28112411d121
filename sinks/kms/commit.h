/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_COMMIT_H
#define WEIR_SINKS_KMS_COMMIT_H

#include "sinks/kms/card.h"
#include "sinks/kms/object.h"
#include "sinks/kms/plane.h"

/* One atomic request. libdrm's allocates at every turn; this one lies in its sink. */

#define WEIR_KMS_MAX_OBJECTS (WEIR_KMS_MAX_PLANES + 2)
#define WEIR_KMS_MAX_SETS    (WEIR_KMS_MAX_OBJECTS * WEIR_KMS_PLANE_SAVED)

struct weir_kms_commit {
	unsigned n_objects, n_sets;
	uint32_t objects[WEIR_KMS_MAX_OBJECTS];
	uint32_t counts[WEIR_KMS_MAX_OBJECTS]; /* properties of each object, one after the other */
	uint32_t properties[WEIR_KMS_MAX_SETS];
	uint64_t values[WEIR_KMS_MAX_SETS];
};

void weir_kms_commit_begin(struct weir_kms_commit *commit);

/* What is set from here on is the object's; each comes once. */
void weir_kms_commit_object(struct weir_kms_commit *commit, const struct weir_kms_object *object);

/* Sets a property by its index in the object's table; one that the object lacks is left. */
void weir_kms_commit_set(struct weir_kms_commit *commit, const struct weir_kms_object *object,
	unsigned property, uint64_t value);

/* `flags`: DRM_MODE_ATOMIC_…, DRM_MODE_PAGE_FLIP_…; `user_data` comes back with the event. 0 or
 * -errno. */
int weir_kms_commit_run(struct weir_kms_commit *commit, const struct weir_kms_card *card,
	uint32_t flags, void *user_data);

#endif
