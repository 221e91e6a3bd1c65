"""What was measured, as it is saved."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field

from benchmarks.registry.driver import Sample
from benchmarks.registry.rows import Row


@dataclass
class Cell:
    """One row on one server: a sample for each round, or why there is none."""

    row: Row
    server: str
    samples: list[Sample] = field(default_factory=list)
    refusal: str = ""


@dataclass
class Starts:
    """Seconds from the start of a process to its first answer, of several starts of each server."""

    stored: str
    seconds: dict[str, list[float]]


@dataclass
class Growth:
    """The time of one of our requests while little and while much is stored: a median of each round, in seconds."""

    request: str
    stored: str
    little: list[float] = field(default_factory=list)
    much: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """1 where the time does not grow."""
        return statistics.median(self.much) / statistics.median(self.little)


@dataclass
class Floor:
    """Tags per second: written by a loop that knows neither HTTP nor syncs, and by our manifest PUT; of each round."""

    connections: int
    loop: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)


@dataclass
class Syncs:
    """How often a server calls on the disk for one blob of 1 MB and for one manifest; None where nobody has counted."""

    server: str
    blob: dict[str, float] | None
    manifest: dict[str, float] | None


@dataclass
class Results:
    """All of a run."""

    machine: dict[str, str]
    rounds: int
    cells: list[Cell] = field(default_factory=list)
    starts: list[Starts] = field(default_factory=list)
    growth: list[Growth] = field(default_factory=list)
    floor: list[Floor] = field(default_factory=list)
    syncs: list[Syncs] = field(default_factory=list)

    def cell(self, row: Row, server: str) -> Cell:
        """The cell of a row and a server, a new one if need be."""
        for cell in self.cells:
            if (cell.row, cell.server) == (row, server):
                return cell
        self.cells.append(Cell(row, server))
        return self.cells[-1]
