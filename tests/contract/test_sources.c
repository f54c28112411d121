/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every source of the library does what core/source.h says. A new source adds its row. */

#include "tests/contract/suites.h"

static const char *const pattern[] = {
	"pattern:bars?size=64x48&fps=0",
	"pattern:counter?size=64x48&fps=250&format=NV12",
	"pattern:noise?size=64x48&fps=0&format=XR24&stride=320",
	"pattern:mjpeg?size=64x48&fps=30000/1001",
	NULL,
};

int main(void)
{
	static const struct suite_source sources[] = {
		{ "pattern", pattern },
		{ NULL, NULL },
	};

	return weir_suite_sources(sources);
}
