"""Run several kubectl processes at the same time. Their block ends all of them, also if it ends by an exception."""

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

from registry_gitops.cluster.kubectl import KubectlResult
from registry_gitops.cluster.kubectl_errors import start_error, timeout_error

TIMEOUT: Final = 20.0
"""Seconds within which `run_commands` must end. kubectl itself waits longer for an unknown host or a firewall."""
_POLL_INTERVAL: Final = 0.01
"""Seconds between two checks of whether processes have ended."""
_GRACE: Final = 2.0
"""Seconds between SIGTERM and SIGKILL."""
_MAX_OUTPUT: Final = 65536
"""Maximum bytes that `output_so_far` reads of each stream."""

T = TypeVar("T")


@dataclass(frozen=True)
class KubectlProcess:
    """A kubectl that was started. It writes its output to files, because it would block on a pipe that nobody reads."""

    process: subprocess.Popen[bytes]
    stdout: Path
    stderr: Path

    @property
    def has_ended(self) -> bool:
        """Whether it has exited. If so, it is reaped."""
        return self.process.poll() is not None

    def result(self) -> KubectlResult:
        """Return exit code and output of a process that has ended."""
        texts = (file.read_text("utf-8", errors="replace") for file in (self.stdout, self.stderr))
        return KubectlResult(self.process.wait(), *texts)

    def output_so_far(self) -> KubectlResult:
        """Return the first 64 KiB of stdout and stderr of a process that still runs; the exit code is 0."""
        texts = []
        for path in (self.stdout, self.stderr):
            with path.open("rb") as file:
                texts.append(file.read(_MAX_OUTPUT).decode(errors="replace"))
        return KubectlResult(0, *texts)


@contextmanager
def background_process(command: Sequence[str]) -> Iterator[KubectlProcess]:
    """Run a command while the block runs, then end and reap the process and its children.

    The process has its own session: Ctrl-C reaches the block first, a credential plugin ends with kubectl, and a plugin
    that prompts on the terminal fails at once instead of waiting. Raises ClusterError if the command cannot start.
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


def run_commands(commands: Sequence[Sequence[str]], parse: Callable[[KubectlResult], T]) -> list[T]:
    """Run commands at the same time, and return their parsed results in the order of the commands.

    Raises what `parse` raises as soon as that command ends, and ClusterError if a command cannot start or still runs
    after 20 seconds. In each case, all processes are ended.
    """
    deadline = time.monotonic() + TIMEOUT
    with ExitStack() as stack:
        running = dict(enumerate([stack.enter_context(background_process(command)) for command in commands]))
        parsed: dict[int, T] = {}
        while running:
            for index in [index for index, process in running.items() if process.has_ended]:
                parsed[index] = parse(running.pop(index).result())
            if running and time.monotonic() > deadline:
                raise timeout_error(TIMEOUT)
            time.sleep(_POLL_INTERVAL if running else 0)
    return [parsed[index] for index in range(len(commands))]


def _start(command: Sequence[str], stdout: BinaryIO, stderr: BinaryIO) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(  # noqa: S603 - no shell, and the words are the user's own
            command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, start_new_session=True
        )
    except OSError as error:
        raise start_error(error) from None


@contextmanager
def _deferred_signals() -> Iterator[None]:
    """Handle Ctrl-C and SIGTERM at the end of the block: an exception inside Popen would orphan the process."""
    if threading.current_thread() is not threading.main_thread():
        yield  # Signals interrupt the main thread only.
        return
    arrived: list[int] = []
    current = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    handlers = {number: handler for number, handler in current.items() if callable(handler)}
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
    """Reap a process; if it still runs, end it and its children first."""
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
