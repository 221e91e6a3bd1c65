from __future__ import annotations

import pytest


@pytest.fixture
def cycles(pytestconfig: pytest.Config) -> int:
    """How often the registry dies (`pytest --crash-cycles`)."""
    return int(pytestconfig.getoption("crash_cycles"))
