"""Create the files of a starter in a directory: all of them, or none."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

from registry_gitops.errors import InputError
from registry_gitops.filenames import CONFIG_FILES
from registry_gitops.findings import Finding, Location


def create_files(files: Mapping[str, str], directory: Path | str) -> None:
    """Write `files` (name -> text) to `directory`, which is created if missing. Never overwrites a file.

    Raises InputError, with nothing written, if one of the files or a config file exists, or if a write fails.
    """
    directory = Path(directory)
    missing: list[Path] = []
    written: list[Path] = []
    try:
        existing = [name for name in dict.fromkeys((*CONFIG_FILES, *files)) if (directory / name).exists()]
        if existing:
            raise InputError(
                Finding(
                    id="existing-file",
                    message="already exists, and is never overwritten",
                    location=Location(str(directory / name)),
                )
                for name in existing
            )
        missing = [parent for parent in (directory, *directory.parents) if not parent.exists()]
        directory.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            with (directory / name).open("x", encoding="utf-8", newline="\n") as file:
                written.append(directory / name)
                file.write(text)
    except OSError as error:
        with contextlib.suppress(OSError):
            for path in written:
                path.unlink()
            for parent in missing:
                parent.rmdir()
        raise InputError.single(
            f"cannot be written: {error.strerror}; nothing was changed", error.filename or directory
        ) from None
