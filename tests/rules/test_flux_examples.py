"""What kustomize, and Flux's own substitution, make of the examples of rules: they refuse the bad ones only."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.support import tools
from tests.support.tools import Envsubst

pytestmark = pytest.mark.tools

EXAMPLES: Final = Path(__file__).parent / "examples"
VARIABLES: Final = {"cluster_name": "prod", "DOMAIN": "example.com"}
SWITCH: Final = "kustomize.toolkit.fluxcd.io/substitute"


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([tools.tool("kustomize"), "build", str(folder)], capture_output=True, text=True)


def patches(side: str) -> list[dict[str, Any]]:
    documents = yaml.safe_load_all((EXAMPLES / "patch-content" / side / "clusters" / "apps.yaml").read_text("utf-8"))
    return [patch for document in documents for patch in document["spec"].get("patches", ())]


@pytest.mark.parametrize("rule", ["substitution-syntax", "undefined-variable"])
def test_flux_substitutes_in_the_good_example_only(rule: str, envsubst: Envsubst) -> None:
    for file in (EXAMPLES / rule / "bad" / "apps").iterdir():
        with pytest.raises(ValueError, match=r"."):
            envsubst.object(file.read_text("utf-8"), VARIABLES, strict=True)
    for file in (EXAMPLES / rule / "good" / "apps").iterdir():
        text = file.read_text("utf-8")
        if SWITCH not in text:
            envsubst.object(text, VARIABLES, strict=True)


def test_kustomize_refuses_a_kustomization_of_flux_in_its_file() -> None:
    folder = EXAMPLES / "kustomization-file-name" / "bad" / "clusters"
    assert 'unknown field "spec"' in build(folder).stderr


@pytest.mark.parametrize("patch", patches("bad"), ids=lambda patch: str(patch["patch"]))
def test_a_bad_patch_changes_nothing(patch: dict[str, Any], tmp_path: Path) -> None:
    assert "slow" not in str(patched_data(patch, tmp_path))


@pytest.mark.parametrize("patch", patches("good"), ids=["operations", "object"])
def test_a_good_patch_changes_the_object(patch: dict[str, Any], tmp_path: Path) -> None:
    assert patched_data(patch, tmp_path) == {"mode": "slow"}


def patched_data(patch: dict[str, Any], folder: Path) -> Any:
    """Return the data of the ConfigMap of the example as kustomize builds it, or None if it refuses the patch."""
    settings = EXAMPLES / "patch-content" / "good" / "apps" / "settings.yaml"
    (folder / "settings.yaml").write_text(settings.read_text("utf-8"), "utf-8")
    (folder / "kustomization.yaml").write_text(
        yaml.safe_dump({"resources": ["settings.yaml"], "patches": [patch]}), "utf-8"
    )
    built = build(folder)
    return yaml.safe_load(built.stdout)["data"] if built.returncode == 0 else None
