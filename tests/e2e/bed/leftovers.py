"""What a bed has left on the machine, and removing what one has left that was killed."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.e2e.bed import cgroups
from tests.e2e.bed.bed import say
from tests.e2e.bed.place import BASE, PREFIX, Place

NAMESPACES = ("mnt", "net", "pid")


def namespaces_of(pid: int | str) -> set[str]:
    """Names of a process's namespaces, as `net:[4026531840]`; none where it is gone."""
    try:
        return {str(Path(f"/proc/{pid}/ns/{kind}").readlink()) for kind in NAMESPACES}
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return set()


def find(place: Place, namespaces: set[str]) -> list[str]:
    """Say what is there of a bed that has ended, a line each: processes, mounts, control groups, its folder."""
    return [*_processes(place, namespaces), *_mounts(place, namespaces), *_groups(place), *_folders(place)]


def remove_all() -> None:
    """Remove what beds have left that nobody uses any more, as runs do that are killed, and say so."""
    names = {folder.name for folder in BASE.glob(f"{PREFIX}*/")} | cgroups.names()
    for place in (Place(BASE / name) for name in sorted(names)):
        if not in_use(place):
            cgroups.remove(place.name)
            shutil.rmtree(place.folder, ignore_errors=True)
            say(f"{place.name} was left by a run that was killed: it is removed")
            for line in find(place, set()):
                say(f"but there is still {line}")


def in_use(place: Place) -> bool:
    """Whether the launcher of a bed lives: it holds the lock, and all processes of the bed end with it."""
    try:
        with place.lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _processes(place: Place, namespaces: set[str]) -> Iterator[str]:
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except (FileNotFoundError, ProcessLookupError):
            continue
        names_it = str(place.folder) in command and int(entry.name) != os.getpid()
        if names_it or namespaces_of(entry.name) & namespaces:
            yield f"process {entry.name}: {command or '(ending)'}"


def _mounts(place: Place, namespaces: set[str]) -> Iterator[str]:
    for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
        _, _, _, root, target, *_ = line.split()
        if place.name in target or place.name in root or root in namespaces:
            yield f"mount {target}"


def _groups(place: Place) -> Iterator[str]:
    yield from (f"control group {group}" for group in cgroups.groups(place.name))


def _folders(place: Place) -> Iterator[str]:
    if place.folder.exists():
        yield f"folder {place.folder}"
