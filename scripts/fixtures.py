#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""Write the test captures into a directory (default: tests/pcaps beside scripts/), the same bytes on every run.
One function per file, named as the file; each returns its Ethernet frames, with good checksums unless the theme says
otherwise. Captures whose container is the theme come from fixture_files.py and go into files/ below."""

import os
import socket
import struct
import sys
from collections import namedtuple

sys.dont_write_bytecode = True
import fixture_files

START_NS = 1704164645 * 10**9 + 1		# 2024-01-02 03:04:05.000000001 UTC
ICMP, IGMP, IPIP, TCP, UDP, IP6_IN_IP, GRE, ESP, AH, ICMP6, NONE, SCTP = 1, 2, 4, 6, 17, 41, 47, 50, 51, 58, 59, 132
HBH, ROUTING, FRAGMENT, DEST = 0, 43, 44, 60
MF, DF, EVIL = 0x2000, 0x4000, 0x8000
TPIDS = (0x8100, 0x88a8, 0x9100)

Host = namedtuple("Host", "mac ip")


def mac(text):
    return bytes.fromhex(text.replace(":", ""))


def addr(text):
    return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)


def group(ip):
    """The multicast group or broadcast address @ip with its MAC address."""
    if ip.endswith(".255"):
        return Host(b"\xff" * 6, ip)
    raw = addr(ip)
    return Host(b"\x33\x33" + raw[-4:] if ":" in ip else b"\x01\x00\x5e" + bytes([raw[1] & 127]) + raw[2:], ip)


A = Host(mac("02:00:00:00:00:01"), "192.0.2.1")
B = Host(mac("02:00:00:00:00:02"), "192.0.2.2")
A6 = A._replace(ip="2001:db8::1")
B6 = B._replace(ip="2001:db8::2")


# Building blocks


def noise(n, seed=1):
    """@n bytes without a pattern: a linear congruential generator, so that they never change."""
    out = bytearray()
    for _ in range(n):
        seed = (seed * 1103515245 + 12345) & 0x7fffffff
        out.append(seed >> 16 & 255)
    return bytes(out)


def running(n):
    return bytes(i & 255 for i in range(n))


def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return total ^ 0xffff


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff


def put16(data, offset, value):
    return data[:offset] + struct.pack(">H", value) + data[offset + 2:]


def summed(data, offset):
    return put16(data, offset, checksum(data))


def seal(proto, src, dst, segment):
    """Fill in the checksum that covers the pseudo header of addresses @src and @dst."""
    offset = {TCP: 16, UDP: 6, ICMP6: 2, 136: 6}.get(proto)
    if offset is None or len(segment) < offset + 2:
        return segment
    segment = put16(segment, offset, 0)
    pseudo = addr(src) + addr(dst) + struct.pack(">II", len(segment), proto)
    return put16(segment, offset, checksum(pseudo + segment) or 0xffff)


def eth(ethertype, payload, dst=B.mac, src=A.mac):
    return dst + src + struct.pack(">H", ethertype) + payload


def vlan(frame, *tags):
    """@frame with tags put behind its addresses; a tag is a TPID or a pair of TPID and control word."""
    pairs = [tag if isinstance(tag, tuple) else (tag, 100 + i) for i, tag in enumerate(tags)]
    return frame[:12] + b"".join(struct.pack(">HH", *pair) for pair in pairs) + frame[12:]


def ipv4(proto, payload, src=A.ip, dst=B.ip, *, ttl=64, ident=1, frag=0, tos=0, opts=b"", version=4, ihl=None,
         length=None, sealed=True):
    opts += b"\0" * (-len(opts) % 4)
    if sealed and not frag & 0x3fff:
        payload = seal(proto, src, dst, payload)
    header = struct.pack(">BBHHHBBH", version << 4 | (5 + len(opts) // 4 if ihl is None else ihl), tos,
                         20 + len(opts) + len(payload) if length is None else length, ident, frag, ttl, proto, 0)
    return summed(header + addr(src) + addr(dst) + opts, 10) + payload


def ipv6(proto, payload, src=A6.ip, dst=B6.ip, *, hlim=64, exts=(), final=None, version=6, length=None, sealed=True):
    """@exts are pairs of type and header without its first byte; @final is where a routing header sends the packet."""
    if sealed:
        payload = seal(proto, src, final or dst, payload)
    for kind, body in reversed(exts):
        payload, proto = bytes([proto]) + body + payload, kind
    return struct.pack(">IHBB", version << 28, len(payload) if length is None else length, proto, hlim) \
        + addr(src) + addr(dst) + payload


def send(proto, payload, a=A, b=B, **fields):
    """An Ethernet frame from host @a to host @b, IPv4 or IPv6 as their addresses are."""
    ip, ethertype = (ipv6, 0x86dd) if ":" in a.ip else (ipv4, 0x0800)
    return eth(ethertype, ip(proto, payload, a.ip, b.ip, **fields), b.mac, a.mac)


def send6(proto, payload, a=A6, b=B6, **fields):
    return send(proto, payload, a, b, **fields)


def tcp(sport, dport, flags, data=b"", seq=1000, ack=0, opts=b"", win=64240, offset=None):
    """@flags: letters as in tcpdump (FSRPAUEC), or the twelve bits as a number."""
    opts += b"\0" * (-len(opts) % 4)
    bits = flags if isinstance(flags, int) else sum(1 << "FSRPAUEC".index(f) for f in flags)
    return struct.pack(">HHIIHHHH", sport, dport, seq, ack,
                       (5 + len(opts) // 4 if offset is None else offset) << 12 | bits, win, 0, 0) + opts + data


def udp(sport, dport, data=b"", length=None):
    return struct.pack(">HHHH", sport, dport, 8 + len(data) if length is None else length, 0) + data


def icmp(kind, code=0, rest=b"\0" * 4, data=b""):
    return summed(struct.pack(">BBH", kind, code, 0) + rest + data, 2)


def icmp6(kind, code=0, rest=b"\0" * 4, data=b""):
    return struct.pack(">BBH", kind, code, 0) + rest + data


def echo(reply, seq, data=running(48), v6=False):
    kind = (129 if reply else 128) if v6 else (0 if reply else 8)
    return (icmp6 if v6 else icmp)(kind, 0, struct.pack(">HH", 0x4d2, seq), data)


def arp(op, sha, spa, tha, tpa, dst=b"\xff" * 6, ethertype=0x0806):
    return eth(ethertype, struct.pack(">HHBBH", 1, 0x0800, 6, 4, op) + sha + addr(spa) + tha + addr(tpa), dst, sha)


def dns(ident, name, qtype, answer=b""):
    question = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + struct.pack(">BHH", 0,
                                                                                                      qtype, 1)
    header = struct.pack(">6H", ident, 0x8180 if answer else 0x0100, 1, 1 if answer else 0, 0, 0)
    return header + question + (struct.pack(">HHHIH", 0xc00c, qtype, 1, 300, len(answer)) + answer if answer else b"")


def padding(n):
    """Pad1 and PadN options of @n bytes together, for hop-by-hop and destination options."""
    out = b""
    while len(out) < n:
        k = min(n - len(out) - 2, 255)
        out += b"\0" if k < 0 else bytes([1, k]) + b"\0" * k
    return out


def hbh(units=0, opts=b"", kind=HBH):
    return kind, bytes([units]) + opts + padding(8 * units + 6 - len(opts))


def dest(units=0):
    return hbh(units, kind=DEST)


def routing(kind, hops, left=0):
    return ROUTING, bytes([2 * len(hops), kind, left]) + b"\0" * 4 + b"".join(map(addr, hops))


def srh(hops, left=0):
    return ROUTING, bytes([2 * len(hops), 4, left, len(hops) - 1]) + b"\0" * 3 + b"".join(map(addr, hops))


def frag6(offset=0, more=False, ident=0x5eed):
    return FRAGMENT, struct.pack(">BHI", 0, offset | more, ident)


def ah(icv):
    return AH, struct.pack(">BHII", (12 + icv) // 4 - 2, 0, 0x100, 7) + noise(icv)


SYN_OPTS = bytes.fromhex("020405b4 0402 080a 00001000 00000000 01 030307")		# MSS, SACK, time stamp, window scale
TS_OPTS = bytes.fromhex("0101 080a 00001001 00001000")
SACK_OPTS = bytes.fromhex("0101 050a 00001771 00001d19")


def talk(a, b, sport, dport, steps):
    """A TCP session with its numbers in step: @steps are '>' or '<', flags, data and, where they matter, options."""
    seq, frames = {a: 1000, b: 5000}, []
    for n, (way, flags, data, *opts) in enumerate(steps):
        src, dst, ports = (a, b, (sport, dport)) if way == ">" else (b, a, (dport, sport))
        seg = tcp(*ports, flags, data, seq[src], seq[dst] if "A" in flags else 0,
                  opts[0] if opts else SYN_OPTS if "S" in flags else b"" if "R" in flags else TS_OPTS,
                  64240 if "S" in flags else 0 if "R" in flags else 502)
        frames.append(send(TCP, seg, src, dst) if ":" in a.ip else send(TCP, seg, src, dst, ident=n + 1, frag=DF))
        seq[src] += len(data) + ("S" in flags) + ("F" in flags)
    return frames


OPEN = [(">", "S", b""), ("<", "SA", b""), (">", "A", b"")]
CLOSE = [(">", "FA", b""), ("<", "FA", b""), (">", "A", b"")]


# Transport protocols


def tcp_handshake():
    data = [(">", "PA", b"GET / HTTP/1.0\r\n\r\n"), ("<", "A", b""), ("<", "PA", b"HTTP/1.0 204 No Content\r\n\r\n"),
            (">", "A", b"", SACK_OPTS)]
    return talk(A, B, 1234, 80, OPEN + data + CLOSE) + talk(A, B, 1235, 81, [(">", "S", b""), ("<", "RA", b"")])


def tcp_flags():
    flags = [*"FSRPAUEC", "SA", "SEC", "SAE", "FPU", 0, 0xff, 0x100, 0xfff]
    return [send(TCP, tcp(2000 + i, 80, f, seq=i)) for i, f in enumerate(flags)]


def udp_themes():
    return [udp(40000, 53, dns(7, "www.example.com", 1)),
            udp(53, 40000, dns(7, "www.example.com", 1, addr("198.51.100.80"))),
            udp(40001, 9), udp(0, 0, b"x"), udp(65535, 65535, b"\n" * 3),
            udp(5353, 5353, dns(0, "printer.local", 255))]


def udp_():
    frames = [send(UDP, u) for u in udp_themes()]
    dhcp = b"\1\1\6\0" + noise(4) + bytes(20) + A.mac + bytes(202) + b"\x63\x82\x53\x63\x35\1\1\xff"
    return frames + [send(UDP, udp(40002, 123, b"\x23" + noise(47)), sealed=False),			# no checksum
                     send(UDP, udp(68, 67, dhcp), Host(A.mac, "0.0.0.0"), group("255.255.255.255"))]


def icmp_():
    lost = ipv4(UDP, udp(40000, 33434, b"probe"), ttl=1)[:28]
    frames = [echo(False, 1), echo(True, 1), echo(False, 2, b""), echo(False, 3, running(1400))]
    frames += [icmp(3, code, data=lost) for code in (0, 1, 3, 13)] + [icmp(3, 4, b"\0\0\x05\x14", lost)]
    frames += [icmp(11, 0, data=lost), icmp(11, 1, data=lost), icmp(5, 1, addr("192.0.2.254"), lost),
               icmp(12, 0, b"\x14\0\0\0", lost), icmp(13, 0, b"\0\1\0\1", running(12)), icmp(42, 0), icmp(255, 255)]
    return [send(ICMP, i) for i in frames]


def icmpv6():
    target, lla, unspecified = addr(B6.ip), b"\1\1" + A.mac, Host(A.mac, "::")
    prefix = struct.pack(">BBBBIII", 3, 4, 64, 0xc0, 86400, 14400, 0) + addr("2001:db8::")
    router = Host(B.mac, "fe80::1")
    lost = ipv6(UDP, udp(40000, 33434, b"probe"), hlim=1)
    return [send6(ICMP6, echo(False, 1, v6=True)), send6(ICMP6, echo(True, 1, v6=True)),
            send6(ICMP6, icmp6(135, data=target + lla), A6, group("ff02::1:ff00:2"), hlim=255),
            send6(ICMP6, icmp6(136, 0, b"\x60\0\0\0", target + b"\2\1" + B.mac), B6, A6, hlim=255),
            send6(ICMP6, icmp6(135, data=addr(A6.ip)), unspecified, group("ff02::1:ff00:1"), hlim=255),
            send6(ICMP6, icmp6(133, data=lla), A6, group("ff02::2"), hlim=255),
            send6(ICMP6, icmp6(134, 0, b"\x40\0\x07\x08", b"\0" * 8 + prefix), router, group("ff02::1"), hlim=255),
            send6(ICMP6, icmp6(143, 0, b"\0\0\0\1", b"\4\0\0\0" + addr("ff02::fb")), A6, group("ff02::16"), hlim=1,
                  exts=[hbh(opts=b"\x05\x02\0\0")]),
            send6(ICMP6, icmp6(1, 4, data=lost)), send6(ICMP6, icmp6(2, 0, b"\0\0\x05\0", lost)),
            send6(ICMP6, icmp6(3, 0, data=lost)), send6(ICMP6, icmp6(4, 1, b"\0\0\0\6", lost)),
            send6(ICMP6, icmp6(200, 9))]


def igmp():
    alert, fb = b"\x94\x04\0\0", addr("224.0.0.251")

    def message(to, body, **fields):
        return send(IGMP, summed(body, 2), A, group(to), ttl=1, **fields)
    return [message("224.0.0.1", b"\x11\x64\0\0" + b"\0" * 4, opts=alert),
            message("224.0.0.1", b"\x11\0\0\0\0\0\0\0"),
            message("224.0.0.251", b"\x12\0\0\0" + fb), message("224.0.0.251", b"\x16\0\0\0" + fb, opts=alert),
            message("224.0.0.2", b"\x17\0\0\0" + fb, opts=alert),
            message("224.0.0.22", b"\x22\0\0\0\0\0\0\1\4\0\0\0" + fb, opts=alert),
            message("224.0.0.1", b"\x11\x64\0\0" + fb + b"\2\x7d\0\1" + addr(B.ip), opts=alert)]


def sctp():
    def packet(vtag, chunk):
        raw = struct.pack(">HHII", 5000, 5001, vtag, 0) + chunk + b"\0" * (-len(chunk) % 4)
        return raw[:8] + struct.pack("<I", crc32c(raw)) + raw[12:]
    init = struct.pack(">IIHHI", 0xabcd, 65536, 10, 10, 1)
    data = struct.pack(">IHHI", 1, 0, 0, 46) + b"hello"
    chunks = [packet(0, b"\1\0\0\x14" + init), packet(0xabcd, b"\2\0\0\x1c" + init + b"\0\7\0\x08cook"),
              packet(0xabcd, b"\x0a\0\0\x08cook"), packet(0xabcd, b"\x0b\0\0\4"),
              packet(0xabcd, b"\0\3" + struct.pack(">H", 4 + len(data)) + data),
              packet(0xabcd, b"\3\0\0\x10" + struct.pack(">IIHH", 1, 65536, 0, 0)), packet(0xabcd, b"\6\0\0\4")]
    return [send(SCTP, c) for c in chunks] + [send6(SCTP, chunks[4])]


def gre():
    inner, inner6 = ipv4(UDP, udp(1024, 9, b"inner")), ipv6(UDP, udp(1024, 9, b"inner"))
    whole = struct.pack(">HHHHII", 0xb000, 0x0800, 0, 0, 0xcafe, 1) + inner
    packets = [b"\0\0\x08\0" + inner, b"\0\0\x86\xdd" + inner6, b"\x20\0\x08\0\0\0\xca\xfe" + inner, summed(whole, 4),
               b"\0\0\x65\x58" + eth(0x0800, inner), b"\x30\x81\x88\x0b\0\x08\0\1\0\0\0\0\xff\x03\xc0\x21\1\1\0\4",
               b"\0\0\x88\xbe" + noise(20), b"\0\0\x08\0"]
    return [send(GRE, p) for p in packets] + [send6(GRE, packets[0])]


def ip_protocols():
    ospf = summed(b"\2\1\0\x2c" + addr(A.ip) + b"\0" * 16 + b"\xff\xff\xff\0\0\x0a\2\1\0\0\0\x28" + b"\0" * 8, 12)
    udplite = struct.pack(">HHHH", 1024, 9, 0, 0) + b"lite"
    inner = ipv4(UDP, udp(1024, 9, b"inner"))
    bodies = {IPIP: inner, IP6_IN_IP: ipv6(UDP, udp(1024, 9, b"inner")),
              ESP: struct.pack(">II", 0x100, 1) + noise(40),
              AH: b"\6" + ah(12)[1] + seal(TCP, A.ip, B.ip, tcp(1234, 80, "S")), 89: ospf,
              103: summed(b"\x20\0\0\0\0\1\0\2\0\x69", 2),
              112: summed(b"\x21\1\x64\1\0\1\0\0" + addr(A.ip) + b"\0" * 8, 6),
              136: udplite, 255: noise(20), 123: noise(20), 0: noise(20), 143: eth(0x0800, inner), ICMP6: icmp6(128),
              NONE: b"", 27: noise(20)}
    groups = {89: group("224.0.0.5"), 103: group("224.0.0.13"), 112: group("224.0.0.18")}
    return [send(p, body, A, groups.get(p, B), ttl=1 if p in groups else 64) for p, body in bodies.items()] \
        + [send6(p, bodies[p]) for p in (IPIP, IP6_IN_IP, 89, 136, 255, 123)] + [send6(ICMP, icmp(8))]


def arp_():
    zero, ones = b"\0" * 6, b"\xff" * 6
    return [arp(1, A.mac, A.ip, zero, B.ip).ljust(60, b"\0"), arp(2, B.mac, B.ip, A.mac, A.ip, A.mac),
            arp(1, A.mac, A.ip, zero, A.ip), arp(2, A.mac, A.ip, ones, A.ip), arp(1, A.mac, "0.0.0.0", zero, A.ip),
            arp(3, A.mac, "0.0.0.0", A.mac, "0.0.0.0", ethertype=0x8035),
            arp(4, B.mac, B.ip, A.mac, A.ip, A.mac, ethertype=0x8035), arp(9, A.mac, A.ip, zero, B.ip),
            eth(0x0806, b"\0\6\x08\0\6\4\0\1" + noise(20)), eth(0x0806, b"\0\1\x08\0\xff\xff\0\1" + noise(40))]


def ethertypes():
    lldp = b"\x02\x07\x04" + A.mac + b"\x04\x05\x05eth0\x06\x02\0\x78\0\0"
    bridge = b"\x80\0" + A.mac
    stp = b"\x42\x42\x03" + bytes(5) + bridge + bytes(4) + bridge + b"\x80\1\0\0\x14\0\2\0\x0f\0"
    bridges, inner = mac("0180c2000000"), ipv4(UDP, udp(1024, 9, b"inner"))
    return [eth(0x88cc, lldp, mac("0180c200000e")), eth(0x8847, b"\0\1\x01\x40" + inner),
            eth(0x8848, b"\0\1\x01\x40" + inner),
            eth(0x8863, b"\x11\x09\0\0\0\4\1\1\0\0"),
            eth(0x8864, b"\x11\0\0\1" + struct.pack(">HH", len(inner) + 2, 0x21) + inner),
            eth(0x888e, b"\1\1\0\0", mac("0180c2000003")), eth(len(stp), stp, bridges).ljust(60, b"\0"),
            eth(8 + len(inner), b"\xaa\xaa\3\0\0\0\x08\0" + inner), eth(0, noise(46)),
            eth(46, b"\xff\xff\0\x2e\0\1" + noise(40)),
            eth(0x05dc, noise(46)), eth(0x05dd, noise(46)), eth(0x05ff, noise(46)), eth(0x0600, noise(46)),
            eth(0x1234, noise(46)), eth(0xffff, noise(46)), eth(0x88f7, b"\0\2\0\x2c" + b"\0" * 40),
            eth(0x9000, b"\0\0\1\0" * 12)]


# IPv4


def ip_options():
    """IHL 6 to 15 for each of three protocols: record route, time stamp, source route and no-operation in turn."""
    frames = []
    for words in range(1, 11):
        n = 4 * words
        route = bytes([7, n - 1, 4]) + b"\0" * (n - 3) if n > 4 else b"\x94\4\0\0"
        stamp = bytes([68, n, 5, 0]) + b"\0" * (n - 4)
        source = bytes([131, n - 1, n]) + addr("192.0.2.9") * (words - 1) + b"\0" if n > 4 else b"\1" * 4
        frames += [send(TCP, tcp(1000 + words, 80, "SA"), opts=route),
                   send(UDP, udp(2000 + words, 9, b"x"), opts=stamp),
                   send(ICMP, echo(False, words, b"abcd"), opts=source)]
    return frames


def pieces(proto, segment, *cuts, **fields):
    """@segment in IPv4 fragments that begin at the offsets @cuts."""
    segment = seal(proto, A.ip, B.ip, segment)
    return [send(proto, segment[start:end], frag=start // 8 | (MF if end < len(segment) else 0), **fields)
            for start, end in zip(cuts, (*cuts[1:], len(segment)))]


def fragments():
    tiny = seal(TCP, A.ip, B.ip, tcp(1234, 80, "S", b"data"))
    return pieces(UDP, udp(1024, 9, running(100)), 0, 48, 96, ident=10) \
        + pieces(TCP, tcp(1234, 80, "PA", running(100)), 0, 64, 112, ident=11) \
        + pieces(TCP, tiny, 0, 8, 16, ident=12) + pieces(UDP, udp(1024, 9, b""), 0, ident=13) \
        + pieces(UDP, udp(1024, 9, running(40)), 0, 24, ident=14, opts=b"\1" * 8) \
        + pieces(ICMP, echo(False, 1), 0, 32, ident=15) \
        + [send(UDP, udp(1024, 9, b"")[:n], frag=MF, ident=16) for n in (0, 2, 4)] \
        + [send(UDP, running(n), frag=0x1fff, ident=17) for n in (7, 8, 1480)] \
        + [send(UDP, running(1480), frag=8189 | MF, ident=17), send(TCP, tiny[8:], frag=1, ident=18),
           send(TCP, tiny, frag=DF), send(TCP, tiny, frag=EVIL), send(TCP, tiny, frag=EVIL | DF | MF)]


def fragments6():
    u, t = (seal(p, A6.ip, B6.ip, s) for p, s in ((UDP, udp(1024, 9, running(100))),
                                                  (TCP, tcp(1234, 80, "PA", running(60)))))
    frames = []
    for before, after in (([], []), ([hbh()], []), ([hbh(), dest(1)], []), ([], [dest()])):
        for proto, seg in (UDP, u), (TCP, t):
            extra = b"" if not after else bytes([proto]) + after[0][1]
            kind, whole = (DEST if after else proto), extra + seg
            frames += [send6(kind, whole[:48], exts=before + [frag6(0, True)], sealed=False),
                       send6(kind, whole[48:], exts=before + [frag6(48)], sealed=False),
                       send6(kind, whole, exts=before + [frag6()], sealed=False)]		# atomic
    return frames + [send6(UDP, u[:8], exts=[frag6(0, True)], sealed=False),
                     send6(TCP, t[:8], exts=[frag6(0, True)], sealed=False),
                     send6(UDP, u, exts=[frag6(65528)], sealed=False),
                     send6(UDP, b"", exts=[frag6(0, True)], sealed=False),
                     send6(NONE, b"", exts=[frag6(8)]), send6(UDP, u, exts=[frag6(), frag6(16)], sealed=False)]


def low_ttl():
    ttls = (0, 1, 9, 10, 255)
    four = [(UDP, udp(1024, 9, b"x")), (ICMP, echo(False, 1, b""))]
    six = [(UDP, udp(1024, 9, b"x")), (TCP, tcp(1234, 80, "S"))]
    return [send(*packet, ttl=t) for packet in four for t in ttls] \
        + [send6(*packet, hlim=t) for packet in six for t in ttls]


# Tags and extension headers


def inside():
    return [send(TCP, tcp(1234, 80, "S")), send6(UDP, udp(1024, 9, b"x")), arp(1, A.mac, A.ip, b"\0" * 6, B.ip)]


def vlan_():
    frames = [vlan(f, (tpid, 100)) for tpid in TPIDS for f in inside()]
    full = send(UDP, udp(1024, 9, running(1472)))		# 1518 bytes: Linux allows four more for 0x8100 alone
    return frames + [vlan(inside()[0], (0x8100, tci)) for tci in (0, 0xe000, 0x1fff, 0x0fff, 0xffff)] \
        + [vlan(full, (0x8100, 5)), vlan(ethertypes()[0], (0x8100, 5)),
           vlan(eth(38, b"\x42\x42\3" + b"\0" * 43), (0x8100, 5))]


def qinq():
    v4, v6, who = inside()
    return [vlan(v4, outer, inner) for outer in TPIDS for inner in TPIDS] \
        + [vlan(v6, 0x88a8, 0x8100), vlan(who, 0x88a8, 0x8100)] \
        + [vlan(v4, 0x88a8, 0x8100, last) for last in TPIDS] + [vlan(v6, *TPIDS), vlan(who, 0x8100, 0x8100, 0x8100)] \
        + [vlan(v4, *[0x8100] * 10), vlan(v4, *(TPIDS * 4)[:10]), vlan(v6, *[0x8100] * 100),
           vlan(v4, *[0x88a8] * 100)]


def ipv6_ext():
    kinds = [hbh(), dest(), routing(0, ["2001:db8::99"]), frag6(), ah(12), srh(["2001:db8::98", "2001:db8::99"]),
             dest(2)]
    ends = [(TCP, tcp(1234, 80, "S")), (UDP, udp(1024, 9, b"x")), (ICMP6, echo(False, 1, b"abcd", v6=True))]
    chains = [(kinds * 3)[:n] for n in (1, 2, 5, 6, 7, 20)] + [[hbh()] + [dest()] * (n - 1) for n in (5, 6, 7, 100)]
    chains += [[k] for k in kinds[1:]] + [[ah(icv)] for icv in (0, 4, 16, 20, 32, 1016)] + [[hbh()] * 100]
    chains += [[hbh(31)], [dest(127)], [hbh(31), dest(31), dest(63)], [routing(3, [])], [routing(253, ["::"] * 10)]]
    frames = [send6(*ends[i % 3], exts=chain) for i, chain in enumerate(chains)]
    frames += [send6(proto, body, exts=[hbh(), ah(16), dest()]) for proto, body in ends]
    way = dict(exts=[srh(["2001:db8::99", "2001:db8::2"], 1)], final="2001:db8::99")
    jumbo = hbh(opts=b"\xc2\4" + struct.pack(">I", 37))
    return frames + [send6(TCP, tcp(1234, 80, "S"), **way), send6(ESP, struct.pack(">II", 256, 1) + noise(24)),
                     send6(ESP, struct.pack(">II", 256, 1) + noise(24), exts=[hbh(), dest()]),
                     send6(NONE, b""), send6(NONE, b"ignored"), send6(NONE, b"", exts=[hbh(), dest()]),
                     send6(UDP, udp(1024, 9, running(21)), exts=[jumbo], length=0),
                     send6(135, b"\0\0\0\0\0\0\0"), send6(139, bytes([59, 4]) + b"\0" * 38),
                     send6(140, bytes([59, 0]) + b"\0" * 6)]


def ipv6_tcp_udp():
    data = [(">", "PA", b"GET / HTTP/1.0\r\n\r\n"), ("<", "PA", b"HTTP/1.0 204 No Content\r\n\r\n"),
            (">", "A", b"", SACK_OPTS)]
    mapped = Host(A.mac, "::ffff:192.0.2.1"), Host(B.mac, "fe80::200:ff:fe00:2")
    return talk(A6, B6, 1234, 80, OPEN + data + CLOSE) + [send6(UDP, u) for u in udp_themes()] \
        + [send6(UDP, udp(5353, 5353, dns(0, "printer.local", 255)), A6, group("ff02::fb"), hlim=255),
           send6(UDP, udp(1024, 9, b"x"), *mapped),
           send6(UDP, udp(1024, 9, b"x"), Host(A.mac, "::"), Host(B.mac, "::1"))]


def tunnels():
    u = udp(1024, 9, b"inner")
    inner, inner6 = ipv4(UDP, u), ipv6(UDP, u)
    frame, nested, ipip = eth(0x0800, inner), b"\0\0\x08\0" + inner, inner
    for _ in range(4):
        nested = b"\0\0\x08\0" + ipv4(GRE, nested)
    for _ in range(9):
        ipip = ipv4(IPIP, ipip)
    vxlan = udp(49152, 4789, b"\x08\0\0\0\0\0\x2a\0" + frame)
    tagged = udp(49152, 4789, b"\x08\0\0\0\0\0\x2a\0" + vlan(frame, 0x8100))
    return [send(IPIP, inner), send(IP6_IN_IP, inner6), send6(IPIP, inner), send6(IP6_IN_IP, inner6),
            send(IPIP, ipip), send(UDP, vxlan), send6(UDP, vxlan), send(UDP, tagged),
            send(UDP, udp(49152, 6081, b"\0\0\x65\x58\0\0\x2a\0" + frame)),
            send(UDP, udp(2152, 2152, b"\x30\xff" + struct.pack(">HI", len(inner), 42) + inner)), send(GRE, nested),
            eth(0x8847, b"\0\1\0\x40\0\2\0\x40\0\3\1\x40" + inner), eth(0x8847, b"\0\1\0\x40" * 10),
            eth(0x8847, b"\0\1\0\x40" * 100)]


# Frames that lie


def runts():
    """Frames of 14 to 59 bytes, cut at and beside every border; none is padded."""
    t, u, i = (send(p, s) for p, s in ((TCP, tcp(1234, 80, "S", running(40))), (UDP, udp(1024, 9, running(40))),
                                       (ICMP, echo(False, 1))))
    t6, longer = send6(TCP, tcp(1234, 80, "S")), send(UDP, udp(1024, 9, running(40)), opts=b"\7\x0b\4" + b"\0" * 9)
    ext, who = send6(UDP, udp(1024, 9, b"x"), exts=[hbh()]), arp(1, A.mac, A.ip, b"\0" * 6, B.ip)
    cuts = [(t, (14, 15, 16, 23, 24, 33, 34, 35, 36, 37, 38, 41, 42, 46, 47, 48, 53, 54)),
            (u, (34, 36, 37, 38, 39, 41, 42, 43)),
            (i, (34, 35, 36, 37, 38, 41, 42)), (longer, (34, 35, 45, 46, 47, 49, 50, 53, 54)),
            (t6, (14, 15, 20, 21, 33, 53, 54, 55, 56, 57, 58, 59)), (ext, (54, 55, 56, 57, 59)),
            (who, (14, 15, 21, 22, 27, 28, 41)),
            (vlan(u, 0x8100), (14, 15, 16, 17, 18, 19, 37, 38, 41, 42, 45, 46)),
            (vlan(u, 0x88a8, 0x8100), (18, 19, 20, 21, 22, 23, 42, 46, 50)),
            (eth(0x88cc, b""), (14,)), (eth(46, running(46)), (14, 15, 16, 17))]
    return [frame[:n] for frame, lengths in cuts for n in lengths]


def bad_ihl():
    t, u = tcp(1234, 80, "S"), udp(1024, 9, b"x")
    frames = [send(p, s, ihl=n) for n in range(5) for p, s in ((TCP, t), (UDP, u))]
    frames += [send(UDP, u, ihl=n) for n in (7, 8, 15)]		# 9 bytes follow the header: room for IHL 7, not for 8
    frames += [send(UDP, b"", ihl=6), send(TCP, t, ihl=15), send(TCP, t + running(40), ihl=15), send(TCP, t, ihl=10)]
    frames += [send(UDP, u, version=v) for v in (0, 5, 6, 15)] + [send6(UDP, u, version=v) for v in (0, 4, 5, 15)]
    return frames + [eth(0x0800, ipv6(UDP, u)), eth(0x86dd, ipv4(UDP, u)), eth(0x86dd, ipv4(UDP, u + running(40))),
                     vlan(eth(0x86dd, ipv4(UDP, u + running(40))), 0x8100)]


def bad_lengths():
    u, t = udp(1024, 9, b"payload!"), tcp(1234, 80, "PA", b"payload!")
    frames = [send(UDP, u, length=n) for n in (0, 1, 19, 20, 22, 24, 27, 28, 35, 37, 1500, 65535)]
    frames += [send(TCP, t, length=n) for n in (0, 39, 40, 47, 49, 65535)]
    frames += [send(UDP, u, opts=b"\1" * 8, length=n) for n in (0, 20, 27, 28, 44, 45)]
    frames += [send(UDP, udp(1024, 9)).ljust(60, b"\0"), send(UDP, u).ljust(60, b"#"),
               send(TCP, tcp(1234, 80, "A")).ljust(60, b"\0")]
    frames += [send6(UDP, u, length=n) for n in (0, 1, 4, 7, 8, 15, 17, 1500, 65535)]
    frames += [send6(UDP, u, exts=[hbh(), dest()], length=n) for n in (0, 1, 7, 8, 12, 15, 16, 20, 24, 31, 33)]
    frames += [send6(UDP, u).ljust(90, b"#")]
    for either in send, send6:
        frames += [either(UDP, udp(1024, 9, b"payload!", length=n)) for n in (0, 1, 7, 8, 12, 15, 17, 65535)]
        frames += [either(TCP, tcp(1234, 80, "S", offset=n)) for n in (0, 1, 4, 6, 15)]
    frames += [send(TCP, tcp(1234, 80, "S", b"\1" * 40, offset=n)) for n in (5, 6, 14, 15)]
    return frames + [send(TCP, t, frag=MF, length=n) for n in (0, 24)]


# Sizes and contents


def sized(n, proto=UDP, **fields):
    """A frame of exactly @n bytes whose payload counts."""
    return send(UDP, udp(1024, 9, running(n - 42)), **fields) if proto == UDP else \
        send(TCP, tcp(1234, 80, "PA", running(n - 54)), **fields)


def jumbo():
    return [sized(n, proto, ident=n) for n in (1514, 3000, 4000, 9014) for proto in (UDP, TCP)] \
        + [send6(UDP, udp(1024, 9, running(8952)))]


def sizes():
    edges = [n + d for n in (61, 64, 128, 256, 512, 1024, 1513) for d in (-1, 0, 1)]
    return [sized(n, ident=n) for n in sorted([90, 1280, 1500, *edges])]


def patterns():
    texts = [b"\0" * 64, b"\xff" * 64, b"\x55" * 64, b"\xaa" * 64, b"d" * 64, running(256), b"\x1b[31mred\x1b[0m",
             b"\x1b]0;title\x07", b"\x1b[2J\x1b[H", b"\x9b31m C1", "\u009b31m C1 in UTF-8".encode(),
             "user\u202egpj.exe \u2066x\u2069 \u200f".encode(), b"\xc3\x28 \xf0\x82\x82\xac \xed\xa0\x80 \xff",
             b"a\0b\x7fc\bd\re\nf\tg", b"%s%n%x \\ \" ' <&>",
             "Z\u0300\u0301\u0302 \U0001f980 \u2028".encode(), b"payload\r\n" * 8]
    frames = [b"\0" * 64, b"\xff" * 64, b"\0" * 14, b"\xff" * 14, b"\x1b[31m" * 12]
    return [send(UDP, udp(1024, 9, text)) for text in texts] + frames


# What looks like a quiet office


def tls_record(kind, body, version=0x0303):
    return struct.pack(">BHH", kind, version, len(body)) + body


def tls_hello(client, name=b"www.example.com"):
    server_name = struct.pack(">HHHBH", 0, len(name) + 5, len(name) + 3, 0, len(name)) + name
    ciphers, ext = (b"\0\4\x13\1\x13\2\1\0", server_name + b"\0\x2b\0\3\2\3\4") if client else \
        (b"\x13\1\0", b"\0\x2b\0\2\3\4")
    body = b"\3\3" + noise(32, 3 + client) + b"\x20" + noise(32, 9) + ciphers + struct.pack(">H", len(ext)) + ext
    return tls_record(22, bytes([1 if client else 2]) + struct.pack(">I", len(body))[1:] + body,
                      0x0301 if client else 0x0303)


def http(client, server, sport, path, n):
    get = f"GET {path} HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n".encode()
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {n}\r\n\r\n".encode()
    answer = head + (b"All work and no play makes a dull capture.\n" * (n // 43 + 1))[:n]
    steps = OPEN + [(">", "PA", get), ("<", "A", b"")]
    for i in range(0, len(answer), 1448):
        last = i + 1448 >= len(answer)
        steps.append(("<", "PA" if last else "A", answer[i:i + 1448]))
        if last or i // 1448 % 2:		# every second segment is acknowledged
            steps.append((">", "A", b""))
    return talk(client, server, sport, 80, steps + CLOSE)


def tls(client, server, sport, rounds):
    steps = [(">", "PA", tls_hello(True)), ("<", "A", b""),
             ("<", "PA", tls_hello(False) + tls_record(20, b"\1") + tls_record(23, noise(900, 5))),
             (">", "A", b""), (">", "PA", tls_record(20, b"\1") + tls_record(23, noise(53, 6)))]
    for i in range(rounds):
        steps += [(">", "PA", tls_record(23, noise(90 + 40 * i, i))),
                  ("<", "PA", tls_record(23, noise(300 + 400 * i % 1100, 50 + i))), (">", "A", b"")]
    return talk(client, server, sport, 443, OPEN + steps + CLOSE)


def query(client, server, port, ident, name, qtype, answer):
    return [send(UDP, udp(port, 53, dns(ident, name, qtype)), client, server),
            send(UDP, udp(53, port, dns(ident, name, qtype, addr(answer))), server, client)]


def mixed():
    """About two seconds of a small network; each entry is a start in ms, a gap in us and the frames of one exchange."""
    host = [Host(b"\2\0\0\0\0" + bytes([n]), f"192.0.2.{n}") for n in range(31)]
    six = [Host(h.mac, f"2001:db8::{n:x}") for n, h in enumerate(host)]
    gate, alice, bob, carol = host[1], host[10], host[20], host[30]
    web, web6, time = (Host(gate.mac, ip) for ip in ("198.51.100.80", "2001:db8:80::443", "203.0.113.123"))

    def who(a, b):
        return [arp(1, a.mac, a.ip, b"\0" * 6, b.ip).ljust(60, b"\0"),
                arp(2, b.mac, b.ip, a.mac, a.ip, a.mac).ljust(60, b"\0")]

    def pings(a, b, count, v6=False):
        proto = ICMP6 if v6 else ICMP
        return [send(proto, echo(reply, n, v6=v6), *((b, a) if reply else (a, b)))
                for n in range(1, count + 1) for reply in (False, True)]

    def ntp(a):
        return [send(UDP, udp(123, 123, bytes([mode]) + b"\2\6\xe9" + noise(44, mode)), *ends)
                for mode, ends in ((0x23, (a, time)), (0x24, (time, a)))]
    solicit = send(ICMP6, icmp6(135, data=addr(six[1].ip) + b"\1\1" + alice.mac), six[10], group("ff02::1:ff00:1"),
                   hlim=255)
    advert = send(ICMP6, icmp6(136, 0, b"\xe0\0\0\0", addr(six[1].ip) + b"\2\1" + gate.mac), six[1], six[10],
                  hlim=255)
    mdns = [send(UDP, udp(5353, 5353, dns(0, "printer.local", 1)), a, group(to))
            for a, to in ((carol, "224.0.0.251"), (six[30], "ff02::fb"))]
    gone = send(ICMP, icmp(3, 3, data=ipv4(UDP, udp(41000, 33434, b"probe"), bob.ip, carol.ip)[:28]), carol, bob)
    bridge = [f for f in ethertypes() if f[:3] == b"\1\x80\xc2" and f[12:14] != b"\x88\x8e"]
    chat = [(">", "PA", b"hello bob\n"), ("<", "A", b""), ("<", "PA", b"hello alice\n"), (">", "A", b"")]
    refused = [(">", "S", b""), ("<", "RA", b"")]
    plan = [(0, 400, who(alice, gate)), (3, 9000, query(alice, gate, 40001, 0x1001, "www.example.com", 1, web.ip)),
            (15, 700, http(alice, web, 49152, "/", 4000)), (60, 500, [solicit, advert]),
            (62, 8000, query(six[10], six[1], 40002, 0x1002, "www.example.com", 28, web6.ip)),
            (75, 1900, tls(six[10], web6, 49153, 6)),
            (100, 20000, pings(alice, gate, 6)), (130, 12000, ntp(bob)), (150, 300, who(bob, carol)),
            (152, 600, talk(bob, carol, 50022, 22, refused)),
            (160, 300, [send(UDP, udp(41000, 33434, b"probe"), bob, carol), gone]), (200, 900000, bridge),
            (210, 7000, query(bob, gate, 40003, 0x2001, "deb.example.org", 1, web.ip)),
            (230, 650, http(bob, web, 49200, "/pool/main/x/xdpdump.deb", 9000)),
            (300, 1500, talk(alice, bob, 50100, 5222, OPEN + chat * 4 + CLOSE)), (350, 150, mdns),
            (400, 30000, pings(six[20], six[1], 5, True)),
            (450, 9000, query(carol, gate, 40004, 0x3001, "time.example.net", 1, time.ip)), (470, 11000, ntp(carol)),
            (600, 900, http(carol, web, 49300, "/robots.txt", 120)),
            (700, 2100, tls(six[20], web6, 49154, 5)), (900, 25000, pings(bob, time, 4)),
            (1000, 300, who(gate, carol)), (1100, 800, talk(carol, web, 49301, 8080, refused)),
            (1200, 700, http(alice, web, 49155, "/news", 2500)), (1500, 10000, ntp(alice)), (1600, 150, mdns)]
    frames = sorted((ms * 10**6 + n * gap * 1000 + (ms * 7919 + n * n * 104729) % 99991,
                     frame)		# a little jitter
                    for ms, gap, exchange in plan for n, frame in enumerate(exchange))
    assert len({t for t, _ in frames}) == len(frames)
    first = frames[0][0]
    return [(START_NS + t - first, f) for t, f in frames]


ABORTED, DROP, PASS, TX, REDIRECT = range(5)


def beside_a_program():
    """Frames as they come to an XDP program and as they leave it, and what it decides."""
    inner = ipv4(TCP, tcp(40000, 80, "S"), "203.0.113.9", "198.51.100.80", ttl=61)
    inner6 = ipv6(TCP, tcp(40000, 80, "S"), "64:ff9b::9", "64:ff9b::1", hlim=61)
    back, gate = B._replace(mac=mac("02:00:00:00:00:20"), ip="10.0.0.2"), mac("02:00:00:00:00:fe")
    dns_query, dns_answer = udp(5300, 53, dns(1, "a.example", 1)), b"\x83" + noise(11)
    ping = eth(0x0800, ipv4(ICMP, echo(False, 1), "203.0.113.9", "198.51.100.80"), A.mac, gate)
    pong = eth(0x0800, ipv4(ICMP, echo(True, 1), "198.51.100.80", "203.0.113.9", ttl=63), gate, A.mac)
    large = ipv4(UDP, udp(40000, 9, running(600)), "203.0.113.9", "198.51.100.80", frag=DF)
    too_big = ipv4(ICMP, icmp(3, 4, struct.pack(">HH", 0, 500), large[:128]), "198.51.100.80", "203.0.113.9")
    old = eth(0x0800, inner, A.mac, gate)
    vxlan = udp(55555, 4789, b"\x08\0\0\0\0\0\x2a\0" + old)
    stale = bytearray(old)
    stale[22] -= 1
    return [
        (old, old, PASS),
        (old, eth(0x0800, ipv4(TCP, tcp(40000, 8080, "S"), "203.0.113.9", back.ip, ttl=60), back.mac, A.mac), TX),
        (old, eth(0x0800, ipv4(IPIP, inner, "10.0.0.1", back.ip), back.mac, A.mac), TX),
        (eth(0x0800, ipv4(IPIP, inner, "10.0.0.1", back.ip), back.mac, A.mac),
         eth(0x0800, inner, back.mac, A.mac), PASS),
        (vlan(old, 0x8100), old, PASS),
        (old, vlan(old, 0x88a8, 0x8100), REDIRECT),
        (eth(0x0800, ipv4(UDP, vxlan, "10.0.0.1", back.ip), back.mac, A.mac), old, PASS),
        (eth(0x86dd, inner6, A.mac, gate),
         eth(0x0800, ipv4(TCP, tcp(40000, 80, "S"), "203.0.113.9", "198.51.100.1", ttl=60),
                                               A.mac, gate), REDIRECT),
        (ping, pong, TX),
        (eth(0x0800, large, A.mac, gate), eth(0x0800, too_big, gate, A.mac), TX),
        (eth(0x0800, ipv4(UDP, dns_query), A.mac, gate),
         eth(0x0800, ipv4(UDP, dns_query), A.mac, gate) + dns_answer, PASS),
        (old + b"trailer", old, PASS),
        (old, bytes(stale), REDIRECT),
        (old, old, DROP),
        (old, old, ABORTED),
    ]


THEMES = [tcp_handshake, tcp_flags, udp_, icmp_, icmpv6, igmp, sctp, gre, ip_protocols, arp_, ethertypes,
          ip_options, fragments, fragments6, low_ttl, vlan_, qinq, ipv6_ext, ipv6_tcp_udp, tunnels,
          runts, bad_ihl, bad_lengths, jumbo, sizes, patterns, mixed]


def timed(frames):
    """The frames with their times; each step is longer than the one before, so no two are alike."""
    return [f if isinstance(f, tuple) else (START_NS + n * 1_000_003 + n * n * 7, f) for n, f in enumerate(frames)]


def main():
    default = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "pcaps")
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.normpath(default)
    os.makedirs(os.path.join(out, "files"), exist_ok=True)
    contents = {}
    for theme in THEMES:
        packets = [(ns, frame, len(frame)) for ns, frame in timed(theme())]
        limit = 9014 if theme is jumbo else 1514
        assert all(14 <= n <= limit + 4 * (frame[12:14] == b"\x81\0") for _, frame, n in packets), theme.__name__
        contents[theme.__name__.rstrip("_") + ".pcap"] = fixture_files.pcap(packets)
    v4, v6, who = inside()
    samples = {"udp4": send(UDP, udp(1024, 9, b"one\ntwo")), "tcp4": v4, "arp": who,
               "udp6": send6(UDP, udp(1024, 9, running(138))), "vlan": vlan(v6, 0x8100)}
    for name, data in fixture_files.files(samples, beside_a_program()).items():
        contents[os.path.join("files", name)] = data
    for name, data in contents.items():
        with open(os.path.join(out, name), "wb") as f:
            f.write(data)
    print(f"{len(contents)} files, {sum(map(len, contents.values()))} bytes in {out}")


if __name__ == "__main__":
    sys.exit(main())
