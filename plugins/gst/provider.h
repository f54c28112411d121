/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_PROVIDER_H
#define WEIR_PLUGINS_GST_PROVIDER_H

#include <gst/gst.h>

/* Cameras for whoever asks GStreamer which there are, and their coming and going. */

G_DECLARE_FINAL_TYPE(WeirDeviceProvider, weir_provider, WEIR, PROVIDER, GstDeviceProvider)
#define WEIR_TYPE_PROVIDER weir_provider_get_type()

#endif
