/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <weir/weir.h>

#include "tests/vm/camera.h"

/* Unplugs a vivid camera again and again while weir captures from it. Each time a frame is held
 * from before the unplug until frames come again, and has to show then what it showed before; the
 * last one is held until the stream, the pipeline and the camera's file are gone. Nothing may pile
 * up: file descriptors and memory are measured early on and at the end. */

#define PATIENCE_NS (1200ull * 1000000000)
#define FLAT_KIB    256 /* what the heap and the kernel's counting in batches may move */
#define WARM_UP     50  /* cycles, or half of them if they are fewer */

struct figures {
	unsigned fds;
	unsigned long rss_kib;
};

struct keepsake {
	struct weir_frame *frame;
	uint8_t *copy;
	size_t size;
};

struct trial {
	const char *device;
	struct weir_pipeline *pipeline;
	struct keepsake kept;
	unsigned wanted, unplugged, since; /* `since`: frames seen after the latest unplug */
	unsigned wrong, still, unexplained, errors, gone, back;
	struct figures early, late;
};

static struct figures measure(void)
{
	struct figures figures = { 0 };
	unsigned long pages = 0;
	DIR *folder = opendir("/proc/self/fd");
	FILE *statm = fopen("/proc/self/statm", "r");

	if (!folder || !statm || fscanf(statm, "%*u %lu", &pages) != 1)
		die("/proc/self");
	figures.rss_kib = pages * (unsigned long)sysconf(_SC_PAGESIZE) / 1024;
	fclose(statm);
	while (readdir(folder))
		figures.fds++;
	closedir(folder);
	return figures;
}

/* ---- a frame that is held ---- */

/* Calls for each plane: copies it to `copy`, or compares. Returns how many bytes lie in it. */
static size_t visit(struct weir_frame *frame, uint8_t *copy, bool *same)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	struct weir_pixels pixels;
	size_t at = 0;

	if (weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels))
		die("weir_frame_begin_cpu");
	for (uint32_t i = 0; i < pixels.n_planes; i++) {
		if (same)
			*same &= !memcmp(copy + at, pixels.data[i], info->plane[i].length);
		else if (copy)
			memcpy(copy + at, pixels.data[i], info->plane[i].length);
		at += info->plane[i].length;
	}
	if (weir_frame_end_cpu(frame))
		die("weir_frame_end_cpu");
	return at;
}

static void keep(struct trial *trial, struct weir_frame *frame)
{
	struct keepsake *kept = &trial->kept;

	if (!kept->copy) {
		kept->size = visit(frame, NULL, NULL);
		kept->copy = malloc(kept->size);
		if (!kept->copy)
			die("memory");
	}
	visit(frame, kept->copy, NULL);
	kept->frame = weir_frame_ref(frame);
}

static bool shows_the_same(const struct trial *trial, struct weir_frame *frame)
{
	bool same = true;

	visit(frame, trial->kept.copy, &same);
	return same;
}

static void compare(struct trial *trial)
{
	if (trial->kept.frame)
		trial->wrong += !shows_the_same(trial, trial->kept.frame);
}

static void let_go(struct trial *trial)
{
	compare(trial);
	weir_frame_unref(&trial->kept.frame);
}

/* ---- the run ---- */

static void unplug(struct trial *trial, struct weir_frame *frame)
{
	keep(trial, frame);
	if (set_control(trial->device, "disconnect=1"))
		die("disconnect");
	trial->unplugged++;
	trial->since = 0;
}

/* Frames that were filled before an unplug still come after it: DISCONT is where the new ones
 * begin. */
static int look(void *data, struct weir_frame *frame)
{
	struct trial *trial = data;
	unsigned warm = trial->wanted / 2 < WARM_UP ? trial->wanted / 2 : WARM_UP;
	bool fresh = weir_frame_info(frame)->flags & WEIR_FRAME_DISCONT;

	if (trial->unplugged && !trial->since && !fresh)
		return 0;
	trial->unexplained += fresh && trial->since;
	trial->since++;
	if (trial->since == 1)
		compare(trial);
	if (trial->since != 3)
		return 0;
	if (trial->kept.frame)
		trial->still += shows_the_same(trial, frame); /* then a change would not show */
	weir_frame_unref(&trial->kept.frame);
	if (trial->unplugged == warm)
		trial->early = measure();
	if (trial->unplugged < trial->wanted) {
		unplug(trial, frame);
		return 0;
	}
	trial->late = measure();
	keep(trial, frame);
	weir_pipeline_stop(trial->pipeline);
	return 0;
}

static void hear(void *data, enum weir_log_level level, const char *line)
{
	struct trial *trial = data;

	trial->errors += level == WEIR_LOG_ERROR;
	trial->gone += strstr(line, "was unplugged: waiting") != NULL;
	trial->back += strstr(line, "is back after") != NULL;
	if (level == WEIR_LOG_ERROR)
		fprintf(stderr, "weir: %s\n", line);
}

static int run(struct trial *trial, const char *uri, const char *kind)
{
	struct weir_log log = { .level = WEIR_LOG_WARN, .write = hear, .data = trial };
	struct weir_pipeline_settings settings = {
		.log = &log, .memory = kind, .max_ns = PATIENCE_NS
	};
	struct weir_source_settings source_settings = { .log = &log };
	struct weir_sink_settings sink_settings = { .log = &log };
	struct weir_source *source = NULL;
	struct weir_sink *sink = NULL;
	int err;

	if (weir_source_open(uri, &source_settings, &source) ||
		weir_sink_open_callback(look, trial, &sink_settings, &sink) ||
		weir_pipeline_create(&settings, &trial->pipeline) ||
		weir_pipeline_set_source(trial->pipeline, &source) ||
		weir_pipeline_add_sink(trial->pipeline, &sink))
		die("pipeline");
	err = weir_pipeline_run(trial->pipeline);
	compare(trial); /* after STREAMOFF */
	weir_pipeline_destroy(&trial->pipeline);
	return err;
}

/* Later frames mostly show something else than the held one, or its change would not show; all of
 * them need not, since the camera counts anew after each replug. */
static bool judge(const struct trial *trial, int err)
{
	printf("%u unplugs, %u of them told, %u ended; %u held frames changed, %u later ones did "
	       "not; "
	       "%u errors; fds %u, then %u; resident %lu KiB, then %lu\n",
		trial->unplugged, trial->gone, trial->back, trial->wrong, trial->still,
		trial->errors, trial->early.fds, trial->late.fds, trial->early.rss_kib,
		trial->late.rss_kib);
	return !err && trial->unplugged == trial->wanted && trial->gone == trial->wanted &&
	       trial->back == trial->wanted && !trial->wrong && 2 * trial->still < trial->wanted &&
	       !trial->errors && !trial->unexplained && trial->early.fds &&
	       trial->late.fds == trial->early.fds &&
	       trial->late.rss_kib <= trial->early.rss_kib + FLAT_KIB;
}

/* DEVICE SOURCE KIND CYCLES */
int command_unplug(char **arguments)
{
	struct trial trial = { .device = arguments[0], .wanted = (unsigned)atoi(arguments[3]) };
	int err = run(&trial, arguments[1], arguments[2]);

	let_go(&trial); /* after the pipeline and the camera's file are gone */
	free(trial.kept.copy);
	return judge(&trial, err) ? 0 : 1;
}
