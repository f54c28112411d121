/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_LEDGER_H
#define WEIR_LEDGER_H

#include <stddef.h>
#include <stdint.h>

#include <weir/export.h>

WEIR_BEGIN_DECLS

/* Why a frame that was captured did not reach a sink. */
enum weir_drop {
	WEIR_DROP_NONE,
	WEIR_DROP_BUDGET,   /* it came while the sink held all the frames it may */
	WEIR_DROP_REPLACED, /* it waited for the sink, and a newer one came */
	WEIR_DROP_STAGE,    /* a stage took it out (rate, a filter of the program's) */
	WEIR_DROP_CORRUPT,  /* the device marked it damaged */
	WEIR_DROP_FAILED,   /* the sink had failed, or failed with this frame */
	WEIR_DROP_STOPPED,  /* the run ended before the sink was done with it */
	WEIR_DROP_BUSY,     /* it waited for a stage that converts, and a newer one came */
	WEIR_DROP_UNWANTED, /* the sink had nobody to show it to */
	WEIR_N_DROPS
};

/* "budget", "replaced", … as in the summary's drop_reasons. */
WEIR_API const char *weir_drop_name(enum weir_drop reason);

/* Nanoseconds; the percentiles are exact to 1/32 of the value. All zero when nothing was measured.
 */
struct weir_latency {
	uint64_t count, p50, p99, max;
};

/* A number that a sink has found out about itself: "late", 3. */
struct weir_figure {
	const char *name; /* as in the summary's `figures`; lives with the library */
	double value;
};

#define WEIR_MAX_FIGURES 8

struct weir_sink_ledger {
	const char *uri;    /* lives with the pipeline */
	uint64_t delivered; /* the sink is done with them */
	uint64_t dropped;   /* the sum of drops[] */
	uint64_t drops[WEIR_N_DROPS];
	uint64_t pending; /* held by the sink or waiting for it right now; 0 after a run, unless the
			     program still holds references */
	uint64_t bytes;   /* of the frames delivered */
	uint64_t zero_copy_sends, kernel_copied_sends;
	uint64_t copied_bytes; /* by the kernel on this sink's behalf */
	uint64_t user_copied_bytes; /* by weir: masked for this sink, or lagged behind with */
	uint64_t held_max;     /* most frames held at once */
	int error;             /* -errno it ended with, 0 while it is healthy */
	const char *verdict; /* what the sink found out (verify), in words; NULL if nothing, or not
				yet. Lives until the next run, or until a sink is added */
	struct weir_latency latency; /* from the frame's timestamp to the sink's last use of it */
	struct weir_latency added; /* by weir: from info.arrived_ns to the hand-over to the sink,
				    * or to the commit of a display */
	struct weir_figure figures[WEIR_MAX_FIGURES]; /* as the verdict: when the run is over */
	size_t n_figures;
};

/* What a stage that converts has written, or one that the planner added for some of the sinks. A
 * conversion makes another picture: it is no copy. */
struct weir_conversion_ledger {
	const char *name; /* the stage's text; lives with the pipeline, until the next run */
	uint64_t frames, bytes;
};

#define WEIR_MAX_CONVERSIONS 16
#define WEIR_MAX_SINKS       16

struct weir_ledger {
	uint64_t captured;       /* frames the source issued, those marked corrupt included */
	uint64_t lost_by_device; /* gaps in its sequence, up to the last captured frame */
	uint64_t corrupt;
	uint64_t user_copied_bytes, kernel_copied_bytes; /* conversions not among them */
	uint64_t source_copied_bytes; /* of those by the kernel: to bring frames here */
	uint64_t converted_bytes; /* by all stages that convert with the CPU */
	uint64_t private_bytes; /* of those by weir: frames that a stage was to write while others
				 * held them */
	uint64_t cache_syncs;   /* DMA_BUF_IOCTL_SYNC calls */
	uint64_t steady_frames; /* frames captured since the run was warm: what the next four are
				   over */
	uint64_t syscalls;      /* made by weir */
	uint64_t minor_faults, major_faults;
	uint64_t cpu_ns;             /* user and system time of the pipeline's thread */
	uint64_t duration_ns;        /* from the first frame to now, or to the last one */
	struct weir_latency latency; /* from the frame's timestamp to the last sink's hand-over */
	size_t n_conversions;
	struct weir_conversion_ledger conversions[WEIR_MAX_CONVERSIONS];
	size_t n_sinks;
	struct weir_sink_ledger sinks[WEIR_MAX_SINKS];
};

/* Checks that every captured frame is accounted for at every sink: captured = delivered + dropped
 * + pending, dropped = the sum of its reasons. True after a run, and after it while no other thread
 * releases a frame; books read in the middle of a frame are ahead of themselves. 0, or -EPROTO with
 * the sum that is off in words in `why` (may be NULL with size 0). */
WEIR_API int weir_ledger_reconcile(const struct weir_ledger *ledger, char *why, size_t size);

WEIR_END_DECLS

#endif
