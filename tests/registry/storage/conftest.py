"""Each kind of storage in turn: what the shared suite says holds for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_gitops.registry.storage import FileStorage, MemoryStorage, Storage


@pytest.fixture(params=["memory", "files"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    storage: Storage = MemoryStorage() if request.param == "memory" else FileStorage(tmp_path)
    yield storage
    storage.close()


@pytest.fixture
def files(tmp_path: Path) -> Iterator[FileStorage]:
    storage = FileStorage(tmp_path)
    yield storage
    storage.close()


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Where `files` has its files."""
    return tmp_path / "docker/registry/v2"
