"""Create the files of a starter in a directory: all of them, or none."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from registry_gitops.errors import InputError
from registry_gitops.filenames import CONFIG_FILES
from registry_gitops.findings import Finding, Location


def create_files(files: Mapping[str, str], directory: Path | str) -> None:
    """Write `files` (path from `directory` -> text); missing directories are created. Never overwrites a file.

    Raises InputError, with nothing written, if one of the files exists, or another config file next to one of them, or
    if a write fails.
    """
    directory = Path(directory)
    created: list[Path] = []
    try:
        paths = {directory / name: text for name, text in files.items()}
        if existing := [path for path in dict.fromkeys(_reserved_paths(paths)) if path.exists()]:
            raise InputError(
                Finding(
                    id="existing-file",
                    message="already exists, and is never overwritten",
                    location=Location(str(path)),
                )
                for path in existing
            )
        for path, text in paths.items():
            missing = [parent for parent in path.parents if not parent.exists()]
            created += reversed(missing)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as file:
                created.append(path)
                file.write(text)
    except OSError as error:
        for path in reversed(created):
            with contextlib.suppress(OSError):
                path.rmdir() if path.is_dir() else path.unlink()
        raise InputError.single(
            f"cannot be written: {error.strerror}; nothing was changed", error.filename or directory
        ) from None


def _reserved_paths(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the paths that must be free: a directory has one config file."""
    for path in paths:
        if path.name in CONFIG_FILES:
            yield from (path.with_name(name) for name in CONFIG_FILES)
        yield path
