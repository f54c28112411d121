/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/commit.h"

#include <assert.h>

#include <xf86drm.h>

void weir_kms_commit_begin(struct weir_kms_commit *commit)
{
	commit->n_objects = commit->n_sets = 0;
}

void weir_kms_commit_object(struct weir_kms_commit *commit, const struct weir_kms_object *object)
{
	assert(commit->n_objects < WEIR_KMS_MAX_OBJECTS);
	commit->objects[commit->n_objects] = object->id;
	commit->counts[commit->n_objects] = 0;
	commit->n_objects++;
}

void weir_kms_commit_set(struct weir_kms_commit *commit, const struct weir_kms_object *object,
	unsigned property, uint64_t value)
{
	assert(commit->n_objects && commit->objects[commit->n_objects - 1] == object->id);
	assert(commit->n_sets < WEIR_KMS_MAX_SETS);
	if (!object->property[property].id)
		return;
	commit->properties[commit->n_sets] = object->property[property].id;
	commit->values[commit->n_sets] = value;
	commit->n_sets++;
	commit->counts[commit->n_objects - 1]++;
}

int weir_kms_commit_run(struct weir_kms_commit *commit, const struct weir_kms_card *card,
	uint32_t flags, void *user_data)
{
	struct drm_mode_atomic request = {
		.flags = flags,
		.count_objs = commit->n_objects,
		.objs_ptr = (uintptr_t)commit->objects,
		.count_props_ptr = (uintptr_t)commit->counts,
		.props_ptr = (uintptr_t)commit->properties,
		.prop_values_ptr = (uintptr_t)commit->values,
		.user_data = (uintptr_t)user_data,
	};

	return weir_kms_ioctl(card, DRM_IOCTL_MODE_ATOMIC, &request);
}
