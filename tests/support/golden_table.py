"""Goldens with a line for each of many cases, which tests in several processes update."""

from __future__ import annotations

import fcntl
from pathlib import Path


def expect_row(file: Path, name: str, value: str, *, update: bool) -> None:
    """Assert that the line `name: value` is in the file; with `update`, write it."""
    if update:
        _write_row(file, name, value)
    else:
        assert read_rows(file).get(name) == value


def read_rows(file: Path) -> dict[str, str]:
    """Return the values of all lines by their names."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return dict(line.rsplit(": ", 1) for line in lines)


def _write_row(file: Path, name: str, value: str) -> None:
    with file.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        rows = {**read_rows(file), name: value}
        file.write_text("".join(f"{each}: {rows[each]}\n" for each in sorted(rows)), "utf-8")
