/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every source of the library does what core/source.h says. A new source adds its row. */

#include <unistd.h>

#include "tests/contract/suites.h"

static const char *const pattern[] = {
	"pattern:bars?size=64x48&fps=0",
	"pattern:counter?size=64x48&fps=250&format=NV12",
	"pattern:noise?size=64x48&fps=0&format=XR24&stride=320",
	"pattern:mjpeg?size=64x48&fps=30000/1001",
	NULL,
};

/* In the rig: two cameras that take any memory and two that want it contiguous, each with planes in
 * one piece and in several. */
static const char *const cameras[] = {
	"v4l2:/dev/video0?size=320x180&fps=60&format=YUYV",
	"v4l2:/dev/video1?size=320x180&fps=60&format=NV12&planes=apart",
	"v4l2:/dev/video2?size=320x180&fps=60&format=XR24",
	"v4l2:/dev/video3?size=320x180&fps=60&format=GREY",
	NULL,
};
static const char *const none[] = { NULL };

int main(void)
{
	const struct suite_source sources[] = {
		{ "pattern", pattern },
		{ "v4l2", access("/dev/video0", R_OK | W_OK) ? none : cameras },
		{ NULL, NULL },
	};

	return weir_suite_sources(sources);
}
