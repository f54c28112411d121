/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/sink.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/checked.h"
#include "core/clock.h"
#include "core/log.h"

#define MAX_IMPLS       16
#define MAX_BUDGET      WEIR_SLAB_MAX_SLOTS
#define MAX_DEADLINE_MS 60000

/* What every sink has. */
struct common {
	uint32_t budget, deadline_ms;
	enum weir_policy policy;
	struct weir_masks masks;
};

static const char *const common_options[] = { "budget", "policy", "deadline", "mask", NULL };
static const char *const policies[] = { "newest", "oldest", NULL };

static int check_keys(
	const struct weir_sink_impl *impl, const struct weir_uri *uri, const struct weir_log *log)
{
	const char *known[WEIR_URI_MAX_OPTIONS + 1];
	size_t n = 0;

	for (size_t i = 0; impl->options && impl->options[i]; i++) {
		assert(n < WEIR_URI_MAX_OPTIONS - WEIR_COUNT(common_options));
		known[n++] = impl->options[i];
	}
	for (size_t i = 0; common_options[i]; i++)
		known[n++] = common_options[i];
	known[n] = NULL;
	return weir_uri_check_keys(uri, known, log);
}

static int check_address(
	const struct weir_sink_impl *impl, const struct weir_uri *uri, const struct weir_log *log)
{
	char quoted[WEIR_QUOTED];

	if (impl->has_address || !uri->scheme[0] || !uri->rest[0])
		return 0;
	weir_error(log, "%s takes options as in %s?budget=2, and not %s", impl->scheme,
		impl->scheme, weir_quote(uri->rest, quoted));
	return -EINVAL;
}

/* "null" and "rtp://host" alike are found by their name. */
static int find_impl(
	const struct weir_uri *uri, const struct weir_log *log, const struct weir_sink_impl **out)
{
	const char *word = uri->scheme[0] ? uri->scheme : uri->rest;
	const char *names[MAX_IMPLS + 1] = { NULL };
	char suggestion[WEIR_SUGGESTION], quoted[WEIR_QUOTED];

	for (size_t i = 0; i < MAX_IMPLS && weir_sink_impls[i]; i++) {
		names[i] = weir_sink_impls[i]->scheme;
		if (!strcmp(names[i], word)) {
			*out = weir_sink_impls[i];
			return 0;
		}
	}
	weir_error(log, "no sink is called %s%s", weir_quote(word, quoted),
		weir_suggest(word, names, suggestion));
	return -EINVAL;
}

static int read_common(const struct weir_uri *uri, const struct weir_sink_settings *settings,
	struct common *common)
{
	const char *budget = weir_uri_get(uri, "budget");
	const char *policy = weir_uri_get(uri, "policy");
	const char *deadline = weir_uri_get(uri, "deadline");
	const char *masks = settings->masks ? settings->masks : weir_uri_get(uri, "mask");
	const struct weir_log *log = settings->log;
	unsigned word = settings->policy;
	int err = 0;

	common->budget = settings->budget ? settings->budget : WEIR_DEFAULT_BUDGET;
	common->deadline_ms = settings->deadline_ms;
	if (budget && !settings->budget)
		err = weir_parse_u32("budget", budget, 1, MAX_BUDGET, log, &common->budget);
	if (!err && policy)
		err = weir_parse_word("policy", policy, policies, log, &word);
	if (!err && deadline && !settings->deadline_ms)
		err = weir_parse_u32(
			"deadline", deadline, 1, MAX_DEADLINE_MS, log, &common->deadline_ms);
	common->policy = (enum weir_policy)word;
	common->masks.n = 0;
	if (!err && masks)
		err = weir_masks_parse(masks, log, &common->masks);
	return err;
}

/* What is printed is read by others than those who typed it. */
static void hide(char *text, const char *key)
{
	size_t length = strlen(key);
	char *at = strchr(text, '?');

	for (; at; at = strchr(at + 1, '&')) {
		if (strncmp(at + 1, key, length) != 0 || at[length + 1] != '=')
			continue;
		memset(at + length + 2, '*', strcspn(at + length + 2, "&"));
	}
}

