"""The README of a rendered folder, as whoever operates the registry uses it: its commands, and a terminal."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.e2e.cluster import until
from tests.e2e.fleet import Fleet
from tests.support.listening import end, free_port
from tests.support.tools import STORE

_COMMANDS = re.compile(
    r"^(?P<indent> *)```sh\n(?P<block>.*?)^(?P=indent)```$|`(?P<inline>[^`\n]+)`", re.MULTILINE | re.DOTALL
)
_CONTINUED = re.compile(r" *\\\n *")


@dataclass(frozen=True)
class Row:
    """A command of the page, and what it has to print. NAMESPACE stands for that of the deployment."""

    command: str
    shows: str
    """A regular expression that is found in what it prints, errors included."""
    instead: str | None = None
    """What is run in its place; None is the command itself."""
    typed: str = ""
    """What the user types when it asks."""


def commands(fleet: Fleet) -> list[str]:
    """The commands of the page in its order: all in its blocks, and in its text those that name the Namespace."""
    text = (fleet.folder / "README.md").read_text("utf-8")
    found: list[str] = []
    for match in _COMMANDS.finditer(text):
        if match["inline"] is None:
            block = _CONTINUED.sub(" ", match["block"])
            found += [line.strip() for line in block.splitlines() if line.strip()]
        elif re.search(rf" (-n|--namespace) {fleet.namespace}\b", match["inline"]):
            found.append(match["inline"])
    return [command.replace(fleet.namespace, "NAMESPACE") for command in found]


class Terminal:
    """Runs commands of the page as they stand in it, in one folder; a context manager.

    What a command sets is known to those after it. Port 5000 is another one here, as the page advises for a Mac.
    """

    def __init__(self, fleet: Fleet, folder: Path) -> None:
        self._namespace = fleet.namespace
        self._folder = folder
        self._port = free_port()
        path = f"{STORE}/bin:{os.environ['PATH']}"
        self._environment: Mapping[str, str] = {
            **os.environ,
            "PATH": path,
            "HOME": str(folder),
            "DOCKER_CONFIG": str(folder),
        }
        self._set: list[str] = []
        self._left: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_left()

    def run(self, row: Row) -> None:
        """Run the command, or what stands for it; it has to end well, and to print what the row says.

        One that only reads is repeated, as an operator does: events and logs come a moment later than what they tell.
        """
        if row.command.startswith(("kubectl get ", "kubectl describe ", "kubectl logs ")):
            until(row.command, lambda: self._output(row), 30)
        else:
            self._output(row)

    def _output(self, row: Row) -> list[str]:
        """What the command has printed, line by line after its exit code: never empty."""
        command = row.command if row.instead is None else row.instead
        done = subprocess.run(
            self._words(command),
            cwd=self._folder,
            env=self._environment,
            input=row.typed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            # Without a terminal of ours, what asks for a password takes it from stdin.
            start_new_session=True,
        )
        assert done.returncode == 0, f"{command}: exit code {done.returncode}\n{done.stdout}"
        assert re.search(row.shows, done.stdout, re.MULTILINE), f"{command}: no {row.shows!r} in\n{done.stdout}"
        if re.match(r"[A-Z_]+=", command):
            self._set.append(command)
        return [str(done.returncode), *done.stdout.splitlines()]

    def leave_running(self, row: Row) -> None:
        """Start a command in place of the one that is left running, and wait until it has printed what the row says."""
        self._end_left()
        with tempfile.TemporaryFile() as said:
            self._left = subprocess.Popen(
                self._words(row.command), cwd=self._folder, env=self._environment, stdout=said, stderr=said
            )
            until(f"{row.shows!r} from {row.command}", lambda: re.search(row.shows, _read(said)), 30)

    def _end_left(self) -> None:
        if self._left is not None:
            end(self._left)
            self._left = None

    def _words(self, command: str) -> list[str]:
        here = command.replace("NAMESPACE", self._namespace)
        here = re.sub(r"\b(localhost:| )5000\b", rf"\g<1>{self._port}", here)
        return ["bash", "-c", "\n".join([*self._set, here])]


def _read(file: IO[bytes]) -> str:
    # Not by read(): the process writes where this file's position is.
    return os.pread(file.fileno(), 65536, 0).decode(errors="replace")
