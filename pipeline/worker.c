/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "core/clock.h"
#include "core/counter.h"
#include "core/log.h"
#include "core/stage.h"
#include "core/waker.h"

/* A thread that converts one frame after the other. Slots, references and the order of frames are
 * the loop's business; the thread sees two frames and returns. */

enum job { JOB_NONE, JOB_WAITS, JOB_DONE };

struct worker {
	struct weir_stage *stage;
	struct weir_stage_host host;
	struct weir_waker waker;
	struct weir_slot *slot; /* for the next output, taken already */

	pthread_t thread;
	pthread_mutex_t lock; /* of what follows */
	pthread_cond_t changed;
	enum job job;
	bool quits;
	struct weir_frame *in, *out; /* the thread's while a job waits, else the loop's */
	uint32_t bytes_used;
	int result;

	weir_counter cpu_ns, minor_faults, major_faults;
};

/* ---- the thread ---- */

static void note_usage(struct worker *worker)
{
	struct rusage used = { 0 };
	struct timespec cpu;

	getrusage(RUSAGE_THREAD, &used);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
	weir_counter_set(&worker->minor_faults, (uint64_t)used.ru_minflt);
	weir_counter_set(&worker->major_faults, (uint64_t)used.ru_majflt);
	weir_counter_set(
		&worker->cpu_ns, (uint64_t)cpu.tv_sec * WEIR_NS_PER_S + (uint64_t)cpu.tv_nsec);
}

static bool wait_for_job(struct worker *worker)
{
	bool quits;

	pthread_mutex_lock(&worker->lock);
	while (worker->job != JOB_WAITS && !worker->quits)
		pthread_cond_wait(&worker->changed, &worker->lock);
	quits = worker->quits;
	pthread_mutex_unlock(&worker->lock);
	return !quits;
}

static void *work(void *data)
{
	struct worker *worker = data;
	const struct weir_stage *stage = worker->stage;

	while (wait_for_job(worker)) {
		int result = stage->impl->convert(
			stage->state, worker->in, worker->out, &worker->bytes_used);

		note_usage(worker);
		pthread_mutex_lock(&worker->lock);
		worker->result = result;
		worker->job = JOB_DONE;
		pthread_mutex_unlock(&worker->lock);
		weir_waker_wake(&worker->waker);
	}
	return NULL;
}

/* ---- the loop ---- */

static bool has_room(struct weir_stage *stage)
{
	struct worker *worker = stage->running;

	if (worker->in)
		return false;
	if (!worker->slot)
		worker->slot = weir_slab_take(worker->host.slab);
	if (!worker->slot)
		weir_slab_want(worker->host.slab);
	return worker->slot != NULL;
}

static void take(struct weir_stage *stage, struct weir_frame *frame)
{
	struct worker *worker = stage->running;
	struct weir_frame *out = weir_slot_issue(worker->slot);

	out->info.sequence = frame->info.sequence;
	out->info.timestamp_ns = frame->info.timestamp_ns;
	out->info.arrived_ns = frame->info.arrived_ns;
	out->info.flags = frame->info.flags;
	worker->slot = NULL;
	pthread_mutex_lock(&worker->lock);
	worker->in = frame;
	worker->out = out;
	worker->bytes_used = out->info.bytes_used;
	worker->job = JOB_WAITS;
	pthread_cond_signal(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
}

static bool is_done(struct worker *worker)
{
	bool done;

	pthread_mutex_lock(&worker->lock);
	done = worker->job == JOB_DONE;
	if (done)
		worker->job = JOB_NONE;
	pthread_mutex_unlock(&worker->lock);
	return done;
}

static void finished(void *data)
{
	struct worker *worker = data;
	struct weir_frame *out;
	int result;

	if (!is_done(worker))
		return;
	out = worker->out;
	result = worker->result;
	worker->out = NULL;
	weir_frame_unref(&worker->in);
	if (!result) {
		out->info.bytes_used = worker->bytes_used;
		worker->host.deliver(worker->host.data, out);
	} else {
		weir_frame_unref(&out);
		worker->host.skipped(worker->host.data);
		if (result != -EAGAIN)
			worker->host.failed(worker->host.data, result);
	}
	/* Of a branch that failed, too: the others wait for what waits here. */
	worker->host.ready(worker->host.data);
}

/* ---- its life ---- */

/* Signals are for the threads of the program; priority and CPU are for capture. */
static int start_thread(struct worker *worker)
{
	const struct sched_param ordinary = { 0 };
	pthread_attr_t attributes;
	sigset_t all, before;
	int err;

	pthread_attr_init(&attributes);
	pthread_attr_setinheritsched(&attributes, PTHREAD_EXPLICIT_SCHED);
	pthread_attr_setschedpolicy(&attributes, SCHED_OTHER);
	pthread_attr_setschedparam(&attributes, &ordinary);
	if (worker->host.cpus)
		pthread_attr_setaffinity_np(
			&attributes, sizeof(*worker->host.cpus), worker->host.cpus);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = -pthread_create(&worker->thread, &attributes, work, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	if (!err)
		pthread_setname_np(worker->thread, "weir-worker");
	return err;
}

static int start(struct weir_stage *stage, const struct weir_stage_host *host)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	int err;

	if (!worker)
		return -ENOMEM;
	worker->stage = stage;
	worker->host = *host;
	pthread_mutex_init(&worker->lock, NULL);
	pthread_cond_init(&worker->changed, NULL);
	err = weir_waker_init(&worker->waker);
	if (!err)
		err = weir_waker_listen(&worker->waker, host->loop, finished, worker);
	if (!err)
		err = start_thread(worker);
	if (!err) {
		stage->running = worker;
		return 0;
	}
	weir_error_errno(host->log, "a worker thread", err);
	weir_waker_ignore(&worker->waker, host->loop);
	weir_waker_finish(&worker->waker);
	free(worker);
	return err;
}

/* Waits for a conversion that runs: it has the memory. */
static void stop(struct weir_stage *stage)
{
	struct worker *worker = stage->running;

	stage->running = NULL;
	pthread_mutex_lock(&worker->lock);
	worker->quits = true;
	pthread_cond_signal(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	pthread_join(worker->thread, NULL);
	weir_frame_unref(&worker->in);
	weir_frame_unref(&worker->out);
	if (worker->slot)
		weir_slab_put(worker->slot);
	weir_waker_ignore(&worker->waker, worker->host.loop);
	weir_waker_finish(&worker->waker);
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
}

static void usage(const struct weir_stage *stage, struct weir_stage_usage *out)
{
	const struct worker *worker = stage->running;

	out->cpu_ns = weir_counter_get(&worker->cpu_ns);
	out->minor_faults = weir_counter_get(&worker->minor_faults);
	out->major_faults = weir_counter_get(&worker->major_faults);
	out->syscalls = 0;
}

const struct weir_stage_engine weir_stage_worker = {
	.start = start,
	.has_room = has_room,
	.take = take,
	.stop = stop,
	.usage = usage,
};
