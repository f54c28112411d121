/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/http/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"

#define DEFAULT_CLIENTS 32
#define DEFAULT_HEADER  8192
#define DEFAULT_IDLE_S  15
#define DEFAULT_STALL_S 10

/* ---- the address ---- */

/* As browsers show it, with a '/' at the end, or without. */
static int resolve(
	const char *rest, const struct weir_log *log, struct weir_http_settings *settings)
{
	struct weir_endpoint endpoint;
	char text[sizeof(endpoint.host) + 16];
	size_t length = strlen(rest);
	int err;

	if (length > 2 && length < sizeof(text) && rest[length - 1] == '/')
		length--;
	snprintf(text, sizeof(text), "%.*s", (int)length, rest);
	err = weir_endpoint_parse("http", text, log, &endpoint);
	if (err)
		return err;
	if (!endpoint.host[0] || !strcmp(endpoint.host, "localhost"))
		snprintf(endpoint.host, sizeof(endpoint.host), "127.0.0.1");
	err = weir_endpoint_resolve(&endpoint, SOCK_STREAM, true, log);
	if (err)
		return err;
	settings->address = endpoint.address[0];
	settings->loopback = weir_address_is_loopback(&settings->address);
	return 0;
}

/* ---- the token ---- */

/* It goes into a URL and a cookie as it is. */
static int take_token(const char *what, const char *token, const struct weir_log *log, char *out)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-._~";
	size_t length = strlen(token);

	if (length < WEIR_HTTP_MIN_TOKEN || length > WEIR_HTTP_MAX_TOKEN ||
		strspn(token, letters) != length) {
		weir_error(log,
			"http: %s: a token has %d to %d of the characters A-Z, a-z, 0-9, "
			"'-', '.', '_' and '~'; `openssl rand -hex 16` makes a good one",
			what, WEIR_HTTP_MIN_TOKEN, WEIR_HTTP_MAX_TOKEN);
		return -EINVAL;
	}
	memcpy(out, token, length + 1);
	return 0;
}

/* The first line. Who may read the file may watch. */
static int read_token(const char *path, const struct weir_log *log, char *out)
{
	char line[WEIR_HTTP_MAX_TOKEN + 3], text[WEIR_ERRNO_TEXT];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	ssize_t n = -1;

	if (fd >= 0)
		n = read(fd, line, sizeof(line) - 1);
	if (n < 0) {
		int err = -errno;

		weir_error(log, "http: token-file %s: %s", path, weir_errno_text(err, text));
		if (fd >= 0)
			close(fd);
		return err;
	}
	if (!fstat(fd, &status) && status.st_mode & (S_IRGRP | S_IROTH))
		weir_warn(log, "http: others may read %s: chmod 600 it", path);
	close(fd);
	line[n] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	return take_token(path, line, log, out);
}

static int settle_token(
	const struct weir_uri *uri, const struct weir_log *log, struct weir_http_settings *settings)
{
	const char *token = weir_uri_get(uri, "token"), *file = weir_uri_get(uri, "token-file");

	if (token && file) {
		weir_error(log, "http: token= and token-file= say the same: give one of them");
		return -EINVAL;
	}
	if (token)
		return take_token("token", token, log, settings->token);
	if (file)
		return read_token(file, log, settings->token);
	if (settings->loopback)
		return 0;
	weir_error(log,
		"http: %s can be reached by others: give token-file=PATH (or token=), or "
		"bind to 127.0.0.1",
		uri->rest + 2);
	return -EINVAL;
}

/* ---- limits ---- */

static int read_number(const struct weir_uri *uri, const char *key, uint32_t min, uint32_t max,
	uint32_t otherwise, const struct weir_log *log, uint32_t *out)
{
	const char *text = weir_uri_get(uri, key);

	*out = otherwise;
	return text ? weir_parse_u32(key, text, min, max, log, out) : 0;
}

static int read_limits(
	const struct weir_uri *uri, const struct weir_log *log, struct weir_http_settings *settings)
{
	static const char *const words[] = { "auto", "off", NULL };
	const char *zero_copy = weir_uri_get(uri, "zero-copy");
	uint32_t header = 0, idle = 0, stall = 0;
	unsigned word = WEIR_HTTP_ZC_AUTO;
	int err;

	err = read_number(
		uri, "clients", 1, WEIR_HTTP_MAX_CLIENTS, DEFAULT_CLIENTS, log, &settings->clients);
	if (!err)
		err = read_number(uri, "header", 256, 65536, DEFAULT_HEADER, log, &header);
	if (!err)
		err = read_number(uri, "idle", 1, 3600, DEFAULT_IDLE_S, log, &idle);
	if (!err)
		err = read_number(uri, "stall", 1, 3600, DEFAULT_STALL_S, log, &stall);
	if (!err && zero_copy)
		err = weir_parse_word("zero-copy", zero_copy, words, log, &word);
	settings->header = header;
	settings->idle_ns = idle * WEIR_NS_PER_S;
	settings->stall_ns = stall * WEIR_NS_PER_S;
	settings->zero_copy = (enum weir_http_zero_copy)word;
	return err;
}

int weir_http_settings_read(
	const struct weir_uri *uri, const struct weir_log *log, struct weir_http_settings *out)
{
	struct weir_http_settings settings = { 0 };
	int err = resolve(uri->rest, log, &settings);

	if (!err)
		err = settle_token(uri, log, &settings);
	if (!err)
		err = read_limits(uri, log, &settings);
	if (!err)
		*out = settings;
	return err;
}
