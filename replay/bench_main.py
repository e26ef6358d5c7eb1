# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""
The main table of the bench: what a capture costs the traffic that it looks at, and itself.

In each round every tool runs once, on the same veth pair and the same frames, in an order that moves on by one from
round to round. xdpflood sends as fast as it can on CPU 0, where the receive path of a veth runs too: the XDP program and
the network stack. The tool has CPU 1. Before each run as much memory as it can need is written to and freed. Output goes
to a tmpfs.

What is measured, and how:
  rate    frames that arrived at v0 over the sender's time from its first to its last frame; all that are sent must arrive
  tax     ns per frame with the tool less ns per frame with null_pass in the same round
  loss    frames that arrived less packets in the file, which replay/count counts; of all rounds together
  CPU     user and system time of the tool from its "listening" line until it has exited, over packets in the file
  to file bytes of packets a second, while the file grows from a tenth to nine tenths of what it becomes: so neither what a
          tool still has in its buffer when the sender is done counts, nor how long it waits for a buffer to fill
  memory  VmHWM before the tool is stopped
"""
import os
import subprocess
import time

from bench_lib import (BUILD, MIB, SENDER_CPU, Failure, Scratch, Tool, installed, median,
                       memory_available, on_cpu, progress,
                       received, run, touch_memory, veth_pair)

XDPDUMP = os.path.join(BUILD, "xdpdump")
XDP_TOOLS = "/usr/sbin/xdpdump"         # not ours, which installs elsewhere
FLOOD = os.path.join(BUILD, "replay/xdpflood")
COUNT = os.path.join(BUILD, "replay/count")
NULL = os.path.join(BUILD, "bench_null.bpf.o")

REFERENCE = (128, 96)                   # bytes of a frame, snapshot length
WHOLE = (1500, 0)
SIZES, SNIPPETS = (64, 128, 512, 1500), (96, 256, 0)
RING_MIB = 32                           # given to all that can be told; with one sender ours uses half, the ring of its CPU
MODERATE_PPS, MODERATE_SEC = 100000, 3
LOOK_SEC = 0.01                         # between looks at the size of a file, which take 10 us


class Contender:
    """A row of the table: a null program to attach, a tool to run, or both."""

    def __init__(self, name, program=None, command=None, ready="listening on", settle=0.4, missing=None, filtered=False,
                 send=None):
        self.name, self.program, self.ready, self.missing = name, program, ready, missing
        self.send = send or measured_flood      # how frames come by it
        self.filtered = filtered        # its filter matches none of the frames
        self.command = command          # given the snapshot length and the file, its command line
        self.failed = None              # why it is left out of a table
        self.settle = settle            # seconds without progress after which it has no packet left to write


def is_xdp_tools(program):
    """Ours could be installed there as well, and has no such option."""
    if not os.access(program, os.X_OK):
        return False
    done = subprocess.run([program, "--help"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return "--load-xdp-program" in done.stdout


def contenders():
    """
    All get as much buffer where they have an option for it, no promiscuous mode, and no name look-ups.
    tcpdump hands over a block that is not full after a second, dumpcap after a quarter, so they need time to settle.
    """
    mirror = "--mirror-port" in run(XDPDUMP, "--help")
    return [
        Contender("null_pass", "null_pass"),
        Contender("null_drop", "null_drop"),
        Contender("tcpdump", "null_pass", lambda snap, file: [
            "tcpdump", "-i", "v0", "-n", "-p", "-B", str(RING_MIB * 1024), "-s", str(snap), "-Z", "root", "-w", file],
            settle=1.2, missing=None if installed("tcpdump") else "not installed"),
        Contender("dumpcap", "null_pass", lambda snap, file: [
            "dumpcap", "-i", "v0", "-p", "-q", "-B", str(RING_MIB), "-s", str(snap), "-w", file],
            ready="File: ", settle=0.6, missing=None if installed("dumpcap") else "not installed"),
        Contender("xdp-tools xdpdump", None, lambda snap, file: [
            XDP_TOOLS, "-i", "v0", "--load-xdp-program", *(["-s", str(snap)] if snap else []), "-w", file],
            settle=1.2, missing=None if is_xdp_tools(XDP_TOOLS) else "not installed"),
        Contender("ours", None, lambda snap, file: [
            XDPDUMP, "-i", "v0", "-B", str(RING_MIB * 1024), "-s", str(snap), "-w", file]),
        Contender("ours, mirror port", None, lambda snap, file: [
            XDPDUMP, "-i", "v0", "--mirror-port", "-B", str(RING_MIB * 1024), "-s", str(snap), "-w", file],
            missing=None if mirror else "this xdpdump has no --mirror-port"),
        Contender("ours, all filtered", None, lambda snap, file: [
            XDPDUMP, "-i", "v0", "-B", str(RING_MIB * 1024), "-s", str(snap), "-w", file, "tcp", "port", "443"],
            filtered=True),
        # beside a program: null_pass is the one
        Contender("ours, in front", "null_pass", lambda snap, file: [
            XDPDUMP, "-i", "v0", "--observe", "front", "-B", str(RING_MIB * 1024), "-s", str(snap), "-w", file]),
        Contender("xdp-tools, tracing", "null_pass", lambda snap, file: [
            XDP_TOOLS, "-i", "v0", *(["-s", str(snap)] if snap else []), "-w", file],
            settle=1.2, missing=None if is_xdp_tools(XDP_TOOLS) else "not installed"),
    ]


# ---- one run ----

class Program:
    """A null program on v0, or none; or {interface: program}."""

    def __init__(self, programs):
        self.programs = programs if isinstance(programs, dict) else {"v0": programs} if programs else {}

    def __enter__(self):
        for interface, name in self.programs.items():
            run("ip", "link", "set", "dev", interface, "xdpdrv", "obj", NULL, "program", name)

    def __exit__(self, *_):
        for interface in self.programs:
            subprocess.run(["ip", "link", "set", "dev", interface, "xdpdrv", "off"])


class Growth:
    """Of a file, over time."""

    def __init__(self, file):
        self.file, self.sizes = file, [(time.monotonic(), 0)]

    def look(self):
        """The seconds since it has grown."""
        size = os.stat(self.file).st_size if os.path.exists(self.file) else 0
        now = time.monotonic()
        if size != self.sizes[-1][1]:
            self.sizes.append((now, size))
        return now - self.sizes[-1][0]

    def speed(self):
        """Which part of what it has become is written in a second, in its middle; None if that was not seen."""
        last = self.sizes[-1][1]
        middle = [(when, size) for when, size in self.sizes if last * 0.1 <= size <= last * 0.9]
        if len(middle) < 5:
            return None
        (start, first), (end, size) = middle[0], middle[-1]
        return (size - first) / last / (end - start)


def flood(size, *options, growth=None):
    """Sends; frames sent and the seconds from the first to the last."""
    with subprocess.Popen([FLOOD, "-i", "v1", "-p", str(SENDER_CPU), "-s", str(size), *map(str, options)], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=on_cpu(SENDER_CPU)) as process:
        try:
            while growth and process.poll() is None:
                growth.look()
                time.sleep(LOOK_SEC)
            out, err = process.communicate()
        except BaseException:
            process.kill()
            raise
    words = out.split()
    if process.returncode or len(words) < 5:
        raise Failure(f"xdpflood: {err.strip()}")
    return int(words[1]), float(words[4])


def measured_flood(size, n, growth=None):
    before = received()
    sent, seconds = flood(size, "-c", n, growth=growth)
    arrived = received() - before
    if arrived != sent:
        raise Failure(f"{sent} frames sent, but {arrived} arrived at v0: something else uses it, or its queue was full")
    return {"arrived": arrived, "seconds": seconds, "mpps": arrived / seconds / 1e6, "ns": seconds / arrived * 1e9}


def drained(tool, growth, settle):
    """Waits until the file has not grown for `settle` seconds."""
    start = time.monotonic()
    while growth.look() < settle or time.monotonic() - start < settle:
        if tool.ended():
            raise Failure(f"{tool.command[0]} has ended early: {tool.said().strip()}")
        if time.monotonic() - start > 30:
            raise Failure(f"{tool.command[0]} does not stop writing")
        time.sleep(LOOK_SEC)


def run_tool(c, size, snap, n, scratch):
    file = os.path.join(scratch, "capture")
    try:
        with Tool(c.command(snap, file), os.path.join(scratch, "log"), c.ready) as tool:
            before, growth = tool.cpu_seconds(), Growth(file)
            row = c.send(size, n, growth)
            drained(tool, growth, c.settle)
            row["rss_mib"] = tool.peak_memory() / MIB
            cpu = tool.stop() - before
        packets, written = map(int, run(COUNT, file).split())
    finally:
        if os.path.exists(file):
            os.unlink(file)
    if c.filtered:
        if packets:
            raise Failure(f"{packets} packets are in the file that the filter should have kept out")
        return row
    row.update(packets=packets, lost=row["arrived"] - packets, cpu_per_mpkt=cpu / packets * 1e6 if packets else None,
               mb_per_s=written * growth.speed() / 1e6 if growth.speed() else None)
    return row


def file_size(size, snap, n):
    """Bytes of a file of n frames, rather too many."""
    return n * (min(size, snap or size) + 120)


def run_once(c, size, snap, n, scratch):
    with Program(c.program):
        if not c.command:
            return c.send(size, n)
        touch_memory(256 * MIB + file_size(size, snap, n))
        return run_tool(c, size, snap, n, scratch)


def n_frames(size, snap, frames):
    """As many as are wanted, but files of a quarter of the free memory and of 1600 MiB at most."""
    room = min(1600 * MIB, memory_available() // 4)
    return min(frames, room // file_size(size, snap, 1))


# ---- tables ----

def add_taxes(runs, nothing):
    """Above `nothing`, in each round, so that what drifts from round to round cancels out."""
    for name, rows in runs.items():
        for row, floor in zip(rows, runs[nothing]):
            row["tax_ns"] = row["ns"] - floor["ns"]


def measure(size, snap, rounds, frames, field, scratch):
    """{name: [a row per round]}, the first of them without a tool; one that fails is left out from then on, by name."""
    n = n_frames(size, snap, frames)
    runs = {c.name: [] for c in field}
    running = list(field)
    for round_ in range(rounds):
        progress(f"{size}-byte frames, snapshot length {snap or 'whole'}: round {round_ + 1} of {rounds}")
        first = round_ % len(running)
        for c in running[first:] + running[:first]:
            try:
                runs[c.name].append(run_once(c, size, snap, n, scratch))
            except Failure as failure:
                if c is field[0]:
                    raise
                progress(f"{c.name} is left out: {failure}")
                c.failed = failure
                runs[c.name] = []
                running = [other for other in running if other is not c]
    runs = {name: rows for name, rows in runs.items() if rows}
    add_taxes(runs, field[0].name)
    return runs


COLUMNS = (     # key, head, format
    ("mpps", "Mpps", "{:.3f}"), ("ns", "ns/frame", "{:.0f}"),
    ("tax_ns", "tax ns", "{:.0f}"), ("loss", "lost %", "{:.3f}"),
    ("cpu_per_mpkt", "CPU s/Mpkt", "{:.3f}"), ("mb_per_s", "MB/s to file", "{:.0f}"), ("rss_mib", "RSS MiB", "{:.1f}"),
)


def summarize(rows):
    """The median of each measure, its minimum and its maximum; of the loss what it is in all rounds together."""
    summary = {}
    if "lost" in rows[0]:
        summary["loss"] = {"all": 100 * sum(row["lost"] for row in rows) / sum(row["arrived"] for row in rows)}
    for key in [key for key, _, _ in COLUMNS if key != "loss"] + ["arrived", "lost"]:
        values = [row[key] for row in rows if row.get(key) is not None]
        if values:
            summary[key] = {"median": median(values), "min": min(values), "max": max(values)}
    return summary


def print_table(size, snap, rounds, summaries):
    arrived = next(iter(summaries.values()))["arrived"]["median"]
    print(f"\n{size}-byte frames, snapshot length {snap or 'whole'}: {arrived:.0f} frames, medians of {rounds} "
          f"round{'s' if rounds > 1 else ''}, losses of all")
    print(f"  {'':<19}" + "".join(f"{head:>14}" for _, head, _ in COLUMNS) + "   Mpps min-max")
    for name, summary in summaries.items():
        cells = [form.format(summary[key].get("median", summary[key].get("all"))) if key in summary else "-"
                 for key, _, form in COLUMNS]
        span = f"{summary['mpps']['min']:.3f}-{summary['mpps']['max']:.3f}"
        print(f"  {name:<19}" + "".join(f"{cell:>14}" for cell in cells) + f"   {span}")


def combination(size, snap, rounds, frames, field, scratch):
    """(runs, JSON rows) of one size and snapshot length; prints its table."""
    runs = measure(size, snap, rounds, frames, field, scratch)
    summaries = {name: summarize(rows) for name, rows in runs.items()}
    print_table(size, snap, rounds, summaries)
    for c in field:
        if c.name not in runs:
            print(f"  {c.name:<19} left out: {c.failed}")
    return runs, [{"tool": name, "frame": size, "snippet": snap, "rounds": len(runs[name]), **summary}
                  for name, summary in summaries.items()]


# ---- a moderate rate ----

def moderate_once(c, scratch):
    file = os.path.join(scratch, "capture")
    with Program(c.program), Tool(c.command(REFERENCE[1], file), os.path.join(scratch, "log"), c.ready) as tool:
        before = tool.cpu_seconds()
        _, seconds = flood(REFERENCE[0], "-r", MODERATE_PPS, "-c", MODERATE_PPS * MODERATE_SEC)
        percent = 100 * (tool.cpu_seconds() - before) / seconds
        rss = tool.peak_memory() / MIB
        tool.stop()
    os.unlink(file)
    return {"percent": percent, "rss_mib": rss}


def moderate(rounds, field, scratch):
    """{name: [{percent of a CPU, memory} while 100000 frames a second pass, in each round]}"""
    tools = [c for c in field if c.command]
    found = {c.name: [] for c in tools}
    for round_ in range(rounds):
        progress(f"{MODERATE_PPS} frames a second: round {round_ + 1} of {rounds}")
        for c in tools:
            try:
                found[c.name].append(moderate_once(c, scratch))
            except Failure as failure:
                progress(f"{c.name}: {failure}")
    print(f"\nCPU and resident memory of the tool while {MODERATE_PPS} frames of {REFERENCE[0]} bytes a second pass, medians "
          f"of {rounds} round{'s' if rounds > 1 else ''}")
    for name, rows in found.items():
        if rows:
            percents = [row["percent"] for row in rows]
            print(f"  {name:<19}{median(percents):13.2f} %   {min(percents):.2f}-{max(percents):.2f}"
                  f"{median([row['rss_mib'] for row in rows]):10.1f} MiB")
    return {name: rows for name, rows in found.items() if rows}


# ---- figures ----

def column(runs, name, key):
    return [row[key] for row in runs.get(name, []) if row.get(key) is not None]


def ratio(over, under):
    """Of the medians; None if the lower one is not above 0, as noise can make a small tax."""
    over, under = median(over), median(under)
    return over / under if over is not None and under is not None and under > 0 else None


def paired(runs, over, under):
    """The median of the ratio of two rates in the same round."""
    return median([a / b for a, b in zip(column(runs, over, "mpps"), column(runs, under, "mpps"))])


def figures(runs, whole, steady):
    """The figures of the final table; one that could not be measured is missing."""
    lost = {name: column(runs, name, "lost") for name in runs}
    rss, steady_rss = column(runs, "ours", "rss_mib"), column(steady, "ours", "rss_mib")
    found = {
        "tax_ratio": ratio(column(runs, "ours", "tax_ns"), column(runs, "tcpdump", "tax_ns")),
        "filter_tax_ratio": ratio(column(runs, "ours, all filtered", "tax_ns"), column(runs, "ours", "tax_ns")),
        "cpu_ratio": ratio(column(runs, "ours", "cpu_per_mpkt"), column(runs, "tcpdump", "cpu_per_mpkt")),
        "front_tax_ratio": ratio(column(runs, "ours, in front", "tax_ns"),
                                 column(runs, "xdp-tools, tracing", "tax_ns")),
        "front_tax_of_alone": ratio(column(runs, "ours, in front", "tax_ns"), column(runs, "ours", "tax_ns")),
        "loss_pass": sum(lost["ours"]) if lost.get("ours") else None,
        "loss_mirror": sum(lost["ours, mirror port"]) if lost.get("ours, mirror port") else None,
        "mirror_ns": median([ours - null for ours, null in zip(column(runs, "ours, mirror port", "ns"),
                                                               column(runs, "null_drop", "ns"))]),
        "mirror_mpps": median(column(runs, "ours, mirror port", "mpps")),
        "mirror_of_tcpdump": paired(runs, "ours, mirror port", "tcpdump"),
        "whole_bytes_ratio": ratio(column(whole, "ours", "mb_per_s"), column(whole, "tcpdump", "mb_per_s")),
        "whole_bytes_mirror_ratio": ratio(column(whole, "ours, mirror port", "mb_per_s"),
                                          column(whole, "tcpdump", "mb_per_s")),
        "cpu_100kpps_percent": median(column(steady, "ours", "percent")),
        "rss_over_ring_mib": max(steady_rss) - RING_MIB if steady_rss else None,
        "rss_full_speed_mib": max(rss) - RING_MIB if rss else None,
    }
    return {key: value for key, value in found.items() if value is not None}


def measure_all(options):
    """The whole part: prints its tables, returns {"figures": ..., "rows": ...}."""
    field = contenders()
    for c in field:
        if c.missing:
            print(f"{c.name}: skipped, {c.missing}")
    field = [c for c in field if not c.missing]
    order = [REFERENCE, WHOLE] + [(size, snap) for snap in SNIPPETS for size in SIZES
                                  if (size, snap) not in (REFERENCE, WHOLE)]
    rows, runs = [], {}
    with veth_pair(), Scratch() as scratch:
        for size, snap in order[:2] if options.quick else order:
            counts = (size, snap) in (REFERENCE, WHOLE)
            rounds, frames = options.matrix_rounds, options.frames // 2
            if counts:
                rounds, frames = options.rounds, options.frames
            runs[size, snap], more = combination(size, snap, rounds, frames, field, scratch)
            rows += more
        steady = moderate(min(options.rounds, 3), field, scratch)
    rows += [{"tool": name, "pps": MODERATE_PPS, **row} for name, found in steady.items() for row in found]
    return {"figures": figures(runs[REFERENCE], runs[WHOLE], steady), "rows": rows}
