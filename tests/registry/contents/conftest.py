from __future__ import annotations

import pytest

from registry_gitops.registry.storage import Storage
from tests.registry.contents.shelf import Shelf


@pytest.fixture
def app(storage: Storage) -> Shelf:
    return Shelf(storage)
