"""The tools in .tools are the pinned ones."""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.tools import ROOT
from tools import debian
from tools.build import ARTIFACTS, CLUSTER_PROGRAMS, pinned

ASK = {
    "crane": ("light", "github.com/google/go-containerregistry", "version"),
    "controller-gen": ("flux-crds", "sigs.k8s.io/controller-tools", "--version"),
    "helm": ("helm", "helm.sh/helm/v4", "version", "--short"),
    "kubeconform": ("light", "github.com/yannh/kubeconform", "-v"),
    "kustomize": ("light", "sigs.k8s.io/kustomize/kustomize/v5", "version"),
    "olareg": ("light", "github.com/olareg/olareg", "version"),
    "oras": ("light", "oras.land/oras", "version"),
    "registry": ("distribution", "github.com/distribution/distribution/v3", "--version"),
    "regctl": ("light", "github.com/regclient/regclient", "version"),
    "versitygw": ("versitygw", "github.com/versity/versitygw", "--version"),
}


@pytest.mark.parametrize("name", ASK)
def test_a_tool_says_that_it_is_the_version_that_is_pinned(name: str, tool: Callable[[str], Path]) -> None:
    module, package, *question = ASK[name]
    answer = subprocess.run([tool(name), *question], capture_output=True, text=True, check=True).stdout
    assert f"v{re.search(r'[0-9]+[.][0-9]+[.][0-9]+', answer)[0]}" == pinned(module, package)  # type: ignore[index]


def test_every_program_that_is_built_has_a_test_of_its_version_or_of_its_work() -> None:
    work = {"goyaml", "podsecurity", *debian.PACKAGES} - {*CLUSTER_PROGRAMS}  # in a file of its own here
    work |= {"oci-conformance", "regbench"}  # in tests/registry/conformance and benchmarks/registry
    work |= {"envsubst"}  # in tests/test_substitution.py
    # Those of a cluster are in tests/e2e/test_bed.py.
    built = {artifact.name for artifact in ARTIFACTS if artifact.output.startswith("bin/")}
    assert built == ASK.keys() | work


def test_the_version_of_a_package_is_that_of_the_innermost_module_which_has_it() -> None:
    outer, inner = "cloud.google.com/go", "cloud.google.com/go/storage"
    assert pinned("distribution", f"{inner}/any/package") == pinned("distribution", inner)
    assert pinned("distribution", inner) != pinned("distribution", outer)


@pytest.mark.parametrize("file", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda file: file.name)
def test_requirements_are_exact_versions_and_name_no_index(file: Path) -> None:
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"-r base\.txt|[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line)] == []


def test_run_time_dependencies_are_pinned_in_the_base_file() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    (listed,) = re.findall(r"^dependencies = \[(.*?)^\]", project, re.MULTILINE | re.DOTALL)
    wanted = {name.lower() for name in re.findall(r'"([A-Za-z0-9._-]+)>=', listed)}
    base = (ROOT / "requirements" / "base.txt").read_text()
    assert wanted <= {name.lower() for name in re.findall(r"^([A-Za-z0-9._-]+)==", base, re.MULTILINE)}


def test_the_lowest_versions_are_the_floors_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"]
    floors = dict(each.split(">=") for each in wanted)
    lowest = dict(re.findall(r"^([A-Za-z0-9._-]+)==(.+)$", (ROOT / "requirements" / "lowest.txt").read_text(), re.M))
    assert {name: as_numbers(lowest[name]) for name in floors} == {name: as_numbers(floors[name]) for name in floors}


def as_numbers(version: str) -> list[int]:
    """A version without the zeros that change nothing: 2.14 and 2.14.0 are one."""
    numbers = [int(part) for part in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return numbers
