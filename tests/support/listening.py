"""Any program that listens on a port of loopback, as a child process."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
SECONDS_TO_START = 120
SECONDS_TO_STOP = 10


class Listening:
    """One program that serves HTTP; a context manager.

    `command` is the program and its arguments, from the port that it is to listen on. While it runs: `port` and `url`.
    When the block ends with an exception, the end of what the program has written is added to it as a note.
    """

    scheme = "http"

    def __init__(self, command: Callable[[int], Sequence[str | Path]]) -> None:
        self._command = command
        self.port = 0

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"{self.scheme}://{HOST}:{self.port}"

    def log(self) -> str:
        """All that it has written so far."""
        return os.pread(self._log.fileno(), 10_000_000, 0).decode(errors="replace")

    def __enter__(self) -> Self:
        self._log = tempfile.TemporaryFile()
        # Between finding a free port and listening on it, somebody else may take it. Then another one is tried.
        for _ in range(3):
            self.port = free_port()
            self._process = subprocess.Popen(
                self._command(self.port), stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT
            )
            if self._listens():
                return self
            end(self._process)
        raise RuntimeError(f"it did not start:\n{self.log()}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        end(self._process)
        if error is not None:
            error.add_note(f"The log of {self.url} ends with:\n{self.log()[-4000:]}")
        self._log.close()

    def _listens(self) -> bool:
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                socket.create_connection((HOST, self.port), timeout=1).close()
            except OSError:
                time.sleep(0.01)
            else:
                return self._process.poll() is None
        return False


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a program to end, and make it if it does not."""
    process.terminate()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    """A port of loopback that nobody listens on, at the moment.

    The system gives none of these ports to a client, or to a server that asks for any: so it stays free, unless another
    caller of this function draws it.
    """
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((HOST, port))
            return port
