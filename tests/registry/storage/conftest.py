from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_gitops.registry.storage import FileStorage


@pytest.fixture
def files(tmp_path: Path) -> Iterator[FileStorage]:
    storage = FileStorage(tmp_path)
    yield storage
    storage.close()


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Where `files` has its files."""
    return tmp_path / "docker/registry/v2"
