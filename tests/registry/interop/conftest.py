"""A folder that is served by us or by distribution, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.support.oci_registry import ServedRegistry
from tests.support.registry import RealRegistry

CONFIG = """\
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {}, delete: {enabled: true}}
http: {addr: any}
"""

Serving = Callable[[str], AbstractContextManager[str]]
"""`with serving("ours") as url`, or "distribution"."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder with all that is stored."""
    return tmp_path / "root"


@pytest.fixture
def distribution(folder: Path, tool: Callable[[str], Path]) -> Callable[[], RealRegistry]:
    """distribution on this folder."""
    return lambda: RealRegistry(tool("registry"), CONFIG, data=folder)


@pytest.fixture
def serving(folder: Path, distribution: Callable[[], RealRegistry]) -> Serving:
    """The folder, served by whoever is named until the end of the block."""

    @contextmanager
    def serve(by: str) -> Iterator[str]:
        with ServedRegistry(folder) if by == "ours" else distribution() as served:
            yield served.url

    return serve


@pytest.fixture
def collect_garbage(distribution: Callable[[], RealRegistry]) -> Callable[..., None]:
    """distribution's own garbage collection, with these options, while nobody serves the folder."""

    def collect(*options: str) -> None:
        with distribution() as served:
            served.collect_garbage(*options)

    return collect
