"""A registry in memory and one on a disk: what is above the storage must not know the difference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_gitops.registry.storage import FileStorage, MemoryStorage, Storage


@pytest.fixture(params=["memory", "file"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    storage: Storage = MemoryStorage() if request.param == "memory" else FileStorage(tmp_path)
    yield storage
    storage.close()
