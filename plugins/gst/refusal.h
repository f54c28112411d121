/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_REFUSAL_H
#define WEIR_PLUGINS_GST_REFUSAL_H

#include <gst/gst.h>

/* Posts the element's error where its pad and the one behind it have nothing in common: what `name`
 * has and what was asked for, in a line. Nothing where they have. */
void weir_gst_refusal_explain(GstElement *element, const char *name, GstPad *pad);

#endif
