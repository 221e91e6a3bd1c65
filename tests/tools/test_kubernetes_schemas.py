"""A stale or edited schema is noticed without the package that the schemas come from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools import kubernetes_schemas


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the committed schemas and of their pin, which the program looks at instead."""
    (tmp_path / "requirements").mkdir()
    shutil.copy(kubernetes_schemas.REQUIREMENTS, tmp_path / "requirements")
    shutil.copytree(kubernetes_schemas.FOLDER, tmp_path / "tools" / "schemas" / "kubernetes")
    program = shutil.copy(kubernetes_schemas.__file__, tmp_path / "tools")
    for name, value in {
        "ROOT": tmp_path,
        "FOLDER": tmp_path / "tools" / "schemas" / "kubernetes",
        "NOTE": tmp_path / "tools" / "schemas" / "kubernetes" / "made-of.json",
        "REQUIREMENTS": tmp_path / "requirements" / "schemas.txt",
        "__file__": str(program),
    }.items():
        monkeypatch.setattr(kubernetes_schemas, name, value)
    return tmp_path


def test_the_committed_schemas_are_fresh(copy: Path) -> None:
    assert kubernetes_schemas.main(["--check"]) == 0


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
def test_a_change_is_noticed_and_the_remedy_named(copy: Path, file: str, capsys: pytest.CaptureFixture[str]) -> None:
    with (copy / file).open("a") as text:
        text.write(" ")
    assert kubernetes_schemas.main(["--check"]) == 1
    assert "make generate" in capsys.readouterr().err


def test_a_removed_schema_and_a_removed_note_are_noticed(copy: Path) -> None:
    (copy / "tools/schemas/kubernetes/v1.35.0/secret-v1.json").unlink()
    assert kubernetes_schemas.main(["--check"]) == 1
    shutil.rmtree(copy / "tools/schemas/kubernetes")
    assert kubernetes_schemas.main(["--check"]) == 1
