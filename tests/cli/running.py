"""The command line as a user runs it: in this process where that tells the same, in a process of its own elsewhere."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from registry_gitops.cli import main


@dataclass(frozen=True)
class Outcome:
    """What a user gets to see of one run."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


class Terminal(io.StringIO):
    """A stream of a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`cli("render", "--check")` in this process; the current folder is `tmp_path`."""
    monkeypatch.chdir(tmp_path)
    # Messages are compared whole: no terminal's width may cut them.
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str | Path) -> Outcome:
        code = main([str(argument) for argument in arguments])
        return Outcome(code, *capsys.readouterr())

    return run


def program(*arguments: str | Path) -> list[str]:
    """The command that starts the command line in a process of its own."""
    return [sys.executable, "-m", "registry_gitops", *map(str, arguments)]


def process(
    *arguments: str | Path,
    folder: Path,
    under: tuple[str, ...] = (),
    environment: Mapping[str, str] | None = None,
    **options: Any,
) -> Outcome:
    """Run the command line in a process of its own, in `folder`; `under` is a command that starts it (setpriv)."""
    done = subprocess.run(
        [*under, *program(*arguments)],
        cwd=folder,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=600,
        **options,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


def listing(folder: Path) -> dict[str, bytes | None]:
    """Every path below `folder`, with the content of each file that can be read: the same if nothing was written."""
    return {str(path.relative_to(folder)): _content(path) for path in sorted(folder.rglob("*"))}


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() and os.access(path, os.R_OK) else None
