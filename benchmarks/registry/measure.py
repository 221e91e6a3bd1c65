"""A run: all parts of the benchmark, one after the other."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.registry import rows
from benchmarks.registry.driver import put
from benchmarks.registry.floor import floor
from benchmarks.registry.growth import growth
from benchmarks.registry.results import Results, Starts
from benchmarks.registry.rounds import progress, round_, stand
from benchmarks.registry.servers import SERVERS, running
from benchmarks.registry.syncs import syncs


@dataclass(frozen=True)
class Measure:
    """What is measured, and where it goes. The folder is as empty afterwards as it was before."""

    scale: rows.Scale
    folder: Path
    results: Results
    wanted: Callable[[str], bool]
    """Whether a title was asked for."""

    def everything(self) -> None:
        """Measure all that is wanted."""
        for group in (rows.small(self.scale), *rows.blobs(self.scale)):
            self._rows(self._chosen(group))
        if self.wanted("floor"):
            items = round(1000 * self.scale.share)
            self.results.floor += floor(self.folder, self.scale.connections, items, self.results.rounds)
        self._stored(self._chosen(rows.lists(self.scale)))
        if self.wanted("growth"):
            self.results.growth += growth(self.folder, self.scale.tags, self.results.rounds)
        if self.wanted("syncs"):
            with self._place() as place, stand(Path(place)) as servers:
                self.results.syncs += [syncs(server, Path(place) / "strace") for server in servers]

    def _chosen(self, group: Sequence[rows.Row]) -> list[rows.Row]:
        return [row for row in group if self.wanted(row.title)]

    def _rows(self, group: Sequence[rows.Row]) -> None:
        # Each round begins with nothing stored, so that rounds are alike and the disk does not fill.
        for number in range(self.results.rounds if group else 0):
            with self._place() as place, stand(Path(place)) as servers:
                round_(number, group, servers, self.results)

    def _stored(self, group: Sequence[rows.Row]) -> None:
        """Lists, and how soon a server with so much answers: both need many repositories, stored once."""
        if not group and not self.wanted("start"):
            return
        with self._place() as place:
            with stand(Path(place)) as servers:
                for server in servers:
                    progress(f"{server.name}: storing what lists need")
                    for load in rows.stored(self.scale.repositories, self.scale.tags):
                        put(load, server)
                for number in range(self.results.rounds):
                    round_(number, group, servers, self.results)
            if self.wanted("start"):
                self._starts("nothing", Path(place) / "empty")
                self._starts(f"{self.scale.repositories:,} repositories", Path(place))

    def _starts(self, stored: str, folder: Path) -> None:
        starts = Starts(stored, {server.name: [] for server in SERVERS})
        for _ in range(self.scale.starts):
            for server in SERVERS:
                with running(server, folder / server.name) as started:
                    starts.seconds[server.name].append(started.seconds)
        progress(f"start with {stored} stored: {starts.seconds}")
        self.results.starts.append(starts)

    def _place(self) -> tempfile.TemporaryDirectory[str]:
        return tempfile.TemporaryDirectory(dir=self.folder)
