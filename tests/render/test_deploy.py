"""`check_deployment` and `deploy` refuse whatever `registry-gitops render` refuses, and write nothing then."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry_gitops import (
    FindingsError,
    GitSource,
    HelmSource,
    InputError,
    RegistryDeployment,
    RegistryValues,
    check_deployment,
    deploy,
)
from registry_gitops.codec import dump_yaml
from registry_gitops.deployment import locate_findings
from registry_gitops.errors import EditedError
from registry_gitops.findings import Severity
from registry_gitops.render import Action, render, render_checked
from registry_gitops.rules import DEPLOYMENT_RULES, OutputDirectory, lint
from registry_gitops.values import Auth, Htpasswd, Persistence
from tests.cli.running import Run, cli, listing

__all__ = ["cli"]

PASSWORD = {"values": {"auth": {"htpasswd": {"enabled": True, "username": "ci", "password": "hunter2"}}}}
OCI = {"source": {"type": "oci", "url": "oci://registry.example.com/charts/docker-registry"}}

FLUX = {"path": "apps", "file": "../ks.yaml"}

REMOVE = "- op: remove\n  path: /spec/interval\n"

REPLICATED = {
    "replicaCount": 3,
    "http": {"existingSecret": "registry-http"},
    "storage": {"type": "s3", "s3": {"bucket": "images", "region": "eu-central-1"}},
}

BAD: dict[str, list[dict[str, Any]]] = {
    "plaintext-password": [
        OCI | PASSWORD,
        OCI | {"values": {"configuration": {"http": {"secret": "hunter2"}}}},
        OCI | {"values": {"extraEnvVars": [{"name": "REGISTRY_REDIS_PASSWORD", "value": "hunter2"}]}},
    ],
    "missing-unit": [OCI | {"values": {"persistence": {"size": "10"}}}],
    "chart-not-published": [{"source": {"type": "helm"}}],
    "source-path": [{"source": {"type": "git", "path": "elsewhere"}}],
    "shared-chart": [{"source": {"type": "git", "chart": "/charts/docker-registry"}}],
    "slow-revert": [
        OCI | {"release": {"timeout": "301s"}},
        OCI | {"release": {"timeout": "1m", "upgrade": {"timeout": "1h"}}},
    ],
    "kustomization-files": [
        OCI | {"kustomization": {"resources": ["secret.sops.yaml"]}},
        OCI | {"kustomization": {"components": ["../components/sops"]}},
        OCI | {"kustomization": {"patches": [{"path": "patch.yaml"}]}},
    ],
    "flux-path": [OCI | {"flux": {"path": "elsewhere", "file": "../ks.yaml"}}],
    "flux-variables": [OCI | {"flux": FLUX, "values": {"podAnnotations": {"host": "${HOST}"}}}],
    "patch-content": [
        OCI | {"kustomization": {"patches": [{"patch": "hello"}]}},
        OCI | {"kustomization": {"patches": [{"patch": REMOVE, "target": {"kind": "Deployment"}}]}},
        OCI | {"release": {"postRenderers": [{"kustomize": {"patches": [{"patch": "spec: {replicas: 1}"}]}}]}},
    ],
    "pod-security": [
        OCI | {"values": {"containerSecurityContext": {"runAsUser": 0}}},
        OCI | {"namespace": {"podSecurity": "baseline"}, "values": {"containerSecurityContext": {"privileged": True}}},
    ],
    "bucket-path": [
        OCI | {"values": {"configuration": {"storage": {"s3": {"bucket": "b", "regionendpoint": "http://s3.example"}}}}}
    ],
    "bucket-credentials": [
        OCI | {"values": {"storage": {"type": "s3", "s3": {"bucket": "images", "regionEndpoint": "http://s3.example"}}}}
    ],
    "redis-servers": [
        OCI | {"values": {"cache": {"type": "redis", "redis": {"addrs": ["redis-cluster:6379"]}}}},
        OCI | {"values": {"cache": {"type": "redis", "redis": {"addrs": ["a:26379", "b:26379"]}}}},
        OCI | {"values": {"configuration": {"redis": {"addrs": ["c.clustercfg.use1.cache.amazonaws.com:6379"]}}}},
    ],
    "rollout-timeout": [
        OCI | {"release": {"timeout": "2m"}, "values": REPLICATED},
        OCI | {"release": {"upgrade": {"timeout": "1m"}}, "values": REPLICATED},
        OCI | {"values": REPLICATED | {"configuration": {"health": {"storagedriver": {"interval": "40s"}}}}},
    ],
    "blocked-drain": [
        OCI | {"values": {"pdb": {"enabled": True, "minAvailable": 1}}},
        OCI | {"values": {"pdb": {"enabled": True, "maxUnavailable": "0%"}}},
        OCI | {"values": {"pdb": {"enabled": True, "minAvailable": "51%"}}},
    ],
    "system-namespace": [
        OCI | {"namespace": "flux-system"},
        OCI | {"namespace": "team", "release": {"targetNamespace": "default"}},
    ],
    "values-from": [
        OCI
        | {
            "release": {"valuesFrom": [{"kind": "Secret", "name": "registry"}]},
            "values": {"auth": {"htpasswd": {"enabled": True}}},
        }
    ],
}
"""Rule -> config files with exactly one finding of it, in a directory `apps` of a Git repository."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / "apps").mkdir()
    return tmp_path / "apps"


