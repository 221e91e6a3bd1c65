"""One call collects the garbage of a data directory, and refuses a directory that is something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.registry import SetupError, collect_directory
from registry_gitops.registry.storage import FileStorage
from tests.registry.contents.shelf import Shelf


def test_collect_directory_deletes_unreferenced_data_and_a_dry_run_only_counts_it(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    Shelf(storage).blob(b"orphan")
    storage.close()
    counted = collect_directory(tmp_path, older_than=0, dry_run=True)
    deleted = collect_directory(str(tmp_path), older_than=0)
    assert counted == deleted
    assert (deleted.blobs, deleted.bytes) == (1, len(b"orphan"))
    assert collect_directory(tmp_path, older_than=0).blobs == 0


@pytest.mark.parametrize("kind", ["empty", "missing", "file"])
def test_collect_directory_refuses_what_is_no_data_directory_and_changes_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / kind
    if kind == "empty":
        path.mkdir()
    elif kind == "file":
        path.write_text("mine", "utf-8")
    with pytest.raises(SetupError, match="not a registry data directory: it has no docker/registry/v2") as caught:
        collect_directory(path)
    assert caught.value.file == str(path)
    assert path.exists() == (kind != "missing")
    assert not path.is_dir() or list(path.iterdir()) == []
