/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/doctor/route.h"

#include <errno.h>
#include <limits.h>
#include <linux/route.h>
#include <stdio.h>
#include <string.h>

int weir_route_device(const char *table, uint32_t address, char device[IF_NAMESIZE])
{
	char line[256], name[IF_NAMESIZE];
	unsigned destination, flags, metric, mask, best = UINT_MAX;
	int err = -ENETUNREACH;
	FILE *file = fopen(table, "re");

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		/* Iface Destination Gateway Flags RefCnt Use Metric Mask … */
		if (sscanf(line, "%15s %x %*x %x %*d %*d %u %x", name, &destination, &flags,
			    &metric, &mask) != 5 ||
			!(flags & RTF_UP) || (address & mask) != destination)
			continue;
		if (mask) {
			err = -EADDRINUSE;
			break;
		}
		if (flags & RTF_REJECT || (err == 0 && metric >= best))
			continue;
		best = metric;
		strcpy(device, name);
		err = 0;
	}
	fclose(file);
	return err;
}
