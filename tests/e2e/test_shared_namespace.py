"""Two registries in one Namespace: the one that has the Namespace in Git is removed, and the other does not notice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from registry_gitops.cluster import port_forward
from tests.e2e.cluster import Cluster, is_ready, until
from tests.e2e.fleet import Fleet
from tests.e2e.pushes import repository
from tests.support.oci_content import Blob
from tests.support.oci_http import Repository

OTHER = "charts"
SELECTOR = f"app.kubernetes.io/instance={OTHER}"
KINDS = "deployment,replicaset,pod,service,configmap,serviceaccount,persistentvolumeclaim"


def folder(fleet: Fleet) -> Path:
    """Directory of the other registry."""
    return fleet.folder.with_name(OTHER)


@contextmanager
def other(fleet: Fleet) -> Iterator[Repository]:
    """A repository of the other registry."""
    with port_forward(fleet.namespace, f"svc/{OTHER}-docker-registry", "http") as address:
        yield repository(address)


def objects(fleet: Fleet) -> dict[str, str]:
    """All objects of the other registry, with their UIDs."""
    found = fleet.cluster.select(KINDS, fleet.namespace, SELECTOR)
    found += [each for each in [fleet.cluster.get("helmrelease", OTHER, fleet.namespace)] if each]
    return {f"{each['kind']}/{each['metadata']['name']}": each["metadata"]["uid"] for each in found}


@pytest.fixture(scope="module", autouse=True)
def _two_registries(fleet: Fleet, cluster: Cluster) -> None:
    fleet.init()
    fleet.render()
    fleet.cli("init", folder(fleet), "--name", OTHER, "--namespace", fleet.namespace)
    description = folder(fleet) / "registry.yaml"
    content = yaml.safe_load(description.read_text())
    content["namespace"] = {"name": fleet.namespace, "create": False}
    content["source"]["name"] = fleet.name
    description.write_text(yaml.safe_dump(content))
    fleet.cli("render", description)
    fleet.push("Add two registries to one namespace")
    fleet.follow(wait=False)
    fleet.ready()
    until("other release that is Ready", lambda: is_ready(cluster.get("helmrelease", OTHER, fleet.namespace)), 90)


def test_both_serve_images_of_their_own(fleet: Fleet, pushed: Blob) -> None:
    with fleet.cluster.forward(fleet.namespace) as address, other(fleet) as there:
        there.push(pushed, "1")
        assert repository(address).tags() == []
        assert there.tags() == ["1"]
    fleet.cli("smoke", "--config", folder(fleet) / "registry.yaml")
    fleet.cli("smoke", "--config", fleet.description)


def test_removal_of_one_touches_no_object_of_the_other(fleet: Fleet, pushed: Blob) -> None:
    before = objects(fleet)
    assert {each.partition("/")[0] for each in before} >= {"Deployment", "PersistentVolumeClaim", "HelmRelease"}
    shutil.rmtree(fleet.folder)
    commit = fleet.push("Remove the registry that has the Namespace")
    until("application of the removal", lambda: commit in fleet.applied())
    until("cluster without the release", lambda: fleet.release() is None)
    removed = "app.kubernetes.io/instance=docker-registry"
    until("cluster without its Pods", lambda: fleet.cluster.select("pods", fleet.namespace, removed) == [])
    assert objects(fleet) == before
    with other(fleet) as there:
        assert there.lacks(pushed) == []


def test_namespace_stays_as_it_was(fleet: Fleet, cluster: Cluster) -> None:
    found = cluster.get("namespace", fleet.namespace)
    assert found is not None
    assert found["status"]["phase"] == "Active"
    assert found["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "restricted"


def test_other_registry_takes_over_the_namespace(fleet: Fleet, cluster: Cluster) -> None:
    """As the README of the example tells: `create: false` goes, and later changes are deployed."""
    description = folder(fleet) / "registry.yaml"
    content = yaml.safe_load(description.read_text())
    content["namespace"] = fleet.namespace
    description.write_text(yaml.safe_dump(content))
    fleet.cli("render", description)
    commit = fleet.push("Let the other one have the Namespace")
    until("application of the commit", lambda: commit in fleet.applied())
    fleet.cli("status", description)
    found = cluster.get("namespace", fleet.namespace)
    assert found is not None
    assert found["metadata"]["labels"]["kustomize.toolkit.fluxcd.io/name"] == fleet.name
