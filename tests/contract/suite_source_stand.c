/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/contract/source_stand.h"

/* ---- the fake host ---- */

static void check_place(const struct source_stand *stand, const struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);
	uint64_t sum = 0;

	assert_true(frame->slot->slab == stand->slab);
	assert_int_equal(info->slot, frame->slot->index);
	assert_true(weir_frame_is_current(frame, info->generation));
	assert_true(weir_frame_is_sole(frame));
	for (unsigned i = 0; i < info->n_planes; i++) {
		const struct weir_slot_part *part = weir_slot_part(frame->slot, i);

		assert_int_equal(info->plane[i].fd, part->dmabuf);
		assert_true(
			info->plane[i].offset + (uint64_t)info->plane[i].length <= part->length);
		sum += info->plane[i].length;
	}
	assert_in_range(info->bytes_used, 1, sum);
}

static void check_frame(struct source_stand *stand, const struct weir_frame *frame)
{
	const struct weir_frame_info *info = weir_frame_info(frame);

	assert_ptr_equal(info->format, stand->video.format);
	assert_int_equal(info->width, stand->video.width);
	assert_int_equal(info->height, stand->video.height);
	check_place(stand, frame);
	if (stand->any) {
		assert_true(info->sequence > stand->sequence);
		assert_true(info->timestamp_ns >= stand->timestamp_ns);
	}
	/* Some drivers stamp with the end of a frame that they deliver before it is over. */
	assert_in_range(info->timestamp_ns, stand->started_ns,
		weir_now_ns() +
			(stand->source->device ? weir_rate_interval_ns(stand->video.rate) : 0));
	stand->any = true;
	stand->sequence = info->sequence;
	stand->timestamp_ns = info->timestamp_ns;
}

static void deliver(void *data, struct weir_frame *frame)
{
	struct source_stand *stand = data;

	assert_false(stand->stopped);
	check_frame(stand, frame);
	if (stand->n_held < stand->keep)
		stand->held[stand->n_held++] = frame;
	else
		weir_frame_unref(&frame);
	if (++stand->frames == stand->enough)
		weir_loop_stop(stand->loop);
}

static bool wanted(void *data)
{
	struct source_stand *stand = data;

	stand->asked++;
	return !stand->sated;
}

static void ended(void *data, int error)
{
	(void)data;
	fail_msg("the source ended by itself: %d", error);
}

static void refuted(void *data, const char *why)
{
	(void)data;
	fail_msg("this memory was refuted: %s", why);
}

static void resume(struct weir_task *task)
{
	struct source_stand *stand = task->data;

	if (!stand->stopped)
		stand->source->impl->resume(stand->source);
}

static void returned(void *data)
{
	struct source_stand *stand = data;

	weir_loop_queue(stand->loop, &stand->resume);
}

void source_stand_start(struct source_stand *stand)
{
	stand->any = stand->stopped = false;
	stand->frames = 0;
	stand->started_ns = weir_now_ns();
	assert_int_equal(stand->source->impl->start(stand->source, &stand->host), 0);
}

void source_stand_stop(struct source_stand *stand)
{
	stand->source->impl->stop(stand->source);
	stand->stopped = true;
}

void source_stand_run_until(struct source_stand *stand, unsigned more)
{
	unsigned before = stand->frames;

	stand->enough = before + more;
	stand_run(stand->loop, STAND_GIVE_UP);
	assert_in_range(stand->frames, before + more, UINT32_MAX);
	stand->enough = 0;
}

static uint64_t cpu_ns(void)
{
	struct timespec used;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * WEIR_NS_PER_S + (uint64_t)used.tv_nsec;
}

/* A source that spins takes all of the time, each time; an emulated one on a busy host a part, and
 * now and then a large one. */
void source_stand_run_in_silence(struct source_stand *stand)
{
	uint64_t least = UINT64_MAX;

	for (unsigned i = 0; i < 5 && least > STAND_A_WHILE / 3 * 2; i++) {
		uint64_t before = cpu_ns(), used;

		stand_run(stand->loop, STAND_A_WHILE);
		used = cpu_ns() - before;
		if (used < least)
			least = used;
	}
	assert_in_range(least, 0, STAND_A_WHILE / 3 * 2);
}

void source_stand_release(struct source_stand *stand)
{
	while (stand->n_held)
		weir_frame_unref(&stand->held[--stand->n_held]);
}

/* ---- setting up ---- */

int source_stand_open(struct source_stand *stand, const char *uri, struct weir_source **out)
{
	const struct weir_source_settings settings = { .log = &stand->heard.log };

	return weir_source_open(uri, &settings, out);
}

static struct weir_slab *make_slab(struct source_stand *stand)
{
	const struct weir_memory_kind *kind = stand->scene->kind;
	struct weir_slab_settings settings = {
		.log = &stand->heard.log, .slots = SOURCE_STAND_SLOTS, .no_lock = true
	};
	struct weir_source *source = stand->source;
	struct weir_slab *slab = NULL;

	assert_int_equal(source->impl->frame_bytes(source, &settings.frame_bytes), 0);
	settings.n_parts = source->n_parts;
	memcpy(settings.part_bytes, source->part_bytes, sizeof(settings.part_bytes));
	if (kind->create)
		assert_int_equal(weir_slab_create(kind, &settings, &slab), 0);
	else
		assert_int_equal(source->impl->allocate(source, kind, &settings, &slab), 0);
	assert_int_equal(slab->n_slots, SOURCE_STAND_SLOTS);
	slab->synced = source->device;
	stand_describe_slots(slab, &stand->video);
	return slab;
}

int source_stand_set_up(void **state)
{
	struct source_stand *stand = calloc(1, sizeof(*stand));

	assert_non_null(stand);
	stand->scene = *state;
	stand_listen(&stand->heard);
	assert_int_equal(source_stand_open(stand, stand->scene->uri, &stand->source), 0);
	stand->video = *weir_source_video(stand->source);
	stand->loop = stand_open_loop();
	stand->slab = make_slab(stand);
	stand->resume = (struct weir_task){ .run = resume, .data = stand };
	assert_int_equal(weir_slab_listen(stand->slab, stand->loop, returned, stand), 0);
	stand->host = (struct weir_source_host){
		.loop = stand->loop,
		.slab = stand->slab,
		.deliver = deliver,
		.wanted = wanted,
		.refuted = refuted,
		.ended = ended,
		.data = stand,
	};
	*state = stand;
	return 0;
}

int source_stand_tear_down(void **state)
{
	struct source_stand *stand = *state;
	unsigned out;

	source_stand_release(stand);
	weir_slab_ignore(stand->slab, stand->loop);
	weir_loop_close(&stand->loop);
	weir_source_close(&stand->source);
	out = weir_slab_out(stand->slab);
	weir_slab_unref(&stand->slab);
	free(stand);
	return out ? -1 : 0; /* every slot came back */
}
