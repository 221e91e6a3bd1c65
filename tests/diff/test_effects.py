"""What a change of the config file does, as `diff` tells it with the real Helm."""

from __future__ import annotations

from typing import Any

import pytest

from registry_gitops.diff import Effect

from .committed import CONFIG, Repository, change_of, git, values

S3 = {"type": "s3", "s3": {"bucket": "images", "region": "eu-west-1", "existingSecret": "s3"}}
CASES: list[tuple[str, dict[str, Any], dict[str, Any], str, Effect, str]] = [
    (
        "image of one Pod with a claim",
        CONFIG,
        values(image={"tag": "3.0.0"}),
        "Deployment",
        Effect.STOPS_PODS,
        "containers[registry].image changes, and with the strategy Recreate the old Pods end before new ones start",
    ),
    (
        "config.yml",
        CONFIG,
        values(deletion={"enabled": True}),
        "Deployment",
        Effect.STOPS_PODS,
        "config.yml changes, and with the strategy Recreate the old Pods end before new ones start",
    ),
    (
        "image with storage that Pods share",
        values(storage=S3),
        values(storage=S3, image={"tag": "3.0.0"}),
        "Deployment",
        Effect.RESTARTS_PODS,
        "containers[registry].image changes: new Pods replace the old ones in turn",
    ),
    (
        "replicas",
        values(storage=S3, http={"existingSecret": "http"}),
        values(storage=S3, http={"existingSecret": "http"}, replicaCount=0),
        "Deployment",
        Effect.STOPS_PODS,
        "spec.replicas is 0: all Pods end",
    ),
    (
        "larger claim",
        CONFIG,
        values(persistence={"size": "20Gi"}),
        "PersistentVolumeClaim",
        Effect.NOTHING,
        "the claim grows, if its StorageClass allows it (allowVolumeExpansion)",
    ),
    (
        "smaller claim",
        CONFIG,
        values(persistence={"size": "5Gi"}),
        "PersistentVolumeClaim",
        Effect.REFUSED,
        "a claim cannot shrink from 10Gi to 5Gi",
    ),
    (
        "another name of the application",
        CONFIG,
        values(nameOverride="images", fullnameOverride="docker-registry"),
        "Deployment",
        Effect.REFUSED,
        "an existing object keeps its spec.selector.matchLabels[app.kubernetes.io/name]",
    ),
    (
        "images in S3 instead of a claim",
        CONFIG,
        values(storage=S3),
        "PersistentVolumeClaim",
        Effect.ORPHANS_DATA,
        "Helm keeps the claim with the images, and no Pod mounts it any more",
    ),
    (
        "another claim",
        CONFIG,
        values(persistence={"existingClaim": "other"}),
        "Deployment",
        Effect.ORPHANS_DATA,
        "/var/lib/registry was in the claim docker-registry, which the new Pods do not mount",
    ),
    (
        "class of the load balancer",
        values(service={"type": "LoadBalancer", "loadBalancerClass": "example.com/one"}),
        values(service={"type": "LoadBalancer", "loadBalancerClass": "example.com/two"}),
        "Service",
        Effect.REFUSED,
        "an existing object keeps its spec.loadBalancerClass",
    ),
    (
        "port of the Service",
        CONFIG,
        values(service={"ports": {"http": 80}}),
        "Service",
        Effect.NOTHING,
        "no Pod restarts, and clients must use the new port",
    ),
]


