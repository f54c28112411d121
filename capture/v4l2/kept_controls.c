/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "capture/v4l2/controls.h"
#include "capture/v4l2/v4l2.h"
#include "core/log.h"

/* The controls of a camera that are set again after a replug. */

int weir_v4l2_keep_controls(struct weir_v4l2 *v4l2, const char *const *controls)
{
	size_t n = 0;

	while (controls && controls[n])
		n++;
	v4l2->controls = calloc(n + 1, sizeof(*v4l2->controls));
	if (!v4l2->controls)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		v4l2->controls[i] = strdup(controls[i]);
		if (!v4l2->controls[i])
			return -ENOMEM;
	}
	return 0;
}

int weir_v4l2_apply_controls(struct weir_v4l2 *v4l2)
{
	int err = 0;

	for (char **control = v4l2->controls; *control && !err; control++)
		err = weir_v4l2_set_control(&v4l2->device, *control);
	return err;
}

void weir_v4l2_forget_controls(struct weir_v4l2 *v4l2)
{
	for (char **control = v4l2->controls; control && *control; control++)
		free(*control);
	free(v4l2->controls);
}

int weir_v4l2_show_controls(struct weir_source *source, struct weir_source_control **out, size_t *n)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)source;

	if (v4l2->device.fd < 0)
		return -ENODEV;
	return weir_v4l2_read_controls(&v4l2->device, out, n);
}

/* The last value of a name counts. */
static int remember(struct weir_v4l2 *v4l2, const char *text)
{
	size_t name = strcspn(text, "="), n = 0;
	char *copy = strdup(text), **grown;

	if (!copy)
		return -ENOMEM;
	for (; v4l2->controls[n]; n++) {
		if (strncmp(v4l2->controls[n], text, name + 1) != 0)
			continue;
		free(v4l2->controls[n]);
		v4l2->controls[n] = copy;
		return 0;
	}
	grown = reallocarray(v4l2->controls, n + 2, sizeof(*grown));
	if (!grown) {
		free(copy);
		return -ENOMEM;
	}
	v4l2->controls = grown;
	grown[n] = copy;
	grown[n + 1] = NULL;
	return 0;
}

int weir_v4l2_change_control(struct weir_source *source, const char *text)
{
	struct weir_v4l2 *v4l2 = (struct weir_v4l2 *)source;
	int err;

	if (v4l2->device.fd < 0)
		return -ENODEV;
	err = weir_v4l2_set_control(&v4l2->device, text);
	if (!err && remember(v4l2, text))
		weir_warn(source->log, "%s: no memory to set %s again after a replug",
			v4l2->device.path, text);
	return err;
}
