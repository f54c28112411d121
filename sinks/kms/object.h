/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_OBJECT_H
#define WEIR_SINKS_KMS_OBJECT_H

#include <stdbool.h>
#include <stdint.h>

/* A connector, CRTC or plane by those of its properties that we use: each kind has its table of
 * names, and an index in it is how they are called here. */
#define WEIR_KMS_MAX_PROPERTIES 16

struct weir_kms_object {
	uint32_t id;
	struct {
		uint32_t id; /* 0: it has no such property */
		uint64_t value;
	} property[WEIR_KMS_MAX_PROPERTIES];
};

/* `names` ends with NULL. 0 or -errno. */
int weir_kms_object_read(int fd, uint32_t id, uint32_t type, const char *const *names,
	struct weir_kms_object *out);

/* The value of an enumerated property that begins with that name. */
bool weir_kms_enum_value(int fd, uint32_t property, const char *name, uint64_t *out);

#endif
