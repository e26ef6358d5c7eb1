# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""
As bench_main, but the file is on a disk: below $BENCH_DIR, /var/tmp if that is not set. Before each run all that is to be
written back is, so that no tool pays for the one before; CPU is that of the tool's threads, the kernel's for writing back
is nobody's. Of whole frames more are offered than the page cache takes: 7 to 12 GB are in the file.

And a disk that stands still: the file is on an ext4 of its own, which is frozen for a second while frames come at a
steady rate.
"""
import os
import subprocess
import tempfile
import threading
import time

from bench_lib import MIB, Failure, Tool, installed, median, progress, received, run, veth_pair
from bench_main import COUNT, REFERENCE, WHOLE, Program, column, combination, contenders, flood, ratio

DD_MIB = 1024
SUSTAINED = 40000000                    # whole frames that are offered, so that no memory can take them all
SUSTAINED_ROUNDS = 3
NAMES = ("null_pass", "null_drop", "tcpdump", "dumpcap", "ours", "ours, mirror port")
STALL_PPS, STALL_SEC, STALL_FRAME, STALL_SNAP = 300000, 4, 256, 256
FROZEN_FROM, FROZEN_FOR = 1, 1          # seconds after the first frame, seconds
IMAGE_MIB = 2048


class Folder:
    """A directory on a disk, which is gone at the end."""

    def __enter__(self):
        above = os.environ.get("BENCH_DIR", "/var/tmp")
        kind = run("stat", "-f", "-c", "%T", above).strip()
        if kind in ("tmpfs", "ramfs"):
            raise Failure(f"{above} is a {kind}: BENCH_DIR=DIR says where there is a disk")
        self.path = tempfile.mkdtemp(prefix="bench.", dir=above)
        print(f"\nthe disk below {above} has {kind}")
        return self.path

    def __exit__(self, *_):
        subprocess.run(["rm", "-rf", "--one-file-system", self.path])


def direct_speed(folder):
    """Bytes a second that dd writes past the page cache."""
    file = os.path.join(folder, "dd")
    start = time.monotonic()
    try:
        run("dd", "if=/dev/zero", f"of={file}", "bs=1M", f"count={DD_MIB}", "oflag=direct", "conv=fdatasync")
        return DD_MIB * MIB / (time.monotonic() - start)
    finally:
        os.unlink(file)


def after_sync(send, quick):
    def measured(size, n, growth=None):
        os.sync()
        return send(size, SUSTAINED if size == WHOLE[0] and not quick else n, growth)
    return measured


def field(quick):
    chosen = [c for c in contenders() if c.name in NAMES and not c.missing]
    for c in chosen:
        c.send = after_sync(c.send, quick)
    return chosen


# ---- a disk that stands still ----

class Image:
    """An ext4 of its own."""

    def __init__(self, folder):
        self.file, self.path = os.path.join(folder, "image"), os.path.join(folder, "mounted")

    def __enter__(self):
        os.mkdir(self.path)
        with open(self.file, "wb") as image:
            image.truncate(IMAGE_MIB * MIB)
        run("mkfs.ext4", "-q", "-F", self.file)
        run("mount", "-o", "loop", self.file, self.path)
        return self.path

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.path])


def freeze(path):
    """After a while, for a while; a file system is not left frozen."""
    time.sleep(FROZEN_FROM)
    try:
        run("fsfreeze", "-f", path)
        time.sleep(FROZEN_FOR)
    finally:
        run("fsfreeze", "-u", path)


def stalled(c, path):
    """Frames that arrived, and those that are in the file."""
    file = os.path.join(path, "capture")
    freezer = threading.Thread(target=freeze, args=(path,))
    try:
        with Program(c.program), Tool(c.command(STALL_SNAP, file), f"{path}.log", c.ready) as tool:
            before = received()
            freezer.start()
            flood(STALL_FRAME, "-r", STALL_PPS, "-c", STALL_PPS * STALL_SEC)
            arrived = received() - before
            freezer.join()
            time.sleep(2 * c.settle)
            tool.stop()
        return arrived, int(run(COUNT, file).split()[0])
    finally:
        if freezer.ident:
            freezer.join()
        if os.path.exists(file):
            os.unlink(file)


def stall(rounds, tools, folder):
    """{name: [packets lost in each round]}"""
    lost = {c.name: [] for c in tools}
    with Image(folder) as path:
        for round_ in range(rounds):
            progress(f"a disk that stands still: round {round_ + 1} of {rounds}")
            for c in tools:
                try:
                    arrived, packets = stalled(c, path)
                    lost[c.name].append(arrived - packets)
                except Failure as failure:
                    progress(f"{c.name}: {failure}")
    print(f"\n{STALL_PPS} frames of {STALL_FRAME} bytes a second, {STALL_SNAP} bytes of each to an ext4 that stands still "
          f"for {FROZEN_FOR} s")
    for name, values in lost.items():
        if values:
            print(f"  {name:<19}{sum(values) / len(values):12.0f} of {STALL_PPS * STALL_SEC} lost   "
                  f"{min(values)}-{max(values)}")
    return lost


# ---- figures ----

def figures(snaps, whole, lost, dd):
    """As bench_main.figures()."""
    mirror = column(whole, "ours, mirror port", "mb_per_s")
    of_mirror = column(snaps, "ours, mirror port", "lost")
    found = {
        "disk_cpu_ratio": ratio(column(snaps, "ours", "cpu_per_mpkt"), column(snaps, "tcpdump", "cpu_per_mpkt")),
        "disk_cpu_whole_ratio": ratio(column(whole, "ours", "cpu_per_mpkt"), column(whole, "tcpdump", "cpu_per_mpkt")),
        "disk_mirror_mpps": median(column(snaps, "ours, mirror port", "mpps")),
        "disk_mirror_loss": sum(of_mirror) if of_mirror else None,
        "disk_whole_of_dd": ratio([value * 1e6 for value in mirror], [dd]),
        "disk_whole_ratio": ratio(mirror, column(whole, "tcpdump", "mb_per_s")),
        "stall_loss": sum(lost["ours"]) if lost.get("ours") else None,
        "stall_loss_tcpdump": sum(lost["tcpdump"]) if lost.get("tcpdump") else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def measure_all(options):
    """As bench_main.measure_all()."""
    for program in ("tcpdump", "mkfs.ext4", "fsfreeze"):
        if not installed(program):
            raise Failure(f"{program} is not installed")
    tools = field(options.quick)
    rows = []
    with veth_pair(), Folder() as folder:
        dd = direct_speed(folder)
        print(f"dd oflag=direct: {dd / 1e6:.0f} MB/s")
        snaps, more = combination(*REFERENCE, options.rounds, options.frames, tools, folder)
        rows += more
        whole, more = combination(*WHOLE, min(options.rounds, SUSTAINED_ROUNDS), options.frames, tools, folder)
        rows += more
        lost = stall(min(options.rounds, 3), [c for c in tools if c.command and "mirror" not in c.name], folder)
    rows += [{"tool": name, "stall_lost": values} for name, values in lost.items()] + [{"tool": "dd", "bytes_s": dd}]
    return {"figures": figures(snaps, whole, lost, dd), "rows": rows}
