/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "core/stage.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "core/slab.h"
#include "core/uri.h"

#define MAX_IMPLS 32

static void say_unknown(const char *name, const struct weir_log *log)
{
	const char *names[MAX_IMPLS + 1] = { NULL };
	char suggestion[WEIR_SUGGESTION], quoted[WEIR_QUOTED];

	for (size_t i = 0; i < MAX_IMPLS && weir_stage_impls[i]; i++)
		names[i] = weir_stage_impls[i]->name;
	weir_error(log, "no stage is called %s%s", weir_quote(name, quoted),
		weir_suggest(name, names, suggestion));
}

static const struct weir_stage_impl *find_impl(const char *name)
{
	for (size_t i = 0; weir_stage_impls[i]; i++)
		if (!strcmp(weir_stage_impls[i]->name, name))
			return weir_stage_impls[i];
	return NULL;
}

/* Takes `text` on success. */
static int create(
	const struct weir_stage_impl *impl, void *state, char *text, struct weir_stage **out)
{
	struct weir_stage *stage = calloc(1, sizeof(*stage));

	if (!stage)
		return -ENOMEM;
	stage->impl = impl;
	if (impl->access == WEIR_STAGE_CONVERT)
		stage->engine = impl->engine ? impl->engine : &weir_stage_worker;
	stage->state = state;
	stage->text = text;
	*out = stage;
	return 0;
}

static int open_impl(const char *text, const char *name, const char *args,
	const struct weir_log *log, struct weir_stage **out)
{
	const struct weir_stage_impl *impl = find_impl(name);
	void *state = NULL;
	char *copy;
	int err;

	if (!impl) {
		say_unknown(name, log);
		return -EINVAL;
	}
	if (!impl->open && *args) {
		weir_error(log, "the stage \"%s\" takes no arguments: \"%s\"", name, args);
		return -EINVAL;
	}
	copy = strdup(text);
	if (!copy)
		return -ENOMEM;
	err = impl->open ? impl->open(args, log, &state) : 0;
	if (err)
		goto free_copy;
	err = create(impl, state, copy, out);
	if (err)
		goto close_state;
	return 0;

close_state:
	if (impl->close)
		impl->close(state);
free_copy:
	free(copy);
	return err;
}

int weir_stage_open(const char *text, const struct weir_log *log, struct weir_stage **out)
{
	size_t length = strcspn(text, "=");
	char *name = strndup(text, length);
	int err;

	if (!name)
		return -ENOMEM;
	err = open_impl(text, name, text[length] ? text + length + 1 : "", log, out);
	free(name);
	return err;
}

int weir_stage_create(const struct weir_stage_impl *impl, void *state, struct weir_stage **out)
{
	char *text = strdup(impl->name);
	int err;

	if (!text)
		return -ENOMEM;
	err = create(impl, state, text, out);
	if (err)
		free(text);
	else
		(*out)->own = true;
	return err;
}

void weir_stage_close(struct weir_stage **stage)
{
	struct weir_stage *closed = *stage;

	*stage = NULL;
	if (!closed)
		return;
	if (closed->impl->close)
		closed->impl->close(closed->state);
	free(closed->text);
	free(closed);
}

const char *weir_stage_name(const struct weir_stage *stage)
{
	return stage->text;
}

const struct weir_stage_impl *weir_stage_impl_at(size_t index)
{
	for (size_t i = 0; weir_stage_impls[i]; i++)
		if (i == index)
			return weir_stage_impls[i];
	return NULL;
}

void weir_stage_report(struct weir_stage *stage, const struct weir_frame *frame, double value)
{
	if (stage->measured)
		stage->measured(stage->measured_data, stage, frame, value);
}

/* A stage's view ends with its last reader; there is nothing to note. */
static void view_released(struct weir_frame *view, void *data)
{
	(void)view;
	(void)data;
}

void weir_stage_view(
	struct weir_stage *stage, struct weir_frame **frame, struct weir_frame_info **info)
{
	struct weir_frame *view;

	assert(stage->impl->access == WEIR_STAGE_RESHAPE);
	view = &stage->views[(*frame)->slot->place];
	assert(atomic_load_explicit(&view->refs, memory_order_relaxed) == 0);
	weir_frame_init_view(view, *frame, view_released, NULL);
	*frame = view;
	*info = &view->info;
}
