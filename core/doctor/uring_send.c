/* SPDX-FileCopyrightText: 2026 The weir authors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/doctor/doctor.h"
#include "core/doctor/route.h"
#include "core/loop/uring_setup.h"

/* A zero-copy send through the device of the default route, and what the kernel says that it did.
 * It goes to an address that RFC 5737 keeps for documentation, to the port where RFC 863 discards,
 * and no further than the first router. */

#define NOBODY   "192.0.2.1"
#define PORT     9
#define LEAST    3072 /* below that the kernel had better copy */
#define HEADERS  28   /* of IPv4 and UDP */
#define MOST     1472 /* a datagram, however large the device's are */
#define ROOM     8192
#define ENTRIES  16
#define PATIENCE 5 /* seconds: a router that does not answer is given up by then */

/* Names that liburing 2.3 and older kernels' headers lack. */
#define REPORT_USAGE (1u << 3)
#define COPIED       (1u << 31)

static const struct weir_finding about = {
	.about = "network",
	.ability = "zero-copy send",
	.cost = "the kernel copies each frame that is sent",
};

/* One send: what it was through, and what came of it. */
struct sending {
	char device[IF_NAMESIZE];
	unsigned datagram; /* bytes of one */
	unsigned length;   /* of all: the kernel cuts them apart */
	bool copied;       /* by the kernel */
};

/* ---- the socket ---- */

static int read_datagram(int fd, struct sending *sending)
{
	struct ifreq request = { 0 };
	unsigned mtu;

	memcpy(request.ifr_name, sending->device, sizeof(sending->device));
	if (ioctl(fd, SIOCGIFMTU, &request) < 0)
		return -errno;
	mtu = (unsigned)request.ifr_mtu;
	if (mtu < 576) /* the least that IPv4 devices have */
		return -EMSGSIZE;
	sending->datagram = mtu - HEADERS < MOST ? mtu - HEADERS : MOST;
	sending->length = (LEAST / sending->datagram + 1) * sending->datagram;
	return 0;
}

/* Bound to the device: nothing leaves through another. An fd or -errno. */
static int open_socket(struct sending *sending)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), hops = 1, err;

	if (fd < 0)
		return -errno;
	inet_pton(AF_INET, NOBODY, &to.sin_addr);
	err = read_datagram(fd, sending);
	if (!err && (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, sending->device,
			     (socklen_t)strlen(sending->device)) < 0 ||
			    setsockopt(fd, IPPROTO_IP, IP_TTL, &hops, sizeof(hops)) < 0 ||
			    connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* ---- the ring ---- */

static int next_answer(struct io_uring *ring, struct io_uring_cqe *out)
{
	struct __kernel_timespec patience = { .tv_sec = PATIENCE };
	struct io_uring_cqe *cqe;
	int err;

	do
		err = io_uring_wait_cqe_timeout(ring, &cqe, &patience);
	while (err == -EINTR);
	if (err)
		return err;
	*out = *cqe;
	io_uring_cqe_seen(ring, cqe);
	return 0;
}

/* The result comes first, and when nobody reads the pages any more, the notification. 0 or -errno.
 */
static int send_burst(struct io_uring *ring, int fd, const void *memory, struct sending *sending)
{
	struct io_uring_sqe *sqe = io_uring_get_sqe(ring);
	struct io_uring_cqe answer;
	int err, sent;

	io_uring_prep_send_zc(sqe, fd, memory, sending->length, 0, REPORT_USAGE);
	err = io_uring_submit(ring);
	if (err < 0)
		return err;
	err = next_answer(ring, &answer);
	if (err)
		return err;
	sent = answer.res;
	if (answer.flags & IORING_CQE_F_MORE) {
		err = next_answer(ring, &answer);
		sending->copied = (unsigned)answer.res & COPIED;
	} else {
		err = -EOPNOTSUPP;
	}
	return sent < 0 ? sent : err;
}

/* Segments first, as frames are sent; a device that cannot take one datagram. */
static int send_through(int fd, struct io_uring *ring, struct sending *sending)
{
	int segment = (int)sending->datagram, err;
	void *memory = mmap(NULL, ROOM, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return -errno;
	memset(memory, 0, ROOM);
	err = setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment)) ? -errno : 0;
	if (!err)
		err = send_burst(ring, fd, memory, sending);
	if (err == -EIO || err == -ENOPROTOOPT) { /* it computes no checksums; Linux before 4.18 */
		segment = 0;
		setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof(segment));
		sending->length = sending->datagram;
		err = send_burst(ring, fd, memory, sending);
	}
	munmap(memory, ROOM);
	return err;
}

