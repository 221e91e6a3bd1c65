"""What the disk alone allows: a loop writes the files of a tag, without HTTP and syncs, to compare with our PUT."""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.registry.driver import Load, put
from benchmarks.registry.results import Floor
from benchmarks.registry.rounds import progress
from benchmarks.registry.servers import OURS, running

REPOSITORIES = 16
CONTENT = 500
"""Bytes of a manifest, about as many as the driver puts."""


def floor(folder: Path, connections: Sequence[int], items: int, rounds: int) -> list[Floor]:
    """Measure both in turns, each with as many threads as the other has connections."""
    found = [Floor(count) for count in connections]
    with tempfile.TemporaryDirectory(dir=folder) as place, running(OURS, Path(place)) as server:
        for number in range(rounds):
            for each in found:
                root = Path(place) / f"{number}-{each.connections}"
                each.loop.append(_write_tags(root, each.connections, items))
                os.sync()  # Or the first sync of the server writes what the loop has left in memory.
                load = Load("manifest-put", each.connections, items, set=root.name, repositories=REPOSITORIES)
                each.ours.append(put(load, server).speed)
                progress(f"floor, round {number + 1}, threads: {each.connections}: {each.loop[-1]:,.1f} tags/s")
    return found


def write_tag(root: Path, repository: str, tag: str, content: bytes) -> None:
    """Write what one more manifest with a tag costs in distribution's layout."""
    digest = hashlib.sha256(content).hexdigest()
    link = f"sha256:{digest}".encode()
    manifests = root / "repositories" / repository / "_manifests"
    _write(root / "blobs/sha256" / digest[:2] / digest / "data", content)
    _write(manifests / "revisions/sha256" / digest / "link", link)
    _write(manifests / "tags" / tag / "index/sha256" / digest / "link", link)
    _write(manifests / "tags" / tag / "current/link", link)


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _write_tags(root: Path, threads: int, count: int) -> float:
    """Return the tags per second."""

    def write(number: int) -> None:
        write_tag(root, f"r{number % REPOSITORIES}", str(number), str(number).encode().ljust(CONTENT))

    start = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(write, range(count)))
    return count / (time.perf_counter() - start)
