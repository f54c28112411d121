/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/memory/lock.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "core/checked.h"
#include "core/log.h"
#include "core/slab.h"

/* Whether frame memory stays in memory. */

static bool say(int error, size_t length, char *verdict, size_t size)
{
	struct rlimit limit = { 0 };
	char text[WEIR_ERRNO_TEXT];

	getrlimit(RLIMIT_MEMLOCK, &limit);
	if (!error)
		snprintf(verdict, size, "locked");
	else if (error == ENOMEM || error == EPERM || error == EAGAIN)
		snprintf(verdict, size,
			"not locked: %zu KiB are over the limit of %llu KiB (raise it with "
			"LimitMEMLOCK= or ulimit -l)",
			length / 1024, (unsigned long long)limit.rlim_cur / 1024);
	else
		snprintf(verdict, size, "not locked: %s", weir_errno_text(error, text));
	return !error;
}

bool weir_lock_mapping(void *base, size_t length, char *verdict, size_t size)
{
	return say(mlock(base, length) ? errno : 0, length, verdict, size);
}

/* The limit is checked before any page is looked at, and with ONFAULT none is. */
static int try_limit(size_t length)
{
	void *base = mmap(NULL, length, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	int error;

	if (base == MAP_FAILED)
		return errno;
	error = mlock2(base, length, MLOCK_ONFAULT) ? errno : 0;
	if (error == ENOSYS || error == EINVAL) /* not known, by valgrind: with every page, then */
		error = mlock(base, length) ? errno : 0;
	munmap(base, length);
	return error;
}

bool weir_lock_foresee(size_t length, size_t others, char *verdict, size_t size)
{
	size_t sum;

	return say(weir_add(length, others, &sum) ? try_limit(sum) : ENOMEM, length, verdict, size);
}

size_t weir_slab_foresee_lock(const struct weir_memory_kind *kind,
	const struct weir_slab_settings *settings, size_t others, char *verdict, size_t size)
{
	size_t length;

	if (!kind->locks)
		snprintf(verdict, size, "kernel memory, never swapped");
	else if (settings->no_lock)
		snprintf(verdict, size, "not locked, as asked");
	else if (kind->locks(settings, &length))
		snprintf(verdict, size, "not locked: no memory is that large");
	else if (weir_lock_foresee(length, others, verdict, size))
		return length;
	return 0;
}
