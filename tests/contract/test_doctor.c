/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What every finding of the doctor's is, whatever the machine; that nothing stays behind; and what
 * it says of limits, which a user without rights meets anywhere. */

#include "core/doctor/doctor.h"

#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/checked.h"
#include "tests/unit/captured.h"

#define MANY 256

struct findings {
	struct weir_finding list[MANY];
	size_t n;
	size_t stop_after; /* 0: never */
};

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static int keep(void *data, const struct weir_finding *finding)
{
	struct findings *findings = data;

	assert_true(findings->n < MANY);
	findings->list[findings->n++] = (struct weir_finding){
		.about = copy(finding->about),
		.ability = copy(finding->ability),
		.verdict = finding->verdict,
		.detail = copy(finding->detail),
		.cost = copy(finding->cost),
		.remedy = copy(finding->remedy),
	};
	return findings->n == findings->stop_after ? -ECANCELED : 0;
}

static void release(struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		free((char *)findings->list[i].about);
		free((char *)findings->list[i].ability);
		free((char *)findings->list[i].detail);
		free((char *)findings->list[i].cost);
		free((char *)findings->list[i].remedy);
	}
	findings->n = 0;
}

static const struct weir_finding *find(
	const struct findings *findings, const char *about, const char *ability)
{
	for (size_t i = 0; i < findings->n; i++)
		if (!strcmp(findings->list[i].about, about) &&
			!strcmp(findings->list[i].ability, ability))
			return &findings->list[i];
	return NULL;
}

/* ---- a whole examination ---- */

static void assert_finding(const struct weir_finding *finding)
{
	assert_true(finding->about[0] && finding->ability[0] && finding->detail[0]);
	assert_non_null(weir_verdict_name(finding->verdict));
	if (finding->verdict == WEIR_WORKS) {
		assert_string_equal(finding->cost, "");
		assert_null(finding->remedy);
	} else {
		assert_true(finding->cost[0]);
		assert_true(!finding->remedy || finding->remedy[0]);
	}
}

static unsigned count_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static void every_finding_is_whole(void **state)
{
	struct findings findings = { .n = 0 };
	struct captured captured;
	unsigned fds;

	(void)state;
	captured_init(&captured);
	captured.log.level = WEIR_LOG_WARN;
	assert_int_equal(weir_doctor(&captured.log, keep, &findings), 0);
	release(&findings);
	fds = count_fds();
	assert_int_equal(weir_doctor(&captured.log, keep, &findings), 0);
	assert_int_equal(count_fds(), fds);
	assert_int_equal(captured.lines, 0); /* what it meets is found, and not logged */
	for (size_t i = 0; i < findings.n; i++) {
		const struct weir_finding *finding = &findings.list[i];

		assert_finding(finding);
		assert_ptr_equal(find(&findings, finding->about, finding->ability), finding);
	}
	assert_non_null(find(&findings, "memory", "4 x 1080p YUYV"));
	assert_non_null(find(&findings, "loop", "io_uring"));
	assert_non_null(find(&findings, "network", "zero-copy send"));
	assert_non_null(find(&findings, "scheduling", "SCHED_FIFO"));
	release(&findings);
}

/* Those that take no time. */
static int (*const examinations[])(const struct weir_doctor *doctor) = {
	weir_examine_udmabuf,
	weir_examine_heaps,
	weir_examine_locking,
	weir_examine_huge_pages,
	weir_examine_loop,
	weir_examine_scheduling,
	weir_examine_permissions,
};

static void it_stops_when_told(void **state)
{
	struct findings findings = { .n = 0 };
	const struct weir_doctor doctor = { NULL, keep, &findings };

	(void)state;
	for (size_t i = 0; i < WEIR_COUNT(examinations); i++) {
		size_t all;

		findings.stop_after = 0;
		assert_int_equal(examinations[i](&doctor), 0);
		all = findings.n;
		release(&findings);
		for (size_t n = 1; n <= all; n++) {
			findings.stop_after = n;
			assert_int_equal(examinations[i](&doctor), -ECANCELED);
			assert_int_equal(findings.n, n);
			release(&findings);
		}
	}
	findings.stop_after = 1;
	assert_int_equal(weir_doctor(NULL, keep, &findings), -ECANCELED);
	assert_int_equal(findings.n, 1);
	release(&findings);
}

/* ---- what is told ---- */

static void what_works_costs_nothing(void **state)
{
	struct findings findings = { .n = 0 };
	const struct weir_doctor doctor = { NULL, keep, &findings };
	struct weir_finding finding = {
		.about = "a", .ability = "b", .cost = "much", .remedy = "none but this"
	};

	(void)state;
	assert_int_equal(weir_doctor_tell(&doctor, &finding, "%d of %d", 1, 2), 0);
	assert_string_equal(findings.list[0].detail, "1 of 2");
	assert_finding(&findings.list[0]);
	finding.verdict = WEIR_WORKS_WITH;
	assert_int_equal(weir_doctor_tell(&doctor, &finding, "half of it"), 0);
	assert_string_equal(findings.list[1].cost, "much");
	assert_string_equal(findings.list[1].remedy, "none but this");
	release(&findings);
}

