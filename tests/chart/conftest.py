"""busybox as the image has it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def applets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with busybox's programs and nothing else: the PATH of the registry's image."""
    busybox = shutil.which("busybox")
    if busybox is None:
        pytest.fail("busybox is not on PATH: install it (Debian: busybox-static)")
    folder = tmp_path_factory.mktemp("busybox")
    subprocess.run([busybox, "--install", "-s", folder], check=True)
    return folder
