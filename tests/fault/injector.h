/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FAULT_INJECTOR_H
#define WEIR_TESTS_FAULT_INJECTOR_H

#include <stdint.h>

/* Stands between weir and the C library, liburing and the kernel (the linker's --wrap, see
 * tests/CMakeLists.txt), counts the calls and makes one of them fail. */

/* From here on the call number `nth` (from 1; 0: none) fails with the `variant`th error that this
 * call can give. Counting starts anew. */
void injector_arm(unsigned nth, unsigned variant);

/* Stops counting and failing. */
void injector_disarm(void);

/* Calls since armed. */
unsigned injector_calls(void);

/* What failed, "mmap: ENOMEM", or NULL if it never came to that. `variants` gets how many errors
 * that call can give. */
const char *injector_failed(unsigned *variants);

/* Blocks allocated by weir and not freed yet. */
int64_t injector_live_blocks(void);

/* Allocations since the process began: what a steady state must not add to. */
uint64_t injector_allocations(void);

#endif
