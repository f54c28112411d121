/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weir/weir.h>

#include "core/stamp.h"
#include "tests/vm/camera.h"
#include "tests/vm/picture.h"

/* Captures what `write` shows and compares every byte of every frame, while the sink `verify` looks
 * at the same frames. Ends when so many different pictures were seen: a camera and an output have
 * clocks of their own, so that one may be seen twice, or never. */

#define PATIENCE_NS 60000000000u

struct proof {
	struct weir_pipeline *pipeline;
	struct picture picture;
	unsigned wanted;
	unsigned frames, pictures, again, unreadable, torn, wrong, back;
	bool any, apart;
	uint64_t last;
};

/* Planes in one piece of memory follow each other, planes apart begin at the beginning of theirs.
 */
static bool is_apart(const struct weir_frame_info *info)
{
	return info->n_planes > 1 && info->plane[1].offset == 0 &&
	       info->plane[0].fd != info->plane[1].fd;
}

static void compare(struct proof *proof, const struct weir_pixels *pixels, uint64_t number)
{
	if (proof->any && number < proof->last)
		proof->back++;
	if (proof->any && number == proof->last)
		proof->again++;
	else
		proof->pictures++;
	proof->any = true;
	proof->last = number;
	picture_draw(&proof->picture, number);
	proof->wrong += !picture_equals(&proof->picture, pixels);
}

static int look(void *data, struct weir_frame *frame)
{
	struct proof *proof = data;
	struct weir_pixels pixels;
	uint64_t number;
	int err = weir_frame_begin_cpu(frame, WEIR_CPU_READ, &pixels);

	if (err)
		return err;
	proof->frames++;
	proof->apart = is_apart(weir_frame_info(frame));
	switch (weir_stamp_read(&proof->picture.video, &pixels, &number)) {
	case WEIR_STAMP_WHOLE:
		compare(proof, &pixels, number);
		break;
	case WEIR_STAMP_TORN:
		proof->torn++;
		break;
	default:
		proof->unreadable++;
	}
	if (proof->pictures >= proof->wanted || proof->torn + proof->unreadable >= proof->wanted)
		weir_pipeline_stop(proof->pipeline);
	return weir_frame_end_cpu(frame);
}

static struct weir_pipeline *build(struct proof *proof, const char *uri, const char *kind)
{
	struct weir_pipeline_settings settings = { .memory = kind, .max_ns = PATIENCE_NS };
	const struct weir_video *video;
	struct weir_source *source = NULL;
	struct weir_sink *verify = NULL, *own = NULL;

	if (weir_source_open(uri, NULL, &source))
		exit(1);
	video = weir_source_video(source);
	if (picture_init(&proof->picture, video->format, video->width, video->height) ||
		weir_sink_open("verify?numbers=free", NULL, &verify) ||
		weir_sink_open_callback(look, proof, NULL, &own) ||
		weir_pipeline_create(&settings, &proof->pipeline) ||
		weir_pipeline_set_source(proof->pipeline, &source) ||
		weir_pipeline_add_sink(proof->pipeline, &verify) ||
		weir_pipeline_add_sink(proof->pipeline, &own))
		die("pipeline");
	return proof->pipeline;
}

/* Whether nothing of this is wrong, said in one line. */
static bool judge(const struct proof *proof, const char *kind, bool apart)
{
	struct weir_memory_report memory;
	struct weir_ledger ledger;
	char why[160] = "";

	weir_pipeline_memory(proof->pipeline, &memory);
	weir_pipeline_ledger(proof->pipeline, &ledger);
	weir_ledger_reconcile(&ledger, why, sizeof(why));
	printf("%u frames, %u pictures: %u wrong, %u unreadable, %u torn, %u back, %u again; "
	       "memory %s%s; %" PRIu64 " bytes copied; %s %s\n",
		proof->frames, proof->pictures, proof->wrong, proof->unreadable, proof->torn,
		proof->back, proof->again, memory.kind ? memory.kind : "none",
		proof->apart ? ", planes apart" : "",
		ledger.user_copied_bytes + ledger.kernel_copied_bytes, ledger.sinks[0].verdict,
		why);
	return proof->pictures >= proof->wanted && !proof->wrong && !proof->unreadable &&
	       !proof->torn && !proof->back && !ledger.sinks[0].error && proof->apart == apart &&
	       memory.kind && !strcmp(memory.kind, kind) && !ledger.user_copied_bytes &&
	       !ledger.kernel_copied_bytes && !why[0];
}

/* SOURCE KIND PICTURES */
int command_prove(char **arguments)
{
	struct proof proof = { .wanted = (unsigned)atoi(arguments[2]) };
	struct weir_pipeline *pipeline = build(&proof, arguments[0], arguments[1]);
	int err = weir_pipeline_run(pipeline);
	bool good = judge(&proof, arguments[1], strstr(arguments[0], "planes=apart"));

	picture_finish(&proof.picture);
	weir_pipeline_destroy(&pipeline);
	return good && !err ? 0 : 1;
}
