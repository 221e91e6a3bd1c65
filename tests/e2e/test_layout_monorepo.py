"""A monorepo: staging and two clusters of production, each with a registry on S3 and a cache, from one base.

Three namespaces stand for three clusters: what Flux applies from clusters/ is moved into one of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from registry_gitops.cluster import port_forward
from tests.e2e import services
from tests.e2e.cluster import Cluster, is_ready, until
from tests.e2e.fleet import SYSTEM, Fleet, git
from tests.e2e.layouts import copy_example, definition, replace
from tests.e2e.pushes import REPOSITORY
from tests.support.oci_content import Blob
from tests.support.oci_http import Repository

pytestmark = pytest.mark.crowded

CLUSTERS = ("staging", "production-eu", "production-us")
RELEASES = ("docker-registry", "docker-hub")
LOGIN = ("admin", "correct horse battery staple")
BUCKETS = ("registry-staging", "registry-eu-central-1", "registry-us-east-1")


def namespace(fleet: Fleet, cluster: str) -> str:
    """The namespace that stands for a cluster."""
    return f"{fleet.namespace}-{cluster}"


@pytest.fixture(scope="module", autouse=True)
def _clusters(fleet: Fleet, cluster: Cluster) -> Iterator[None]:
    """The example in Git, and in each cluster what it needs: routes, an S3 server, and Secrets."""
    cluster.kubectl(
        "apply", "--server-side", "-f", "-", said=definition("gateway", "httproutes.gateway.networking.k8s.io")
    )
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": fleet.namespace}})
    endpoint = services.start_s3(cluster, fleet.namespace, *BUCKETS)
    copy_example("monorepo", fleet.tree, {"type: git": f"type: git\n  name: {fleet.name}"})
    base = fleet.tree / "apps/base"
    s3 = f"region: us-east-1\n      regionEndpoint: {endpoint}\n      redirect: false"
    # The chart lets a new Pod prove itself until these have shown a wrong setting of S3: 35 seconds by default.
    quick = "values:\n  configuration: {health: {storagedriver: {interval: 1s, threshold: 3}}}\n"
    replace(base / "docker-registry/registry.yaml", {"region: eu-central-1": s3, "values:\n": quick})
    replace(fleet.tree / "apps/production/docker-registry/registry.yaml", {"      region: ${REGION}\n": ""})
    upstream = services.start_registry(cluster, fleet.namespace)
    replace(base / "docker-hub/registry.yaml", {"https://registry-1.docker.io": upstream})
    replace(fleet.tree / "apps/production/docker-hub/registry.yaml", {"size: 200Gi": "size: 30Gi"})
    # None of these registries has images yet.
    fleet.cli("render", "apps", "--force", "--allow", "images-left-behind", "--allow", "claim-change")
    fleet.push("Add a registry and a cache to each cluster")
    for name in CLUSTERS:
        _start(fleet, cluster, name)
    yield
    for name in CLUSTERS:
        cluster.kubectl("delete", "kustomization", f"{fleet.name}-{name}", "-n", SYSTEM, "--wait=false")
        cluster.kubectl("delete", "namespace", namespace(fleet, name), "--wait=false")


def _start(fleet: Fleet, cluster: Cluster, name: str) -> None:
    there = namespace(fleet, name)
    cluster.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": there}})
    secrets = {
        "docker-registry-s3": {"access-key": services.ACCESS_KEY, "secret-key": services.SECRET_KEY},
        "docker-registry-http": {"http-secret": "a secret that all replicas share"},
    }
    for secret, content in secrets.items():
        metadata = {"name": secret, "namespace": there}
        cluster.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": content})
    words = ("htpasswd", LOGIN[0], "--password-stdin", "--namespace", there)
    cluster.kubectl("apply", "-f", "-", said=fleet.cli(*words, said=LOGIN[1]).out)
    moved = {"spec": {"targetNamespace": there, "sourceRef": {"namespace": SYSTEM}}}
    patch = {"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization", "metadata": {"name": "any"}}
    options = {"patch": json.dumps({**patch, **moved}), "target": {"kind": "Kustomization"}}
    fleet.follow(f"clusters/{name}", wait=False, suffix=f"-{name}", targetNamespace=there, patches=[options])


def ready(fleet: Fleet) -> list[dict[str, Any]]:
    """Wait until each cluster has applied the newest commit, and all releases are Ready, and return these."""
    commit = git(fleet.tree, "rev-parse", "HEAD").strip()

    def releases() -> list[dict[str, Any]] | None:
        found = []
        for name in CLUSTERS:
            for release in RELEASES:
                applied = fleet.cluster.get("kustomization", release, namespace(fleet, name)) or {}
                assert commit in applied.get("status", {}).get("lastAppliedRevision", ""), (name, release)
                found.append(fleet.cluster.get("helmrelease", release, namespace(fleet, name)) or {})
        return found if all(map(is_ready, found)) else None

    return until("releases that are Ready in all clusters", releases, 300)


@contextmanager
def registry(fleet: Fleet, cluster: str) -> Iterator[Repository]:
    """A repository of the registry of a cluster."""
    with port_forward(namespace(fleet, cluster), "svc/docker-registry", "http") as address:
        yield Repository(f"http://{address}", REPOSITORY, LOGIN)


def test_every_cluster_has_its_registry_and_its_cache(fleet: Fleet) -> None:
    assert len(ready(fleet)) == len(CLUSTERS) * len(RELEASES)
    for name in CLUSTERS:
        pods = fleet.cluster.select("pods", namespace(fleet, name), "app.kubernetes.io/instance=docker-registry")
        assert len(pods) == 2
        for release in RELEASES:
            fleet.cli("status", "--namespace", namespace(fleet, name), "--name", release)


def test_repository_has_one_chart_and_no_finding(fleet: Fleet) -> None:
    charts = [path.relative_to(fleet.tree).parent for path in fleet.tree.rglob("Chart.yaml")]
    assert charts == [Path("charts/docker-registry")]
    fleet.cli("validate", ".")


def test_each_cluster_has_images_and_a_host_of_its_own(fleet: Fleet, pushed: Blob) -> None:
    with registry(fleet, "production-eu") as eu, registry(fleet, "production-us") as us:
        eu.push(pushed, "1")
        assert (eu.tags(), us.tags()) == (["1"], [])
    routes = [fleet.cluster.get("httproute", "docker-registry", namespace(fleet, name)) or {} for name in CLUSTERS]
    assert [route["spec"]["hostnames"] for route in routes] == [
        ["registry.staging.example.com"],
        ["registry.eu.example.com"],
        ["registry.us.example.com"],
    ]


def test_caches_serve_what_their_upstream_has(fleet: Fleet, pushed: Blob) -> None:
    with port_forward(fleet.namespace, "svc/upstream", 5000) as address:
        Repository(f"http://{address}", REPOSITORY).push(pushed, "1")
    for name in CLUSTERS:
        with port_forward(namespace(fleet, name), "svc/docker-hub-docker-registry", "http") as address:
            assert Repository(f"http://{address}", REPOSITORY).lacks(pushed) == []


def test_one_change_of_the_base_reaches_all_clusters(fleet: Fleet) -> None:
    replace(fleet.tree / "apps/base/docker-registry/registry.yaml", {"replicaCount: 2": "replicaCount: 1"})
    assert fleet.cli("render", "apps", "--check", code=1)
    fleet.cli("render", "apps")
    fleet.push("Save Pods")
    releases = [each for each in ready(fleet) if each["metadata"]["name"] == "docker-registry"]
    assert [each["spec"]["values"]["replicaCount"] for each in releases] == [1, 1, 1]
    with registry(fleet, "production-eu") as eu:
        assert eu.tags() == ["1"]
