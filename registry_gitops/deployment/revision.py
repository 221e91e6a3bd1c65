"""The revision of a config file, so that a reader of a report knows which one it was."""

from __future__ import annotations

import hashlib
from pathlib import Path

from registry_gitops.git_repository import run_git


def read_revision(path: Path) -> str:
    """Return the Git commit of a config file, with -dirty if the file differs from it.

    Outside of a repository, without git, and for a file that is not in the repository: sha256:DIGEST of the file, or ""
    if it cannot be read.
    """
    return _git_commit(path) or _digest(path)


def _git_commit(path: Path) -> str:
    words = ("status", "--porcelain=v2", "--branch", "--ignored=matching", "--", path.name)
    lines = (run_git(path.parent, *words) or "").splitlines()
    commit = next((line.split()[2] for line in lines if line.startswith("# branch.oid ")), "")
    changes = [line for line in lines if not line.startswith("#")]
    # A repository without a commit has "(initial)"; an untracked file "?", and an ignored one "!".
    if not commit.isalnum() or any(line.startswith(("?", "!")) for line in changes):
        return ""
    return f"{commit}-dirty" if changes else commit


def _digest(path: Path) -> str:
    try:
        return f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    except OSError:
        return ""
