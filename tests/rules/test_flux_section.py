"""The rules for the section `flux`: what breaks in the cluster only, and what is fine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.render import check_deployment, deploy

GIT = {"type": "git", "path": "apps/registry"}
OCI = {"type": "oci", "url": "oci://ghcr.io/example/charts/docker-registry"}
SECRET = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: a\ndata:\n  a: ENC[AES256_GCM,data:x]\nsops:\n  version: 3\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for folder in (".git", "apps/registry", "apps/other", "overlay"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "overlay/kustomization.yaml").write_text("resources: [../apps/registry]\n")
    return tmp_path


def found(repository: Path, flux: dict[str, Any], **config: Any) -> list[tuple[str, str, str]]:
    deployment = RegistryDeployment.model_validate({"source": GIT, **config, "flux": flux})
    findings, _ = check_deployment(deployment, repository / "apps/registry")
    return [(finding.id, finding.location.key, finding.message) for finding in findings]


@pytest.mark.parametrize(
    ("flux", "config"),
    [
        ({"clusters": ["a"]}, {}),
        ({"file": "../ks.yaml"}, {}),
        ({"clusters": ["a"], "path": "apps/registry"}, {"source": OCI}),
        ({"clusters": ["a"], "path": "apps"}, {}),
        ({"clusters": ["a"], "path": "."}, {}),
        ({"clusters": ["a"], "path": "overlay"}, {}),
        ({"file": "../ks.yaml", "path": "overlay"}, {"source": OCI}),
        # What is in an artifact is not known.
        ({"clusters": ["a"], "path": "staging", "sourceRef": {"kind": "ExternalArtifact", "name": "apps"}}, {}),
    ],
)
def test_path_that_leads_to_the_rendered_files_is_fine(
    repository: Path, flux: dict[str, Any], config: dict[str, Any]
) -> None:
    assert found(repository, flux, **config) == []


@pytest.mark.parametrize(
    ("flux", "config", "key", "message"),
    [
        (
            {"clusters": ["a", "b"], "path": "app"},
            {},
            "flux.path",
            'there is no directory "app" in this Git repository',
        ),
        (
            {"clusters": {"a": {"path": "apps/other"}, "b": {}}},
            {},
            "flux.clusters.a.path",
            '"apps/other" is not above this directory (apps/registry), and has no kustomization file: write path: apps',
        ),
        (
            {"clusters": ["a"], "path": "apps"},
            {"source": OCI},
            "flux.path",
            'the path is "apps", and this directory is apps/registry in its Git repository',
        ),
    ],
)
def test_path_that_leads_elsewhere_is_an_error(
    repository: Path, flux: dict[str, Any], config: dict[str, Any], key: str, message: str
) -> None:
    ((rule, at, text),) = found(repository, flux, **config)
    assert (rule, at) == ("flux-path", key)
    assert text.startswith(message)


@pytest.mark.parametrize(
    ("kustomizations", "path", "is_found"),
    [
        ({"other": "resources: [../apps/other]"}, "other", False),
        ({".": "resources: [overlay/patch.yaml]"}, ".", False),
        ({"apps": "resources: [other]"}, "apps", False),
        ({"a": "resources: [../b]", "b": "resources: [../a]"}, "a", False),
        ({"other": "resources: [https://example.com/registry, '../apps/registry-2']"}, "other", False),
        ({"top": "resources: [../overlay]"}, "top", True),
        ({"top": "components: [../part]", "part": "bases: [../overlay]"}, "top", True),
        ({"files": "resources: [../apps/registry/helmrelease.yaml]"}, "files", True),
        ({".": "resources: [overlay]"}, ".", True),
        ({"broken": "resources: [a"}, "broken", True),
    ],
)
def test_overlay_is_followed_to_the_rendered_files(
    repository: Path, kustomizations: dict[str, str], path: str, is_found: bool
) -> None:
    for folder, text in kustomizations.items():
        (repository / folder).mkdir(exist_ok=True)
        (repository / folder / "kustomization.yaml").write_text(text)
    problems = found(repository, {"clusters": ["a"], "path": path})
    message = f'neither the kustomization file of "{path}" nor one that it lists has this directory (apps/registry)'
    assert problems == [] if is_found else [text.startswith(message) for _, _, text in problems] == [True]


def test_path_of_the_source_counts_also_for_a_shared_chart(repository: Path) -> None:
    (repository / "chart").mkdir()
    source = {"type": "git", "chart": "/charts/docker-registry"}
    assert "source-path" in [rule for rule, _, _ in found(repository, {"file": "/ks/a.yaml"}, source=source)]


def test_encrypted_file_needs_decryption_in_each_cluster(repository: Path) -> None:
    (repository / "apps/registry/users.sops.yaml").write_text(SECRET)
    clusters: dict[str, object] = {"a": {"decryption": {}}, "b": {}}
    config = {"kustomization": {"resources": ["users.sops.yaml"]}}
    ((rule, key, message),) = found(repository, {"clusters": clusters}, **config)
    assert (rule, key) == ("flux-decryption", "flux.clusters.b")
    assert message.startswith('"users.sops.yaml" is encrypted with SOPS, and Flux does not decrypt it')
    assert found(repository, {"clusters": ["a"], "decryption": {"secretRef": {"name": "age"}}}, **config) == []
    (repository / "apps/registry/users.sops.yaml").write_text('{\n\t"kind": "Secret",\n\t"sops": {}\n}\n')
    assert found(repository, {"clusters": clusters}, **config) != []
    (repository / "apps/registry/users.sops.yaml").write_text(SECRET.partition("sops:")[0])
    assert found(repository, {"clusters": clusters}, **config) == []


@pytest.mark.parametrize(("name", "value"), [("S3_SECRET_KEY", "hunter2"), ("A", "https://ci:hunter2@example.com")])
def test_password_of_a_variable_is_an_error_that_does_not_repeat_it(repository: Path, name: str, value: str) -> None:
    flux = {
        "clusters": {"a": {"postBuild": {"substitute": {"ZONE": "eu", "A_TOKEN": "${TOKEN}", name: value}}}, "b": {}}
    }
    ((rule, key, message),) = found(repository, flux)
    assert (rule, key) == ("plaintext-password", f"flux.clusters.a.postBuild.substitute.{name}")
    assert "hunter2" not in message


def rendered(repository: Path, flux: dict[str, Any]) -> None:
    deployment = RegistryDeployment.model_validate({"source": GIT, "flux": flux})
    deploy(deployment, repository / "apps/registry", allow=["flux-rename"])


@pytest.mark.parametrize(
    ("before", "now", "key"),
    [
        ({"clusters": ["a", "b"]}, {"clusters": ["a", "b"], "name": "images"}, "flux"),
        ({"clusters": ["a"]}, {"clusters": {"a": {"name": "images"}}}, "flux.clusters.a"),
        ({"clusters": ["a"]}, {"clusters": ["a"], "namespace": "fleet"}, "flux"),
        ({"file": "../ks.yaml"}, {"file": "../ks.yaml", "name": "images"}, "flux"),
        ({"file": "../ks.yaml", "deletionPolicy": "Delete"}, {"file": "../ks.yaml", "name": "images"}, "flux"),
        # Flux leaves the objects to the next one.
        ({"clusters": ["a"], "deletionPolicy": "Orphan"}, {"clusters": ["a"], "name": "images"}, None),
        ({"clusters": ["a"], "prune": False}, {"clusters": ["a"], "name": "images"}, None),
        # Nothing is renamed.
        ({"clusters": ["a"]}, {"clusters": ["a", "b"], "interval": "5m"}, None),
        ({"clusters": ["a"]}, {"clusters": ["b"]}, None),
        ({"clusters": ["a"]}, {"file": "../ks.yaml"}, None),
        ({"file": "../ks.yaml"}, {"file": "../flux.yaml"}, None),
        (
            {"clusters": {"a": {"file": "../a.yaml", "name": "a"}, "b": {"file": "../b.yaml"}}},
            {"clusters": {"b": {"file": "../b.yaml"}}},
            None,
        ),
    ],
)
def test_other_name_is_an_error_unless_the_objects_stay(
    repository: Path, before: dict[str, Any], now: dict[str, Any], key: str | None
) -> None:
    rendered(repository, before)
    names = [(rule, at) for rule, at, _ in found(repository, now)]
    assert {*names} == ({("flux-rename", key)} if key else set())


HOST = {"values": {"ingress": {"enabled": True, "hostname": "registry.${DOMAIN}", "tls": True}}}
DEFAULT = {"values": {"replicaCount": "${REPLICAS:=1}"}}
FROM_SECRET = {"substituteFrom": [{"kind": "Secret", "name": "cluster-secrets"}]}


@pytest.mark.parametrize(
    ("post_build", "config", "message"),
    [
        (None, HOST, "the config file refers to ${DOMAIN}, and Flux substitutes nothing without a variable"),
        ({}, DEFAULT, "the config file refers to ${REPLICAS}, and Flux substitutes nothing without a variable"),
        ({"substitute": {"ZONE": "eu"}}, HOST, "Flux does not know ${DOMAIN}, to which the config file refers"),
        ({"substituteStrategy": "Always"}, HOST, "Flux does not know ${DOMAIN}, to which the config file refers"),
        ({"substitute": {"DOMAIN": "example.com"}}, HOST, None),
        ({"substitute": {"ZONE": "eu"}}, DEFAULT, None),
        ({"substituteStrategy": "Always"}, DEFAULT, None),
        (FROM_SECRET, HOST, None),
        (None, {"values": {"podAnnotations": {"a": "$${HOME}"}}}, None),
    ],
)
def test_variable_is_one_that_flux_has(
    repository: Path, post_build: dict[str, Any] | None, config: dict[str, Any], message: str | None
) -> None:
    flux = {"clusters": ["a", "b"], **({} if post_build is None else {"postBuild": post_build})}
    of_rule = [(key, text) for rule, key, text in found(repository, flux, **config) if rule == "flux-variables"]
    assert [key for key, _ in of_rule] == (["flux"] if message else [])
    assert all(text.startswith(str(message)) for _, text in of_rule)
