/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/text.h"

#include <string.h>

/* What was found about one thing stands under its name, in columns:
 *
 *	ability  verdict  what came of it
 *	         costs    what follows
 *	         remedy   what to do
 */

#define WIDTH   100
#define INDENT  2
#define VERDICT 12 /* the column's */

/* How many columns the first `bytes` of UTF-8 text take. */
static int columns_of(const char *text, size_t bytes)
{
	int columns = 0;

	for (size_t i = 0; i < bytes; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

/* Breaks lines between words; each but the first begins at column `left`, where we are now. */
static void print_wrapped(FILE *to, const char *text, int left)
{
	int at = left;

	while (*text) {
		size_t length = strcspn(text, " ");
		int columns = columns_of(text, length);

		if (at > left && at + 1 + columns > WIDTH) {
			fprintf(to, "\n%*s", left, "");
			at = left;
		} else if (at > left) {
			fputc(' ', to);
			at++;
		}
		fwrite(text, 1, length, to);
		at += columns;
		text += length;
		text += strspn(text, " ");
	}
	fputc('\n', to);
}

static void print_row(FILE *to, const char *ability, int width, const char *word, const char *text)
{
	fprintf(to, "%*s%-*s%-*s", INDENT, "", width, ability, VERDICT, word);
	print_wrapped(to, text, INDENT + width + VERDICT);
}

static void print_finding(FILE *to, const struct weir_finding *finding, int width)
{
	print_row(
		to, finding->ability, width, weir_verdict_name(finding->verdict), finding->detail);
	if (*finding->cost)
		print_row(to, "", width, "costs", finding->cost);
	if (finding->remedy)
		print_row(to, "", width, "remedy", finding->remedy);
}

static int longest_ability(const struct weir_finding *findings, size_t n)
{
	size_t longest = 0;

	for (size_t i = 0; i < n; i++)
		if (strlen(findings[i].ability) > longest)
			longest = strlen(findings[i].ability);
	return (int)longest;
}

void text_findings(FILE *to, const struct weir_finding *findings, size_t n)
{
	size_t counts[WEIR_MISSING + 1] = { 0 };
	int width = longest_ability(findings, n) + 2;

	for (size_t i = 0; i < n; i++) {
		if (i == 0 || strcmp(findings[i].about, findings[i - 1].about) != 0)
			fprintf(to, "%s\n", findings[i].about);
		print_finding(to, &findings[i], width);
		counts[findings[i].verdict]++;
	}
	fprintf(to, "%zu abilities: %zu work, %zu with less than they could, %zu missing\n", n,
		counts[WEIR_WORKS], counts[WEIR_WORKS_WITH], counts[WEIR_MISSING]);
}
