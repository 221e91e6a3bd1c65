"""What is the same on both sides is skipped, and only that."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from registry_gitops.diff import GitTree
from registry_gitops.diff.unchanged import find_unchanged
from tests.cli.running import Run, cli

from .committed import git, make_repository

__all__ = ["cli"]

CONFIG = """extends: ../base/registry.yaml
namespace: {name}
source: {{type: git, path: {name}, chart: /charts/docker-registry}}
"""


@pytest.fixture
def root(cli: Run, tmp_path: Path) -> Path:
    """A repository with a chart, a base, and two deployments of both, all committed."""
    make_repository(tmp_path)
    assert cli("chart", "write", "charts/docker-registry").code == 0
    for name, text in (("base", "name: images\n"), *((name, CONFIG.format(name=name)) for name in ("one", "two"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "registry.yaml").write_text(text, "utf-8")
    assert cli("render", "one", "two").code == 0
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "--message", "Add two registries")
    return tmp_path


def skipped(root: Path, revision: str = "HEAD") -> list[str]:
    configs = [root / name / "registry.yaml" for name in ("one", "two")]
    return [config.parent.name for config in find_unchanged(GitTree(root, revision), configs)]


def append(name: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        with (root / name).open("a") as file:
            file.write("\n")

    return change


def test_what_is_committed_is_skipped(root: Path) -> None:
    assert skipped(root) == ["one", "two"]


@pytest.mark.parametrize(
    ("change", "rest"),
    [
        (append("one/registry.yaml"), ["two"]),
        (append("one/namespace.yaml"), ["two"]),
        (append("base/registry.yaml"), []),
        (append("charts/docker-registry/values.yaml"), []),
        (append("charts/docker-registry/templates/new.yaml"), []),
        (append("one/note.txt"), ["one", "two"]),
        (lambda root: (root / "one/helmrelease.yaml").unlink(), ["two"]),
    ],
    ids=["config", "rendered", "base", "chart", "new file of the chart", "other file", "deleted"],
)
def test_any_change_of_what_it_depends_on_is_looked_at(
    root: Path, change: Callable[[Path], None], rest: list[str]
) -> None:
    change(root)
    assert skipped(root) == rest


def test_rendered_now_and_committed_is_not_the_same_as_the_commit_before(cli: Run, root: Path) -> None:
    append("one/registry.yaml")(root)
    with (root / "one/registry.yaml").open("a") as file:
        file.write("values: {replicaCount: 0}\n")
    assert cli("render", "one").code == 0
    assert skipped(root) == ["two"]
    git(root, "commit", "--quiet", "--all", "--message", "Stop it")
    assert (skipped(root), skipped(root, "HEAD~1")) == (["one", "two"], ["two"])


def test_files_that_kustomize_reads_in_turn_are_looked_at(cli: Run, root: Path) -> None:
    with (root / "one/registry.yaml").open("a") as file:
        file.write("kustomization: {components: [../shared]}\n")
    (root / "shared").mkdir()
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: ../patch.yaml}]\n"
    (root / "shared/kustomization.yaml").write_text(component, "utf-8")
    (root / "patch.yaml").write_text("kind: HelmRelease\n", "utf-8")
    assert cli("render", "one").code == 0
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Patch it")
    assert skipped(root) == ["one", "two"]
    append("patch.yaml")(root)
    assert skipped(root) == ["two"]
