/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/http/access.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/scan.h"

/* ---- tokens ---- */

/* Takes as long for every text of that length, and says nothing of where they differ. */
static bool same_token(const char *token, const char *text, size_t length)
{
	unsigned char given[WEIR_HTTP_MAX_TOKEN + 1] = { 0 },
						  wanted[WEIR_HTTP_MAX_TOKEN + 1] = { 0 };
	volatile unsigned char differs = length > WEIR_HTTP_MAX_TOKEN;

	memcpy(given, text, differs ? 0 : length);
	memcpy(wanted, token, strnlen(token, WEIR_HTTP_MAX_TOKEN));
	for (size_t i = 0; i < sizeof(given); i++)
		differs |= given[i] ^ wanted[i];
	return !differs;
}

/* "a=1&token=…", "a=1; token=…": looks for NAME in items parted by `separator`. */
static const char *find_value(const char *text, char separator, const char *name, size_t *length)
{
	const char ends[] = { separator, '\0' };
	size_t name_length = strlen(name);

	while (*text) {
		size_t item = strcspn(text, ends);

		if (item > name_length && !strncmp(text, name, name_length) &&
			text[name_length] == '=') {
			*length = item - name_length - 1;
			return text + name_length + 1;
		}
		text += item;
		while (*text == separator || *text == ' ')
			text++;
	}
	return NULL;
}

static bool matches(const char *token, const char *text, char separator, const char *name)
{
	size_t length = 0;
	const char *value = find_value(text, separator, name, &length);

	return value && same_token(token, value, length);
}

static bool has_bearer(const char *token, const char *authorization)
{
	static const char scheme[] = "bearer ";
	size_t length = sizeof(scheme) - 1;

	if (strlen(authorization) < length || !weir_is_word(authorization, length, scheme))
		return false;
	return same_token(token, authorization + length, strlen(authorization + length));
}

const char *weir_http_cookie_name(
	const struct weir_http_settings *settings, char name[WEIR_HTTP_COOKIE_NAME])
{
	/* At the same place in both families. */
	const struct sockaddr_in *address = (const struct sockaddr_in *)&settings->address.value;

	snprintf(name, WEIR_HTTP_COOKIE_NAME, "weir-%u", ntohs(address->sin_port));
	return name;
}

/* ---- hosts ---- */

/* "127.0.0.1:8080", "[::1]", "localhost": what only this machine calls itself. */
static bool is_own_name(const char *host)
{
	size_t length = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");
	char name[64];
	struct in_addr address;

	if (length >= sizeof(name) || length > strlen(host))
		return false;
	memcpy(name, host, length);
	name[length] = '\0';
	if (weir_is_word(name, length, "localhost") || !strcmp(name, "[::1]"))
		return true;
	return inet_pton(AF_INET, name, &address) == 1 && ntohl(address.s_addr) >> 24 == 127;
}

enum weir_http_access weir_http_may_look(const struct weir_http_settings *settings,
	const struct weir_http_request *request, bool *shown)
{
	char name[WEIR_HTTP_COOKIE_NAME];

	*shown = false;
	if (!settings->token[0])
		return !request->has[WEIR_HTTP_HOST] || is_own_name(request->header[WEIR_HTTP_HOST])
			       ? WEIR_HTTP_GRANTED
			       : WEIR_HTTP_WRONG_HOST;
	*shown = matches(settings->token, request->query, '&', "token");
	if (*shown || has_bearer(settings->token, request->header[WEIR_HTTP_AUTHORIZATION]) ||
		matches(settings->token, request->header[WEIR_HTTP_COOKIE], ';',
			weir_http_cookie_name(settings, name)))
		return WEIR_HTTP_GRANTED;
	return WEIR_HTTP_NO_TOKEN;
}

/* A browser adds Origin to every POST, and asks first before it adds X-Weir for another site: that
 * question is never answered. */
enum weir_http_access weir_http_may_change(const struct weir_http_request *request)
{
	const char *origin = request->header[WEIR_HTTP_ORIGIN], *host;

	if (!request->has[WEIR_HTTP_X_WEIR])
		return WEIR_HTTP_FOREIGN;
	if (!request->has[WEIR_HTTP_ORIGIN])
		return WEIR_HTTP_GRANTED;
	host = strstr(origin, "://");
	if (!host || strcmp(host + 3, request->header[WEIR_HTTP_HOST]) != 0)
		return WEIR_HTTP_FOREIGN;
	return WEIR_HTTP_GRANTED;
}
