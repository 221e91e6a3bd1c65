"""The floor writes what distribution writes for one more tag: no more, and no less."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.registry.driver import Load, put
from benchmarks.registry.floor import write_tag
from benchmarks.registry.servers import DISTRIBUTION, running

pytestmark = pytest.mark.tools


def tree(root: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(root)): path.read_bytes() if path.is_file() else None for path in root.rglob("*")}


def test_the_floor_is_the_files_and_directories_that_distribution_writes(tmp_path: Path) -> None:
    theirs, ours = tmp_path / "data/docker/registry/v2", tmp_path / "floor"
    with running(DISTRIBUTION, tmp_path) as server:
        load = Load("manifest-put", items=1, repositories=1)
        put(load, server)
        before = tree(theirs)
        put(Load("manifest-put", items=1, repositories=1, set="more"), server)
    written = {path: content for path, content in tree(theirs).items() if path not in before}
    (manifest,) = (content for path, content in written.items() if path.endswith("/data"))
    assert manifest is not None
    write_tag(ours, "bench/r00000", "more-00000", manifest)
    assert {path: content for path, content in tree(ours).items() if path not in before} == written
