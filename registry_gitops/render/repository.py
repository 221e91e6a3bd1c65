"""Where a folder stands in its Git repository. Flux finds a chart that is vendored there by that path."""

from __future__ import annotations

from pathlib import Path


def path_in_repository(folder: Path) -> str | None:
    """Path of `folder` from the root of its Git work tree: "." at the root, None outside of any. It need not exist."""
    folder = folder.resolve()
    for root in (folder, *folder.parents):
        # A folder; in a submodule, or in another work tree of the same repository, a file.
        if (root / ".git").exists():
            return folder.relative_to(root).as_posix()
    return None
