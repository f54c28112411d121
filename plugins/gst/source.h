/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_PLUGINS_GST_SOURCE_H
#define WEIR_PLUGINS_GST_SOURCE_H

#include <stdatomic.h>

#include <gst/base/gstpushsrc.h>
#include <gst/video/video.h>
#include <weir/weir.h>

#include "plugins/gst/clock.h"
#include "plugins/gst/memory.h"
#include "plugins/gst/run.h"
#include "plugins/gst/settings.h"

/* weirsrc: source.c is the element, settings.c has its properties; agree.c is what it agrees upon,
 * frames.c what becomes of a frame. */

G_DECLARE_FINAL_TYPE(WeirSrc, weir_src, WEIR, SRC, GstPushSrc)
#define WEIR_TYPE_SRC weir_src_get_type()

struct _WeirSrc {
	GstPushSrc parent;

	struct weir_src_settings settings; /* under the object's lock */
	gboolean stale;               /* what is open does not know them; under that lock too */
	struct weir_src_settings now; /* of this run, from its opening: the run borrows from it */

	struct weir_gst_run run;
	gint flushing;
	_Atomic guint64 wanted_from; /* weir's time: what was captured before is of no use */
	unsigned epoch;              /* a new one with each memory that frames lie in */
	struct weir_source *source;  /* open and not running */
	GstCaps *caps;               /* that it comes in, from READY on; under the object's lock */
	struct weir_gst_memory *memory;
	GstVideoInfo info;       /* of raw caps */
	struct weir_video video; /* that the caps tell; under the object's lock for other threads */
	struct weir_video planned;   /* for the last frame … */
	unsigned followed;           /* … in this epoch; 0: none yet of this run */
	struct weir_video delivered; /* with the source's own colours and rate */
	gboolean dmabufs;            /* agreed upon: nothing else will do */
	gboolean strides;            /* downstream understands them */
	gboolean warned;             /* of copies */
	gboolean stalled;            /* and that was told */
	guint64 looked_from;         /* the last frame's wanted_from */
	guint64 shown, lost;         /* frames, since start() */
	guint64 next_sequence;       /* G_MAXUINT64: the first frame is yet to come */
	GstCaps *clock_caps;         /* of the reference stamps */
	struct weir_gst_clock clock;
};

/* source.c: opens self->source, NULL before, at that picture or, NULL, its own. 0 or -errno. */
int weir_src_open(WeirSrc *self, const struct weir_video *wanted);

/* source.c: it comes in that from now on, which has caps; what it came in before may come again. */
void weir_src_learn_caps(WeirSrc *self, const struct weir_video *video);

/* agree.c: what the base class asks for. */
GstCaps *weir_src_get_caps(GstBaseSrc *base, GstCaps *filter);
GstCaps *weir_src_fixate(GstBaseSrc *base, GstCaps *caps);
gboolean weir_src_set_caps(GstBaseSrc *base, GstCaps *caps);
gboolean weir_src_decide_allocation(GstBaseSrc *base, GstQuery *query);

/* agree.c: frames come with these caps from now on. FALSE: they make no sense. */
gboolean weir_src_follow(WeirSrc *self, const struct weir_video *video, const GstCaps *caps);

/* frames.c */
GstFlowReturn weir_src_create(GstPushSrc *base, GstBuffer **out);

#endif
