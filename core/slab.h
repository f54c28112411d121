/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_CORE_SLAB_H
#define WEIR_CORE_SLAB_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/log.h>

#include "core/counter.h"
#include "core/frame.h"
#include "core/waker.h"

/* The frame memory of one run: N slots of one kind of memory, each with its frame.
 *
 *	slot = | headroom: 1 page | frame: planes as laid out | tailroom: to the page end, >= 64 B |
 *
 * The headroom and tailroom exist where we own the memory (slab, host) and belong to protocols,
 * never to the device.
 *
 * Life: a slab is created by the planner with one reference, the run's. The source takes a free
 * slot, fills it and issues its frame; each issued frame holds a reference to the slab. The frame's
 * last release puts the slot's bit back into `free` and, when somebody waits for one, wakes the
 *run. The memory goes when the run and every frame have let go, so frames outlive pipelines. */

#define WEIR_SLAB_MAX_SLOTS 32 /* as many as V4L2 has buffers */
#define WEIR_SLAB_TAILROOM  64

struct weir_slab;
struct weir_sink;

/* A piece of memory that a device sees as one buffer. */
struct weir_slot_part {
	uint8_t *memory; /* first byte, or NULL where the CPU cannot map it */
	size_t length;
	int dmabuf; /* owned by the slab, or -1 */
};

struct weir_slot {
	/* One for the whole frame; one a plane where the device wants them apart (NV12M). */
	struct weir_slot_part parts[WEIR_MAX_PLANES];
	unsigned n_parts;
	uint8_t *headroom; /* before parts[0], or NULL */
	unsigned index;    /* in its slab: what the memory's maker and the source go by */
	unsigned place;    /* among all slots whose frames go the same way, those of another slab
			    * included: what everybody goes by who gets frames. The index, unless
			    * weir_slab_place() said otherwise */
	struct weir_frame frame;
	struct weir_slab *slab;
	_Atomic uint32_t devices; /* that read it on their own */
	const char *_Atomic device; /* the last one */
	struct {
		pthread_mutex_t lock; /* two sinks may read on two threads */
		unsigned open;
		enum weir_cpu_access access;
	} brackets;
};

/* What a run asks of a memory kind. */
struct weir_slab_settings {
	const struct weir_log *log;
	unsigned slots;
	size_t frame_bytes;

	/* Of each part, where a device wants planes apart: each begins on a page of its own within
	 * frame_bytes. 0: one part of frame_bytes. */
	unsigned n_parts;
	size_t part_bytes[WEIR_MAX_PLANES];

	const int *given;               /* of the kind `given`: n_parts dma-bufs a slot */
	const struct weir_video *video; /* that is to lie in it, for memory that has a pitch of its
					 * own; NULL: not known yet */

	bool no_lock;
	bool probe; /* to be shown to a device and not to be used: it may be made of few pages, each
		     * there many times, but not of pages that are neighbours in memory by luck */
};

/* What can be done with frames of some memory. */
struct weir_memory_traits {
	bool dmabuf;     /* devices, and other processes, see them */
	bool pinnable;   /* networks and disks take them without a copy */
	bool headroom;   /* there is room before and after the frame */
	bool contiguous; /* devices without an IOMMU take them: their pages are neighbours */
};

/* A memory kind: one const table, one row in weir_memory_kinds. */
struct weir_memory_kind {
	const char *name;                 /* "slab", "host", "mmap" … */
	const char *summary;              /* for `weir info` and the docs */
	struct weir_memory_traits traits; /* at best */

	/* A sink of the run makes it, out of its device's own memory (impl->make_part). The row
	 * cannot be created, and its probe says so; what can is a copy that names the sink: see
	 * weir_memory_of_sink(). */
	bool by_sink;
	struct weir_sink *maker; /* of a copy; borrowed */

	/* Whether this machine has it at all. 0, or -errno with the reason and the remedy in `why`.
	 */
	int (*probe)(char *why, size_t size);

	/* Lowers the traits to what this machine has. NULL: it has the best. */
	void (*refine)(struct weir_memory_traits *traits);

	/* Bytes that it locks for such a slab. 0 or -errno. NULL: kernel memory, which is never
	 * swapped. */
	int (*locks)(const struct weir_slab_settings *settings, size_t *out);

	/* Fills every slot's parts and headroom, and base, length. Cleans up
	 * after itself on error. Kinds that a device allocates leave this NULL: their source makes
	 * the slots itself. */
	int (*create)(struct weir_slab *slab, const struct weir_slab_settings *settings);

	/* Unmaps and closes what create() made. */
	void (*destroy)(struct weir_slab *slab);
};

/* The part that a plane of the frame lies in. */
static inline const struct weir_slot_part *weir_slot_part(
	const struct weir_slot *slot, unsigned plane)
{
	return &slot->parts[slot->n_parts > 1 ? plane : 0];
}

/* Not among weir_memory_kinds: nobody can ask for it by name. */
extern const struct weir_memory_kind weir_memory_given;

extern const struct weir_memory_kind weir_memory_slab, weir_memory_mmap, weir_memory_heap,
	weir_memory_host, weir_memory_scanout;

/* Every kind in the planner's order of preference, ended by NULL. */
extern const struct weir_memory_kind *const weir_memory_kinds[];
const struct weir_memory_kind *weir_memory_kind_by_name(const char *name);

/* The kind `scanout` as that sink makes it, which has impl->make_part. The copy is good while the
 * sink is; slabs of it outlive both, and are of the kind weir_memory_scanout. */
struct weir_memory_kind weir_memory_of_sink(struct weir_sink *sink);

