/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_HTTP_PAGE_H
#define WEIR_SINKS_HTTP_PAGE_H

#include <stddef.h>

/* The page, style and script in it, and the policy that lets no other of these run. Made of
 * sinks/http/page/ by cmake/page.cmake. */
extern const unsigned char weir_http_page[];
extern const size_t weir_http_page_bytes;
extern const char weir_http_page_policy[];

#endif
