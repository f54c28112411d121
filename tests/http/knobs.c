/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
/* knobs SOURCE SINK: a run until SIGTERM whose source has controls, whatever source it is: one of
 * each kind that cameras have. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/weir.h>

#include "core/checked.h"
#include "core/source.h"

static struct knob {
	const char *name, *range;
	char value[32];
} knobs[] = {
	{ "brightness", "0 to 255, step 1, default 128", "128" },
	{ "exposure_time_absolute", "1 to 1000000, step 1, default 300", "300" },
	{ "white_balance_automatic", "false or true, default true", "true" },
	{ "power_line_frequency", "Disabled, 50 Hz, 60 Hz", "50 Hz" },
	{ "zoom_reset", "a button: any value presses it", "" },
	{ "name", "text of 0 to 31 characters", "<b>a \"name\"</b>" },
};

static struct weir_pipeline *pipeline;

static int read_controls(struct weir_source *source, struct weir_source_control **out, size_t *n)
{
	struct weir_source_control *list = calloc(WEIR_COUNT(knobs), sizeof(*list));

	(void)source;
	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < WEIR_COUNT(knobs); i++)
		list[i] = (struct weir_source_control){
			.name = knobs[i].name,
			.value = knobs[i].value,
			.range = knobs[i].range,
		};
	*out = list;
	*n = WEIR_COUNT(knobs);
	return 0;
}

static void free_controls(struct weir_source_control *controls, size_t n)
{
	(void)n;
	free(controls);
}

/* "13" is a value that nothing has. */
static int set_control(struct weir_source *source, const char *text)
{
	size_t length = strcspn(text, "=");

	(void)source;
	for (size_t i = 0; i < WEIR_COUNT(knobs); i++) {
		if (strlen(knobs[i].name) != length || strncmp(knobs[i].name, text, length) != 0)
			continue;
		if (!strcmp(text + length, "=13"))
			return -EINVAL;
		snprintf(knobs[i].value, sizeof(knobs[i].value), "%s",
			text[length] ? text + length + 1 : "");
		return 0;
	}
	return -EINVAL;
}

static void stop(int signal)
{
	(void)signal;
	weir_pipeline_stop(pipeline);
}

int main(int argc, char **argv)
{
	struct weir_source *source = NULL;
	struct weir_source_impl impl;
	struct weir_sink *sink = NULL;
	int err = argc == 3 ? 0 : -EINVAL;

	if (!err)
		err = weir_source_open(argv[1], NULL, &source);
	if (!err) {
		impl = *source->impl;
		impl.read_controls = read_controls;
		impl.free_controls = free_controls;
		impl.set_control = set_control;
		source->impl = &impl;
		err = weir_sink_open(argv[2], NULL, &sink);
	}
	if (!err)
		err = weir_pipeline_create(NULL, &pipeline);
	if (!err)
		err = weir_pipeline_set_source(pipeline, &source);
	if (!err)
		err = weir_pipeline_add_sink(pipeline, &sink);
	if (!err) {
		signal(SIGTERM, stop);
		err = weir_pipeline_run(pipeline);
	}
	weir_pipeline_destroy(&pipeline);
	weir_sink_close(&sink);
	weir_source_close(&source);
	return err ? 1 : 0;
}
