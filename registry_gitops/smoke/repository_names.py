"""Names of repositories that a run can push to."""

from __future__ import annotations

import re
from typing import Final

from registry_gitops.masking import quote

MAX_REPOSITORY_LENGTH: Final = 240
"""Characters. Registries allow 255; names of missing and of second repositories are up to 14 characters longer."""

_COMPONENT: Final = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY_NAME: Final = re.compile(rf"{_COMPONENT}(?:/{_COMPONENT})*")
"""Source: OCI distribution-spec v1.1, Pulling manifests."""


def require_repository_name(name: str) -> None:
    """Raise ValueError for a name that no run can push to."""
    if not _REPOSITORY_NAME.fullmatch(name):
        raise ValueError(
            f"{quote(name)} is not the name of a repository: use lower-case letters, digits, and separators, for "
            "example team/smoke"
        )
    if len(name) > MAX_REPOSITORY_LENGTH:
        raise ValueError(f"the name of the repository is longer than {MAX_REPOSITORY_LENGTH} characters")
