/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* By what right the display shows: as the card's master, by a lease, beside another display of the
 * same run; and what happens when the right goes and comes back. */

#include "tests/fake/display_scene.h"

#include <fcntl.h>

#include "sinks/kms/access.h"
#include "sinks/kms/sink.h"

#define A_LOOK (700 * STAND_MS)

static void begin(struct scene *scene, const char *uri)
{
	scene->heard.log.level = WEIR_LOG_WARN;
	scene_open(scene, uri);
	scene_start(scene);
	scene_show(scene);
	scene_refresh(scene);
	assert_int_equal(weir_slab_out(scene->slab), 1);
}

static void expect_dropped(struct scene *scene)
{
	unsigned frame = scene_show(scene);

	assert_false(scene->held[frame]);
	assert_int_equal(scene->verdict[frame], WEIR_DROP_FAILED);
}

/* ---- the master ---- */

static void mastership_is_taken_back(void **state)
{
	struct scene *scene = *state;

	begin(scene, "display");
	fake.not_master = true;
	scene_show(scene);
	scene_expect_word(scene, "somebody else shows on the card now (HDMI-A-1)");
	stand_run(scene->loop, A_LOOK);
	expect_dropped(scene);
	fake.not_master = false;
	fake.dropped = true; /* the other one is gone, and nobody is master now */
	stand_run(scene->loop, A_LOOK);
	assert_false(fake.dropped);
	scene_expect_word(scene, "HDMI-A-1 is back");
	assert_int_equal(scene->heard.lines, 2);
	scene_show(scene);
	scene_refresh(scene);
	assert_int_equal(weir_slab_out(scene->slab), 1);
	scene_stop(scene);
	assert_int_equal(fake_fbs(), 0);
}

static void taken_between_open_and_start(void **state)
{
	struct scene *scene = *state;

	scene->heard.log.level = WEIR_LOG_WARN;
	scene_open(scene, "display");
	fake.not_master = true;
	scene_start(scene);
	scene_expect_word(scene, "somebody else shows on the card now (HDMI-A-1)");
	expect_dropped(scene);
	fake.not_master = false;
	stand_run(scene->loop, A_LOOK);
	scene_expect_word(scene, "is back");
}

/* ---- a CRTC that does not do it: suspended, say ---- */

static void a_refused_commit(void **state)
{
	struct scene *scene = *state;

	begin(scene, "display");
	fake.commit_error = EINVAL;
	fake.commit_errors = 1;
	scene_show(scene);
	scene_expect_word(scene, "shows no frames any more (Invalid argument");
	assert_int_equal(weir_slab_out(scene->slab), 0);
	stand_run(scene->loop, A_LOOK);
	scene_expect_word(scene, "is back");
	scene_show(scene);
	scene_refresh(scene);
	assert_int_equal(weir_slab_out(scene->slab), 1);
}

/* Coming back in vain is told of once, and tried less and less often. */
static void commits_that_go_on_to_be_refused(void **state)
{
	struct scene *scene = *state;
	unsigned tried;

	begin(scene, "display");
	fake.commit_error = EINVAL;
	fake.commit_errors = 1000;
	for (unsigned i = 0; i < 30; i++) {
		scene_show(scene);
		stand_run(scene->loop, 100 * STAND_MS);
	}
	tried = 1000 - fake.commit_errors;
	assert_in_range(tried, 2, 4);
	assert_int_equal(scene->heard.lines, 3);
	fake.commit_errors = 0;
	for (unsigned i = 0; i < 40; i++) {
		scene_show(scene);
		scene_refresh(scene);
		stand_run(scene->loop, 100 * STAND_MS);
	}
	assert_int_equal(scene->heard.lines, 4);
	scene_expect_word(scene, "is back");
}

/* ---- a lease ---- */

struct uri {
	char text[64];
};

static struct uri lease_uri(const char *display)
{
	struct uri uri;

	snprintf(uri.text, sizeof(uri.text), "%s?lease=%d", display, fake.fd);
	return uri;
}

