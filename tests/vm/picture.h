/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_TESTS_VM_PICTURE_H
#define WEIR_TESTS_VM_PICTURE_H

#include <weir/format.h>
#include <weir/frame.h>

/* A picture whose every byte follows from its number: noise, and weir's frame stamp with the number
 * on top of it. Who can read the stamp can make the same picture again and compare all of it. */
struct picture {
	struct weir_video video;
	struct weir_layout layout;
	uint8_t *memory; /* of layout.size bytes */
};

/* 0 or -errno. */
int picture_init(
	struct picture *picture, const struct weir_format *format, uint32_t width, uint32_t height);
void picture_finish(struct picture *picture);

void picture_draw(const struct picture *picture, uint64_t number);

/* Where its planes lie. */
void picture_pixels(const struct picture *picture, struct weir_pixels *out);

/* Whether these pixels are the same, whatever lies between their lines. */
bool picture_equals(const struct picture *picture, const struct weir_pixels *pixels);

#endif
