/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CLI_UNITS_H
#define WEIR_CLI_UNITS_H

#include <stdint.h>

#include <weir/format.h>

/* Quantities for people. Each writes into a buffer of the caller's and returns it. */
#define UNITS_LENGTH 96

/* "0 bytes", "640 bytes", "1.76 MiB" */
const char *units_bytes(uint64_t bytes, char out[UNITS_LENGTH]);

/* "30 fps", "29.97 fps", "as fast as the sinks take frames", "any rate" */
const char *units_rate(struct weir_rate rate, char out[UNITS_LENGTH]);

/* "850 ns", "12.3 µs", "4.56 ms", "1.20 s" */
const char *units_time(uint64_t ns, char out[UNITS_LENGTH]);

/* "YUYV 1280x720, stride 2560, 30 fps"; "MJPEG 1280x720, 30 fps" */
const char *units_video(const struct weir_video *video, char out[UNITS_LENGTH]);

#endif
