/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_SINK_H
#define WEIR_CORE_SINK_H

#include <stdbool.h>

#include <weir/device.h>
#include <weir/sink.h>

#include "core/counter.h"
#include "core/loop.h"
#include "core/mask.h"
#include "core/slab.h"
#include "core/uri.h"

/* For those who write sinks; users have <weir/sink.h>. A sink is a const table, a row in
 * sinks/sinks.c, and a struct that begins with struct weir_sink. */

struct weir_sink;
struct weir_doctor;
struct weir_ledger;
struct weir_plan;
struct weir_memory_report;
struct weir_source_control;

/* What a sink may show people of the run that it is part of, and let them change. On the loop's
 * thread; what is returned is borrowed for the callback that asks. */
struct weir_sink_run {
	void (*ledger)(void *data, struct weir_ledger *out);
	void (*memory)(void *data, struct weir_memory_report *out);
	const struct weir_plan *(*plan)(void *data);
	const char *(*source)(void *data); /* its URI */

	/* Shows the source's controls as they are now; none of a source that has none. 0 or -errno.
	 */
	int (*controls)(void *data,
		void (*found)(void *to, const struct weir_source_control *control), void *to);

	/* "NAME=VALUE". 0, or as from the source, logged: -EINVAL: no such control or value;
	 * -ENOTSUP: it has none, or this one cannot be set now; -EBUSY … */
	int (*set_control)(void *data, const char *text);

	/* The session description of what sink number `index` sends. Its length, or -ENOTSUP: it
	 * has none, or -ENOSPC. */
	int (*describe_session)(void *data, size_t index, char *text, size_t size);
};

/* What the running pipeline offers its sinks. start() copies the struct; what it points to stays
 * until stop(), the loop until every operation on it was answered. */
struct weir_sink_host {
	struct weir_loop *loop;
	struct weir_slab *slab;
	unsigned share; /* of its budget, in the slab's own slots */
	bool zero_copy; /* a copy ends the run: not to be tried where it can be helped */
	bool goes_on; /* frames came in an earlier start of this run: what was noted of them stays
		       */

	/* The sink is broken and gets nothing more; `error` is -errno, logged by the sink. Its
	 * stop() is called before this returns. Not from inside take(), which returns the error
	 * instead. */
	void (*failed)(void *data, struct weir_sink *sink, int error);

	/* What really happened: so many bytes were copied after all, by the kernel or by the sink,
	 * whatever it had said before. They go into the books, and end a run that was to go without
	 * copies. `why` in words, of a copy that was not planned. */
	void (*copied)(void *data, struct weir_sink *sink, uint64_t bytes, const char *why);

	/* A frame went on to the device, at that time. Of sinks with impl->hands_over. */
	void (*handed)(void *data, struct weir_sink *sink, const struct weir_frame *frame,
		uint64_t at_ns);

	/* What it accepts, or what it has to copy, has become another: a display came back, a
	 * device took less than it had promised. The run is planned again and goes on, with the
	 * same books; the sink is stopped and started for it. Any time between start() and stop().
	 */
	void (*changed)(void *data, struct weir_sink *sink);

	/* In stop(): whether a start() by another plan is to follow, so that whoever is connected
	 * need not notice. NULL: none ever does. */
	bool (*pauses)(void *data);
	const struct weir_sink_run *run; /* its calls get `data`, too; NULL: none to show */
	void *data;
};

/* What a sink would be shown: a picture, and the memory that it would lie in. */
struct weir_offer {
	struct weir_video video;
	const char *memory; /* the kind's name */
	struct weir_memory_traits traits;
	struct weir_sink *maker; /* whose own it is, of a kind that sinks make: maybe that of the
				  * one who is asked */
	bool view; /* frames begin somewhere inside their slots, as after a crop */
};

struct weir_sink_impl {
	const char *scheme; /* "null", "verify"; how users name it */
	const char *summary;
	const char *const
		*options;      /* URI keys beyond those of every sink, ended by NULL; may be NULL */
	const char *const *secrets; /* of those, whose values weir_sink_uri() does not tell; NULL:
				     * none */
	bool has_address;      /* means something by what follows "scheme:" */
	bool reads_pixels;     /* with the CPU: the planner then keeps CPU access cheap */
	bool wants_registered; /* transfers straight from the slab */
	bool shows_dmabufs;    /* hands dma-bufs to a device or to somebody we do not know */
	bool gathers;          /* transfers the pieces of core/gather.h, and heeds sink->masks so */
	bool always_copies; /* each frame, whatever it is: the planner looks for nothing better */
	bool hands_over; /* says by host.handed() when a frame goes on, which is not in take() */
	bool program_holds; /* frames it holds are the program's: a run's end does not wait for them
			     */

	/* Shows the devices it can open. NULL: none to show. */
	int (*list)(int (*found)(void *data, const struct weir_device *device), void *data);

	/* Tries each of them for `weir doctor`: see core/doctor/doctor.h. NULL: nothing to try. */
	int (*examine)(const struct weir_doctor *doctor);

	/* Keys are checked. On success *out's `impl` is set; the wrapper sets the rest of struct
	 * weir_sink. */
	int (*open)(const struct weir_uri *uri, const struct weir_sink_settings *settings,
		struct weir_sink **out);
	void (*close)(struct weir_sink *sink);

