/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Fails every allocation and every system call of a whole life (open, plan, run, close) in turn,
 * once with each error that the call can give. Whatever fails, nothing may crash, hang or leak, an
 * error comes with a line that names it, and the next life goes well. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <weir/weir.h>

#include "tests/fault/injector.h"

struct scene {
	const char *name, *source, *stage, *loop;
	uint64_t frames;
	const char *sink;
};

static const struct scene scenes[] = {
	{ "unpaced on io_uring", "pattern:bars?size=64x48&fps=0", "crop=64x24+0+0", "uring", 12 },
	{ "unpaced on epoll", "pattern:noise?size=64x48&fps=0", "pass", "epoll", 12 },
	{ "paced on io_uring", "pattern:black?size=64x48&fps=1000", "pass", "uring", 6 },
	{ "paced on epoll", "pattern:counter?size=64x48&fps=1000", "pass", "epoll", 6 },
	{ "jpeg", "pattern:bars?size=64x48&fps=0&format=MJPEG", "pass", "auto", 6 },
	{ "to stdout on io_uring", "pattern:bars?size=64x48&fps=0", "crop=32x48+0+0", "uring", 4,
		"-" },
	{ "to stdout on epoll", "pattern:bars?size=64x48&fps=0", "pass", "epoll", 4, "-" },
	{ "converting on io_uring", "pattern:bars?size=64x48&fps=0", "convert=RGB24", "uring", 6,
		"null:" },
	{ "converting on epoll", "pattern:bars?size=64x48&fps=0", "jpeg", "epoll", 6, "null:" },
	{ "rtp on io_uring", "pattern:bars?size=64x48&fps=0&format=UYVY", "pass", "uring", 4,
		"rtp://127.0.0.1:9?pace=off" },
	{ "rtp on epoll", "pattern:bars?size=64x48&fps=0&format=UYVY", "pass", "epoll", 4,
		"rtp://127.0.0.1:9?pace=off" },
	{ "http", "pattern:bars?size=64x48&fps=0&format=MJPEG", "pass", "auto", 4,
		"http://127.0.0.1:39471" },
	{ "tcp", "pattern:bars?size=64x48&fps=0", "pass", "auto", 4,
		"tcp://127.0.0.1:39472?listen=1" },
};

static unsigned error_lines;

static void note_line(void *data, enum weir_log_level level, const char *line)
{
	(void)data;
	(void)line;
	error_lines += level == WEIR_LOG_ERROR;
}

static const struct weir_log noting = { .level = WEIR_LOG_WARN, .write = note_line };

static int look(void *data, struct weir_frame *frame)
{
	(void)data;
	return weir_frame_info(frame)->n_planes ? 0 : -EPROTO;
}

static int add_parts(struct weir_pipeline *pipeline, const struct scene *scene)
{
	struct weir_source_settings source_settings = { .log = &noting };
	struct weir_sink_settings sink_settings = { .log = &noting };
	struct weir_source *source = NULL;
	struct weir_stage *stage = NULL;
	struct weir_sink *verify = NULL, *callback = NULL;
	int err;

	err = weir_source_open(scene->source, &source_settings, &source);
	if (!err)
		err = weir_stage_open(scene->stage, &noting, &stage);
	if (!err)
		err = weir_sink_open(
			scene->sink ? scene->sink : "verify", &sink_settings, &verify);
	if (!err)
		err = weir_sink_open_callback(look, NULL, &sink_settings, &callback);
	if (!err)
		err = weir_pipeline_set_source(pipeline, &source);
	if (!err)
		err = weir_pipeline_add_stage(pipeline, &stage);
	if (!err)
		err = weir_pipeline_add_sink(pipeline, &verify);
	if (!err)
		err = weir_pipeline_add_sink(pipeline, &callback);
	weir_source_close(&source);
	weir_stage_close(&stage);
	weir_sink_close(&verify);
	weir_sink_close(&callback);
	return err;
}

