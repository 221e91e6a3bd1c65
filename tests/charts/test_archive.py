"""`chart package`: an archive that Helm accepts, with the same bytes on every machine."""

from __future__ import annotations

import gzip
import hashlib
import io
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from registry_gitops.assets import read_chart
from registry_gitops.charts import package_chart, write_archive
from registry_gitops.errors import InputError
from tests.cli.running import Outcome, Run, listing
from tests.support.helm import CHART

Tool = Callable[[str], Path]


def entries(archive: bytes) -> dict[str, bytes]:
    """Return the files of an archive, unpacked by Python's own gzip, which checks sum and size."""
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(archive))) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar}  # type: ignore[union-attr]


def test_archive_holds_the_chart_below_its_name_with_its_metadata_first() -> None:
    found = entries(package_chart().content)
    assert found == {f"docker-registry/{path}": text.encode() for path, text in read_chart().items()}
    assert next(iter(found)) == "docker-registry/Chart.yaml"


def test_bytes_depend_on_the_chart_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    # Longer than two blocks of deflate, and of the size of a block. The digest was computed once, so this fails on a
    # machine, or with a version of Python, that makes other bytes.
    files = {"Chart.yaml": "name: x\nversion: 1.0.0\n", "values.yaml": "a" * 200_000, "z": "b" * 0xFFFF, "empty": ""}
    monkeypatch.setattr("registry_gitops.charts.chart_archive.read_chart", lambda: files)
    archive = package_chart()
    assert entries(archive.content) == {f"x/{path}": text.encode() for path, text in files.items()}
    assert archive.file_name == "x-1.0.0.tgz"
    assert (
        hashlib.sha256(archive.content).hexdigest()
        == "f3b47a6a0a20134deb00be604011a616f8aac11d79ca7456707e4735fbbcbe46"
    )


def test_command_writes_the_archive_and_replaces_one_of_the_same_name(cli: Run, tmp_path: Path) -> None:
    archive = package_chart()
    path = f"dist/{archive.file_name}"
    for _ in range(2):
        assert cli("chart", "package", "--output-dir", "dist") == Outcome(0, f"create {path}\n", "")
        assert listing(tmp_path) == {"dist": None, path: archive.content}
        (tmp_path / path).write_text("old")


def test_archive_that_cannot_be_written_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "dist").write_text("mine")
    with pytest.raises(InputError, match=r"dist/docker-registry-.*: cannot be written: not a directory"):
        write_archive(package_chart(), tmp_path / "dist")
    assert listing(tmp_path) == {"dist": b"mine"}


def test_helm_renders_the_archive_as_the_chart_and_packs_the_same_files(tool: Tool, tmp_path: Path) -> None:
    ours = write_archive(package_chart(), tmp_path)

    def helm(*words: str | Path) -> str:
        done = subprocess.run([tool("helm"), *words], capture_output=True, text=True, check=True, cwd=tmp_path)
        return done.stdout

    assert helm("template", "x", ours) == helm("template", "x", CHART) != ""
    helm("package", CHART, "--destination", tmp_path / "theirs")
    theirs = entries((tmp_path / "theirs" / ours.name).read_bytes())
    written_anew = "docker-registry/Chart.yaml"
    assert {**theirs, written_anew: b""} == {**entries(ours.read_bytes()), written_anew: b""}
