"""What the registry needs of the operating system."""

from __future__ import annotations

import os

from registry_gitops.registry.errors import SetupError


def require_posix() -> None:
    """Raise SetupError on a system without file locks or sendfile, such as Windows."""
    try:
        import fcntl  # noqa: F401
    except ImportError:
        is_posix = False
    else:
        is_posix = hasattr(os, "sendfile")
    if not is_posix:
        raise SetupError("the registry needs a POSIX system: use Linux or macOS, or on Windows WSL or a container")
