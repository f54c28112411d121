/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/checked.h"
#include "core/clock.h"
#include "sinks/http/access.h"
#include "sinks/http/page.h"
#include "sinks/http/server.h"

/* What is served, and what is answered to everything else. */

/* ---- heads ---- */

static const char *reason(int status)
{
	static const struct {
		int status;
		const char *text;
	} reasons[] = {
		{ 200, "OK" },
		{ 400, "Bad Request" },
		{ 401, "Unauthorized" },
		{ 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" },
		{ 408, "Request Timeout" },
		{ 409, "Conflict" },
		{ 413, "Content Too Large" },
		{ 414, "URI Too Long" },
		{ 431, "Request Header Fields Too Large" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < WEIR_COUNT(reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Internal Server Error";
}

static const char *connection(const struct weir_http_client *client, int status)
{
	const struct weir_http_reader *reader = &client->reader;

	if (reader->refusal || status == 503 || !reader->request.keep_alive)
		return "close";
	return "keep-alive";
}

void weir_http_head(struct weir_http_client *client, int status, const char *type, size_t length,
	const char *more)
{
	char size[48] = "";

	if (length != SIZE_MAX)
		snprintf(size, sizeof(size), "Content-Length: %zu\r\n", length);
	snprintf(client->head, sizeof(client->head),
		"HTTP/1.1 %d %s\r\n"
		"Content-Type: %s\r\n"
		"%s%s"
		"Cache-Control: no-store\r\n"
		"X-Content-Type-Options: nosniff\r\n"
		"Cross-Origin-Resource-Policy: same-origin\r\n"
		"Connection: %s\r\n\r\n",
		status, reason(status), type, size, more,
		length == SIZE_MAX ? "close" : connection(client, status));
}

static enum weir_http_state after(const struct weir_http_client *client, int status)
{
	return strcmp(connection(client, status), "close") != 0 ? WEIR_HTTP_READING
								: WEIR_HTTP_LINGERING;
}

/* ---- bodies ---- */

#define PLAIN "text/plain; charset=utf-8"
#define JSON  "application/json"

static void say(struct weir_http_client *client, int status, const char *more, const char *words)
{
	struct weir_http_text *text = &client->text;

	client->server->counts.refused += status >= 400;
	weir_http_text_free(text);
	weir_http_text_print(text, "%d %s: %s\n", status, reason(status), words);
	weir_http_head(client, status, PLAIN, text->length, more);
	weir_http_client_answer(client, text->data, text->length, after(client, status));
}

static void send_body(struct weir_http_client *client, const char *type)
{
	struct weir_http_text *text = &client->text;

	if (text->failed) {
		say(client, 500, "", "no memory for the answer");
		return;
	}
	weir_http_head(client, 200, type, text->length, "");
	weir_http_client_answer(client, text->data, text->length, after(client, 200));
}

/* ---- what is served ---- */

/* A token that came in the address becomes a cookie, which the page's own requests carry. */
static void send_page(struct weir_http_client *client, bool token_shown)
{
	const struct weir_http_settings *settings = &client->server->settings;
	char more[768], cookie[256] = "", name[WEIR_HTTP_COOKIE_NAME];

	if (token_shown)
		snprintf(cookie, sizeof(cookie),
			"Set-Cookie: %s=%s; HttpOnly; SameSite=Strict; Max-Age=2592000\r\n",
			weir_http_cookie_name(settings, name), settings->token);
	snprintf(more, sizeof(more),
		"Content-Security-Policy: %s\r\nReferrer-Policy: no-referrer\r\n%s",
		weir_http_page_policy, cookie);
	weir_http_head(client, 200, "text/html; charset=utf-8", weir_http_page_bytes, more);
	weir_http_client_answer(
		client, (const char *)weir_http_page, weir_http_page_bytes, after(client, 200));
}

static void send_stream(struct weir_http_client *client, bool token_shown)
{
	const char *opening;

	(void)token_shown;
	client->dress =
		strstr(client->reader.request.query, "early=1") ? WEIR_HTTP_EARLY : WEIR_HTTP_PART;
	opening = weir_http_opening(client->dress);
	weir_http_head(client, 200, "multipart/x-mixed-replace; boundary=" WEIR_HTTP_BOUNDARY,
		SIZE_MAX, "");
	weir_http_client_answer(client, opening, strlen(opening),
		client->reader.request.method == WEIR_HTTP_HEAD ? WEIR_HTTP_LINGERING
								: WEIR_HTTP_STREAMING);
}

/* The answer waits for the next picture. */
static void send_snapshot(struct weir_http_client *client, bool token_shown)
{
	(void)token_shown;
	client->next = after(client, 200);
	client->state = WEIR_HTTP_POSING;
	client->deadline_ns = weir_now_ns() + client->server->settings.stall_ns;
}

static void send_stats(struct weir_http_client *client, bool token_shown)
{
	(void)token_shown;
	weir_http_stats(client->server, &client->text);
	send_body(client, JSON);
}

static void send_metrics(struct weir_http_client *client, bool token_shown)
{
	(void)token_shown;
	weir_http_metrics(client->server, &client->text);
	send_body(client, "text/plain; version=0.0.4; charset=utf-8");
}

static void send_controls(struct weir_http_client *client, bool token_shown)
{
	(void)token_shown;
	if (weir_http_controls(client->server, &client->text))
		say(client, 503, "Retry-After: 2\r\n",
			"the source cannot be asked for its controls now");
	else
		send_body(client, JSON);
}

static void send_session(struct weir_http_client *client, bool token_shown)
{
	const struct weir_sink_host *host = &client->server->host;
	char text[2048];
	int n = -ENOTSUP;

	(void)token_shown;
	for (size_t i = 0; host->run && i < WEIR_MAX_SINKS && n < 0; i++)
		n = host->run->describe_session(host->data, i, text, sizeof(text));
	if (n < 0) {
		say(client, 404, "", "this run sends no RTP: add --to rtp://HOST:PORT");
		return;
	}
	weir_http_text_add(&client->text, text, (size_t)n);
	send_body(client, "application/sdp");
}

static void set_control(struct weir_http_client *client, bool token_shown)
{
	const struct weir_sink_host *host = &client->server->host;
	const struct weir_http_request *request = &client->reader.request;
	int err = -ENOTSUP;

	(void)token_shown;
	if (weir_http_may_change(request)) {
		say(client, 403, "",
			"controls are set by this server's own page, or with the header X-Weir: 1");
		return;
	}
	if (!request->body_length || strlen(request->body) != request->body_length) {
		say(client, 400, "", "the body is to be NAME=VALUE");
		return;
	}
	if (host->run)
		err = host->run->set_control(host->data, request->body);
	if (err == -EINVAL)
		say(client, 400, "", "there is no such control, or it has no such value");
	else if (err == -ENOTSUP)
		say(client, 409, "", "it cannot be set now: read-only, inactive, or no camera's");
	else if (err)
		say(client, 409, "", "the camera refused it: the log of weir says why");
	else
		send_controls(client, false);
}

/* ---- where ---- */

static const struct place {
	const char *path, *allow;
	void (*get)(struct weir_http_client *client, bool token_shown);
	void (*post)(struct weir_http_client *client, bool token_shown);
} places[] = {
	{ "/", "GET, HEAD", send_page, NULL },
	{ "/stream.mjpg", "GET, HEAD", send_stream, NULL },
	{ "/snapshot.jpg", "GET, HEAD", send_snapshot, NULL },
	{ "/stats.json", "GET, HEAD", send_stats, NULL },
	{ "/metrics", "GET, HEAD", send_metrics, NULL },
	{ "/sdp", "GET, HEAD", send_session, NULL },
	{ "/controls", "GET, HEAD, POST", send_controls, set_control },
};

static const struct place *find_place(const char *path)
{
	for (size_t i = 0; i < WEIR_COUNT(places); i++)
		if (!strcmp(places[i].path, path))
			return &places[i];
	return NULL;
}

static bool refuse_access(struct weir_http_client *client, enum weir_http_access access)
{
	if (access == WEIR_HTTP_NO_TOKEN)
		say(client, 401, "WWW-Authenticate: Bearer\r\n",
			"open /?token=TOKEN, or send Authorization: Bearer TOKEN");
	else if (access == WEIR_HTTP_WRONG_HOST)
		say(client, 403, "",
			"without a token this server is for this machine alone: ask for localhost");
	return access != WEIR_HTTP_GRANTED;
}

void weir_http_answer(struct weir_http_client *client)
{
	const struct weir_http_request *request = &client->reader.request;
	const struct place *place;
	bool token_shown;
	char more[64];

	if (client->too_many) {
		say(client, 503, "Retry-After: 5\r\n", "as many clients as clients= allows");
		return;
	}
	if (refuse_access(
		    client, weir_http_may_look(&client->server->settings, request, &token_shown)))
		return;
	place = find_place(request->target);
	if (!place) {
		say(client, 404, "",
			"here are /, /stream.mjpg, /snapshot.jpg, /stats.json, /metrics, /controls "
			"and /sdp");
	} else if (request->method == WEIR_HTTP_POST && place->post) {
		place->post(client, token_shown);
	} else if (request->method == WEIR_HTTP_GET || request->method == WEIR_HTTP_HEAD) {
		place->get(client, token_shown);
	} else {
		snprintf(more, sizeof(more), "Allow: %s\r\n", place->allow);
		say(client, 405, more, "not in this way");
	}
}

static const char *words_for(int status)
{
	switch (status) {
	case 408:
		return "the request took too long";
	case 413:
	case 414:
	case 431:
		return "this is more than a request may have here";
	case 503:
		return "no picture came in time";
	}
	return "this is no request that is understood here";
}

void weir_http_refuse(struct weir_http_client *client, int status)
{
	client->reader.refusal = status;
	say(client, status, "", words_for(status));
}
