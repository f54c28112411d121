/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "core/log.h"
#include "pipeline/stages/stages.h"

/* In the place of stages whose library the build lacked: they say so. */

#ifndef WEIR_HAVE_LIBYUV

static int open_convert(const char *args, const struct weir_log *log, void **state)
{
	(void)args, (void)state;
	weir_error(log,
		"convert: this build is without libyuv: install libyuv-dev and rebuild with "
		"-DWEIR_LIBYUV=ON");
	return -ENOTSUP;
}

const struct weir_stage_impl weir_stage_convert = {
	.name = "convert",
	.summary = "FOURCC: another pixel format; not in this build, which is without libyuv",
	.access = WEIR_STAGE_CONVERT,
	.open = open_convert,
};

#endif

#ifndef WEIR_HAVE_LIBJPEG

static int open_jpeg(const char *args, const struct weir_log *log, void **state)
{
	(void)args, (void)state;
	weir_error(log,
		"jpeg: this build is without libjpeg-turbo: install libjpeg-dev and rebuild "
		"with -DWEIR_LIBJPEG=ON");
	return -ENOTSUP;
}

const struct weir_stage_impl weir_stage_jpeg = {
	.name = "jpeg",
	.summary = "QUALITY: JPEG images; not in this build, which is without libjpeg-turbo",
	.access = WEIR_STAGE_CONVERT,
	.open = open_jpeg,
};

#endif
