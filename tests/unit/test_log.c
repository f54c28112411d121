/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* Log lines: who wants them, what stands on stderr, and that lines of many threads do not mix. */
#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/checked.h"
#include "tests/unit/captured.h"

/* stderr goes into a file between these two. */
static int saved_stderr = -1;
static FILE *diverted;

static void divert(void)
{
	fflush(stderr);
	diverted = tmpfile();
	assert_non_null(diverted);
	assert_int_equal(fcntl(fileno(diverted), F_SETFL, O_RDWR | O_APPEND), 0);
	saved_stderr = dup(STDERR_FILENO);
	assert_true(dup2(fileno(diverted), STDERR_FILENO) >= 0);
}

static FILE *restore(void)
{
	dup2(saved_stderr, STDERR_FILENO);
	close(saved_stderr);
	rewind(diverted);
	return diverted;
}

static void assert_stderr(const char *text)
{
	FILE *file = restore();
	char got[4096];
	size_t length = fread(got, 1, sizeof(got) - 1, file);

	got[length] = '\0';
	fclose(file);
	assert_string_equal(got, text);
}

static void names(void **state)
{
	enum weir_log_level level = 77;

	(void)state;
	for (int i = WEIR_LOG_SILENT; i <= WEIR_LOG_DEBUG; i++) {
		assert_int_equal(weir_log_level_parse(weir_log_level_name(i), &level), 0);
		assert_int_equal(level, i);
	}
	assert_int_equal(weir_log_level_parse("WARN", &level), 0);
	assert_int_equal(level, WEIR_LOG_WARN);
	assert_int_equal(weir_log_level_parse("warning", &level), -EINVAL);
	assert_int_equal(weir_log_level_parse("", &level), -EINVAL);
	assert_int_equal(level, WEIR_LOG_WARN);
	assert_null(weir_log_level_name(-2));
	assert_null(weir_log_level_name(WEIR_LOG_DEBUG + 1));
	assert_null(weir_log_level_name(INT_MAX));
}

static int threshold(const struct weir_log *log)
{
	int last = WEIR_LOG_SILENT;

	for (int i = WEIR_LOG_ERROR; i <= WEIR_LOG_DEBUG; i++)
		if (weir_log_wants(log, i))
			last = i;
	return last;
}

static void levels(void **state)
{
	struct weir_log log = { 0 };

	(void)state;
	unsetenv("WEIR_LOG");
	assert_int_equal(threshold(NULL), WEIR_LOG_WARN);
	assert_int_equal(threshold(&log), WEIR_LOG_WARN);
	setenv("WEIR_LOG", "debug", 1);
	assert_int_equal(threshold(NULL), WEIR_LOG_DEBUG);
	assert_int_equal(threshold(&log), WEIR_LOG_DEBUG);
	setenv("WEIR_LOG", "silent", 1);
	assert_int_equal(threshold(&log), WEIR_LOG_SILENT);
	setenv("WEIR_LOG", "default", 1);
	assert_int_equal(threshold(&log), WEIR_LOG_WARN);
	setenv("WEIR_LOG", "nonsense", 1);
	assert_int_equal(threshold(&log), WEIR_LOG_WARN);
	setenv("WEIR_LOG", "debug", 1);
	log.level = WEIR_LOG_ERROR; /* what a program says counts more than the environment */
	assert_int_equal(threshold(&log), WEIR_LOG_ERROR);
	log.level = WEIR_LOG_SILENT;
	assert_int_equal(threshold(&log), WEIR_LOG_SILENT);
	assert_false(weir_log_wants(NULL, WEIR_LOG_DEFAULT));
	assert_false(weir_log_wants(NULL, WEIR_LOG_SILENT));
	unsetenv("WEIR_LOG");
}

static void on_stderr(void **state)
{
	struct weir_log all = { .level = WEIR_LOG_DEBUG }, none = { .level = WEIR_LOG_SILENT };

	(void)state;
	divert();
	weir_error(NULL, "%s: %d", "no", 1);
	weir_info(NULL, "not wanted by default");
	weir_error(&none, "nor this");
	weir_warn(&all, "slow");
	weir_info(&all, "chose");
	weir_debug(&all, "why");
	assert_stderr("weir: error: no: 1\nweir: warning: slow\nweir: chose\nweir: debug: why\n");
}

static void callbacks_get_the_bare_line(void **state)
{
	struct captured captured;

	(void)state;
	captured_init(&captured);
	weir_warn(&captured.log, "one %s", "line");
	assert_one_line(&captured, "one line");
	captured.log.level = WEIR_LOG_ERROR;
	weir_warn(&captured.log, "not wanted");
	assert_int_equal(captured.lines, 0);
}

