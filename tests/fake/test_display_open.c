/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Finding a display, and what it says to the planner, on a card that answers as the test wants. */

#include "tests/fake/display_scene.h"

#include <drm_fourcc.h>

#include <weir/device.h>

#include "sinks/kms/sink.h"

/* ---- opening ---- */

static void refused(void **state, const char *uri, int err, const char *word)
{
	struct scene *scene = *state;

	assert_int_equal(scene_open_as(scene, uri), err);
	assert_null(scene->sink);
	assert_int_equal(scene->heard.lines, 1);
	scene_expect_word(scene, word);
}

static void opens_by_name_and_the_first(void **state)
{
	struct scene *scene = *state;

	scene_open(scene, "display");
	weir_sink_close(&scene->sink);
	scene_open(scene, "display:HDMI-A-1?vsync=0&mode=preferred");
	assert_int_equal(scene->heard.lines, 0);
	assert_int_equal(fake.commits, 0);
	scene_expect_old_screen();
}

static void unknown_connector(void **state)
{
	refused(state, "display:DP-3", -ENODEV, "known: HDMI-A-1");
}

static void nothing_connected(void **state)
{
	fake_set_status("disconnected\n");
	refused(state, "display", -ENODEV, "nothing is connected to HDMI-A-1");
}

static void named_one_not_connected(void **state)
{
	fake_set_status("disconnected\n");
	refused(state, "display:HDMI-A-1", -ENODEV, "nothing is connected to HDMI-A-1");
}

static void no_card(void **state)
{
	fake.absent = true;
	refused(state, "display", -ENODEV, FAKE_CARD);
}

static void no_permission(void **state)
{
	fake.forbidden = true;
	refused(state, "display", -EACCES, "no permission for " FAKE_CARD);
}

static void another_master(void **state)
{
	fake.not_master = true;
	refused(state, "display", -EBUSY, "held by");
}

static void lease_is_checked(void **state)
{
	refused(state, "display?lease=card0", -EINVAL, "card0");
}

static void lease_that_is_none(void **state)
{
	refused(state, "display?lease=0", -ENODEV, "lease=0 is no descriptor of a graphics card");
}

static void options_are_checked(void **state)
{
	refused(state, "display?vsync=maybe", -EINVAL, "maybe");
}

static void mode_is_checked(void **state)
{
	refused(state, "display?mode=huge", -EINVAL, "huge");
}

static int show(void *data, const struct weir_device *device)
{
	struct weir_device *last = data;

	if (device->kind != WEIR_DEVICE_DISPLAY)
		return 0;
	assert_null(last->uri);
	assert_string_equal(device->uri, "display:HDMI-A-1");
	assert_non_null(strstr(device->detail, "1024x768"));
	last->usable = device->usable;
	last->uri = "seen";
	return 0;
}

static const struct weir_sink_impl *display_impl(void)
{
	size_t i = 0;

	while (strcmp(weir_sink_impls[i]->scheme, "display"))
		i++;
	return weir_sink_impls[i];
}

static void is_listed(void **state)
{
	struct weir_device last = { 0 };

	(void)state;
	fake_set_status("disconnected\n");
	assert_int_equal(display_impl()->list(show, &last), 0);
	assert_string_equal(last.uri, "seen");
	assert_false(last.usable);
}

/* ---- offers ---- */

static void expect_refusal(struct scene *scene, const char *word)
{
	char why[256] = "";

	assert_int_equal(scene_offer(scene, why, sizeof(why)), -ENOTSUP);
	if (!strstr(why, word))
		fail_msg("\"%s\" does not say \"%s\"", why, word);
	assert_int_equal(scene->heard.lines, 0);
	assert_int_equal(fake_fbs(), 0);
	assert_int_equal(fake.commits, 0);
}

static const struct weir_kms_placement *expect_place(struct scene *scene)
{
	char why[256] = "";

	if (scene_offer(scene, why, sizeof(why)))
		fail_msg("refused: %s", why);
	assert_int_equal(fake_fbs(), 0);
	assert_int_equal(fake.commits, 0);
	return &((struct weir_kms_sink *)scene->sink)->output.placement;
}

static void expect_rect(const struct weir_kms_placement *place, int x, int y, int w, int h)
{
	assert_int_equal(place->x, x);
	assert_int_equal(place->y, y);
	assert_int_equal(place->width, w);
	assert_int_equal(place->height, h);
}

static void formats_without_a_plane(void **state)
{
	struct scene *scene = *state;

	scene_open(scene, "display");
	scene->video.format = weir_format_by_name("NV12"); /* the cursor's */
	expect_refusal(scene, "no plane of HDMI-A-1 takes NV12 line by line; they take YUYV, XR24");
	scene->video.format = weir_format_by_name("MJPEG");
	expect_refusal(scene, "not MJPEG");
}

static void tiles_are_not_lines(void **state)
{
	struct scene *scene = *state;

	fake.primary.modifiers[1] = fake.overlay.modifiers[1] = I915_FORMAT_MOD_X_TILED;
	scene_open(scene, "display");
	scene->video.format = weir_format_by_name("YUYV");
	scene->video.stride = 1280;
	expect_refusal(scene, "takes YUYV line by line");
}

static void cards_without_modifiers(void **state)
{
	struct scene *scene = *state;

	fake.no_modifiers = true;
	scene_open(scene, "display");
	scene->video.format = weir_format_by_name("YUYV");
	scene->video.stride = 1280;
	expect_place(scene);
}

static void memory_without_dmabufs(void **state)
{
	struct scene *scene = *state;
	struct weir_offer offer = { .memory = "host" };
	char why[256] = "";

	scene_open(scene, "display");
	offer.video = scene->video;
	assert_int_equal(
		scene->sink->impl->accepts(scene->sink, &offer, why, sizeof(why)), -ENOTSUP);
	assert_non_null(strstr(why, "host memory has none"));
}

