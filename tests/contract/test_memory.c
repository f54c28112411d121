/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Every kind of memory that we allocate ourselves gives what core/slab.h says, and gives it back.
 *
 *   contract_memory [KIND…]   the kinds named must be there; any other may be skipped
 *
 * What a device allocates is tested with its source. What a display makes takes one that nobody
 * shows on. */

#include "tests/contract/stand.h"

#include <dirent.h>
#include <errno.h>
#include <linux/dma-buf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/sink.h"

#define FRAME_BYTES 20481 /* five pages and a byte */

static size_t page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* ---- what this process has open and mapped ---- */

static unsigned count_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

static unsigned count_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned count = 0;
	char line[512];

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps))
		count += strstr(line, "memfd:") || strstr(line, "dmabuf");
	fclose(maps);
	return count;
}

/* ---- slabs ---- */

static int create(const struct weir_memory_kind *kind, unsigned slots, size_t bytes,
	const struct weir_log *log, struct weir_slab **out)
{
	const struct weir_slab_settings settings = {
		.log = log, .slots = slots, .frame_bytes = bytes, .no_lock = true
	};

	return weir_slab_create(kind, &settings, out);
}

/* With one plane of all bytes in every slot. */
static struct weir_slab *make(const struct weir_memory_kind *kind, unsigned slots)
{
	const struct weir_video video = {
		.format = weir_format_by_name("MJPEG"), .width = 64, .height = 48
	};
	struct weir_slab *slab = NULL;

	assert_int_equal(create(kind, slots, FRAME_BYTES, NULL, &slab), 0);
	stand_describe_slots(slab, &video);
	return slab;
}

static void slots_have_room_around_frames(void **state)
{
	struct weir_slab *slab = make(*state, 3);

	for (unsigned i = 0; i < slab->n_slots; i++) {
		const struct weir_slot *slot = &slab->slots[i];
		const struct weir_slot_part *part = &slot->parts[0];
		const uint8_t *end = slot->headroom + slab->pitch;

		assert_int_equal(slot->n_parts, 1);
		assert_int_equal(part->length, FRAME_BYTES);
		assert_int_equal((uintptr_t)part->memory % page_size(), 0);
		if (!slab->headroom_bytes) { /* a kind whose pages are not ours has no room around
						frames */
			assert_null(slot->headroom);
			continue;
		}
		assert_int_equal(part->memory - slot->headroom, slab->headroom_bytes);
		assert_int_equal(slab->headroom_bytes, page_size());
		assert_true(end - (part->memory + FRAME_BYTES) >= WEIR_SLAB_TAILROOM);
		assert_true(slot->headroom >= slab->base && end <= slab->base + slab->length);
	}
	weir_slab_unref(&slab);
}

static void pages_are_there_from_the_start(void **state)
{
	struct weir_slab *slab = make(*state, 4);
	unsigned char resident[256];
	size_t pages = slab->length / page_size();

	if (!slab->base) { /* the kernel's own pages: there once they are allocated */
		weir_slab_unref(&slab);
		skip();
	}
	assert_in_range(pages, 1, sizeof(resident));
	assert_int_equal(mincore(slab->base, slab->length, resident), 0);
	for (size_t i = 0; i < pages; i++)
		assert_true(resident[i] & 1);
	weir_slab_unref(&slab);
}

static uint8_t byte_at(unsigned slot, size_t at)
{
	return (uint8_t)(slot * 31 + at * 7 + at / 251);
}