static void shows_by_a_lease(void **state)
{
	struct scene *scene = *state;
	const struct weir_kms_card *card;

	begin(scene, lease_uri("display").text);
	card = &((struct weir_kms_sink *)scene->sink)->output.card;
	assert_int_equal(fake.opened, 0);
	assert_int_equal(fake.commits, 1);
	assert_int_not_equal(card->fd, fake.fd);
	assert_true(fcntl(card->fd, F_GETFD) & FD_CLOEXEC);
	assert_true(fcntl(card->access->fd, F_GETFD) & FD_CLOEXEC);
	scene_stop(scene);
	scene_expect_old_screen();
	weir_sink_close(&scene->sink);
	assert_true(fcntl(fake.fd, F_GETFD) >= 0); /* the user's stays */
}

static void a_lease_by_the_name_of_its_connector(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(scene_open_as(scene, lease_uri("display:DP-1").text), -ENODEV);
	scene_expect_word(scene, "has no connector DP-1 ");
	begin(scene, lease_uri("display:HDMI-A-1").text);
}

static void a_lease_that_shows_nothing(void **state)
{
	struct scene *scene = *state;

	fake.dropped = true;
	assert_int_equal(scene_open_as(scene, lease_uri("display").text), -EBUSY);
	scene_expect_word(scene, "it was revoked, or its lessor is not on the screen");
	assert_true(fake.dropped); /* nobody's place is taken */
}

/* What was leased is gone, and stays so. */
static void a_revoked_lease(void **state)
{
	struct scene *scene = *state;

	begin(scene, lease_uri("display").text);
	fake.revoked = true;
	scene_show(scene);
	scene_expect_word(scene, "the lease of HDMI-A-1 was revoked: the run goes on without it");
	assert_int_equal(weir_slab_out(scene->slab), 0);
	assert_int_equal(fake_fbs(), 0);
	stand_run(scene->loop, 3 * A_LOOK);
	expect_dropped(scene);
	assert_int_equal(scene->heard.lines, 1);
	fake.revoked = false; /* for whoever takes it down */
}

/* ---- beside another ---- */

static void one_connector_is_one_sinks(void **state)
{
	struct scene *scene = *state;
	struct weir_sink *second = NULL;
	struct weir_sink_settings settings = { .log = &scene->heard.log, .n_beside = 1 };

	scene->heard.log.level = WEIR_LOG_WARN;
	scene_open(scene, "display");
	settings.beside = &scene->sink;
	assert_int_equal(weir_sink_open("display:HDMI-A-1", &settings, &second), -EBUSY);
	scene_expect_word(scene, "HDMI-A-1 is another sink's of this run already");
	assert_int_equal(weir_sink_open("display", &settings, &second), -ENODEV);
	assert_null(second);
	assert_int_equal(scene->heard.lines, 2);
	assert_int_equal(fake.opened, 1);
}

/* The books alone: who has what of a card with three CRTCs. */
static void planes_are_dealt_out(void **state)
{
	struct weir_kms_access access = { .n_cards = 2 };
	struct weir_kms_card cards[2] = {
		{ .access = &access, .crtc = 41, .crtc_index = 0 },
		{ .access = &access, .crtc = 42, .crtc_index = 1 },
	};

	(void)state;
	access.cards[0] = &cards[0];
	access.cards[1] = &cards[1];
	assert_false(weir_kms_card_has_crtc(&cards[0], 42));
	assert_true(weir_kms_card_has_crtc(&cards[0], 41));
	assert_true(weir_kms_card_has_crtc(&cards[0], 43));
	for (unsigned number = 0; number < 4; number++) {
		assert_true(weir_kms_card_has_plane(&cards[0], 1, number));
		assert_false(weir_kms_card_has_plane(&cards[1], 1, number));
		assert_true(weir_kms_card_has_plane(&cards[0], 5, number)); /* the third is idle */
		assert_int_equal(weir_kms_card_has_plane(&cards[0], 3, number) +
					 weir_kms_card_has_plane(&cards[1], 3, number),
			1);
	}
	assert_true(weir_kms_card_has_plane(&cards[0], 3, 0));
	assert_true(weir_kms_card_has_plane(&cards[1], 3, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(mastership_is_taken_back),
		SCENE(taken_between_open_and_start),
		SCENE(a_refused_commit),
		SCENE(commits_that_go_on_to_be_refused),
		SCENE(shows_by_a_lease),
		SCENE(a_lease_by_the_name_of_its_connector),
		SCENE(a_lease_that_shows_nothing),
		SCENE(a_revoked_lease),
		SCENE(one_connector_is_one_sinks),
		SCENE(planes_are_dealt_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
