/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/access.h"

#include <errno.h>

#include "core/log.h"

int weir_stage_wants_pixels(
	const char *name, const struct weir_video *video, const struct weir_log *log)
{
	if (!(video->format->flags & WEIR_FORMAT_COMPRESSED))
		return 0;
	weir_error(log, "%s: %s frames have no pixels to work on: choose an uncompressed format",
		name, video->format->name);
	return -ENOTSUP;
}

int weir_stage_no_pixels(const char *name, const struct weir_log *log, int err)
{
	char text[WEIR_ERRNO_TEXT];

	if (err != -EBUSY)
		weir_error(log, "%s: the CPU cannot work on frame memory: %s", name,
			weir_errno_text(err, text));
	return err;
}
