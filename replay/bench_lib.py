# SPDX-License-Identifier: GPL-2.0-only OR MIT
"""What the parts of the bench share: namespaces, a veth pair, processes and what they cost, this machine."""
import contextlib
import ctypes
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.join(HERE, os.environ.get("B", "build"))
SENDER_CPU, TOOL_CPU = 0, 1
MIB = 1 << 20


class Failure(Exception):
    """Something that makes a measurement impossible; its text is for the user."""


def progress(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def run(*command):
    """The output of a command that has to succeed."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise Failure(f"{' '.join(command)}: {done.stderr.strip() or f'exit status {done.returncode}'}")
    return done.stdout


def median(values):
    return statistics.median(values) if values else None


# ---- namespaces ----

def enter_namespaces():
    """Starts this program again in network and mount namespaces of its own, unless it is there already."""
    here = os.readlink("/proc/self/ns/net")
    if os.environ.get("BENCH_OUTER_NETNS", here) != here:
        return
    options = ["-nm"]
    if subprocess.run(["unshare", *options, "true"], stderr=subprocess.DEVNULL).returncode:
        # in a chroot, whose root is no mount point, mounts cannot be made private, nor need they be if none is shared
        with open("/proc/self/mountinfo") as mounts:
            if " shared:" in mounts.read():
                raise Failure("private namespaces cannot be made: run as root")
        options += ["--propagation", "unchanged"]
        if subprocess.run(["unshare", *options, "true"], stderr=subprocess.DEVNULL).returncode:
            raise Failure("private namespaces cannot be made: run as root")
    os.environ["BENCH_OUTER_NETNS"] = here
    os.execvp("unshare", ["unshare", *options, "--", sys.executable, *sys.argv])


class Scratch:
    """A directory on a tmpfs of its own, which is gone at the end."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="bench.")
        try:
            run("mount", "-t", "tmpfs", "-o", "size=75%", "bench", self.path)
        except Failure:
            os.rmdir(self.path)
            raise
        return self.path

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.path])
        os.rmdir(self.path)


@contextlib.contextmanager
def veth_pair():
    """v0 to capture on and v1 to send on, as replay/netns.sh makes them, until the end of `with`."""
    if os.environ.get("BENCH_OUTER_NETNS") in (None, os.readlink("/proc/self/ns/net")):
        raise Failure("no private network namespace")
    for knob in ("all", "default"):
        path = f"/proc/sys/net/ipv6/conf/{knob}/disable_ipv6"
        if os.path.exists(path):
            with open(path, "w") as file:
                file.write("1")
    run("ip", "link", "add", "v0", "address", "02:00:00:00:00:02", "type", "veth", "peer", "name", "v1", "address",
        "02:00:00:00:00:01")
    for end in ("v0", "v1"):
        run("ip", "link", "set", "dev", end, "up")
    deadline = time.monotonic() + 5
    while any("LOWER_UP" not in run("ip", "-o", "link", "show", "dev", end) for end in ("v0", "v1")):
        if time.monotonic() > deadline:
            raise Failure("v0 and v1 did not come up")
        time.sleep(0.01)
    try:
        yield
    finally:
        subprocess.run(["ip", "link", "del", "dev", "v0"])


def received(interface="v0"):
    """Frames that have arrived at an interface, before its XDP program decided on them."""
    with open("/proc/self/net/dev") as file:
        for line in file:
            name, _, numbers = line.partition(":")
            if name.strip() == interface:
                return int(numbers.split()[1])
    raise Failure(f"{interface} has disappeared")


# ---- processes ----

TOUCH = """
import mmap
memory = mmap.mmap(-1, {size})
memory.madvise(mmap.MADV_HUGEPAGE)
memory[::4096] = bytes({size} // 4096)
"""


