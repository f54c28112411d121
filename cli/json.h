/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CLI_JSON_H
#define WEIR_CLI_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include <json-c/json.h>

#include "cli/output.h"

/* Each adds one member. Out of memory leaves the member out, which whoever reads it notices. */
void member_text(struct json_object *object, const char *key, const char *text); /* NULL: null */
void member_number(struct json_object *object, const char *key, uint64_t value);
void member_real(struct json_object *object, const char *key, double value); /* three decimals */
void member_bool(struct json_object *object, const char *key, bool value);
struct json_object *member_array(struct json_object *object, const char *key);
struct json_object *member_object(struct json_object *object, const char *key);

/* format, width, height, stride, fps. */
void member_video(struct json_object *object, const struct weir_video *video);

/* A new object that begins {"type":…,"schema":1}; line_end() prints it as one line and frees it. */
struct json_object *line_begin(const char *type);
void line_end(FILE *to, struct json_object *object);

void json_summary(FILE *to, const struct summary *summary);
void json_event(FILE *to, const struct weir_event *event, const char *sink);

#endif