def made(config: dict[str, Any]) -> RegistryDeployment:
    return RegistryDeployment.model_validate(config)


COMPARING = {
    "claim-change",
    "flux-rename",
    "images-left-behind",
    "images-deleted",
    "namespace-deleted",
    "immutable-fields",
}
"""Rules that need files which were rendered before: other tests in tests/rules try them."""


def test_every_rule_that_stops_has_a_bad_deployment_here() -> None:
    assert BAD.keys() | COMPARING >= {rule.id for rule in DEPLOYMENT_RULES if rule.severity is Severity.ERROR}


@pytest.mark.parametrize(("rule", "config"), [(rule, config) for rule, configs in BAD.items() for config in configs])
def test_library_and_command_find_the_same_and_stop_at_the_same(
    cli: Run, folder: Path, rule: str, config: dict[str, Any]
) -> None:
    severity = next(each.severity for each in DEPLOYMENT_RULES if each.id == rule)
    findings, _ = check_deployment(made(config), folder)
    assert [(finding.id, finding.severity) for finding in findings] == [(rule, severity)]
    (folder / "registry.yaml").write_text(dump_yaml(config), "utf-8")
    before = listing(folder)
    done = cli("render", folder / "registry.yaml")
    (located,) = locate_findings(folder / "registry.yaml", findings)
    assert done.err == f"{located.location.position}: {severity}: {findings[0]} [{rule}]\n"
    if severity is Severity.WARNING:
        assert done.code == 0
        assert deploy(made(config), folder).pending == ()
        return
    assert done.code == 1
    with pytest.raises(FindingsError, match=rf"\[{rule}\]") as caught:
        deploy(made(config), folder)
    assert caught.value.findings == findings
    assert "hunter2" not in f"{caught.value} {caught.value!r}"
    assert listing(folder) == before
    assert deploy(made(config), folder, allow=[rule]).pending
    assert cli("render", folder / "registry.yaml", "--check", "--allow", rule).code == 0


def test_deploy_writes_what_render_returns_and_returns_what_it_changed(tmp_path: Path) -> None:
    deployment = made(OCI)
    todo = check_deployment(deployment, str(tmp_path / "new"))[1]
    assert not (tmp_path / "new").exists()
    assert deploy(deployment, str(tmp_path / "new")) == todo
    assert {change.action for change in todo.changes} == {Action.CREATE}
    for path, text in render(deployment).items():
        assert (tmp_path / "new" / path).read_text("utf-8") == text
    assert deploy(deployment, tmp_path / "new").pending == ()


def test_plan_never_shows_the_content_of_files(tmp_path: Path) -> None:
    assert "hunter2" not in repr(deploy(made(OCI | PASSWORD), tmp_path, allow=["plaintext-password"]))


