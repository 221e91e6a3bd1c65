"""What a bed needs of the machine. All that is missing is said at once, each with what to do about it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.e2e.bed import cgroups
from tests.e2e.bed.place import BASE, PROGRAMS, TOOLS
from tests.support.tools import ROOT

PACKAGES = {
    "git": "git",
    "ip": "iproute2",
    "ldd": "libc-bin",
    "mount": "mount",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "unshare": "util-linux",
}
"""Programs of the machine's own, and Debian's package of each."""

BUILT = (
    *(TOOLS / name for name in ("busybox", "nft", "openssl", "redis-server", "registry", "runc", "versitygw")),
    *(PROGRAMS / name for name in ("bridge", "containerd", "coredns", "hyperkube", "pause", "source-controller")),
)

CONTROLLERS = ("cpu", "cpuset", "memory", "pids")
"""Those of control groups without which a kubelet does not start."""

GIB = 1024**3
MEMORY = 3 * GIB
DISK = 4 * GIB

# What kube-proxy asks of the kernel.
RULES = """\
table ip probe {
  map services { type ipv4_addr . inet_service : verdict; }
  chain nat {
    type nat hook prerouting priority dstnat
    fib daddr type local ip daddr . tcp dport vmap @services
    numgen random mod 2 vmap { 0 : accept, 1 : accept }
    ip protocol tcp dnat to 127.0.0.1:80
  }
  chain out { type nat hook postrouting priority srcnat; masquerade fully-random; }
  chain filter { type filter hook forward priority filter; ct state new reject; }
}
"""


def met() -> bool:
    """Whether all is there; what is not is said on stderr."""
    lines = list(missing())
    if lines:
        print("A cluster cannot run here:", *(f"  {line}" for line in lines), sep="\n", file=sys.stderr)
        print("On another machine's cluster, with Flux, the same tests run: E2E_KUBECONFIG names it.", file=sys.stderr)
    return not lines


def missing() -> Iterator[str]:
    """Yield what is missing, and what to do about it, a line for each."""
    programs = list(_programs())
    yield from programs
    yield from _tools()
    yield from _room()
    if sys.platform != "linux" or os.geteuid() != 0:
        yield "root on Linux: run it as root, in a virtual machine if you like"
    elif not programs:
        yield from _control_groups()
        yield from _kernel()


def _programs() -> Iterator[str]:
    for program, package in PACKAGES.items():
        if not shutil.which(program):
            yield f"{program}: not on PATH; install {package}"


def _tools() -> Iterator[str]:
    absent = [str(file.relative_to(ROOT)) for file in BUILT if not file.exists()]
    if not shutil.which("kubectl", path=str(Path(sys.executable).parent)):
        absent.append("kubectl beside python")
    if absent:
        yield f"{', '.join(absent)}: not built; `make e2e` does it"


def _room() -> Iterator[str]:
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    available = {name: int(value.split()[0]) * 1024 for name, _, value in (line.partition(":") for line in lines)}
    memory = available["MemAvailable"]
    if memory < MEMORY:
        yield f"memory: {memory / GIB:.1f} GiB are free, {MEMORY / GIB:.0f} are needed; end something"
    free = shutil.disk_usage(BASE).free
    if free < DISK:
        yield f"disk: {BASE} has {free / GIB:.1f} GiB left, {DISK / GIB:.0f} are needed; remove something"


def _control_groups() -> Iterator[str]:
    absent = [name for name in CONTROLLERS if name not in cgroups.controllers()]
    if absent:
        yield f"control groups: {', '.join(absent)} not mounted; mount them, or start the kernel with them"
    for hierarchy in cgroups.hierarchies():
        if not os.access(hierarchy, os.W_OK) or os.statvfs(hierarchy).f_flag & os.ST_RDONLY:
            yield f"control groups: {hierarchy} cannot be written; in a container, run it with --privileged"


def _kernel() -> Iterator[str]:
    yield from _try("namespaces", ["true"], "run it outside of a container, or in one with --privileged")
    advice = "the kernel needs the module; load it with modprobe"
    yield from _try("bridge", ["ip", "link", "add", "probe0", "type", "bridge"], advice)
    yield from _try("veth", ["ip", "link", "add", "probe0", "type", "veth", "peer", "probe1"], advice)
    yield from _try("nftables", [str(TOOLS / "nft"), "-f", "-"], advice, said=RULES)
    with tempfile.TemporaryDirectory(dir=BASE) as folder:
        for name in ("lower", "upper", "work", "merged"):
            Path(folder, name).mkdir()
        layers = f"lowerdir={folder}/lower,upperdir={folder}/upper,workdir={folder}/work"
        mount = ["mount", "-t", "overlay", "-o", layers, "overlay", f"{folder}/merged"]
        yield from _try("overlay", mount, f"{BASE} must be on a file system that can be below an overlay, such as ext4")


def _try(what: str, command: Sequence[str], advice: str, said: str = "") -> Iterator[str]:
    """Try something in namespaces that end with it."""
    away = ("unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc")
    done = subprocess.run([*away, *command], input=said, capture_output=True, text=True)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[0]
        yield f"{what}: {reason}; {advice}"
