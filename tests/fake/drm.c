/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/fake/drm.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/dma-buf.h>

#include <drm_fourcc.h>
#include <xf86drm.h>
#include <xf86drmMode.h>

#include "core/clock.h"
#include "tests/unit/cmocka_all.h"

struct fake_drm fake;

int fake_drm_ask(unsigned long request, void *arg);    /* drm_ask.c */
int fake_drm_memory(unsigned long request, void *arg); /* drm_memory.c */
ino_t fake_drm_inode(int fd);
ino_t fake_drm_memory_of(uint32_t handle);
int fake_drm_legacy(unsigned long request, void *arg); /* drm_legacy.c */

/* ---- what a test does to it ---- */

static void write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", fake.folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

void fake_set_status(const char *status)
{
	write_file("card7-" FAKE_CONNECTOR "/status", status);
	fake.disconnected = !strcmp(status, "disconnected\n");
}

static void make_sysfs(void)
{
	char path[128];

	snprintf(fake.folder, sizeof(fake.folder), "/tmp/fake-drm-XXXXXX");
	assert_non_null(mkdtemp(fake.folder));
	snprintf(path, sizeof(path), "%s/card7-" FAKE_CONNECTOR, fake.folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/card7-Writeback-1", fake.folder);
	assert_int_equal(mkdir(path, 0700), 0);
	write_file("card7-" FAKE_CONNECTOR "/modes", "1024x768\n640x480\n");
	fake_set_status("connected\n");
}

static void remove_one(const char *path)
{
	static const char *const names[] = { "status", "modes" };
	char file[160];

	for (unsigned i = 0; i < 2; i++) {
		snprintf(file, sizeof(file), "%s/%s", path, names[i]);
		unlink(file);
	}
	assert_int_equal(rmdir(path), 0);
}

static void remove_sysfs(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/card7-" FAKE_CONNECTOR, fake.folder);
	remove_one(path);
	snprintf(path, sizeof(path), "%s/card7-Writeback-1", fake.folder);
	remove_one(path);
	assert_int_equal(rmdir(fake.folder), 0);
}

static void put_on(struct fake_plane *plane, uint64_t framebuffer)
{
	plane->value[FAKE_FB_ID] = framebuffer;
	plane->value[FAKE_CRTC_ID] = FAKE_CRTC_OBJECT;
	plane->value[FAKE_SRC_W] = 1024 << 16;
	plane->value[FAKE_SRC_H] = 768 << 16;
	plane->value[FAKE_CRTC_W] = 1024;
	plane->value[FAKE_CRTC_H] = 768;
}

void fake_init(void)
{
	int ends[2];

	memset(&fake, 0, sizeof(fake));
	fake.modes[0] = (struct fake_mode){ 1024, 768, 60, true };
	fake.modes[1] = (struct fake_mode){ 640, 480, 60, false };
	fake.primary.formats[0] = fake.overlay.formats[0] = DRM_FORMAT_XRGB8888;
	fake.primary.formats[1] = fake.overlay.formats[1] = DRM_FORMAT_YUYV;
	fake.cursor.formats[0] = DRM_FORMAT_NV12;
	fake.primary.value[FAKE_TYPE] = DRM_PLANE_TYPE_PRIMARY;
	fake.overlay.value[FAKE_TYPE] = DRM_PLANE_TYPE_OVERLAY;
	fake.cursor.value[FAKE_TYPE] = DRM_PLANE_TYPE_CURSOR;
	fake.blob_used[1] = true;
	fake.blob_mode[1] = fake.modes[0];
	fake.blobs = 2;
	fake.active = 1;
	fake.mode_blob = 1;
	fake.mode_width = 1024;
	fake.mode_height = 768;
	fake.crtc_of_connector = FAKE_CRTC_OBJECT;
	fake.fbs[FAKE_OLD_FB].used = true;
	put_on(&fake.primary, FAKE_OLD_FB);
	fake.on_screen[0] = FAKE_OLD_FB;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	fake.fd = ends[0];
	fake.events = ends[1];
	make_sysfs();
}

void fake_finish(void)
{
	fake_forget_memory();
	close(fake.events);
	close(fake.fd);
	remove_sysfs();
}

void fake_drm_scan_out(void);
void fake_drm_scan_out(void)
{
	fake.on_screen[0] = fake.active ? fake.primary.value[FAKE_FB_ID] : 0;
	fake.on_screen[1] = fake.active ? fake.overlay.value[FAKE_FB_ID] : 0;
}

void fake_send_event(uint64_t user_data)
{
	uint64_t now = fake.flip_ns ? fake.flip_ns : weir_now_ns();
	struct drm_event_vblank event = {
		.base = { .type = DRM_EVENT_FLIP_COMPLETE, .length = sizeof(event) },
		.user_data = user_data,
		.tv_sec = (uint32_t)(now / WEIR_NS_PER_S),
		.tv_usec = (uint32_t)(now % WEIR_NS_PER_S / 1000),
		.crtc_id = FAKE_CRTC_OBJECT,
	};

	assert_int_equal(write(fake.events, &event, sizeof(event)), sizeof(event));
}

void fake_refresh(void)
{
	if (!fake.coming)
		return;
	fake.coming = false;
	fake_drm_scan_out();
	if (fake.owes_event && !fake.lose_events)
		fake_send_event(fake.user_data);
	fake.owes_event = false;
}

static bool is_of(uint64_t framebuffer, ino_t memory)
{
	return framebuffer && fake.fbs[framebuffer].used && fake.fbs[framebuffer].memory == memory;
}

bool fake_reads(int dmabuf)
{
	ino_t memory = fake_drm_inode(dmabuf);

	return is_of(fake.on_screen[0], memory) || is_of(fake.on_screen[1], memory) ||
	       (fake.active && (is_of(fake.primary.value[FAKE_FB_ID], memory) ||
				       is_of(fake.overlay.value[FAKE_FB_ID], memory)));
}

unsigned fake_fbs(void)
{
	unsigned n = 0;

	for (unsigned i = 0; i < FAKE_MAX_FBS; i++)
		n += fake.fbs[i].used && i != FAKE_OLD_FB;
	return n;
}

/* ---- atomic ---- */

static struct fake_plane *plane_of(uint32_t id)
{
	return id == FAKE_PRIMARY   ? &fake.primary
	       : id == FAKE_OVERLAY ? &fake.overlay
	       : id == FAKE_CURSOR  ? &fake.cursor
				    : NULL;
}

/* The state that a request asks for, before it is in effect. */
struct state {
	struct fake_plane primary, overlay;
	uint64_t active, mode_blob, crtc_of_connector;
};

static int set(struct state *state, uint32_t object, uint32_t property, uint64_t value)
{
	assert_true(property < FAKE_N_PROPERTIES + 100 && property >= 100);
	property -= 100;
	if (object == FAKE_CONNECTOR_OBJECT && property == FAKE_CRTC_ID)
		state->crtc_of_connector = value;
	else if (object == FAKE_CRTC_OBJECT && property == FAKE_ACTIVE)
		state->active = value;
	else if (object == FAKE_CRTC_OBJECT && property == FAKE_MODE_ID)
		state->mode_blob = value;
	else if (object == FAKE_PRIMARY || object == FAKE_OVERLAY)
		(object == FAKE_PRIMARY ? &state->primary : &state->overlay)->value[property] =
			value;
	else
		return EINVAL;
	fake.fences += property == FAKE_IN_FENCE_FD;
	return 0;
}

static int check_plane(const struct state *state, const struct fake_plane *plane)
{
	const uint64_t *value = plane->value;
	const struct fake_mode *mode = &fake.blob_mode[state->mode_blob];

	if (!value[FAKE_FB_ID] != !value[FAKE_CRTC_ID])
		return EINVAL;
	if (!value[FAKE_FB_ID])
		return 0;
	if (value[FAKE_FB_ID] >= FAKE_MAX_FBS || !fake.fbs[value[FAKE_FB_ID]].used)
		return ENOENT;
	if (!plane->scales && (value[FAKE_SRC_W] >> 16 != value[FAKE_CRTC_W] ||
				      value[FAKE_SRC_H] >> 16 != value[FAKE_CRTC_H]))
		return ERANGE;
	if (plane->must_cover &&
		(value[FAKE_CRTC_W] != mode->width || value[FAKE_CRTC_H] != mode->height))
		return EINVAL;
	return 0;
}

static int check(const struct state *state)
{
	int err;

	if (state->mode_blob >= 32 || (state->mode_blob && !fake.blob_used[state->mode_blob]))
		return EINVAL;
	if (!state->active)
		return 0;
	if (!state->mode_blob || state->crtc_of_connector != FAKE_CRTC_OBJECT)
		return EINVAL;
	err = check_plane(state, &state->primary);
	return err ? err : check_plane(state, &state->overlay);
}

static int read_request(const struct drm_mode_atomic *request, struct state *state)
{
	const uint32_t *objects = (void *)(uintptr_t)request->objs_ptr;
	const uint32_t *counts = (void *)(uintptr_t)request->count_props_ptr;
	const uint32_t *properties = (void *)(uintptr_t)request->props_ptr;
	const uint64_t *values = (void *)(uintptr_t)request->prop_values_ptr;
	int err = 0;

	for (uint32_t i = 0; i < request->count_objs; i++)
		for (uint32_t p = 0; p < counts[i] && !err; p++)
			err = set(state, objects[i], *properties++, *values++);
	return err;
}

static void apply(const struct state *state)
{
	const struct fake_mode *mode = &fake.blob_mode[state->mode_blob];

	if (fake.mode_blob != state->mode_blob && fake.blob_dropped[fake.mode_blob])
		fake.blob_used[fake.mode_blob] = false;
	fake.primary = state->primary;
	fake.overlay = state->overlay;
	fake.active = state->active;
	fake.mode_blob = state->mode_blob;
	fake.crtc_of_connector = state->crtc_of_connector;
	fake.mode_width = fake.active ? mode->width : 0;
	fake.mode_height = fake.active ? mode->height : 0;
}

static int commit(const struct drm_mode_atomic *request, const struct state *state)
{
	bool waits = !(request->flags & DRM_MODE_ATOMIC_NONBLOCK);

	if (fake.commit_errors && !waits) {
		fake.commit_errors--;
		return fake.commit_error;
	}
	if (fake.coming && !waits)
		return EBUSY;
	if (request->flags & DRM_MODE_PAGE_FLIP_ASYNC) {
		if (fake.async_refused)
			return EINVAL;
		fake.async_commits++;
	}
	fake_refresh(); /* what is on its way is through before */
	fake.commits++;
	fake.modesets += (request->flags & DRM_MODE_ATOMIC_ALLOW_MODESET) != 0;
	apply(state);
	fake.coming = true;
	fake.owes_event = request->flags & DRM_MODE_PAGE_FLIP_EVENT;
	fake.user_data = request->user_data;
	if (waits)
		fake_refresh();
	return 0;
}

static int atomic(const struct drm_mode_atomic *request)
{
	struct state state = { fake.primary, fake.overlay, fake.active, fake.mode_blob,
		fake.crtc_of_connector };
	int err = read_request(request, &state);

	if (fake.not_master || fake.dropped)
		return EACCES;
	if (fake.revoked)
		return ENOENT;
	if (!err)
		err = check(&state);
	if (!(request->flags & DRM_MODE_ATOMIC_TEST_ONLY))
		return err ? err : commit(request, &state);
	fake.tests++;
	return fake.test_error ? fake.test_error : err;
}

/* ---- memory ---- */

static int add_fb(struct drm_mode_fb_cmd2 *request)
{
	unsigned id = 10;

	if (!fake.fail_nth) /* else nobody may have been told */
		assert_int_equal(!(request->flags & DRM_MODE_FB_MODIFIERS), fake.no_modifiers);
	if (fake.pitch_align && request->pitches[0] % fake.pitch_align)
		return EINVAL;
	while (id < FAKE_MAX_FBS && fake.fbs[id].used)
		id++;
	assert_true(id < FAKE_MAX_FBS);
	fake.fbs[id].used = true;
	fake.fbs[id].memory = fake_drm_memory_of(request->handles[0]);
	assert_true(fake.fbs[id].memory);
	memcpy(fake.fb_pitch, request->pitches, sizeof(fake.fb_pitch));
	memcpy(fake.fb_offset, request->offsets, sizeof(fake.fb_offset));
	fake.fbs_made++;
	request->fb_id = id;
	return 0;
}

/* Removing one that is shown takes it off the screen. */
static int remove_fb(uint32_t id)
{
	if (id >= FAKE_MAX_FBS || !fake.fbs[id].used)
		return ENOENT;
	if (fake.primary.value[FAKE_FB_ID] == id)
		fake.primary.value[FAKE_FB_ID] = fake.primary.value[FAKE_CRTC_ID] = 0;
	if (fake.overlay.value[FAKE_FB_ID] == id)
		fake.overlay.value[FAKE_FB_ID] = fake.overlay.value[FAKE_CRTC_ID] = 0;
	if (fake.on_screen[0] == id || fake.on_screen[1] == id)
		fake_drm_scan_out();
	fake.fbs[id].used = false;
	return 0;
}

static int memory(unsigned long request, void *arg)
{
	switch (request) {
	case DRM_IOCTL_MODE_ADDFB2:
		return add_fb(arg);
	case DRM_IOCTL_MODE_RMFB:
		return remove_fb(*(uint32_t *)arg);
	default:
		return fake_drm_memory(request, arg);
	}
}

/* ---- system calls ---- */

static bool is_to_fail(void)
{
	unsigned number = ++fake.ioctls;

	if (number == fake.fail_nth && fake.at_nth) {
		fake.at_nth();
		return false;
	}
	return number == fake.fail_nth || (fake.fail_on && number > fake.fail_nth);
}

static int answer(unsigned long request, void *arg)
{
	int err;

	fake.made[_IOC_NR(request)] = true;
	if (is_to_fail()) {
		fake.failed[_IOC_NR(request)] = true;
		return fake.fail_error;
	}
	if (fake.gone)
		return ENODEV;
	if (request == DRM_IOCTL_MODE_ATOMIC)
		return atomic(arg);
	err = fake_drm_legacy(request, arg);
	if (err < 0)
		err = memory(request, arg);
	return err < 0 ? fake_drm_ask(request, arg) : err;
}

__attribute__((visibility("default"))) int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (request == DMA_BUF_IOCTL_EXPORT_SYNC_FILE) {
		((struct dma_buf_export_sync_file *)arg)->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
		return 0;
	}
	/* The descriptor that was opened is a copy of ours. */
	if (_IOC_TYPE(request) == DRM_IOCTL_BASE) {
		errno = answer(request, arg);
		return errno ? -1 : 0;
	}
	return (int)syscall(SYS_ioctl, fd, request, arg);
}

