/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_HTTP_HUFFMAN_H
#define WEIR_SINKS_HTTP_HUFFMAN_H

#include <stddef.h>
#include <stdint.h>

/* Where the image lacks its Huffman tables, as those of many cameras do and no browser takes: the
 * place to put weir_http_dht. SIZE_MAX where nothing is to be put: it has tables, or is no such
 * image at all. */
size_t weir_http_dht_place(const uint8_t *image, size_t length);

/* The segment with the tables of ITU-T T.81, annex K.3, which such images mean. */
#define WEIR_HTTP_DHT_BYTES 420
extern const uint8_t weir_http_dht[WEIR_HTTP_DHT_BYTES];

#endif
