"""System calls of a running process that fail: strace's fault injection, which needs no change to the process."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.tools import tool

SECONDS_TO_ATTACH = 120


class Injection:
    """While the block runs, these calls of the process fail; a context manager.

    `calls` are names as strace has them (`write,pwrite64`), and `effect` is what happens to them: `error=ENOSPC:when=3`
    fails the third one of each thread, `delay_enter=5s` lets all of them take their time. `hits` are the
    calls that it met, as strace writes them, once the block has ended.
    """

    def __init__(self, pid: int, calls: str, effect: str, log: Path) -> None:
        self._command = [
            *(str(tool("strace")), "-f", "-qq", "-y", "-p", str(pid), "-o", str(log)),
            *("-e", f"trace={calls}", "-e", f"inject={calls}:{effect}", "-e", "signal=none"),
        ]
        self._pid = pid
        self._log = log
        self.hits: list[str] = []

    def __enter__(self) -> Self:
        self._log.unlink(missing_ok=True)
        self._process = subprocess.Popen(self._command, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + SECONDS_TO_ATTACH
        while not self._traced():
            assert self._process.poll() is None, f"strace does not work here: {self._process.communicate()[1]}"
            assert time.monotonic() < deadline, "strace takes too long"
            time.sleep(0.005)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()
        lines = self._log.read_text(errors="replace").splitlines()
        self.hits = [line for line in lines if line.endswith(("(INJECTED)", "(DELAYED)"))]

    def _traced(self) -> bool:
        """Whether strace holds all threads of the process."""
        threads = Path(f"/proc/{self._pid}/task").iterdir()
        return all("TracerPid:\t0\n" not in (thread / "status").read_text() for thread in threads)
