"""Rounds: every server gets every load in turn."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.registry.driver import Failure, put
from benchmarks.registry.results import Results
from benchmarks.registry.rows import Row
from benchmarks.registry.servers import SERVERS, Running, running


@contextmanager
def stand(folder: Path) -> Iterator[list[Running]]:
    """All servers, each on a folder of its own below `folder`."""
    with ExitStack() as stack:
        yield [stack.enter_context(running(server, folder / server.name)) for server in SERVERS]


def round_(number: int, rows: Sequence[Row], servers: Sequence[Running], results: Results) -> None:
    """Put each load once on each server, beginning with another one each time. A server that fails is left out."""
    turn = number % len(servers)
    for row in rows:
        for server in (*servers[turn:], *servers[:turn]):
            cell = results.cell(row, server.name)
            if cell.refusal:
                continue
            try:
                sample = put(row.load, server)
            except Failure as failure:
                cell.refusal = str(failure)
                said = f"failed: {failure}"
            else:
                cell.samples.append(sample)
                said = f"{sample.operations / sample.seconds:,.1f} operations/s, {sample.peak / 1e6:.0f} MB"
            progress(f"round {number + 1}: {row.title}, connections: {row.load.connections}, {server.name}: {said}")


def progress(line: str) -> None:
    """Tell who waits."""
    print(line, file=sys.stderr, flush=True)
