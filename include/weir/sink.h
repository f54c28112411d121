/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINK_H
#define WEIR_SINK_H

#include <stddef.h>

#include <weir/export.h>
#include <weir/format.h>
#include <weir/frame.h>
#include <weir/log.h>

WEIR_BEGIN_DECLS

/* Where frames go to. A sink belongs to whoever opened it until a pipeline takes it.
 *
 * Capture never waits for a sink. Each has a budget of frames that it may hold at once; when it is
 * spent, the policy says which frame gives way, and the ledger says so. A sink that fails ends
 * alone, the others go on. */
struct weir_sink;

enum weir_policy {
	WEIR_POLICY_NEWEST, /* while the budget is spent, the newest frame waits and the one that
			       waited is dropped (where buffers or copies allow for one that waits)
			     */
	WEIR_POLICY_OLDEST  /* a frame that comes while the budget is spent is dropped */
};

#define WEIR_DEFAULT_BUDGET 2

struct weir_sink_settings {
	const struct weir_log *log; /* borrowed; NULL: stderr */
	unsigned budget;            /* 0: the URI's `budget`, else WEIR_DEFAULT_BUDGET */
	enum weir_policy policy;    /* the URI's `policy=newest|oldest` wins over it */
	unsigned deadline_ms; /* 0: the URI's `deadline`, else two frames' time. A sink that holds a
			       * frame for longer lags, and where buffers are short it gets further
			       * frames as copies, so that the source has its buffers back. Not
			       * behind sources that wait for their sinks */
	struct weir_sink *const *beside; /* sinks that are open, for the same pipeline: displays on
					  * one graphics card share it, which no two programs, and
					  * no two sinks that do not know of each other, can have.
					  * Borrowed for the call; whoever shares is run by one
					  * pipeline, and none closed while another runs. NULL: none
					  */
	unsigned n_beside;
	const char *masks; /* "WxH+X+Y,…": parts of the picture, at most four, that this sink
			    * sees black, and the others as they are; NULL: the URI's `mask` */
	unsigned stride;   /* of a sink of the program's: bytes from line to line that suit those
			    * who get its frames, as weir_sink_stride() tells. Where the source
			    * can do that, they lie so. 0: any do */
};

/* Opens "null", "verify", "-", … . On success *out is the caller's, to close or to give to a
 * pipeline; on error it is untouched and the log has the reason:
 * -EINVAL: the URI or an option is wrong; -ENODEV, -EBUSY, -EACCES; -ENOTSUP: not in this build. */
WEIR_API int weir_sink_open(
	const char *uri, const struct weir_sink_settings *settings, struct weir_sink **out);

/* Shows a frame to the program. It is borrowed for the call: take a reference with
 * weir_frame_ref() to keep it, and drop it on whichever thread is done with it; until then it
 * counts against the sink's budget. Runs on the pipeline's thread and must not block.
 * 0, or -errno: the sink has failed and gets no more frames. */
typedef int weir_sink_callback(void *data, struct weir_frame *frame);

/* The library user's own sink. `data` is passed through. 0, -EINVAL or -ENOMEM. */
WEIR_API int weir_sink_open_callback(weir_sink_callback *on_frame, void *data,
	const struct weir_sink_settings *settings, struct weir_sink **out);

/* The same the other way round: the program asks for each frame, with weir_pipeline_next(). 0,
 * -EINVAL or -ENOMEM. */
WEIR_API int weir_sink_open_pull(const struct weir_sink_settings *settings, struct weir_sink **out);

/* How far apart the lines of such frames best lie for this sink, in bytes of plane 0 and at least
 * video->stride: it has no copy to make then, or less work. 0: any do. For who lays frames out
 * before they come here, such as a program's own source, or another pipeline. */
WEIR_API unsigned weir_sink_stride(struct weir_sink *sink, const struct weir_video *video);

/* Closes and sets *sink to NULL; a NULL *sink is fine. */
WEIR_API void weir_sink_close(struct weir_sink **sink);

/* The names that weir_sink_open() knows, in a fixed order; NULL past the last. *summary is set to
 * one line for help. */
WEIR_API const char *weir_sink_scheme_at(size_t index, const char **summary);

/* As it was opened, options included, but with stars in the place of secrets. Lives with the
 * sink. */
WEIR_API const char *weir_sink_uri(const struct weir_sink *sink);

WEIR_END_DECLS

#endif
