#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What a file of an enemy costs. Instructions are counted, as seconds are those of the machine: each MiB more of it takes less than
# ten times those that a MiB more of sound packets takes. What unpacks to no end takes no memory, and ends when it is asked to.
# shellcheck source=tests/golden/lib.sh
. "${0%/*}/../golden/lib.sh"

nm "$dump" 2>/dev/null | grep -q '__[at]san_init' && sanitized=1

# Of each kind a file of 1 MiB and one of half as much more; and what unpacks to 64 GiB.
python3 - "$work" <<'EOF'
import random, struct, subprocess, sys, zlib

random.seed(1)
MIB = 1 << 20
head = struct.pack('<IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1)
frame = bytes(range(86))

def record(i):
    return struct.pack('<IIII', 1700000000 + i // 1000, i % 1000 * 1000, 86, 86) + frame

def block(kind, body):
    size = struct.pack('<I', len(body) + 12 + -len(body) % 4)
    return struct.pack('<I', kind) + size + body + bytes(-len(body) % 4) + size

def keep(name, data):
    with open(sys.argv[1] + '/' + name, 'wb') as f:
        f.write(data)

shb = block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1))
idb = block(1, struct.pack('<HHI', 1, 0, 0))
epb = block(6, struct.pack('<IIIII', 0, 0, 0, 86, 86) + frame)
garbage = random.randbytes(2 * MIB)
records = b''.join(record(i) for i in range(2 * MIB // 102))
for n in 2, 3:
    size = n * MIB // 2
    keep(f'sound.pcap.{n}', head + records[:size // 102 * 102])
    keep(f'sound.pcapng.{n}', shb + idb + epb * (size // len(epb)))
    keep(f'garbage.pcap.{n}', head + garbage[:size])
    keep(f'garbage.pcapng.{n}', shb + idb + garbage[:size])
    keep(f'interfaces.pcapng.{n}', shb + idb * (size // len(idb)))
    keep(f'interfaces_with_names.pcapng.{n}',
         shb + b''.join(block(1, struct.pack('<HHIHH8sI', 1, 0, 0, 2, 8, b'%08d' % i, 0)) for i in range(size // 36)))

def zstd(data):
    return subprocess.run(['zstd', '-q', '-c'], input=data, stdout=subprocess.PIPE, check=True).stdout

def gzip(data):
    c = zlib.compressobj(9, zlib.DEFLATED, 31)
    return c.compress(data) + c.flush()

for kind, data in ('packets', record(0) * (32 * MIB // 102)), ('zeros', bytes(32 * MIB)):
    for codec in zstd, gzip:
        keep(f'{kind}.{codec.__name__}', codec(head + record(0)) + codec(data) * (2048 if codec == zstd else 512))
EOF

# instructions FILE OPTIONS: those of the two lengths, one taken from the other
instructions()
{
	local length said

	for length in 2 3; do
		# shellcheck disable=SC2086
		said=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null "$dump" --sandbox off -r "$work/$1.$length" $2 \
			2>&1 >"$work/out" </dev/null | sed -n 's/.*Collected : //p')
		echo "${said:-0}"
	done | xargs | awk '{ print $2 - $1 }'
}

if [[ -n ${sanitized-} ]]; then
	echo '1..0 # SKIP a sanitizer and valgrind do not go together, and it takes memory as it pleases'
	exit 0
fi

declare -A sound
while read -r as file options; do
	sentence="${file%.*}_takes_no_more_than_ten_times_what_is_sound${options//[ -]/_}"
	wanted "$sentence" valgrind || continue
	options=${options/OUTPUT/$work/written}
	key="$as $options"
	[[ ${sound[$key]-} ]] || sound[$key]=$(instructions "$as" "$options")
	took=$(instructions "$file" "$options")
	if ((took <= 0 || sound[$key] <= 0 || took > 10 * sound[$key])); then
		echo "$took instructions, and ${sound[$key]} of $as"
	fi >"$work/against"
	verdict "$sentence"
done <<EOF
sound.pcap garbage.pcap --recover -w OUTPUT
sound.pcapng garbage.pcapng --recover -w OUTPUT
sound.pcapng interfaces.pcapng --info
sound.pcapng interfaces_with_names.pcapng --info
sound.pcapng interfaces.pcapng --info -T json
sound.pcapng interfaces.pcapng --info --html OUTPUT
EOF

# Half a second of CPU time, in which a GiB or so is unpacked.
has_worked()
{
	local stat

	read -r -a stat <"/proc/$pid/stat" && ((stat[13] >= 50))
}

while read -r file options; do
	options=${options/OUTPUT//dev/null}
	# shellcheck disable=SC2086
	"$dump" -r "$work/$file" $options >"$work/out" 2>"$work/err" </dev/null &
	pid=$!
	{
		begun 60 has_worked
		most=$(sed -n 's/^VmHWM:\s*\([0-9]*\) kB/\1/p' "/proc/$pid/status")
		((${most:-65536} < 65536)) || echo "it takes ${most:-?} KiB"
		kill -INT "$pid"
		begun 60 test ! -d "/proc/$pid/fd/0" -a ! -e "/proc/$pid/fd/0"
		wait "$pid" || { echo "it ends with $?:"; cat "$work/err"; }
	} >"$work/against" 2>&1
	verdict "what_unpacks_to_no_end_takes_no_memory_and_ends:_${file}_${options// /_}"
done <<EOF
packets.zstd -w OUTPUT
packets.gzip -w OUTPUT
packets.zstd --info
packets.gzip --count
zeros.zstd --recover -w OUTPUT
zeros.gzip --recover -w OUTPUT
EOF
echo "1..$n"
