"""The progress of a run: one line on a terminal, and nothing if stderr is none."""

from __future__ import annotations

import shutil
import sys

from registry_gitops.cli.streams import supports_color

_CLEAR = "\r\x1b[K"


class Progress:
    """A context manager that shows the current step on stderr, on one line, and erases the line at the end."""

    def __init__(self, total: int = 0) -> None:
        self._total = total
        self._count = 0
        # A terminal without colors may not know how to erase a line either.
        self._shows = supports_color(sys.stderr)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *exception: object) -> None:
        self.clear()

    def show_next(self, title: str) -> None:
        """Show the next check."""
        self._count += 1
        self._write(f"[{self._count}/{self._total}] {title}")

    def show_step(self, step: str) -> None:
        """Show a step of a check that takes long."""
        self._write(f"[{self._count}/{self._total}] {step}")

    def show(self, step: str) -> None:
        """Show a step of a run without a known number of steps."""
        self._write(step)

    def show_wait(self, reason: object) -> None:
        """Show why the run cannot start yet."""
        self._write(f"waiting: {reason}")

    def clear(self) -> None:
        """Erase the line."""
        self._write("")

    def _write(self, text: str) -> None:
        if self._shows:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"{_CLEAR}{text[:width]}")
            sys.stderr.flush()
