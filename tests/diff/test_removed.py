"""Deployments that are removed, that move, and that cannot be compared, next to others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Run, cli

from .committed import CONFIG, Repository, git, make_repository

__all__ = ["cli"]

PROGRAM = """from registry_gitops import RegistryDeployment

deployments = {f"apps/{name}": RegistryDeployment(name=name, namespace=name) for name in NAMES}
"""
STAYS = "no config file renders this directory any more, and Flux applies it until it is deleted"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """A repository, without Helm."""
    monkeypatch.setenv("PATH", str(Path(shutil.which("git") or "git").parent))
    monkeypatch.setattr("registry_gitops.diff.helm_template.shutil.which", lambda name: None)
    return make_repository(tmp_path)


def told(cli: Run, *arguments: str, code: int = 1) -> dict[str, dict[str, Any]]:
    """What is told of each deployment, by config file and name."""
    done = cli("diff", *arguments, "--allow", "source-path", "--output", "json")
    assert done.code == code, done
    return {f"{each['config']} {each.get('name', '')}".strip(): each for each in json.loads(done.out)["deployments"]}


def kinds(deployment: dict[str, Any]) -> list[tuple[str, str]]:
    return [(change["action"], change["object"]["kind"]) for change in deployment["changes"]]


def commit_program(repository: Repository, cli: Run) -> Path:
    program = repository.root / "registry.py"
    program.write_text(PROGRAM.replace("NAMES", "('eu', 'us')"), "utf-8")
    assert cli("render", "registry.py", "--allow", "source-path").code == 0
    git(repository.root, "add", "--all")
    git(repository.root, "commit", "--quiet", "--message", "Add two registries")
    return program


@pytest.mark.parametrize("arguments", [(), ("registry.py",), (".",)])
def test_entry_that_is_taken_out_of_deployments_is_told(
    cli: Run, repository: Repository, arguments: tuple[str, ...]
) -> None:
    program = commit_program(repository, cli)
    program.write_text(PROGRAM.replace("NAMES", "('eu',)"), "utf-8")
    assert told(cli, *arguments, code=0)["registry.py apps/us"]["notes"] == [STAYS]
    shutil.rmtree(repository.root / "apps/us")
    found = told(cli, *arguments)
    assert found["registry.py apps/eu"]["changes"] == []
    assert kinds(found["registry.py apps/us"]) == [("delete", "HelmRelease"), ("delete", "Namespace")]


def test_entry_that_another_one_replaces_is_removed(cli: Run, repository: Repository) -> None:
    program = commit_program(repository, cli)
    program.write_text(PROGRAM.replace("NAMES", "('eu', 'ap')"), "utf-8")
    shutil.rmtree(repository.root / "apps/us")
    found = told(cli, "registry.py")
    assert list(found) == ["registry.py apps/eu", "registry.py apps/ap", "registry.py apps/us"]
    assert {action for action, _ in kinds(found["registry.py apps/ap"])} == {"create"}


def test_all_deployments_of_a_program_that_is_gone_are_told(cli: Run, repository: Repository) -> None:
    commit_program(repository, cli).unlink()
    found = told(cli, code=0)
    assert {title: each["notes"] for title, each in found.items()} == {
        "registry.py apps/eu": [STAYS],
        "registry.py apps/us": [STAYS],
    }
    shutil.rmtree(repository.root / "apps")
    assert {each["effect"] for each in told(cli, "registry.py").values()} == {"orphans-data"}


def test_program_that_fails_removes_nothing(cli: Run, repository: Repository) -> None:
    program = commit_program(repository, cli)
    repository.commit(CONFIG)
    program.write_text("import registry_gitops\n1 / 0\n", "utf-8")
    shutil.rmtree(repository.root / "apps/us")
    found = told(cli, ".", code=2)
    assert list(found) == ["registry.py", "apps/images/registry.yaml"]
    assert "ZeroDivisionError" in found["registry.py"]["problems"][0]["message"]


@pytest.mark.parametrize("arguments", [(), ("apps/moved",), ("apps/moved/registry.yaml",)])
def test_moved_deployment_is_found_wherever_it_was(
    cli: Run, repository: Repository, arguments: tuple[str, ...]
) -> None:
    removed = repository.commit(CONFIG)
    repository.commit({**CONFIG, "name": "other", "source": {"type": "git", "path": "apps/other"}}, "apps/other")
    shutil.move(removed.parent, repository.root / "apps/moved")
    repository.write({**CONFIG, "source": {"type": "git", "path": "apps/moved"}}, "apps/moved")
    found = told(cli, *arguments)["apps/moved/registry.yaml"]
    assert found["notes"][0] == "moved from apps/images/registry.yaml"
    assert [change["fields"][0]["path"] for change in found["changes"]] == ["spec.chart.spec.chart"]


def test_other_output_directory_is_the_one_that_is_compared(cli: Run, repository: Repository) -> None:
    config = repository.write(CONFIG, "config")
    assert cli("render", config, "--output-dir", "apps/images").code == 0
    git(repository.root, "add", "--all")
    git(repository.root, "commit", "--quiet", "--message", "Add a registry")
    repository.write({**CONFIG, "values": {"replicaCount": 0}}, "config")
    found = told(cli, "config", "--allow", "claim-change")["config/registry.yaml"]
    assert found["notes"][0] == "compared with what config/registry.yaml: ../apps/images rendered"
    assert [change["object"]["kind"] for change in found["changes"]] == ["HelmRelease"]


def test_base_that_changes_is_told_for_each_that_extends_it(cli: Run, repository: Repository) -> None:
    base = repository.write({key: CONFIG[key] for key in ("name", "values")}, "base")
    for name in ("staging", "production"):
        own = {"extends": "../base/registry.yaml", "namespace": name, "source": {"type": "git", "path": name}}
        config = repository.write(own, name)
        assert cli("render", config).code == 0
    git(repository.root, "add", "--all")
    git(repository.root, "commit", "--quiet", "--message", "Add two registries")
    base.write_text(base.read_text("utf-8").replace("10Gi", "20Gi"), "utf-8")
    found = told(cli)
    fields = {title: each["changes"][0]["fields"][0]["after"] for title, each in found.items()}
    assert fields == {"production/registry.yaml": "20Gi", "staging/registry.yaml": "20Gi"}


def test_broken_config_file_does_not_hide_the_others(cli: Run, repository: Repository) -> None:
    for name in ("one", "two", "three"):
        own = {**CONFIG, "name": name, "source": {"type": "git", "path": f"apps/{name}"}}
        repository.commit(own, f"apps/{name}")
        repository.write(
            {**own, "values": {"replicaCount": 0}} if name != "two" else {**own, "vaules": {}}, f"apps/{name}"
        )
    done = cli("diff", "apps", "--allow", "claim-change")
    assert done.code == 2
    assert done.out.count("HelmRelease/") == 2
    assert 'apps/two/registry.yaml:9:1: error: vaules: unknown key "vaules"' in done.out
    assert done.out.endswith("3 deployments against HEAD: 2 stops-pods, 1 not compared\n")
    annotations = cli("diff", "apps", "--allow", "claim-change", "--output", "github").out
    assert "::warning title=stops-pods%3A update HelmRelease,file=apps/one/registry.yaml,line=7," in annotations
    assert "file=apps/two/registry.yaml,line=9,col=1::vaules: unknown key" in annotations


def test_file_that_never_was_does_not_hide_the_others(cli: Run, repository: Repository) -> None:
    repository.commit(CONFIG)
    done = cli("diff", "apps", "nowhere/registry.yaml")
    assert done.code == 2
    assert "nowhere/registry.yaml: error: no such file, and HEAD has nothing that was rendered of it" in done.out
    assert done.out.endswith("2 deployments against HEAD: 1 unchanged, 1 not compared\n")


def test_three_dots_are_the_commit_where_the_branch_began(cli: Run, repository: Repository) -> None:
    repository.commit(CONFIG)
    git(repository.root, "checkout", "--quiet", "-b", "ours")
    repository.commit({**CONFIG, "values": {"podAnnotations": {"a": "ours"}}})
    git(repository.root, "checkout", "--quiet", "main")
    repository.commit({**CONFIG, "name": "other", "source": {"type": "git", "path": "apps/other"}}, "apps/other")
    git(repository.root, "checkout", "--quiet", "ours")
    assert len(told(cli, "--against", "main")) == 2
    found = told(cli, "--against", "main...")
    assert list(found) == ["apps/images/registry.yaml"]
    done = cli("diff", "--against", "nowhere...")
    assert (done.code, 'no commit "nowhere..." in this repository: fetch it' in done.err) == (2, True)


def test_shallow_clone_says_what_is_missing(cli: Run, repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    repository.commit(CONFIG)
    repository.commit({**CONFIG, "values": {}})
    git(repository.root, "clone", "--quiet", "--depth", "1", f"file://{repository.root}", "clone")
    monkeypatch.chdir(repository.root / "clone")
    done = cli("diff", "--against", "HEAD~1")
    assert (done.code, "fetch more of the history (this clone is shallow)" in done.err) == (2, True)


def test_directory_of_another_repository_is_not_compared(cli: Run, repository: Repository) -> None:
    repository.commit(CONFIG)
    other = make_repository(repository.root / "apps/other")
    other.write({**CONFIG, "name": "other"}, "apps/images")
    found = told(cli, "apps", code=2)
    assert list(found) == ["apps/images/registry.yaml", "apps/other/apps/images/registry.yaml"]
    assert "compare one repository at a time" in found["apps/other/apps/images/registry.yaml"]["problems"][0]["message"]
