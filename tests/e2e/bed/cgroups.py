"""Control groups: one of the bed's own in every hierarchy of the machine, for the kubelet to put Pods in.

They are the one thing of the bed that the kernel does not remove by itself.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.bed.place import PREFIX

SECONDS_TO_EMPTY = 5
"""How long the kernel may take to forget processes that it has ended."""


def hierarchies() -> list[Path]:
    """Where control groups are mounted: once each for the controllers of version 1, once for version 2."""
    return [path for path, _ in _mounts()]


def controllers() -> set[str]:
    """Names of the controllers that there are, of both versions."""
    found: set[str] = set()
    for path, options in _mounts():
        of_version_2 = path / "cgroup.controllers"
        found |= set(of_version_2.read_text(encoding="ascii").split() if of_version_2.exists() else options)
    return found


def _mounts() -> Iterator[tuple[Path, list[str]]]:
    """Yield where control groups are mounted, each with the options of its file system."""
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        mount, _, system = line.partition(" - ")
        kind, _, options = system.split()
        if kind in ("cgroup", "cgroup2"):
            yield Path(mount.split()[4]), options.split(",")


def make(name: str) -> None:
    """Make an empty group of this name in each hierarchy."""
    for hierarchy in hierarchies():
        (hierarchy / name).mkdir()


def groups(name: str) -> Iterator[Path]:
    """Yield the groups of this name and those in them, the innermost first."""
    for hierarchy in hierarchies():
        yield from sorted((hierarchy / name).glob("**/"), reverse=True)


def remove(name: str) -> None:
    """Remove the groups of this name, once they are empty; what does not become empty stays."""
    deadline = time.monotonic() + SECONDS_TO_EMPTY
    for group in groups(name):
        while True:
            try:
                group.rmdir()
            except FileNotFoundError:
                break
            except OSError:
                if time.monotonic() > deadline:
                    break
                time.sleep(0.02)
            else:
                break


def names() -> set[str]:
    """Names of the beds that have groups."""
    return {group.name for hierarchy in hierarchies() for group in hierarchy.glob(f"{PREFIX}*/")}