def test_findings_are_errors_and_warnings_in_the_order_of_the_rules(folder: Path) -> None:
    findings, _ = check_deployment(made(PASSWORD | {"source": {"type": "helm"}}), folder)
    assert [finding.id for finding in findings] == ["plaintext-password", "chart-not-published"]
    assert [finding.severity for finding in findings] == [Severity.ERROR, Severity.WARNING]
    with pytest.raises(FindingsError) as caught:
        deploy(made(PASSWORD | {"source": {"type": "helm"}}), folder)
    assert caught.value.findings == findings
    assert str(caught.value) == f"{findings[0]} [plaintext-password]"


@pytest.mark.parametrize("call", [check_deployment, deploy, lambda d, f, allow: lint(d, allow=allow)])
def test_unknown_rule_in_allow_is_an_error_that_names_the_rules(folder: Path, call: Callable[..., object]) -> None:
    with pytest.raises(InputError, match='^unknown rule "plaintext": did you mean plaintext-password'):
        call(made(OCI), folder, allow=["source-path", "plaintext"])
    with pytest.raises(InputError, match=r'^"source-path" is not a list of rules: write \["source-path"\]$'):
        call(made(OCI), folder, allow="source-path")
    assert list(folder.iterdir()) == []


def test_allow_may_be_any_iterable(tmp_path: Path) -> None:
    assert deploy(made(OCI | PASSWORD), tmp_path, allow=(id_ for id_ in ["plaintext-password"])).pending


GOOD = RegistryDeployment()
BROKEN = Persistence().model_copy(update={"size": "9Gb", "enabled": "yes"})
NO_CREDENTIALS = Auth(htpasswd=Htpasswd.model_construct(enabled=True))


def mutated() -> RegistryDeployment:
    deployment = RegistryDeployment(values=RegistryValues(replica_count=1))
    deployment.values.__dict__["replica_count"] = "two"
    return deployment


@pytest.mark.parametrize(
    ("make", "keys"),
    [
        (lambda: GOOD.model_copy(update={"name": "Not A Name"}), ["name"]),
        (lambda: GOOD.model_copy(update={"nmae": "x"}), ["nmae"]),
        (lambda: GOOD.model_copy(update={"values": {"replicaCount": "two"}}), ["values.replicaCount"]),
        (lambda: GOOD.model_copy(update={"values": None, "namespace": 7}), ["namespace", "values"]),
        (
            lambda: GOOD.model_copy(update={"values": RegistryValues().model_copy(update={"replica_count": -1})}),
            ["values.replicaCount"],
        ),
        (
            lambda: GOOD.model_copy(update={"values": RegistryValues.model_construct(persistence=BROKEN)}),
            ["values.persistence.enabled", "values.persistence.size"],
        ),
        (lambda: RegistryDeployment.model_construct(source=GitSource.model_construct(path="/etc")), ["source.path"]),
        (
            lambda: GOOD.model_copy(update={"values": RegistryValues().model_copy(update={"auth": NO_CREDENTIALS})}),
            ["values.auth.htpasswd.existingSecret"],
        ),
        (mutated, ["values.replicaCount"]),
        (
            lambda: RegistryDeployment(
                values=RegistryValues(pod_annotations={"a": "\ud800"}, termination_grace_period_seconds=10**5000)
            ),
            ["values.podAnnotations.a", "values.terminationGracePeriodSeconds"],
        ),
    ],
)
def test_what_went_round_the_validators_is_refused_with_each_key(
    tmp_path: Path, make: Callable[[], RegistryDeployment], keys: list[str]
) -> None:
    for call in (check_deployment, deploy):
        with pytest.raises(InputError) as caught:
            call(make(), tmp_path)
        assert sorted(finding.location.key for finding in caught.value.findings) == keys
    assert list(tmp_path.iterdir()) == []


