"""`chart write`: the chart in a directory that several deployments share."""

from __future__ import annotations

from pathlib import Path

import pytest

from registry_gitops.assets import read_chart
from registry_gitops.filenames import CHECKSUM_FILE
from tests.cli.running import Outcome, Run, listing


def test_directory_holds_the_chart_and_a_second_run_changes_nothing(cli: Run, tmp_path: Path) -> None:
    first = cli("chart", "write", "charts/docker-registry")
    count = len(read_chart())
    assert first == Outcome(0, f"create charts/docker-registry/ ({count} files)\n", "")
    root = tmp_path / "charts/docker-registry"
    written = {path: content.decode() for path, content in listing(root).items() if content is not None}
    assert written.pop(CHECKSUM_FILE)
    assert written == read_chart()
    assert cli("chart", "write", "charts/docker-registry") == Outcome(0, "", "up to date: charts/docker-registry\n")


def test_newer_chart_replaces_what_an_older_one_wrote(
    cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "registry_gitops.charts.chart_directory.read_chart", lambda: {"Chart.yaml": "old", "gone.yaml": "x"}
    )
    cli("chart", "write", "shared")
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    done = cli("chart", "write", "shared")
    assert done.code == 0
    assert "update shared/ (1 file)\n" in done.out
    assert "delete shared/ (1 file)\n" in done.out
    assert not (tmp_path / "shared/gone.yaml").exists()


def test_edited_file_is_kept_until_forced(cli: Run, tmp_path: Path) -> None:
    cli("chart", "write", "shared")
    edited = tmp_path / "shared/templates/service.yaml"
    edited.write_text("mine")
    refused = cli("chart", "write", "shared")
    message = "was edited: set values instead of the edit, and overwrite it with --force"
    assert refused == Outcome(1, "", f"shared/templates/service.yaml: {message}\n")
    assert edited.read_text() == "mine"
    assert cli("chart", "write", "shared", "--force").code == 0
    assert edited.read_text("utf-8") == read_chart()["templates/service.yaml"]


def test_another_chart_in_the_directory_is_refused(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/Chart.yaml").write_text("name: another\nversion: 1.0.0\n")
    refused = cli("chart", "write", "shared")
    message = "exists, but registry-gitops did not write it: move it, or pass another directory"
    assert refused == Outcome(2, "", f"shared/Chart.yaml: {message}\n")
    assert list(listing(tmp_path)) == ["shared", "shared/Chart.yaml"]


def test_output_directory_of_render_is_refused(cli: Run, tmp_path: Path) -> None:
    cli("init", "apps/registry", "--source", "oci", "--url", "oci://ghcr.io/example/charts/docker-registry")
    cli("render", "apps/registry/registry.yaml")
    before = listing(tmp_path)
    refused = cli("chart", "write", "apps/registry", "--force")
    message = "is an output directory of `render`: pass another directory"
    assert refused == Outcome(2, "", f"apps/registry: {message}\n")
    assert listing(tmp_path) == before


def test_file_in_place_of_the_directory_is_refused(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "shared").write_text("")
    refused = cli("chart", "write", "shared")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == "shared: cannot be written: not a directory; nothing was changed\n"


def test_render_refuses_the_directory_of_a_shared_chart(cli: Run, tmp_path: Path) -> None:
    cli("chart", "write", "shared")
    before = listing(tmp_path / "shared")
    (tmp_path / "registry.yaml").write_text("{}")
    done = cli("render", "registry.yaml", "--output-dir", "shared", "--force")
    assert (done.code, done.out) == (2, "")
    assert "shared: is the directory of a chart, which `chart write` wrote: pass another directory" in done.err
    assert listing(tmp_path / "shared") == before
