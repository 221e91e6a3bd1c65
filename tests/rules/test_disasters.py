"""What loses images, or what Kubernetes refuses, is an error: the config file is compared with the rendered files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from registry_gitops.deployment import RegistryDeployment
from registry_gitops.findings import Finding
from registry_gitops.render import check_deployment, deploy

OCI = {"source": {"type": "oci", "url": "oci://ghcr.io/example/charts/docker-registry"}}
LEFT, DELETED, NAMESPACE, FIELDS = "images-left-behind", "images-deleted", "namespace-deleted", "immutable-fields"
DISASTERS = (LEFT, DELETED, NAMESPACE, FIELDS)
EMPTY = f"or render with --allow {LEFT} to start empty"
COPY = f"restore it, or copy the images first, and render with --allow {LEFT} then"
KEEP = "restore it, render with persistence.resourcePolicy: keep, let Flux apply that, and then change it"

Config = dict[str, Any]


def values(**found: Any) -> Config:
    return {"values": found}


def claim(**persistence: Any) -> Config:
    return values(persistence=persistence)


def s3(**settings: Any) -> Config:
    return values(storage={"type": "s3", "s3": {"bucket": "images", "region": "eu-1", **settings}})


def azure(**settings: Any) -> Config:
    return values(storage={"type": "azure", "azure": {"accountName": "team", "container": "images", **settings}})


def balanced(**service: Any) -> Config:
    return values(service={"type": "LoadBalancer", **service})


def found(folder: Path, before: Config, after: Config) -> list[Finding]:
    deploy(RegistryDeployment.model_validate(OCI | before), folder)
    findings, _ = check_deployment(RegistryDeployment.model_validate(OCI | after), folder)
    return [finding for finding in findings if finding.id in DISASTERS]


RENAMES: dict[str, tuple[Config, str]] = {
    "name": ({"name": "images"}, "images-docker-registry"),
    "release.releaseName": ({"release": {"releaseName": "images"}}, "images-docker-registry"),
    "release.targetNamespace": ({"release": {"targetNamespace": "docker-registry"}}, "docker-registry-docker-registry"),
    "values.fullnameOverride": (values(fullnameOverride="images"), "images"),
    "values.nameOverride": (values(nameOverride="images"), "docker-registry-images"),
}
"""Key -> a config file that renames the claim docker-registry in its namespace, and the name of the other claim."""


@pytest.mark.parametrize("key", RENAMES)
def test_rename_is_an_error_that_names_the_claim_with_the_images(tmp_path: Path, key: str) -> None:
    after, other = RENAMES[key]
    (finding,) = found(tmp_path, {}, after)
    assert (finding.id, finding.location.key) == (LEFT, key)
    assert finding.message == (
        f"the images are in the claim docker-registry, and the registry would start with the claim {other}: "
        f"set persistence.existingClaim to docker-registry, {EMPTY}"
    )


@pytest.mark.parametrize("key", RENAMES)
def test_rename_with_the_old_claim_is_none(tmp_path: Path, key: str) -> None:
    after, _ = RENAMES[key]
    kept = {"persistence": {"existingClaim": "docker-registry"}}
    assert found(tmp_path, {}, after | {"values": after.get("values", {}) | kept}) == []


def test_namespace_that_flux_sets_is_known_by_its_kustomization(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    flux = {"flux": {"file": "../ks.yaml"}, "source": {"type": "git", "path": "registry/app"}}

    def inheriting(**options: Any) -> Config:
        return flux | {"namespace": {"inherit": True, **options}}

    directory = tmp_path / "registry/app"
    (moved,) = found(directory, inheriting(name="media"), inheriting(name="images"))
    assert (moved.id, moved.location.key) == (LEFT, "namespace")
    assert "the claim docker-registry of the namespace media, and the registry would start with" in moved.message
    (named,) = found(directory, inheriting(name="media"), flux | {"namespace": "images"})
    assert (named.id, named.location.key) == (LEFT, "namespace")
    pruned = inheriting(name="media", create=True, prune=True)
    assert [each.id for each in found(directory, pruned, inheriting(name="images", create=True))] == [LEFT, NAMESPACE]


MOVES: list[tuple[Config, Config, str, str]] = [
    (
        {},
        {"namespace": "media"},
        "namespace",
        "the claim docker-registry of the namespace docker-registry, and the registry would start with the claim "
        f"docker-registry of the namespace media: {COPY}",
    ),
    (
        {},
        {"namespace": "flux-system", "release": {"targetNamespace": "media"}},
        "release.targetNamespace",
        f"the claim media-docker-registry of the namespace media: {COPY}",
    ),
    (
        {},
        {"release": {"kubeConfig": {"secretRef": {"name": "b"}}}},
        "release.kubeConfig",
        f"the claim docker-registry in the cluster of the Secret b: {COPY}",
    ),
    (
        {},
        claim(enabled=False),
        "values.persistence.enabled",
        f"the registry would lose its images with each Pod: restore it, {EMPTY}",
    ),
    (
        {},
        values(configuration={"storage": {"inmemory": {}}}),
        "values.configuration.storage",
        f"the registry would lose its images with each Pod: restore it, {EMPTY}",
    ),
    ({}, claim(existingClaim="data"), "values.persistence.existingClaim", f"start with the claim data: {COPY}"),
    (
        claim(existingClaim="data"),
        {},
        "values.persistence.existingClaim",
        f"start with the claim docker-registry: set persistence.existingClaim to data, {EMPTY}",
    ),
    (claim(existingClaim="data"), claim(existingClaim="more"), "values.persistence.existingClaim", COPY),
    (
        {},
        claim(subPath="images"),
        "values.persistence.subPath",
        f"start with the claim docker-registry, directory images: restore persistence.subPath, {EMPTY}",
    ),
    ({}, s3(), "values.storage.type", f"start with the bucket images: {COPY}"),
    (s3(), {}, "values.storage.type", "in the bucket images, and the registry would start with the claim docker"),
    (s3(), s3(bucket="more"), "values.storage", f"start with the bucket more: {COPY}"),
    (s3(), s3(rootDirectory="/a"), "values.storage", f"start with the bucket images, directory a: {COPY}"),
    (s3(), s3(regionEndpoint="https://s3.example"), "values.storage", f"the bucket images at s3.example: {COPY}"),
    (azure(), azure(accountName="other"), "values.storage", f"the bucket images at other: {COPY}"),
]


@pytest.mark.parametrize(("before", "after", "key", "message"), MOVES)
def test_start_without_the_images_is_an_error(
    tmp_path: Path, before: Config, after: Config, key: str, message: str
) -> None:
    (finding,) = found(tmp_path, before, after)
    assert (finding.id, finding.location.key) == (LEFT, key)
    assert message in finding.message


CACHE = values(proxy={"enabled": True, "remoteUrl": "https://registry-1.docker.io"})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {}),
        ({}, claim(size="20Gi", resourcePolicy="")),
        (claim(existingClaim="data"), {"name": "images"} | claim(existingClaim="data")),
        # The chart mounts the claim there.
        ({}, values(configuration={"storage": {"filesystem": {"rootdirectory": "/images"}}})),
        (claim(enabled=False), {}),
        (claim(enabled=False), s3()),
        (values(configuration={"storage": {"inmemory": {}}}), {}),
        (s3(), s3(existingSecret="bucket", redirect=False, rootDirectory="/")),
        (s3(regionEndpoint="http://s3.example"), s3(regionEndpoint="https://s3.example/")),
        (s3(), {"name": "images", "namespace": "media"} | s3()),
        (CACHE, {"name": "images"} | CACHE),
        (claim(resourcePolicy=""), claim()),
        ({"namespace": "media"}, {"namespace": {"name": "media", "inherit": True}}),
        ({"namespace": {"name": "media", "prune": True}}, {"namespace": "media"}),
        ({"namespace": {"name": "media", "create": False}}, {"namespace": {"name": "media"}}),
        (balanced(clusterIP="10.0.0.9"), {}),
        ({}, balanced(loadBalancerClass="example.com/b")),
        ({}, values(service={"ipFamilies": ["IPv6"]})),
    ],
)
def test_change_that_loses_nothing_is_none(tmp_path: Path, before: Config, after: Config) -> None:
    assert found(tmp_path, before, after) == []


@pytest.mark.parametrize(
    ("after", "key"),
    [
        ({"name": "images"} | claim(resourcePolicy=""), "name"),
        ({"name": "images"} | claim(existingClaim="docker-registry"), "values.persistence.existingClaim"),
        # The claim in use leaves the release, and is deleted as soon as the Pod is.
        (claim(existingClaim="docker-registry"), "values.persistence.existingClaim"),
        (claim(enabled=False), "values.persistence.enabled"),
        (s3(), "values.storage.type"),
        ({"namespace": "media"}, "namespace"),
        # Flux uninstalls the release of the HelmRelease that is gone.
        ({"name": "images", "release": {"releaseName": "docker-registry"}}, "name"),
        ({"release": {"storageNamespace": "flux-system"}}, "release.storageNamespace"),
    ],
)
def test_claim_that_helm_would_delete_is_an_error(tmp_path: Path, after: Config, key: str) -> None:
    (finding,) = found(tmp_path, claim(resourcePolicy=""), after)
    assert (finding.id, finding.location.key) == (DELETED, key)
    assert finding.message.startswith("Helm would delete the claim docker-registry with the images, because")
    assert finding.message.endswith(KEEP)


@pytest.mark.parametrize(
    "after", [{"namespace": {"name": "media", "create": False}}, {"namespace": {"name": "media", "inherit": True}}]
)
def test_namespace_that_flux_would_delete_is_an_error(tmp_path: Path, after: Config) -> None:
    (finding,) = found(tmp_path, {"namespace": {"name": "media", "prune": True}}, after)
    assert (finding.id, finding.location.key) == (NAMESPACE, "namespace")
    assert finding.message.startswith("Flux would delete the Namespace media with everything in it")


def test_another_namespace_after_a_pruned_one_loses_both(tmp_path: Path) -> None:
    findings = found(tmp_path, {"namespace": {"name": "media", "prune": True}}, {"namespace": "games"})
    assert [finding.id for finding in findings] == [LEFT, NAMESPACE]


@pytest.mark.parametrize(
    ("before", "after", "key", "message"),
    [
        (
            values(fullnameOverride="images"),
            values(fullnameOverride="images", nameOverride="team"),
            "values.nameOverride",
            "the Pods had the label app.kubernetes.io/name: docker-registry, and the selector of an existing "
            "Deployment cannot change: restore it, or run `kubectl delete deployment images -n docker-registry`",
        ),
        (
            {},
            values(service={"clusterIP": "None"}),
            "values.service.clusterIP",
            "the clusterIP was an address of the cluster's choice, and an existing Service keeps it: restore it, or "
            "run `kubectl delete service docker-registry -n docker-registry`, and render with --allow immutable-fields",
        ),
        (
            balanced(clusterIP="10.0.0.9"),
            balanced(clusterIP="10.0.0.8"),
            "values.service.clusterIP",
            "the clusterIP was 10.0.0.9",
        ),
        (
            balanced(),
            balanced(loadBalancerClass="example.com/b"),
            "values.service.loadBalancerClass",
            "the loadBalancerClass was the default of the cluster",
        ),
        (
            values(service={"ipFamilies": ["IPv4"]}),
            values(service={"ipFamilies": ["IPv6"]}),
            "values.service.ipFamilies",
            "the first IP family was IPv4",
        ),
    ],
)
def test_field_that_kubernetes_keeps_is_an_error(
    tmp_path: Path, before: Config, after: Config, key: str, message: str
) -> None:
    (finding,) = found(tmp_path, before, after)
    assert (finding.id, finding.location.key) == (FIELDS, key)
    assert finding.message.startswith(message)


def test_new_objects_can_have_other_fields(tmp_path: Path) -> None:
    after = {"name": "images"} | values(service={"clusterIP": "None"}, persistence={"existingClaim": "docker-registry"})
    assert found(tmp_path, {}, after) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"name": "${NAME}"}, {"name": "${NAME}"}),
        ({"name": "${NAME}"}, {"name": "images"}),
        ({}, {"name": "${NAME}"}),
        ({"namespace": {"name": "${TEAM}", "prune": True}}, {"namespace": {"name": "${TEAM}", "create": False}}),
        (values(nameOverride="${NAME}"), values(nameOverride="${NAME}")),
        (s3(bucket="images-${CLUSTER}"), s3(bucket="images-${CLUSTER}")),
        (claim(resourcePolicy="") | {"name": "${NAME}"}, claim(resourcePolicy="") | {"name": "${NAME}"}),
        (values(service={"clusterIP": "${IP}"}), values(service={"clusterIP": "${IP}"})),
    ],
)
def test_name_that_only_flux_knows_is_not_compared(tmp_path: Path, before: Config, after: Config) -> None:
    assert found(tmp_path, before, after) == []


def test_name_with_a_default_is_compared(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, {}, {"name": "${NAME:=images}"})
    assert "start with the claim" in finding.message


def test_what_was_allowed_once_is_not_reported_again(tmp_path: Path) -> None:
    after = RegistryDeployment.model_validate(OCI | {"name": "images"})
    deploy(RegistryDeployment.model_validate(OCI), tmp_path)
    deploy(after, tmp_path, allow=[LEFT])
    assert [finding.id for finding in check_deployment(after, tmp_path)[0] if finding.is_error] == []
