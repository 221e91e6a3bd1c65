"""Whether the cost of a request grows with what is stored: ours with little beside ours with much, in turns."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.registry.driver import Load, put
from benchmarks.registry.results import Growth
from benchmarks.registry.rounds import progress
from benchmarks.registry.rows import stored
from benchmarks.registry.servers import OURS, Running, running

LITTLE = 10
REQUESTS = {
    "manifest PUT": Load("manifest-put", items=100),
    "tag PUT": Load("tag-put", items=100),
    "blob HEAD": Load("blob-head", items=10, seconds=0.5),
}


def growth(folder: Path, much: int, rounds: int) -> list[Growth]:
    """Measure with 10, and with `much` tags of one repository and as many repositories."""
    found = [Growth(request, kind) for request in REQUESTS for kind in ("repositories", "tags")]
    with tempfile.TemporaryDirectory(dir=folder) as place, running(OURS, Path(place)) as full:
        progress(f"growth: storing {much:,} repositories and {much:,} tags")
        _store(full, much)
        for number in range(rounds):
            progress(f"growth: round {number + 1}")
            _round(Path(place) / "little", number, full, found)
    return found


def _round(place: Path, number: int, full: Running, found: list[Growth]) -> None:
    # Begun anew each time: what is measured adds to what is there, and little would not stay so.
    with running(OURS, place / str(number)) as empty:
        _store(empty, LITTLE)
        for each in found:
            load = REQUESTS[each.request]
            load = replace(load, name=each.stored, set=f"{load.load}-{number}")
            load = replace(load, repositories=1 if each.stored == "tags" else LITTLE)
            sides = [(empty, each.little), (full, each.much)]
            for server, seconds in sides if number % 2 else reversed(sides):
                seconds.append(put(load, server).p50)


def _store(server: Running, count: int) -> None:
    for load in stored(count, count):
        put(load, server)
