/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_WISH_H
#define WEIR_PLUGINS_GST_WISH_H

#include <gst/gst.h>

/* What an allocation query tells beside pools: whether strides are understood, and which would
 * spare work. weirsink asks so, and weirsrc has its camera write lines that far apart. */

/* `stride`: 0, any will do. */
void weir_gst_wish_tell(GstQuery *query, guint stride);

/* Whether strides are understood. *stride is set, to 0 where any will do. */
gboolean weir_gst_wish_read(GstQuery *query, guint *stride);

#endif
