/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_SOURCE_H
#define WEIR_CORE_SOURCE_H

#include <weir/device.h>
#include <weir/source.h>

#include "core/loop.h"
#include "core/slab.h"
#include "core/uri.h"

/* For those who write sources; users have <weir/source.h>. A source is a const table, a row in
 * capture/sources.c, and a struct that begins with struct weir_source. The wrappers in
 * core/source.c validate and dispatch, so the table's functions trust what they get. */

/* What the running pipeline offers its source. start() copies the struct; what it points to stays
 * until stop(). */
struct weir_source_host {
	struct weir_loop *loop;
	struct weir_slab *slab; /* made by the planner, or by impl->allocate */

	/* Takes the frame. It arrived at info.arrived_ns if the source has noted that already,
	 * else now. */
	void (*deliver)(void *data, struct weir_frame *frame);

	/* Whether every sink could take a frame now: what a source without a clock of its own asks
	 * before each frame. When it was told no, resume() is called once that changes. */
	bool (*wanted)(void *data);

	/* The memory kind does not do what it promised (the device wrote elsewhere). The source has
	 * stopped; the pipeline plans again without that kind and starts it anew. */
	void (*refuted)(void *data, const char *why);

	/* What comes from now on is another picture: source->video and what belongs to it are those
	 * of the new one. The source has stopped; the pipeline plans again and starts it anew. */
	void (*changed)(void *data);

	/* So many bytes had to be copied to bring the next frame here, beyond what was planned:
	 * they go into the books, and end a run that was to go without copies. */
	void (*copied)(void *data, uint64_t bytes, const char *why);

	/* No more frames: error 0 at the end, else -errno, already logged. */
	void (*ended)(void *data, int error);

	/* Who holds frames, in words ("2 by rtp://…, 1 by null"), for a source that has none left.
	 */
	void (*holders)(void *data, char *text, size_t size);

	bool touched; /* some hop reads or writes pixels with the CPU */
	bool goes_on; /* frames came of an earlier start in this run: their numbers and source->lost
		       * go on, and the first one has WEIR_FRAME_DISCONT */
	void *data;
};

struct weir_source_impl {
	const char *scheme;         /* "pattern" */
	const char *summary;        /* one line for help */
	const char *const *options; /* URI keys it knows, ended by NULL */

	/* Takes settings->controls; the wrapper refuses them for sources that do not. */
	bool has_controls;

	/* Whether a text without a scheme ("/dev/video0", "0", "a.y4m") means this source. May be
	 * NULL. */
	bool (*claims)(const char *text);

	/* Shows the devices it can open. NULL: it has none to show. */
	int (*list)(int (*found)(void *data, const struct weir_device *device), void *data);

	/* Calls `changed` on the loop's thread when one of its devices may have come or gone. On
	 * success *out is for unwatch(), which comes before the loop is closed. 0 or -errno. NULL,
	 * both: it has no devices, or those that it has stay. */
	int (*watch)(struct weir_loop *loop, void (*changed)(void *data), void *data, void **out);
	void (*unwatch)(void *watch);

	/* Opens and settles source->video in full. The wrapper has checked the keys and merged
	 * size=, fps= and format= of the URI with settings->wanted; the result comes as `wanted`.
	 * On success *out's `impl` is set; the wrapper sets `uri` and `log`. */
	int (*open)(const struct weir_uri *uri, const struct weir_video *wanted,
		const struct weir_source_settings *settings, struct weir_source **out);

	void (*close)(struct weir_source *source);

	int (*describe)(struct weir_source *source, const struct weir_source_info **out);

	/* The controls as they are now, allocated, for free_controls(). NULL, all three: none can
	 * be set in the middle of a run. */
	int (*read_controls)(
		struct weir_source *source, struct weir_source_control **out, size_t *n);
	void (*free_controls)(struct weir_source_control *controls, size_t n);

