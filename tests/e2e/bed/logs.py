"""What the cluster's programs have logged."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.bed.place import Place
from tests.e2e.bed.processes import Processes


def tail(folder: Path, lines: int) -> str:
    """Return the last so many lines of each program's log, under its name; `folder` is that of the bed."""
    place = Place(folder)
    processes = Processes(place)
    names = sorted(file.stem for file in place.logs.glob("*.log"))
    return "\n".join(f"== {name}\n{processes.last_words(name, lines)}" for name in names)
