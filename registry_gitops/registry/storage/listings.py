"""The entries of large folders, remembered as long as the folder says that nothing has come or gone.

Whoever adds, removes or renames an entry, another program too, changes the times of the folder. So one system call
shows whether a listing still holds: reading 5,000 entries takes a thousand times as long.
"""

from __future__ import annotations

import os
import time
from typing import Final

_LARGE: Final = 256
"""Entries from which on a listing is remembered: smaller folders are read as fast as all that has to be done else."""
_REMEMBERED: Final = 200_000
"""Entries remembered in all, some 16 MiB; then all are forgotten."""
_SETTLED: Final = 3.0
"""Seconds since the last change after which a listing is remembered. Coarse file systems count time in steps of 2
seconds: a second change within the same step would not show."""

_Times = tuple[int, int, int, int]


class Listings:
    """For several threads; the lists are shared, and not to be changed."""

    def __init__(self) -> None:
        self._large: dict[str, tuple[_Times | None, list[str]]] = {}
        """Large folders: their times before they were read and what was in them, or None and nothing."""

    def names(self, folder: str) -> list[str]:
        """The entries of a folder in the order of their characters. Raises OSError as os.listdir does."""
        known = self._large.get(folder)
        if known is None:
            # Most folders are small. From the next time on this one is looked at first, if it is not.
            names = sorted(os.listdir(folder))
            if len(names) >= _LARGE:
                self._remember(folder, None, [])
            return names
        # Before it is read: what changes from here on changes the times.
        times, has_settled = _times(folder)
        if known[0] == times:
            return known[1]
        names = sorted(os.listdir(folder))
        if has_settled:
            self._remember(folder, times, names)
        return names

    def _remember(self, folder: str, times: _Times | None, names: list[str]) -> None:
        others = sum(len(listed) + 1 for _, listed in list(self._large.values()))
        if others + len(names) >= _REMEMBERED:
            self._large.clear()
        if len(names) < _REMEMBERED:
            self._large[folder] = times, names


def _times(folder: str) -> tuple[_Times, bool]:
    """What every change of a folder changes, and whether the last one is long enough ago."""
    found = os.stat(folder, follow_symlinks=False)
    age = time.time() - max(found.st_mtime, found.st_ctime)
    return (found.st_dev, found.st_ino, found.st_mtime_ns, found.st_ctime_ns), age > _SETTLED
