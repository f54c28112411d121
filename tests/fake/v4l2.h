/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FAKE_V4L2_H
#define WEIR_TESTS_FAKE_V4L2_H

#include "capture/v4l2/v4l2.h"
#include "tests/fake/camera.h"

/* A camera made of memfds and an eventfd, and a /dev/udmabuf whose dma-bufs it imports, behind the
 * system calls (the linker's --wrap). It does what a test's script says, in any order, and keeps
 * the rules that the V4L2 API sets for us (a buffer is queued by whoever has it, formats change
 * without buffers, …), failing the test at once when one is broken. */

#define FAKE_PATH "/dev/video0"

#define FAKE_BUFFERS 32
#define FAKE_SHOTS   64

/* One DQBUF. Zero members: a good frame. */
struct fake_shot {
	int error;      /* DQBUF fails with this errno; the buffer stays queued */
	uint32_t flags; /* V4L2_BUF_FLAG_… beside the clock's */
	bool has_bytes, has_sequence, has_stamp;
	uint32_t bytes; /* bytesused, of each piece */
	uint32_t data_offset;
	uint32_t sequence;
	int64_t stamp_ns;
	bool unwritten;      /* the device writes elsewhere */
	unsigned index_plus; /* names another buffer */
	bool nothing;        /* no frame from here on, until fake_go_on() */
};

struct fake_camera {
	/* What it is like. */
	uint32_t type;
	const struct weir_format *format;
	uint32_t width, height;
	unsigned pieces;
	size_t piece_bytes[WEIR_MAX_PLANES], stride;
	bool exports, imports;
	bool refuses_second_import; /* takes the probe's buffer only */
	unsigned grants, least;     /* buffers at most and at least */
	uint32_t lacks_bytes;       /* of its own buffers, by VIDIOC_QUERYBUF */
	bool no_udmabuf;
	bool gone, no_signal;
	bool hints;             /* takes cache hints */
	uint32_t caps;          /* more of them */
	struct camera *answers; /* to what is not about buffers; NULL: ENOTTY */
	struct fake_shot script[FAKE_SHOTS];
	unsigned n_shots;

	/* The call number `fail_nth` (from 1; 0: none) fails with fail_error; so does each
	 * `fail_call`. */
	unsigned fail_nth;
	int fail_error;
	const char *fail_call;

	struct weir_timer *hurried; /* fires at once, whatever it is armed for */

	/* What happened. */
	unsigned calls, opens, closes;
	const char *failed; /* the call that failed */
	uint64_t made;      /* one bit a call, by its index in fake_call_name() */
	unsigned exported, imported, hinted;
	unsigned shot; /* frames taken */
	bool stalled;
	uint64_t queued_ever;

	/* Its own. */
	int fd;
	uint32_t memory;
	unsigned n_buffers;
	bool streaming;
	struct {
		bool queued;
		uint64_t order;
		int fd[WEIR_MAX_PLANES]; /* of MMAP: ours; of DMABUF: as queued */
		off_t offset[WEIR_MAX_PLANES];
	} buffer[FAKE_BUFFERS];
	uint32_t next_sequence;
	struct v4l2_rect composed;
	bool changed; /* a source change waits to be dequeued */
	bool ended;   /* so does its end */
	struct weir_v4l2_hotplug *hotplug;
};

extern struct fake_camera fake;

/* A healthy single-planar camera of that format, plugged in. */
void fake_init(const char *format, uint32_t width, uint32_t height);
void fake_finish(void);

void fake_go_on(void); /* after a shot with `nothing` */
void fake_unplug(void);
void fake_replug(void);

/* The value that the device filled the frame's first piece with, for frame number `sequence`. */
uint8_t fake_paint(uint32_t sequence);

/* Every ioctl that may be made, NULL past the last. */
const char *fake_call_name(size_t index);

/* ---- between v4l2.c and v4l2_calls.c ---- */

/* An ioctl of the camera: 0 or an errno. */
int fake_ioctl(unsigned long request, void *arg);
void fake_close(void);
void fake_update_readiness(void);

/* The memfd behind an offset of VIDIOC_QUERYBUF. */
int fake_memory_at(int64_t offset);

/* Where in its memfd a udmabuf begins; anything else begins at 0. */
off_t fake_udmabuf_offset(int dmabuf);

/* A descriptor is somebody else's from here on. */
void fake_forget_udmabuf(int fd);

#endif
