/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_DOCTOR_ROUTE_H
#define WEIR_CORE_DOCTOR_ROUTE_H

#include <net/if.h>
#include <stdint.h>

/* The device of the default route to the IPv4 address (in network order), by a table such as
 * /proc/net/route. 0; -ENETUNREACH: there is no default route; -EADDRINUSE: a route of its own leads
 * to the address, which is somebody's then; -errno of reading. */
int weir_route_device(const char *table, uint32_t address, char device[IF_NAMESIZE]);

#endif
