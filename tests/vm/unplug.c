/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/weir.h>

#include "tests/vm/camera.h"

/* Unplugs a vivid camera again and again while weir captures from it. Each time a frame is held
 * from before the unplug until frames come again, and has to show then what it showed before; the
 * last one is held until the stream, the pipeline and the camera's file are gone. Nothing may pile
 * up: file descriptors and memory are measured early on and at the end. */

#define PATIENCE_NS (1200ull * 1000000000)
#define OWN_KIB     16  /* of its own that may be touched for the first time on a rare way */
#define CODE_KIB    128 /* of files: code that runs for the first time is mapped by 64 KiB */
#define WARM_UP     50  /* cycles, or half of them if they are fewer */

/* vivid's pictures tell their number, which it repeats at times. If most were the same, one that
 * was written over would not show. */
#define MOST_STILL(cycles) ((cycles) / 10)

struct figures {
	unsigned fds;
	unsigned long rss_kib, own_kib; /* resident; of that, anonymous */
};

struct trial {
	const char *device;
	struct weir_pipeline *pipeline;
	struct weir_frame *kept;
	uint8_t *copy;                     /* of what it shows */
	unsigned wanted, unplugged, since; /* `since`: frames seen after the latest unplug */
	unsigned changed, still, unexplained, errors, gone, back;
	struct figures early, late;
};

/* Counted page by page: /proc/self/statm is off by what each CPU has not told yet. */
static void measure_memory(struct figures *figures)
{
	FILE *sums = fopen("/proc/self/smaps_rollup", "r");
	char line[128];

	while (sums && fgets(line, sizeof(line), sums)) {
		sscanf(line, "Rss: %lu kB", &figures->rss_kib);
		sscanf(line, "Anonymous: %lu kB", &figures->own_kib);
	}
	if (!figures->rss_kib || !figures->own_kib)
		die("/proc/self/smaps_rollup");
	fclose(sums);
}

static struct figures measure(void)
{
	struct figures figures = { 0 };
	DIR *folder = opendir("/proc/self/fd");

	if (!folder)
		die("/proc/self/fd");
	while (readdir(folder))
		figures.fds++;
	closedir(folder);
	measure_memory(&figures);
	return figures;
}

static bool are_flat(const struct figures *early, const struct figures *late)
{
	return early->fds && late->fds == early->fds && late->own_kib <= early->own_kib + OWN_KIB &&
	       late->rss_kib <= early->rss_kib + CODE_KIB;
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

static void copy(struct trial *trial, struct weir_frame *frame)
{
	if (!trial->copy)
		trial->copy = malloc(visit(frame, NULL, NULL));
	if (!trial->copy)
		die("memory");
	visit(frame, trial->copy, NULL);
}

static bool is_the_copy(const struct trial *trial, struct weir_frame *frame)
{
	bool same = true;

	visit(frame, trial->copy, &same);
	return same;
}

static void keep(struct trial *trial, struct weir_frame *frame)
{
	copy(trial, frame);
	trial->kept = weir_frame_ref(frame);
}

static void check_kept(struct trial *trial)
{
	if (trial->kept)
		trial->changed += !is_the_copy(trial, trial->kept);
}

/* ---- the run ---- */

static void unplug(struct trial *trial)
{
	if (set_control(trial->device, "disconnect=1"))
		die("disconnect");
	trial->unplugged++;
	trial->since = 0;
}

/* The third frame since the latest unplug: kept, and the camera unplugged again. */
static void begin_next(struct trial *trial, struct weir_frame *frame)
{
	unsigned warm = trial->wanted / 2 < WARM_UP ? trial->wanted / 2 : WARM_UP;

	if (trial->unplugged == warm)
		trial->early = measure();
	if (trial->unplugged == trial->wanted)
		trial->late = measure();
	keep(trial, frame);
	if (trial->unplugged < trial->wanted)
		unplug(trial);
	else
		weir_pipeline_stop(trial->pipeline);
}

/* Of what was filled before an unplug nothing comes after it: the first frame breaks with those
 * before. */
static int look(void *data, struct weir_frame *frame)
{
	bool fresh = weir_frame_info(frame)->flags & WEIR_FRAME_DISCONT;
	struct trial *trial = data;

	trial->unexplained += trial->unplugged && fresh != !trial->since;
	switch (++trial->since) {
	case 1:
		check_kept(trial);
		break;
	case 2:
		check_kept(trial);
		weir_frame_unref(&trial->kept);
		copy(trial, frame);
		break;
	case 3:
		trial->still += is_the_copy(trial, frame);
		begin_next(trial, frame);
		break;
	}
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
	check_kept(trial); /* after STREAMOFF */
	weir_pipeline_destroy(&trial->pipeline);
	return err;
}

static bool judge(const struct trial *trial, int err)
{
	const struct figures *early = &trial->early, *late = &trial->late;

	printf("%u unplugs, %u of them told, %u ended; %u held frames changed; %u errors; "
	       "fds %u, then %u; resident %lu KiB, then %lu; of its own %lu KiB, then %lu\n",
		trial->unplugged, trial->gone, trial->back, trial->changed, trial->errors,
		early->fds, late->fds, early->rss_kib, late->rss_kib, early->own_kib,
		late->own_kib);
	if (trial->still > MOST_STILL(trial->wanted) || trial->unexplained)
		printf("%u frames show what the one before shows, %u breaks are out of place\n",
			trial->still, trial->unexplained);
	return !err && trial->unplugged == trial->wanted && trial->gone == trial->wanted &&
	       trial->back == trial->wanted && !trial->changed &&
	       trial->still <= MOST_STILL(trial->wanted) && !trial->errors && !trial->unexplained &&
	       are_flat(early, late);
}

/* DEVICE SOURCE KIND CYCLES */
int command_unplug(char **arguments)
{
	struct trial trial = { .device = arguments[0], .wanted = (unsigned)atoi(arguments[3]) };
	int err = run(&trial, arguments[1], arguments[2]);

	check_kept(&trial); /* the pipeline and the camera's file are gone */
	weir_frame_unref(&trial.kept);
	free(trial.copy);
	return judge(&trial, err) ? 0 : 1;
}
