/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plugins/gst/run.h"

#include <errno.h>
#include <string.h>

/* ---- words ---- */

static void write_line(void *data, enum weir_log_level level, const char *line)
{
	static const GstDebugLevel levels[] = {
		[WEIR_LOG_ERROR] = GST_LEVEL_WARNING, /* the element's error follows */
		[WEIR_LOG_WARN] = GST_LEVEL_WARNING,
		[WEIR_LOG_INFO] = GST_LEVEL_INFO,
		[WEIR_LOG_DEBUG] = GST_LEVEL_DEBUG,
	};
	struct weir_gst_run *run = data;

	GST_CAT_LEVEL_LOG(run->category, levels[level], run->element, "%s", line);
	if (level != WEIR_LOG_ERROR)
		return;
	g_mutex_lock(&run->lock);
	g_free(run->error);
	run->error = g_strdup(line);
	g_mutex_unlock(&run->lock);
}

void weir_gst_run_forget_error(struct weir_gst_run *run)
{
	g_mutex_lock(&run->lock);
	g_clear_pointer(&run->error, g_free);
	g_mutex_unlock(&run->lock);
}

void weir_gst_run_complain(struct weir_gst_run *run, int error)
{
	GstResourceError code = error == -ENODEV    ? GST_RESOURCE_ERROR_NOT_FOUND
				: error == -EBUSY   ? GST_RESOURCE_ERROR_BUSY
				: error == -EACCES  ? GST_RESOURCE_ERROR_NOT_AUTHORIZED
				: error == -ENOTSUP ? GST_RESOURCE_ERROR_SETTINGS
				: error == -EINVAL  ? GST_RESOURCE_ERROR_SETTINGS
						    : GST_RESOURCE_ERROR_FAILED;
	char *words;

	g_mutex_lock(&run->lock);
	words = g_strdup(run->error ? run->error : g_strerror(-error));
	g_mutex_unlock(&run->lock);
	gst_element_message_full(run->element, GST_MESSAGE_ERROR, GST_RESOURCE_ERROR, code, words,
		NULL, __FILE__, GST_FUNCTION, __LINE__);
}

/* ---- the plan ---- */

static void add_hop(GString *text, const struct weir_plan_hop *hop)
{
	static const char *const kinds[] = { "source", "stage", "sink" };

	g_string_append_printf(text, "%s %s: %s", kinds[hop->kind], hop->name, hop->reason);
	if (hop->bytes_copied)
		g_string_append_printf(text, " (%" G_GUINT64_FORMAT " bytes a frame copied)",
			(guint64)hop->bytes_copied);
	if (hop->bytes_converted)
		g_string_append_printf(text, " (%" G_GUINT64_FORMAT " bytes a frame converted)",
			(guint64)hop->bytes_converted);
	g_string_append_c(text, '\n');
}

static char *plan_words(const struct weir_plan *plan)
{
	GString *text = g_string_new(NULL);

	g_string_append_printf(text, "%s %ux%u, %u slots of %s memory, loop %s\n",
		plan->video.format->name, plan->video.width, plan->video.height, plan->slots,
		plan->memory, plan->loop);
	for (size_t i = 0; i < plan->n_hops; i++)
		add_hop(text, &plan->hops[i]);
	return g_string_free(text, FALSE);
}

char *weir_gst_run_plan(struct weir_gst_run *run)
{
	char *copy;

	g_mutex_lock(&run->lock);
	copy = g_strdup(run->plan);
	g_mutex_unlock(&run->lock);
	return copy;
}

/* ---- the figures ---- */

static void add_sink(GstStructure *stats, const struct weir_sink_ledger *sink)
{
	gst_structure_set(stats, "delivered", G_TYPE_UINT64, (guint64)sink->delivered, "dropped",
		G_TYPE_UINT64, (guint64)sink->dropped, "bytes", G_TYPE_UINT64, (guint64)sink->bytes,
		"zero-copy-sends", G_TYPE_UINT64, (guint64)sink->zero_copy_sends,
		"kernel-copied-sends", G_TYPE_UINT64, (guint64)sink->kernel_copied_sends, "pending",
		G_TYPE_UINT64, (guint64)sink->pending, "held-max", G_TYPE_UINT64,
		(guint64)sink->held_max, NULL);
	for (int i = 0; i < WEIR_N_DROPS; i++) {
		char name[48];

		if (!sink->drops[i])
			continue;
		g_snprintf(name, sizeof(name), "dropped-%s", weir_drop_name((enum weir_drop)i));
		gst_structure_set(stats, name, G_TYPE_UINT64, (guint64)sink->drops[i], NULL);
	}
}

