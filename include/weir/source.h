/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SOURCE_H
#define WEIR_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/export.h>
#include <weir/format.h>
#include <weir/log.h>

WEIR_BEGIN_DECLS

/* Where frames come from: a camera, the pattern generator, a file, the network.
 * A source belongs to whoever opened it until a pipeline takes it. It is used from one thread at a
 * time. */
struct weir_source;

struct weir_source_settings {
	const struct weir_log *log; /* borrowed; NULL: stderr */
	struct weir_video wanted; /* zero members: the source's choice. Overrides the URI's keys. */
	const char *const
		*controls; /* "NAME=VALUE" …, ended by NULL; may be NULL. Borrowed for the call */
	bool no_reconnect; /* a device that is unplugged ends the run, which else waits for it */
};

/* Opens "pattern:bars?size=1280x720&fps=30", "/dev/video0", "0" … and settles what it will
 * deliver. NULL opens the first camera or, where there is none, "pattern:bars" (and says so).
 * On success *out is the caller's, to close or to give to a pipeline; on error it is untouched and
 * the log has the reason:
 * -EINVAL: the URI, an option or a control is wrong; -ENODEV, -EBUSY, -EACCES: no such device,
 * held by somebody, not permitted; -ENOTSUP: it cannot deliver what `wanted` says. */
WEIR_API int weir_source_open(
	const char *uri, const struct weir_source_settings *settings, struct weir_source **out);

/* Closes and sets *source to NULL; a NULL *source is fine. */
WEIR_API void weir_source_close(struct weir_source **source);

/* The schemes that weir_source_open() knows, in a fixed order; NULL past the last. *summary is set
 * to one line for help. */
WEIR_API const char *weir_source_scheme_at(size_t index, const char **summary);

/* The URI in full, options included, that opens this very source again. Lives with the source, or
 * until its picture becomes another in the middle of a run. */
WEIR_API const char *weir_source_uri(const struct weir_source *source);

/* What it will deliver: every member set, but for the rate of a camera that does not tell it
 * ({ 0, 0 }). Lives with the source; changes in the middle of a run when the picture does. */
WEIR_API const struct weir_video *weir_source_video(const struct weir_source *source);

/* One size, or a range of them, that a format comes in. */
struct weir_source_size {
	uint32_t min_width, min_height, max_width, max_height;
	uint32_t step_width, step_height; /* 0 for a single size */
	struct weir_rate slowest, fastest; /* { 0, 1 } as fastest: unpaced */
	const struct weir_rate *rates; /* all that there are, slowest first; NULL: any between */
	size_t n_rates;
};

struct weir_source_format {
	const struct weir_format *format;
	const struct weir_source_size *sizes;
	size_t n_sizes;
};

struct weir_source_control {
	const char *name;
	const char *value; /* now */
	const char *range; /* "0…255, step 1, default 128", or the menu's items */
};

/* What one way of getting at frame memory gives on this source, tried for real. */
struct weir_source_ability {
	const char *name;   /* "slab", "mmap", "export", "import" … */
	bool works;
	const char *detail; /* how, or why not and the remedy */
};

struct weir_source_info {
	const char *uri;
	const char *name;   /* the camera's or pattern's name for people */
	const char *driver; /* "uvcvideo", "pattern" */
	bool live;          /* has a clock of its own and never waits */
	const struct weir_source_format *formats;
	size_t n_formats;
	const struct weir_source_control *controls;
	size_t n_controls;
	const struct weir_source_ability *abilities;
	size_t n_abilities;
};

/* Everything there is to know before a run. Lives with the source. 0 or -errno. */
WEIR_API int weir_source_describe(struct weir_source *source, const struct weir_source_info **out);

WEIR_END_DECLS

#endif
