/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "capture/rtp/settle.h"
#include "capture/rtp/source.h"

/* Slots of ours: the frame that packets come for, one that waits for late ones, and the one ahead.
 */
#define OWN_SLOTS 3

static const struct weir_rtp_form *const forms[] = {
	[WEIR_RTP_RAW] = &weir_rtp_form_raw,
	[WEIR_RTP_JPEG] = &weir_rtp_form_jpeg,
	[WEIR_RTP_H264] = &weir_rtp_form_h264,
};

static int write_uri(struct weir_rtp_source *source)
{
	char *uri = weir_rtp_wishes_uri(&source->wishes);

	if (!uri)
		return -ENOMEM;
	free(source->base.uri);
	source->base.uri = uri;
	return 0;
}

static int open_rtp(const struct weir_uri *uri, const struct weir_video *wanted,
	const struct weir_source_settings *settings, struct weir_source **out)
{
	struct weir_rtp_source *source = calloc(1, sizeof(*source));
	int err;

	if (!source)
		return -ENOMEM;
	err = weir_rtp_wishes_read(&source->wishes, uri, wanted, settings->log);
	if (!err)
		err = write_uri(source);
	if (err) {
		free(source);
		return err;
	}
	source->base.impl = &weir_source_rtp;
	source->base.video = source->wishes.video;
	source->base.live = true;
	source->base.delivers_corrupt = source->wishes.lost != WEIR_RTP_LOST_DROP;
	source->base.min_slots = OWN_SLOTS;
	source->form = forms[source->wishes.payload];
	source->fd = -1;
	*out = &source->base;
	return 0;
}

static void close_rtp(struct weir_source *source)
{
	free(source);
}

static int accepts(
	struct weir_source *source, const struct weir_memory_kind *kind, char *why, size_t size)
{
	(void)source;
	if (kind->create)
		return 0;
	snprintf(why, size, "packets are received into our own memory; %s is a device's",
		kind->name);
	return -ENOTSUP;
}

/* What the sender sends, with lines as far apart as anybody likes. */
static int try_video(struct weir_source *base, struct weir_video *video, char *why, size_t size)
{
	struct weir_video other = base->video;
	struct weir_layout layout;

	if (video->format == other.format && other.format->flags & WEIR_FORMAT_COMPRESSED) {
		*video = other;
		return 0;
	}
	if (video->format == other.format) {
		other.stride = video->stride ? video->stride : other.stride;
		if (!weir_format_layout(&other, &layout)) {
			*video = other;
			return 0;
		}
	}
	snprintf(why, size, "rtp: the sender sends %s", other.format->name);
	return -ENOTSUP;
}

static int set_video(struct weir_source *base, const struct weir_video *video)
{
	struct weir_rtp_source *source = (struct weir_rtp_source *)base;

	base->video.stride = source->wishes.video.stride = video->stride;
	return write_uri(source);
}

static int frame_bytes(struct weir_source *source, size_t *out)
{
	struct weir_layout layout;
	int err = 0;

	if (source->video.format->flags & WEIR_FORMAT_COMPRESSED) {
		*out = weir_rtp_coded_bytes(&source->video);
		return 0;
	}
	err = weir_format_layout(&source->video, &layout);
	if (!err)
		*out = layout.size;
	return err;
}

/* Of an image nobody knows what it takes until it is there: a byte for four pixels. */
static uint64_t copies(struct weir_source *source, char *why, size_t size)
{
	struct weir_video tight = source->video;
	struct weir_layout layout = { .size = (size_t)tight.width * tight.height / 4 };

	snprintf(why, size, "the kernel copies what arrives from the socket to its place");
	tight.stride = 0;
	if (!(tight.format->flags & WEIR_FORMAT_COMPRESSED))
		(void)weir_format_layout(&tight, &layout);
	return layout.size;
}

/* The network has a clock of its own: there is nothing to go on with. */
static void resume(struct weir_source *source)
{
	(void)source;
}

const struct weir_source_impl weir_source_rtp = {
	.scheme = "rtp",
	.summary = "rtp://ADDRESS:PORT?sdp=FILE or ?size=WxH&format=FOURCC&fps=N, from the network",
	.options = weir_rtp_options,
	.open = open_rtp,
	.close = close_rtp,
	.describe = weir_rtp_describe,
	.accepts = accepts,
	.try_video = try_video,
	.set_video = set_video,
	.frame_bytes = frame_bytes,
	.copies = copies,
	.start = weir_rtp_start,
	.resume = resume,
	.stop = weir_rtp_stop,
};
