"""From outside: make a bed, run a command in it, and leave nothing."""

from __future__ import annotations

import fcntl
import os
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tests.e2e.bed import cgroups, inside, leftovers
from tests.e2e.bed.bed import say
from tests.e2e.bed.place import BASE, PREFIX, Place, scenarios, search_path
from tests.e2e.bed.waiting import BETWEEN
from tests.support.tools import ROOT

# When this process is killed, the kernel kills `unshare`, with it the first process of the new PID namespace, and with
# that all others.
NAMESPACES = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"),
)

ENTER = """\
#!/bin/sh
exec nsenter --target {first} --net --mount --pid env {environment} "$@"
"""

SECONDS_TO_END = 10
"""How long after a Ctrl-C the command may go on saying what it has to say."""


def in_a_bed(command: Sequence[str], *, announce: bool = False) -> int:
    """Return the exit code of the command; 1 where the cluster did not start, or where something is left of it.

    `announce` says how to enter the bed from another terminal.
    """
    leftovers.remove_all()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    with _place() as place:
        say(f"starting Kubernetes and Flux in {place.folder}")
        launch = _Launch(place)
        try:
            code = launch.run(command, announce=announce)
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            start = time.monotonic()
            left = launch.remove()
            say("this is left:" if left else f"all of it is gone again: {time.monotonic() - start:.1f} s")
            print(*(f"  {line}\n" for line in left), sep="", end="", file=sys.stderr)
    return code or (1 if left else 0)


class _Launch:
    """One command in one bed."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._process: subprocess.Popen[bytes] | None = None
        self._first: int | None = None
        self._namespaces: set[str] = set()

    def run(self, command: Sequence[str], *, announce: bool) -> int:
        """Return the exit code of the command."""
        cgroups.make(self._place.name)
        first = (sys.executable, "-m", inside.__name__, str(self._place.folder))
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        environment = {**os.environ, "PATH": search_path()}
        self._process = subprocess.Popen([*NAMESPACES, *first, *command], cwd=ROOT, env=environment)
        signal.signal(signal.SIGINT, before)
        try:
            self._note(self._process)
            if announce:
                say(f"a command in the bed: {self._place.enter} kubectl get pods --all-namespaces")
            return self._process.wait()
        except KeyboardInterrupt:
            # Everything on this terminal has got the signal too.
            say("interrupted")
            try:
                # One that had not begun to listen for it goes on, and may end well.
                return self._process.wait(SECONDS_TO_END) or inside.INTERRUPTED
            except subprocess.TimeoutExpired:
                return inside.INTERRUPTED

    def remove(self) -> list[str]:
        """End what still runs, remove what the kernel does not, and say what is left nevertheless."""
        if self._process:
            self._process.kill()
            self._process.wait()
        if self._first is not None:
            # The kernel reports the end of the first process once all others have ended.
            select.select([self._first], [], [], SECONDS_TO_END)
            os.close(self._first)
        cgroups.remove(self._place.name)
        shutil.rmtree(self._place.folder, ignore_errors=True)
        return leftovers.find(self._place, self._namespaces)

    def _note(self, process: subprocess.Popen[bytes]) -> None:
        """Note which process is the first in the bed's namespaces, and how to enter them."""
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while process.poll() is None:
            if first := children.read_text(encoding="ascii").strip():
                self._first = os.pidfd_open(int(first))
                self._namespaces = leftovers.namespaces_of(first)
                self._write_enter(first)
                return
            time.sleep(BETWEEN)

    def _write_enter(self, first: str) -> None:
        environment = {"KUBECONFIG": str(self._place.kubeconfig), "PATH": search_path(), **scenarios(self._place)}
        words = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
        self._place.enter.write_text(ENTER.format(first=first, environment=words), encoding="utf-8")
        self._place.enter.chmod(0o755)


@contextmanager
def _place() -> Iterator[Place]:
    """Make a folder for a bed, and hold its lock for the block, even when the folder is gone."""
    # It gets its name once it is locked: without a lock, another launcher would take it for a leftover.
    draft = Path(tempfile.mkdtemp(prefix="new-", dir=BASE))
    place = Place(BASE / draft.name.replace("new-", PREFIX))
    with (draft / place.lock.name).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        draft.rename(place.folder)
        yield place


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)
