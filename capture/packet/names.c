// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * https://www.iana.org/assignments/protocol-numbers and .../ieee-802-numbers: the ones seen on
 * networks. Verdicts: enum xdp_action and TC_ACT_..., include/uapi/linux/{bpf,pkt_cls}.h.
 */
#include <stddef.h>

#include "capture/base/util.h"
#include "capture/packet/names.h"
#include "capture/packet/packet.h"

const char *names_protocol(uint8_t proto)
{
	static const char *const names[256] = {
		[0] = "HOPOPT",	      [1] = "ICMP",	   [2] = "IGMP",       [4] = "IPv4",
		[6] = "TCP",	      [8] = "EGP",	   [17] = "UDP",       [33] = "DCCP",
		[41] = "IPv6",	      [43] = "IPv6-Route", [44] = "IPv6-Frag", [46] = "RSVP",
		[47] = "GRE",	      [50] = "ESP",	   [51] = "AH",	       [58] = "ICMPv6",
		[59] = "IPv6-NoNxt",  [60] = "IPv6-Opts",  [88] = "EIGRP",     [89] = "OSPF",
		[97] = "ETHERIP",     [103] = "PIM",	   [108] = "IPComp",   [112] = "VRRP",
		[115] = "L2TP",	      [132] = "SCTP",	   [135] = "Mobility", [136] = "UDPLite",
		[137] = "MPLS-in-IP", [255] = "Reserved",
	};

	return names[proto];
}

const char *names_verdict(const struct verdict *v)
{
	static const char *const xdp[] = { "ABORTED", "DROP", "PASS", "TX", "REDIRECT" };
	static const char *const tc[] = { "UNSPEC", "OK",     "RECLASSIFY", "SHOT",	"PIPE",
					  "STOLEN", "QUEUED", "REPEAT",	    "REDIRECT", "TRAP" };

	if (v->type == VERDICT_XDP)
		return v->action < array_size(xdp) ? xdp[v->action] : NULL;
	return v->action + 1 < array_size(tc) ? tc[v->action + 1] : NULL;	/* from -1 on */
}

/* Wireshark's words. */
const char *names_hash(uint8_t algorithm)
{
	static const char *const names[] = { "2's complement", "XOR", "CRC32", "MD5", "SHA1", "Toeplitz" };

	return algorithm < array_size(names) ? names[algorithm] : NULL;
}

const char *names_ether_type(uint16_t eth_type)
{
	static const struct { uint16_t type; const char *name; } names[] = {
		{ 0x0800, "IPv4" }, { 0x0806, "ARP" }, { 0x0842, "WoL" }, { 0x8035, "RARP" },
		{ 0x8100, "VLAN" }, { 0x86dd, "IPv6" }, { 0x8808, "PAUSE" }, { 0x8809, "LACP" },
		{ 0x8847, "MPLS" }, { 0x8848, "MPLS" }, { 0x8863, "PPPoED" }, { 0x8864, "PPPoE" },
		{ 0x888e, "EAPOL" }, { 0x88a8, "QinQ" }, { 0x88e5, "MACsec" }, { 0x88f7, "PTP" },
		{ 0x9100, "QinQ" },
	};

	if (eth_type < 0x600)
		return "LLC";
	for (size_t i = 0; i < array_size(names); i++)
		if (names[i].type == eth_type)
			return names[i].name;
	return NULL;
}
