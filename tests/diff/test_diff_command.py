"""`registry-gitops diff` as a user runs it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import jsonschema_rs
import pytest

from tests.cli.running import Run, cli, listing

from .committed import CONFIG, Repository, git, values

__all__ = ["cli"]

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/diff.schema.json").read_text("utf-8"))


def test_nothing_differs_right_after_the_commit(cli: Run, repository: Repository) -> None:
    repository.commit(CONFIG)
    done = cli("diff")
    assert (done.code, done.out, done.err) == (0, "1 deployment against HEAD: 1 unchanged\n", "")


def test_text_tells_object_effect_and_fields_and_nothing_is_written(cli: Run, repository: Repository) -> None:
    config = repository.commit(CONFIG)
    repository.write(values(deletion={"enabled": True}))
    before = listing(repository.root)
    done = cli("diff", config.relative_to(repository.root))
    assert (done.code, listing(repository.root)) == (1, before)
    assert done.out == (
        "apps/images/registry.yaml: stops-pods\n"
        "  ~ HelmRelease/docker-registry/docker-registry: Flux upgrades the release with these values\n"
        "      spec.values.deletion.enabled: + true\n"
        "  ~ ConfigMap/docker-registry/docker-registry: "
        "Pods that run see it in their volumes within minutes, and else when they restart\n"
        "      data[config.yml].storage.delete.enabled: false -> true\n"
        "  ~ Deployment/docker-registry/docker-registry: stops-pods: "
        "config.yml changes, and with the strategy Recreate the old Pods end before new ones start\n"
        + next(line for line in done.out.splitlines(keepends=True) if "checksum/config" in line)
        + "1 deployment against HEAD: 1 stops-pods\n"
    )


def test_json_is_as_its_schema_says(cli: Run, repository: Repository) -> None:
    repository.commit(CONFIG)
    repository.write({**CONFIG, "name": "images"})
    done = cli("diff", "--output", "json")
    report = json.loads(done.out)
    jsonschema_rs.validator_for(SCHEMA).validate(report)
    assert (done.code, report["effect"], report["deployments"][0]["config"]) == (
        1,
        "orphans-data",
        "apps/images/registry.yaml",
    )


def test_removed_and_new_config_files_are_told(cli: Run, repository: Repository) -> None:
    removed = repository.commit(CONFIG)
    git(repository.root, "rm", "-r", "--quiet", str(removed.parent))
    repository.write({**CONFIG, "name": "other", "source": {**CONFIG["source"], "path": "apps/other"}}, "apps/other")
    deployments = json.loads(cli("diff", "--output", "json").out)["deployments"]
    actions = {each["config"]: {change["action"] for change in each["changes"]} for each in deployments}
    assert actions == {"apps/other/registry.yaml": {"create"}, "apps/images/registry.yaml": {"delete"}}


def test_deployment_that_moves_is_the_same(cli: Run, repository: Repository) -> None:
    removed = repository.commit(CONFIG)
    git(repository.root, "rm", "-r", "--quiet", str(removed.parent))
    repository.write({**CONFIG, "source": {**CONFIG["source"], "path": "apps/moved"}}, "apps/moved")
    (deployment,) = json.loads(cli("diff", "--output", "json").out)["deployments"]
    assert [(each["object"]["kind"], each["effect"]) for each in deployment["changes"]] == [("HelmRelease", "nothing")]
    assert deployment["notes"] == ["moved from apps/images/registry.yaml"]


def test_repository_without_a_commit_has_new_deployments_only(cli: Run, repository: Repository) -> None:
    repository.write(CONFIG)
    done = cli("diff", "--output", "json")
    (deployment,) = json.loads(done.out)["deployments"]
    assert (done.code, {change["action"] for change in deployment["changes"]}) == (1, {"create"})


def test_without_helm_the_values_are_compared(
    cli: Run, repository: Repository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    repository.commit(CONFIG)
    repository.write(values(deletion={"enabled": True}))
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "git").symlink_to(shutil.which("git") or "git")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    done = cli("diff")
    assert done.code == 1
    assert "note: helm is not on PATH" in done.out
    assert (
        "~ HelmRelease/docker-registry/docker-registry: stops-pods: Flux upgrades the release: "
        "deletion.enabled changes, and with the strategy Recreate the old Pods end before new ones start\n" in done.out
    )


def test_passwords_are_not_shown(cli: Run, repository: Repository) -> None:
    def htpasswd(password: str) -> dict[str, object]:
        users = {"htpasswd": {"enabled": True, "username": "ci", "password": password}}
        return {**values(auth=users), "rules": {"plaintext-password": {"off": "a test"}}}

    repository.commit(htpasswd("first-Secret"))
    repository.write(htpasswd("second-Secret"))
    for output in ("text", "json"):
        done = cli("diff", "--output", output)
        assert "-Secret" not in done.out + done.err
        assert "***" in done.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--against", "no-such"), 'no commit "no-such" in this repository: fetch it, or pass another one'),
        (
            ("nowhere/registry.yaml",),
            "nowhere/registry.yaml: no such file, and HEAD has nothing that was rendered of it",
        ),
        (("--allow", "no-such-rule"), "no-such-rule"),
    ],
)
def test_wrong_input_is_one_error(cli: Run, repository: Repository, arguments: tuple[str, ...], message: str) -> None:
    repository.commit(CONFIG)
    done = cli("diff", *arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err


def test_outside_of_a_repository_there_is_nothing_to_compare_with(cli: Run, tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text("name: images\nnamespace: images\n", "utf-8")
    done = cli("diff")
    assert (done.code, done.out) == (2, "")
    assert "is in no Git repository, so there is no commit to compare with" in done.err


def test_change_of_a_shared_chart_is_told_for_each_deployment(cli: Run, repository: Repository) -> None:
    assert cli("chart", "write", "charts/docker-registry").code == 0
    source = {"type": "git", "chart": "/charts/docker-registry"}
    for name in ("one", "two"):
        repository.commit({**CONFIG, "name": name, "source": source}, f"apps/{name}")
    service = repository.root / "charts/docker-registry/templates/service.yaml"
    service.write_text(service.read_text("utf-8").replace("protocol: TCP", "protocol: UDP"), "utf-8")
    done = cli("diff", "--allow", "shared-chart")
    assert done.code == 1
    assert done.out.count("      spec.ports[http].protocol: + UDP\n") == 2


def test_each_deployment_of_a_program_is_told(cli: Run, repository: Repository) -> None:
    program = repository.root / "registry.py"
    text = (
        "from registry_gitops import RegistryDeployment, RegistryValues\n"
        "print('not a report')\n"
        "deployments = {\n"
        "    name: RegistryDeployment(name=name, namespace=name, values=RegistryValues(replica_count=COUNT))\n"
        "    for name in ('eu', 'us')\n"
        "}\n"
    )
    program.write_text(text.replace("COUNT", "1"), "utf-8")
    assert cli("render", "--allow", "source-path").code == 0
    git(repository.root, "add", "--all")
    git(repository.root, "commit", "--quiet", "--message", "Add two registries")
    program.write_text(text.replace("COUNT", "int(name == 'eu')"), "utf-8")
    done = cli("diff", "--allow", "source-path", "--output", "json")
    effects = {each["name"]: each["effect"] for each in json.loads(done.out)["deployments"]}
    assert effects == {"eu": "nothing", "us": "stops-pods"}
    assert cli("diff", "--allow", "source-path").out.startswith("registry.py: us: stops-pods\n")


def test_rendered_file_of_the_commit_that_is_no_yaml_is_named(cli: Run, repository: Repository) -> None:
    config = repository.commit(CONFIG)
    (config.parent / "helmrelease.yaml").write_text("a: [\n", "utf-8")
    git(repository.root, "commit", "--quiet", "--all", "--message", "Break it")
    done = cli("diff")
    assert (done.code, done.out) == (2, "")
    assert "HEAD:apps/images/helmrelease.yaml:2:1: cannot be read as YAML: " in done.err
