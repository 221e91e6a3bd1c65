from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_gitops.registry.storage import FileStorage, MemoryStorage, Storage
from tests.registry.contents.shelf import Shelf


@pytest.fixture(params=["memory", "filesystem"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    storage: Storage = MemoryStorage() if request.param == "memory" else FileStorage(tmp_path)
    yield storage
    storage.close()


@pytest.fixture
def app(storage: Storage) -> Shelf:
    return Shelf(storage)
