"""A stale or edited schema is noticed without what the schemas are made from."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tools import addon_schemas, kubernetes_schemas, validation_schemas
from tools.committed import CommittedFolder

SCHEMAS = {
    "addons": addon_schemas.SCHEMAS,
    "kubernetes": kubernetes_schemas.SCHEMAS,
    "validation": validation_schemas.SCHEMAS,
}


def cannot_make(folder: Path) -> int:
    raise AssertionError("nothing is made under --check, or when all is fresh")


@pytest.fixture
def copy(tmp_path: Path) -> CommittedFolder:
    """A copy of the schemas of Kubernetes and of their sources."""
    original = kubernetes_schemas.SCHEMAS
    for source in original.sources:
        (tmp_path / source).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(original.root / source, tmp_path / source)
    shutil.copytree(original.path, tmp_path / original.folder)
    return replace(original, root=tmp_path)


@pytest.mark.parametrize("schemas", SCHEMAS.values(), ids=SCHEMAS)
def test_committed_schemas_are_fresh(schemas: CommittedFolder) -> None:
    assert schemas.update(["--check"], cannot_make) == 0
    assert schemas.update([], cannot_make) == 0


@pytest.mark.parametrize(
    "file",
    [
        "requirements/schemas.txt",
        "tools/kubernetes_schemas.py",
        "tools/schemas/kubernetes/v1.36.0/pod-v1.json",
        "tools/schemas/kubernetes/v1.34.0/_definitions.json",
        "tools/schemas/kubernetes/v1.34.0/new.json",
    ],
)
def test_change_is_noticed_and_the_remedy_named(
    copy: CommittedFolder, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with (copy.root / file).open("a") as text:
        text.write(" ")
    assert copy.update(["--check"], cannot_make) == 1
    assert "make generate" in capsys.readouterr().err


def test_removed_schema_and_removed_note_are_noticed(copy: CommittedFolder) -> None:
    (copy.path / "v1.35.0/secret-v1.json").unlink()
    assert copy.update(["--check"], cannot_make) == 1
    shutil.rmtree(copy.path)
    assert copy.update(["--check"], cannot_make) == 1


def test_stale_schemas_are_made_and_recorded(copy: CommittedFolder) -> None:
    def make(folder: Path) -> int:
        (folder / "v1.36.0" / "pod-v1.json").write_text("{}")
        return 0

    (copy.path / "v1.35.0/secret-v1.json").unlink()
    assert copy.update([], make) == 0
    assert copy.is_fresh()


def test_schemas_that_could_not_be_made_stay_stale(copy: CommittedFolder) -> None:
    (copy.path / "v1.35.0/secret-v1.json").unlink()
    assert copy.update([], lambda folder: 2) == 2
    assert not copy.is_fresh()
