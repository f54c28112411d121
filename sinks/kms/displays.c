/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/kms/displays.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/node.h"

typedef int found_fn(void *data, const struct weir_kms_display *display);

/* The first line of a connector's attribute. */
static void read_attribute(const char *folder, const char *name, char *text, size_t size)
{
	char path[160];
	FILE *file;

	text[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(text, (int)size, file))
		text[strcspn(text, "\n")] = '\0';
	fclose(file);
}

/* "/sys/class/drm/card0-HDMI-A-1" is HDMI-A-1 on /dev/dri/card0. False for what is no display. */
static bool read_display(const char *folder, struct weir_kms_display *display)
{
	const char *card = strrchr(folder, '/') + 1, *name = strchr(card, '-') + 1;

	if (strlen(folder) >= sizeof(display->folder) || !strncmp(name, "Writeback-", 10))
		return false;
	snprintf(display->folder, sizeof(display->folder), "%s", folder);
	snprintf(display->card, sizeof(display->card), "/dev/dri/%.*s",
		(int)(name - card - 1 < 16 ? name - card - 1 : 16), card);
	snprintf(display->name, sizeof(display->name), "%.63s", name);
	read_attribute(folder, "status", display->status, sizeof(display->status));
	read_attribute(folder, "modes", display->mode, sizeof(display->mode));
	return true;
}

int weir_kms_displays(found_fn *found, void *data)
{
	struct weir_kms_display display;
	glob_t folders;
	int err = 0;

	if (glob("/sys/class/drm/card*-*", 0, NULL, &folders) != 0)
		return 0;
	for (size_t i = 0; i < folders.gl_pathc && !err; i++)
		if (read_display(folders.gl_pathv[i], &display))
			err = found(data, &display);
	globfree(&folders);
	return err;
}

/* ---- finding one ---- */

struct search {
	const char *name;
	bool (*suits)(void *data, const struct weir_kms_display *display);
	void *data;
	struct weir_kms_display *out;
	bool found;
};

static int compare(void *data, const struct weir_kms_display *display)
{
	struct search *search = data;
	bool named = !strcmp(search->name, display->name);
	bool may_do = !search->name[0] && !search->found && !strcmp(display->status, "unknown");
	bool will_do = named || (!search->name[0] && !strcmp(display->status, "connected"));

	if (!(will_do || may_do) || (search->suits && !search->suits(search->data, display)))
		return 0;
	*search->out = *display;
	search->found = true;
	return will_do;
}

bool weir_kms_display_find(const char *name,
	bool (*suits)(void *data, const struct weir_kms_display *display), void *data,
	struct weir_kms_display *out)
{
	struct search search = { name, suits, data, out, false };

	weir_kms_displays(compare, &search);
	return search.found;
}

struct names {
	char *text;
	size_t size;
};

static int add_name(void *data, const struct weir_kms_display *display)
{
	struct names *names = data;
	size_t used = strlen(names->text);

	snprintf(names->text + used, names->size - used, "%s%s", used ? ", " : "", display->name);
	return 0;
}

void weir_kms_display_names(char *text, size_t size)
{
	struct names names = { text, size };

	text[0] = '\0';
	weir_kms_displays(add_name, &names);
}

/* ---- weir list ---- */

struct listing {
	int (*found)(void *data, const struct weir_device *device);
	void *data;
};

#ifdef WEIR_HAVE_LIBDRM
static void judge(const struct weir_kms_display *display, struct weir_device *device, char *remedy,
	size_t size)
{
	bool opens = access(display->card, R_OK | W_OK) == 0;

	device->remedy = remedy;
	remedy[0] = '\0';
	if (!strcmp(display->status, "disconnected"))
		snprintf(remedy, size, "plug in a monitor");
	else if (!opens)
		weir_node_remedy(display->card, "SUBSYSTEM==\"drm\"", "video", remedy, size);
	device->usable = !remedy[0];
}
#else
static void judge(const struct weir_kms_display *display, struct weir_device *device, char *remedy,
	size_t size)
{
	(void)display;
	snprintf(remedy, size, "this weir was built without libdrm, and shows no frames");
	device->remedy = remedy;
}
#endif

static int show(void *data, const struct weir_kms_display *display)
{
	struct listing *listing = data;
	char uri[80], detail[56], remedy[256];
	struct weir_device device = {
		.kind = WEIR_DEVICE_DISPLAY, .uri = uri, .name = display->name, .detail = detail
	};

	snprintf(uri, sizeof(uri), "display:%s", display->name);
	snprintf(detail, sizeof(detail), "%s%s%s", display->status, display->mode[0] ? ", " : "",
		display->mode);
	judge(display, &device, remedy, sizeof(remedy));
	return listing->found(listing->data, &device);
}

int weir_kms_list(int (*found)(void *data, const struct weir_device *device), void *data)
{
	struct listing listing = { found, data };

	return weir_kms_displays(show, &listing);
}
