"""A cache of the entries of large directories, valid as long as the times of the directory do not change.

Any program that adds, deletes, or renames an entry changes these times. So one system call shows whether a listing
is still valid: reading 5,000 entries takes a thousand times as long.
"""

from __future__ import annotations

import os
import time
from typing import Final

_LARGE: Final = 256
"""Entries from which on a listing is cached. Reading a smaller directory costs no more than the rest of a request."""
_MAX_ENTRIES: Final = 200_000
"""Entries cached in total, about 16 MiB; then the cache is emptied."""
_SETTLED: Final = 3.0
"""Seconds since the last change after which a listing is cached. Coarse file systems count time in steps of 2
seconds: a second change within the same step would not show."""

_Times = tuple[int, int, int, int]


class Listings:
    """Thread-safe. Callers must not change the lists: they are shared."""

    def __init__(self) -> None:
        self._large: dict[str, tuple[_Times | None, list[str]]] = {}
        """Large directories: their times before they were read, and their entries; or None, and no entries."""

    def names(self, directory: str) -> list[str]:
        """Return the entries of a directory, sorted by code point. Raises OSError as os.listdir does."""
        cached = self._large.get(directory)
        if cached is None:
            # Most directories are small. If this one is not, its times are read first from the next call on.
            names = sorted(os.listdir(directory))
            if len(names) >= _LARGE:
                self._store(directory, None, [])
            return names
        # Before the entries: a change from here on changes the times.
        times, has_settled = _times(directory)
        if cached[0] == times:
            return cached[1]
        names = sorted(os.listdir(directory))
        if has_settled:
            self._store(directory, times, names)
        return names

    def _store(self, directory: str, times: _Times | None, names: list[str]) -> None:
        others = sum(len(listed) + 1 for _, listed in list(self._large.values()))
        if others + len(names) >= _MAX_ENTRIES:
            self._large.clear()
        if len(names) < _MAX_ENTRIES:
            self._large[directory] = times, names


def _times(directory: str) -> tuple[_Times, bool]:
    """Return what every change of a directory changes, and whether the last change is long enough ago."""
    stat = os.stat(directory, follow_symlinks=False)
    age = time.time() - max(stat.st_mtime, stat.st_ctime)
    return (stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns), age > _SETTLED