/* Written through one use of the slots, read through the next. */
static void data_survives(void **state)
{
	struct weir_slab *slab = make(*state, WEIR_SLAB_MAX_SLOTS);
	struct weir_pixels pixels;

	for (unsigned i = 0; i < 2 * slab->n_slots; i++) {
		struct weir_slot *slot = weir_slab_take(slab);
		bool first = i < slab->n_slots;
		struct weir_frame *frame;

		assert_non_null(slot);
		frame = weir_slot_issue(slot);
		assert_int_equal(weir_frame_begin_cpu(
					 frame, first ? WEIR_CPU_WRITE : WEIR_CPU_READ, &pixels),
			0);
		for (size_t at = 0; at < FRAME_BYTES; at++) {
			if (first)
				pixels.data[0][at] = byte_at(slot->index, at);
			else
				assert_int_equal(pixels.data[0][at], byte_at(slot->index, at));
		}
		assert_int_equal(weir_frame_end_cpu(frame), 0);
		weir_frame_unref(&frame);
	}
	weir_slab_unref(&slab);
}

static void sync_fd(int fd, uint64_t flags)
{
	struct dma_buf_sync sync = { .flags = flags };

	while (ioctl(fd, DMA_BUF_IOCTL_SYNC, &sync) < 0)
		assert_true(errno == EINTR || errno == EAGAIN);
}

/* What we write, whoever has the dma-buf reads, and the other way round. */
static void check_dmabuf(struct weir_slot *slot)
{
	struct weir_frame *frame = weir_slot_issue(slot);
	int fd = slot->parts[0].dmabuf;
	struct weir_pixels pixels;
	uint8_t *theirs = mmap(NULL, FRAME_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	assert_true(theirs != MAP_FAILED);
	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_WRITE, &pixels), 0);
	for (size_t at = 0; at < FRAME_BYTES; at++)
		pixels.data[0][at] = byte_at(slot->index, at);
	assert_int_equal(weir_frame_end_cpu(frame), 0);

	sync_fd(fd, DMA_BUF_SYNC_START | DMA_BUF_SYNC_RW);
	for (size_t at = 0; at < FRAME_BYTES; at++) {
		assert_int_equal(theirs[at], byte_at(slot->index, at));
		theirs[at] ^= 0xff;
	}
	sync_fd(fd, DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW);

	assert_int_equal(weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels), 0);
	for (size_t at = 0; at < FRAME_BYTES; at++)
		assert_int_equal(pixels.data[0][at], byte_at(slot->index, at) ^ 0xff);
	assert_int_equal(weir_frame_end_cpu(frame), 0);
	munmap(theirs, FRAME_BYTES);
	weir_frame_unref(&frame);
}

static void dmabufs_show_the_same_bytes(void **state)
{
	struct weir_slab *slab = make(*state, 4);
	bool any = slab->slots[0].parts[0].dmabuf >= 0;

	for (unsigned i = 0; i < slab->n_slots; i++) {
		struct weir_slot *slot = weir_slab_take(slab);

		assert_int_equal(slot->parts[0].dmabuf >= 0, any); /* all, or none */
		if (any)
			check_dmabuf(slot);
		else
			weir_slab_put(slot);
	}
	assert_int_equal(atomic_load(&slab->syncs), any ? 4 * slab->n_slots : 0);
	weir_slab_unref(&slab);
	if (!any)
		print_message("this kind has no dma-bufs\n");
}

/* The device sees the frame's pages, and none of the headroom. */
static void dmabufs_end_with_the_frame(void **state)
{
	struct weir_slab *slab = make(*state, 2);
	size_t pages = (FRAME_BYTES + page_size() - 1) / page_size() * page_size();

	for (unsigned i = 0; i < slab->n_slots; i++) {
		int fd = slab->slots[i].parts[0].dmabuf;

		if (fd >= 0)
			assert_int_equal(lseek(fd, 0, SEEK_END), pages);
	}
	weir_slab_unref(&slab);
}

static void one_slot_and_as_many_as_there_can_be(void **state)
{
	const unsigned counts[] = { 1, WEIR_SLAB_MAX_SLOTS };

	for (size_t i = 0; i < WEIR_COUNT(counts); i++) {
		struct weir_slab *slab = make(*state, counts[i]);

		for (unsigned taken = 0; taken < counts[i]; taken++)
			assert_non_null(weir_slab_take(slab));
		assert_null(weir_slab_take(slab));
		for (unsigned slot = 0; slot < counts[i]; slot++)
			weir_slab_put(&slab->slots[slot]);
		assert_int_equal(weir_slab_out(slab), 0);
		weir_slab_unref(&slab);
	}
}

