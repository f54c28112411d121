/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <weir/device.h>
#include <weir/pipeline.h>

#include "core/checked.h"
#include "core/clock.h"
#include "core/doctor/doctor.h"
#include "core/slab.h"

/* Cameras, by what any program can ask of the library: they are listed, opened, described, and a
 * few frames run through each kind of memory that they take. */

#define FRAMES   8                   /* twice round the buffers, so that the canary looks at each */
#define PATIENCE (3 * WEIR_NS_PER_S) /* longer than the watchdog's, who knows why none come */

/* A run of a few frames in memory of that kind. */
struct trial {
	const struct weir_memory_kind *kind;
	int err;
	uint64_t frames;
	char video[80];
	struct weir_overheard heard;
};

#define MAX_KINDS 8

/* One camera under examination. */
struct camera {
	const struct weir_doctor *doctor;
	const struct weir_device *device;
	const struct weir_source_info *info;
	struct trial trials[MAX_KINDS];
	size_t n_trials;
};

/* ---- frames ---- */

static int assemble(
	struct weir_pipeline *pipeline, struct weir_source **source, const struct weir_log *log)
{
	struct weir_sink_settings settings = { .log = log };
	struct weir_sink *sink = NULL;
	int err = weir_pipeline_set_source(pipeline, source);

	if (!err)
		err = weir_sink_open("null", &settings, &sink);
	if (!err)
		err = weir_pipeline_add_sink(pipeline, &sink);
	weir_sink_close(&sink);
	return err;
}

static void note_video(struct trial *trial, const struct weir_video *video)
{
	snprintf(trial->video, sizeof(trial->video), "%s %" PRIu32 "x%" PRIu32, video->format->name,
		video->width, video->height);
}

static int capture(struct trial *trial, const char *uri)
{
	struct weir_source_settings how = { .log = &trial->heard.log, .no_reconnect = true };
	struct weir_pipeline_settings settings = {
		.log = &trial->heard.log,
		.memory = trial->kind->name,
		.max_frames = FRAMES,
		.max_ns = PATIENCE,
	};
	struct weir_pipeline *pipeline = NULL;
	struct weir_source *source = NULL;
	struct weir_ledger ledger;
	int err = weir_source_open(uri, &how, &source);

	if (!err)
		err = weir_pipeline_create(&settings, &pipeline);
	if (!err) {
		note_video(trial, weir_source_video(source));
		err = assemble(pipeline, &source, &trial->heard.log);
	}
	if (!err)
		err = weir_pipeline_run(pipeline);
	if (!err) {
		weir_pipeline_ledger(pipeline, &ledger);
		trial->frames = ledger.captured;
	}
	weir_pipeline_destroy(&pipeline);
	weir_source_close(&source);
	return err;
}

static void try_memory(struct trial *trial, const struct weir_memory_kind *kind, const char *uri)
{
	char text[WEIR_ERRNO_TEXT];

	*trial = (struct trial){ .kind = kind };
	weir_overhear(&trial->heard);
	trial->err = capture(trial, uri);
	if (!trial->frames && !trial->heard.line[0])
		snprintf(trial->heard.line, sizeof(trial->heard.line), "%s",
			trial->err ? weir_errno_text(trial->err, text) : "no frame came in 3 s");
}

static void try_kinds(struct camera *camera)
{
	for (; weir_memory_kinds[camera->n_trials] && camera->n_trials < MAX_KINDS;
		camera->n_trials++)
		try_memory(&camera->trials[camera->n_trials], weir_memory_kinds[camera->n_trials],
			camera->device->uri);
}

static const struct trial *trial_of(const struct camera *camera, const char *kind)
{
	for (size_t i = 0; i < camera->n_trials; i++)
		if (!strcmp(camera->trials[i].kind->name, kind))
			return &camera->trials[i];
	return NULL;
}

/* ---- what is told ---- */

/* What it costs to be without an ability of weir_source_describe(). */
static const struct {
	const char *ability, *cost;
} costs[] = {
	{ "mmap", "frames come into memory that the camera imports, or not at all" },
	{ "pinnable", "from the camera's own buffers the kernel copies what goes to network and "
		      "disk; frames in slab memory are spared that" },
	{ "export", "displays and other processes cannot share the camera's own buffers" },
	{ "hints", "cache maintenance for each frame, where the machine's caches need any" },
	{ "slab", "network and disk share its frames only if its own buffers are pinnable, and "
		  "headers are not written in place" },
	{ "heap", "no contiguous memory but the camera's own, for displays that want such" },
};

static const char *cost_of(const char *ability)
{
	for (size_t i = 0; i < WEIR_COUNT(costs); i++)
		if (!strcmp(costs[i].ability, ability))
			return costs[i].cost;
	return NULL;
}

/* A line of the log may end with the remedy: that is told apart. */
static int tell_closed(const struct camera *camera, const char *why)
{
	const char *remedy = camera->device->remedy;
	const char *end = remedy[0] ? strstr(why, remedy) : NULL;
	const struct weir_finding finding = {
		.about = camera->device->uri,
		.ability = WEIR_ABILITY_CAPTURE,
		.verdict = WEIR_MISSING,
		.cost = "no frames from this camera",
		.remedy = remedy[0] ? remedy : NULL,
	};
	size_t length = end && end - why > 2 ? (size_t)(end - why) - strlen(": ") : strlen(why);

	return weir_doctor_tell(camera->doctor, &finding, "%.*s", (int)length, why);
}

/* Of the kinds that the camera takes, the first one's: why no frame came. NULL: it takes none. */
static const struct trial *first_failure(const struct camera *camera)
{
	for (size_t i = 0; i < camera->info->n_abilities; i++) {
		const struct weir_source_ability *ability = &camera->info->abilities[i];
		const struct trial *trial = trial_of(camera, ability->name);

		if (ability->works && trial)
			return trial;
	}
	return NULL;
}