static GstStructure *figures(const struct weir_gst_run *run, struct weir_pipeline *pipeline)
{
	GstStructure *stats;
	struct weir_memory_report memory;
	struct weir_ledger ledger;

	weir_pipeline_ledger(pipeline, &ledger);
	weir_pipeline_memory(pipeline, &memory);
	stats = gst_structure_new("weir-stats", "captured", G_TYPE_UINT64, (guint64)ledger.captured,
		"lost-by-device", G_TYPE_UINT64, (guint64)ledger.lost_by_device, "corrupt",
		G_TYPE_UINT64, (guint64)ledger.corrupt, "user-copied-bytes", G_TYPE_UINT64,
		(guint64)ledger.user_copied_bytes + run->copied, "kernel-copied-bytes",
		G_TYPE_UINT64, (guint64)ledger.kernel_copied_bytes, "converted-bytes",
		G_TYPE_UINT64, (guint64)ledger.converted_bytes, "private-bytes", G_TYPE_UINT64,
		(guint64)ledger.private_bytes, "source-copied-bytes", G_TYPE_UINT64,
		(guint64)ledger.source_copied_bytes, "cache-syncs", G_TYPE_UINT64,
		(guint64)ledger.cache_syncs, "latency-p50", G_TYPE_UINT64,
		(guint64)ledger.latency.p50, "latency-p99", G_TYPE_UINT64,
		(guint64)ledger.latency.p99, "latency-max", G_TYPE_UINT64,
		(guint64)ledger.latency.max, "memory", G_TYPE_STRING,
		memory.kind ? memory.kind : "", "slots", G_TYPE_UINT, memory.slots, NULL);
	if (ledger.n_sinks)
		add_sink(stats, &ledger.sinks[0]);
	return stats;
}

GstStructure *weir_gst_run_stats(struct weir_gst_run *run)
{
	GstStructure *stats;

	g_mutex_lock(&run->pipeline_lock);
	if (run->pipeline)
		stats = figures(run, run->pipeline);
	else
		stats = run->stats ? gst_structure_copy(run->stats)
				   : gst_structure_new_empty("weir-stats");
	g_mutex_unlock(&run->pipeline_lock);
	return stats;
}

void weir_gst_run_count_copy(struct weir_gst_run *run, guint64 bytes)
{
	g_mutex_lock(&run->pipeline_lock);
	run->copied += bytes;
	g_mutex_unlock(&run->pipeline_lock);
}

/* ---- its life ---- */

static void on_event(void *data, const struct weir_event *event)
{
	struct weir_gst_run *run = data;

	g_mutex_lock(&run->lock);
	if (event->type == WEIR_EVENT_PLANNED && event->plan) {
		g_free(run->plan);
		run->plan = plan_words(event->plan);
		run->video = event->plan->video;
	}
	if (event->type == WEIR_EVENT_STARTED) {
		run->started = TRUE;
		g_cond_broadcast(&run->changed);
	}
	g_mutex_unlock(&run->lock);
	if (event->type == WEIR_EVENT_PLANNED)
		g_object_notify(G_OBJECT(run->element), "plan");
	if (run->on_event)
		run->on_event(run->event_data, event);
}

static void end(struct weir_gst_run *run, int result)
{
	g_mutex_lock(&run->lock);
	run->result = result;
	run->over = TRUE;
	g_cond_broadcast(&run->changed);
	g_mutex_unlock(&run->lock);
}

static gpointer run_thread(gpointer data)
{
	struct weir_gst_run *run = data;
	int result = weir_pipeline_run(run->pipeline);

	end(run, result);
	if (run->on_over)
		run->on_over(run->event_data);
	return NULL;
}

int weir_gst_run_next(struct weir_gst_run *run, guint64 timeout_ns, struct weir_frame **frame)
{
	int err;

	if (run->over)
		return run->result;
	err = weir_pipeline_next(run->pipeline, timeout_ns, frame);
	if (err && err != -EINTR && err != -EAGAIN)
		end(run, err);
	return err;
}

guint64 weir_gst_run_held(struct weir_gst_run *run)
{
	struct weir_ledger ledger;

	weir_pipeline_ledger(run->pipeline, &ledger);
	return ledger.n_sinks ? ledger.sinks[0].pending : 0;
}

void weir_gst_run_interrupt(struct weir_gst_run *run)
{
	g_mutex_lock(&run->pipeline_lock);
	if (run->pipeline)
		weir_pipeline_wake(run->pipeline);
	g_mutex_unlock(&run->pipeline_lock);
}

void weir_gst_run_init(struct weir_gst_run *run, GstElement *element, GstDebugCategory *category)
{
	memset(run, 0, sizeof(*run));
	run->element = element;
	run->category = category;
	run->log = (struct weir_log){ .level = WEIR_LOG_DEBUG, .write = write_line, .data = run };
	g_mutex_init(&run->pipeline_lock);
	g_mutex_init(&run->lock);
	g_cond_init(&run->changed);
}

