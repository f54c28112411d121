/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/plan.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct weir_plan_text {
	struct weir_plan_text *next;
	char text[];
};

void weir_plan_init(struct weir_plan_draft *draft)
{
	weir_plan_finish(draft);
	memset(draft, 0, sizeof(*draft));
}

void weir_plan_finish(struct weir_plan_draft *draft)
{
	struct weir_plan_text *text;

	while ((text = draft->texts)) {
		draft->texts = text->next;
		free(text);
	}
	free(draft->hops);
	free(draft->choices);
	draft->hops = NULL;
	draft->choices = NULL;
}

WEIR_PRINTF(2, 0)
static const char *keep_text(struct weir_plan_draft *draft, const char *format, va_list args)
{
	struct weir_plan_text *text;
	va_list again;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = length < 0 ? NULL : malloc(sizeof(*text) + (size_t)length + 1);
	if (!text) {
		draft->error = -ENOMEM;
		return "";
	}
	vsnprintf(text->text, (size_t)length + 1, format, args);
	text->next = draft->texts;
	draft->texts = text;
	return text->text;
}

const char *weir_plan_text(struct weir_plan_draft *draft, const char *format, ...)
{
	const char *text;
	va_list args;

	if (draft->error)
		return "";
	va_start(args, format);
	text = keep_text(draft, format, args);
	va_end(args);
	return text;
}

/* Room for one more of `size` bytes behind *array, which holds `n`. */
static bool grow(struct weir_plan_draft *draft, void *array, size_t *room, size_t n, size_t size)
{
	void **items = array;
	void *grown;

	if (draft->error)
		return false;
	if (n < *room)
		return true;
	grown = realloc(*items, (*room + 16) * size);
	if (!grown) {
		draft->error = -ENOMEM;
		return false;
	}
	*items = grown;
	*room += 16;
	return true;
}

void weir_plan_add_hop(struct weir_plan_draft *draft, const struct weir_plan_hop *hop)
{
	struct weir_plan *plan = &draft->value;

	if (!grow(draft, &draft->hops, &draft->hops_room, plan->n_hops, sizeof(*hop)))
		return;
	draft->hops[plan->n_hops++] = *hop;
	plan->hops = draft->hops;
	plan->bytes_copied += hop->bytes_copied;
	plan->bytes_converted += hop->bytes_converted;
}

void weir_plan_add_choice(struct weir_plan_draft *draft, const char *what, const char *name,
	bool chosen, const char *reason)
{
	struct weir_plan *plan = &draft->value;
	struct weir_plan_choice *choice;

	if (!grow(draft, &draft->choices, &draft->choices_room, plan->n_choices, sizeof(*choice)))
		return;
	choice = &draft->choices[plan->n_choices++];
	*choice = (struct weir_plan_choice){ what, name, chosen, reason };
	plan->choices = draft->choices;
}
