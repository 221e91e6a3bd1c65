"""busybox as the image has it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SSL_CLIENT = Path(__file__).parent / "ssl_client.py"


@pytest.fixture(scope="session")
def applets(tool: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with busybox's programs and ssl_client, and nothing else: the PATH of the registry's image."""
    folder = tmp_path_factory.mktemp("busybox")
    subprocess.run([tool("busybox"), "--install", "-s", folder], check=True)
    client = folder / "ssl_client"
    client.unlink()
    client.write_text(f'#!{folder / "sh"}\nexec {sys.executable} {SSL_CLIENT} "$@"\n')
    client.chmod(0o755)
    return folder