int __wrap_open(const char *path, int flags, ...);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...)
{
	if (strncmp(path, "/dev/dri/", 9))
		return __real_open(path, flags & ~O_CREAT);
	assert_string_equal(path, FAKE_CARD);
	fake.opened++;
	errno = fake.absent ? ENOENT : fake.forbidden ? EACCES : 0;
	return errno ? -1 : fcntl(fake.fd, F_DUPFD_CLOEXEC, 0);
}

int __wrap_glob(const char *pattern, int flags, int (*error)(const char *, int), glob_t *out);
int __real_glob(const char *pattern, int flags, int (*error)(const char *, int), glob_t *out);
int __wrap_glob(const char *pattern, int flags, int (*error)(const char *, int), glob_t *out)
{
	char path[128];

	assert_string_equal(pattern, "/sys/class/drm/card*-*");
	snprintf(path, sizeof(path), "%s/card*-*", fake.folder);
	return __real_glob(path, flags, error, out);
}

/* Whether a descriptor is a card's is asked of /sys. */
char *__wrap_drmGetDeviceNameFromFd2(int fd);
char *__wrap_drmGetDeviceNameFromFd2(int fd)
{
	return fd == fake.fd ? strdup(FAKE_CARD) : NULL;
}

struct fake_plane *fake_drm_plane(uint32_t id);
struct fake_plane *fake_drm_plane(uint32_t id)
{
	return plane_of(id);
}
