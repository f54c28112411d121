/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_FAKE_DRM_H
#define WEIR_TESTS_FAKE_DRM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A graphics card behind the system calls: open() and glob() by the linker's --wrap, ioctl() by
 * being defined in the program, so that libdrm's calls come here too. It has one CRTC, a primary
 * plane, an overlay and a cursor, and one connector; /sys is a folder of the test's. It does what a
 * test says, and keeps the rules of the kernel: one commit at a time, events only for commits that
 * asked for one, framebuffers that exist. */

#define FAKE_CARD      "/dev/dri/card7"
#define FAKE_CONNECTOR "HDMI-A-1"

#define FAKE_PRIMARY          31
#define FAKE_OVERLAY          32
#define FAKE_CURSOR           33
#define FAKE_CRTC_OBJECT      41
#define FAKE_CONNECTOR_OBJECT 51

/* Somebody else's, on the primary plane before the test. */
#define FAKE_OLD_FB 9

#define FAKE_MAX_FBS     64
#define FAKE_MAX_BUFFERS 128

enum fake_property {
	FAKE_FB_ID,
	FAKE_CRTC_ID,
	FAKE_SRC_X,
	FAKE_SRC_Y,
	FAKE_SRC_W,
	FAKE_SRC_H,
	FAKE_CRTC_X,
	FAKE_CRTC_Y,
	FAKE_CRTC_W,
	FAKE_CRTC_H,
	FAKE_COLOR_ENCODING,
	FAKE_COLOR_RANGE,
	FAKE_TYPE,
	FAKE_IN_FORMATS,
	FAKE_IN_FENCE_FD,
	FAKE_ACTIVE,
	FAKE_MODE_ID,
	FAKE_N_PROPERTIES
};

struct fake_mode {
	uint16_t width, height;
	uint32_t hz;
	bool preferred;
};

struct fake_plane {
	uint32_t formats[8];   /* ended by 0 */
	uint64_t modifiers[8]; /* of each */
	bool scales;
	bool must_cover; /* the whole screen */
	bool exact;      /* has no colour properties */
	uint64_t value[FAKE_N_PROPERTIES];
};

/* Memory that it knows. */
struct fake_buffer {
	ino_t inode; /* of the memfd; 0: no buffer */
	bool open;   /* it has a handle */
	bool own;    /* a dumb buffer, … */
	int fd;      /* … in this, … */
	bool shared; /* … which others have too */
};

struct fake_drm {
	/* What it is like. */
	bool absent, forbidden, not_master, no_atomic, no_modifiers, async;
	bool dropped; /* nobody is master, until somebody asks to be */
	bool revoked; /* the lease: its objects are gone */
	bool disconnected;
	struct fake_mode modes[8]; /* ended by 0x0 */
	struct fake_plane primary, overlay, cursor;
	uint32_t pitch_align;   /* AddFB2 wants that; 0: any */
	int import_error;       /* of PRIME imports, an errno */
	int test_error;         /* of every TEST_ONLY */
	int commit_error;       /* of commits, … */
	unsigned commit_errors; /* … so many */
	bool async_refused;     /* flips at once */
	bool lose_events;
	bool gone;                        /* every ioctl: ENODEV */
	uint32_t dumb_align;              /* of lines in its own memory; 0: 64 */
	bool unmappable, unmappable_card; /* its dma-bufs; its own memory through the card */
	uint64_t flip_ns;                 /* what events tell; 0: the time */
	unsigned fail_nth;                /* the ioctl with that number, from 1, … */
	int fail_error;                   /* … fails with that errno, … */
	bool fail_on;                     /* … and so do all that follow */
	void (*at_nth)(void);             /* or: happens before that one, which does not fail */

	/* What happened. */
	bool made[256], failed[256]; /* ioctls, by their number */
	unsigned ioctls, tests, commits, modesets, async_commits, imports, fbs_made, fences;
	unsigned dumbs, card_maps, bad_closes;
	uint32_t fb_pitch[4], fb_offset[4]; /* of the last one made */
	unsigned opened, page_flips;
	uint64_t active, mode_blob, crtc_of_connector;
	uint16_t mode_width, mode_height; /* in effect */
	bool coming;                      /* a commit waits for its refresh, … */
	bool owes_event;
	uint64_t user_data;
	uint64_t on_screen[2]; /* framebuffer of primary and overlay, as scanned out now */

	/* Its own. */
	int fd, events; /* both ends of a pipe */
	char folder[64];
	struct {
		bool used;
		ino_t memory; /* of plane 0 */
	} fbs[FAKE_MAX_FBS];
	struct fake_buffer buffers[FAKE_MAX_BUFFERS];
	unsigned blobs;
	struct fake_mode blob_mode[32];
	bool blob_used[32], blob_dropped[32]; /* dropped: until no mode in use needs it */
};

extern struct fake_drm fake;

/* A healthy card: XR24 and YUYV on its planes, 1024x768 (preferred) and 640x480, somebody's console
 * on the screen. */
void fake_init(void);
void fake_finish(void);

/* What /sys says of the connector. */
void fake_set_status(const char *status);

/* The next refresh: what was committed is on the screen, and its event can be read. */
void fake_refresh(void);

/* The event of a commit that was made with that user_data, whenever that was. */
void fake_send_event(uint64_t user_data);

/* Whether the display may still read that dma-buf. */
bool fake_reads(int dmabuf);

/* Handles that are open. */
unsigned fake_handles(void);

/* Closes them, and what the fake keeps of buffers that others may have too. */
void fake_forget_memory(void);

/* Framebuffers of ours that still exist. */
unsigned fake_fbs(void);

#endif