static int live_once(const struct scene *scene)
{
	struct weir_pipeline_settings settings = {
		.log = &noting, .max_frames = scene->frames, .loop = scene->loop
	};
	struct weir_pipeline *pipeline = NULL;
	struct weir_ledger ledger;
	int err;

	err = weir_pipeline_create(&settings, &pipeline);
	if (err)
		return err;
	err = add_parts(pipeline, scene);
	if (!err)
		err = weir_pipeline_run(pipeline);
	weir_pipeline_ledger(pipeline, &ledger);
	if (weir_ledger_reconcile(&ledger, NULL, 0))
		err = -EPROTO;
	weir_pipeline_destroy(&pipeline);
	return err;
}

/* With standard output out of the way: one scene writes frames there. */
static int live(const struct scene *scene)
{
	int shown = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY);
	int err;

	fflush(stdout);
	dup2(null, STDOUT_FILENO);
	err = live_once(scene);
	dup2(shown, STDOUT_FILENO);
	close(shown);
	close(null);
	return err;
}

static int open_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(folder))
		n++;
	closedir(folder);
	return n;
}

enum outcome { FINE, UNREACHED, LEAKED_MEMORY, LEAKED_FD, SPOKE_NOT, BROKE_NEXT, LOST_SUM };

/* In a child of its own, so that a crash or a hang tells which call it was. */
static enum outcome live_through(const struct scene *scene, unsigned nth, unsigned variant,
	unsigned *variants, FILE *say)
{
	int64_t blocks = injector_live_blocks();
	int fds, err;

	alarm(30);
	dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
	fds = open_fds();
	injector_arm(nth, variant);
	err = live_once(scene);
	injector_disarm();
	if (!injector_failed(variants))
		return UNREACHED;
	fprintf(say, "%s: call %u %s -> %d", scene->name, nth, injector_failed(variants), err);
	fflush(say);
	if (injector_live_blocks() != blocks)
		return LEAKED_MEMORY;
	if (open_fds() != fds)
		return LEAKED_FD;
	if (err == -EPROTO)
		return LOST_SUM;
	if (err && err != -ENOMEM && !error_lines)
		return SPOKE_NOT;
	return live(scene) ? BROKE_NEXT : FINE;
}

static const char *const outcomes[] = { "fine", "unreached", "leaked memory", "leaked an fd",
	"gave an error without a line", "broke the next run", "lost a frame from the books" };

/* One child for each call and each of its errors: the exit status packs outcome and variants. */
static unsigned try_call(const struct scene *scene, unsigned nth, unsigned variant, bool *reached)
{
	unsigned variants = 1;
	FILE *say = tmpfile();
	char text[160] = "";
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		enum outcome outcome = live_through(scene, nth, variant, &variants, say);

		_exit((int)outcome << 4 | (int)variants);
	}
	waitpid(child, &status, 0);
	rewind(say);
	if (!fgets(text, sizeof(text), say))
		snprintf(text, sizeof(text), "%s: call %u", scene->name, nth);
	fclose(say);
	if (WIFSIGNALED(status))
		fail_msg("%s: killed by %s", text, strsignal(WTERMSIG(status)));
	*reached = WEXITSTATUS(status) >> 4 != UNREACHED;
	if (WEXITSTATUS(status) >> 4 > UNREACHED)
		fail_msg("%s: %s", text, outcomes[WEXITSTATUS(status) >> 4]);
	return WEXITSTATUS(status) & 15;
}

static void test_every_call(void **state)
{
	const struct scene *scene = *state;
	bool reached = true;
	unsigned nth, tried = 0;

	error_lines = 0;
	if (live(scene) != 0) {
		print_message("%s: not on this machine or in this build\n", scene->name);
		skip();
	}
	error_lines = 0;
	for (nth = 1; reached; nth++) {
		unsigned variants = 1;

		for (unsigned variant = 0; variant < variants && reached; variant++, tried++)
			variants = try_call(scene, nth, variant, &reached);
	}
	print_message("%s: %u calls, %u failures survived\n", scene->name, nth - 2, tried - 1);
	assert_true(nth > 30);
}

int main(void)
{
	struct CMUnitTest tests[sizeof(scenes) / sizeof(scenes[0])];

	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		tests[i] = (struct CMUnitTest){ .name = scenes[i].name,
			.test_func = test_every_call,
			.initial_state = (void *)&scenes[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
