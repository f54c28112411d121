/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CLI_EXIT_CODE_H
#define WEIR_CLI_EXIT_CODE_H

/* What the program ends with, for scripts: weir(1), EXIT STATUS. */
enum exit_code {
	EXIT_CODE_OK = 0,
	EXIT_CODE_RUNTIME = 1,
	EXIT_CODE_USAGE = 2,
	EXIT_CODE_DEVICE = 3,  /* missing, busy or not permitted */
	EXIT_CODE_REFUSED = 4, /* a format or an ability */
	EXIT_CODE_POLICY = 5   /* a copy that --require-zero-copy forbids */
};

/* For the library's 0 or -errno. */
int exit_code_of(int error);

#endif