static int tell_no_frames(const struct camera *camera)
{
	const struct trial *failure = first_failure(camera);
	struct weir_finding finding = {
		.about = camera->device->uri,
		.ability = WEIR_ABILITY_CAPTURE,
		.verdict = WEIR_MISSING,
		.cost = "no frames from this camera",
	};

	if (!failure)
		return weir_doctor_tell(
			camera->doctor, &finding, "it takes no kind of memory that weir has");
	if (!failure->err) /* else the line says what to do, if that is known */
		finding.remedy = "see to its cable and to the signal at its input; the kernel may "
				 "have said more: sudo dmesg";
	return weir_doctor_tell(camera->doctor, &finding, "%s", failure->heard.line);
}

/* The first run that frames came of, or NULL. */
static const struct trial *first_success(const struct camera *camera)
{
	for (size_t i = 0; i < camera->n_trials; i++)
		if (camera->trials[i].frames)
			return &camera->trials[i];
	return NULL;
}

static int tell_capture(const struct camera *camera)
{
	const struct trial *trial = first_success(camera);
	const struct weir_finding finding = { .about = camera->device->uri,
		.ability = WEIR_ABILITY_CAPTURE };

	if (!trial)
		return tell_no_frames(camera);
	return weir_doctor_tell(camera->doctor, &finding,
		"%" PRIu64 " frames of %s in %s memory, from %s", trial->frames, trial->video,
		trial->kind->name, camera->info->name);
}

static int tell_formats(const struct camera *camera)
{
	const struct weir_source_info *info = camera->info;
	struct weir_finding finding = {
		.about = camera->device->uri,
		.ability = "formats",
		.verdict = info->n_formats ? WEIR_WORKS : WEIR_MISSING,
		.cost = "there is nothing to choose from",
	};
	char names[160] = "none that weir knows";
	size_t used = 0, i;

	for (i = 0; i < info->n_formats && used + 24 < sizeof(names); i++)
		used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%.16s",
			i ? ", " : "", info->formats[i].format->name);
	return weir_doctor_tell(camera->doctor, &finding, "%zu: %s%s", info->n_formats, names,
		i < info->n_formats ? ", …" : "");
}

static int tell_ability(const struct camera *camera, const struct weir_source_ability *ability)
{
	const struct trial *trial = trial_of(camera, ability->name);
	struct weir_finding finding = {
		.about = camera->device->uri,
		.ability = ability->name,
		.verdict = ability->works ? WEIR_WORKS : WEIR_MISSING,
		.cost = cost_of(ability->name),
	};

	if (!trial || !ability->works)
		return weir_doctor_tell(camera->doctor, &finding, "%s", ability->detail);
	if (!first_success(camera)) { /* no fault of the memory's */
		finding.verdict = WEIR_WORKS_WITH;
		finding.cost = "with the first frames it may still turn out to be useless";
		return weir_doctor_tell(camera->doctor, &finding,
			"no proof: the camera takes it, and gave no frames");
	}
	if (!trial->frames) {
		finding.verdict = WEIR_MISSING;
		return weir_doctor_tell(camera->doctor, &finding, "%s", trial->heard.line);
	}
	/* Memory that the device imports went through the canary test on the way. */
	return weir_doctor_tell(camera->doctor, &finding, "%" PRIu64 " frames%s", trial->frames,
		trial->kind->create ? ", each buffer seen to be written by the camera"
				    : " in buffers of its own");
}

static int tell_all(const struct camera *camera)
{
	int stopped = tell_capture(camera);

	if (!stopped)
		stopped = tell_formats(camera);
	for (size_t i = 0; i < camera->info->n_abilities && !stopped; i++)
		stopped = tell_ability(camera, &camera->info->abilities[i]);
	return stopped;
}

/* ---- one camera after the other ---- */

/* Described while it is idle, and closed for the runs: drivers may know one user at a time. */
static int examine(struct camera *camera)
{
	struct weir_overheard heard;
	struct weir_source_settings settings = { .log = &heard.log };
	struct weir_source *source = NULL;
	char text[WEIR_ERRNO_TEXT];
	int err, stopped;

	weir_overhear(&heard);
	err = weir_source_open(camera->device->uri, &settings, &source);
	if (!err) {
		weir_source_close(&source);
		try_kinds(camera);
		err = weir_source_open(camera->device->uri, &settings, &source);
	}
	if (!err)
		err = weir_source_describe(source, &camera->info);
	stopped = err ? tell_closed(camera, heard.line[0] ? heard.line : weir_errno_text(err, text))
		      : tell_all(camera);
	weir_source_close(&source);
	return stopped;
}

struct cameras {
	const struct weir_doctor *doctor;
	unsigned n;
};

static int found(void *data, const struct weir_device *device)
{
	struct cameras *cameras = data;
	struct camera camera = { .doctor = cameras->doctor, .device = device };

	if (device->kind != WEIR_DEVICE_CAMERA)
		return 0;
	cameras->n++;
	return examine(&camera);
}

int weir_examine_cameras(const struct weir_doctor *doctor)
{
	const struct weir_finding none = {
		.about = "cameras",
		.ability = WEIR_ABILITY_CAPTURE,
		.verdict = WEIR_MISSING,
		.cost = "frames come from files, the network and pattern: sources only",
		.remedy = "plug one in; if it is there, its driver is not: lsusb, sudo dmesg",
	};
	struct cameras cameras = { .doctor = doctor };
	int stopped = weir_device_list(found, &cameras);

	if (stopped || cameras.n)
		return stopped;
	return weir_doctor_tell(doctor, &none, "no video node captures frames");
}
