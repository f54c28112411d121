/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/source.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"

#define MAX_IMPLS 16

static const char *const common_options[] = { "size", "fps", "format", NULL };

/* Every key that the source takes, the common ones included. */
static int check_keys(
	const struct weir_source_impl *impl, const struct weir_uri *uri, const struct weir_log *log)
{
	const char *known[WEIR_URI_MAX_OPTIONS + 1];
	size_t n = 0;

	for (size_t i = 0; common_options[i]; i++)
		known[n++] = common_options[i];
	for (size_t i = 0; impl->options && impl->options[i]; i++) {
		assert(n < WEIR_URI_MAX_OPTIONS);
		known[n++] = impl->options[i];
	}
	known[n] = NULL;
	return weir_uri_check_keys(uri, known, log);
}

static const struct weir_source_impl *by_scheme(const char *scheme)
{
	for (size_t i = 0; weir_source_impls[i]; i++)
		if (!strcmp(weir_source_impls[i]->scheme, scheme))
			return weir_source_impls[i];
	return NULL;
}

static const struct weir_source_impl *by_claim(const char *text)
{
	for (size_t i = 0; weir_source_impls[i]; i++)
		if (weir_source_impls[i]->claims && weir_source_impls[i]->claims(text))
			return weir_source_impls[i];
	return NULL;
}

static void say_unknown(const struct weir_uri *uri, const struct weir_log *log)
{
	const char *word = uri->scheme[0] ? uri->scheme : uri->rest;
	const char *schemes[MAX_IMPLS + 1] = { NULL };
	char suggestion[WEIR_SUGGESTION], quoted[WEIR_QUOTED];

	for (size_t i = 0; i < MAX_IMPLS && weir_source_impls[i]; i++)
		schemes[i] = weir_source_impls[i]->scheme;
	weir_error(log, "no source is called %s%s", weir_quote(word, quoted),
		weir_suggest(word, schemes, suggestion));
}

static int find_impl(
	const struct weir_uri *uri, const struct weir_log *log, const struct weir_source_impl **out)
{
	*out = uri->scheme[0] ? by_scheme(uri->scheme) : by_claim(uri->rest);
	if (*out)
		return 0;
	say_unknown(uri, log);
	return -EINVAL;
}

/* The URI's wishes, overridden by the settings'. */
static int merge_wishes(const struct weir_uri *uri, const struct weir_source_settings *settings,
	struct weir_video *out)
{
	const struct weir_log *log = settings->log;
	const char *size = weir_uri_get(uri, "size");
	const char *rate = weir_uri_get(uri, "fps");
	const char *format = weir_uri_get(uri, "format");
	struct weir_video wanted = { 0 };
	int err = 0;

	if (size)
		err = weir_parse_size("size", size, log, &wanted.width, &wanted.height);
	if (!err && rate)
		err = weir_parse_rate("fps", rate, log, &wanted.rate);
	if (!err && format)
		err = weir_parse_format("format", format, log, &wanted.format);
	if (err)
		return err;

	if (!settings->wanted.width != !settings->wanted.height) {
		weir_error(log, "a size of %ux%u: width and height are wished for together",
			settings->wanted.width, settings->wanted.height);
		return -EINVAL;
	}
	if (settings->wanted.width) {
		wanted.width = settings->wanted.width;
		wanted.height = settings->wanted.height;
	}
	if (settings->wanted.rate.den)
		wanted.rate = settings->wanted.rate;
	if (settings->wanted.format)
		wanted.format = settings->wanted.format;
	wanted.stride = settings->wanted.stride;
	*out = wanted;
	return 0;
}

static int check_controls(
	const struct weir_source_impl *impl, const struct weir_source_settings *settings)
{
	if (impl->has_controls || !settings->controls || !settings->controls[0])
		return 0;
	weir_error(settings->log, "%s has no control \"%s\", nor any other", impl->scheme,
		settings->controls[0]);
	return -EINVAL;
}

static int open_text(
	const char *text, const struct weir_source_settings *settings, struct weir_source **out)
{
	const struct weir_source_impl *impl;
	struct weir_video wanted;
	struct weir_source *source;
	struct weir_uri uri;
	int err;

	err = weir_uri_parse(text, settings->log, &uri);
	if (err)
		return err;
	err = find_impl(&uri, settings->log, &impl);
	if (!err)
		err = check_keys(impl, &uri, settings->log);
	if (!err)
		err = check_controls(impl, settings);
	if (!err)
		err = merge_wishes(&uri, settings, &wanted);
	if (!err)
		err = impl->open(&uri, &wanted, settings, &source);
	if (!err) {
		source->log = settings->log;
		source->wanted = wanted;
		if (weir_uri_get(&uri, "stride"))
			source->wanted.stride = source->video.stride;
		*out = source;
	}
	weir_uri_finish(&uri);
	return err;
}

static int keep_first_camera(void *data, const struct weir_device *device)
{
	char **uri = data;

	if (device->kind != WEIR_DEVICE_CAMERA || !device->usable)
		return 0;
	*uri = strdup(device->uri);
	return *uri ? 1 : -ENOMEM;
}

static int open_first(const struct weir_source_settings *settings, struct weir_source **out)
{
	char *uri = NULL;
	int err = weir_device_list(keep_first_camera, &uri);

	if (err < 0)
		return err;
	if (!uri)
		weir_warn(settings->log, "no camera found: showing pattern:bars");
	err = open_text(uri ? uri : "pattern:bars", settings, out);
	free(uri);
	return err;
}

int weir_source_open(
	const char *uri, const struct weir_source_settings *settings, struct weir_source **out)
{
	static const struct weir_source_settings defaults;

	if (!settings)
		settings = &defaults;
	return uri ? open_text(uri, settings, out) : open_first(settings, out);
}

void weir_source_close(struct weir_source **source)
{
	struct weir_source *closed = *source;
	char *uri;

	*source = NULL;
	if (!closed)
		return;
	uri = closed->uri;
	closed->impl->close(closed);
	free(uri);
}

const char *weir_source_uri(const struct weir_source *source)
{
	return source->uri;
}

const struct weir_video *weir_source_video(const struct weir_source *source)
{
	return &source->video;
}

int weir_source_describe(struct weir_source *source, const struct weir_source_info **out)
{
	return source->impl->describe(source, out);
}

struct weir_source_ability weir_source_ability_of(
	const struct weir_memory_kind *kind, char *why, size_t size)
{
	int err = kind->probe ? kind->probe(why, size) : 0;

	return (struct weir_source_ability){
		.name = kind->name,
		.works = err == 0,
		.detail = err ? why : kind->summary,
	};
}

const char *weir_source_scheme_at(size_t index, const char **summary)
{
	for (size_t i = 0; weir_source_impls[i]; i++) {
		if (i == index) {
			*summary = weir_source_impls[i]->summary;
			return weir_source_impls[i]->scheme;
		}
	}
	return NULL;
}
