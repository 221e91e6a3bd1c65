"""Every command in README.md and docs/ is run, and prints what the page says; every example of a description loads."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from registry_gitops.cli.commands import COMMAND_GROUPS, COMMANDS
from registry_gitops.cluster.status import CauseId
from registry_gitops.codec import load_yaml
from registry_gitops.deployment import load_config_file
from registry_gitops.rules import RULES
from registry_gitops.schema import explain_key
from registry_gitops.smoke import CHECKS
from tests.support.pages import CONSOLE, SERVED, find_free_address
from tests.support.registry import RealRegistry
from tests.support.tools import ROOT, built, tool
from tools.build import pinned
from tools.kubernetes_schemas import VERSIONS

pytestmark = pytest.mark.tools

# What stands in `sh` blocks is not run here. Those of docs/nodes.md need a node: tests/e2e/test_node_pull.py runs them.
PAGES = [
    *(ROOT / "README.md", ROOT / "CONTRIBUTING.md"),
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "examples/README.md",
    *sorted(ROOT.glob("examples/*/README.md")),
]
CONFIG = "version: 0.1\nstorage: {filesystem: {rootdirectory: /var/lib/registry}}\nhttp: {addr: ':5000'}\n"


@pytest.fixture(scope="module")
def registry() -> Iterator[RealRegistry]:
    with RealRegistry(tool("registry"), CONFIG) as running:
        yield running


@pytest.fixture(scope="module")
def free() -> str:
    """The address that stands for the one at which pages let `serve` listen."""
    return find_free_address()


def run(command: str, folder: Path, registry: RealRegistry, free: str) -> str:
    """What a command prints in `folder`, with the project's program and the real tools on PATH, and its exit code."""
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{built('bin')}:{os.environ['PATH']}",
        "HOME": str(folder),
        "REGISTRY": f"{registry.host}:{registry.port}",
    }
    done = subprocess.run(
        ["bash", "-c", f"({command.replace(SERVED, free)}) 2>&1"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    printed = done.stdout.replace(environment["REGISTRY"], "registry.example.com").replace(f"{folder}/", "")
    printed = printed.replace(free, SERVED)
    return printed + (f"(exit code {done.returncode})\n" if done.returncode else "")


def played(block: str, folder: Path, registry: RealRegistry, free: str) -> str:
    """The block with each command's output as it is now."""
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "".join(f"{command}\n{run(command[2:], folder, registry, free)}" for command in commands)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_prints_what_the_page_says(
    page: Path, tmp_path: Path, registry: RealRegistry, free: str, update_goldens: bool
) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    text = page.read_text("utf-8")
    real = CONSOLE.sub(lambda found: played(found[0], tmp_path, registry, free), text)
    if update_goldens:
        page.write_text(real, "utf-8")
    else:
        assert real == text


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_description_on_a_page_loads(page: Path, tmp_path: Path) -> None:
    blocks = re.compile(r"^```(yaml|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    for suffix, block in blocks.findall(page.read_text("utf-8")):
        config = tmp_path / f"registry.{'py' if suffix == 'python' else 'yaml'}"
        # A program may write below the folder that it stands in.
        config.write_text(f"import os; os.chdir({str(tmp_path)!r})\n{block}" if suffix == "python" else block, "utf-8")
        assert load_config_file(config).deployments


def test_every_section_of_the_values_is_shown_on_a_page() -> None:
    shown = {key for page in PAGES for key in keys_of_values(page.read_text("utf-8"))}
    assert [field.key for field in explain_key("values").fields if field.key not in shown] == []


def keys_of_values(text: str) -> Iterator[str]:
    """Yield the keys below `values` in the `yaml` blocks of a page."""
    for block in re.findall(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield from load_yaml(block, words_below="rules").value.get("values", {})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_heading_leads_to_one(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text("utf-8"))
    assert [link for link in links if link[1] not in anchors(page.parent / link[0] if link[0] else page)] == []


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to the headings of a page without code in them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_ci_runs_the_two_commands_of_the_readme() -> None:
    commands = re.findall(r"^(make \w+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    ci = (ROOT / ".ci/run").read_text("utf-8")
    assert commands == ["make demo", "make test"]
    assert [command for command in commands if command not in ci] == []


def test_the_readme_counts_the_causes_checks_and_rules_that_exist() -> None:
    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert re.findall(r"\[(\d+) known causes\]", text) == [str(len(CauseId))]
    assert re.findall(r"\[(\d+) checks\]", text) == [str(len(CHECKS))]
    assert re.findall(r"\[(\d+) rules\]", text) == [str(len(RULES))]


def test_the_readme_names_the_versions_that_the_tests_run_with() -> None:
    text = " ".join((ROOT / "README.md").read_text("utf-8").split())
    pythons = " and ".join(re.findall(r"python_of (3\.\d+)\)", (ROOT / ".ci/run").read_text("utf-8")))
    kubernetes = minor(pinned("cluster", "k8s.io/kubernetes"))
    schemas = f"{minor(VERSIONS[0])} to {minor(VERSIONS[-1])}"
    # Flux 2.N is released with source-controller 1.N.
    flux = minor(pinned("cluster", "github.com/fluxcd/source-controller")).replace("1.", "2.")
    helm = minor(pinned("helm", "helm.sh/helm/v4"))
    distribution = pinned("distribution", "github.com/distribution/distribution/v3").removeprefix("v")
    assert (
        f"Python {pythons}, Kubernetes {kubernetes} (schemas of {schemas}), Flux {flux}, Helm {helm}, "
        f"and Distribution {distribution}"
    ) in text
    assert f"| Distribution {distribution} |" in text


def minor(version: str) -> str:
    """Return 1.36 of v1.36.3."""
    return ".".join(version.removeprefix("v").split(".")[:2])


def test_the_readme_names_every_command() -> None:
    named = re.findall(r"^\| `registry-gitops (\w+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(named) == sorted([*(command.__name__ for command in COMMANDS), *COMMAND_GROUPS])
