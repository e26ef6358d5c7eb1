// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Writes a record into the ring of CPU 0 that the program would not write: poke MAP-ID IFACE
 * IP-VERSION L3-OFF L4-OFF HDR-LEN CAPLEN. It has 60 bytes on the wire, which begin with an
 * Ethernet header, and 8 tags.
 */
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "bpf/event.h"

int main(int argc, char **argv)
{
	struct bpf_map_info info = { .id = 0 };
	__u32 info_len = sizeof(info);
	struct timespec now;
	struct cpu_ring *r;
	struct event *ev;
	int fd;

	if (argc != 8)
		return 2;
	fd = bpf_map_get_fd_by_id(atoi(argv[1]));
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &info_len)) {
		perror("poke: map");
		return 1;
	}
	r = mmap(NULL, info.value_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (r == MAP_FAILED) {
		perror("poke: mmap");
		return 1;
	}
	clock_gettime(CLOCK_TAI, &now);
	ev = (struct event *)&r->data[r->head % 4096];	/* empty so far: any size will do */
	*ev = (struct event){
		.tai_ns = now.tv_sec * 1000000000ull + now.tv_nsec, .len = 60,
		.iface = atoi(argv[2]), .caplen = atoi(argv[7]),
		.hdr = {
			.eth_type = ETH_TYPE_IPV4, .ip_version = atoi(argv[3]),
			.ip_proto = PROTO_TCP, .l3_off = atoi(argv[4]), .l4_off = atoi(argv[5]),
			.hdr_len = atoi(argv[6]), .flags = PARSE_L4 | PARSE_PORTS, .n_tags = 8,
		},
	};
	memset(ev->data, 0, 60);
	__atomic_store_n(&r->head, r->head + event_room(ev->caplen), __ATOMIC_RELEASE);
	return 0;
}
