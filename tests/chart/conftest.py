"""busybox as the image has it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def applets(tool: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with busybox's programs and nothing else: the PATH of the registry's image."""
    folder = tmp_path_factory.mktemp("busybox")
    subprocess.run([tool("busybox"), "--install", "-s", folder], check=True)
    return folder
