"""The marker `tools` is on every test that needs it, and on no more than leaves each package with a fast test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tools import ROOT, ToolProblem, built


def test_test_without_the_marker_gets_no_tool() -> None:
    with pytest.raises(ToolProblem, match=r"test_test_without_the_marker_gets_no_tool uses .tools/bin/helm: mark it"):
        built("bin/helm")


def test_test_that_asks_a_fixture_for_a_tool_is_marked(kubeconform: object, request: pytest.FixtureRequest) -> None:
    assert kubeconform
    assert request.node.get_closest_marker("tools")


@pytest.mark.tools
def test_every_package_has_a_test_without_the_marker(unmarked_files: frozenset[Path]) -> None:
    packages = {
        path.parent.relative_to(ROOT / "registry_gitops") for path in ROOT.glob("registry_gitops/*/**/__init__.py")
    }
    # A nested package need not have a directory of its own here.
    mirrored = {
        f"tests/{package}/" for package in packages if len(package.parts) == 1 or (ROOT / "tests" / package).is_dir()
    }
    seen = [f"{path.relative_to(ROOT)}" for path in unmarked_files]
    without = {place for place in mirrored if not any(path.startswith(place) for path in seen)}
    # Where this run was given a few files only, the others are still to be collected.
    collect = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-m", "not tools", *sorted(without)]
    listed = subprocess.run(collect, cwd=ROOT, capture_output=True, text=True).stdout.splitlines() if without else []
    assert {place for place in without if not any(line.startswith(place) for line in listed)} == set()
