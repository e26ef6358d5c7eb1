# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Capture files whose container is the theme: byte orders, versions, link types, options, and damage of every kind.
pcap() and class Ng write well-formed pieces; files() puts them together, right and wrong, and returns name -> bytes."""

import struct
import zlib

START_SEC = 1704164645			# 2024-01-02 03:04:05 UTC
SEC = 10**9
EPB, SPB, OLD_PACKET, NRB, ISB, DSB, CUSTOM, CUSTOM_NO_COPY = 6, 3, 2, 4, 5, 10, 0xbad, 0x40000bad
PEN = 32473				# the number IANA keeps for examples
ESCAPES = b"eth\x1b[31m\xff\xc3(\x9b\xe2\x80\xae0"


def pcap(packets, order="<", magic=0xa1b23c4d, version=(2, 4), snaplen=65535, link=1, swapped=False, extra=b""):
    """@packets are triples of time in ns, bytes and original length; @extra goes behind each record header."""
    unit = 1 if magic == 0xa1b23c4d else 1000
    out = struct.pack(order + "IHHiIII", magic, *version, 0, 0, snaplen, link)
    for ns, data, length in packets:
        lengths = (length, len(data)) if swapped else (len(data), length)
        out += struct.pack(order + "IIII", ns // SEC, ns % SEC // unit, *lengths) + extra + data
    return out


def pcap_record(caplen, length, data, sec=START_SEC, frac=0):
    return struct.pack("<IIII", sec, frac, caplen, length) + data


class Ng:
    """pcapng blocks in one byte order; lengths that are given override the true ones."""

    def __init__(self, order):
        self.order = order

    def pack(self, fmt, *values):
        return struct.pack(self.order + fmt, *values)

    def block(self, kind, body, length=None, trailer=None):
        body += b"\0" * (-len(body) % 4)
        length = 12 + len(body) if length is None else length
        return self.pack("II", kind, length) + body + self.pack("I", length if trailer is None else trailer)

    def option(self, code, value=b"", length=None):
        return self.pack("HH", code, len(value) if length is None else length) + value + b"\0" * (-len(value) % 4)

    def options(self, *pairs):
        return b"".join(self.option(*pair) for pair in pairs) + self.option(0) if pairs else b""

    def shb(self, *opts, major=1, minor=0, section=-1, raw=b"", **fields):
        body = self.pack("IHHq", 0x1a2b3c4d, major, minor, section)
        return self.block(0x0a0d0d0a, body + self.options(*opts) + raw, **fields)

    def idb(self, *opts, link=1, snaplen=65535, raw=b""):
        return self.block(1, self.pack("HHI", link, 0, snaplen) + self.options(*opts) + raw)

    def epb(self, packet, *opts, iface=0, unit=1000, caplen=None, ticks=None, raw=b"", **fields):
        """@unit is how many ns a tick has, 1000 where if_tsresol is absent."""
        ns, data, length = packet
        ticks = ns // unit if ticks is None else ticks
        caplen = len(data) if caplen is None else caplen
        body = self.pack("IIIII", iface, ticks >> 32, ticks & 0xffffffff, caplen, length)
        return self.block(EPB, body + data + b"\0" * (-len(data) % 4) + self.options(*opts) + raw, **fields)

    def epbs(self, packets, **fields):
        return b"".join(self.epb(p, **fields) for p in packets)

    def spb(self, data, length):
        return self.block(SPB, self.pack("I", length) + data)

    def old(self, packet, drops=0xffff, iface=0):
        ns, data, length = packet
        ticks = ns // 1000
        header = self.pack("HHIIII", iface, drops, ticks >> 32, ticks & 0xffffffff, len(data), length)
        return self.block(OLD_PACKET, header + data)

    def isb(self, ns, *opts, iface=0):
        ticks = ns // 1000
        return self.block(ISB, self.pack("III", iface, ticks >> 32, ticks & 0xffffffff) + self.options(*opts))


LE, BE = Ng("<"), Ng(">")


def pcap_files(p):
    fcs = [(ns, data + struct.pack("<I", zlib.crc32(data)), n + 4) for ns, data, n in p if len(data) == n]
    late = [(4102444800 * SEC + ns % SEC, *rest) for ns, *rest in p]
    record, nano_rest = p[1][1][:60], pcap(p[2:])[24:]
    micro, micro_rest = pcap(p[:1], magic=0xa1b2c3d4), pcap(p[2:], magic=0xa1b2c3d4)[24:]
    return {
        "pcap_microseconds_little_endian": pcap(p, "<", 0xa1b2c3d4),
        "pcap_microseconds_big_endian": pcap(p, ">", 0xa1b2c3d4),
        "pcap_nanoseconds_little_endian": pcap(p, "<"),
        "pcap_nanoseconds_big_endian": pcap(p, ">"),
        "pcap_version_2_2_lengths_swapped": pcap(p, magic=0xa1b2c3d4, version=(2, 2), swapped=True),
        "pcap_version_2_3": pcap(p, magic=0xa1b2c3d4, version=(2, 3)),
        "pcap_modified_little_endian": pcap(p, "<", 0xa1b2cd34, extra=struct.pack("<IHBB", 2, 0x0008, 0, 0)),
        "pcap_modified_big_endian": pcap(p, ">", 0xa1b2cd34, extra=struct.pack(">IHBB", 2, 0x0800, 0, 0)),
        "pcap_fcs_length_in_link_type": pcap(fcs, link=0x24000001),
        "pcap_reserved_bits_in_link_type": pcap(p, link=0x03ff0001),
        "pcap_year_2100": pcap(late),
        "pcap_snaplen_zero": pcap(p, snaplen=0),
        "pcap_header_only": pcap([]),
        "pcap_records_of_length_zero": (pcap(p[:2]), bytes(48)),
        "warn_pcap_microseconds_too_large": (micro, pcap_record(54, 54, record, frac=10**6), micro_rest),
        "warn_pcap_nanoseconds_too_large": (pcap(p[:1]), pcap_record(54, 54, record, frac=2**32 - 1), nano_rest),
        "warn_pcap_caplen_above_snaplen": pcap(p, snaplen=50),
        "warn_pcap_caplen_above_original_length": pcap([(ns, data, 40) for ns, data, _ in p]),
    }


def link_type_files(p, udp4, udp6, arp, vlan):
    start = p[0][0]

    def packets(*contents):
        return [(start + n * 1_000_003, data, len(data)) for n, data in enumerate(contents)]

    def wrap(header):
        """The frames with @header(EtherType) in place of the Ethernet header."""
        return [header(f[12:14]) + f[14:] for f in (udp4, udp6, arp, vlan)]

    def family(order, *families):
        return packets(*(struct.pack(order + "I", af) + frame[14:] for af, frame in families))
    v1 = wrap(lambda kind: b"\0\0\0\1\0\6\2\0\0\0\0\1\0\0" + kind)
    llc = b"\0\3\x03\x04\0\0" + bytes(8) + b"\0\4\x42\x42\3" + bytes(35)
    v2 = wrap(lambda kind: kind + b"\0\0\0\0\0\2\0\1\4\6\2\0\0\0\0\1\0\0")
    bsd = [(2, udp4), (24, udp6), (28, udp6), (30, udp6), (99, udp4)]
    raw = packets(udp4[14:], udp6[14:])
    wifi = b"\x80\0\0\0" + b"\xff" * 6 + b"\2\0\0\0\0\1" * 2 + b"\0\0" + bytes(12)
    return {
        "linktype_raw_101": pcap(packets(udp4[14:], udp6[14:], b"", b"\x45", bytes(20), b"\xff" * 20), link=101),
        "linktype_ipv4_228": pcap(raw[:1], link=228),
        "linktype_ipv6_229": pcap(raw[1:], link=229),
        "linktype_linux_cooked_113": pcap(packets(*v1, llc, v1[0][:15], v1[0][:16]), link=113),
        "linktype_linux_cooked_v2_276": pcap(packets(*v2, v2[0][:19], v2[0][:20]), link=276),
        "linktype_linux_cooked_113_directions": pcap(
            packets(*(struct.pack(">H", kind) + v1[0][2:] for kind in (0, 1, 2, 3, 4, 5, 0x400))), link=113),
        "linktype_linux_cooked_v2_276_directions": pcap(
            packets(*(v2[1][:4] + struct.pack(">I", iface) + v2[1][8:10] + bytes([kind]) + v2[1][11:]
                      for kind, iface in enumerate((1, 2, 3, 2**31, 2**32 - 1, 0)))), link=276),
        "linktype_bsd_null_0_little_endian": pcap(family("<", *bsd), "<", link=0),
        "linktype_bsd_null_0_big_endian": pcap(family(">", *bsd), ">", link=0),
        "linktype_bsd_null_0_foreign_order": pcap(family(">", *bsd), "<", link=0),
        "linktype_bsd_loop_108": pcap(family(">", *bsd), link=108),
        "linktype_unknown_802_11_105": pcap(packets(wifi), link=105),
        "linktype_unknown_user0_147": pcap(p, link=147),
        "linktype_unknown_65000": pcap(p, link=65000),
        "pcapng_link_types_mixed": (
            LE.shb(), LE.idb(), LE.idb(link=101), LE.idb(link=0), LE.idb(link=147), LE.epb(p[0]),
            LE.epbs(raw, iface=1), LE.epbs(family("<", *bsd[:2]), iface=2), LE.epb(p[1], iface=3)),
    }


def resolution(p, value, offset=0):
    """A file whose if_tsresol byte is @value; @offset seconds keep fine units within 64 bits."""
    units = 2 ** (value & 127) if value & 128 else 10 ** value
    opts = ([(9, bytes([value]))] if value != 6 else []) + ([(14, struct.pack("<q", offset))] if offset else [])
    ticks = [(ns - offset * SEC) * units // SEC % 2**64 for ns, _, _ in p]
    return LE.shb(), LE.idb(*opts), *(LE.epb(packet, ticks=t) for packet, t in zip(p, ticks))


def time_files(p):
    names = {0: "10_0", 3: "10_3", 6: "absent", 9: "10_9", 0x80: "2_0", 0x80 | 20: "2_20"}
    files = {f"pcapng_tsresol_{name}": resolution(p, value) for value, name in names.items()}
    for value, name in {12: "10_12", 19: "10_19", 0x80 | 63: "2_63"}.items():
        files[f"pcapng_tsresol_{name}_near_the_offset"] = resolution(p, value, START_SEC)
    for value, name in {20: "10_20", 127: "10_127", 0x80 | 64: "2_64", 0x80 | 127: "2_127"}.items():
        files[f"warn_pcapng_tsresol_{name}_beyond"] = resolution(p, value)

    def offset(seconds):
        return LE.idb((9, b"\x09"), (14, struct.pack("<q", seconds)))
    fine = LE.idb((9, b"\x13"))
    return files | {
        "pcapng_tsresol_10_19_without_offset": (LE.shb(), fine, LE.epb(p[0], ticks=0), LE.epb(p[1], ticks=2**64 - 1)),
        "pcapng_tsoffset_positive": (LE.shb(), offset(3600), LE.epbs(p, unit=1)),
        "pcapng_tsoffset_negative": (LE.shb(), offset(-3600), LE.epbs(p, unit=1)),
        "warn_pcapng_tsoffset_before_1970": (LE.shb(), offset(-START_SEC - 10), LE.epbs(p, unit=1)),
        "warn_pcapng_tsoffset_at_the_limits": (
            LE.shb(), offset(2**63 - 1), offset(-2**63), LE.epb(p[0], unit=1), LE.epb(p[1], unit=1, iface=1)),
        "warn_pcapng_time_all_ones": (LE.shb(), LE.idb(), LE.epb(p[0], ticks=2**64 - 1)),
    }


def block_files(p):
    le, be = LE.shb() + LE.idb(), BE.shb() + BE.idb()
    first, rest = LE.epbs(p[:2]), LE.epbs(p[2:])
    plain = LE.idb() + first + rest
    noise, pen, secret = b"\xee" * 40, LE.pack("I", PEN), b"CLIENT_RANDOM 00 00\n"
    v4, v6 = LE.option(1, b"\xc0\0\2\1host.one\0"), LE.option(2, bytes(15) + b"\1host\0")
    stats = [(2, LE.pack("II", 0, 1)), (3, LE.pack("II", 0, 2)),
             *((code, LE.pack("Q", n)) for code, n in ((4, 10), (5, 1), (6, 9), (7, 5), (8, 4)))]
    local = b"".join(LE.block(0x80000001, LE.pack("I", pid) + LE.option(2, name) + LE.option(0))
                     for pid, name in ((501, b"browser"), (77, b"resolver")))
    strange = LE.shb(major=2) + LE.block(1, b"a v2 section has other blocks") + LE.block(EPB, noise)
    return {
        "pcapng_little_endian": LE.shb() + plain,
        "pcapng_big_endian": be + BE.epbs(p),
        "pcapng_sections_of_both_byte_orders": (
            LE.shb(), LE.idb((2, b"v0"), (9, b"\x09")), LE.idb((2, b"v1")), LE.epb(p[0], unit=1), LE.epb(p[1], iface=1),
            BE.shb(), BE.idb((2, b"v2")), BE.epb(p[2]),
            LE.shb(), LE.idb((2, b"v3"), (9, b"\x03")), LE.epb(p[3], unit=10**6)),
        "pcapng_many_interfaces": (LE.shb(), LE.idb() * 300, LE.epb(p[0], iface=299), LE.epb(p[1], iface=256)),
        "pcapng_interface_between_packets": (le, first, LE.idb((2, b"late")), LE.epbs(p[2:], iface=1)),
        "pcapng_simple_packets": (le, *(LE.spb(data, len(data)) for _, data, _ in p)),
        "pcapng_simple_packets_snaplen_32": (LE.shb(), LE.idb(snaplen=32), *(LE.spb(data[:32], n) for _, data, n in p)),
        "pcapng_simple_packets_snaplen_zero": (
            BE.shb(), BE.idb(snaplen=0), *(BE.spb(data, len(data)) for _, data, _ in p)),
        "pcapng_obsolete_packets": (le, LE.old(p[0]), LE.old(p[1], 0), LE.old(p[2], 7)),
        "pcapng_obsolete_packets_big_endian": (be, BE.old(p[0]), BE.old(p[1], 0), BE.old(p[2], 7)),
        "pcapng_snaplen_zero": (LE.shb(), LE.idb(snaplen=0), first, rest),
        "pcapng_unknown_blocks": (
            le, LE.block(0xabcd, b""), first, LE.block(0x80000001, noise * 100), LE.block(0x7fffffff, noise), rest),
        "pcapng_local_blocks": (
            le, local, LE.epb(p[0], (0x8001, LE.pack("I", 1))), LE.epb(p[1], (0x8001, LE.pack("I", 0))), local, rest),
        "pcapng_local_blocks_of_two_sections": (
            le, local, LE.epb(p[0], (0x8001, LE.pack("I", 1))), le, local, LE.epb(p[1], (0x8001, LE.pack("I", 0))), rest),
        "pcapng_local_blocks_big_endian": (
            BE.shb(), BE.idb((0x8001, b"idb")), BE.block(0x80000001, BE.pack("I", 501)),
            BE.epb(p[0], (0x8001, BE.pack("I", 0))), BE.epbs(p[1:])),
        "pcapng_custom_blocks": (le, LE.block(CUSTOM, pen + noise), first, LE.block(CUSTOM_NO_COPY, pen), rest),
        "pcapng_journal_block": (
            le, first, LE.block(9, b"__REALTIME_TIMESTAMP=1704164645000000\nMESSAGE=hi\n\n"), rest),
        "pcapng_name_resolution": (LE.shb(), LE.block(NRB, v4 + v6 + LE.option(0)), plain),
        "pcapng_name_resolution_malformed": (LE.shb(), LE.block(NRB, LE.option(1, b"\xc0\0\2\1h", 999)), plain),
        "pcapng_decryption_secrets": (LE.shb(), LE.block(DSB, LE.pack("II", 0x544c534b, len(secret)) + secret), plain),
        "pcapng_decryption_secrets_malformed": (
            LE.shb(), LE.block(DSB, LE.pack("II", 0x544c534b, 999) + secret), plain),
        "pcapng_interface_statistics": (
            le, first, LE.isb(p[1][0], *stats[2:4]), rest, LE.isb(p[3][0], (1, b"ring_full=5 error=0"), *stats)),
        "pcapng_section_header_only": LE.shb(),
        "pcapng_without_packets": le,
        "pcapng_section_length_given": (LE.shb(section=len(plain)), plain),
        "pcapng_section_length_wrong": (LE.shb(section=4), plain),
        "pcapng_version_1_2": (LE.shb(minor=2), plain),
        "warn_pcapng_version_1_1_skipped": (le, first, LE.shb(minor=1), LE.idb(), first, le, rest),
        "warn_pcapng_version_2_0_skipped": (le, first, strange, be, BE.epbs(p[2:])),
        "warn_pcapng_caplen_above_snaplen": (LE.shb(), LE.idb(snaplen=50), first, rest),
        "warn_pcapng_caplen_above_original_length": (le, first, LE.epbs([(ns, data, 40) for ns, data, _ in p[2:]])),
    }


def option_files(p):
    shb, le, first, rest = LE.shb(), LE.shb() + LE.idb(), LE.epbs(p[:2]), LE.epbs(p[2:])
    nano, u32, u64 = LE.epbs(p, unit=1), LE.pack("I", 5), LE.pack("Q", 3)
    packet = [(1, b"a comment"), (2, u32), (3, b"\5\xfe\xca\0\0"), (4, u64), (5, LE.pack("Q", 1 << 48 | 9)),
              (6, LE.pack("I", 1)), (7, b"\2" + LE.pack("Q", 2))]
    iface = [(2, b"eth0"), (3, b"uplink"), (4, b"\xc0\0\2\1\xff\xff\xff\0"),
             (5, b"\x20\1\x0d\xb8" + bytes(11) + b"\1\x40"), (6, b"\2\0\0\0\0\1"), (8, LE.pack("Q", 10**10)),
             (9, b"\x09"), (11, b"\0udp port 53"), (12, b"Linux 6.1.0"), (15, b"veth")]
    custom = [(code, LE.pack("I", PEN) + b"text") for code in (2988, 2989, 19372, 19373)]
    system = [(2, b"x86_64"), (3, b"Linux"), (4, b"fixtures.py")]
    endless = LE.option(2, b"eth0") + LE.option(9, b"\x09")
    return {
        "pcapng_options_everywhere": (LE.shb(*system), LE.idb(*iface), LE.epb(p[0], *packet, unit=1), nano),
        "pcapng_options_big_endian": (
            BE.shb(*system), BE.idb((2, b"eth0"), (9, b"\x09"), (14, BE.pack("q", 60))),
            BE.epb(p[0], (2, BE.pack("I", 5)), (4, BE.pack("Q", 3)), unit=1)),
        "pcapng_options_without_end": (
            LE.shb(raw=LE.option(4, b"fixtures.py")), LE.idb(raw=endless),
            LE.epb(p[0], unit=1, raw=LE.option(2, u32)), LE.epbs(p[1:], unit=1)),
        "pcapng_options_behind_the_end_ignored": (shb, LE.idb((9, b"\x09"), raw=LE.option(9, b"\x03")), nano),
        "pcapng_options_custom_and_unknown": (
            LE.shb(*custom), LE.idb(*custom, (9, b"\x09"), (999, b"?"), (0x8001, b"local")), nano),
        "pcapng_option_repeated_first_counts": (
            shb, LE.idb((2, b"first"), (2, b"second"), (9, b"\x09"), (9, b"\x03")), nano),
        "pcapng_option_empty_strings": (LE.shb((4, b""), (1, b"")), LE.idb((2, b""), (3, b"")), first, rest),
        "pcapng_option_string_ends_at_nul": (LE.shb((4, b"app\0secret")), LE.idb((2, b"eth0\0\0\0")), first, rest),
        "pcapng_interface_name_hostile": (shb, LE.idb((2, ESCAPES), (3, b"$(id);`id`\n%s\r")), first, rest),
        "pcapng_interface_names_alike": (shb, LE.idb((2, b"eth0")) * 2, LE.epb(p[0]), LE.epb(p[1], iface=1)),
        "pcapng_interface_name_formula": (
            shb, LE.idb((2, b"=1+1")), LE.epb(p[0], (1, b"@SUM(A1)")), LE.epb(p[1], (1, b"a=1"), (1, b"=2")), rest),
        "pcapng_interface_name_long": (shb, LE.idb((2, b"n" * 5000)), first, rest),
        "pcapng_comments": (
            LE.shb((1, b"of the section"), (1, b"another")), LE.idb((1, b"of the interface")),
            LE.epb(p[0], (1, b"of the packet"), (1, "\u202ebidi\x1b]0;x\x07\n".encode())), LE.epbs(p[1:])),
        "pcapng_sampled": (
            shb, LE.idb((1, b"sample=1/100"), (2, b"eth0")), LE.idb((1, b"clock=other sample=1/7 rate_limit=50/s"), (2, b"eth1")),
            LE.idb((1, b"sample=1/0 sample=2/1 resample=1/9 sample=1/x"), (2, b"eth2")),
            LE.epbs(p[:2]), LE.epb(p[2], iface=1), LE.epb(p[3], iface=2)),
        "warn_pcapng_option_overruns_section_header": (LE.shb(raw=LE.option(4, b"abcd", 400)), LE.idb(), first, rest),
        "warn_pcapng_option_overruns_interface": (
            shb, LE.idb(raw=LE.option(9, b"\x09") + LE.option(2, b"eth0", 65535)), nano),
        "warn_pcapng_option_overruns_packet": (le, first, LE.epb(p[2], raw=LE.option(2, u32, 8)), LE.epb(p[3])),
        "warn_pcapng_option_overruns_by_one": (
            le, LE.epb(p[0], raw=LE.option(2, u32) + LE.option(1, b"", 1)), LE.epbs(p[1:])),
        "warn_pcapng_option_wrong_length_tsresol": (shb, LE.idb((9, b"\x09\0")), first, rest),
        "warn_pcapng_option_wrong_length_tsoffset": (shb, LE.idb((14, u32)), first, rest),
        "warn_pcapng_option_wrong_length_interface": (shb, LE.idb((6, b"\2\0\0\0\1"), (8, u32), (9, b"")), first, rest),
        "warn_pcapng_option_wrong_length_packet": (le, LE.epb(p[0], (2, b"\1\0"), (4, u32), (6, b"")), LE.epbs(p[1:])),
        "warn_pcapng_option_wrong_length_custom": (
            shb, LE.idb((2988, b"abc")), LE.epb(p[0], (2989, b"")), LE.epbs(p[1:])),
        "warn_pcapng_option_wrong_length_statistics": (le, first, rest, LE.isb(p[3][0], (4, u32), (2, b"\0"))),
    }


def damaged_files(p):
    """Wherever the file header is whole, two packets come before the damage and good ones behind it."""
    old, ns = pcap(p[:2]), pcap(p[:3])
    old_rest = pcap(p[2:])[24:]
    good, rest = LE.shb() + LE.idb() + LE.epbs(p[:2]), LE.epbs(p[2:])
    ng, body = good + LE.epb(p[2]), LE.pack("IIIII", 0, 0, 0, 8, 8) + b"data" * 2
    start, last = len(good), len(ng)

    def bad(**fields):
        return good + LE.block(EPB, body, **fields) + rest
    text, micro = b"12:00:00.000000 IP 192.0.2.1 > 192.0.2.2: a text file\n", pcap(p, magic=0xa1b2c3d4)
    return {
        "pcap_empty_file": b"",
        "pcap_one_byte": b"\xd4",
        "pcap_text_file": text * 3,
        "pcap_all_zero": b"\0" * 512,
        "pcap_cut_in_magic": old[:3],
        "pcap_cut_in_file_header": old[:20],
        "pcap_cut_in_record_header": ns[:len(old) + 9],
        "pcap_cut_behind_record_header": ns[:len(old) + 16],
        "pcap_cut_in_packet": ns[:-1],
        "pcap_version_1_0": pcap(p, version=(1, 0)),
        "pcap_version_2_5": pcap(p, version=(2, 5)),
        "pcap_caplen_0x7fffffff": old + pcap_record(0x7fffffff, 60, bytes(60)) + old_rest,
        "pcap_caplen_0xffffffff": old + pcap_record(0xffffffff, 60, bytes(60)) + old_rest,
        "pcap_caplen_above_256_kib": old + pcap_record(262145, 262145, bytes(60)) + old_rest,
        "pcap_zero_tail_512": old + bytes(512),
        "pcap_zero_tail_4096": old + bytes(4096),
        "pcap_garbage_tail": old + b"\xee" * 100,
        "pcap_another_behind": old + pcap([(t, d[14:], n - 14) for t, d, n in p[2:]], order=">", magic=0xa1b2c3d4, link=101),
        "pcap_pcapng_behind": old + ng,
        "pcap_text_mode": micro.replace(b"\n", b"\r\n"),
        "pcapng_cut_in_magic": good[:7],
        "pcapng_cut_in_section_header": good[:20],
        "pcapng_cut_in_block_header": ng[:start + 6],
        "pcapng_cut_behind_block_header": ng[:start + 8],
        "pcapng_cut_in_packet_header": ng[:start + 20],
        "pcapng_cut_in_packet": ng[:start + 40],
        "pcapng_cut_before_trailer": ng[:last - 4],
        "pcapng_cut_in_trailer": ng[:last - 1],
        "pcapng_pcap_behind": good + pcap(p[2:]),
        "pcapng_text_mode_to_crlf": ng.replace(b"\n", b"\r\n"),
        "pcapng_text_mode_to_lf": ng.replace(b"\r\n", b"\n"),
        "pcapng_text_mode_crlf_to_crcrlf": ng.replace(b"\r\n", b"\r\r\n"),
        "pcapng_byte_order_magic_wrong": ng[:8] + b"\1\2\3\4" + ng[12:],
        "pcapng_section_header_too_short": LE.block(0x0a0d0d0a, LE.pack("I", 0x1a2b3c4d)) + rest,
        "pcapng_section_header_length_not_multiple_of_4": LE.shb(length=29) + ng[28:],
        "pcapng_section_header_trailer_mismatch": LE.shb(trailer=32) + ng[28:],
        "pcapng_version_2_0_only": LE.shb(major=2) + rest,
        "pcapng_second_section_header_too_long": good + BE.shb(length=0x10000000) + rest,
        "pcapng_block_length_zero": bad(length=0),
        "pcapng_block_length_8": bad(length=8),
        "pcapng_block_length_11": bad(length=11),
        "pcapng_block_length_12": bad(length=12),
        "pcapng_block_length_13": bad(length=13),
        "pcapng_block_length_not_multiple_of_4": bad(length=12 + len(body) + 2),
        "pcapng_block_length_0xfffffffc": bad(length=0xfffffffc),
        "pcapng_block_length_0xffffffff": bad(length=0xffffffff),
        "pcapng_block_length_beyond_file": bad(length=0x1000),
        "pcapng_unknown_block_beyond_file": good + LE.block(0xabcd, b"", length=0xf0000000),
        "pcapng_trailer_mismatch": bad(trailer=len(body) + 16),
        "pcapng_trailer_zero": bad(trailer=0),
        "pcapng_interface_too_short": good + LE.block(1, LE.pack("HH", 1, 0)) + rest,
        "pcapng_packet_block_too_short": good + LE.block(EPB, body[:16]) + rest,
        "pcapng_interface_undefined": good + LE.epb(p[2], iface=1) + LE.epb(p[3]),
        "pcapng_interface_0xffffffff": good + LE.epb(p[2], iface=0xffffffff) + LE.epb(p[3]),
        "pcapng_interface_of_earlier_section": (
            LE.shb(), LE.idb() * 2, LE.epb(p[0], iface=1),
            LE.shb(), LE.idb(), LE.epb(p[1]), LE.epb(p[2], iface=1), rest),
        "pcapng_no_interface_before_packet": LE.shb() + LE.epb(p[0]) + LE.idb() + rest,
        "pcapng_no_interface_before_simple_packet": LE.shb() + LE.spb(p[0][1], len(p[0][1])) + LE.idb() + rest,
        "pcapng_obsolete_packet_interface_undefined": good + LE.old(p[2], iface=9) + rest,
        "pcapng_simple_packet_shorter_than_caplen": good + LE.spb(p[2][1][:20], 100) + rest,
        "pcapng_caplen_beyond_block": good + LE.epb(p[2], caplen=len(p[2][1]) + 50) + rest,
        "pcapng_caplen_0xfffffffd": good + LE.epb(p[2], caplen=0xfffffffd) + rest,
        "pcapng_caplen_0xffffffff": good + LE.epb(p[2], caplen=0xffffffff) + rest,
        "pcapng_zero_tail_64": good + bytes(64),
        "pcapng_zero_tail_8": good + bytes(8),
        "pcapng_zero_tail_5": good + bytes(5),
        "pcapng_garbage_tail": good + b"\xee" * 100,
        "pcapng_garbage_tail_3": good + b"\xee" * 3,
    }


def gzip(data, crc=None):
    """A member in which @data is stored as it is, so that it is the same with every zlib."""
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff\1" + struct.pack("<HH", len(data), len(data) ^ 0xffff) + data + \
        struct.pack("<II", zlib.crc32(data) if crc is None else crc, len(data))


def zstd(*blocks, window=None, checksum=b""):
    """A frame (RFC 8878) of raw blocks."""
    size = b"\xa0" + struct.pack("<I", sum(map(len, blocks))) if window is None else b"\0" + bytes([window])
    out = b"\x28\xb5\x2f\xfd" + bytes([size[0] | bool(checksum) << 2]) + size[1:]
    for n, block in enumerate(blocks):
        out += struct.pack("<I", len(block) << 3 | (n == len(blocks) - 1))[:3] + block
    return out + checksum


def compressed_files(p):
    """@p in a pcap file, packed in every way; the parts end in the middle of packets."""
    file = pcap(p, magic=0xa1b2c3d4)
    one, two, three = file[:57], file[57:200], file[200:]
    skipped = b"\x5a\x2a\x4d\x18" + struct.pack("<I", 7) + b"nothing"
    return {
        "compressed_gzip.gz": gzip(file),
        "compressed_gzip_members.gz": gzip(one) + gzip(two) + gzip(b"") + gzip(three),
        "compressed_gzip_zeros_behind.gz": gzip(file) + bytes(512),
        "warn_compressed_gzip_garbage_behind.gz": gzip(one) + gzip(two + three) + b"garbage",
        "warn_compressed_gzip_one_byte_behind.gz": gzip(file) + b"\x1f",
        "damaged_compressed_gzip_empty.gz": gzip(b""),
        "damaged_compressed_gzip_cut.gz": gzip(one) + gzip(two + three)[:-80],
        "damaged_compressed_gzip_cut_in_header.gz": gzip(one + two) + gzip(three)[:7],
        "damaged_compressed_gzip_cut_in_checksum.gz": gzip(one) + gzip(two + three)[:-5],
        "damaged_compressed_gzip_checksum_wrong.gz": gzip(one) + gzip(two, crc=0) + gzip(three),
        "damaged_compressed_gzip_of_a_cut_pcap.gz": gzip(file[:-20]),
        "compressed_zstd.zst": zstd(one, two, three),
        "compressed_zstd_frames.zst": skipped + zstd(one) + zstd(two, window=0) + skipped + zstd(b"") + zstd(three) + skipped,
        "damaged_compressed_zstd_cut.zst": zstd(one) + zstd(two, three)[:-80],
        "damaged_compressed_zstd_cut_in_header.zst": zstd(one, two) + zstd(three)[:3],
        "damaged_compressed_zstd_cut_in_skipped.zst": zstd(file) + skipped[:-1],
        "damaged_compressed_zstd_checksum_wrong.zst": zstd(one) + zstd(two, checksum=bytes(4)) + zstd(three),
        "damaged_compressed_zstd_reserved_bit.zst": zstd(one) + zstd(two + three).replace(b"\xfd\xa0", b"\xfd\xa8"),
        "damaged_compressed_zstd_garbage_behind.zst": zstd(file) + b"garbage",
        "compressed_zstd_window_32_mib.zst": zstd(one, two, three, window=15 << 3),
        "damaged_compressed_zstd_window_64_mib.zst": zstd(one, two, three, window=16 << 3),
        "damaged_compressed_another_member.gz": gzip(file) + gzip(file),
        "damaged_compressed_plain_behind.zst": zstd(one) + zstd(two + three) + file,
        "damaged_compressed_behind_plain.pcap": file + gzip(file),
        "damaged_compressed_twice.gz": gzip(gzip(file)),
        "damaged_compressed_gzip_in_zstd.zst": zstd(gzip(file)),
        "damaged_compressed_xz.xz": b"\xfd7zXZ\0" + bytes(20),
        "damaged_compressed_bzip2.bz2": b"BZh9" + bytes(20),
        "damaged_compressed_lz4.lz4": b"\x04\x22\x4d\x18" + bytes(20),
    }


def images(ng, pairs, entry, exit, first=1, cut=None):
    """Blocks of frames before and after a program, on these two interfaces, and their ids."""
    out = []
    for n, (before, after, verdict) in enumerate(pairs):
        ns, number = (START_SEC + n) * SEC, ng.pack("Q", first + n)
        out.append(ng.epb((ns, before[:cut], len(before)), (2, ng.pack("I", 1)), (5, number), (6, ng.pack("I", 3)), iface=entry))
        out.append(ng.epb((ns + 500_000, after[:cut], len(after)), (2, ng.pack("I", 1)), (5, number), (6, ng.pack("I", 3)),
                          (7, b"\2" + ng.pack("q", verdict)), iface=exit))
    return out


def verdict_files(pairs):
    def two(ng, *names):
        return ng.shb() + b"".join(ng.idb(*[(2 + n, part) for n, part in enumerate(name)]) for name in names)

    def lone(number, *opts, iface=0):
        return LE.epb((START_SEC * SEC, pairs[0][0], len(pairs[0][0])), (5, LE.pack("Q", number)), *opts, iface=iface)
    ours = (b"eth0",), (b"eth0", b"after balancer")
    main, filter_ = b"eth0:balancer()", b"eth0:filter()"
    members = [(main + b"@fentry",), (main + b"@fexit",), (filter_ + b"@fentry",), (filter_ + b"@fexit",)]
    outside, inside = images(LE, pairs[1:4], 0, 1), images(LE, pairs[4:7], 2, 3)
    nested = [[outside[n], inside[n], inside[n + 1], outside[n + 1]] for n in (0, 2, 4)]
    verdict = (7, b"\2" + LE.pack("q", 1))
    return {
        "pcapng_verdicts": [two(LE, *ours)] + images(LE, pairs, 0, 1),
        "pcapng_verdicts_big_endian": [two(BE, *ours)] + images(BE, pairs, 0, 1),
        "pcapng_verdicts_cut": [two(LE, *ours)] + images(LE, pairs, 0, 1, cut=64),
        "pcapng_verdicts_xdp_tools": [two(LE, *members)] + sum(nested, []),
        "pcapng_verdicts_alone": [
            two(LE, *ours), lone(1), lone(2), lone(2, verdict, iface=1), lone(3, verdict, iface=1), lone(4, verdict),
            LE.epb((START_SEC * SEC, pairs[0][0], len(pairs[0][0])))],
        "pcapng_verdicts_of_all_kinds": [
            two(LE, *ours),
            lone(1, (7, b"\1" + LE.pack("q", -1))), lone(2, (7, b"\1" + LE.pack("q", 2))), lone(3, (7, b"\1" + LE.pack("q", 77))),
            lone(4, (7, b"\2" + LE.pack("q", 5))), lone(5, (7, b"\0drop")), lone(6, (7, b"\0" + LE.pack("q", 1))),
            lone(7, (7, b"\1" + LE.pack("q", 8)), verdict), lone(8, (7, b"\0?"), verdict)],
    }


WIRESHARK = 32622			# its number as a vendor


def process_block(ng, pid, *opts, kind=3, length=None, vendor=WIRESHARK, entry=None):
    """A custom block about a process: the number of the vendor is in the order of the file, the rest little-endian."""
    entry = LE.pack("I", pid) + LE.options(*opts) if entry is None else entry
    entry += b"\0" * (-len(entry) % 4)
    return ng.block(CUSTOM, ng.pack("I", vendor) + LE.pack("II", kind, len(entry) if length is None else length) + entry)


def process_files(p):
    """Processes as Wireshark 5.0 writes them, and as nobody should."""
    def by(ng, n, pid, tid=0, **fields):
        return ng.epb(p[n], (8, ng.pack("II", pid, tid)), **fields)
    every = [(2, b"curl"), (3, b"/usr/bin/curl"), (4, b"curl\0https://example.com/"), (5, LE.pack("I", 1)),
             (6, LE.pack("I", 1000)), (7, b"alice"), (8, bytes(16)), (9, LE.pack("Q", 10**18)), (1, b"first")]
    both = []
    for ng in (LE, BE):
        both += [ng.shb(), ng.idb(), process_block(ng, 1234, *every), process_block(ng, 4321), by(ng, 0, 1234, 1235),
                 by(ng, 1, 4321), by(ng, 2, 0, 0), process_block(ng, 1234, (2, b"a\x1b[31m\xff\"")), by(ng, 3, 1234)]
    start = LE.shb() + LE.idb()
    return {
        "pcapng_processes": both,
        "pcapng_processes_of_another_section": (start, process_block(LE, 7, (2, b"curl")), by(LE, 0, 7), start, by(LE, 1, 7)),
        "warn_pcapng_processes_damaged": (
            start,
            process_block(LE, 7, entry=b"\7\0\0"),
            process_block(LE, 7, (2, b"longer"), length=4000),
            process_block(LE, 7, (2, b"another"), vendor=PEN), process_block(LE, 7, (2, b"other"), kind=99),
            process_block(LE, 7, entry=LE.pack("IHH", 7, 2, 400) + b"cut"),
            process_block(LE, 7, entry=LE.pack("I", 7) + LE.option(3, b"/bin/x") + b"\2\0"), by(LE, 0, 7, 8),
            LE.epb(p[1], (8, LE.pack("I", 7))), process_block(LE, 7, (2, b"n" * 300)), by(LE, 2, 7, 8)),
    }


def files(samples, pairs):
    """All container fixtures by name; @samples are Ethernet frames by kind, the last packet is cut; @pairs those before and after
    a program, with its verdicts."""
    frames = [samples[k] for k in ("udp4", "tcp4", "arp", "udp6")]
    p = [(START_SEC * SEC + 1 + n * 250_000_003, frame[:96], len(frame)) for n, frame in enumerate(frames)]
    ethernet = {k: samples[k] for k in ("udp4", "udp6", "arp", "vlan")}
    parts = pcap_files(p) | link_type_files(p, **ethernet) | time_files(p) | block_files(p) | option_files(p)
    parts |= verdict_files(pairs) | process_files(p)
    parts |= {f"damaged_{name}": part for name, part in damaged_files(p).items()}
    return compressed_files(p) | {
        f"{name}.{'pcapng' if 'pcapng_' in name else 'pcap'}": part if isinstance(part, bytes) else b"".join(part)
        for name, part in parts.items()}