def touch_memory(size):
    """Has pages of the machine written to and freed, so that none of the next tool's are touched for the first time."""
    run(sys.executable, "-S", "-c", TOUCH.format(size=size // MIB * MIB))


def memory_available():
    with open("/proc/meminfo") as file:
        for line in file:
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return 0


PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


def end_with_us():
    """For a child: it is told to end when we do, whatever has ended us."""
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def on_cpu(cpu):
    def start():
        end_with_us()
        os.sched_setaffinity(0, {cpu})
    return start


def run_to_end(command, **options):
    """Its exit status. When we are to end it is told so and waited for, as it may have files to remove."""
    with subprocess.Popen(command, preexec_fn=end_with_us, **options) as process:
        try:
            return process.wait()
        except BaseException:
            process.terminate()
            raise


def end_by_signals():
    """Terminated or hung up, we leave by way of the clean-up; what is ignored, as by nohup, stays so."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda number, _: sys.exit(128 + number))


class Tool:
    """A capture in the background, pinned; `with` sees to it that it ends."""

    def __init__(self, command, log, ready):
        self.command, self.log, self.ready = command, log, ready
        self.process = None
        self.usage = None       # after stop()

    def __enter__(self):
        with open(self.log, "w") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            preexec_fn=on_cpu(TOOL_CPU))
        deadline = time.monotonic() + 10
        while self.ready not in self.said():
            if self.ended() or time.monotonic() > deadline:
                self.__exit__()
                raise Failure(f"{self.command[0]} has not started: {self.said().strip()}")
            time.sleep(0.01)
        return self

    def said(self):
        with open(self.log, errors="replace") as log:
            return log.read()

    def ended(self):
        if self.usage is None:
            pid, _, usage = os.wait4(self.process.pid, os.WNOHANG)
            self.usage = usage if pid else None
        return self.usage is not None

    def cpu_seconds(self):
        """CPU time of all its threads so far, while it runs."""
        tasks = f"/proc/{self.process.pid}/task"
        total = 0
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/schedstat") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def peak_memory(self):
        """Resident memory at its highest, in bytes, while it runs."""
        with open(f"/proc/{self.process.pid}/status") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        raise Failure(f"{self.command[0]} has ended early: {self.said().strip()}")

    def stop(self):
        """Interrupts it; its CPU time from start to end in seconds."""
        if not self.ended():
            self.process.send_signal(signal.SIGINT)
        deadline = time.monotonic() + 20
        while not self.ended():
            if time.monotonic() > deadline:
                raise Failure(f"{self.command[0]} does not end")
            time.sleep(0.005)
        return self.usage.ru_utime + self.usage.ru_stime

    def __exit__(self, *_):
        if not self.ended():
            self.process.kill()
            _, _, self.usage = os.wait4(self.process.pid, 0)
        self.process.returncode = 0     # it has been waited for


# ---- the machine ----

def busy_percent(seconds=1):
    """How much of all CPUs others take now, before anything is measured."""
    def jiffies():
        with open("/proc/stat") as file:
            numbers = list(map(int, file.readline().split()[1:9]))
        return sum(numbers), numbers[3] + numbers[4]    # all, idle and waiting for I/O

    all_before, idle_before = jiffies()
    time.sleep(seconds)
    all_after, idle_after = jiffies()
    return 100 * (1 - (idle_after - idle_before) / max(all_after - all_before, 1))


def version(program):
    """The line that has a version in it: some programs warn of running as root before."""
    try:
        done = subprocess.run([program, "--version"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except OSError:
        return None
    return next((line for line in done.stdout.splitlines() if re.search(r"\d+\.\d+", line)), None)


def cpu_model():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return None


def machine():
    """What the figures were measured on."""
    peers = {name: version(name) for name in ("tcpdump", "dumpcap", "capinfos", "editcap", "tshark")}
    peers["xdp-tools"] = version("/usr/sbin/xdpdump")
    return {
        "kernel": os.uname().release, "arch": os.uname().machine, "cpu": cpu_model(), "cpus": os.cpu_count(),
        "busy_percent": round(busy_percent(), 1),
        "memory_mib": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // MIB,
        "xdpdump": version(os.path.join(BUILD, "xdpdump")),
        "peers": {name: line for name, line in peers.items() if line},
    }


def installed(program):
    return shutil.which(program) is not None
