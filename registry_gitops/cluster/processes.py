"""Run kubectl, several at the same time, and leave none behind: whatever ends a block ends its processes."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TypeVar

from registry_gitops.cluster.kubectl import KubectlResult, not_started, timed_out

SECONDS: Final = 20.0
"""Timeout of one round of commands. kubectl itself waits longer for an unknown host or a firewall."""
_POLL_INTERVAL: Final = 0.01
"""Seconds between two looks at the processes of a round."""
_GRACE: Final = 2.0
"""Seconds between SIGTERM and SIGKILL."""
_MAX_OUTPUT: Final = 65536
"""Bytes that are read of a process that still runs."""

T = TypeVar("T")


@dataclass(frozen=True)
class KubectlProcess:
    """A kubectl that was started. Its output goes to files: a pipe that nobody reads would block it."""

    process: subprocess.Popen[bytes]
    stdout: Path
    stderr: Path

    @property
    def has_ended(self) -> bool:
        """Whether it has exited; it is reaped then."""
        return self.process.poll() is not None

    def result(self) -> KubectlResult:
        """Exit code and output of a process that has ended."""
        texts = (file.read_text("utf-8", errors="replace") for file in (self.stdout, self.stderr))
        return KubectlResult(self.process.wait(), *texts)

    def output_so_far(self) -> KubectlResult:
        """The first 64 KiB of its output while it runs; the exit code is 0."""
        texts = []
        for path in (self.stdout, self.stderr):
            with path.open("rb") as file:
                texts.append(file.read(_MAX_OUTPUT).decode(errors="replace"))
        return KubectlResult(0, *texts)


@contextmanager
def started(command: Sequence[str]) -> Iterator[KubectlProcess]:
    """Start a command for the block; at its end the process and its children are ended and reaped.

    It has a session of its own. So Ctrl-C reaches the block first, a credential plugin is ended with kubectl, and a
    plugin that asks on the terminal fails at once instead of waiting unseen. Raises ClusterError if it cannot start.
    """
    with tempfile.TemporaryDirectory() as directory:
        stdout, stderr = Path(directory, "stdout"), Path(directory, "stderr")
        process = None
        try:
            with stdout.open("wb") as out, stderr.open("wb") as err, _deferred_signals():
                process = _start(command, out, err)
            yield KubectlProcess(process, stdout, stderr)
        finally:
            if process:
                _end(process)


def run_all(commands: Sequence[Sequence[str]], parse: Callable[[KubectlResult], T]) -> list[T]:
    """Run commands at the same time, and return what `parse` makes of each result, in the order of the commands.

    An exception of `parse` is raised as soon as that command ends. Raises ClusterError if a command cannot start, or
    still runs after 20 seconds. No process is left in any case.
    """
    deadline = time.monotonic() + SECONDS
    with ExitStack() as stack:
        running = dict(enumerate([stack.enter_context(started(command)) for command in commands]))
        parsed: dict[int, T] = {}
        while running:
            for index in [index for index, each in running.items() if each.has_ended]:
                parsed[index] = parse(running.pop(index).result())
            if running and time.monotonic() > deadline:
                raise timed_out(SECONDS)
            time.sleep(_POLL_INTERVAL if running else 0)
    return [parsed[index] for index in range(len(commands))]


def _start(command: Sequence[str], stdout: BinaryIO, stderr: BinaryIO) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - no shell, and the words are the user's own
            command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True
        )
    except OSError as error:
        raise not_started(error) from None


@contextmanager
def _deferred_signals() -> Iterator[None]:
    """Handle Ctrl-C and SIGTERM at the end of the block: in Popen, they would leave a process that nobody knows."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Signals interrupt the main thread only.
        return
    arrived: list[int] = []
    found = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    handlers = {number: handler for number, handler in found.items() if callable(handler)}
    try:
        for number in handlers:
            signal.signal(number, lambda which, _: arrived.append(which))
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        if arrived:
            signal.raise_signal(arrived[0])


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process, with its children if it still runs, and reap it."""
    if process.poll() is not None:
        return
    if os.name != "posix":
        process.kill()
        process.wait()
        return
    _signal_group(process, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    _signal_group(process, signal.SIGKILL)
    process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # macOS refuses to signal a group of which only zombies remain.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
