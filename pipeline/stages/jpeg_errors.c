/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/jpeg_errors.h"

#include <stdarg.h>

#include <jerror.h>

void jpeg_errors_fail(j_common_ptr jpeg, const char *format, ...)
{
	struct jpeg_errors *errors = (struct jpeg_errors *)jpeg->err;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(errors->reason, sizeof(errors->reason), format, arguments);
	va_end(arguments);
	longjmp(errors->failed, 1);
}

static void on_error(j_common_ptr jpeg)
{
	struct jpeg_errors *errors = (struct jpeg_errors *)jpeg->err;

	jpeg->err->format_message(jpeg, errors->reason);
	longjmp(errors->failed, 1);
}

/* Bytes too many before a marker, and odd versions in headers, are what healthy cameras send. */
static void on_message(j_common_ptr jpeg, int level)
{
	int code = jpeg->err->msg_code;

	if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_JFIF_MAJOR &&
		code != JWRN_ADOBE_XFORM)
		on_error(jpeg);
}

struct jpeg_error_mgr *jpeg_errors_init(struct jpeg_errors *errors)
{
	jpeg_std_error(&errors->base);
	errors->base.error_exit = on_error;
	errors->base.emit_message = on_message;
	errors->reason[0] = '\0';
	return &errors->base;
}
