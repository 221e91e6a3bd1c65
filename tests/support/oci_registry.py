"""Our own registry as users run it: `registry-gitops serve` as a child process on loopback."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

SECONDS_TO_START = 120
SECONDS_TO_STOP = 15


class ServedRegistry:
    """One `registry-gitops serve`; a context manager. Without a root it keeps all in memory.

    `under` is a command that starts it. While it runs: `url` as it printed it, and `host` (with the port), as images
    are named. It is asked to end at the end of the block, and it has to do that well. When the block ends with an
    exception, its log is added as a note.
    """

    def __init__(self, root: Path | None = None, *options: str | Path, under: Sequence[str] = ()) -> None:
        self._under = under
        create = [] if root is None or "--read-only" in options else ["--create"]
        self._arguments = [*([] if root is None else [root]), *create, "--address", "127.0.0.1:0", *options]
        self.url = ""

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    def log(self) -> str:
        """All that it has written so far on stderr."""
        # Not by read(): the process writes where this file's position is.
        return os.pread(self._log.fileno(), 10_000_000, 0).decode(errors="replace")

    def __enter__(self) -> Self:
        self._log = tempfile.TemporaryFile()
        command = [*self._under, sys.executable, "-m", "registry_gitops", "serve", *self._arguments]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._log)
        self.url = self._first_line()
        if not self.url:
            self._process.kill()
            self._process.wait()
            raise RuntimeError(f"registry-gitops serve did not start; its log:\n{self.log()}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            status = self._process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        log = self.log()
        self._log.close()
        assert self._process.stdout is not None
        self._process.stdout.close()
        if error is not None:
            error.add_note(f"The registry's log ends with:\n{log[-4000:]}")
        elif status != 0:
            raise RuntimeError(f"registry-gitops serve ended with {status}; its log:\n{log}")

    def _first_line(self) -> str:
        output = self._process.stdout
        assert output is not None
        said = b""
        deadline = time.monotonic() + SECONDS_TO_START
        with selectors.DefaultSelector() as selector:
            selector.register(output, selectors.EVENT_READ)
            while not said.endswith(b"\n") and selector.select(max(0.0, deadline - time.monotonic())):
                more = os.read(output.fileno(), 4096)
                if not more:
                    return ""
                said += more
        return said.decode().strip()
