/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <weir/doctor.h>

#include "cli/exit_code.h"
#include "cli/output.h"

/* What was found; each struct's strings are ours. */
struct findings {
	struct weir_finding *list;
	size_t n;
	struct console *console;
};

static void free_finding(const struct weir_finding *finding)
{
	free((char *)finding->about);
	free((char *)finding->ability);
	free((char *)finding->detail);
	free((char *)finding->cost);
	free((char *)finding->remedy);
}

static int keep(void *data, const struct weir_finding *finding)
{
	struct findings *findings = data;
	struct weir_finding *grown, copy = {
		.about = strdup(finding->about),
		.ability = strdup(finding->ability),
		.verdict = finding->verdict,
		.detail = strdup(finding->detail),
		.cost = strdup(finding->cost),
		.remedy = finding->remedy ? strdup(finding->remedy) : NULL,
	};

	if (findings->console->terminal)
		console_status(findings->console, finding->about);
	grown = realloc(findings->list, (findings->n + 1) * sizeof(*grown));
	if (grown)
		findings->list = grown;
	if (!grown || !copy.about || !copy.ability || !copy.detail || !copy.cost ||
		(finding->remedy && !copy.remedy)) {
		free_finding(&copy);
		return -ENOMEM;
	}
	findings->list[findings->n++] = copy;
	return 0;
}

static bool can_capture(const struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++)
		if (!strcmp(findings->list[i].ability, WEIR_ABILITY_CAPTURE) &&
			findings->list[i].verdict != WEIR_MISSING)
			return true;
	return false;
}

int doctor_command(const struct options *options, struct console *console)
{
	const struct output *output = options->json ? json_output : &text_output;
	struct findings findings = { .console = console };
	unsigned errors = console->errors;
	int code = EXIT_CODE_DEVICE, err = weir_doctor(&console->log, keep, &findings);

	console_status(console, NULL);
	if (err) {
		console_failed(console, errors, "doctor", err);
		code = exit_code_of(err);
	} else {
		if (can_capture(&findings))
			code = EXIT_CODE_OK;
		output->findings(stdout, findings.list, findings.n);
	}
	for (size_t i = 0; i < findings.n; i++)
		free_finding(&findings.list[i]);
	free(findings.list);
	return code;
}
