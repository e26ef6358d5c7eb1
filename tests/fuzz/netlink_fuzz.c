// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libFuzzer target for what the kernel answers about interfaces, and for their names: whatever
 * comes, nothing behind a message is read, names have an end, and patterns are matched.
 *
 *	make fuzz-netlink	make check replays tests/fuzz/netlink
 *
 * Input: what is asked; then the answers, each behind two bytes with its length, as the kernel
 * would send them to a socket (rtnetlink(7)).
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "capture/base/util.h"
#include "capture/kernel/netif.h"
#include "capture/kernel/rtnl.h"
#include "capture/kernel/xdp_features.h"
#include "capture/live/pattern.h"

#include "tests/fuzz/fuzz.h"

/* ---- the kernel: libmnl's sockets, for this program ---- */

static struct {
	const uint8_t *data;
	size_t size;
	int behind;		/* what stands behind a message */
} answers;

struct mnl_socket *mnl_socket_open2(int bus, int flags)
{
	(void)bus;
	(void)flags;
	return (struct mnl_socket *)&answers;
}

int mnl_socket_bind(struct mnl_socket *nl, unsigned groups, pid_t pid)
{
	(void)nl;
	(void)groups;
	(void)pid;
	return 0;
}

ssize_t mnl_socket_sendto(const struct mnl_socket *nl, const void *buf, size_t len)
{
	(void)nl;
	(void)buf;
	return len;
}

unsigned mnl_socket_get_portid(const struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

int mnl_socket_close(struct mnl_socket *nl)
{
	(void)nl;
	return 0;
}

/* The next message, or the end of a dump. Length, padding and number are those of the kernel. */
ssize_t mnl_socket_recvfrom(const struct mnl_socket *nl, void *buf, size_t cap)
{
	struct nlmsghdr head = { .nlmsg_type = NLMSG_DONE };
	size_t n;

	(void)nl;
	memset(buf, answers.behind, cap);
	if (answers.size >= 2 + sizeof(head)) {
		n = min_of((size_t)answers.data[0] | (size_t)answers.data[1] << 8,
			   answers.size - 2);
		n = max_of(n, sizeof(head)) & ~(size_t)3;
		n = min_of(n, cap);
		memcpy(buf, answers.data + 2, n);
		memcpy(&head, buf, sizeof(head));
		answers.data += 2 + n;
		answers.size -= 2 + n;
	} else {
		n = sizeof(head);
		answers.size = 0;
	}
	head.nlmsg_len = n;
	head.nlmsg_seq = 1;
	head.nlmsg_pid = 0;
	memcpy(buf, &head, sizeof(head));
	return n;
}

/* ---- what is asked ---- */

/* Of all that was told: the same, whatever stands behind the messages. */
static uint64_t sum;

static void mix(const void *bytes, size_t n)
{
	for (const uint8_t *p = bytes; n--; p++)
		sum = (sum ^ *p) * 0x100000001b3;
}

static void look_at(void *ctx, const struct netif *n)
{
	(void)ctx;
	must(memchr(n->name, '\0', sizeof(n->name)) && memchr(n->kind, '\0', sizeof(n->kind)));
	must(pattern_fits("*", n) == pattern_fits("**", n));
	pattern_fits("any", n);
	pattern_fits("v[!a-z]*?", n);
	pattern_fits(n->name, n);
	mix(n->name, strlen(n->name));
	mix(n->kind, strlen(n->kind));
	mix(n->mac, sizeof(n->mac));
	mix((const unsigned[]){ n->ifindex, n->mtu, n->link, n->vlan, n->master, n->bonded, n->up,
				n->ethernet },
	    8 * sizeof(unsigned));
	mix(&n->rx_missed, sizeof(n->rx_missed));
}

static void ask(int what)
{
	struct netif n = { .ifindex = 1 }, found;
	struct xdp_features f;
	char name[16];
	bool routed;

	switch (what) {
	case 0:
		netif_list(look_at, NULL);
		break;
	case 1:
		if (!netif_by_name("v0", &found))
			look_at(NULL, &found);
		break;
	case 2:
		if (!netif_by_index(1, &found))
			look_at(NULL, &found);
		break;
	case 3:
		if (!netif_again(&n, &found))
			look_at(NULL, &found);
		break;
	case 4:
		if (!netif_by_place(2, &found))
			look_at(NULL, &found);
		break;
	case 5:
		if (!netif_default(&found, &routed))
			look_at(NULL, &found);
		break;
	case 6:
		if (!xdp_features_of(1, &f))
			mix((const uint8_t[]){ f.native, f.device }, 2);
		break;
	case 7:
		netif_nearest("v0", name, sizeof(name));
		must(memchr(name, '\0', sizeof(name)));
		mix(name, strlen(name));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t before;

	for (int behind = 0; size && behind < 2; behind++) {
		answers.data = data + 1;
		answers.size = size - 1;
		answers.behind = behind ? 0xff : 0;
		before = sum;
		sum = 0xcbf29ce484222325;
		ask(data[0] % 8);
		must(!behind || sum == before);
	}
	return 0;
}