/* ---- the verdict ---- */

static int tell_failed(const struct weir_doctor *doctor, const struct sending *sending, int err)
{
	struct weir_finding finding = about;
	char text[WEIR_ERRNO_TEXT];

	finding.verdict = WEIR_MISSING;
	if (err == -ETIME) {
		finding.remedy = "see whether the router answers: ip neigh";
		return weir_doctor_tell(doctor, &finding,
			"%s kept the pages for more than %d s: its router does not answer",
			sending->device, PATIENCE);
	}
	if (err == -EINVAL || err == -EOPNOTSUPP)
		finding.remedy = "Linux 6.2 or newer, which says what became of the pages";
	else if (err == -EPERM)
		finding.remedy = "let the firewall pass UDP to " NOBODY " port 9, or do not mind";
	return weir_doctor_tell(doctor, &finding, "sending through %s: %s", sending->device,
		weir_errno_text(err, text));
}

static int tell_sent(const struct weir_doctor *doctor, const struct sending *sending)
{
	bool whole = sending->length > sending->datagram;
	struct weir_finding finding = about;
	char remedy[160];

	finding.verdict = whole && !sending->copied ? WEIR_WORKS : WEIR_WORKS_WITH;
	if (finding.verdict == WEIR_WORKS)
		return weir_doctor_tell(doctor, &finding,
			"%s sent %u bytes in %u datagrams from where they lay", sending->device,
			sending->length, sending->length / sending->datagram);
	snprintf(remedy, sizeof(remedy),
		"sudo ethtool -K %s sg on tx on, where the device can; packet captures (tcpdump) "
		"and virtual devices make copies, too",
		sending->device);
	finding.remedy = remedy;
	if (!sending->copied) {
		finding.cost = "a system call for each datagram";
		return weir_doctor_tell(doctor, &finding,
			"single datagrams only: %s cuts none apart", sending->device);
	}
	return weir_doctor_tell(doctor, &finding,
		"a copy: the kernel made one of %u bytes for %s%s", sending->length,
		sending->device, whole ? "" : ", which does not cut datagrams apart either");
}

static int tell_no_ring(const struct weir_doctor *doctor, int err)
{
	struct weir_finding finding = about;
	char text[WEIR_ERRNO_TEXT];

	finding.verdict = WEIR_MISSING;
	finding.remedy = weir_uring_cure(err);
	return weir_doctor_tell(
		doctor, &finding, "it takes io_uring: %s", weir_errno_text(err, text));
}

static int tell_no_route(const struct weir_doctor *doctor, int err)
{
	struct weir_finding finding = about;
	char text[WEIR_ERRNO_TEXT];

	finding.verdict = WEIR_MISSING;
	if (err == -ENETUNREACH) {
		finding.cost = "it is not known whether the kernel copies what is sent";
		finding.remedy = "ip route add default via ROUTER, and ask again";
		return weir_doctor_tell(doctor, &finding, "there is no default route to try it on");
	}
	if (err == -EADDRINUSE) {
		finding.cost = "it is not known whether the kernel copies what is sent";
		return weir_doctor_tell(doctor, &finding,
			"not tried: " NOBODY ", which should be nobody's, is in a network of this "
			"machine's");
	}
	return weir_doctor_tell(
		doctor, &finding, "asking for the default route: %s", weir_errno_text(err, text));
}

int weir_examine_network(const struct weir_doctor *doctor)
{
	struct weir_loop loop = { .slots.count = ENTRIES };
	struct sending sending = { .device = "" };
	struct io_uring ring;
	int fd, err = weir_route_device(inet_addr(NOBODY), sending.device);

	if (err)
		return tell_no_route(doctor, err);
	err = weir_uring_setup(&loop, false, &ring);
	if (err)
		return tell_no_ring(doctor, err);
	fd = open_socket(&sending);
	err = fd < 0 ? fd : send_through(fd, &ring, &sending);
	weir_uring_finish(&ring);
	if (fd >= 0)
		close(fd);
	return err ? tell_failed(doctor, &sending, err) : tell_sent(doctor, &sending);
}
