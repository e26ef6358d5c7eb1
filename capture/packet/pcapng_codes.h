/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/* The numbers of pcapng, for those who read it and those who write it: draft-ietf-opsawg-pcapng. */
#ifndef XDPDUMP_PACKET_PCAPNG_CODES_H
#define XDPDUMP_PACKET_PCAPNG_CODES_H

#include <stdint.h>

/* Block types and magic numbers. */
enum {
	PCAPNG_IDB	= 1,
	PCAPNG_OPB	= 2,		/* Packet Block, obsolete */
	PCAPNG_SPB	= 3,
	PCAPNG_NRB	= 4,
	PCAPNG_ISB	= 5,
	PCAPNG_EPB	= 6,
	PCAPNG_JOURNAL	= 9,		/* an entry of the systemd journal */
	PCAPNG_DSB	= 10,		/* secrets for decryption */
	PCAPNG_CB	= 0x00000bad,	/* of a vendor, may be copied */
	PCAPNG_CB_NO	= 0x40000bad,	/* and may not */
	PCAPNG_SHB	= 0x0a0d0d0a,
	PCAPNG_LOCAL	= INT32_MIN,	/* the bit of all types for local use */
	PCAPNG_MAGIC	= 0x1a2b3c4d,
};

/* Option codes. */
enum {
	OPT_END			= 0,
	OPT_COMMENT		= 1,
	SHB_HARDWARE		= 2,
	SHB_OS			= 3,
	SHB_USERAPPL		= 4,
	IF_NAME			= 2,
	IF_DESCRIPTION		= 3,
	IF_IPV4			= 4,
	IF_IPV6			= 5,
	IF_MACADDR		= 6,
	IF_EUI			= 7,
	IF_SPEED		= 8,
	IF_TSRESOL		= 9,
	IF_TZONE		= 10,
	IF_FILTER		= 11,
	IF_OS			= 12,
	IF_FCSLEN		= 13,
	IF_TSOFFSET		= 14,
	IF_HARDWARE		= 15,
	IF_TXSPEED		= 16,
	IF_RXSPEED		= 17,
	IF_TZNAME		= 18,
	EPB_FLAGS		= 2,
	EPB_HASH		= 3,
	EPB_DROPCOUNT		= 4,
	EPB_PACKETID		= 5,
	EPB_QUEUE		= 6,
	EPB_VERDICT		= 7,
	EPB_PROCESS		= 8,
	ISB_STARTTIME		= 2,
	ISB_ENDTIME		= 3,
	ISB_IFRECV		= 4,
	ISB_IFDROP		= 5,
	ISB_FILTERACCEPT	= 6,
	ISB_OSDROP		= 7,
	ISB_USRDELIV		= 8,
	NRB_DNSNAME		= 2,
	NRB_DNS_IPV4		= 3,
	NRB_DNS_IPV6		= 4,
	CUSTOM_STRING		= 2988,	/* of a vendor, may be copied */
	CUSTOM_BYTES		= 2989,
	CUSTOM_STRING_NO	= 19372,	/* and may not */
	CUSTOM_BYTES_NO		= 19373,
	OPT_LOCAL		= 0x8000,	/* the bit of all codes for local use */
};

/*
 * Custom blocks of Wireshark 5.0: behind its number among vendors (IANA, private enterprise
 * numbers) what they tell, how many bytes of it, and those; all that little-endian. Of a process it
 * is a number, and options. (wiretap/pcapng_module.h, test/captures/_gen_process_info_blocks.py)
 */
enum {
	PEN_WIRESHARK		= 32622,
	WIRESHARK_PROCESS	= 3,
	WIRESHARK_PROCESS_NAME	= 2,	/* option code */
};

/*
 * epb_flags: bits 0-1 direction, 2-4 kind of reception, 9-11 what the device has done or
 * will do.
 */
enum {
	EPB_INBOUND	= 1,
	EPB_OUTBOUND	= 2,
	EPB_DIRECTION	= 3,
	EPB_UNICAST	= 1 << 2,
	EPB_MULTICAST	= 2 << 2,
	EPB_BROADCAST	= 3 << 2,
	EPB_PROMISC	= 4 << 2,
	EPB_CHECKSUM_NOT_READY = 1 << 9,
	EPB_SEGMENTED	= 1 << 11,
};

/* epb_hash: its first byte. */
enum {
	EPB_HASH_2S_COMPLEMENT	= 0,
	EPB_HASH_XOR		= 1,
	EPB_HASH_CRC32		= 2,
	EPB_HASH_MD5		= 3,
	EPB_HASH_SHA1		= 4,
	EPB_HASH_TOEPLITZ	= 5,
};

/*
 * The comment on a packet without a time, for which an EPB has no other word; its time is 0 then.
 */
#define PCAPNG_NO_TIME "time=unknown"

/* A comment on an interface: what was received on it and tells no queue was of this one. */
#define PCAPNG_ONE_QUEUE "queue=0"

#endif
