// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * By netlink with XDP_FLAGS_REPLACE, or by the link: for both the kernel looks whether the expected
 * program is there, and exchanges it in the same step. A link is opened only for that: a descriptor
 * that we kept would hold it on the interface when its owner has closed it.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <unistd.h>

#include "capture/kernel/xdp_place.h"

static uint32_t mode_flag(const struct xdp_place *place)
{
	return place->mode == XDP_MODE_GENERIC ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
}

/* ---- who is there ---- */

/* *@id 0: its owner has closed it, and it has no interface any more. */
static int program_of_link(int link_fd, int ifindex, uint32_t *id)
{
	struct bpf_link_info info = { .id = 0 };
	uint32_t len = sizeof(info);
	int err = bpf_obj_get_info_by_fd(link_fd, &info, &len);

	*id = 0;
	if (!err && info.type == BPF_LINK_TYPE_XDP && info.xdp.ifindex == (uint32_t)ifindex)
		*id = info.prog_id;
	return err;
}

/* How many there are, one of them in *@found: links of all network namespaces are in one list. */
static unsigned find_links(int ifindex, uint32_t prog_id, uint32_t *found)
{
	uint32_t id = 0, there;
	unsigned n = 0;

	*found = 0;
	while (!bpf_link_get_next_id(id, &id)) {
		int fd = bpf_link_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (!program_of_link(fd, ifindex, &there) && there == prog_id) {
			*found = id;
			n++;
		}
		close(fd);
	}
	return n;
}

uint32_t xdp_place_link(int ifindex, uint32_t id)
{
	uint32_t found;

	return find_links(ifindex, id, &found) == 1 ? found : 0;
}

/*
 * By what it is attached, says an exchange by netlink of the program with itself: the kernel does
 * nothing then, and refuses where there is a link.
 */
int xdp_place_find(struct xdp_place *place, int ifindex, enum xdp_mode mode, int fd)
{
	unsigned n;
	int err;

	*place = (struct xdp_place){ .ifindex = ifindex, .mode = mode };
	err = xdp_place_exchange(place, fd, fd);
	if (err != -EBUSY)
		return err == -EEXIST ? -EAGAIN : err;
	n = find_links(ifindex, xdp_program_id(fd), &place->link_id);
	return n == 1 ? 0 : n ? -ENOTUNIQ : -EAGAIN;
}

/* 0: none. */
static int program_at(const struct xdp_place *place, uint32_t *id)
{
	int err, fd;

	if (!place->link_id)
		return bpf_xdp_query_id(place->ifindex, mode_flag(place), id);
	*id = 0;
	fd = bpf_link_get_fd_by_id(place->link_id);
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	err = program_of_link(fd, place->ifindex, id);
	close(fd);
	return err;
}

/* ---- exchange ---- */

/* There is no detaching of a link that looks for the program as well: look just before. */
static int detach_link(const struct xdp_place *place, int link_fd, int from_fd)
{
	uint32_t id;
	int err = program_of_link(link_fd, place->ifindex, &id);

	if (!err && id != xdp_program_id(from_fd))
		return -EEXIST;
	return err ? err : bpf_link_detach(link_fd);
}

/* That the link has another program is -EPERM for the kernel, but not one of rights. */
static int exchange_by_link(const struct xdp_place *place, int from_fd, int to_fd)
{
	LIBBPF_OPTS(bpf_link_update_opts, opts, .flags = BPF_F_REPLACE, .old_prog_fd = from_fd);
	int err, fd = bpf_link_get_fd_by_id(place->link_id);

	if (fd < 0)
		return fd == -ENOENT ? -ENOLINK : fd;
	err = to_fd < 0 ? detach_link(place, fd, from_fd) : bpf_link_update(fd, to_fd, &opts);
	close(fd);
	return err == -EPERM ? -EEXIST : err;
}

static int exchange_by_netlink(const struct xdp_place *place, int from_fd, int to_fd)
{
	LIBBPF_OPTS(bpf_xdp_attach_opts, opts, .old_prog_fd = from_fd);

	return bpf_xdp_attach(place->ifindex, to_fd, mode_flag(place) | XDP_FLAGS_REPLACE, &opts);
}

int xdp_place_exchange(const struct xdp_place *place, int from_fd, int to_fd)
{
	int err = place->link_id ? exchange_by_link(place, from_fd, to_fd)
				 : exchange_by_netlink(place, from_fd, to_fd);

	/*
	 * A driver gives a batch of frames to the program that it has found before. The kernel
	 * waits with the program until these are through, but not with its prog array, which it
	 * empties as soon as nobody has it open.
	 */
	if (!err && from_fd != to_fd)
		xdp_wait_for_frames();
	return err;
}

/*
 * The kernel's reasons to refuse are not told apart by their number, and a driver can be busy: what
 * counts is who is there.
 */
int xdp_place_give_back(const struct xdp_place *place, int from_fd, int to_fd)
{
	int err = xdp_place_exchange(place, from_fd, to_fd);
	uint32_t id;

	if (!err || program_at(place, &id) || id == xdp_program_id(from_fd))
		return err;
	return -ENOENT;
}
