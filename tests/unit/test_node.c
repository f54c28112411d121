/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is said to a user that may not open a node. */

#include "core/node.h"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/cmocka_all.h"

#define MATCH "SUBSYSTEM==\"drm\""

static void assert_rule(const char *path)
{
	char text[256];

	weir_node_remedy(path, MATCH, "video", text, sizeof(text));
	assert_non_null(strstr(text, "only root may open it"));
	assert_non_null(strstr(text, MATCH ", GROUP=\"video\", MODE=\"0660\""));
}

static void a_node_that_is_not_there(void **state)
{
	(void)state;
	assert_rule("/nonexistent/node");
}

/* A group that is not root's, if there is one that this user may give a file to. */
static const struct group *any_group(const char *path)
{
	const struct group *group;

	setgrent();
	while ((group = getgrent()))
		if (group->gr_gid != 0 && chown(path, (uid_t)-1, group->gr_gid) == 0)
			break;
	return group;
}

static void a_node_of_a_group(void **state)
{
	char path[] = "/tmp/weir-node-XXXXXX", text[256], wanted[128];
	int fd = mkstemp(path);
	const struct group *group;

	(void)state;
	assert_true(fd >= 0);
	group = any_group(path);
	if (group) {
		snprintf(wanted, sizeof(wanted), "join group %s: sudo usermod -aG %s $USER",
			group->gr_name, group->gr_name);
		assert_int_equal(chmod(path, 0660), 0);
		weir_node_remedy(path, MATCH, "video", text, sizeof(text));
		assert_ptr_equal(strstr(text, wanted), text);
	}
	assert_int_equal(chmod(path, 0640), 0); /* it reads, and that is not enough */
	assert_rule(path);
	close(fd);
	unlink(path);
	if (!group)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_that_is_not_there),
		cmocka_unit_test(a_node_of_a_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
