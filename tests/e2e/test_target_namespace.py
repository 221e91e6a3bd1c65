"""A HelmRelease in flux-system, and the registry in the namespace that it targets: its removal prunes nothing else."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.cluster import Cluster, is_ready, until
from tests.e2e.fleet import SYSTEM, Fleet, git
from tests.e2e.pushes import repository
from tests.support.oci_content import Blob

NEIGHBOUR = "e2e-target-namespace-neighbour"
RELEASE = "docker-registry"
LABELS = {"team": "platform"}


@pytest.fixture(scope="module", autouse=True)
def _registry(fleet: Fleet, cluster: Cluster) -> Iterator[None]:
    """The registry, with somebody else's ConfigMap in both namespaces, and a label of others on flux-system."""
    cluster.kubectl("label", "namespace", SYSTEM, *(f"{name}={value}" for name, value in LABELS.items()))
    fleet.init()
    fleet.commit(
        "Add a registry",
        namespace=SYSTEM,
        release={"targetNamespace": fleet.namespace, "releaseName": RELEASE},
        values={"deletion": {"enabled": True}},
    )
    fleet.follow(wait=False)
    until("HelmRelease that is Ready", lambda: is_ready(release(cluster)), 90)
    for namespace in (SYSTEM, fleet.namespace):
        metadata = {"name": NEIGHBOUR, "namespace": namespace}
        cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"key": "value"}})
    yield
    cluster.kubectl("label", "namespace", SYSTEM, *(f"{name}-" for name in LABELS))
    cluster.kubectl("delete", "configmap", NEIGHBOUR, "-n", SYSTEM)


def release(cluster: Cluster) -> dict[str, Any] | None:
    return cluster.get("helmrelease", RELEASE, SYSTEM)


def uids(cluster: Cluster, namespace: str) -> dict[str, str]:
    """The objects that are not the release's in a namespace, and the Namespace itself, with their UIDs."""
    kinds = "configmap,secret,serviceaccount,gitrepository,kustomization"
    found = [each for each in cluster.select(kinds, namespace) if "helm" not in str(each["metadata"].get("labels"))]
    found += [each for each in [cluster.get("namespace", namespace)] if each]
    return {f"{each['kind']}/{each['metadata']['name']}": each["metadata"]["uid"] for each in found}


def test_registry_runs_in_the_target_namespace(fleet: Fleet, cluster: Cluster, pushed: Blob) -> None:
    assert len(fleet.pods()) == 1
    assert cluster.select("pods", SYSTEM) == []
    with cluster.forward(fleet.namespace) as address:
        repository(address).push(pushed, "1")
    fleet.cli("status", fleet.description)
    fleet.cli("smoke", "--config", fleet.description)


def test_only_the_target_namespace_is_rendered_and_restricted(fleet: Fleet, cluster: Cluster) -> None:
    system, target = cluster.get("namespace", SYSTEM), cluster.get("namespace", fleet.namespace)
    assert system is not None
    assert target is not None
    assert not [name for name in system["metadata"]["labels"] if name.startswith("pod-security.")]
    assert LABELS.items() <= system["metadata"]["labels"].items()
    assert target["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_removal_prunes_the_release_and_nothing_else(fleet: Fleet, cluster: Cluster) -> None:
    before = {namespace: uids(cluster, namespace) for namespace in (SYSTEM, fleet.namespace)}
    ours = {f"ConfigMap/{RELEASE}", f"ServiceAccount/{RELEASE}"}
    shutil.rmtree(fleet.folder)
    (fleet.folder.parent / "README.md").write_text("No applications.\n")
    commit = fleet.push("Remove the registry")
    until("application of the removal", lambda: commit in fleet.applied())
    until("cluster without the release", lambda: release(cluster) is None)
    until("cluster without its Pods", lambda: cluster.select("pods", fleet.namespace) == [])
    for namespace, objects in before.items():
        # Other scenarios come and go meanwhile, each with its name.
        others = {name for name in objects if "/e2e-" in name and fleet.namespace not in name}
        kept = {name: uid for name, uid in objects.items() if name not in ours | others}
        assert f"ConfigMap/{NEIGHBOUR}" in kept
        assert kept.items() <= uids(cluster, namespace).items()


def test_put_back_the_registry_has_the_images(fleet: Fleet, cluster: Cluster, pushed: Blob) -> None:
    git(fleet.tree, "revert", "--no-edit", "HEAD")
    git(fleet.tree, "push", "-q", "origin", "main")
    until("HelmRelease that is Ready", lambda: is_ready(release(cluster)), 90)
    with cluster.forward(fleet.namespace) as address:
        assert repository(address).lacks(pushed) == []
