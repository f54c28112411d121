/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <weir/version.h>

#define TEXT_1(x) #x
#define TEXT(x)   TEXT_1(x)

const char *weir_version(void)
{
	return TEXT(WEIR_VERSION_MAJOR) "." TEXT(WEIR_VERSION_MINOR) "." TEXT(WEIR_VERSION_PATCH);
}

const char *weir_build_features(void)
{
	return
#ifdef WEIR_HAVE_LIBURING
		"io_uring"
#else
		"no io_uring"
#endif
#ifdef WEIR_HAVE_LIBJPEG
		", libjpeg-turbo"
#else
		", no libjpeg-turbo"
#endif
#ifdef WEIR_HAVE_LIBYUV
		", libyuv"
#else
		", no libyuv"
#endif
#ifdef WEIR_HAVE_LIBV4L2
		", libv4l2"
#else
		", no libv4l2"
#endif
#ifdef WEIR_HAVE_LIBUDEV
		", libudev"
#else
		", no libudev"
#endif
#ifdef WEIR_HAVE_LIBSEAT
		", libseat"
#else
		", no libseat"
#endif
#if defined(WEIR_HAVE_LLHTTP) || defined(WEIR_HAVE_HTTP_PARSER)
		", http"
#else
		", no http"
#endif
		;
}
