/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef WEIR_SINKS_HTTP_ACCESS_H
#define WEIR_SINKS_HTTP_ACCESS_H

#include "sinks/http/reader.h"
#include "sinks/http/settings.h"

/* Who may do what: nothing here tells by the time it takes how near a token was. */

enum weir_http_access {
	WEIR_HTTP_GRANTED,
	WEIR_HTTP_NO_TOKEN,   /* none, or not the one */
	WEIR_HTTP_WRONG_HOST, /* a site of somebody else's has its name point here */
	WEIR_HTTP_FOREIGN     /* a page of somebody else's site sends it */
};

/* `shown`: the token came in the address, and is to become a cookie. */
enum weir_http_access weir_http_may_look(const struct weir_http_settings *settings,
	const struct weir_http_request *request, bool *shown);

/* Beyond that. */
enum weir_http_access weir_http_may_change(const struct weir_http_request *request);

/* The cookie's name: of the port, for hosts that serve several. */
#define WEIR_HTTP_COOKIE_NAME 16
const char *weir_http_cookie_name(
	const struct weir_http_settings *settings, char name[WEIR_HTTP_COOKIE_NAME]);

#endif