def test_password_that_went_round_the_validators_is_found(tmp_path: Path) -> None:
    htpasswd = Htpasswd.model_construct(enabled=True, username="ci", password="hunter2")
    values = RegistryValues().model_copy(update={"auth": Auth(htpasswd=htpasswd)})
    with pytest.raises(FindingsError) as caught:
        deploy(made(OCI).model_copy(update={"values": values}), tmp_path)
    assert [finding.location.key for finding in caught.value.findings] == ["values.auth.htpasswd.password"]
    assert list(tmp_path.iterdir()) == []


def test_valid_change_that_went_round_the_validators_is_rendered(tmp_path: Path) -> None:
    deploy(made(OCI).model_copy(update={"values": RegistryValues(replica_count=0)}), tmp_path)
    assert "replicaCount: 0" in (tmp_path / "helmrelease.yaml").read_text("utf-8")


@pytest.mark.parametrize(
    ("config", "key", "message"),
    [
        ({"kustomization": {"resources": ["a.yaml", "b.yaml", "a.yaml"]}}, "kustomization.resources[2]", "twice"),
        ({"kustomization": {"resources": ["a.yaml", "namespace.yaml"]}}, "kustomization.resources[1]", "twice"),
        ({"source": {"type": "helm", "url": "https://x.example", "chart": "My_Chart"}}, "source.chart", "My_Chart"),
    ],
)
def test_keys_that_do_not_go_together_are_an_input_error_with_the_key_of_the_config_file(
    cli: Run, tmp_path: Path, config: dict[str, Any], key: str, message: str
) -> None:
    for call in (check_deployment, deploy):
        with pytest.raises(InputError, match=message) as caught:
            call(made(config), tmp_path / "out")
        assert [finding.location.key for finding in caught.value.findings] == [key]
    (tmp_path / "registry.yaml").write_text(dump_yaml(config), "utf-8")
    for option in ("--stdout", "--check", "--force"):
        done = cli("render", option)
        assert (done.code, done.out) == (2, "")
        assert re.match(rf"registry\.yaml:\d+:\d+: {re.escape(key)}: ", done.err)
    assert [path.name for path in tmp_path.iterdir()] == ["registry.yaml"]


def test_edited_and_foreign_files_are_kept(tmp_path: Path) -> None:
    deploy(made(OCI), tmp_path)
    (tmp_path / "namespace.yaml").write_text("mine", "utf-8")
    with pytest.raises(EditedError, match="was edited after rendering"):
        deploy(made(OCI), tmp_path)
    assert deploy(made(OCI), tmp_path, force=True).pending
    (tmp_path / "helmrepository.yaml").write_text("mine", "utf-8")
    with pytest.raises(InputError, match="did not write it"):
        deploy(RegistryDeployment(source=HelmSource(url="https://charts.example.com")), tmp_path, force=True)


@pytest.mark.parametrize("kind", ["file", "loop", "nul"])
def test_directory_that_cannot_be_one_is_an_input_error(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / kind
    if kind == "file":
        folder.write_text("mine", "utf-8")
    elif kind == "loop":
        folder.symlink_to(folder)
    else:
        folder = tmp_path / "a\0b"
    with pytest.raises(InputError):
        deploy(made(OCI), folder)
    assert kind != "file" or folder.read_text("utf-8") == "mine"


def test_anything_but_a_deployment_is_a_type_error_that_names_load(tmp_path: Path) -> None:
    for wrong in ("registry.yaml", {"name": "x"}, None):
        with pytest.raises(TypeError, match=r"not a RegistryDeployment but \w+: read a config file with load\(\)"):
            deploy(wrong, tmp_path)  # type: ignore[arg-type]


def test_rules_know_the_directory_only_by_what_they_are_given() -> None:
    deployment = RegistryDeployment(source=GitSource(path="apps"))
    assert not lint(deployment)
    assert not lint(deployment, OutputDirectory("apps"))
    (finding,) = lint(deployment, OutputDirectory("other/apps"))
    assert (finding.id, finding.location.key) == ("source-path", "source.path")
    assert "other/apps" in finding.message
    assert render_checked(deployment, OutputDirectory("other/apps"))[0] == (finding,)
