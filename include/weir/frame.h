/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_FRAME_H
#define WEIR_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include <weir/export.h>
#include <weir/format.h>

WEIR_BEGIN_DECLS

/* A frame is a picture in memory that its source owns.
 *
 * Its life: the source fills a slot of its memory and issues it as a frame with one reference. The
 * pipeline passes it through the stages and shows it to every sink. Whoever wants to keep it
 * longer than the call it came with takes a reference; references may be dropped on any thread.
 * The last one dropped hands the slot back to the source at once, and the source may overwrite the
 * pixels from then on. Nobody polls, nothing is copied to end a frame's life.
 *
 * A held frame is a buffer that the camera does not have: hold few, and not for long. Frames stay
 * valid after the pipeline they came from is destroyed, until they are released. */
struct weir_frame;

enum weir_frame_flags {
	WEIR_FRAME_CORRUPT = 1 << 0, /* the device says that the content is damaged or short */
	WEIR_FRAME_DISCONT = 1 << 1, /* does not follow the frame before: restart, source change */
	WEIR_FRAME_TIME_GUESSED = 1 << 2 /* the timestamp is ours, the device's was unusable */
};

struct weir_frame_plane {
	int fd;          /* the dma-buf, borrowed, or -1 where the memory has none */
	uint32_t offset; /* of the plane in that dma-buf (or in the frame's memory) */
	uint32_t stride;
	uint32_t length; /* from the plane's first byte to its last line's end, padding included */
};

/* Everything about a frame but its pixels. Belongs to the frame; later versions of the library
 * may append members. */
struct weir_frame_info {
	const struct weir_format *format;
	uint32_t width, height;
	uint32_t n_planes;
	struct weir_frame_plane plane[WEIR_MAX_PLANES];
	uint32_t bytes_used;   /* of a compressed frame; all bytes of the planes otherwise */
	uint32_t flags;        /* enum weir_frame_flags */
	uint64_t sequence;     /* counts at the source; a gap is a frame the device lost */
	uint64_t timestamp_ns; /* CLOCK_MONOTONIC, of the first pixel if the driver tells */
	uint32_t slot;         /* index of the memory it lies in, stable for a run */
	uint32_t generation; /* how often that slot was handed back before: names this use of it */
	uint64_t arrived_ns; /* CLOCK_MONOTONIC: when weir had it, dequeued from a device or made;
			      * what became of it after that is weir's doing */
};

WEIR_API const struct weir_frame_info *weir_frame_info(const struct weir_frame *frame);

/* Another reference to the same frame. */
WEIR_API struct weir_frame *weir_frame_ref(struct weir_frame *frame);

/* Drops the reference and sets *frame to NULL; a NULL *frame is fine. */
WEIR_API void weir_frame_unref(struct weir_frame **frame);

enum weir_cpu_access { WEIR_CPU_READ = 1, WEIR_CPU_WRITE = 2, WEIR_CPU_RW = 3 };

/* Pixels, between begin_cpu and end_cpu. data[i] is the first byte of plane i. */
struct weir_pixels {
	uint8_t *data[WEIR_MAX_PLANES];
	uint32_t stride[WEIR_MAX_PLANES];
	uint32_t n_planes;
};

/* The only door to pixels. Makes what the device wrote visible to the CPU (DMA_BUF_IOCTL_SYNC on
 * every dma-buf of the frame; nothing where the memory has none), fills *out, and is counted in
 * the ledger. Calls nest and may come from several holders; each needs its weir_frame_end_cpu().
 * A write needs that nobody else reads: only the stage or source that holds the single reference
 * may ask for WEIR_CPU_WRITE.
 * 0; -EBUSY: WRITE on a frame that others hold too, or inside a bracket of another access;
 * -ENOMEM, -EACCES: the memory cannot be mapped; -EIO: the exporter refused the sync. */
#define weir_frame_begin_cpu(frame, access, out) \
	weir_frame_begin_cpu_at(frame, access, out, WEIR_HERE)

/* Ends the bracket: what the CPU wrote becomes visible to devices. 0 or -EIO. */
#define weir_frame_end_cpu(frame) weir_frame_end_cpu_at(frame, WEIR_HERE)

/* The place in the source that a bracket was opened or closed at. Builds with debug checks abort
 * and name both places when a bracket is left open or closed twice. */
#define WEIR_HERE WEIR_HERE_1(__FILE__, __LINE__)
#define WEIR_HERE_1(file, line) WEIR_HERE_2(file, line)
#define WEIR_HERE_2(file, line) file ":" #line

WEIR_API int weir_frame_begin_cpu_at(struct weir_frame *frame, enum weir_cpu_access access,
	struct weir_pixels *out, const char *where);
WEIR_API int weir_frame_end_cpu_at(struct weir_frame *frame, const char *where);

WEIR_END_DECLS

#endif
