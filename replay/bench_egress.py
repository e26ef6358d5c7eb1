# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""
What it costs to capture packets that are sent: as bench_main, but replay/send sends through the network stack, out of the
interface that is captured on. The other end drops them, or, for both directions, sends each back.
"""
import os
import subprocess
import time

from bench_lib import BUILD, SENDER_CPU, Failure, Scratch, installed, on_cpu, received, run, veth_pair
from bench_main import REFERENCE, RING_MIB, XDPDUMP, Contender, column, combination, ratio

SEND = os.path.join(BUILD, "replay/send")


def sender(back):
    """A function as bench_main.measured_flood(), by whose sender `back` frames come back for each that is sent."""
    def measured_send(size, n, growth=None):
        before = received("v1")
        with subprocess.Popen([SEND, "-q", "-i", "v1", "-n", str(n), "-s", str(size)], text=True,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, preexec_fn=on_cpu(SENDER_CPU)) as process:
            while growth and process.poll() is None:
                growth.look()
                time.sleep(0.01)
            out, err = process.communicate()
        words = out.split()
        if process.returncode or len(words) < 5:
            raise Failure(f"send: {err.strip()}")
        returned = received("v1") - before
        if returned != back * n:
            raise Failure(f"{returned} frames have come back of {n}: the queue of the veth was full")
        seconds = float(words[4])
        return {"arrived": n + returned, "seconds": seconds, "mpps": n / seconds / 1e6, "ns": seconds / n * 1e9}
    return measured_send


def contenders(program, direction, back):
    """Nothing, tcpdump and ours on the sending end. What XDP sends arrives where there is an XDP program as well."""
    send = sender(back)
    without_ours = {"v0": program, "v1": "null_pass"} if back else program
    return [
        Contender("nothing", without_ours, send=send),
        Contender("tcpdump", without_ours, lambda snap, file: [
            "tcpdump", "-i", "v1", "-Q", direction, "-n", "-p", "-B", str(RING_MIB * 1024), "-s", str(snap), "-Z", "root",
            "-w", file], settle=1.2, send=send),
        Contender("ours", program, lambda snap, file: [
            XDPDUMP, "-i", "v1", "-Q", direction, "-B", str(RING_MIB * 1024), "-s", str(snap), "-w", file], send=send),
    ]


def measure_all(options):
    """As bench_main.measure_all()."""
    if not installed("tcpdump"):
        raise Failure("tcpdump is not installed")
    rows, figures = [], {}
    with veth_pair(), Scratch() as scratch:
        for direction, program, back in (("out", "null_drop", 0), ("inout", "null_tx", 1)):
            print(f"\n-Q {direction}:")
            runs, more = combination(*REFERENCE, options.rounds, options.frames // 2,
                                     contenders(program, direction, back), scratch)
            rows += [{**row, "direction": direction} for row in more]
            figures[f"egress_{direction}_tax_ratio"] = ratio(column(runs, "ours", "tax_ns"),
                                                             column(runs, "tcpdump", "tax_ns"))
            figures[f"egress_{direction}_loss"] = sum(column(runs, "ours", "lost")) if "ours" in runs else None
    return {"figures": {key: value for key, value in figures.items() if value is not None}, "rows": rows}
