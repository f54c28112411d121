/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "core/log.h"
#include "sinks/kms/displays.h"
#include "sinks/kms/kms.h"

/* In place of the display sink, in builds without libdrm. */

static int refuse(const struct weir_uri *uri, const struct weir_sink_settings *settings,
	struct weir_sink **out)
{
	(void)uri;
	(void)out;
	weir_error(settings->log, "display: this weir was built without libdrm");
	return -ENOTSUP;
}

static const char *const options[] = { "vsync", "mode", "lease", NULL };

const struct weir_sink_impl weir_sink_kms = {
	.scheme = "display",
	.summary = "display[:CONNECTOR], not in this build",
	.options = options,
	.has_address = true,
	.list = weir_kms_list,
	.open = refuse,
};
