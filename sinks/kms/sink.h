/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_SINK_H
#define WEIR_SINKS_KMS_SINK_H

#include "core/sink.h"
#include "core/udev.h"
#include "sinks/kms/flips.h"
#include "sinks/kms/framebuffer.h"
#include "sinks/kms/output.h"

#define WEIR_KMS_MAX_KINDS 16

/* A display as a sink: what was asked for, what the planner was told, and what is shown. */
struct weir_kms_sink {
	struct weir_sink base;
	struct weir_kms_mode_wish wish;
	int vsync;
	struct weir_kms_output output;

	/* Answers given to the planner. */
	struct {
		const struct weir_memory_kind *kind;
		const struct weir_sink *maker; /* whose it is; NULL: anybody's */
		int error;                     /* of an import */
	} imports[WEIR_KMS_MAX_KINDS];
	unsigned n_imports;
	struct {
		bool valid;
		uint32_t stride;
		size_t bytes;
		int error;
		char why[256];
	} own; /* of memory of the card's own */
	struct {
		bool valid;
		struct weir_video video;
		int error;
		char why[256];
	} placed;

	/* From start() to stop(). */
	struct weir_sink_host host;
	struct weir_video video;
	bool running;
	bool away;             /* nothing is shown, and frames are dropped, until it is back */
	unsigned fruitless;    /* times that it came back and went without a frame shown */
	uint64_t shown_before; /* frames, when it came back */
	struct weir_timer tick;
	struct weir_udev *udev; /* tells of monitors that come and go; NULL: one has to look */
	struct weir_watch udev_watch;
	struct weir_kms_framebuffers framebuffers;
	struct weir_kms_flips flips;
};

/* offer.c: what the planner asks. */
int weir_kms_accepts(
	struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size);
uint32_t weir_kms_stride(struct weir_sink *sink, const struct weir_video *video);

/* Frames in that kind of memory are refused from now on: one of them was. */
void weir_kms_refuse_memory(
	struct weir_kms_sink *display, const struct weir_memory_kind *kind, int error);

/* own.c: memory of the card's own, as struct weir_sink_impl has it; and whether such a picture lies
 * in it. 0, or -ENOTSUP with the reason in `why`. */
int weir_kms_make_part(struct weir_sink *sink, uint32_t stride, struct weir_slot_part *part,
	char *why, size_t size);
int weir_kms_check_own(
	struct weir_kms_sink *display, const struct weir_offer *offer, char *why, size_t size);

/* presence.c: whether the display is there. Begins to look, with the display there or away. 0, or
 * -errno, logged. */
int weir_kms_presence_start(struct weir_kms_sink *display);
void weir_kms_presence_stop(struct weir_kms_sink *display);

/* The display is lost: lets go of every frame and says why. */
void weir_kms_go_away(struct weir_kms_sink *display, int error);

/* Shows what was shown before, and lets go. Frames on their way get the verdict. */
void weir_kms_leave_screen(struct weir_kms_sink *display, enum weir_drop verdict);

/* examine.c: for `weir doctor`. */
int weir_kms_examine(const struct weir_doctor *doctor);

#endif