	/* Accepts what would come, or -ENOTSUP with the reason in `why`. Called while planning, for
	 * one offer after the other; changes nothing outside. NULL: takes everything. */
	int (*accepts)(
		struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size);

	/* Bytes of each frame that this sink cannot help copying, by the kernel on its behalf or by
	 * itself, and why. The planner looks for an offer that costs less. NULL: none. */
	uint64_t (*copies)(
		struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size);

	/* How it transfers what copies() has nothing to say of, in words. Whether some frames may
	 * be copied all the same. NULL: as its flags have it. */
	bool (*how)(
		struct weir_sink *sink, const struct weir_offer *offer, char *text, size_t size);

	/* The stride that spares it a copy, a refusal or work, for a picture like this one; at
	 * least that one's, so that what suits another sink is not undone. That one's own if it
	 * suits. 0: any will do. NULL: any always does. */
	uint32_t (*stride)(struct weir_sink *sink, const struct weir_video *video);

	/* Makes memory of its device's own for a part of a slot: part->length bytes, in lines that
	 * are `stride` apart (0: it does not matter). Sets part->memory and part->dmabuf, which are
	 * the slab's from then on: nothing else stands for that memory, so that frames in it
	 * outlive the sink. It is asked while planning, and before start(). 0, or -errno with the
	 * reason in `why`, and then nothing is left behind. NULL: its device has no memory that
	 * others could use. */
	int (*make_part)(struct weir_sink *sink, uint32_t stride, struct weir_slot_part *part,
		char *why, size_t size);

	/* Once for each plan of a run: the picture may have become another. An error loses this
	 * sink alone. NULL: nothing to do. */
	int (*start)(struct weir_sink *sink, const struct weir_sink_host *host,
		const struct weir_video *video);

	/* Whether it has a use for a frame now. What comes to one that says no counts as unwanted,
	 * and nothing is converted while all sinks say so. NULL: it always has. */
	bool (*wants)(const struct weir_sink *sink);

	/* Shows a frame, borrowed: the sink refs it to keep it, and unrefs it when the last read is
	 * over. Before that it may set frame->verdict when the frame did not arrive.
	 * 0, or -errno, logged: the sink has failed. */
	int (*take)(struct weir_sink *sink, struct weir_frame *frame);

	/* Of a sink that the program asks for frames: the oldest that it was shown, with the
	 * sink's reference, or NULL. take() stops the loop, and the run stands still until the
	 * program asks again. NULL: frames go elsewhere. */
	struct weir_frame *(*next)(struct weir_sink *sink);

	/* Whether a frame that it holds, shown by take(), can have its memory taken away by move():
	 * one that it keeps with a single reference and does not read or transfer now. NULL, both:
	 * what it holds stays where it is. */
	bool (*can_move)(const struct weir_sink *sink, const struct weir_frame *frame);

	/* Refs `to`, the same picture in other memory, in the place of `from`, which it lets go. */
	void (*move)(struct weir_sink *sink, struct weir_frame *from, struct weir_frame *to);

	/* What it sends as SDP, with its end: the text's length without it, or -ENOSPC. NULL: what
	 * it sends is no session. */
	int (*describe_session)(struct weir_sink *sink, char *text, size_t size);

	/* No frame follows: finish what is held. The pipeline waits a while for the sink's frames
	 * to be released. NULL: nothing to hurry. */
	void (*drain)(struct weir_sink *sink);

	/* Releases whatever is still held. NULL: nothing is ever held. */
	void (*stop)(struct weir_sink *sink);

	/* No start() follows in this run: lets go of what it kept when it was stopped for a pause.
	 * NULL: it keeps nothing. */
	void (*forget)(struct weir_sink *sink);

	/* After stop: the sink's own verdict on the run, and one line for people in `text`. 0, or
	 * -errno when what it checked does not hold (the run then fails with it). NULL: none. */
	int (*result)(struct weir_sink *sink, char *text, size_t size);

	/* With the result: what it measured, at most WEIR_MAX_FIGURES, and how many. NULL: none. */
	size_t (*figures)(const struct weir_sink *sink, struct weir_figure *out);
};

struct weir_sink {
	const struct weir_sink_impl *impl;
	const struct weir_log *log;
	char *uri;
	unsigned budget; /* `keeps` included */
	unsigned keeps;  /* set by impl->open: of what it holds, so many frames that it is done with
			  * and may need again. It lets them go where there is no room for them */
	enum weir_policy policy;
	uint64_t deadline_ns;    /* 0: two frames' time */
	struct weir_masks masks; /* as they were asked for */
	weir_counter syscalls;
	weir_counter zero_copy_sends, kernel_copied_sends, copied_bytes;
	weir_counter user_copied_bytes; /* by itself, where that was to be expected */
};

/* Whether it takes that: what the masks and impl->accepts say of it. */
int weir_sink_accepts(
	struct weir_sink *sink, const struct weir_offer *offer, char *why, size_t size);

/* What the settings ask for beyond the URI is within bounds. 0, or -EINVAL, logged. */
int weir_sink_check_settings(const struct weir_sink_settings *settings);

/* Defined in sinks/sinks.c: every sink of this build, ended by NULL. */
extern const struct weir_sink_impl *const weir_sink_impls[];

#endif