static void the_line_that_tells_most(void **state)
{
	struct weir_overheard heard;

	(void)state;
	weir_overhear(&heard);
	weir_info(&heard.log, "a choice");
	assert_string_equal(heard.line, "");
	weir_warn(&heard.log, "a warning");
	weir_warn(&heard.log, "another");
	assert_string_equal(heard.line, "a warning");
	weir_error(&heard.log, "the cause");
	weir_error(&heard.log, "what follows");
	weir_warn(&heard.log, "later");
	assert_string_equal(heard.line, "the cause");
}

/* ---- limits, met in a process of its own ---- */

static void limit(int resource, rlim_t value)
{
	const struct rlimit limits = { value, value };

	if (setrlimit(resource, &limits) < 0)
		_exit(77); /* only CAP_SYS_RESOURCE raises one */
}

static void become_nobody(void)
{
	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		_exit(77);
}

/* The verdict, or 99 when there is no such finding, or its words are not these. */
static int verdict_on(const struct findings *findings, const char *about, const char *ability,
	const char *detail, const char *remedy)
{
	const struct weir_finding *found = find(findings, about, ability);

	if (!found || !strstr(found->detail, detail))
		return 99;
	if (remedy && (!found->remedy || !strstr(found->remedy, remedy)))
		return 99;
	return (int)found->verdict;
}

/* Runs in a child, which ends with what the function returns. */
static int in_child(int (*run)(struct findings *findings))
{
	struct findings findings = { .n = 0 };
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		status = run(&findings);
		release(&findings);
		_exit(status);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	return WEXITSTATUS(status);
}

/* Sanitizers make a success of every mlock(). */
static void expect_limit_to_be_felt(size_t more)
{
	void *memory = mmap(NULL, more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || mlock(memory, more) == 0)
		_exit(77);
	munmap(memory, more);
}

static int lock_with_8_mib(struct findings *findings)
{
	const struct weir_doctor doctor = { NULL, keep, findings };

	limit(RLIMIT_MEMLOCK, 8 << 20);
	become_nobody();
	expect_limit_to_be_felt(9 << 20);
	weir_examine_locking(&doctor);
	return verdict_on(
		findings, "memory", "4 x 1080p YUYV", "the limit is 8.0 MiB", "LimitMEMLOCK=16M");
}

static int lock_with_16_mib(struct findings *findings)
{
	const struct weir_doctor doctor = { NULL, keep, findings };

	limit(RLIMIT_MEMLOCK, 16 << 20);
	become_nobody();
	expect_limit_to_be_felt(17 << 20);
	weir_examine_locking(&doctor);
	if (verdict_on(findings, "memory", "8 x 1080p YUYV", "not locked", "LimitMEMLOCK=32M") !=
		WEIR_MISSING)
		return 99;
	return verdict_on(findings, "memory", "4 x 1080p YUYV", "MiB locked", NULL);
}

static void too_little_memory_may_be_locked(void **state)
{
	(void)state;
	assert_int_equal(in_child(lock_with_8_mib), WEIR_MISSING);
}

static void what_is_said_to_be_enough_is_enough(void **state)
{
	(void)state;
	assert_int_equal(in_child(lock_with_16_mib), WEIR_WORKS);
}

static int schedule_without_a_limit(struct findings *findings)
{
	const struct weir_doctor doctor = { NULL, keep, findings };

	limit(RLIMIT_RTPRIO, 0);
	become_nobody();
	weir_examine_scheduling(&doctor);
	return verdict_on(findings, "scheduling", "SCHED_FIFO", "EPERM", "LimitRTPRIO=50");
}

static int schedule_up_to_20(struct findings *findings)
{
	const struct weir_doctor doctor = { NULL, keep, findings };
	int policy = sched_getscheduler(0);

	limit(RLIMIT_RTPRIO, 20);
	become_nobody();
	weir_examine_scheduling(&doctor);
	if (sched_getscheduler(0) != policy)
		return 98;
	return verdict_on(findings, "scheduling", "SCHED_FIFO", "up to 20", "rtprio 50");
}

static void no_priority(void **state)
{
	(void)state;
	assert_int_equal(in_child(schedule_without_a_limit), WEIR_MISSING);
}

static void some_priority(void **state)
{
	(void)state;
	assert_int_equal(in_child(schedule_up_to_20), WEIR_WORKS_WITH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_finding_is_whole),
		cmocka_unit_test(it_stops_when_told),
		cmocka_unit_test(what_works_costs_nothing),
		cmocka_unit_test(the_line_that_tells_most),
		cmocka_unit_test(too_little_memory_may_be_locked),
		cmocka_unit_test(what_is_said_to_be_enough_is_enough),
		cmocka_unit_test(no_priority),
		cmocka_unit_test(some_priority),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
