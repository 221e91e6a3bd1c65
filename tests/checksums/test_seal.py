"""A deployment needs no check as long as all that its last check depended on is as it was."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from registry_gitops.checksums import SealChecks
from tests.cli.running import Run, cli

__all__ = ["cli"]

OCI = "source: {type: oci, url: 'oci://registry.example.com/charts/docker-registry'}\n"
CONFIG = Path("apps/registry/registry.yaml")
LIST = CONFIG.with_name(".registry-gitops.sha256")


@pytest.fixture
def rendered(cli: Run, tmp_path: Path) -> Path:
    """A repository with a deployment that extends another file, and names a Secret and a patch of its own."""
    for path, text in {
        ".git/HEAD": "",
        "base/registry.yaml": OCI,
        str(CONFIG): "extends: ../../base/registry.yaml\nkustomization:\n  resources: [secret.yaml, more]\n",
        "apps/registry/secret.yaml": "kind: Secret\n",
        "apps/registry/more/kustomization.yaml": "kind: Kustomization\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert cli("render", CONFIG).code == 0
    return tmp_path


def is_unchanged(config: Path = CONFIG, directory: Path = CONFIG.parent) -> bool:
    return SealChecks().is_unchanged(config, directory)


def append(path: str) -> Callable[[], None]:
    def change() -> None:
        with Path(path).open("a") as file:
            file.write("# more\n")

    return change


def test_deployment_that_was_just_rendered_needs_no_check(cli: Run, rendered: Path) -> None:
    assert is_unchanged()
    assert is_unchanged(rendered / CONFIG, rendered / CONFIG.parent)
    done = cli("render", "--check", CONFIG)
    assert (done.code, done.out, done.err) == (0, "", "up to date: apps/registry\n")


CHANGES: dict[str, Callable[[], object]] = {
    "config file": append("apps/registry/registry.yaml"),
    "what it extends": append("base/registry.yaml"),
    "rendered file": append("apps/registry/helmrelease.yaml"),
    "rendered file that was deleted": Path("apps/registry/README.md").unlink,
    "file that it names": append("apps/registry/secret.yaml"),
    "file that it names and that was deleted": Path("apps/registry/secret.yaml").unlink,
    "directory that it names": append("apps/registry/more/kustomization.yaml"),
    "new file in a directory that it names": append("apps/registry/more/added.yaml"),
    "place in the repository": lambda: Path(".git").rename("apps/.git"),
    "no repository": lambda: shutil.rmtree(".git"),
    "checksums": lambda: LIST.write_text(LIST.read_text().replace("README.md", "README.txt")),
    "file that is no longer listed": lambda: LIST.write_text("".join(LIST.read_text().splitlines(True)[1:])),
    "no seal": lambda: LIST.write_text("".join(line for line in LIST.open() if not line.startswith("#"))),
    "seal without files": lambda: LIST.write_text("".join(line for line in LIST.open() if "# with" not in line)),
    "file left out of the seal": lambda: LIST.write_text("".join(line for line in LIST.open() if "/base/" not in line)),
    "line that is none": lambda: LIST.write_text(f"{LIST.read_text()}nonsense\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changes_is_checked_again(rendered: Path, change: Callable[[], object]) -> None:
    assert is_unchanged()
    change()
    assert not is_unchanged()


def test_other_config_file_or_directory_is_checked(rendered: Path) -> None:
    shutil.copy(CONFIG, CONFIG.with_name("other.yaml"))
    assert not is_unchanged(CONFIG.with_name("other.yaml"))
    shutil.copytree(CONFIG.parent, "apps/copy")
    assert not is_unchanged(Path("apps/copy/registry.yaml"), Path("apps/copy"))


def test_other_program_checks_again(rendered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry_gitops.checksums.seal._program_digest", lambda: "another")
    assert not is_unchanged()


def test_seal_is_renewed_by_render_and_not_by_check(cli: Run, rendered: Path) -> None:
    append(str(CONFIG))()
    assert cli("render", "--check", CONFIG).code == 0
    assert not is_unchanged()
    assert cli("render", CONFIG).err == "up to date: apps/registry\n"
    assert is_unchanged()


def test_list_with_a_seal_can_be_checked_with_sha256sum(rendered: Path) -> None:
    command = ["sha256sum", "--check", "--strict", LIST.name]
    done = subprocess.run(command, cwd=LIST.parent, capture_output=True, text=True, check=True)
    assert (done.stdout.count(": OK"), done.stderr) == (5, "")


def test_warning_is_told_by_each_run(cli: Run, rendered: Path) -> None:
    with CONFIG.open("a") as file:
        file.write("namespace: default\n")
    told = [cli("render", CONFIG).err for _ in range(2)]
    assert all("warning: namespace: default is a system namespace" in text for text in told)
    assert not is_unchanged()


def test_what_was_allowed_once_is_found_by_the_next_run(cli: Run, rendered: Path) -> None:
    with CONFIG.open("a") as file:
        file.write("values: {auth: {htpasswd: {enabled: true, username: ci, password: hunter2}}}\n")
    assert cli("render", "--allow", "plaintext-password", CONFIG).code == 0
    done = cli("render", "--check", CONFIG)
    assert (done.code, "[plaintext-password]" in done.err) == (1, True)


def test_program_is_always_run(cli: Run, tmp_path: Path) -> None:
    path = tmp_path / "registry.py"
    path.write_text("import registry_gitops as rg\nprint('ran')\ndeployment = rg.RegistryDeployment()\n")
    assert [cli("render").err.count("ran\n") for _ in range(2)] == [1, 1]


def test_report_tells_of_all_checks_although_nothing_changed(cli: Run, rendered: Path) -> None:
    assert '"stale-file"' in cli("render", "--check", CONFIG, "-o", "json").out


def test_edit_while_render_runs_is_checked_later(rendered: Path) -> None:
    from registry_gitops.render import compare_configs, write_plans

    append(str(CONFIG))()
    results = compare_configs([CONFIG])
    append("base/registry.yaml")()
    write_plans([result.plan for result in results if result.plan])
    assert not is_unchanged()


def test_chart_that_deployments_share_is_checked_again_when_it_changes(cli: Run, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    assert cli("chart", "write", "charts/docker-registry").code == 0
    configs = [tmp_path / f"apps/{name}/registry.yaml" for name in ("one", "two")]
    for config in configs:
        config.parent.mkdir(parents=True)
        path = f"apps/{config.parent.name}"
        config.write_text(f"source: {{type: git, path: {path}, chart: ../../charts/docker-registry}}\n")
    assert cli("render").code == 0
    assert all(is_unchanged(config, config.parent) for config in configs)
    append("charts/docker-registry/templates/service.yaml")()
    assert not any(is_unchanged(config, config.parent) for config in configs)
    assert cli("render", "--check").err.count("[shared-chart]") == 2


@pytest.mark.parametrize("name", ["registry.yaml", "secret.yaml", "README.md", ".registry-gitops.sha256"])
def test_what_is_no_regular_file_is_not_read(cli: Run, rendered: Path, name: str) -> None:
    path = CONFIG.parent / name
    path.unlink()
    os.mkfifo(path)
    assert not is_unchanged()
    if name in ("README.md", ".registry-gitops.sha256"):
        done = cli("render", "--check", CONFIG)
        assert (done.code, done.err) == (2, f"{path}: cannot be read: not a regular file\n")
    path.unlink()
    path.symlink_to("/dev/zero")
    assert not is_unchanged()


def test_path_of_this_machine_is_not_written_to_the_repository(
    cli: Run, rendered: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    config = tmp_path_factory.mktemp("elsewhere") / "registry.yaml"
    config.write_text(OCI)
    assert cli("render", config, "--output-dir", "apps/other").code == 0
    assert "elsewhere" not in Path("apps/other/.registry-gitops.sha256").read_text()
    assert cli("render", config, "--output-dir", "apps/other", "--check").code == 0
