"""A Git repository with a rendered deployment, and what `diff` tells of a change of its config file."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from registry_gitops import deploy, load
from registry_gitops.diff import DiffReport, GitTree, diff_deployments
from registry_gitops.diff.diff_report import DeploymentDiff, ObjectChange

CONFIG: dict[str, Any] = {
    "name": "docker-registry",
    "namespace": "docker-registry",
    "source": {"type": "git", "path": "apps/images"},
    "values": {"persistence": {"size": "10Gi"}},
}


def git(directory: Path, *words: str) -> str:
    """Run git as somebody, and return its output."""
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false")
    return subprocess.run(
        ["git", "-C", directory, *identity, *words], check=True, capture_output=True, text=True
    ).stdout


@dataclass(frozen=True)
class Repository:
    """A repository with one directory for each config file."""

    root: Path

    def write(self, config: dict[str, Any], directory: str = "apps/images") -> Path:
        """Write a config file."""
        path = self.root / directory / "registry.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(config), "utf-8")
        return path

    def commit(self, config: dict[str, Any], directory: str = "apps/images") -> Path:
        """Write a config file, render it, and commit all."""
        path = self.write(config, directory)
        deploy(load(path), path.parent, force=True)
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--message", "Change it")
        return path

    def report(self, *configs: Path, allow: Collection[str] = ()) -> DiffReport:
        """Return what a commit of the config files would do."""
        return diff_deployments(configs, GitTree(self.root, "HEAD"), allow=allow)

    def diff(self, before: dict[str, Any], after: dict[str, Any]) -> DeploymentDiff:
        """Return what it does to change one config file into another."""
        self.commit(before)
        (found,) = self.report(self.write(after)).deployments
        return found


def make_repository(root: Path) -> Repository:
    """Return a new repository, without a commit."""
    root.mkdir(parents=True, exist_ok=True)
    git(root, "init", "--quiet", "--initial-branch", "main")
    return Repository(root)


def values(**changed: Any) -> dict[str, Any]:
    """Return the config with other values."""
    return {**CONFIG, "values": {**CONFIG["values"], **changed}}


def change_of(found: DeploymentDiff, kind: str) -> ObjectChange:
    """Return the one change of an object of a kind."""
    (change,) = (change for change in found.changes if change.object.kind == kind)
    return change


@pytest.fixture
def with_helm(tool: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Put Helm on PATH."""
    monkeypatch.setenv("PATH", str(tool("helm").parent), prepend=":")


@pytest.fixture
def repository(tmp_path: Path, with_helm: None) -> Repository:
    """A repository, with Helm at hand."""
    return make_repository(tmp_path)
