/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_PROPERTIES_H
#define WEIR_PLUGINS_GST_PROPERTIES_H

#include <gst/gst.h>

#include "plugins/gst/run.h"

/* What both elements can be asked for: "stats" and "plan". */
void weir_gst_properties_install_readings(GObjectClass *class, guint stats, guint plan);

/* The value of whichever of them is of the type of `value`. */
void weir_gst_properties_read(struct weir_gst_run *run, GValue *value);

#endif
