/*
 * Joins two interfaces and holds every frame for a while in each direction: a long link, where the
 * kernel has no netem. usage: delay_bridge IF_A IF_B MILLISECONDS
 */
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { FRAME_MAX = 70000, QUEUE = 16384 };

struct frame { int64_t due; size_t len; unsigned char *octets; };
/* frames that came in here */
struct side { int fd; struct frame queue[QUEUE]; unsigned first, n; };

static int64_t
now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int
attach(const char *name)
{
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(name),
	};
	struct packet_mreq all = { .mr_ifindex = at.sll_ifindex, .mr_type = PACKET_MR_PROMISC };

	if (fd < 0 || at.sll_ifindex == 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0) {
		perror(name);
		exit(1);
	}
	setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all);
	return fd;
}

static void
take_in(struct side *s, int64_t delay)
{
	static unsigned char octets[FRAME_MAX];
	struct sockaddr_ll from;
	socklen_t len = sizeof from;
	ssize_t n;

	while (s->n < QUEUE &&
	    (n = recvfrom(
		 s->fd, octets, sizeof octets, MSG_DONTWAIT, (struct sockaddr *)&from, &len)) > 0) {
		if (from.sll_pkttype == PACKET_OUTGOING)
			continue;
		struct frame *f = &s->queue[(s->first + s->n++) % QUEUE];
		*f = (struct frame){
			.due = now_ns() + delay, .len = (size_t)n, .octets = malloc((size_t)n)
		};
		memcpy(f->octets, octets, f->len);
	}
}

/* Sends what is due; when the next is due, or -1. */
static int64_t
let_out(struct side *s, int to)
{
	while (s->n > 0) {
		struct frame *f = &s->queue[s->first];
		if (f->due > now_ns())
			return f->due;
		if (send(to, f->octets, f->len, 0) < 0)
			perror("send");
		free(f->octets);
		s->first = (s->first + 1) % QUEUE;
		s->n--;
	}
	return -1;
}

int
main(int argc, char *argv[])
{
	static struct side a, b;

	if (argc != 4)
		return 2;
	int64_t delay = (int64_t)(atof(argv[3]) * 1e6);
	a.fd = attach(argv[1]);
	b.fd = attach(argv[2]);
	puts("ready");
	fflush(stdout);
	for (;;) {
		int64_t x = let_out(&a, b.fd), y = let_out(&b, a.fd);
		int64_t due = x < 0 ? y :
		    y < 0 || x < y  ? x :
				      y,
			left = due < 0 ? 0 : due - now_ns();
		struct timespec wait = { .tv_sec = left > 0 ? left / 1000000000 : 0,
			.tv_nsec = left > 0 ? left % 1000000000 : 0 };
		struct pollfd fds[] = { { a.fd, POLLIN, 0 }, { b.fd, POLLIN, 0 } };
		ppoll(fds, 2, due < 0 ? NULL : &wait, NULL);
		take_in(&a, delay);
		take_in(&b, delay);
	}
}
