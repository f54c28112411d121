/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */

/* Takes one TCP connection and reads it to its end: drain PORT. Prints "ready" when it listens. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char bytes[1 << 20];
	struct sockaddr_in at = { .sin_family = AF_INET };
	int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1, fd;
	unsigned long long total = 0;
	ssize_t r;

	if (argc != 2 || listener < 0)
		return 2;
	at.sin_port = htons((unsigned short)atoi(argv[1]));
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(listener, (struct sockaddr *)&at, sizeof(at)) < 0 || listen(listener, 1) < 0)
		return 1;
	puts("ready");
	fflush(stdout);
	fd = accept(listener, NULL, NULL);
	while ((r = recv(fd, bytes, sizeof(bytes), 0)) > 0)
		total += (unsigned long long)r;
	printf("%llu\n", total);
	return r < 0;
}
