"""The examples that are whole repositories: fresh, without findings, and built as Flux does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from registry_gitops.validation import examine
from tests.examples.test_examples import built
from tests.support.tools import ROOT
from tools.layouts import LAYOUTS, repository_of, stale_files


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda path: path.name)
def test_an_example_of_a_repository_is_what_render_writes(layout: Path) -> None:
    assert list(stale_files(layout)) == []


@pytest.mark.parametrize("layout", [*LAYOUTS, ROOT / "examples/tenants/platform"], ids=lambda path: path.name)
def test_validate_finds_nothing_in_an_example_of_a_repository(
    layout: Path, tool: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tool("kustomize").parent))
    with repository_of(layout) as repository:
        monkeypatch.chdir(repository)
        examination = examine(["."])
    assert [str(finding) for finding in examination.findings] == []
    assert examination.objects


def test_the_directory_of_a_namespace_puts_its_applications_into_it(tool: Callable[[str], Path]) -> None:
    repository = ROOT / "examples/per-app"
    objects = {each["kind"]: each for each in yaml.safe_load_all(built(repository / "kubernetes/apps/registry", tool))}
    assert objects.keys() == {"Namespace", "ConfigMap", "Kustomization"}
    assert objects["Kustomization"]["metadata"]["namespace"] == objects["Namespace"]["metadata"]["name"]
    assert (repository / objects["Kustomization"]["spec"]["path"] / "kustomization.yaml").is_file()
