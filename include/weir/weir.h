/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_WEIR_H
#define WEIR_WEIR_H

/* Everything, for programs that do not care to choose. Start reading at pipeline.h. */

#include <weir/device.h>
#include <weir/doctor.h>
#include <weir/feed.h>
#include <weir/format.h>
#include <weir/frame.h>
#include <weir/ledger.h>
#include <weir/log.h>
#include <weir/pipeline.h>
#include <weir/plan.h>
#include <weir/sink.h>
#include <weir/source.h>
#include <weir/stage.h>
#include <weir/version.h>

#endif
