/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every source of the library does what core/source.h says. A new source adds its row. */

#include <pthread.h>
#include <unistd.h>

#include "tests/contract/suites.h"
#include "tests/unit/rtp_feed.h"

static const char *const pattern[] = {
	"pattern:bars?size=64x48&fps=0",
	"pattern:counter?size=64x48&fps=250&format=NV12",
	"pattern:noise?size=64x48&fps=0&format=XR24&stride=320",
	"pattern:mjpeg?size=64x48&fps=30000/1001",
	NULL,
};

/* In the rig: two cameras that take any memory and two that want it contiguous, each with planes in
 * one piece and in several. */
static const char *const cameras[] = {
	"v4l2:/dev/video0?size=320x180&fps=60&format=YUYV",
	"v4l2:/dev/video1?size=320x180&fps=60&format=NV12&planes=apart",
	"v4l2:/dev/video2?size=320x180&fps=60&format=XR24",
	"v4l2:/dev/video3?size=320x180&fps=60&format=GREY",
	NULL,
};
static const char *const none[] = { NULL };

/* Somebody who sends to the sources that receive, 250 frames a second. */
#define FEEDS    2
#define FEED_FPS 250

struct sender {
	pthread_t thread;
	_Atomic bool over;
	struct feed feed[FEEDS];
	char uri[FEEDS][160];
	const char *uris[FEEDS + 1];
};

static void *send_frames(void *data)
{
	struct sender *sender = data;

	for (uint64_t number = 0; !sender->over; number++) {
		for (unsigned i = 0; i < FEEDS; i++) {
			feed_cut(&sender->feed[i], number);
			/* Nobody may be there to receive them. */
			for (unsigned p = 0; p < sender->feed[i].n; p++)
				feed_send(&sender->feed[i], p);
		}
		usleep(1000000 / FEED_FPS);
	}
	return NULL;
}

static void start_sender(struct sender *sender)
{
	static const char *const keys[FEEDS] = { "format=UYVY", "format=RGB24&stride=256" };
	static const char *const formats[FEEDS] = { "UYVY", "RGB24" };

	for (unsigned i = 0; i < FEEDS; i++) {
		uint16_t port = feed_free_port();

		snprintf(sender->uri[i], sizeof(sender->uri[i]),
			"rtp://127.0.0.1:%u?size=64x48&fps=%u&%s", port, FEED_FPS, keys[i]);
		sender->uris[i] = sender->uri[i];
		sender->feed[i] = (struct feed){
			.fd = feed_connect(port),
			.video = { weir_format_by_name(formats[i]), 64, 48 },
			.payload = 100,
			.ssrc = i,
			.ticks = WEIR_RTP_VIDEO_RATE / FEED_FPS,
		};
	}
	assert_int_equal(pthread_create(&sender->thread, NULL, send_frames, sender), 0);
}

static void stop_sender(struct sender *sender)
{
	sender->over = true;
	pthread_join(sender->thread, NULL);
	for (unsigned i = 0; i < FEEDS; i++)
		close(sender->feed[i].fd);
}

int main(void)
{
	static struct sender sender;
	int failed;
	const struct suite_source sources[] = {
		{ "pattern", pattern },
		{ "v4l2", access("/dev/video0", R_OK | W_OK) ? none : cameras },
		{ "rtp", sender.uris },
		{ NULL, NULL },
	};

	start_sender(&sender);
	failed = weir_suite_sources(sources);
	stop_sender(&sender);
	return failed;
}
