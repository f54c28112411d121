/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pipeline/stages/m2m/m2m.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/uri.h"

/* The stage as users name it: m2m=/dev/videoN,FOURCC[,WxH]. */

static int refuse(const char *args, const struct weir_log *log)
{
	weir_error(log,
		"m2m: \"%s\" is not of the form /dev/videoN,FOURCC or /dev/videoN,FOURCC,WxH, such "
		"as /dev/video11,H264",
		args);
	return -EINVAL;
}

static int parse_format_and_size(struct weir_m2m *m2m, const char *text, const struct weir_log *log)
{
	const char *comma = strchr(text, ',');
	char name[32];
	int length = comma ? (int)(comma - text) : (int)strlen(text), err;

	snprintf(name, sizeof(name), "%.*s", length, text);
	err = weir_parse_format("m2m", name, log, &m2m->wanted);
	if (!err && comma)
		err = weir_parse_size("m2m", comma + 1, log, &m2m->width, &m2m->height);
	return err;
}

static int parse(struct weir_m2m *m2m, const char *args, const struct weir_log *log)
{
	size_t length = strcspn(args, ",");

	if (strncmp(args, "/dev/", 5) != 0 || !args[length] || length >= sizeof(m2m->device.path))
		return refuse(args, log);
	memcpy(m2m->device.path, args, length);
	return parse_format_and_size(m2m, args + length + 1, log);
}

static void close_m2m(void *state)
{
	struct weir_m2m *m2m = state;

	if (m2m->kept)
		weir_m2m_input_halt(m2m);
	weir_m2m_device_close(&m2m->device);
	free(m2m);
}

static int open_m2m(const char *args, const struct weir_log *log, void **state)
{
	struct weir_m2m *m2m = calloc(1, sizeof(*m2m));
	int err;

	if (!m2m)
		return -ENOMEM;
	m2m->device.fd = m2m->device.epoll = -1;
	m2m->device.log = log;
	err = parse(m2m, args, log);
	if (!err)
		err = weir_m2m_device_open(&m2m->device);
	m2m->device.log = NULL;
	if (err)
		close_m2m(m2m);
	else
		*state = m2m;
	return err;
}

static int configure(void *state, struct weir_video *video, const struct weir_log *log)
{
	struct weir_m2m *m2m = state;
	int err;

	/* What the stream told was read when it did. */
	m2m->device.log = log;
	err = m2m->kept ? 0 : weir_m2m_settle(m2m, video);
	m2m->device.log = NULL; /* it is the caller's */
	if (!err)
		*video = m2m->gives.video;
	return err;
}

static size_t output_bytes(void *state)
{
	const struct weir_m2m *m2m = state;

	return m2m->gives.bytes;
}

const struct weir_stage_impl weir_stage_m2m = {
	.name = "m2m",
	.summary = "/dev/videoN,FOURCC[,WxH]: a codec, scaler or converter in hardware",
	.access = WEIR_STAGE_CONVERT,
	.open = open_m2m,
	.configure = configure,
	.output_bytes = output_bytes,
	.close = close_m2m,
	.engine = &weir_stage_m2m_engine,
};