static void impossible_sizes_are_refused(void **state)
{
	const size_t sizes[] = { SIZE_MAX, SIZE_MAX - 63, SIZE_MAX - WEIR_SLAB_TAILROOM - 4096,
		SIZE_MAX / 2, (size_t)PTRDIFF_MAX, (size_t)PTRDIFF_MAX / WEIR_SLAB_MAX_SLOTS };
	unsigned fds = count_fds(), mappings = count_mappings();

	for (size_t i = 0; i < WEIR_COUNT(sizes); i++) {
		struct weir_slab *slab = NULL;
		struct stand_log heard;

		stand_listen(&heard);
		assert_true(create(*state, WEIR_SLAB_MAX_SLOTS, sizes[i], &heard.log, &slab) < 0);
		assert_null(slab);
		assert_int_equal(heard.lines, 1);
	}
	assert_int_equal(count_fds(), fds);
	assert_int_equal(count_mappings(), mappings);
}

static void nothing_stays(void **state)
{
	unsigned fds = count_fds(), mappings = count_mappings();
	struct weir_slab *slab = make(*state, WEIR_SLAB_MAX_SLOTS);
	struct weir_frame *frame = weir_slot_issue(weir_slab_take(slab));

	assert_true(count_fds() > fds);
	assert_true(count_mappings() > mappings);
	weir_slab_unref(&slab); /* the frame keeps all of it */
	assert_true(count_mappings() > mappings);
	weir_frame_unref(&frame);
	assert_int_equal(count_fds(), fds);
	assert_int_equal(count_mappings(), mappings);
}

static int run_kind(const struct weir_memory_kind *kind)
{
	struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_have_room_around_frames),
		cmocka_unit_test(pages_are_there_from_the_start),
		cmocka_unit_test(data_survives),
		cmocka_unit_test(dmabufs_show_the_same_bytes),
		cmocka_unit_test(dmabufs_end_with_the_frame),
		cmocka_unit_test(one_slot_and_as_many_as_there_can_be),
		cmocka_unit_test(impossible_sizes_are_refused),
		cmocka_unit_test(nothing_stays),
	};

	for (size_t i = 0; i < WEIR_COUNT(tests); i++)
		tests[i].initial_state = (void *)(uintptr_t)kind;
	return _cmocka_run_group_tests(kind->name, tests, WEIR_COUNT(tests), NULL, NULL);
}

static bool is_named(const char *name, char **names)
{
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

/* The kind as the first display makes it, or the row. */
static struct weir_memory_kind made_by(
	const struct weir_memory_kind *row, struct weir_sink **display)
{
	const struct weir_log silent = { .level = WEIR_LOG_SILENT };
	const struct weir_sink_settings settings = { .log = &silent };

	if (row->by_sink && !weir_sink_open("display", &settings, display) &&
		(*display)->impl->make_part)
		return weir_memory_of_sink(*display);
	return *row;
}

int main(int argc, char **argv)
{
	int failed = 0;

	(void)argc;
	for (size_t i = 0; weir_memory_kinds[i]; i++) {
		struct weir_sink *display = NULL;
		struct weir_memory_kind made = made_by(weir_memory_kinds[i], &display);
		const struct weir_memory_kind *kind = made.maker ? &made : weir_memory_kinds[i];
		char why[160] = "";

		if (!kind->create)
			continue;
		if (!kind->probe || !kind->probe(why, sizeof(why))) {
			failed += run_kind(kind);
		} else if (is_named(kind->name, argv + 1)) {
			print_error("%s must be here: %s\n", kind->name, why);
			failed++;
		} else {
			print_message("SKIPPED on %s: %s\n", kind->name, why);
		}
		weir_sink_close(&display);
	}
	return failed;
}
