/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_STAGES_JPEG_ERRORS_H
#define WEIR_PIPELINE_STAGES_JPEG_ERRORS_H

#include <setjmp.h>
#include <stdio.h> /* before jpeglib.h, which needs it and does not say so */

#include <jpeglib.h>

/* libjpeg's errors, which end the program unless somebody jumps: back to `failed`, with the reason
 * in words. Warnings that mean lost pixels count as errors. */
struct jpeg_errors {
	struct jpeg_error_mgr base;
	jmp_buf failed;
	char reason[JMSG_LENGTH_MAX];
};

struct jpeg_error_mgr *jpeg_errors_init(struct jpeg_errors *errors);

/* Gives up the image. Does not return. */
void jpeg_errors_fail(j_common_ptr jpeg, const char *format, ...)
	__attribute__((format(printf, 2, 3), noreturn));

#endif
