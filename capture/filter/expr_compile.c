// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * libpcap is shown the header of a capture file without packets: so it maps the link type and knows
 * the byte order itself, compiles as tcpdump -r does, and refuses what only a socket could tell
 * (ifindex). The direction is told by our records and by pcapng.
 */
#include <errno.h>
#include <pcap/pcap.h>
#include <linux/filter.h>
#include <stdio.h>
#include <string.h>

#include "capture/filter/expr_compile.h"
#include "capture/packet/link.h"

enum { SNAPLEN = 262144 };	/* what a program returns for packets that match */

_Static_assert(EXPR_COMPILE_SAID == PCAP_ERRBUF_SIZE, "libpcap's sentences have room");

static struct pcap_file_header file_header(const struct expr_packets *of)
{
	struct pcap_file_header h = {
		.magic = 0xa1b2c3d4,
		.version_major = 2,
		.version_minor = 4,
		.snaplen = SNAPLEN,
		.linktype = of->linktype,
	};

	/* as we decode it; libpcap knows it on OpenBSD only */
	if (of->linktype == LINKTYPE_RAW_OPENBSD)
		h.linktype = LINKTYPE_RAW;
	if (!of->swapped)
		return h;
	h.magic = __builtin_bswap32(h.magic);
	h.version_major = __builtin_bswap16(h.version_major);
	h.version_minor = __builtin_bswap16(h.version_minor);
	h.snaplen = __builtin_bswap32(h.snaplen);
	h.linktype = __builtin_bswap32(h.linktype);
	return h;
}

bool expr_compile_asks(const struct bpf_insn *in, uint32_t what)
{
	return BPF_CLASS(in->code) == BPF_LD && BPF_MODE(in->code) == BPF_ABS &&
	       in->k == (uint32_t)SKF_AD_OFF + what;
}

/*
 * Of a socket that captures libpcap takes the direction as the kernel tells it. It has no other
 * way of asking for that here: what it asks for besides is not known.
 */
static int compile_directed(int dlt, const char *text, bool optimize, struct bpf_program *program,
			    char said[static EXPR_COMPILE_SAID])
{
	pcap_t *p = pcap_open_dead(dlt, SNAPLEN);
	bool refused = p && pcap_compile(p, program, text, optimize, 0);

	if (refused)
		snprintf(said, EXPR_COMPILE_SAID, "%s", pcap_geterr(p));
	if (p)
		pcap_close(p);
	if (!p || refused)
		return p ? -EINVAL : -ENOMEM;
	for (unsigned i = 0; i < program->bf_len; i++)
		refused |= expr_compile_asks(&program->bf_insns[i], SKF_AD_IFINDEX);
	if (!refused)
		return 0;
	pcap_freecode(program);
	snprintf(said, EXPR_COMPILE_SAID, "ifindex not supported on %s",
		 pcap_datalink_val_to_description_or_dlt(dlt));
	return -EINVAL;
}

/* The netmask is that of tcpdump 4.99, none: "ip broadcast" knows 0.0.0.0 and 255.255.255.255. */
int expr_compile(const char *text, const struct expr_packets *of, bool optimize,
		 struct bpf_program *program, char said[static EXPR_COMPILE_SAID])
{
	static const char no_direction[] = "inbound/outbound not supported";
	struct pcap_file_header h = file_header(of);
	FILE *f = fmemopen(&h, sizeof(h), "r");
	pcap_t *p;
	int err = 0;

	if (!f)
		return -ENOMEM;
	p = pcap_fopen_offline(f, said);
	if (!p) {
		fclose(f);
		return -EINVAL;
	}
	if (pcap_compile(p, program, text, optimize, 0)) {
		snprintf(said, EXPR_COMPILE_SAID, "%s", pcap_geterr(p));
		err = -EINVAL;
	}
	if (err && !strncmp(said, no_direction, strlen(no_direction)) && !of->swapped)
		err = compile_directed(pcap_datalink(p), text, optimize, program, said);
	pcap_close(p);
	return err;
}
