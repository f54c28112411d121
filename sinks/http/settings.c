/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sinks/http/settings.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/log.h"

#define DEFAULT_PORT    "8080"
#define DEFAULT_CLIENTS 32
#define DEFAULT_HEADER  8192
#define DEFAULT_IDLE_S  15
#define DEFAULT_STALL_S 10

/* ---- the address ---- */

bool weir_http_is_loopback(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;

	if (address->ss_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) ||
	       (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) && v6->sin6_addr.s6_addr[12] == 127);
}

const char *weir_http_address_text(
	const struct sockaddr_storage *address, char text[WEIR_HTTP_ADDRESS_TEXT])
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
	char host[INET6_ADDRSTRLEN] = "";

	if (address->ss_family == AF_INET) {
		inet_ntop(AF_INET, &v4->sin_addr, host, sizeof(host));
		snprintf(text, WEIR_HTTP_ADDRESS_TEXT, "%s:%u", host, ntohs(v4->sin_port));
	} else {
		inet_ntop(AF_INET6, &v6->sin6_addr, host, sizeof(host));
		snprintf(text, WEIR_HTTP_ADDRESS_TEXT, "[%s]:%u", host, ntohs(v6->sin6_port));
	}
	return text;
}

struct place {
	char host[256], port[8];
};

static bool copy_part(char *to, size_t size, const char *from, size_t length)
{
	if (length >= size)
		return false;
	memcpy(to, from, length);
	to[length] = '\0';
	return true;
}

/* "//HOST:PORT", "//[V6]:PORT", either part left out, a '/' at the end. */
static bool split_place(const char *rest, struct place *out)
{
	bool bracketed;
	size_t length;

	if (strncmp(rest, "//", 2) != 0)
		return false;
	rest += 2;
	bracketed = *rest == '[';
	rest += bracketed;
	length = strcspn(rest, bracketed ? "]" : ":/");
	if (!copy_part(out->host, sizeof(out->host), rest, length))
		return false;
	rest += length;
	if (bracketed && *rest++ != ']')
		return false;
	length = *rest == ':' ? strcspn(++rest, "/") : 0;
	if (!copy_part(out->port, sizeof(out->port), rest, length))
		return false;
	rest += length;
	return (!*rest || !strcmp(rest, "/")) && strspn(out->port, "0123456789") == length;
}

static int resolve(
	const char *rest, const struct weir_log *log, struct weir_http_settings *settings)
{
	struct addrinfo *found, hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV };
	char quoted[WEIR_QUOTED];
	struct place place;
	int err;

	if (!split_place(rest, &place)) {
		weir_error(log,
			"http: %s is no address: write http://ADDR:PORT, as in "
			"http://127.0.0.1:8080",
			weir_quote(rest, quoted));
		return -EINVAL;
	}
	if (!place.host[0] || !strcmp(place.host, "localhost"))
		snprintf(place.host, sizeof(place.host), "127.0.0.1");
	err = getaddrinfo(place.host, place.port[0] ? place.port : DEFAULT_PORT, &hints, &found);
	if (err) {
		weir_error(log, "http: %s: %s", weir_quote(place.host, quoted), gai_strerror(err));
		return -EINVAL;
	}
	memcpy(&settings->address, found->ai_addr, found->ai_addrlen);
	settings->address_length = found->ai_addrlen;
	settings->loopback = weir_http_is_loopback(&settings->address);
	freeaddrinfo(found);
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
