/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>

#include "capture/rtp/source.h"

static void add_ability(struct weir_rtp_source *source, const struct weir_memory_kind *kind)
{
	size_t i = source->info.n_abilities++;

	source->abilities[i] =
		weir_source_ability_of(kind, source->details[i], sizeof(source->details[i]));
}

int weir_rtp_describe(struct weir_source *base, const struct weir_source_info **out)
{
	struct weir_rtp_source *source = (struct weir_rtp_source *)base;
	const struct weir_video *video = &base->video;
	char address[WEIR_RTP_ADDRESS_TEXT];

	snprintf(source->title, sizeof(source->title), "%s video at %s", source->form->name,
		weir_rtp_address_text(&source->wishes.address, true, address));
	source->size = (struct weir_source_size){
		.min_width = video->width,
		.min_height = video->height,
		.max_width = video->width,
		.max_height = video->height,
		.slowest = video->rate,
		.fastest = video->rate,
	};
	source->format = (struct weir_source_format){ video->format, &source->size, 1 };
	source->info = (struct weir_source_info){
		.uri = base->uri,
		.name = source->title,
		.driver = "rtp",
		.live = base->live,
		.formats = &source->format,
		.n_formats = 1,
		.abilities = source->abilities,
	};
	add_ability(source, &weir_memory_slab);
	add_ability(source, &weir_memory_host);
	*out = &source->info;
	return 0;
}
