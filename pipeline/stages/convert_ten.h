/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PIPELINE_STAGES_CONVERT_TEN_H
#define WEIR_PIPELINE_STAGES_CONVERT_TEN_H

#include "pipeline/stages/convert_rows.h"

/* Steps that libyuv has not: to the form of 10-bit 4:2:2 that travels, and back. Samples of 8 bits
 * become four times their value, as BT.601 to BT.2020 have it. */
int convert_uyvy_to_uyvp(const struct convert_call *call);
int convert_uyvp_to_uyvy(const struct convert_call *call);
int convert_y210_to_uyvp(const struct convert_call *call);
int convert_uyvp_to_y210(const struct convert_call *call);

#endif
