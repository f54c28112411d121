/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_UTC_H
#define WEIR_CORE_UTC_H

#include <stdint.h>

#define WEIR_UTC_TEXT 25

/* "2026-11-21T07:46:56.123Z" (ISO 8601) of so many nanoseconds of CLOCK_REALTIME. Unlike the C
 * library's functions it reads no file, takes no lock and allocates nothing. */
const char *weir_utc_text(uint64_t realtime_ns, char text[WEIR_UTC_TEXT]);

#endif
