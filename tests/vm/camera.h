/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_VM_CAMERA_H
#define WEIR_TESTS_VM_CAMERA_H

/* What the commands of vm_camera share. Each command takes the arguments after its name, ended by
 * NULL, and returns the exit status. */

/* Says what failed, with errno, and exits. */
_Noreturn void die(const char *what);

/* ioctl() that repeats for EINTR. */
int xioctl(int fd, unsigned long request, void *argument);

/* "NAME=VALUE" on a device of that path. 0 or -errno, logged. */
int set_control(const char *device, const char *assignment);

int command_write(char **arguments);  /* output.c */
int command_prove(char **arguments);  /* prove.c */
int command_unplug(char **arguments); /* unplug.c */

#endif
