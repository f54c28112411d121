/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/doctor/doctor.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/checked.h"
#include "core/sink.h"

/* Displays and whatever else frames go to. */
static int examine_sinks(const struct weir_doctor *doctor)
{
	int stopped = 0;

	for (size_t i = 0; weir_sink_impls[i] && !stopped; i++)
		if (weir_sink_impls[i]->examine)
			stopped = weir_sink_impls[i]->examine(doctor);
	return stopped;
}

static const struct {
	const char *what;
	int (*examine)(const struct weir_doctor *doctor);
} examinations[] = {
	{ "cameras", weir_examine_cameras },
	{ "sinks", examine_sinks },
	{ "udmabuf", weir_examine_udmabuf },
	{ "dma-heaps", weir_examine_heaps },
	{ "locked memory", weir_examine_locking },
	{ "huge pages", weir_examine_huge_pages },
	{ "the loop", weir_examine_loop },
	{ "the network", weir_examine_network },
	{ "scheduling", weir_examine_scheduling },
	{ "permissions", weir_examine_permissions },
};

int weir_doctor(const struct weir_log *log,
	int (*found)(void *data, const struct weir_finding *finding), void *data)
{
	const struct weir_doctor doctor = { log, found, data };
	int stopped = 0;

	for (size_t i = 0; i < WEIR_COUNT(examinations) && !stopped; i++) {
		weir_info(log, "trying %s", examinations[i].what);
		stopped = examinations[i].examine(&doctor);
	}
	return stopped;
}

const char *weir_verdict_name(enum weir_verdict verdict)
{
	static const char *const names[] = {
		[WEIR_WORKS] = "works",
		[WEIR_WORKS_WITH] = "works with",
		[WEIR_MISSING] = "missing",
	};

	return names[verdict];
}

int weir_doctor_tell(const struct weir_doctor *doctor, const struct weir_finding *finding,
	const char *detail, ...)
{
	struct weir_finding told = *finding;
	char text[WEIR_LOG_LINE + 128];
	va_list arguments;

	va_start(arguments, detail);
	vsnprintf(text, sizeof(text), detail, arguments);
	va_end(arguments);
	told.detail = text;
	if (told.verdict == WEIR_WORKS || !told.cost)
		told.cost = "";
	if (told.verdict == WEIR_WORKS)
		told.remedy = NULL;
	return doctor->found(doctor->data, &told);
}

static void overhear(void *data, enum weir_log_level level, const char *line)
{
	struct weir_overheard *overheard = data;

	if (overheard->line[0] && overheard->level <= level)
		return;
	overheard->level = level;
	snprintf(overheard->line, sizeof(overheard->line), "%s", line);
}

void weir_overhear(struct weir_overheard *overheard)
{
	*overheard = (struct weir_overheard){ .log = { WEIR_LOG_WARN, overhear, overheard } };
}
