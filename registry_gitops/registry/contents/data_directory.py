"""Garbage collection of a data directory, next to a registry that serves it or without one."""

from __future__ import annotations

import os
from pathlib import Path

from registry_gitops.registry.contents.garbage import Collected, collect
from registry_gitops.registry.contents.layout import PREFIX
from registry_gitops.registry.errors import SetupError
from registry_gitops.registry.posix import require_posix
from registry_gitops.registry.storage.filesystem import FileStorage


def collect_directory(
    directory: str | os.PathLike[str],
    *,
    older_than: float = 3600,
    delete_untagged: bool = False,
    dry_run: bool = False,
) -> Collected:
    """Delete the unreferenced data of the registry in `directory` that was not written or requested recently.

    `older_than` is the grace period in seconds. Manifests without a tag stay, unless `delete_untagged`. With `dry_run`
    nothing is deleted. Raises SetupError if `directory` is not a data directory, and OSError as the file system does.
    """
    require_posix()
    if not (Path(directory) / PREFIX).is_dir():
        message = (
            f"not a registry data directory: it has no {PREFIX}: pass the directory that `serve` or registry:3 uses"
        )
        raise SetupError(message, directory)
    storage = FileStorage(Path(directory), read_only=dry_run)
    try:
        return collect(storage, older_than=older_than, delete_untagged=delete_untagged, dry_run=dry_run)
    finally:
        storage.close()