static void strides_that_the_driver_wants(void **state)
{
	struct scene *scene = *state;

	fake.pitch_align = 64;
	scene_open(scene, "display");
	scene->video.format = weir_format_by_name("YUYV");
	scene->video.width = 650;
	scene->video.stride = 1300;
	expect_refusal(scene, "1300 bytes a line");
	assert_int_equal(scene->sink->impl->stride(scene->sink, &scene->video), 1344);
	scene->video.stride = 1344;
	assert_int_equal(scene->sink->impl->stride(scene->sink, &scene->video), 0);
	expect_place(scene);
}

/* ---- the ladder ---- */

static void direct_in_its_own_mode(void **state)
{
	struct scene *scene = *state;
	const struct weir_kms_placement *place;

	fake.primary.must_cover = true;
	scene_open(scene, "display");
	place = expect_place(scene);
	assert_int_equal(place->mode.hdisplay, 640);
	assert_int_equal(place->plane->object.id, FAKE_PRIMARY);
	assert_null(place->behind);
	expect_rect(place, 0, 0, 640, 480);
	assert_int_equal(fake.tests, 1);
}

static void scaled_on_the_primary_plane(void **state)
{
	struct scene *scene = *state;
	const struct weir_kms_placement *place;

	fake.primary.scales = true;
	scene_open(scene, "display?mode=preferred");
	scene->video.width = 320;
	scene->video.height = 180;
	scene->video.stride = 1280;
	place = expect_place(scene);
	assert_int_equal(place->plane->object.id, FAKE_PRIMARY);
	expect_rect(place, 0, 96, 1024, 576); /* keeps its shape */
}

static void scaled_on_an_overlay(void **state)
{
	struct scene *scene = *state;
	const struct weir_kms_placement *place;

	fake.primary.must_cover = fake.overlay.scales = true;
	scene_open(scene, "display?mode=1024x768");
	place = expect_place(scene);
	assert_int_equal(place->plane->object.id, FAKE_OVERLAY);
	expect_rect(place, 0, 0, 1024, 768);
}

static void centred(void **state)
{
	struct scene *scene = *state;
	const struct weir_kms_placement *place;

	scene_open(scene, "display?mode=preferred");
	place = expect_place(scene);
	assert_int_equal(place->plane->object.id, FAKE_PRIMARY);
	expect_rect(place, 192, 144, 640, 480);
}

static void centred_on_an_overlay(void **state)
{
	struct scene *scene = *state;
	const struct weir_kms_placement *place;

	fake.primary.must_cover = true;
	scene_open(scene, "display?mode=preferred");
	place = expect_place(scene);
	assert_int_equal(place->plane->object.id, FAKE_OVERLAY);
	expect_rect(place, 192, 144, 640, 480);
}

static void formats_of_the_overlay_alone(void **state)
{
	struct scene *scene = *state;

	fake.primary.formats[1] = 0;
	scene_open(scene, "display");
	scene->video.format = weir_format_by_name("YUYV");
	scene->video.stride = 1280;
	assert_int_equal(expect_place(scene)->plane->object.id, FAKE_OVERLAY);
}

static void too_large_for_every_mode(void **state)
{
	struct scene *scene = *state;

	scene_open(scene, "display");
	scene->video.width = 1920;
	scene->video.height = 1080;
	scene->video.stride = 7680;
	expect_refusal(scene, "1920x1080 in XR24 on HDMI-A-1");
}

static void every_test_refused(void **state)
{
	struct scene *scene = *state;

	fake.test_error = EINVAL;
	scene_open(scene, "display");
	expect_refusal(scene, "not on any plane, scaled or centred, in any mode: Invalid argument");
	assert_true(fake.tests >= 6);
}

static void a_mode_that_is_not_there(void **state)
{
	struct scene *scene = *state;

	scene_open(scene, "display?mode=800x600");
	expect_refusal(scene, "no such mode");
}

/* 50 frames a second judder at 60 Hz. */
static void modes_that_suit_the_rate(void **state)
{
	struct scene *scene = *state;

	fake.modes[2] = (struct fake_mode){ 640, 480, 50, false };
	scene_open(scene, "display");
	scene->video.rate = (struct weir_rate){ 25, 1 };
	assert_int_equal(expect_place(scene)->mode.vrefresh, 50);
	scene->video.rate = (struct weir_rate){ 30, 1 };
	assert_int_equal(expect_place(scene)->mode.vrefresh, 60);
	scene->video.rate = (struct weir_rate){ 60, 1 };
	assert_int_equal(expect_place(scene)->mode.vrefresh, 60);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(opens_by_name_and_the_first),
		SCENE(unknown_connector),
		SCENE(nothing_connected),
		SCENE(named_one_not_connected),
		SCENE(no_card),
		SCENE(no_permission),
		SCENE(another_master),
		SCENE(lease_is_checked),
		SCENE(lease_that_is_none),
		SCENE(options_are_checked),
		SCENE(mode_is_checked),
		SCENE(is_listed),
		SCENE(formats_without_a_plane),
		SCENE(tiles_are_not_lines),
		SCENE(cards_without_modifiers),
		SCENE(memory_without_dmabufs),
		SCENE(strides_that_the_driver_wants),
		SCENE(direct_in_its_own_mode),
		SCENE(scaled_on_the_primary_plane),
		SCENE(scaled_on_an_overlay),
		SCENE(centred),
		SCENE(centred_on_an_overlay),
		SCENE(formats_of_the_overlay_alone),
		SCENE(too_large_for_every_mode),
		SCENE(every_test_refused),
		SCENE(a_mode_that_is_not_there),
		SCENE(modes_that_suit_the_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
