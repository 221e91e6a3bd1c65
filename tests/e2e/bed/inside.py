"""The first process in the bed's namespaces: `python -m tests.e2e.bed.inside FOLDER COMMAND...`, by launch.py.

It gives the bed its own view of the machine, starts the cluster, runs COMMAND and ends with its exit code; then the
kernel ends whatever else runs here. It is started with SIGINT ignored, and leaves that to its child.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.e2e.bed import logs
from tests.e2e.bed.bed import Bed, say
from tests.e2e.bed.place import Place, scenarios
from tests.e2e.bed.waiting import BedProblem

KERNEL_SETTINGS = (
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
)
"""What the kubelet would set for the whole machine."""

INTERRUPTED = 130


def main(place: Place, command: list[str]) -> int:
    """Reap all processes that end here, as the first process must, and return the exit code of the one that matters."""
    set_up_view(place)
    child = os.fork()
    if child == 0:
        os._exit(run(place, command))
    while True:
        pid, status = os.wait()
        if pid == child:
            return os.waitstatus_to_exitcode(status)


def set_up_view(place: Place) -> None:
    """Put folders of the bed's where Kubernetes and containerd write, whatever they are configured to.

    The mounts are of this mount namespace: the machine does not see them. /run is for sockets: their paths are short.
    """
    mount("-t", "tmpfs", "-o", "mode=0755", "run", "/run")
    mount("--bind", place.var_log, "/var/log")
    for entry in Path("/var/lib").iterdir():
        # What the machine has there stays visible: a checkout or a toolchain may be among it.
        if entry.is_dir() and not entry.is_symlink():
            (place.var_lib / entry.name).mkdir()
            if entry.name not in ("cni", "containerd", "etcd", "kubelet"):
                mount("--rbind", entry, place.var_lib / entry.name)
    mount("--rbind", place.var_lib, "/var/lib")
    for name in KERNEL_SETTINGS:
        real, ours = Path("/proc/sys", name), place.sysctl / name.replace("/", ".")
        ours.write_bytes(real.read_bytes())
        mount("--bind", ours, real)


def mount(*arguments: str | Path) -> None:
    """Mount something, or raise CalledProcessError."""
    subprocess.run(["mount", *arguments], check=True)


def run(place: Place, command: list[str]) -> int:
    """Start the cluster and run the command; return its exit code, or 1 where the cluster does not start."""
    # Whatever has been started by then ends with us.
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    try:
        with Bed(place):
            # From here on a Ctrl-C is for the command, which gets it too.
            signal.signal(signal.SIGINT, lambda *_: None)
            code = subprocess.run(command, env=environment(place)).returncode
            return code if code >= 0 else 128 - code
    except BedProblem as problem:
        say(f"{problem}\n{logs.tail(place.folder, 5)}")
        return 1


def environment(place: Place) -> dict[str, str]:
    """Return that of a command in the bed: ours, without proxies, as nothing leads there."""
    ours = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return {**ours, **scenarios(place)}


if __name__ == "__main__":
    sys.exit(main(Place(Path(sys.argv[1])), sys.argv[2:]))
