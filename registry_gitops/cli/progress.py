"""One line on a terminal that says how far a run is; nothing anywhere else."""

from __future__ import annotations

import shutil
import sys

from registry_gitops.cli.streams import supports_color

_CLEAR = "\r\x1b[K"


class Progress:
    """Shows one thing after another on stderr, each in place of the one before; a context manager that leaves none."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._count = 0
        # A terminal without colours may not know how to clear a line either.
        self._shows = supports_color(sys.stderr)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *exception: object) -> None:
        self.clear()

    def next(self, what: str) -> None:
        """The next one begins."""
        self._count += 1
        self._write(f"[{self._count}/{self._total}] {what}")

    def waits(self, why: object) -> None:
        """It cannot begin yet."""
        self._write(f"waiting: {why}")

    def clear(self) -> None:
        """Leave the line to whoever has something to say."""
        self._write("")

    def _write(self, text: str) -> None:
        if self._shows:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"{_CLEAR}{text[:width]}")
            sys.stderr.flush()
