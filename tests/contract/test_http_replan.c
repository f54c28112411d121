/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who watches notices nothing of a new plan: connections stay, pictures go on coming, and an answer
 * that was on its way arrives whole. */
#include "tests/contract/pipeline_fixture.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "pipeline/pipeline.h"

#define FRAMES 120
#define PLANS  5

struct scene {
	struct weir_pipeline *pipeline;
	unsigned frames, plans;
	uint16_t port;
	char *seen; /* by the viewer */
	size_t length;
	bool slow; /* the viewer */
	unsigned answers;
	bool lost;
};

/* ---- the run ---- */

static void on_event(void *data, const struct weir_event *event)
{
	struct scene *scene = data;

	scene->plans += event->type == WEIR_EVENT_PLANNED;
	if (event->type == WEIR_EVENT_FRAME && ++scene->frames % (FRAMES / PLANS) == 0 &&
		scene->frames < FRAMES)
		weir_stretch_end(scene->pipeline, WEIR_PLAN_AGAIN);
}

/* ---- who watches ---- */

static int try_connect(const struct scene *scene)
{
	const struct timeval limit = { .tv_sec = 10 };
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons(scene->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), small = 4096;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (scene->slow)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return -1;
}

static int connect_to(const struct scene *scene)
{
	int fd = -1;

	for (unsigned tries = 0; fd < 0 && tries < 1000; tries++) {
		usleep(2000);
		fd = try_connect(scene);
	}
	return fd;
}

static bool ask(int fd, const char *target)
{
	char text[128];
	int length =
		snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", target);

	return send(fd, text, (size_t)length, MSG_NOSIGNAL) == length;
}

static void *watch(void *data)
{
	struct scene *scene = data;
	size_t room = 64u << 20;
	int fd = connect_to(scene);
	ssize_t n = 1;

	scene->seen = malloc(room);
	scene->lost = fd < 0 || !ask(fd, "/stream.mjpg");
	while (n > 0 && scene->length < room) {
		n = recv(fd, scene->seen + scene->length, scene->slow ? 3000 : room - scene->length,
			0);
		scene->length += n > 0 ? (size_t)n : 0;
		if (scene->slow)
			usleep(1000);
	}
	close(fd);
	return NULL;
}

/* One question after the other, on one connection. */
static void *wonder(void *data)
{
	struct scene *scene = data;
	int fd = connect_to(scene);
	char text[65536];

	while (ask(fd, "/no-such-page")) {
		ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

		if (n <= 0)
			break;
		text[n] = 0;
		scene->lost |= !strstr(text, "404");
		scene->answers++;
		usleep(3000);
	}
	close(fd);
	return NULL;
}

static uint16_t find_port(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(any);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(bind(fd, (const struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&any, &length), 0);
	close(fd);
	return ntohs(any.sin_port);
}

static void run(struct scene *scene, const char *format, void *(*viewer)(void *data))
{
	struct weir_pipeline_settings settings = { .max_frames = FRAMES,
		.frame_events = true,
		.on_event = on_event,
		.event_data = scene };
	struct weir_ledger ledger;
	char source[96], http[64];
	const char *const sinks[] = { http, "null", NULL };
	pthread_t thread;

#if !defined(WEIR_HAVE_HTTP_PARSER) || !defined(WEIR_HAVE_LIBJPEG)
	print_message("skipped: this weir was built without http or libjpeg\n");
	skip();
#endif
	scene->port = find_port();
	snprintf(http, sizeof(http), "http://127.0.0.1:%u", (unsigned)scene->port);
	snprintf(source, sizeof(source), "pattern:counter?size=320x240&fps=60&format=%s", format);
	scene->pipeline = build(&settings, source, NULL, sinks);
	assert_int_equal(pthread_create(&thread, NULL, viewer, scene), 0);
	assert_int_equal(weir_pipeline_run(scene->pipeline), 0);
	pthread_join(thread, NULL);
	weir_pipeline_ledger(scene->pipeline, &ledger);
	assert_reconciled(&ledger);
	assert_int_equal(ledger.sinks[1].delivered, FRAMES);
	assert_int_equal(scene->plans, PLANS);
	assert_false(scene->lost);
	weir_pipeline_destroy(&scene->pipeline);
}

/* Whole pictures, one after the other, with nothing between: how many. */
static unsigned count_pictures(const struct scene *scene)
{
	static const char boundary[] = "--weir-frame\r\n";
	const char *at = scene->seen, *end = scene->seen + scene->length;
	unsigned n = 0;

	at = memmem(at, scene->length, boundary, strlen(boundary));
	while (at) {
		const char *length, *body;
		size_t size;

		at += strlen(boundary);
		length = memmem(at, (size_t)(end - at), "Content-Length: ", 16);
		body = length ? memmem(length, (size_t)(end - length), "\r\n\r\n", 4) : NULL;
		if (!body)
			break;
		size = strtoul(length + 16, NULL, 10);
		if (size + 4 + 2 + strlen(boundary) > (size_t)(end - body))
			break; /* the last one, which the end cut off */
		assert_memory_equal(body + 4, "\xff\xd8", 2);
		assert_memory_equal(body + 4 + size - 2, "\xff\xd9", 2);
		assert_memory_equal(body + 4 + size + 2, boundary, strlen(boundary));
		at = body + 4 + size + 2;
		n++;
	}
	return n;
}

/* ---- scenes ---- */

static void a_viewer_stays(void **state)
{
	struct scene scene = { NULL };

	(void)state;
	run(&scene, "MJPEG", watch);
	assert_true(count_pictures(&scene) > FRAMES * 3 / 4);
	free(scene.seen);
}

static void a_viewer_of_a_branch_stays(void **state)
{
	struct scene scene = { NULL };

	(void)state;
	run(&scene, "YUYV", watch);
	assert_true(count_pictures(&scene) > FRAMES / 2);
	free(scene.seen);
}

static void a_slow_viewer_stays(void **state)
{
	struct scene scene = { .slow = true };

	(void)state;
	run(&scene, "MJPEG", watch);
	assert_true(count_pictures(&scene) > PLANS);
	free(scene.seen);
}

static void a_connection_stays(void **state)
{
	struct scene scene = { NULL };

	(void)state;
	run(&scene, "MJPEG", wonder);
	assert_true(scene.answers > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_viewer_stays),
		cmocka_unit_test(a_viewer_of_a_branch_stays),
		cmocka_unit_test(a_slow_viewer_stays),
		cmocka_unit_test(a_connection_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