static int build(struct weir_gst_run *run, const struct weir_pipeline_settings *wishes,
	struct weir_source **source, struct weir_sink **sink, struct weir_pipeline **out)
{
	struct weir_pipeline_settings settings = *wishes;
	struct weir_stage *stage = NULL;
	int err;

	settings.log = &run->log;
	settings.on_event = on_event;
	settings.event_data = run;
	err = weir_pipeline_create(&settings, out);
	if (!err)
		err = weir_pipeline_set_source(*out, source);
	if (!err && run->stage[0])
		err = weir_stage_open(run->stage, &run->log, &stage);
	if (!err && stage)
		err = weir_pipeline_add_stage(*out, &stage);
	if (!err)
		err = weir_pipeline_add_sink(*out, sink);
	weir_stage_close(&stage);
	return err;
}

gboolean weir_gst_run_open(struct weir_gst_run *run, const struct weir_pipeline_settings *settings,
	struct weir_source **source, struct weir_sink **sink)
{
	struct weir_pipeline *pipeline = NULL;
	int err = build(run, settings, source, sink, &pipeline);

	weir_source_close(source);
	weir_sink_close(sink);
	g_mutex_lock(&run->lock);
	run->started = run->over = FALSE;
	run->result = err;
	g_mutex_unlock(&run->lock);
	g_mutex_lock(&run->pipeline_lock);
	run->pipeline = pipeline;
	run->copied = 0;
	g_mutex_unlock(&run->pipeline_lock);
	if (err) {
		weir_gst_run_stop(run);
		return FALSE;
	}
	return TRUE;
}

gboolean weir_gst_run_start(struct weir_gst_run *run, const struct weir_pipeline_settings *settings,
	struct weir_source **source, struct weir_sink **sink)
{
	if (!weir_gst_run_open(run, settings, source, sink))
		return FALSE;
	run->thread = g_thread_new("weir", run_thread, run);
	return TRUE;
}

gboolean weir_gst_run_wait(struct weir_gst_run *run)
{
	gboolean started;

	g_mutex_lock(&run->lock);
	while (!run->started && !run->over && run->thread)
		g_cond_wait(&run->changed, &run->lock);
	started = run->started && !run->over;
	g_mutex_unlock(&run->lock);
	return started;
}

gboolean weir_gst_run_wait_over(struct weir_gst_run *run, const gint *unlocked)
{
	gboolean over;

	g_mutex_lock(&run->lock);
	while (run->thread && !run->over && !g_atomic_int_get(unlocked))
		g_cond_wait(&run->changed, &run->lock);
	over = !run->thread || run->over;
	g_mutex_unlock(&run->lock);
	return over;
}

gboolean weir_gst_run_is_over(struct weir_gst_run *run)
{
	gboolean over;

	g_mutex_lock(&run->lock);
	over = run->over;
	g_mutex_unlock(&run->lock);
	return over;
}

void weir_gst_run_wake(struct weir_gst_run *run)
{
	g_mutex_lock(&run->lock);
	g_cond_broadcast(&run->changed);
	g_mutex_unlock(&run->lock);
}

int weir_gst_run_join(struct weir_gst_run *run)
{
	if (run->thread)
		g_thread_join(run->thread);
	run->thread = NULL;
	return run->result;
}

/* Where nobody asks for frames any more, they are asked for here until there are none. */
static void end_run(struct weir_gst_run *run)
{
	struct weir_frame *frame = NULL;

	weir_pipeline_stop(run->pipeline);
	weir_gst_run_join(run);
	while (run->started && !run->over) {
		weir_gst_run_next(run, WEIR_FOREVER, &frame);
		weir_frame_unref(&frame);
	}
}

/* Whether there was one. */
static gboolean finish(struct weir_gst_run *run)
{
	struct weir_pipeline *pipeline = run->pipeline;

	if (!pipeline)
		return FALSE;
	end_run(run);
	g_mutex_lock(&run->pipeline_lock);
	if (run->stats)
		gst_structure_free(run->stats);
	run->stats = figures(run, pipeline);
	GST_CAT_INFO_OBJECT(run->category, run->element, "%" GST_PTR_FORMAT, run->stats);
	run->pipeline = NULL;
	g_mutex_unlock(&run->pipeline_lock);
	weir_pipeline_destroy(&pipeline);
	return TRUE;
}

void weir_gst_run_stop(struct weir_gst_run *run)
{
	if (finish(run))
		g_object_notify(G_OBJECT(run->element), "stats");
}

void weir_gst_run_clear(struct weir_gst_run *run)
{
	finish(run);
	g_free(run->error);
	g_free(run->plan);
	if (run->stats)
		gst_structure_free(run->stats);
	g_mutex_clear(&run->pipeline_lock);
	g_mutex_clear(&run->lock);
	g_cond_clear(&run->changed);
}
