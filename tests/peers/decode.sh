#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What packets say, and what is in tunnels, as tshark finds it: of our captures, and of those in $CORPUS if there are any.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

# said FILE...: what differs. One run of tshark for all.
said()
{
	local file options

	for file in "$@"; do
		"$dump" -r "$file" -w "$work/one.pcapng" </dev/null 2>/dev/null && cat "$work/one.pcapng"
	done >"$work/all.pcapng"
	read -ra options < <(tests/golden/rows.py said-options)
	"$dump" -r "$work/all.pcapng" -T json >"$work/ours" 2>/dev/null </dev/null
	tshark -r "$work/all.pcapng" "${options[@]}" >"$work/theirs" 2>/dev/null
	tests/golden/rows.py said "$work/ours" "$work/theirs"
}

# protocols: handshakes of TLS that offer protocols and choose one, of which the captures have none
protocols()
{
	PYTHONPATH=scripts python3 - "$work/protocols.pcap" <<'END'
import struct, sys
sys.dont_write_bytecode = True
import fixtures as f

def hello(kind, names):
    names = b"".join(bytes([len(name)]) + name for name in names)
    alpn = struct.pack(">HHH", 16, len(names) + 2, len(names)) + names
    body = b"\3\3" + bytes(32) + b"\0" + (b"\0\2\x13\1\1\0" if kind == 1 else b"\x13\1\0") + struct.pack(">H", len(alpn)) + alpn
    return f.tls_record(22, bytes([kind]) + struct.pack(">I", len(body))[1:] + body)

frames = f.talk(f.A, f.B, 49152, 443, [(">", "PA", hello(1, names)) for names in ([b"h2", b"http/1.1"], [b"http/1.1", b"h2", b"h3"])] +
                [("<", "PA", hello(2, [b"h2"]))])
with open(sys.argv[1], "wb") as out:
    out.write(f.fixture_files.pcap([(ns, frame, len(frame)) for ns, frame in f.timed(frames)]))
END
}

if wanted "packets_say_what_tshark_finds" tshark && wanted "packets_say_what_tshark_finds" python3; then
	mapfile -t corpus < <(find -L "${CORPUS:-../shared/corpus}" -name '*.pcap' 2>/dev/null | LC_ALL=C sort)
	protocols
	said tests/pcaps/*.pcap "$work/protocols.pcap" "${corpus[@]}" >"$work/against" 2>&1
	verdict "packets_say_what_tshark_finds"

	# For all else.
	: >"$work/against"
	"$dump" -r tests/pcaps/mixed.pcap -w - </dev/null | tshark -n -r - -T fields -e frame.number 2>/dev/null |
		wc -l | grep -qx 194 || echo "tshark does not read our pipe" >"$work/against"
	verdict "tshark_goes_on_behind_a_pipe"
fi
echo "1..$n"
