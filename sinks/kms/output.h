/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_KMS_OUTPUT_H
#define WEIR_SINKS_KMS_OUTPUT_H

#include "sinks/kms/commit.h"
#include "sinks/kms/connector.h"
#include "sinks/kms/mode.h"
#include "sinks/kms/picture.h"

enum { WEIR_KMS_CRTC_ACTIVE, WEIR_KMS_CRTC_MODE_ID };

/* How a picture is shown: in which mode, on which plane, where on the screen. */
struct weir_kms_placement {
	drmModeModeInfo mode;
	const struct weir_kms_plane *plane;
	const struct weir_kms_plane *behind; /* shows black, where the driver insists; or NULL */
	int32_t x, y;
	uint32_t width, height;
};

/* What was shown before us. */
struct weir_kms_before {
	bool valid;
	uint64_t crtc_of_connector, active;
	drmModeModeInfo mode;
	bool has_mode;
	unsigned n_planes;
	struct weir_kms_object planes[WEIR_KMS_MAX_PLANES];
	uint32_t framebuffer, x, y; /* of the legacy calls, which know of one plane */
};

struct weir_kms_output;

/* How the kernel is told. */
struct weir_kms_calls {
	/* Whether it would show that; nothing is shown yet. 0 or -errno. */
	int (*test)(struct weir_kms_output *output, const struct weir_kms_placement *placement,
		uint32_t framebuffer);

	/* What is shown now, into output->before, which is zero but for `valid`. */
	void (*remember)(struct weir_kms_output *output);

	/* As weir_kms_output_begin() and …flip(). */
	int (*begin)(struct weir_kms_output *output, uint32_t framebuffer, void *user_data);
	int (*flip)(struct weir_kms_output *output, uint32_t framebuffer, int fence, bool at_once,
		void *user_data);

	/* Shows that again, or nothing, and waits for it. 0 or -errno. */
	int (*restore)(struct weir_kms_output *output, bool off);
};

extern const struct weir_kms_calls weir_kms_atomic, weir_kms_legacy;

/* A display: a connector, the CRTC that drives it, and the planes that reach this one. */
struct weir_kms_output {
	struct weir_kms_card card;
	const struct weir_kms_calls *calls;
	struct weir_kms_connector connector;
	struct weir_kms_object crtc;
	unsigned dealt; /* the planes, among so many displays */
	unsigned n_planes;
	struct weir_kms_plane planes[WEIR_KMS_MAX_PLANES];
	struct weir_kms_commit commit;
	struct weir_kms_before before;

	struct weir_kms_placement placement;
	struct weir_video video; /* that it is for */
	uint32_t mode_blob;      /* of the placement, while it may be shown */
	struct weir_kms_picture black;
};

/* opening.c: opens a display. 0; -ENODEV, -EACCES, -EBUSY, -ENOMEM, logged. */
int weir_kms_output_open(struct weir_kms_output *output, const struct weir_kms_request *request);
void weir_kms_output_close(struct weir_kms_output *output);

/* Looks anew at the monitor, and at what is shown. 0, or -errno: there is none. */
int weir_kms_output_read(struct weir_kms_output *output);

/* Looks anew at the planes, if other displays came to the card or left it. 0 or -errno. */
int weir_kms_output_deal(struct weir_kms_output *output);

/* Whether a plane takes that format, line by line. */
bool weir_kms_output_takes(const struct weir_kms_output *output, const struct weir_format *format);

/* Finds a placement for such a picture by asking the driver; nothing is shown yet. 0, or -ENOTSUP
 * with the reason in words. */
int weir_kms_output_place(struct weir_kms_output *output, const struct weir_video *video,
	const struct weir_kms_mode_wish *wish, char *why, size_t size);

/* Makes ready to show: remembers what is shown now. 0 or -errno. */
int weir_kms_output_prepare(struct weir_kms_output *output);

/* Shows the first picture, in the mode of the placement. 0 or -errno, as of a commit that does not
 * block: -EBUSY while another is under way. */
int weir_kms_output_begin(struct weir_kms_output *output, uint32_t framebuffer, void *user_data);

/* Shows the next one. `fence` (-1: none) is what its memory waits for. */
int weir_kms_output_flip(struct weir_kms_output *output, uint32_t framebuffer, int fence,
	bool at_once, void *user_data);

/* Shows what was shown before, or nothing, and waits for that. Nothing of ours is on the screen
 * then, unless the card refuses. */
int weir_kms_output_restore(struct weir_kms_output *output);

#endif
