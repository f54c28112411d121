/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "cli/units.h"

/* A plan as a tree, for terminals of 100 columns. */

#define COLUMNS   100
#define MOST_TEXT 512
#define INDENT    13 /* of what hangs on the tree: the rail and the names of the branches */

/* ---- lines that wrap ---- */

static unsigned count_columns(const char *text, size_t bytes)
{
	unsigned columns = 0;

	for (size_t i = 0; i < bytes; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

/* Columns of the text's first word, and its bytes. */
static unsigned measure_word(const char *text, size_t *bytes)
{
	*bytes = strcspn(text, " ");
	return count_columns(text, *bytes);
}

/* The indent is that behind a rail of one column. */
static unsigned begin_line(FILE *to, const char *rail, unsigned indent)
{
	fprintf(to, "%s%*s", rail, (int)indent - 1, "");
	return count_columns(rail, strlen(rail)) + indent - 1;
}

/* Broken between words; what goes on is indented. A longer word stays whole, so that it can be
 * copied. */
static void print_wrapped(FILE *to, const char *rail, const char *text)
{
	unsigned column = begin_line(to, rail, INDENT);
	bool first = true;

	while (*text) {
		size_t bytes;
		unsigned width = measure_word(text, &bytes);

		if (!first && column + 1 + width > COLUMNS) {
			fputc('\n', to);
			column = begin_line(to, rail, INDENT + 2);
		} else if (!first) {
			fputc(' ', to);
			column++;
		}
		fwrite(text, 1, bytes, to);
		column += width;
		text += bytes + (text[bytes] == ' ');
		first = false;
	}
	fputc('\n', to);
}

__attribute__((format(printf, 3, 4))) static void print_line(
	FILE *to, const char *rail, const char *format, ...)
{
	char text[2 * MOST_TEXT]; /* reasons are shorter: what is cut then is no sentence */
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	print_wrapped(to, rail, text);
}

/* ---- choices ---- */

static bool is_rejected(const struct weir_plan_choice *choice, const char *what)
{
	return !choice->chosen && !strcmp(choice->what, what);
}

/* The reason as it would read of several: what names the choice itself is "such". */
static void generalize(const struct weir_plan_choice *choice, char *out, size_t size)
{
	size_t name = strcspn(choice->name, " "), n = 0;
	const char *at = choice->reason, *end;

	for (; *at && n + sizeof("such ") < size; at = end) {
		size_t word = strcspn(at, " :,;") ? strcspn(at, " :,;") : 1;
		bool itself = word == name && !strncmp(at, choice->name, name);

		end = at + word;
		n += (size_t)snprintf(
			out + n, size - n, "%.*s", itself ? 4 : (int)word, itself ? "such" : at);
		if (n >= size)
			return;
	}
}

static bool share_reason(const struct weir_plan_choice *a, const struct weir_plan_choice *b)
{
	char first[MOST_TEXT] = "", second[MOST_TEXT] = "";

	if (strcmp(a->what, b->what) != 0 || a->chosen || b->chosen)
		return false;
	generalize(a, first, sizeof(first));
	generalize(b, second, sizeof(second));
	return !strcmp(first, second);
}

static bool is_told(const struct weir_plan *plan, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (share_reason(&plan->choices[i], &plan->choices[index]))
			return true;
	return false;
}

/* All that share its reason in one line. A camera may have fifty formats. */
#define MOST_NAMES 6

static void print_rejected(FILE *to, const struct weir_plan *plan, size_t index)
{
	const struct weir_plan_choice *choice = &plan->choices[index];
	char names[MOST_TEXT] = "", reason[MOST_TEXT] = "", more[32] = "";
	size_t n = 0, length = 0;

	for (size_t i = index; i < plan->n_choices; i++)
		if (share_reason(choice, &plan->choices[i]) && n++ < MOST_NAMES &&
			length < sizeof(names))
			length += (size_t)snprintf(names + length, sizeof(names) - length, "%s%s",
				n > 1 ? ", " : "", plan->choices[i].name);
	if (n > MOST_NAMES)
		snprintf(more, sizeof(more), " and %zu more", n - MOST_NAMES);
	if (n > 1)
		generalize(choice, reason, sizeof(reason));
	print_line(to, "│", "not %s%s: %s", names, more, n > 1 ? reason : choice->reason);
}

static void print_chosen(FILE *to, const struct weir_plan *plan, const char *what)
{
	for (size_t i = 0; i < plan->n_choices; i++)
		if (plan->choices[i].chosen && !strcmp(plan->choices[i].what, what))
			print_line(to, "│", "%s", plan->choices[i].reason);
}

static void print_others(FILE *to, const struct weir_plan *plan, const char *what)
{
	for (size_t i = 0; i < plan->n_choices; i++)
		if (is_rejected(&plan->choices[i], what) && !is_told(plan, i))
			print_rejected(to, plan, i);
}

/* Of the source's memory and of what stages make: one line, unless they differ. */
static void print_locks(FILE *to, const struct weir_plan *plan)
{
	const struct weir_plan_choice *first = NULL;
	bool differ = false;

	for (size_t i = 0; i < plan->n_choices; i++) {
		if (strcmp(plan->choices[i].what, "lock") != 0)
			continue;
		if (!first)
			first = &plan->choices[i];
		differ |= strcmp(first->reason, plan->choices[i].reason) != 0;
	}
	if (first && !differ)
		print_line(to, "│", "%s", first->reason);
	for (size_t i = 0; i < plan->n_choices && differ; i++)
		if (!strcmp(plan->choices[i].what, "lock"))
			print_line(
				to, "│", "%s: %s", plan->choices[i].name, plan->choices[i].reason);
}

static bool has_choices(const struct weir_plan *plan, const char *what)
{
	for (size_t i = 0; i < plan->n_choices; i++)
		if (!strcmp(plan->choices[i].what, what))
			return true;
	return false;
}

static void print_decisions(FILE *to, const struct weir_plan *plan)
{
	char size[UNITS_LENGTH];

	if (has_choices(plan, "format")) {
		fprintf(to, "├─ format    %s\n", plan->video.format->name);
		print_chosen(to, plan, "format");
		print_others(to, plan, "format");
	}
	fprintf(to, "├─ memory    %s: %u slots of %s\n", plan->memory, plan->slots,
		units_bytes(plan->slot_bytes, size));
	if (plan->private_slots)
		print_line(to, "│", "%u more for copies that may be needed", plan->private_slots);
	print_chosen(to, plan, "memory");
	print_locks(to, plan);
	print_others(to, plan, "memory");
	fprintf(to, "├─ loop      %s\n", plan->loop);
	print_chosen(to, plan, "loop");
	print_others(to, plan, "loop");
}

/* ---- hops ---- */

static const char *const hop_kinds[] = {
	[WEIR_HOP_SOURCE] = "source",
	[WEIR_HOP_STAGE] = "stage",
	[WEIR_HOP_SINK] = "sink",
};

static void print_reason(FILE *to, const struct weir_plan_hop *hop, const char *rail)
{
	static const char *const memories[] = {
		[WEIR_MEMORY_SAME] = "same memory",
		[WEIR_MEMORY_VIEW] = "view of the same memory",
		[WEIR_MEMORY_COPY] = "copy",
		[WEIR_MEMORY_DEVICE] = "written by a device",
		[WEIR_MEMORY_CONVERTED] = "converted",
	};
	uint64_t bytes = hop->bytes_copied + hop->bytes_converted;
	bool varies = hop->bytes_converted && hop->video.format->flags & WEIR_FORMAT_COMPRESSED;

	if (bytes)
		print_line(to, rail, "%s: %s, %s%" PRIu64 " bytes per frame", memories[hop->memory],
			hop->reason, varies ? "up to " : "", bytes);
	else
		print_line(to, rail, "%s%s%s", memories[hop->memory], *hop->reason ? ": " : "",
			hop->reason);
}

/* `rail`: what runs down beside its text. */
static void print_hop(FILE *to, const struct weir_plan_hop *hop, const char *rail)
{
	char video[UNITS_LENGTH];

	print_reason(to, hop, rail);
	if (hop->kind == WEIR_HOP_SINK)
		print_line(to, rail, "%s; holds %u frame%s at most",
			units_video(&hop->video, video), hop->budget, hop->budget == 1 ? "" : "s");
	else
		print_line(to, rail, "%s", units_video(&hop->video, video));
}

static void print_name(FILE *to, const struct weir_plan_hop *hop, const char *left, bool last)
{
	fprintf(to, "%s%s─ %-6s    %s\n", left, last ? "└" : "├", hop_kinds[hop->kind], hop->name);
}

/* The next hop after number `at` that gets frames from there; n_hops: none. */
static size_t next_below(const struct weir_plan *plan, size_t from, size_t at)
{
	while (++at < plan->n_hops)
		if (plan->hops[at].from == from)
			break;
	return at;
}

/* What is the same for all that follows goes down one rail; branches hang on it. */
static void print_below(FILE *to, const struct weir_plan *plan, size_t from, const char *left)
{
	size_t at = next_below(plan, from, from), next;
	char rail[64], below[64];

	while (at < plan->n_hops && plan->hops[at].kind == WEIR_HOP_STAGE &&
		next_below(plan, from, at) == plan->n_hops) {
		snprintf(rail, sizeof(rail), "%s│", left);
		print_name(to, &plan->hops[at], left, false);
		print_hop(to, &plan->hops[at], rail);
		from = at;
		at = next_below(plan, from, from);
	}
	for (; at < plan->n_hops; at = next) {
		bool stage = plan->hops[at].kind == WEIR_HOP_STAGE;

		next = next_below(plan, from, at);
		snprintf(below, sizeof(below), "%s%s  ", left, next < plan->n_hops ? "│" : " ");
		snprintf(rail, sizeof(rail), "%s%s%s", left, next < plan->n_hops ? "│" : " ",
			stage ? "  │" : "");
		print_name(to, &plan->hops[at], left, next == plan->n_hops);
		print_hop(to, &plan->hops[at], rail);
		if (stage)
			print_below(to, plan, at, below);
	}
}

void text_plan(FILE *to, const struct weir_plan *plan)
{
	char video[UNITS_LENGTH];

	fprintf(to, "%s\n│  %s\n", plan->hops[0].name, units_video(&plan->video, video));
	if (plan->hops[0].bytes_copied)
		print_reason(to, &plan->hops[0], "│");
	print_decisions(to, plan);
	print_below(to, plan, 0, "");
	fprintf(to, "%" PRIu64 " bytes copied per frame", plan->bytes_copied);
	if (plan->bytes_converted)
		fprintf(to, ", up to %" PRIu64 " converted", plan->bytes_converted);
	fputc('\n', to);
}