	/* "NAME=VALUE", which stays after a replug. 0; logged: -EINVAL, -ENOTSUP, -EBUSY … */
	int (*set_control)(struct weir_source *source, const char *text);

	/* Whether frames of that memory kind can come from it. 0, or -errno with the reason in
	 * `why`. */
	int (*accepts)(struct weir_source *source, const struct weir_memory_kind *kind, char *why,
		size_t size);

	/* Lowers what frames of a kind that it accepts can be used for, tried for real. NULL: they
	 * can be used for all that the kind is good for. */
	void (*refine)(struct weir_source *source, const struct weir_memory_kind *kind,
		struct weir_memory_traits *traits);

	/* Whether it would deliver another picture than source->video: same size, another format,
	 * or lines at least so far apart (0: any). Completes *video; changes nothing. 0, or
	 * -ENOTSUP with the reason in `why`. NULL, both: it delivers what it delivers. */
	int (*try_video)(
		struct weir_source *source, struct weir_video *video, char *why, size_t size);

	/* Brings it to a picture that try_video() completed. 0 or -errno, logged. */
	int (*set_video)(struct weir_source *source, const struct weir_video *video);

	/* For kinds that the device allocates (kind->create is NULL). May be NULL. */
	int (*allocate)(struct weir_source *source, const struct weir_memory_kind *kind,
		const struct weir_slab_settings *settings, struct weir_slab **out);

	/* The bytes one slot must have for source->video. 0 or -errno. */
	int (*frame_bytes)(struct weir_source *source, size_t *out);

	/* Bytes of each frame that the kernel copies to bring it here, and why. NULL: none. */
	uint64_t (*copies)(struct weir_source *source, char *why, size_t size);

	/* Prepares every slot of host->slab (format, size and planes of the frames' info are set by
	 * the pipeline from source->video) and begins to deliver. */
	int (*start)(struct weir_source *source, const struct weir_source_host *host);

	/* Sinks or slots have room again after wanted() or weir_slab_take() had said no. Loop
	 * thread. */
	void (*resume)(struct weir_source *source);

	/* Delivers nothing from here on; frames in flight stay valid. Also after allocate() for a
	 * run that did not start. */
	void (*stop)(struct weir_source *source);
};

struct weir_source {
	const struct weir_source_impl *impl;
	const struct weir_log *log;
	char *uri; /* in full; set by open(), freed by the wrapper */
	struct weir_video video;
	struct weir_video wanted; /* by the user: what is zero is ours to choose */
	bool live;
	const struct weir_memory_kind *memory; /* that frames lie in and no other, made by
						  impl->allocate; NULL: the planner's choice */
	bool device;           /* hardware writes the frames: CPU access needs cache syncs */
	bool unfenced; /* nothing writes a frame any more once it is delivered: no fences on it */
	bool keeps_frames;     /* it may hold what it has delivered (a picture to show again) */
	bool delivers_corrupt; /* sinks are shown frames flagged WEIR_FRAME_CORRUPT; else they count
				  as dropped */
	unsigned n_parts;      /* memory pieces a frame, as struct weir_slab_settings; 0: one */
	size_t part_bytes[WEIR_MAX_PLANES];
	unsigned min_slots; /* that the source needs for itself while sinks hold theirs; at least 1
			     */
	unsigned least_slots; /* whatever was asked for: of such that take no memory of ours; 0: any
			       */
	weir_counter
		lost; /* frames lost by the device so far in this run: the source counts them */
	weir_counter syscalls; /* made while running */
	weir_counter kernel_copied_bytes; /* to bring frames here, so far in this run: it counts
					   * them */
};

/* What to tell of a kind of memory that is ours to make, tried on this machine; `why` has to live
 * as long. For describe(). */
struct weir_source_ability weir_source_ability_of(
	const struct weir_memory_kind *kind, char *why, size_t size);

/* Defined in capture/sources.c: every source of this build, ended by NULL. */
extern const struct weir_source_impl *const weir_source_impls[];

#endif
