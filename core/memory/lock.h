/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_MEMORY_LOCK_H
#define WEIR_CORE_MEMORY_LOCK_H

#include <stdbool.h>
#include <stddef.h>

/* Locks a mapping, if the limit allows. Whether it did, and in `verdict` the same in words, with
 * the remedy. */
bool weir_lock_mapping(void *base, size_t length, char *verdict, size_t size);

/* What weir_lock_mapping() would say of so many bytes, if `others` were locked too. Touches no
 * page. */
bool weir_lock_foresee(size_t length, size_t others, char *verdict, size_t size);

#endif
