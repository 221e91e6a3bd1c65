from __future__ import annotations

import pytest

from registry_gitops.registry.storage import Storage
from tests.registry.api.asking import Asking


@pytest.fixture
def ask(storage: Storage) -> Asking:
    return Asking(storage)
