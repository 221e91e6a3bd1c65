"""Where a directory is in its Git repository. Flux finds a chart that is vendored there by that path."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from registry_gitops.errors import InputError

QUIET_GIT: Final = ("--no-optional-locks", "-c", "core.fsmonitor=false")
"""Options of git, so that it writes nothing, and runs no other program."""

_TIMEOUT: Final = 10.0
"""Seconds for git, which answers within milliseconds."""


def path_in_repository(directory: Path | str) -> str | None:
    """Return the path of `directory` from the root of its Git work tree: "." at the root, None outside of any.

    `directory` need not exist. Raises InputError if its path cannot be followed.
    """
    try:
        path = Path(directory).resolve()
        root = _find_root(str(path), {})
    except OSError as error:
        raise InputError.single(f"cannot be read: {error.strerror}", error.filename or directory) from None
    except (RuntimeError, ValueError) as error:  # a loop of symbolic links; a NUL byte
        raise InputError.single(f"not the path of a directory: {error}", directory) from None
    return path.relative_to(root).as_posix() if root else None


def find_work_tree(directory: Path, known: dict[str, str] | None = None) -> Path | None:
    """Return the root of the Git work tree that `directory` is in, or None. Raises OSError.

    `known` is for many directories: it keeps the root of each one that was looked at, "" if it is in none.
    """
    root = _find_root(os.path.realpath(directory), {} if known is None else known)
    return Path(root) if root else None


def list_tracked(directory: Path) -> set[str]:
    """Return the files below a directory that are in Git, or staged: paths from the directory.

    Empty if git cannot tell, as outside of a repository.
    """
    return set((run_git(directory, "ls-files", "-z") or "").split("\0"))


def run_git(directory: Path, *words: str) -> str | None:
    """Return what git prints in a directory; None if it fails, or if there is no git."""
    import subprocess  # Every command imports this module; few need git.

    command = ["git", *QUIET_GIT, "-C", str(directory), *words]
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and the path is the user's own
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_TIMEOUT, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return os.fsdecode(done.stdout)


def _find_root(path: str, known: dict[str, str]) -> str:
    if path not in known:
        above = str(Path(path).parent)
        # A directory; in a submodule, or in another work tree of the same repository, a file.
        is_root = Path(path, ".git").exists()
        known[path] = path if is_root else "" if above == path else _find_root(above, known)
    return known[path]