static int open_uri(const struct weir_uri *uri, const char *text,
	const struct weir_sink_settings *settings, struct weir_sink **out)
{
	const struct weir_sink_impl *impl;
	struct weir_sink *sink;
	struct common common;
	char *copy;
	int err;

	err = find_impl(uri, settings->log, &impl);
	if (!err)
		err = check_address(impl, uri, settings->log);
	if (!err)
		err = check_keys(impl, uri, settings->log);
	if (!err)
		err = read_common(uri, settings, &common);
	if (err)
		return err;
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	err = impl->open(uri, settings, &sink);
	if (err) {
		free(copy);
		return err;
	}
	for (size_t i = 0; impl->secrets && impl->secrets[i]; i++)
		hide(copy, impl->secrets[i]);
	sink->uri = copy;
	sink->log = settings->log;
	sink->budget = common.budget + sink->keeps;
	if (sink->budget > MAX_BUDGET)
		sink->budget = MAX_BUDGET;
	sink->policy = common.policy;
	sink->masks = common.masks;
	sink->deadline_ns = common.deadline_ms * (WEIR_NS_PER_S / 1000);
	*out = sink;
	return 0;
}

int weir_sink_accepts(
	struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size)
{
	struct weir_masks fitted;
	int err = weir_masks_fit(&sink->masks, &offer->video, &fitted, why, size);

	if (!err && sink->impl->accepts)
		err = sink->impl->accepts(sink, offer, why, size);
	return err;
}

int weir_sink_check_settings(const struct weir_sink_settings *settings)
{
	if (settings->budget > MAX_BUDGET) {
		weir_error(settings->log, "a budget of %u frames is too large: at most %d",
			settings->budget, MAX_BUDGET);
		return -EINVAL;
	}
	if (settings->policy != WEIR_POLICY_NEWEST && settings->policy != WEIR_POLICY_OLDEST) {
		weir_error(settings->log, "there is no policy %d", (int)settings->policy);
		return -EINVAL;
	}
	if (settings->deadline_ms > MAX_DEADLINE_MS) {
		weir_error(settings->log, "a deadline of %u ms is too far: at most %d",
			settings->deadline_ms, MAX_DEADLINE_MS);
		return -EINVAL;
	}
	return 0;
}

int weir_sink_open(
	const char *text, const struct weir_sink_settings *settings, struct weir_sink **out)
{
	static const struct weir_sink_settings defaults;
	struct weir_uri uri;
	int err;

	if (!settings)
		settings = &defaults;
	err = weir_sink_check_settings(settings);
	if (!err)
		err = weir_uri_parse(text, settings->log, &uri);
	if (err)
		return err;
	err = open_uri(&uri, text, settings, out);
	weir_uri_finish(&uri);
	return err;
}

unsigned weir_sink_stride(struct weir_sink *sink, const struct weir_video *video)
{
	struct weir_video spaced = *video;

	if (!sink->impl->stride || video->format->flags & WEIR_FORMAT_COMPRESSED)
		return 0;
	if (!spaced.stride)
		spaced.stride = (uint32_t)weir_format_line_bytes(video->format, 0, video->width);
	return sink->impl->stride(sink, &spaced);
}

void weir_sink_close(struct weir_sink **sink)
{
	struct weir_sink *closed = *sink;
	char *uri;

	*sink = NULL;
	if (!closed)
		return;
	uri = closed->uri;
	closed->impl->close(closed);
	free(uri);
}

const char *weir_sink_uri(const struct weir_sink *sink)
{
	return sink->uri;
}

const char *weir_sink_scheme_at(size_t index, const char **summary)
{
	for (size_t i = 0; weir_sink_impls[i]; i++) {
		if (i == index) {
			*summary = weir_sink_impls[i]->summary;
			return weir_sink_impls[i]->scheme;
		}
	}
	return NULL;
}
