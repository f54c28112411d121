/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_TWOFACE_H
#define WEIR_TESTS_TWOFACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/slab.h"
#include "tests/vm/modules/weir_twoface/weir_twoface.h"

/* Frame memory whose CPU and device pages differ, by the rig's module weir_twoface. A program that
 * links this has the memory kinds `twoface` and `host` in place of the library's. */

extern const struct weir_memory_kind weir_memory_twoface;

/* From here until close, slabs of that kind can be made, and what happens to them is counted.
 * `veiled`: outside brackets the CPU sees garbage. False where the module is not loaded. */
bool twoface_open(bool veiled);
void twoface_close(void);

struct weir_twoface_counts twoface_counts(void);

/* What the device does to a dma-buf, in place of a device. */
void twoface_device_read(int dmabuf, size_t offset, void *bytes, size_t length);
void twoface_device_write(int dmabuf, size_t offset, const void *bytes, size_t length);

#endif
