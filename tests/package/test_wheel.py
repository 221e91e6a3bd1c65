"""The package as a user installs it, without the repository beside it."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from registry_gitops.values import RegistryValues
from registry_gitops.version import __version__
from tests.support.tools import ROOT

pytestmark = pytest.mark.tools


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that hatchling builds of the checkout."""
    out = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", out], cwd=ROOT, check=True)
    (found,) = out.glob("*.whl")
    return found


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    """A folder to import the package from, and nothing of the checkout."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    return tmp_path / "site"


def test_the_wheel_holds_the_package_its_types_and_its_templates_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {name.split("/")[0] for name in names} == {"registry_gitops", f"registry_gitops-{__version__}.dist-info"}
    templates = {
        path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*") if path.is_file()
    }
    assert {f"registry_gitops/_templates/{path}" for path in templates} <= names
    assert "registry_gitops/py.typed" in names


def test_an_installed_package_renders_the_same_folder_as_the_checkout(installed: Path, tmp_path: Path) -> None:
    def run(*arguments: str, path: Path) -> str:
        command = [sys.executable, "-m", "registry_gitops", *arguments]
        environment = {"PYTHONPATH": str(path), "PATH": os.environ["PATH"]}
        return subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True).stdout

    where = [sys.executable, "-c", "import registry_gitops; print(registry_gitops.__file__)"]
    found = subprocess.run(
        where, cwd=tmp_path, env={"PYTHONPATH": str(installed)}, check=True, capture_output=True, text=True
    )
    assert found.stdout.startswith(str(installed))
    run("init", "app", path=installed)
    assert "create chart/ (" in run("render", "app/registry.yaml", path=installed)
    assert run("render", "app/registry.yaml", "--check", path=ROOT) == ""


def test_the_versions_agree() -> None:
    chart = yaml.safe_load((ROOT / "templates/chart/docker-registry/Chart.yaml").read_text("utf-8"))
    assert chart["version"] == __version__
    assert chart["appVersion"] == RegistryValues().image.tag
    assert f"\n## {__version__} " in (ROOT / "CHANGELOG.md").read_text("utf-8")
