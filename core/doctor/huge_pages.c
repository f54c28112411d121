/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/doctor/doctor.h"

/* Only for information: frame memory is of ordinary pages. */

/* 0: the kernel has none. */
static size_t huge_page_kib(void)
{
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	size_t kib = 0;

	if (!file)
		return 0;
	while (!kib && fgets(line, sizeof(line), file))
		if (sscanf(line, "Hugepagesize: %zu kB", &kib) != 1)
			kib = 0;
	fclose(file);
	return kib;
}

int weir_examine_huge_pages(const struct weir_doctor *doctor)
{
	struct weir_finding finding = {
		.about = "memory",
		.ability = "huge pages",
		.verdict = WEIR_WORKS_WITH,
		.cost = "nothing: weir does not use them",
		.remedy = "sudo sysctl vm.nr_hugepages=64, for other programs that do",
	};
	size_t kib = huge_page_kib(), length = kib << 10;
	void *memory = MAP_FAILED;

	if (kib)
		memory = mmap(NULL, length, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (memory == MAP_FAILED)
		return weir_doctor_tell(doctor, &finding, "ordinary pages of %ld KiB only",
			sysconf(_SC_PAGESIZE) / 1024);
	munmap(memory, length);
	finding.verdict = WEIR_WORKS;
	return weir_doctor_tell(doctor, &finding, "one of %zu KiB was mapped", kib);
}
