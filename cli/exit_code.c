/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/exit_code.h"

#include <errno.h>

int exit_code_of(int error)
{
	switch (-error) {
	case 0:
		return EXIT_CODE_OK;
	case EINVAL:
		return EXIT_CODE_USAGE;
	case ENODEV:
	case ENOENT:
	case EBUSY:
	case EACCES:
		return EXIT_CODE_DEVICE;
	case ENOTSUP:
		return EXIT_CODE_REFUSED;
	case EPERM:
		return EXIT_CODE_POLICY;
	default:
		return EXIT_CODE_RUNTIME;
	}
}