static void text_from_outside_cannot_break_a_line(void **state)
{
	struct captured captured;

	(void)state;
	captured_init(&captured);
	weir_error(&captured.log, "a%sb", "\n\x1b[2J\x7f\té");
	assert_one_line(&captured, "a??[2J??éb");
}

static void long_lines_are_cut(void **state)
{
	struct captured captured;
	char text[2 * WEIR_LOG_LINE];

	(void)state;
	captured_init(&captured);
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	weir_error(&captured.log, "%s", text);
	assert_int_equal(strlen(captured.line), WEIR_LOG_LINE - 1);
	assert_string_equal(captured.line + WEIR_LOG_LINE - 5, "x...");
	text[WEIR_LOG_LINE - 1] = '\0';
	weir_error(&captured.log, "%s", text);
	assert_string_equal(captured.line, text);
	text[WEIR_LOG_LINE - 1] = 'x';

	divert();
	weir_error(NULL, "%s", text);
	restore();
	assert_non_null(fgets(text, sizeof(text), diverted));
	assert_int_equal(strlen(text), strlen("weir: error: ") + WEIR_LOG_LINE - 1 + 1);
	fclose(diverted);
}

static void breaks_errno(void *data, enum weir_log_level level, const char *line)
{
	(void)data;
	(void)level;
	(void)line;
	errno = ENOTTY;
}

static void errno_is_kept(void **state)
{
	struct weir_log log = { WEIR_LOG_DEBUG, breaks_errno, NULL };

	(void)state;
	errno = EBUSY;
	weir_error(&log, "x");
	assert_int_equal(errno, EBUSY);
	divert();
	close(STDERR_FILENO);
	weir_error(NULL, "nobody hears this");
	assert_int_equal(errno, EBUSY);
	fclose(restore());
}

static void *chatter(void *data)
{
	for (int i = 0; i < 500; i++)
		weir_error(NULL, "%0100d", *(int *)data);
	return NULL;
}

static void lines_do_not_mix(void **state)
{
	pthread_t threads[4];
	int numbers[4] = { 1, 2, 3, 4 }, counts[4] = { 0 };
	char line[256];

	(void)state;
	divert();
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, chatter, &numbers[i]), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	restore();
	while (fgets(line, sizeof(line), diverted)) {
		size_t length = strlen("weir: error: ") + 100;

		assert_int_equal(strlen(line), length + 1);
		counts[line[length - 1] - '1']++;
	}
	for (int i = 0; i < 4; i++)
		assert_int_equal(counts[i], 500);
	fclose(diverted);
}

static void errno_in_words(void **state)
{
	char text[WEIR_ERRNO_TEXT];

	(void)state;
	assert_string_equal(weir_errno_text(-EACCES, text), "Permission denied (EACCES)");
	assert_string_equal(weir_errno_text(EACCES, text), "Permission denied (EACCES)");
	assert_string_equal(weir_errno_text(-99999, text), "error -99999");
	assert_string_equal(weir_errno_text(4000, text), "error 4000");
	assert_string_equal(weir_errno_text(INT_MIN, text), "error -2147483648");
	for (int i = 0; i < 4096; i++)
		assert_in_range(strlen(weir_errno_text(i, text)), 1, WEIR_ERRNO_TEXT - 2);
}

static void quotes(void **state)
{
	char quoted[WEIR_QUOTED], text[200];

	(void)state;
	assert_string_equal(weir_quote("", quoted), "\"\"");
	assert_string_equal(weir_quote("a b", quoted), "\"a b\"");
	memset(text, 'q', sizeof(text));
	text[WEIR_QUOTED - 6] = '\0';
	assert_int_equal(strlen(weir_quote(text, quoted)), WEIR_QUOTED - 4);
	text[WEIR_QUOTED - 6] = 'q';
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(strlen(weir_quote(text, quoted)), WEIR_QUOTED - 1);
	assert_string_equal(quoted + WEIR_QUOTED - 6, "q...\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(levels),
		cmocka_unit_test(on_stderr),
		cmocka_unit_test(callbacks_get_the_bare_line),
		cmocka_unit_test(text_from_outside_cannot_break_a_line),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(errno_is_kept),
		cmocka_unit_test(lines_do_not_mix),
		cmocka_unit_test(errno_in_words),
		cmocka_unit_test(quotes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