@pytest.mark.parametrize(
    ("before", "after", "kind", "effect", "reason"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_change_has_its_effect(
    repository: Repository, before: dict[str, Any], after: dict[str, Any], kind: str, effect: Effect, reason: str
) -> None:
    change = change_of(repository.diff(before, after), kind)
    assert (change.effect, change.reason) == (effect, reason)


def test_same_amounts_in_other_words_change_nothing_after_helm(repository: Repository) -> None:
    def resources(cpu: str, memory: str) -> dict[str, Any]:
        return values(resources={"requests": {"cpu": cpu, "memory": memory}, "limits": {"cpu": "1", "memory": "2Gi"}})

    found = repository.diff(resources("500m", "1Gi"), resources("0.5", "1024Mi"))
    assert found.changes == ()
    assert found.effect is Effect.NOTHING


def test_rename_orphans_the_images(repository: Repository) -> None:
    found = repository.diff(CONFIG, {**CONFIG, "name": "images"})
    claims = [change for change in found.changes if change.object.kind == "PersistentVolumeClaim"]
    assert [(claim.action, claim.object.name, claim.effect) for claim in claims] == [
        ("create", "images-docker-registry", Effect.NOTHING),
        ("delete", "docker-registry", Effect.ORPHANS_DATA),
    ]
    assert found.effect is Effect.ORPHANS_DATA


def test_other_release_name_recreates_the_objects_and_keeps_the_claim(repository: Repository) -> None:
    after = {**values(fullnameOverride="docker-registry"), "release": {"releaseName": "images"}}
    found = repository.diff(values(fullnameOverride="docker-registry"), after)
    assert change_of(found, "Service").effect is Effect.RECREATES_OBJECT
    assert change_of(found, "PersistentVolumeClaim").effect is Effect.NOTHING


def test_release_in_another_cluster_leaves_the_images_in_the_first(repository: Repository) -> None:
    found = repository.diff(CONFIG, {**CONFIG, "release": {"kubeConfig": {"secretRef": {"name": "other"}}}})
    claim = change_of(found, "PersistentVolumeClaim")
    assert (claim.effect, claim.reason[:43]) == (Effect.ORPHANS_DATA, "Flux installs the release in another cluste")
    assert change_of(found, "Service").effect is Effect.RECREATES_OBJECT


def test_suspended_release_keeps_its_objects(repository: Repository) -> None:
    found = repository.diff(CONFIG, {**values(image={"tag": "3.0.0"}), "release": {"suspend": True}})
    assert [(change.object.kind, change.effect) for change in found.changes] == [("HelmRelease", Effect.NOTHING)]


def test_other_namespace_of_the_record_of_helm_recreates_the_objects(repository: Repository) -> None:
    found = repository.diff(CONFIG, {**CONFIG, "release": {"storageNamespace": "default"}})
    assert change_of(found, "Service").effect is Effect.RECREATES_OBJECT


def test_what_the_files_do_not_tell_is_noted(repository: Repository) -> None:
    suspended = {**CONFIG, "release": {"suspend": True}}
    after = {**CONFIG, "release": {"valuesFrom": [{"kind": "Secret", "name": "more"}]}}
    assert repository.diff(suspended, after).notes == (
        "the release was suspended from the start",
        "the values of Secret/more are not known here",
    )


def test_variables_of_flux_are_compared_as_they_are_written(repository: Repository) -> None:
    def route(host: str, replicas: int) -> dict[str, Any]:
        http_route = {"enabled": True, "hostnames": [host], "parentRefs": [{"name": "gateway"}]}
        return values(httpRoute=http_route, replicaCount=replicas)

    found = repository.diff(route("registry.${DOMAIN}", 1), route("images.${DOMAIN}", 0))
    assert found.notes == ("variables of Flux are compared as they are written",)
    assert change_of(found, "Deployment").effect is Effect.STOPS_PODS
    (field,) = change_of(found, "HTTPRoute").fields
    assert field.after == '["images.${DOMAIN}"]'


def test_resumed_release_gets_what_changed_while_it_was_suspended(repository: Repository) -> None:
    repository.commit(values(image={"tag": "3.0.0"}))
    commit = git(repository.root, "rev-parse", "HEAD")[:12]
    repository.commit({**values(image={"tag": "3.1.0"}), "release": {"suspend": True}})
    repository.commit({**values(image={"tag": "3.1.1"}), "release": {"suspend": True}})
    (found,) = repository.report(repository.write(values(image={"tag": "3.1.1"}))).deployments
    assert found.notes == (f"the release was suspended: its objects are compared with those of commit {commit}",)
    assert change_of(found, "HelmRelease").reason.startswith("Flux resumes, ")
    (field,) = change_of(found, "Deployment").fields
    assert (field.before, field.after) == ("docker.io/library/registry:3.0.0", "docker.io/library/registry:3.1.1")
    assert found.effect is Effect.STOPS_PODS


OCI = {"type": "oci", "url": "oci://registry.example.com/charts/docker-registry", "ref": {"tag": "0.1.0"}}
HELM = {"type": "helm", "url": "https://charts.example.com", "version": "0.1.0"}
OWN = "the objects are those of the chart 0.1.0 of this registry-gitops"


@pytest.mark.parametrize(
    ("before", "after", "notes"),
    [
        (OCI, OCI, ()),
        (
            OCI,
            {**OCI, "ref": {"tag": "0.2.0"}},
            (
                "the chart changes from oci://registry.example.com/charts/docker-registry 0.1.0 "
                f"to oci://registry.example.com/charts/docker-registry 0.2.0, and is not read: {OWN}",
            ),
        ),
        (
            {**HELM, "version": "0.3.x"},
            {**HELM, "version": "0.3.x"},
            (f"the chart https://charts.example.com/docker-registry 0.3.x is not read: {OWN}",),
        ),
    ],
)
def test_chart_that_is_elsewhere_is_told(
    repository: Repository, before: dict[str, Any], after: dict[str, Any], notes: tuple[str, ...]
) -> None:
    found = repository.diff({**CONFIG, "source": before}, {**values(replicaCount=0), "source": after})
    assert found.notes == notes
    restarts = [change.object.kind for change in found.changes if change.effect is Effect.RESTARTS_PODS]
    assert restarts == (["OCIRepository"] if before != after else [])
