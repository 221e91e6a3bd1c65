"""Tests of mutants ignore the credentials of the person who runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.smoke.mutants.running import Guard


@pytest.fixture(autouse=True)
def nobody_is_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


@pytest.fixture(scope="session")
def guard(tmp_path_factory: pytest.TempPathFactory) -> Guard:
    """The files of a registry with authentication and TLS."""
    return Guard.make(tmp_path_factory.mktemp("guard"))
