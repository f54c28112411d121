/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_DOCTOR_ROUTE_H
#define WEIR_CORE_DOCTOR_ROUTE_H

#include <net/if.h>
#include <stddef.h>
#include <stdint.h>

/* The device of the default route, asked of the kernel with an IPv4 address (in network order) that
 * is nobody's. 0; -ENETUNREACH: there is no default route; -EADDRINUSE: a route of its own leads to
 * the address, so that it is somebody's here; or -errno. */
int weir_route_device(uint32_t address, char device[IF_NAMESIZE]);

/* What the kernel's answer of that length says: the index of the device, or -errno as above. */
int weir_route_parse(const void *answer, size_t length);

#endif
