"""Rendered files whose config file is gone, or does not render to their directory any more. Flux still applies them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from registry_gitops.checksums.checksum_file import read_checksum_file
from registry_gitops.errors import InputError
from registry_gitops.filenames import CONFIG_FILES


def find_leftovers(
    rendered: Iterable[Path], current: Collection[Path], programs: Collection[Path]
) -> Iterator[tuple[Path, Path]]:
    """Yield each of the `rendered` directories that is left over, with the config file that it was rendered from.

    `current` are the directories to which config files render now, and `programs` the config files that define several
    deployments. A directory that any other config file can have rendered, with --output-dir, is not left over.
    """
    known, defining = {path.resolve() for path in current}, {path.resolve(): path for path in programs}
    for directory in rendered:
        if directory.resolve() in known:
            continue
        config = _config_of(directory)
        if config and config.resolve() in defining:
            yield directory, defining[config.resolve()]
        elif config and not config.exists():
            yield directory, config


def _config_of(directory: Path) -> Path | None:
    """Return the config file of rendered files: of their seal, or else the nearest one above. None if unknown."""
    try:
        file = read_checksum_file(directory)
    except (OSError, InputError):
        return None
    if file and file.seal:
        return Path(os.path.normpath(directory / file.seal.inputs[0]))
    above = (parent / name for parent in directory.resolve().parents for name in CONFIG_FILES)
    return next((path for path in above if path.exists()), None)
