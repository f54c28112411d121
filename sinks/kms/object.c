/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/object.h"

#include <errno.h>
#include <string.h>

#include <xf86drmMode.h>

static void note(struct weir_kms_object *object, const char *const *names,
	const drmModePropertyRes *property, uint64_t value)
{
	for (unsigned i = 0; names[i]; i++) {
		if (strcmp(names[i], property->name))
			continue;
		object->property[i].id = property->prop_id;
		object->property[i].value = value;
	}
}

int weir_kms_object_read(
	int fd, uint32_t id, uint32_t type, const char *const *names, struct weir_kms_object *out)
{
	drmModeObjectPropertiesPtr list = drmModeObjectGetProperties(fd, id, type);

	if (!list)
		return errno ? -errno : -ENODEV;
	*out = (struct weir_kms_object){ .id = id };
	for (uint32_t i = 0; i < list->count_props; i++) {
		drmModePropertyPtr property = drmModeGetProperty(fd, list->props[i]);

		if (property)
			note(out, names, property, list->prop_values[i]);
		drmModeFreeProperty(property);
	}
	drmModeFreeObjectProperties(list);
	return 0;
}

bool weir_kms_enum_value(int fd, uint32_t property, const char *name, uint64_t *out)
{
	drmModePropertyPtr read = property ? drmModeGetProperty(fd, property) : NULL;
	bool found = false;

	for (int i = 0; read && i < read->count_enums && !found; i++) {
		found = !strncmp(read->enums[i].name, name, strlen(name));
		if (found)
			*out = read->enums[i].value;
	}
	drmModeFreeProperty(read);
	return found;
}
