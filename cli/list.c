/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cli/commands.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <weir/device.h>

#include "cli/exit_code.h"
#include "cli/output.h"

/* What was found; each struct's strings are ours. */
struct found {
	struct weir_device *devices;
	size_t n;
};

static void free_device(const struct weir_device *device)
{
	free((char *)device->uri);
	free((char *)device->name);
	free((char *)device->detail);
	free((char *)device->remedy);
}

static int keep(void *data, const struct weir_device *device)
{
	struct found *found = data;
	struct weir_device *grown, copy = *device;

	copy.uri = strdup(device->uri);
	copy.name = strdup(device->name);
	copy.detail = strdup(device->detail);
	copy.remedy = strdup(device->remedy);
	grown = realloc(found->devices, (found->n + 1) * sizeof(*grown));
	if (grown)
		found->devices = grown;
	if (!grown || !copy.uri || !copy.name || !copy.detail || !copy.remedy) {
		free_device(&copy);
		return -ENOMEM;
	}
	found->devices[found->n++] = copy;
	return 0;
}

static void release(struct found *found)
{
	for (size_t i = 0; i < found->n; i++)
		free_device(&found->devices[i]);
	free(found->devices);
}

static int list_once(const struct output *output, struct console *console)
{
	struct found found = { 0 };
	unsigned errors = console->errors;
	int err = weir_device_list(keep, &found);

	if (!err)
		output->devices(stdout, found.devices, found.n);
	else
		console_failed(console, errors, "list", err);
	if (!err && found.n == 0)
		console_note(console,
			"no camera, display or memory device found; pattern: sources need none");
	release(&found);
	return err;
}

/* Whoever reads may be waiting for this very line; and may have gone. */
static int print_change(void *data, bool added, const struct weir_device *device)
{
	const struct output *output = data;

	output->device_change(stdout, added, device);
	return fflush(stdout) == 0 ? 0 : -EPIPE;
}

static int watch(const struct output *output, struct console *console)
{
	unsigned errors = console->errors;
	sigset_t signals;
	int fd, err;

	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		err = -errno;
	else
		err = weir_device_watch(fd, print_change, (void *)output);
	if (fd >= 0)
		close(fd);
	if (err == -EPIPE)
		return 0;
	if (err)
		console_failed(console, errors, "list --watch", err);
	return err;
}

int list_command(const struct options *options, struct console *console)
{
	const struct output *output = options->json ? json_output : &text_output;

	return exit_code_of(options->watch ? watch(output, console) : list_once(output, console));
}
