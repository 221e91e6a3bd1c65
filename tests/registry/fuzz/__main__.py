"""`python -m tests.registry.fuzz --inputs 1000000`: whatever a client sends is answered as it should be.

Streams of bytes go through a Connection whose channel is in memory, into the real core: most over storage in memory,
one in five over a folder. After the first input that breaks a rule it stops, with the input and exit code 1.
"""

from __future__ import annotations

import argparse
import faulthandler
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from registry_gitops.registry.access_log import AccessLogEntry
from registry_gitops.registry.api import Registry
from registry_gitops.registry.http.connection import Connection, ServerContext
from registry_gitops.registry.http.limits import Limits
from registry_gitops.registry.http.workers import Leadership, WorkerPool
from registry_gitops.registry.storage import FileStorage, MemoryStorage
from tests.registry.fuzz import oracle
from tests.registry.fuzz.streams import Streams
from tests.registry.fuzz.watch import Watch
from tests.registry.http.pipe import Pipe

ON_DISK = 5
"""One in so many."""
AGAIN = 5000
"""Inputs after which the registry in memory is a new one: it grows with each."""
SECONDS = 2
"""Of processor time, for one input."""
A_WHILE, HANGS = 100, 120
"""So many inputs that take more seconds than that hang."""
MOST_PIECES = 200
PIECES = (1, 7, 100, 4096, *[1 << 20] * 12)


class Free(Leadership):
    """A leadership that can always be handed over."""

    def hand_over(self) -> bool:
        self.is_held = False
        return True


class Target:
    """A registry behind connections without a server."""

    def __init__(self, core: Registry) -> None:
        self.log: list[AccessLogEntry] = []
        self._leadership = Free(WorkerPool(lambda _: None, 0))
        self._context = ServerContext(core, Limits(), self.log.append, uses_tls=False)

    def feed(self, data: bytes, piece: int) -> list[oracle.Answer]:
        """The answers to what a client sends. Raises AssertionError where they break a rule."""
        self.log.clear()
        pipe = Pipe(data, piece)
        connection = Connection(pipe, "127.0.0.1", self._context)
        began = time.thread_time()
        self._leadership.is_held = True
        while connection.take_turn(self._leadership):
            self._leadership.is_held = True
        took = time.thread_time() - began
        assert took < SECONDS, f"it took {took:.1f} s"
        return list(oracle.answers(bytes(pipe.sent), self.log))


def run(inputs: int, seed: int, folder: Path) -> Counter[int]:
    """Feed so many inputs, and count the answers by status. Raises AssertionError, with the input as a note."""
    streams, draw, statuses = Streams(seed), random.Random(seed), Counter[int]()
    watch = Watch(folder / "root")
    disk, memory = Target(Registry(FileStorage(folder / "root"))), Target(Registry(MemoryStorage()))
    for number in range(inputs):
        if number % AGAIN == 0:
            memory = Target(Registry(MemoryStorage()))
        if number % A_WHILE == 0:
            faulthandler.dump_traceback_later(HANGS, exit=True)
        on_disk, data = number % ON_DISK == 0, streams.next()
        piece = max(draw.choice(PIECES), len(data) // MOST_PIECES)
        try:
            with watch:
                answered = (disk if on_disk else memory).feed(data, piece)
        except Exception as error:
            error.add_note(f"input {number} of seed {seed}, in pieces of {piece}, on_disk={on_disk}:\n{data!r}")
            raise
        for answer in answered:
            statuses[answer.status] += 1
            if answer.status == 202 and "location" in answer.headers:
                streams.learn(answer.headers["location"])
    faulthandler.cancel_dump_traceback_later()
    strangers = [entry.name for entry in folder.iterdir() if entry.name != "root"]
    assert not strangers, f"written beside the root: {strangers}"
    return statuses


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        statuses = run(options.inputs, options.seed, Path(folder))
    seconds = time.monotonic() - began
    print(f"{options.inputs} inputs, seed {options.seed}, {sum(statuses.values())} answers in {seconds:.0f} s")
    print(*(f"{status}: {count}" for status, count in sorted(statuses.items())), sep=", ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
