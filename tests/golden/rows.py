#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""
What is wrong with the rows that xdpdump prints for other programs; nothing if they are as they should be.

    rows.py check JSON CSV      files of lines, made of the same packets; the CSV with one header
    rows.py fields CSV MAN      the header of a CSV and the table in the manual page
    rows.py ek JSON EK          those of tshark -T ek, of the same packets
    rows.py said-options        those that make tshark tell what packets say
    rows.py said JSON FIELDS    that, of the same packets
"""
import csv
import json
import re
import sys

STRINGS = ("time", "name", "comment", "protocol", "damage", "verdict", "src", "dst", "eth", "mac", "ipv4", "tunnel", "answer",
           "alpn", "method", "uri", "file")
LISTS = ("vlan_vlan_id", "vlan_vlan_priority", "vlan_vlan_etype", "tunnel_id")
BOOLEANS = ("ip_ip_flags_df", "ip_ip_flags_mf", "dns_dns_flags_response")
OWN = ("time_ns", "link_type", "protocol", "damage", "verdict", "process_name", "process_id", "thread_id", "tunnel", "tunnel_id", "inner_protocol", "inner_src", "inner_dst",
       "inner_srcport", "inner_dstport", "inner_tcp_flags", "dns_answer", "tls_alpn", "quoted_protocol", "quoted_src",
       "quoted_dst", "quoted_srcport", "quoted_dstport", "file", "offset")
YOUNG = ("frame_frame_hash", "frame_frame_hash_value")	# tshark 4.0 does not print them
# What is above TCP and UDP, in which tshark finds several of some, and goes through segments.
SAID = ("dns", "tls", "http", "dhcp", "ntp", "quic")
# What stands below a header that xdpdump does not look into, and what tshark counts for itself.
DEEPER = {"mpls", "ah", "gre", "vxlan", "pppoes", "ipv6.fraghdr", "llc"}
COUNTED = ("frame_frame_interface_id", "frame_frame_interface_name")


def type_of(name):
    if name in LISTS:
        return list
    if name in BOOLEANS:
        return bool
    if name.startswith("frame_frame_hash"):
        return str
    return str if name.split("_")[-1] in STRINGS and name != "time_ns" else int


def no_doubles(pairs):
    row = dict(pairs)
    if len(row) != len(pairs):
        raise ValueError("a key stands twice")
    return row


def read_json(name):
    rows = []
    with open(name, "rb") as f:
        for n, line in enumerate(f.read().decode("utf-8").split("\n")[:-1], 1):
            if any(c < " " or "\x7f" <= c < "\xa0" or "\u202a" <= c <= "\u202e" for c in line):
                print(f"{n}: a control character: {line!r}")
            try:
                rows.append(json.loads(line, object_pairs_hook=no_doubles))
            except ValueError as e:
                print(f"{n}: {e}: {line!r}")
    return rows


# Those that may be above 2^53, as the manual page says.
LARGE = ("time_ns", "frame_frame_packet_id", "frame_frame_drop_count",
         "frame_frame_verdict_ebpf_xdp", "frame_frame_verdict_ebpf_tc")


def check_types(n, row):
    for name, value in row.items():
        if isinstance(value, int) and abs(value) > 1 << 53 and name not in LARGE:
            print(f"{n}: {name} is {value}, which not all programs keep")
        if type(value) is not type_of(name):
            print(f"{n}: {name} is {value!r}, not {type_of(name).__name__}")
        if isinstance(value, list) and not (value and all(type(v) is int for v in value)):
            print(f"{n}: {name} is {value!r}")


def as_csv(value):
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def check(json_name, csv_name):
    rows = read_json(json_name)
    with open(csv_name, newline="", encoding="utf-8") as f:
        table = list(csv.reader(f, strict=True))
    header, table = table[0], table[1:]
    if not rows or len(rows) != len(table):
        print(f"{len(rows)} rows of JSON, {len(table)} of CSV")
    for n, (row, line) in enumerate(zip(rows, table), 1):
        check_types(n, row)
        if len(line) != len(header):
            print(f"{n}: {len(line)} columns, not {len(header)}")
        if list(row) != [name for name in header if name in row]:
            print(f"{n}: keys out of order, or not in the header: {list(row)}")
        for name, text in zip(header, line):
            value = as_csv(row[name]) if name in row else ""
            if isinstance(row.get(name), str) and value.startswith(("=", "+", "-", "@")):
                value = "'" + value
            safe = value.isascii() and value.isprintable()
            if text != value and (safe or not re.search(r"\\x|\ufffd", text + value)):
                print(f"{n}: {name}: {value!r} in JSON, {text!r} in CSV")


def fields(csv_name, man_name):
    with open(csv_name, encoding="utf-8") as f:
        header = f.readline().strip().split(",")
    with open(man_name, encoding="utf-8") as f:
        told = re.findall(r"^\.It Li (\w+) Ta (\w+) Ta", f.read(), re.M)
    kinds = {str: "string", int: "integer", bool: "boolean", list: "integers"}
    for name, kind in told:
        if kind != kinds[type_of(name)]:
            print(f"{name}: {kind} in the manual page")
    if [name for name, _ in told] != header:
        print(f"the fields are {header}\nin the manual page {[name for name, _ in told]}")


def plain(value):
    if isinstance(value, list):
        return [plain(v) for v in value]
    try:
        return int(value, 0) if isinstance(value, str) else value
    except ValueError:
        return value


def of_ek(layers, name):
    """The value of the outermost layer that has such a field; of tags all of them."""
    layer = layers.get("pkt_comment" if name.endswith("comment") else name.split("_")[0], {})
    if name.startswith("dns"):
        layer = layers.get("dns") or layers.get("mdns") or layers.get("llmnr") or {}
    layer = layer if isinstance(layer, list) else [layer]
    if name in LISTS:
        return [part.get(name) for part in layer if name in part] or None
    value = layer[0].get(name)
    return value[0] if isinstance(value, list) and name.startswith(SAID) else value


def is_explained(name, ours, theirs, row, layers):
    words = layers["frame"]["frame_frame_protocols"].split(":")
    protocols = set(words)
    if name in COUNTED or (name.startswith("vlan") and "ieee8021ad" in protocols):  # which is a layer of its own there
        return True
    if name == "dns_dns_resp_name" and ours is None:    # only where nothing is asked
        return "dns_dns_qry_name" in row or not row.get("dns_dns_count_answers")
    if "damage" in row or "_ws_malformed" in layers:    # how far they go into what is cut or wrong is up to each
        return ours is None or theirs is None or name in LISTS
    if name == "ip_ip_len" and ours == 0:               # segmentation offload: tshark takes the length of the frame
        return True
    if name == "frame_frame_comment":                   # what is no text in it shows in other ways
        return ours is not None and theirs is not None and not str(ours).isprintable()
    if name.startswith("arp") and ours is None:         # not of Ethernet and IPv4, or cut
        kind = [layers["arp"].get("arp_arp_" + part) for part in ("hw_type", "proto_type", "hw_size", "proto_size")]
        return kind != ["1", "0x0800", "6", "4"] or row["frame_frame_cap_len"] < row["frame_frame_len"]
    if name.startswith("frame_frame_verdict") and ours is None:         # of several the first is told
        return "verdict" in row
    if name == "vlan_vlan_etype" and theirs is None:    # a length
        return ours[-1] < 0x600
    if name == "eth_eth_type" and ours is None:         # a length
        return theirs < 0x600
    nested = words.count("eth") > 1 or words.count("ip") + words.count("ipv6") > 1
    return ours is None and (nested or bool(protocols & DEEPER))


def ek(json_name, ek_name):
    rows = read_json(json_name)
    with open(ek_name, encoding="utf-8") as f:
        theirs = [layers for layers in (json.loads(line).get("layers") for line in f) if layers]
    # what is said is compared by said(), which makes tshark look at each packet by itself
    names = sorted(name for name in {name for row in rows for name in row} - set(OWN + YOUNG) if not name.startswith(SAID))
    compared = set()
    if not rows or len(rows) != len(theirs):
        print(f"{len(rows)} packets, {len(theirs)} for tshark")
    for n, (row, layers) in enumerate(zip(rows, theirs), 1):
        for name in names:
            a, b = plain(row.get(name)), plain(of_ek(layers, name))
            if a is not None and a == b:
                compared.add(name)
            elif a != b and not is_explained(name, a, b, row, layers):
                print(f"{n}: {name}: {a!r}, {b!r} for tshark, {layers['frame']['frame_frame_protocols']}")
    print(*[f"{name}: never the same" for name in names if name not in compared | set(COUNTED)], sep="\n", end="")


# What is compared of tunnels and of what packets say: our field, and those of tshark.
SAID_FIELDS = (
    ("dns_dns_qry_name", "dns.qry.name"),
    ("dns_dns_flags_rcode", "dns.flags.rcode"),
    ("dns_dns_count_answers", "dns.count.answers"),
    ("tls_tls_handshake_extensions_server_name", "tls.handshake.extensions_server_name"),
    ("tls_alpn", "tls.handshake.extensions_alpn_str"),
    ("http_http_request_method", "http.request.method"),
    ("http_http_request_uri", "http.request.uri"),
    ("http_http_response_code", "http.response.code"),
    ("dhcp_dhcp_option_dhcp", "dhcp.option.dhcp"),
    ("ntp_ntp_flags_mode", "ntp.flags.mode"),
    ("ntp_ntp_stratum", "ntp.stratum"),
    ("quic_quic_version", "quic.version"),
    ("inner_src", "ip.src", "ipv6.src"),
    ("inner_dst", "ip.dst", "ipv6.dst"),
)


SAID_OPTIONS = ("-n", "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=;", "-d", "udp.port==8472,vxlan",
                # each packet by itself, also one that came before
                "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE",
                "-o", "tcp.desegment_tcp_streams:FALSE", "-o", "tcp.analyze_sequence_numbers:FALSE")
DNS_PORTS = {53, 5353, 5355}


def said_options():
    names = ["frame.protocols", "dns.flags.opcode"] + [name for _, *names in SAID_FIELDS for name in names]
    print(*SAID_OPTIONS, *[part for name in names for part in ("-e", name)])


def is_beyond(words, row):
    """Is it behind a header that we do not look behind, or of a packet that is cut or damaged?"""
    known = "ip_ip_src" in row or "ipv6_ipv6_src" in row or "tunnel" in row
    return not known or "damage" in row or bool(words & {"_ws.malformed", "ah", "ipcomp", "esp"})


def is_left(name, has, words, opcode, row):
    """What tshark knows, and we leave to it: DNS elsewhere, or that makes no sense; HTTP over UDP; what QUIC encrypts, and
    its versions that are none; NTP that controls."""
    if name.startswith("dns"):
        ports = {row.get(p + end) for p in ("tcp_tcp_", "udp_udp_", "inner_") for end in ("srcport", "dstport")}
        return not ports & DNS_PORTS or int(opcode or 0) > 6
    if name.startswith("ntp"):
        return int(has[0]) > 5 if name == "ntp_ntp_flags_mode" else "ntp_ntp_flags_mode" not in row
    return bool(words & {"ssdp", "quic"})


def is_same(name, ours, theirs):
    if name.startswith("dns") and ours == ".":
        return "<Root>" in theirs
    if name == "tls_alpn":      # all of them, in their order
        return ours == ",".join(theirs)
    return ours in map(plain, theirs) or str(ours) in theirs or (isinstance(ours, str) and re.search(r"\\|[^ -~]", ours) is not None)  # escaped


def said(json_name, fields_name):
    rows = read_json(json_name)
    with open(fields_name, encoding="utf-8", errors="replace") as f:
        theirs = [line.rstrip("\n").split("\t") for line in f]
    found = dict.fromkeys((ours for ours, *_ in SAID_FIELDS), 0)
    if not rows or len(rows) != len(theirs):
        print(f"{len(rows)} packets, {len(theirs)} for tshark")
    for n, (row, (protocols, opcode, *values)) in enumerate(zip(rows, theirs), 1):
        words = set(protocols.split(":"))
        for ours, *names in SAID_FIELDS:
            has, values = [v for v in ";".join(values[:len(names)]).split(";") if v], values[len(names):]
            if ours in row and is_same(ours, row[ours], has):
                found[ours] += 1
            elif is_beyond(words, row) or (ours not in row and (not has or ours.startswith("inner"))):
                continue
            elif ours in row and 0 in (row.get("ip_ip_len"), row.get("ipv6_ipv6_plen")):    # segmentation offload
                continue
            elif ours in row or not is_left(ours, has, words, opcode, row):
                print(f"{n}: {ours}: {row.get(ours)!r}, {has} for tshark, {protocols}")
    # of QUIC there is something in the corpus only
    print(*[f"{name}: never the same" for name, count in found.items() if not count and not name.startswith("quic")],
          sep="\n", end="")


if __name__ == "__main__":
    {"check": check, "fields": fields, "ek": ek, "said": said, "said-options": said_options}[sys.argv[1]](*sys.argv[2:])
