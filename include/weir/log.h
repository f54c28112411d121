/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_LOG_H
#define WEIR_LOG_H

#include <weir/export.h>

WEIR_BEGIN_DECLS

/* Levels say what follows for the reader, not how bad the author felt. */
enum weir_log_level {
	WEIR_LOG_SILENT = -1,
	WEIR_LOG_DEFAULT = 0, /* what WEIR_LOG in the environment says, else WEIR_LOG_WARN */
	WEIR_LOG_ERROR,       /* what was asked for will not happen */
	WEIR_LOG_WARN,        /* it happens, but slower, later or with less than asked for */
	WEIR_LOG_INFO,        /* a choice was made that a curious user wants to know (-v) */
	WEIR_LOG_DEBUG        /* for whoever works on weir itself (-vv) */
};

/* Where a library object writes its lines. There is no global logger: each settings struct has a
 * `log` member, NULL meaning stderr at WEIR_LOG_DEFAULT. The struct is borrowed and must outlive
 * every object opened with it. `write` gets one line without its newline, from the thread that
 * the object runs on; NULL means stderr, prefixed "weir: ". */
struct weir_log {
	enum weir_log_level level;
	void (*write)(void *data, enum weir_log_level level, const char *line);
	void *data;
};

/* "error", "warn", …; NULL for a number that is no level. */
WEIR_API const char *weir_log_level_name(enum weir_log_level level);

/* The level of that name into *out. 0 or -EINVAL. */
WEIR_API int weir_log_level_parse(const char *name, enum weir_log_level *out);

WEIR_END_DECLS

#endif
