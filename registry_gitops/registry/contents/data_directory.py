"""Garbage collection of a data directory, whether or not a registry serves it."""

from __future__ import annotations

import os
from pathlib import Path

from registry_gitops.registry.contents.garbage import Collected, collect_garbage
from registry_gitops.registry.error_responses import SetupError
from registry_gitops.registry.startup import require_posix
from registry_gitops.registry.storage import DATA_PATH, FileStorage


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
    if not (Path(directory) / DATA_PATH).is_dir():
        message = (
            f"not a registry data directory: it has no {DATA_PATH}: pass the directory that `serve` or registry:3 uses"
        )
        raise SetupError(message, directory)
    storage = FileStorage(Path(directory), read_only=dry_run)
    try:
        return collect_garbage(storage, older_than=older_than, delete_untagged=delete_untagged, dry_run=dry_run)
    finally:
        storage.close()
