/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_RTP_WIRE_H
#define WEIR_CORE_RTP_WIRE_H

#include <stdint.h>

/* Numbers as they travel: the highest byte first, at any address. */

static inline void weir_put_16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static inline void weir_put_32(uint8_t *to, uint32_t value)
{
	weir_put_16(to, (uint16_t)(value >> 16));
	weir_put_16(to + 2, (uint16_t)value);
}

static inline uint16_t weir_get_16(const uint8_t *from)
{
	return (uint16_t)(from[0] << 8 | from[1]);
}

static inline uint32_t weir_get_32(const uint8_t *from)
{
	return (uint32_t)weir_get_16(from) << 16 | weir_get_16(from + 2);
}

#endif