struct weir_slab {
	const struct weir_memory_kind *kind;
	void *kind_data;      /* the kind's own */
	int memfd;            /* of slab and host kinds, else -1; owned */
	uint8_t *base;        /* of the one mapping over all slots, or NULL */
	size_t length, pitch; /* of the mapping; from slot to slot */
	size_t frame_bytes, headroom_bytes;
	size_t locked_bytes;    /* by mlock */
	char lock_verdict[160]; /* in words, with the remedy */
	bool pinnable;          /* the kernel can send and write from the pages themselves */
	unsigned n_slots;
	unsigned n_made; /* slots that have memory: n_slots, and those that a device had no use for
			  */
	struct weir_slot slots[WEIR_SLAB_MAX_SLOTS];
	bool unfenced; /* whoever writes it is done when a frame comes: nobody looks for fences */
	bool shown;  /* others have its memory as well, who are not to see what is written here */
	bool synced; /* a device may see the dma-bufs: CPU access needs DMA_BUF_IOCTL_SYNC */
	_Atomic uint64_t syncs; /* how many of those there were */

	_Atomic uint32_t refs;
	_Atomic uint32_t free; /* one bit a slot */
	_Atomic bool wanted;   /* somebody waits: the next return wakes */
	unsigned next;         /* where take looks first, so that slots rotate */
	struct weir_waker waker;
	_Atomic pthread_t listener; /* the thread of the run, while one listens */
	void (*returned)(void *data);
	void *returned_data;
	struct weir_attachment *attachments;
	const void *_Atomic claimant; /* of what lies around the lines; NULL: nobody */
	void *claim;                  /* the claimant's alone */
};

/* Creates the slab with all slots free. The caller has the one reference. 0, -ENOMEM, or the kind's
 * error, logged. A refused lock is not an error: the verdict says so, and is logged once, as
 * information. */
int weir_slab_create(const struct weir_memory_kind *kind, const struct weir_slab_settings *settings,
	struct weir_slab **out);

/* What the lock_verdict of such a slab would be, in advance: tries the limit and touches no page.
 * `others`: bytes that are to be locked besides. The bytes that would be locked. */
size_t weir_slab_foresee_lock(const struct weir_memory_kind *kind,
	const struct weir_slab_settings *settings, size_t others, char *verdict, size_t size);

struct weir_slab *weir_slab_ref(struct weir_slab *slab);
void weir_slab_unref(struct weir_slab **slab);

/* Memory that must live as long as a frame of this slab can be out: `destroy(block)` is called just
 * before the slab's memory goes. 0 or -ENOMEM (the block stays the caller's). */
int weir_slab_attach(struct weir_slab *slab, void *block, void (*destroy)(void *block));

/* What lies around the lines of this slab's frames, and of the copies made of them for the same
 * sinks, belongs to one protocol: headroom, and the gap that the stride leaves behind each line.
 * Neither devices nor readers of pixels care what stands there. `claimant` is an address that only
 * users of that protocol know, and `claim` what they share (attached to the slab, or as
 * long-lived). Returns the claim: theirs, or the one that one of them made before; NULL: it is
 * another protocol's. With a NULL `claim` it only asks. Any thread, but each claimant on one at a
 * time. Ends with the slab, or when its claimant gives it up. */
void *weir_slab_claim(struct weir_slab *slab, const void *claimant, void *claim);
void weir_slab_disclaim(struct weir_slab *slab, const void *claimant);

/* Leaves out the slots from number `n_slots` on, for a device that takes fewer. All are free still.
 */
void weir_slab_shrink(struct weir_slab *slab, unsigned n_slots);

/* Its slots' places are from `first` on, all below WEIR_SLAB_MAX_SLOTS. No frame is out. */
void weir_slab_place(struct weir_slab *slab, unsigned first);

/* A free slot, taken, or NULL. Loop thread only. */
struct weir_slot *weir_slab_take(struct weir_slab *slab);

/* That one, if it is free. Loop thread only, or whoever else takes alone. */
bool weir_slab_is_free(const struct weir_slot *slot);
bool weir_slab_take_slot(struct weir_slot *slot);

/* Puts a taken slot back that was not issued. */
void weir_slab_put(struct weir_slot *slot);

/* Makes the taken slot's frame with one reference, which the caller owns: the source sets what it
 * knows in frame->info (format, size and planes are kept from the slot's last use) and delivers it.
 */
struct weir_frame *weir_slot_issue(struct weir_slot *slot);

/* Any frame of the slab that is out? After a run: does the program still hold frames? */
unsigned weir_slab_out(const struct weir_slab *slab);

/* Calls `returned` on the loop's thread after a return that somebody waits for: from inside the
 * release when that happens on this thread (so it only notes the fact and queues work), else
 * through the slab's own waker, which lives as long as the slab. 0 or -errno. */
int weir_slab_listen(
	struct weir_slab *slab, struct weir_loop *loop, void (*returned)(void *data), void *data);
void weir_slab_ignore(struct weir_slab *slab, struct weir_loop *loop);

/* The run stands still, and no return is waited for; and it goes on, on this thread. Its owner
 * looks for what was returned meanwhile. */
void weir_slab_rest(struct weir_slab *slab);
void weir_slab_go_on(struct weir_slab *slab);

/* Asks for one call of `returned` at the next return, or now if a slot is free by now. */
void weir_slab_want(struct weir_slab *slab);

/* Calls `returned` on behalf of a release that is not a slot's. Any thread. */
void weir_slab_wake(struct weir_slab *slab);

#endif
